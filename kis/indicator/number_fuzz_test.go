package indicator

import "testing"

// FuzzDecimal: what is read is written so that it is read as the same again.
func FuzzDecimal(f *testing.F) {
	for _, s := range []string{"69,5", " 1 000", "-0", "1e5", "٣", "0.0000001", "999999999999999.999999", "=1", "1,2,3", "\u00a05", "NaN"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		exact, ok := ParseDecimal(s)
		if !ok {
			if exact != "" {
				t.Fatalf("%q is refused and is %q", s, exact)
			}
			return
		}
		if again, ok := ParseDecimal(exact); !ok || again != exact || rat(exact).Cmp(rat(again)) != 0 {
			t.Fatalf("%q is %q and then %q", s, exact, again)
		}
	})
}

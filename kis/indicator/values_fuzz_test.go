package indicator

import (
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
)

// FuzzValues reads any file of values: it is refused by row and column, or each
// value lies within the bounds of its indicator and is exact.
func FuzzValues(f *testing.F) {
	head := strings.Join(Columns(), ",") + "\n"
	for _, s := range []string{head + "a,50,,,\n", head + "a,,1,3,q\nb,-1,,,\n", head + "a,101,,,\nb,1.5,,,\n", strings.Join(SheetColumns(), ";") + "\na;;;;7;;;;;;;\n",
		strings.Join(SeenColumns(), ",") + "\nb,7,,,,2\n", "\xef\xbb\xbf" + head, "PK\x03\x04", head + "a,\"5\n"} {
		f.Add(s)
	}
	k := setting{byCode: map[string]Indicator{
		"a": {ID: "a", Code: "a", GSBPM: "4.3", Unit: Percent, Lowest: "0", Highest: "100"}, "b": {ID: "b", Code: "b", GSBPM: "4.3", Unit: Count, Lowest: "0"},
		"c": {ID: "c", Code: "c", GSBPM: "4.3", Unit: Days}}, exists: map[string]bool{"4.3": true}}
	f.Fuzz(func(t *testing.T, s string) {
		file, err := readValues(strings.NewReader(s))
		var list []Incoming
		if err == nil {
			list, err = k.incoming(&Service{}, file, nil)
		}
		if err != nil {
			if e := apperr.As(err); e.Kind != apperr.Invalid {
				t.Fatalf("%v", err)
			}
			return
		}
		for _, in := range list {
			if key, _ := in.outside(in.New.Value); key != "" {
				t.Fatalf("%q gives %s of %s", s, in.New.Value, in.Code)
			}
			if again, ok := ParseDecimal(in.New.Value); !ok || again != in.New.Value {
				t.Fatalf("%q gives %q", s, in.New.Value)
			}
		}
	})
}

package day

import "testing"

func TestParseTakesWhatPeopleTypeAndRefusesWhatIsNoDate(t *testing.T) {
	for in, want := range map[string]Day{
		"24.11.2026": "2026-11-24", "4.1.2026": "2026-01-04", "2026-02-28": "2026-02-28",
		"29.02.2026": "", "2026-13-01": "", "31.12.1899": "", "": "", "24/11/2026": "", "2026-11-24T10:00": "",
	} {
		got, ok := Parse(in)
		if got != want || ok != (want != "") {
			t.Errorf("Parse(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
}

func TestArithmetic(t *testing.T) {
	d := Day("2026-12-30")
	if d.Add(3) != "2027-01-02" || d.Until("2027-01-02") != 3 || d.Quarter() != 4 || d.Year() != 2026 || d.Weekend() {
		t.Errorf("arithmetic over the year's end: %s %d %d", d.Add(3), d.Until("2027-01-02"), d.Quarter())
	}
	if Day("").Add(1) != "" || Day("").Format() != "" || !Day("2026-11-22").Weekend() || d.Format() != "30.12.2026" {
		t.Error("the empty day, a Sunday or the written form is wrong")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("24.11.2026")
	f.Fuzz(func(t *testing.T, s string) {
		if d, ok := Parse(s); ok {
			if again, ok := Parse(string(d)); !ok || again != d || d.Time().IsZero() {
				t.Errorf("Parse(%q) gives %q, which does not read back", s, d)
			}
		}
	})
}

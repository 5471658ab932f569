package apperr

import "testing"

func TestWebAddress(t *testing.T) {
	for s, want := range map[string]bool{
		"https://stat.gov.az/source": true, "http://stat.gov.az:8080": true, "HTTPS://STAT.GOV.AZ": true,
		"": false, "stat.gov.az": false, "//stat.gov.az": false, "https://": false, "https:stat.gov.az": false, "ftp://stat.gov.az": false,
		"javascript:alert(1)": false, "https://user:secret@stat.gov.az": false, "https://user@stat.gov.az": false, "https://a b/": false,
		"https://stat.gov.az\u202e/x": false, "https://stat\u200b.gov.az/": false, "https://stat.gov.az/a\tb": false,
	} {
		if got := WebAddress(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func TestOneOfAStringType(t *testing.T) {
	type grade string
	var c Check
	OneOf(&c, "grade", grade("minor"), "major", "minor")
	if c.Count() != 0 {
		t.Error("one of them is refused")
	}
	OneOf(&c, "grade", grade("Minor"), "major", "minor")
	if c.Count() != 1 {
		t.Error("none of them is taken")
	}
}

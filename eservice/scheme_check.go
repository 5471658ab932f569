package eservice

import (
	"regexp"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
)

var schemeCode = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,38}$`)

// CheckBands says whether the bands of a scheme, lowest first, cover 0 to most
// thousandths: the first begins at 0 and the last ends at the maximum, both
// included; each next one begins where the one before it ends, and the score
// at that bound belongs to exactly one of them. Faults are named
// "band.N.min" and "band.N.max", N from 1.
func CheckBands(check *apperr.Check, bands []Band, most int64) {
	if len(bands) < 2 {
		check.Add("bands", "eservice.scheme.error.bands_few")
		return
	}
	field := func(i int, end string) string { return "band." + strconv.Itoa(i+1) + "." + end }
	if bands[0].MinMilli != 0 || !bands[0].MinInclusive {
		check.Add(field(0, "min"), "eservice.scheme.error.band_first")
	}
	for i, b := range bands {
		if b.MinMilli > b.MaxMilli || (b.MinMilli == b.MaxMilli && !(b.MinInclusive && b.MaxInclusive)) {
			check.Add(field(i, "max"), "eservice.scheme.error.band_empty")
		}
		if i == 0 {
			continue
		}
		before := bands[i-1]
		args := []any{"before", before.Code, "at", MilliText(before.MaxMilli, 1), "from", MilliText(b.MinMilli, 1)}
		switch {
		case b.MinMilli < before.MaxMilli || (b.MinMilli == before.MaxMilli && b.MinInclusive && before.MaxInclusive):
			check.Add(field(i, "min"), "eservice.scheme.error.band_overlap", args...)
		case b.MinMilli > before.MaxMilli || (!b.MinInclusive && !before.MaxInclusive):
			check.Add(field(i, "min"), "eservice.scheme.error.band_hole", args...)
		}
	}
	if last := bands[len(bands)-1]; last.MaxMilli != most || !last.MaxInclusive {
		check.Add(field(len(bands)-1, "max"), "eservice.scheme.error.band_last", "max", PlainMilli(most))
	}
}

// check tidies a draft and names what is wrong with it; complete also asks for
// what a scheme in force needs.
func (s *Scheme) check(complete bool) error {
	var c apperr.Check
	s.TitleAZ, s.TitleEN = c.Text("title_az", s.TitleAZ, 3, 300), c.Text("title_en", s.TitleEN, 3, 300)
	s.ActAZ, s.ActEN = c.Text("act_az", s.ActAZ, 3, 500), c.Text("act_en", s.ActEN, 3, 500)
	s.NoteAZ, s.NoteEN = c.Text("note_az", s.NoteAZ, 0, 2000), c.Text("note_en", s.NoteEN, 0, 2000)
	c.OneOf("scale", s.Scale, "words", "stars", "levels")
	if s.ValidFrom == "" {
		c.Add("valid_from", "error.field.required")
	}
	if s.ValidTo != "" && s.ValidTo < s.ValidFrom {
		c.Add("valid_to", "eservice.scheme.error.valid_to")
	}
	if s.MaxMilli < 1000 || s.MaxMilli > 1_000_000 {
		c.Add("max", "eservice.import.whole", "value", MilliText(s.MaxMilli, 0), "min", 1, "max", 1000)
	}
	codes := map[string]bool{}
	unique := func(field, code string) {
		if !schemeCode.MatchString(code) {
			c.Add(field, "eservice.scheme.error.code")
		} else if codes[field[:4]+code] {
			c.Add(field, "eservice.scheme.error.code_twice", "code", code)
		}
		codes[field[:4]+code] = true
	}
	for i := range s.Bands {
		b := &s.Bands[i]
		b.Scheme, b.Position = s.Code, i+1
		unique("band."+strconv.Itoa(i+1)+".code", b.Code)
		b.LabelAZ = c.Text("band."+strconv.Itoa(i+1)+".az", b.LabelAZ, 1, 100)
		b.LabelEN = c.Text("band."+strconv.Itoa(i+1)+".en", b.LabelEN, 1, 100)
	}
	CheckBands(&c, s.Bands, s.MaxMilli)
	known := map[string]bool{}
	for i := range s.Criteria {
		k, n := &s.Criteria[i], strconv.Itoa(i+1)
		k.Scheme, k.Position = s.Code, i+1
		c.OneOf("criterion."+n+".kind", k.Kind, "criterion", "stage")
		unique("criterion."+n+".code", k.Code)
		known[k.Code] = k.Kind == "criterion"
		k.NameAZ, k.NameEN = c.Text("criterion."+n+".az", k.NameAZ, 1, 300), c.Text("criterion."+n+".en", k.NameEN, 1, 300)
		if k.WeightMilli <= 0 || k.WeightMilli > 1_000_000 {
			c.Add("criterion."+n+".weight", "eservice.scheme.error.weight")
		}
	}
	for i := range s.Parameters {
		m, n := &s.Parameters[i], strconv.Itoa(i+1)
		m.Scheme, m.Position = s.Code, i+1
		unique("parameter."+n+".code", m.Code)
		if !known[m.Criterion] {
			c.Add("parameter."+n+".criterion", "error.field.choice")
		}
		m.NameAZ, m.NameEN = c.Text("parameter."+n+".az", m.NameAZ, 1, 300), c.Text("parameter."+n+".en", m.NameEN, 1, 300)
		if m.MaxMilli <= 0 || m.MaxMilli > 1_000_000 {
			c.Add("parameter."+n+".max", "eservice.scheme.error.weight")
		}
		if m.WeightMilli <= 0 || m.WeightMilli > 1_000_000 {
			c.Add("parameter."+n+".weight", "eservice.scheme.error.weight")
		}
	}
	if complete && len(s.Parameters) == 0 {
		c.Add("parameters", "eservice.scheme.error.parameters_none")
	}
	return c.Err()
}

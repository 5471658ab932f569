package eservice

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/table"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// SchemeColumns is the header of the sheet of a scheme: one row says what the
// scheme is, one each a band (lowest first), a criterion and a parameter.
var SchemeColumns = []string{"part", "code", "name_az", "name_en", "criterion", "kind", "min", "min_inclusive", "max", "max_inclusive", "weight",
	"act_az", "act_en", "valid_from", "valid_to", "scale", "confirmed", "note_az", "note_en"}

// partColumns are the columns that a row of a part fills in beside code and
// names; the others stay empty.
var partColumns = map[string][]string{
	"scheme":    {"max", "act_az", "act_en", "valid_from", "valid_to", "scale", "confirmed", "note_az", "note_en"},
	"band":      {"min", "min_inclusive", "max", "max_inclusive"},
	"criterion": {"kind", "weight"},
	"parameter": {"criterion", "max", "weight"},
}

// SchemeSheet gives a scheme as rows of its sheet, which ImportScheme reads
// without loss.
func (s *Service) SchemeSheet(ctx context.Context, code string) (Scheme, [][]string, error) {
	x, err := s.Scheme(ctx, code)
	if err != nil {
		return x, nil, err
	}
	row := func(part, code, az, en string, values ...string) []string {
		out := make([]string, len(SchemeColumns))
		out[0], out[1], out[2], out[3] = part, code, az, en
		at := map[string]string{}
		for i, c := range partColumns[part] {
			at[c] = values[i]
		}
		for i, c := range SchemeColumns[4:] {
			out[4+i] = at[c]
		}
		return out
	}
	truth, points := strconv.FormatBool, func(m int64) string { return MilliText(m, 3) }
	rows := [][]string{row("scheme", x.Code, x.TitleAZ, x.TitleEN, points(x.MaxMilli), x.ActAZ, x.ActEN, string(x.ValidFrom), string(x.ValidTo), x.Scale, truth(x.Confirmed), x.NoteAZ, x.NoteEN)}
	for _, b := range x.Bands {
		rows = append(rows, row("band", b.Code, b.LabelAZ, b.LabelEN, points(b.MinMilli), truth(b.MinInclusive), points(b.MaxMilli), truth(b.MaxInclusive)))
	}
	for _, k := range x.Criteria {
		rows = append(rows, row("criterion", k.Code, k.NameAZ, k.NameEN, k.Kind, points(k.WeightMilli)))
	}
	for _, m := range x.Parameters {
		rows = append(rows, row("parameter", m.Code, m.NameAZ, m.NameEN, m.Criterion, points(m.MaxMilli), points(m.WeightMilli)))
	}
	return x, rows, nil
}

// ImportScheme reads the sheet of a scheme into a draft: the next version of
// the scheme it names, the first when it is not known. Invalid names each fault
// by row and column, bands that overlap or leave a hole among them; nothing is
// kept then.
func (s *Service) ImportScheme(ctx context.Context, in ImportRequest) (draft Scheme, err error) {
	if _, err := office.Allowed(ctx, policies.SchemeWrite); err != nil {
		return draft, err
	}
	file := bufio.NewReader(in.Reader)
	head, _ := file.Peek(2)
	rows, _, err := table.Read(file, table.Limits{}, SchemeColumns)
	if err != nil {
		return draft, err
	}
	if string(head) != "PK" { // texts of a CSV are guarded against formulas
		for _, r := range rows {
			for c, text := range r.Cells {
				r.Cells[c] = table.Unguard(text)
			}
		}
	}
	sheet := schemeSheet{at: map[string]sheetCell{}}
	for _, r := range rows {
		sheet.row(r)
	}
	if draft, err = sheet.scheme(); err != nil {
		return draft, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		all, err := loadSchemes(ctx, tx)
		if err != nil {
			return err
		}
		draft.Family, draft.BasedOn, draft.Version = draft.Code, "", 1
		if known, ok := all[draft.Code]; ok {
			draft.Family, draft.BasedOn = known.Family, known.Code
		}
		for _, x := range all {
			if x.Family == draft.Family {
				draft.Version = max(draft.Version, x.Version+1)
			}
		}
		if draft.Version > 1 {
			draft.Code = fmt.Sprintf("%s-v%d", draft.Family, draft.Version)
		}
		if in.Each != nil {
			for _, r := range rows {
				in.Each(r.Line, r.Get("code"), r.Get("name_az"), true)
			}
		}
		if in.DryRun {
			return store.ErrNoChange
		}
		draft.State, draft.Revision, draft.EditedBy = SchemeDraft, 1, tx.Actor.Signature()
		if err := kis.ReferenceChanges(ctx, tx, policies.SchemeWrite, draft.Code); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&draft).Exec(ctx); err != nil {
			return store.MapError(err, "insert scheme")
		}
		tx.Record(store.Change{Action: string(policies.SchemeWrite), Kind: kindScheme, ID: draft.Code, Label: draft.TitleAZ, Note: in.Name, After: draft.facts()})
		return insertParts(ctx, tx, &draft)
	})
	return draft, err
}

// sheetCell is where something stands in a sheet.
type sheetCell struct {
	row    int
	column string
}

// schemeSheet collects the rows of a sheet; at says where each field that check
// names was read.
type schemeSheet struct {
	Scheme
	first int // row of the scheme itself
	at    map[string]sheetCell
	check apperr.Check
}

func (s *schemeSheet) row(r table.Row) {
	part := r.Get("part")
	own, ok := partColumns[part]
	if !ok {
		s.check.AddRow(r.Line, "part", "eservice.scheme.sheet.part", "value", i18n.Shorten(part, 40))
		return
	}
	for _, c := range SchemeColumns[4:] {
		if r.Get(c) != "" && !slices.Contains(own, c) {
			s.check.AddRow(r.Line, c, "eservice.scheme.sheet.other", "part", part)
		}
	}
	number := func(column string) int64 {
		m, err := milli(r.Get(column))
		if err != nil {
			s.check.AddRow(r.Line, column, "error.field.number")
		}
		return m
	}
	truth := func(column string) bool {
		switch r.Get(column) {
		case "true", "1", "yes":
			return true
		case "false", "0", "no", "":
		default:
			s.check.AddRow(r.Line, column, "eservice.scheme.sheet.truth", "value", i18n.Shorten(r.Get(column), 40))
		}
		return false
	}
	date := func(column string) day.Day {
		d, ok := day.Parse(r.Get(column))
		if r.Get(column) != "" && !ok {
			s.check.AddRow(r.Line, column, "error.field.date")
		}
		return d
	}
	// place remembers the fields of a part under the name that check gives it.
	place := func(prefix string) {
		for _, c := range SchemeColumns {
			field := map[string]string{"name_az": "az", "name_en": "en"}[c]
			s.at[prefix+cmp.Or(field, c)] = sheetCell{r.Line, c}
		}
	}
	switch part {
	case "scheme":
		if s.first > 0 {
			s.check.AddRow(r.Line, "part", "eservice.scheme.sheet.twice", "row", s.first)
			return
		}
		s.first = r.Line
		place("")
		s.at["title_az"], s.at["title_en"] = sheetCell{r.Line, "name_az"}, sheetCell{r.Line, "name_en"}
		if s.Code = r.Get("code"); !schemeCode.MatchString(s.Code) {
			s.check.AddRow(r.Line, "code", "eservice.scheme.error.code")
		}
		s.TitleAZ, s.TitleEN, s.ActAZ, s.ActEN, s.NoteAZ, s.NoteEN = r.Get("name_az"), r.Get("name_en"), r.Get("act_az"), r.Get("act_en"), r.Get("note_az"), r.Get("note_en")
		s.Scale, s.MaxMilli, s.ValidFrom, s.ValidTo, s.Confirmed = r.Get("scale"), number("max"), date("valid_from"), date("valid_to"), truth("confirmed")
	case "band":
		s.Bands = append(s.Bands, Band{Code: r.Get("code"), LabelAZ: r.Get("name_az"), LabelEN: r.Get("name_en"), MinMilli: number("min"), MinInclusive: truth("min_inclusive"), MaxMilli: number("max"), MaxInclusive: truth("max_inclusive")})
		place("band." + strconv.Itoa(len(s.Bands)) + ".")
	case "criterion":
		s.Criteria = append(s.Criteria, Criterion{Code: r.Get("code"), Kind: r.Get("kind"), NameAZ: r.Get("name_az"), NameEN: r.Get("name_en"), WeightMilli: number("weight")})
		place("criterion." + strconv.Itoa(len(s.Criteria)) + ".")
	case "parameter":
		s.Parameters = append(s.Parameters, Parameter{Code: r.Get("code"), Criterion: r.Get("criterion"), NameAZ: r.Get("name_az"), NameEN: r.Get("name_en"), MaxMilli: number("max"), WeightMilli: number("weight")})
		place("parameter." + strconv.Itoa(len(s.Parameters)) + ".")
	}
}

// scheme gives what was read when nothing is wrong with it.
func (s *schemeSheet) scheme() (Scheme, error) {
	if s.first == 0 {
		s.check.AddRow(1, "part", "eservice.scheme.sheet.none")
	}
	if err := s.check.Err(); err != nil {
		return s.Scheme, err
	}
	for i := range s.Parameters {
		s.Parameters[i].Confirmed = s.Confirmed
	}
	err := s.Scheme.check(false)
	if !apperr.Is(err, apperr.Invalid) {
		return s.Scheme, err
	}
	for _, f := range apperr.As(err).Fields {
		at, ok := s.at[f.Name]
		if !ok { // too few bands, or no parameters
			at = sheetCell{s.first, "part"}
		}
		s.check.AddRow(at.row, at.column, f.Key, apperr.Flat(f.Args)...)
	}
	return s.Scheme, s.check.Err()
}

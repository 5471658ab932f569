package eservice

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// sheetOf gives the sheet of a scheme with its header.
func sheetOf(t *testing.T, s *Service, ctx context.Context, code string) [][]string {
	t.Helper()
	_, rows, err := s.SchemeSheet(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	return append([][]string{SchemeColumns}, rows...)
}

func loadSheet(s *Service, ctx context.Context, rows [][]string) (Scheme, error) {
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		return Scheme{}, err
	}
	return s.ImportScheme(ctx, ImportRequest{Reader: &b, Name: "sxem.csv"})
}

// TestASchemeGoesOutAndComesBackAsASheet: what is exported is a draft again,
// the same in all but what a draft is not, and saving it puts it into force.
func TestASchemeGoesOutAndComesBackAsASheet(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, ctx := bureau(t, db)
		for _, code := range []string{"2013", "2014", "2025"} {
			rows := sheetOf(t, s, ctx, code)
			draft, err := loadSheet(s, ctx, rows)
			if err != nil {
				t.Fatalf("%s: %v", code, err)
			}
			if draft.Family != code || draft.Version != 2 || draft.State != SchemeDraft || draft.BasedOn != code {
				t.Errorf("%s came back as %+v", code, draft)
			}
			again := sheetOf(t, s, ctx, draft.Code)
			again[1][1] = code // the draft has a code of its own
			if !slices.EqualFunc(rows, again, slices.Equal[[]string]) {
				t.Errorf("%s changed:\n%q\n%q", code, rows, again)
			}
		}
		fresh := sheetOf(t, s, ctx, "2025")
		fresh[1][1], fresh[1][13], fresh[1][15] = "2030", "2030-01-01", "levels"
		if draft, err := loadSheet(s, ctx, fresh); err != nil || draft.Code != "2030" || draft.Version != 1 {
			t.Errorf("a scheme nobody knew: %+v %v", draft, err)
		}
	})
}

// TestASheetOfASchemeThatIsWrongIsRefusedByRowAndColumn: bands that overlap or
// leave a hole among them; nothing is kept.
func TestASheetOfASchemeThatIsWrongIsRefusedByRowAndColumn(t *testing.T) {
	s, ctx := bureau(t, storetest.Open(t))
	rows := sheetOf(t, s, ctx, "2025")
	column := map[string]int{}
	for i, c := range SchemeColumns {
		column[c] = i
	}
	find := func(part string, n int) int { // index of the nth row of a part
		for i, r := range rows {
			if r[0] == part {
				if n--; n == 0 {
					return i
				}
			}
		}
		t.Fatalf("no %s", part)
		return 0
	}
	second := rows[find("band", 2)]
	for name, c := range map[string]struct {
		row                int
		column, value, key string
	}{
		"bands that overlap":          {find("band", 2), "min", "1", "eservice.scheme.error.band_overlap"},
		"bands that leave a hole":     {find("band", 2), "min", "30.5", "eservice.scheme.error.band_hole"},
		"a bound that is of two":      {find("band", 1), "max_inclusive", "true", "eservice.scheme.error.band_overlap"},
		"a bound that is of none":     {find("band", 2), "min_inclusive", "false", "eservice.scheme.error.band_hole"},
		"the first above nothing":     {find("band", 1), "min", "1", "eservice.scheme.error.band_first"},
		"the last below the most":     {find("band", 5), "max", "99", "eservice.scheme.error.band_last"},
		"a band the wrong way":        {find("band", 2), "max", "0.5", "eservice.scheme.error.band_empty"},
		"no number":                   {find("band", 2), "max", "iyirmi", "error.field.number"},
		"neither true nor false":      {find("band", 2), "max_inclusive", "bəli", "eservice.scheme.sheet.truth"},
		"a code twice":                {find("band", 2), "code", rows[find("band", 1)][1], "eservice.scheme.error.code_twice"},
		"no name":                     {find("band", 2), "name_az", "", "error.field.required"},
		"a day that is none":          {find("scheme", 1), "valid_from", "2026-02-30", "error.field.date"},
		"a scale that is none":        {find("scheme", 1), "scale", "points", "error.field.choice"},
		"an end before the start":     {find("scheme", 1), "valid_to", "1999-01-01", "eservice.scheme.error.valid_to"},
		"a part that is none":         {find("parameter", 1), "part", "point", "eservice.scheme.sheet.part"},
		"a criterion nobody knows":    {find("parameter", 1), "criterion", "x", "error.field.choice"},
		"points below nothing":        {find("parameter", 1), "max", "-1", "eservice.scheme.error.weight"},
		"a weight of a band":          {find("band", 2), "weight", "1", "eservice.scheme.sheet.other"},
		"two schemes in one sheet":    {find("band", 2), "part", "scheme", "eservice.scheme.sheet.twice"},
		"a code with capital Latin":   {find("scheme", 1), "code", "NEW", "eservice.scheme.error.code"},
		"a kind that is none":         {find("criterion", 1), "kind", "x", "error.field.choice"},
		"a weight that weighs nought": {find("criterion", 1), "weight", "0", "eservice.scheme.error.weight"},
	} {
		t.Run(name, func(t *testing.T) {
			changed := make([][]string, len(rows))
			for i := range rows {
				changed[i] = slices.Clone(rows[i])
			}
			if changed[c.row][column[c.column]] = c.value; c.value == "scheme" {
				changed[c.row] = slices.Clone(rows[1])
			}
			_, err := loadSheet(s, ctx, changed)
			e := apperr.As(err)
			if e == nil || e.Kind != apperr.Invalid {
				t.Fatalf("not refused: %v", err)
			}
			where := slices.IndexFunc(e.Fields, func(f apperr.Field) bool { return f.Key == c.key })
			if where < 0 || !i18n.Has(c.key) {
				t.Fatalf("not %s: %+v", c.key, e.Fields)
			}
			want := c.row
			if c.key == "eservice.scheme.error.band_overlap" && c.row == find("band", 1) {
				want++ // named where the next one begins
			}
			if f := e.Fields[where]; f.Row != want+1 || (f.Name != c.column && want == c.row && !strings.HasSuffix(c.column, "_inclusive")) {
				t.Errorf("row %d, column %s", f.Row, f.Name)
			}
		})
	}
	if _, err := loadSheet(s, ctx, append(rows[:1:1], second)); apperr.As(err) == nil || apperr.As(err).Fields[0].Key != "eservice.scheme.sheet.none" {
		t.Errorf("bands without a scheme: %v", err)
	}
	if all, err := loadSchemes(ctx, s.DB.Read()); err != nil || slices.ContainsFunc(slices.Collect(maps.Values(all)), func(x Scheme) bool { return x.State == SchemeDraft }) {
		t.Errorf("something of a sheet was kept: %v", err)
	}
	officer := actor.With(t.Context(), actor.Actor{UserID: store.NewID(), Grants: []actor.Grant{{Role: string(policies.AgencyOfficer), AgencyID: store.NewID()}}})
	if _, err := loadSheet(s, officer, rows); !apperr.Is(err, apperr.Forbidden) {
		t.Errorf("an officer imports a scheme: %v", err)
	}
}

// TestWhatADraftWouldChangeIsShownAndNothingChanges: bands moved by ten points
// move as many services as have a score between the bounds; the results, their
// scheme and the summaries stay.
func TestWhatADraftWouldChangeIsShownAndNothingChanges(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, ctx := bureau(t, db)
		importFile(t, s, ctx, reference.AssessmentsSample)
		card, err := s.Scorecard(ctx, ScorecardFilter{})
		if err != nil {
			t.Fatal(err)
		}
		y := card.Focus()
		draft, err := s.CopyScheme(ctx, y.Scheme.Code)
		if err != nil {
			t.Fatal(err)
		}
		same, err := s.PreviewScheme(ctx, draft.Code, y.Year)
		if err != nil || same.Changed != 0 || same.Services != y.Electronised || len(same.Moves) != 0 || !maps.Equal(same.Before, same.After) {
			t.Errorf("the same bands: %+v %v", same, err)
		}
		low, high := draft.Bands[2].MinMilli, draft.Bands[2].MinMilli+10_000
		draft.Bands[1].MaxMilli, draft.Bands[2].MinMilli = high, high
		if draft, err = s.SaveScheme(ctx, draft, draft.Revision); err != nil {
			t.Fatal(err)
		}
		var want int64
		if err := db.Read().NewRaw("SELECT COUNT(*) FROM assessments WHERE score_milli >= ? AND score_milli < ?", low, high).Scan(ctx, &want); err != nil || want == 0 {
			t.Fatalf("%d services between the bounds: %v", want, err)
		}
		p, err := s.PreviewScheme(ctx, draft.Code, y.Year)
		if err != nil || p.Changed != want || len(p.Moves) != 1 || p.Moves[0].N != want || p.Moves[0].From.Code != "good" || p.Moves[0].To.Code != "satisfactory" ||
			p.After["good"] != p.Before["good"]-want || p.After["satisfactory"] != p.Before["satisfactory"]+want {
			t.Errorf("ten points more: %+v %v, want %d", p, err, want)
		}
		after, err := s.Scorecard(ctx, ScorecardFilter{})
		if err != nil || fmt.Sprint(after.Focus().Grades) != fmt.Sprint(y.Grades) || after.Focus().Scheme.Code != y.Scheme.Code {
			t.Errorf("the results changed: %v then %v, %v", y.Grades, after.Focus().Grades, err)
		}
		if _, err := s.VerifySummaries(ctx, func(f store.Fault) { t.Errorf("%s %s", f.Key, f.Where) }); err != nil {
			t.Error(err)
		}
		// What does not fit is refused by its row, and the draft stays as it was.
		bad := draft
		bad.Bands = slices.Clone(draft.Bands)
		bad.Bands[3].MinMilli -= 5000
		if _, err := s.SaveScheme(ctx, bad, draft.Revision); apperr.As(err) == nil || apperr.As(err).Fields[0].Name != "band.4.min" || apperr.As(err).Fields[0].Key != "eservice.scheme.error.band_overlap" {
			t.Errorf("bands that overlap: %v", err)
		}
		bad.Bands[3].MinMilli += 6000
		if _, err := s.SaveScheme(ctx, bad, draft.Revision); apperr.As(err) == nil || apperr.As(err).Fields[0].Key != "eservice.scheme.error.band_hole" {
			t.Errorf("bands that leave a hole: %v", err)
		}
		if _, err := s.SaveScheme(ctx, draft, draft.Revision-1); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("two who write at once: %v", err)
		}
	})
}

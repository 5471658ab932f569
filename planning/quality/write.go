package quality

import (
	"context"
	"fmt"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/indicator"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// NewReport asks for the first version of the report of a cycle.
type NewReport struct {
	CycleID string
	Copy    bool // begin with the texts of the report of the period before
}

// Begin begins the report of a cycle that runs or has run. Invalid on "cycle"
// when it was not begun or is none the actor may write about; Conflict when it
// has a report.
func (s *Service) Begin(ctx context.Context, n NewReport) (Report, error) {
	scope, err := office.Allowed(ctx, policies.QualityWrite)
	if err != nil {
		return Report{}, err
	}
	if _, err := person(ctx); err != nil {
		return Report{}, err
	}
	if !store.IsID(n.CycleID) {
		return Report{}, apperr.InvalidField("cycle", "error.field.choice")
	}
	cy, err := s.KIS.Cycle(ctx, n.CycleID)
	if apperr.Is(err, apperr.NotFound) || err == nil && (!scope.Department(cy.Process.OwnerID) || cy.State == kis.CyclePlanned) {
		return Report{}, apperr.InvalidField("cycle", "error.field.choice")
	}
	if err != nil {
		return Report{}, err
	}
	today := s.KIS.Today()
	var r Report
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		have, err := versionsOf(ctx, tx, cy.ID)
		if err != nil {
			return err
		}
		if len(have) > 0 {
			return apperr.New(apperr.Conflict, "quality.error.begun", "number", have[0].Number)
		}
		st, err := structureOn(ctx, tx, today)
		if err != nil {
			return err
		}
		no, err := tx.NextNumber(ctx, Kind, today.Year())
		if err != nil {
			return err
		}
		r = Report{ID: store.NewID(), Number: fmt.Sprintf("KM-%d-%02d", today.Year(), no), No: 1, CycleID: cy.ID, Structure: st.Version, State: Draft, StateAt: tx.Now,
			CreatedBy: tx.Actor.UserID, CreatedAt: tx.Now, Version: 1}
		r.SearchKey = i18n.Fold(strings.Join([]string{r.Number, cy.Process.Code, cy.Process.TitleAZ, cy.Process.TitleEN, cy.Period, cy.ReferencePeriod}, " "))
		var entries []Entry
		if n.Copy {
			before, err := lastBefore(ctx, tx, cy)
			if err != nil {
				return err
			}
			if before.ID == "" {
				return apperr.InvalidField("copy", "quality.error.no_before")
			}
			r.SourceID = before.ID
			if entries, err = copied(ctx, tx, before.ID, r.ID, st, true); err != nil {
				return err
			}
		}
		tx.Record(store.Change{Action: string(policies.QualityWrite), Kind: Kind, ID: r.ID, Label: r.Number, After: map[string]any{"step": "begin", "state": Draft, "cycle": cy.ID,
			"structure": st.Version, "source": r.SourceID, "carried": len(entries)}})
		return insertReport(ctx, tx, &r, entries)
	})
	return r, err
}

// copied takes the texts of a report over into another under the concepts that
// the structure has. carried marks them as not looked at; figures entered by
// hand of another period are left behind.
func copied(ctx context.Context, tx *store.Tx, from, to string, st Structure, carried bool) ([]Entry, error) {
	have, err := entriesOf(ctx, tx, from)
	if err != nil {
		return nil, err
	}
	var out []Entry
	for _, c := range st.Concepts {
		e, ok := have[c.Code]
		if !ok || c.Kind == Group || e.TextAZ == "" && e.TextEN == "" && e.Value == "" {
			continue
		}
		e.ReportID, e.Version, e.Carried, e.EditedBy, e.EditedAt = to, 1, carried, tx.Actor.UserID, tx.Now
		if carried {
			e.Value = ""
		}
		out = append(out, e)
	}
	return out, nil
}

// Patch is what somebody wrote under a concept; nil fields stay as they are.
type Patch struct {
	Code    string
	Version int // of the entry that was seen; 0 when nothing was written yet
	NA      *bool
	TextAZ  *string
	TextEN  *string
	Value   *string
}

// Clash is a field that somebody else changed meanwhile to something else.
type Clash struct {
	Field        string // na, text_az, text_en or value
	Mine, Theirs string
	By           string // name
}

// Save writes under a concept of a draft. When somebody else wrote there since
// the version that was seen, the fields in which both differ come back and
// nothing is stored. The same patch sent twice is stored once.
func (s *Service) Save(ctx context.Context, id string, p Patch) (Entry, []Clash, error) {
	if _, err := office.Allowed(ctx, policies.QualityWrite); err != nil {
		return Entry{}, nil, err
	}
	var e Entry
	var clashes []Clash
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		r, err := s.hold(ctx, tx, id, policies.QualityWrite)
		if err != nil {
			return err
		}
		if r.State != Draft {
			return conflict(r.State)
		}
		st, err := structureOf(ctx, tx, r.Structure)
		if err != nil {
			return err
		}
		c, ok := st.Concept(p.Code)
		if !ok || c.Kind == Group {
			return apperr.Missing("quality_concept")
		}
		entries, err := entriesOf(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		e = entries[c.Code]
		next, err := p.over(e, c)
		if err != nil {
			return err
		}
		if e.Version != p.Version && e.EditedBy != tx.Actor.UserID {
			if clashes = clash(e, next); len(clashes) > 0 {
				return store.ErrNoChange
			}
		}
		next.Carried = false
		if same(e, next) && e.Carried == next.Carried {
			return store.ErrNoChange
		}
		before, after := changes(e, next)
		next.ReportID, next.Code, next.Version, next.EditedBy, next.EditedAt, next.EditedName = r.ID, c.Code, e.Version+1, tx.Actor.UserID, tx.Now, tx.Actor.Name
		after["step"], after["code"] = "write", c.Code
		tx.Record(store.Change{Action: string(policies.QualityWrite), Kind: Kind, ID: r.ID, Label: r.Number, Before: before, After: after})
		e = next
		return setEntry(ctx, tx, next)
	})
	return e, clashes, err
}

// over puts a patch over an entry. Fields that cannot be are Invalid by name.
func (p Patch) over(e Entry, c Concept) (Entry, error) {
	var check apperr.Check
	if p.NA != nil {
		e.NA = *p.NA
	}
	if p.TextAZ != nil {
		e.TextAZ = check.Text("text_az", *p.TextAZ, 0, maxText)
	}
	if p.TextEN != nil {
		e.TextEN = check.Text("text_en", *p.TextEN, 0, maxText)
	}
	if p.Value != nil {
		typed := strings.TrimSpace(*p.Value)
		exact, ok := indicator.ParseDecimal(typed)
		switch {
		case typed == "":
			e.Value = ""
		case !c.ByHand():
			check.Add("value", "quality.error.from_cycle")
		case !ok:
			check.Add("value", "error.field.number")
		default:
			e.Value = exact
		}
	}
	return e, check.Err()
}

func same(a, b Entry) bool {
	return a.NA == b.NA && a.TextAZ == b.TextAZ && a.TextEN == b.TextEN && a.Value == b.Value
}

// clash lists in what a new entry differs from the one of somebody else.
func clash(theirs, mine Entry) (out []Clash) {
	add := func(field, m, t string) {
		if m != t {
			out = append(out, Clash{Field: field, Mine: m, Theirs: t, By: theirs.EditedName})
		}
	}
	add("na", tick(mine.NA), tick(theirs.NA))
	add("text_az", mine.TextAZ, theirs.TextAZ)
	add("text_en", mine.TextEN, theirs.TextEN)
	add("value", mine.Value, theirs.Value)
	return out
}

// tick is how a form writes yes and no.
func tick(yes bool) string {
	if yes {
		return "1"
	}
	return ""
}

// changes says for the trail what was written anew.
func changes(a, b Entry) (before, after map[string]any) {
	before, after = map[string]any{}, map[string]any{}
	add := func(name string, x, y any) {
		if x != y {
			before[name], after[name] = x, y
		}
	}
	add("na", a.NA, b.NA)
	add("text_az", a.TextAZ, b.TextAZ)
	add("text_en", a.TextEN, b.TextEN)
	add("value", a.Value, b.Value)
	add("carried", a.Carried, b.Carried)
	return before, after
}

// hold locks a report for a person who may do an action to it. One that they
// may not even see is not found.
func (s *Service) hold(ctx context.Context, tx *store.Tx, id string, act policies.Action) (Report, error) {
	if _, err := person(ctx); err != nil {
		return Report{}, err
	}
	r, err := lockReport(ctx, tx, id)
	if err != nil {
		return r, err
	}
	switch {
	case !policies.For(tx.Actor, policies.QualityRead).Department(r.OwnerID):
		return r, apperr.Missing(Kind)
	case !policies.For(tx.Actor, act).Department(r.OwnerID):
		return r, apperr.New(apperr.Forbidden, "quality.error.not_department")
	}
	return r, nil
}

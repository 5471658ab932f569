package programme

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Texts is what a programme says besides its rows. Reason is needed once the
// programme was approved.
type Texts struct {
	Objectives, Criteria, Methods, Resources string
	Risks                                    []Risk
	Version                                  int
	Reason                                   string
}

// check gives the texts trimmed, or what is wrong with them.
func (t Texts) check() (Texts, error) {
	var c apperr.Check
	t.Objectives = c.Text("objectives", t.Objectives, 5, maxText)
	t.Criteria = c.Text("criteria", t.Criteria, 3, maxText)
	t.Methods = c.Text("methods", t.Methods, 3, maxText)
	t.Resources = c.Text("resources", t.Resources, 3, maxText)
	var risks []Risk
	for i, r := range t.Risks {
		if strings.TrimSpace(r.Text) == "" && strings.TrimSpace(r.Treatment) == "" {
			continue
		}
		r.Text, r.Treatment = c.Text("risk_text", r.Text, 3, maxText), c.Text("risk_treatment", r.Treatment, 3, maxText)
		if !slices.Contains(RiskKinds(), r.Kind) {
			c.AddRow(i+1, "risk_kind", "error.field.choice")
		}
		r.Position = len(risks)
		risks = append(risks, r)
	}
	if t.Risks = risks; len(risks) > 50 {
		c.Add("risk_text", "error.field.range", "min", 0, "max", 50)
	}
	return t, c.Err()
}

// Create begins the programme of a year: a row to each process, department of
// the office and site, with the importance they had in the programme before.
// A second one for the year is a Conflict.
func (s *Service) Create(ctx context.Context, year int, t Texts) (Programme, error) {
	if _, err := office.Allowed(ctx, policies.ProgrammeDraft); err != nil {
		return Programme{}, err
	}
	if this := s.KIS.Today().Year(); year < this-1 || year > this+3 {
		return Programme{}, apperr.InvalidField("year", "error.field.range", "min", this-1, "max", this+3)
	}
	t, err := t.check()
	if err != nil {
		return Programme{}, err
	}
	var p Programme
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		w, err := latestWeighting(ctx, tx)
		if err != nil {
			return err
		}
		p = Programme{ID: store.NewID(), Year: year, State: Draft, WeightingID: w.ID, Objectives: t.Objectives, Criteria: t.Criteria, Methods: t.Methods,
			Resources: t.Resources, Version: 1, CreatedBy: tx.Actor.UserID, CreatedAt: tx.Now}
		if _, err := tx.NewInsert().Model(&p).Exec(ctx); err != nil {
			if err = store.MapError(err, "insert programme"); apperr.Is(err, apperr.Conflict) {
				return apperr.InvalidField("year", "audit.programme.error.year", "year", strconv.Itoa(year))
			}
			return err
		}
		if err := replaceRisks(ctx, tx, p.ID, t.Risks); err != nil {
			return err
		}
		added, err := addRows(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.ProgrammeDraft), Kind: kindProgramme, ID: p.ID, Label: p.label(),
			After: map[string]any{"step": "draft", "state": p.State, "rows": added, "objectives": p.Objectives, "criteria": p.Criteria, "methods": p.Methods, "resources": p.Resources, "risks": t.Risks}})
		return nil
	})
	return p, err
}

// Refresh adds rows for the processes, departments and sites that have come
// since; it gives how many.
func (s *Service) Refresh(ctx context.Context, id string) (added int, err error) {
	err = s.change(ctx, id, 0, "", func(tx *store.Tx, p *Programme) (edit, error) {
		if added, err = addRows(ctx, tx, p.ID); err != nil {
			return edit{}, err
		}
		if added == 0 {
			return edit{}, store.ErrNoChange
		}
		return edit{fields: []FieldChange{{Field: "rows", After: "+" + strconv.Itoa(added)}}}, nil
	})
	return added, err
}

// Save changes the texts and risks of a programme.
func (s *Service) Save(ctx context.Context, id string, t Texts) error {
	t, err := t.check()
	if err != nil {
		return err
	}
	return s.change(ctx, id, t.Version, t.Reason, func(tx *store.Tx, p *Programme) (edit, error) {
		had, err := risksOf(ctx, tx, p.ID)
		if err != nil {
			return edit{}, err
		}
		var e edit
		for _, f := range []struct {
			name       string
			old, value *string
		}{{"objectives", &p.Objectives, &t.Objectives}, {"criteria", &p.Criteria, &t.Criteria}, {"methods", &p.Methods, &t.Methods}, {"resources", &p.Resources, &t.Resources}} {
			if *f.old != *f.value {
				e.fields = append(e.fields, FieldChange{f.name, *f.old, *f.value})
				*f.old = *f.value
				e.columns = append(e.columns, f.name)
			}
		}
		if before, after := riskText(had), riskText(t.Risks); before != after {
			e.fields = append(e.fields, FieldChange{"risks", before, after})
			if err := replaceRisks(ctx, tx, p.ID, t.Risks); err != nil {
				return e, err
			}
		}
		if len(e.fields) == 0 {
			return e, store.ErrNoChange
		}
		return e, nil
	})
}

// riskText writes risks as one text, for comparing and for the list of changes.
func riskText(list []Risk) string {
	var out []string
	for _, r := range list {
		out = append(out, r.Kind+": "+r.Text+" → "+r.Treatment)
	}
	return strings.Join(out, "\n")
}

// RowEdit is a row as it is to be. Adjusted puts a priority in the place of
// the computed one, with a reason; nil leaves the computed one.
type RowEdit struct {
	Importance   int // ignored once the priority is fixed
	Adjusted     *int
	AdjustReason string
	Months       []int
	Codes        []string
	LeadID       string
	Note         string
	Version      int    // of the programme
	Reason       string // needed once the programme was approved
}

// modelCode is a phase or a sub-process.
var modelCode = regexp.MustCompile(`^[1-8](\.[1-9])?$`)

// check gives the row trimmed, or what is wrong with it by itself.
func (n RowEdit) check() (RowEdit, error) {
	var c apperr.Check
	if n.Importance < 0 || n.Importance > maxScore {
		c.Add("importance", "error.field.range", "min", 0, "max", maxScore)
	}
	n.AdjustReason = c.Text("adjust_reason", n.AdjustReason, 0, maxText)
	switch {
	case n.Adjusted == nil:
		n.AdjustReason = ""
	case *n.Adjusted < 0 || *n.Adjusted > 100:
		c.Add("adjusted", "error.field.range", "min", 0, "max", 100)
	case len([]rune(n.AdjustReason)) < 5:
		c.Add("adjust_reason", "audit.programme.error.adjust_reason")
	}
	for _, m := range n.Months {
		if m < 1 || m > 12 {
			c.Add("months", "error.field.range", "min", 1, "max", 12)
			break
		}
	}
	for _, code := range n.Codes {
		if !modelCode.MatchString(code) {
			c.Add("codes", "audit.error.code", "code", code)
		}
	}
	slices.Sort(n.Codes)
	n.Codes = slices.Compact(n.Codes)
	if n.LeadID != "" && !store.IsID(n.LeadID) {
		c.Add("lead", "error.field.choice")
	}
	n.Note = c.Text("note", n.Note, 0, maxText)
	return n, c.Err()
}

// SaveRow changes a row. A month for which an audit was planned stays; a new
// month may not have passed.
func (s *Service) SaveRow(ctx context.Context, rowID string, n RowEdit) error {
	n, err := n.check()
	if err != nil {
		return err
	}
	seen, err := s.rowByID(ctx, s.DB.Read(), rowID)
	if err != nil {
		return err
	}
	return s.change(ctx, seen.ProgrammeID, n.Version, n.Reason, func(tx *store.Tx, p *Programme) (edit, error) {
		old, err := s.rowByID(ctx, tx, rowID)
		if err != nil {
			return edit{}, err
		}
		if err := s.monthsFit(ctx, tx, *p, old, n); err != nil {
			return edit{}, err
		}
		if err := s.leadFits(ctx, tx, n.LeadID); err != nil {
			return edit{}, err
		}
		r := old
		if p.State.Open() {
			r.Importance = n.Importance
		}
		r.Adjusted, r.AdjustReason, r.Months, r.Codes, r.LeadID, r.Note = n.Adjusted, n.AdjustReason, words(n.Months), strings.Join(n.Codes, " "), n.LeadID, n.Note
		e := edit{row: &r, fields: rowChanges(old, r)}
		if len(e.fields) == 0 {
			return e, store.ErrNoChange
		}
		return e, updateRow(ctx, tx, r)
	})
}

// monthsFit refuses months that have passed, and taking away one that has an
// audit.
func (s *Service) monthsFit(ctx context.Context, tx *store.Tx, p Programme, old Row, n RowEdit) error {
	audits, err := auditsOfRows(ctx, tx, []string{old.ID})
	if err != nil {
		return err
	}
	today := s.KIS.Today()
	for _, m := range n.Months {
		if !slices.Contains(old.MonthList(), m) && monthEnd(p.Year, m) < today {
			return apperr.InvalidField("months", "audit.programme.error.month_past", "month", m)
		}
	}
	for _, a := range audits {
		if !slices.Contains(n.Months, a.Month) {
			return apperr.InvalidField("months", "audit.programme.error.month_taken", "month", a.Month, "number", a.Number)
		}
	}
	return nil
}

// monthEnd is the last day of a month.
func monthEnd(year, month int) day.Day { return monthStart(year, month+1).Add(-1) }

// rowChanges lists which fields of a row differ.
func rowChanges(a, b Row) (out []FieldChange) {
	number := func(n *int) string {
		if n == nil {
			return ""
		}
		return strconv.Itoa(*n)
	}
	for _, f := range []FieldChange{{"importance", strconv.Itoa(a.Importance), strconv.Itoa(b.Importance)}, {"adjusted", number(a.Adjusted), number(b.Adjusted)},
		{"adjust_reason", a.AdjustReason, b.AdjustReason}, {"months", a.Months, b.Months}, {"codes", a.Codes, b.Codes}, {"lead", a.LeadID, b.LeadID}, {"note", a.Note, b.Note}} {
		if f.Before != f.After {
			out = append(out, f)
		}
	}
	return out
}

// edit is what a change did.
type edit struct {
	row     *Row // nil = the programme as a whole
	fields  []FieldChange
	columns []string // of the programme
}

// change runs a change of a programme that is open, or in force and then with
// a reason: it gets a number and is kept. version is that of the programme
// that was looked at; 0 does not ask.
func (s *Service) change(ctx context.Context, id string, version int, reason string, do func(tx *store.Tx, p *Programme) (edit, error)) error {
	if _, err := office.Allowed(ctx, policies.ProgrammeDraft); err != nil {
		return err
	}
	var c apperr.Check
	reason = c.Text("reason", reason, 0, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		p, err := s.hold(ctx, tx, id)
		if err != nil {
			return err
		}
		if version != 0 && version != p.Version {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		if !p.State.Open() {
			if _, err := arrow(ctx, p.State, "amend"); err != nil {
				return err
			}
			if len([]rune(reason)) < 5 {
				return apperr.InvalidField("reason", "audit.programme.error.reason")
			}
		}
		e, err := do(tx, &p)
		if err != nil {
			return err
		}
		from, step := p.State, "edit"
		columns := append(e.columns, "version")
		p.Version++
		if from.InForce() {
			p.State, step = Amended, "amend"
			p.Amendment++
			columns = append(columns, "amendment")
			if err := keepChange(ctx, tx, p, e, reason); err != nil {
				return err
			}
		}
		if err := moveProgramme(ctx, tx, p, from, columns...); err != nil {
			return err
		}
		before, after := map[string]any{}, map[string]any{"step": step}
		for _, f := range e.fields {
			before[f.Field], after[f.Field] = f.Before, f.After
		}
		if e.row != nil {
			after["row"] = strconv.Itoa(e.row.No)
		}
		if step == "amend" {
			after["amendment"] = strconv.Itoa(p.Amendment)
		}
		tx.Record(store.Change{Action: string(policies.ProgrammeDraft), Kind: kindProgramme, ID: p.ID, Label: p.label(), Note: reason, Before: before, After: after})
		return nil
	})
}

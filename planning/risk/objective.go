package risk

import (
	"context"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Objective is a quality objective (ISO 9001:2015, 6.2): what, with which
// means, who, by when, and how it is measured. Numbers are exact decimal texts.
type Objective struct {
	bun.BaseModel `bun:"table:objectives,alias:b"`

	ID           string         `bun:"id,pk"`
	Number       string         `bun:"number"` // MQ-2026-01
	Title        string         `bun:"title"`
	Metric       string         `bun:"metric"`
	Unit         string         `bun:"unit"`
	Better       string         `bun:"better"`   // more or less
	Baseline     string         `bun:"baseline"` // "" = not known
	Target       string         `bun:"target"`
	Actions      string         `bun:"actions"`
	Resources    string         `bun:"resources"`
	DepartmentID string         `bun:"department_id"`
	OwnerID      string         `bun:"owner_id"`
	ProcessID    string         `bun:"process_id,nullzero"`
	Starts       day.Day        `bun:"starts"`
	Due          day.Day        `bun:"due"`
	State        ObjectiveState `bun:"state"`
	StateAt      time.Time      `bun:"state_at"`
	Verdict      string         `bun:"verdict"`
	DecidedBy    string         `bun:"decided_by,nullzero"`
	CreatedBy    string         `bun:"created_by"`
	CreatedAt    time.Time      `bun:"created_at"`
	Version      int            `bun:"version"`
	SearchKey    string         `bun:"search_key"`
}

// Value is one measurement of an objective, as it was entered.
type Value struct {
	bun.BaseModel `bun:"table:objective_values,alias:v"`

	ID          string    `bun:"id,pk"`
	ObjectiveID string    `bun:"objective_id"`
	No          int       `bun:"no"`
	MeasuredOn  day.Day   `bun:"measured_on"`
	Value       string    `bun:"value"`
	Note        string    `bun:"note"`
	EnteredBy   string    `bun:"entered_by"`
	EnteredAt   time.Time `bun:"entered_at"`

	EnteredName string `bun:"entered_name,scanonly"`
}

// Met says whether a value reaches the target.
func (o Objective) Met(value string) bool {
	have, ok1 := new(big.Rat).SetString(value)
	want, ok2 := new(big.Rat).SetString(o.Target)
	if !ok1 || !ok2 {
		return false
	}
	c := have.Cmp(want)
	return c == 0 || (c > 0) == (o.Better == "more")
}

// Overdue says whether nobody decided by the term whether it was reached.
func (o Objective) Overdue(today day.Day) bool { return o.State == Running && o.Due < today }

// ObjectiveFields are what a person writes about an objective.
type ObjectiveFields struct {
	Title, Metric, Unit string
	Better              string // more or less
	Baseline, Target    string // as people type them: 69,5
	Actions, Resources  string
	DepartmentID        string
	OwnerID             string
	ProcessID           string // "" = of the system as a whole
	Starts, Due         day.Day
}

var decimalText = regexp.MustCompile(`^-?[0-9]{1,12}(\.[0-9]{1,6})?$`)

// decimal reads a number as people type it and gives it as it is kept.
func decimal(c *apperr.Check, field, text string, required bool) string {
	text = strings.Replace(strings.Map(func(r rune) rune {
		if r == ' ' || r == '\u00a0' {
			return -1
		}
		return r
	}, text), ",", ".", 1)
	switch {
	case text == "" && required:
		c.Add(field, "error.field.required")
	case text == "":
	case !decimalText.MatchString(text):
		c.Add(field, "error.field.number")
	}
	return text
}

func (f ObjectiveFields) check() (ObjectiveFields, error) {
	var c apperr.Check
	f.Title = strings.ReplaceAll(c.Text("title", f.Title, minWhy, maxTitle), "\n", " ")
	f.Metric = c.Text("metric", f.Metric, minWhy, maxText)
	f.Unit = c.Text("unit", f.Unit, 1, 40)
	c.OneOf("better", f.Better, "more", "less")
	f.Baseline, f.Target = decimal(&c, "baseline", f.Baseline, false), decimal(&c, "target", f.Target, true)
	f.Actions = c.Text("actions", f.Actions, minWhy, maxText)
	f.Resources = c.Text("resources", f.Resources, 0, maxText)
	if !store.IsID(f.DepartmentID) {
		c.Add("department", "error.field.choice")
	}
	if !store.IsID(f.OwnerID) {
		c.Add("owner", "error.field.choice")
	}
	if f.ProcessID != "" && !store.IsID(f.ProcessID) {
		c.Add("process", "error.field.choice")
	}
	if f.Starts == "" {
		c.Add("starts", "error.field.required")
	}
	if f.Due == "" {
		c.Add("due", "error.field.required")
	} else if f.Starts != "" && f.Due <= f.Starts {
		c.Add("due", "error.field.date_after", "date", f.Starts.Format())
	}
	return f, c.Err()
}

func (o *Objective) put(f ObjectiveFields, process string) {
	o.Title, o.Metric, o.Unit, o.Better, o.Baseline, o.Target, o.Actions, o.Resources = f.Title, f.Metric, f.Unit, f.Better, f.Baseline, f.Target, f.Actions, f.Resources
	o.DepartmentID, o.OwnerID, o.ProcessID, o.Starts, o.Due = f.DepartmentID, f.OwnerID, f.ProcessID, f.Starts, f.Due
	o.SearchKey = i18n.Fold(strings.Join([]string{o.Number, o.Title, o.Metric, o.Actions, process}, " "))
}

func (o Objective) facts(step string) map[string]any {
	return map[string]any{"step": step, "title": o.Title, "metric": o.Metric, "unit": o.Unit, "better": o.Better, "baseline": o.Baseline, "target": o.Target,
		"department": o.DepartmentID, "owner": o.OwnerID, "due": o.Due}
}

// Set writes an objective down, with a number of its year.
func (s *Service) Set(ctx context.Context, f ObjectiveFields) (Objective, error) {
	if _, err := office.Allowed(ctx, policies.ObjectiveWrite); err != nil {
		return Objective{}, err
	}
	who, err := me(ctx)
	if err != nil {
		return Objective{}, err
	}
	if f, err = f.check(); err != nil {
		return Objective{}, err
	}
	var o Objective
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		title, err := belongs(ctx, tx, Fields{DepartmentID: f.DepartmentID, OwnerID: f.OwnerID, ProcessID: f.ProcessID})
		if err != nil {
			return err
		}
		year := s.KIS.Today().Year()
		no, err := tx.NextNumber(ctx, KindObjective, year)
		if err != nil {
			return err
		}
		o = Objective{ID: store.NewID(), Number: fmt.Sprintf("MQ-%d-%02d", year, no), State: Running, StateAt: tx.Now, CreatedBy: who.UserID, CreatedAt: tx.Now, Version: 1}
		o.put(f, title)
		if _, err := tx.NewInsert().Model(&o).Exec(ctx); err != nil {
			return store.MapError(err, "insert objective")
		}
		after := o.facts("set")
		after["state"] = o.State
		tx.Record(store.Change{Action: string(policies.ObjectiveWrite), Kind: KindObjective, ID: o.ID, Label: o.Number, After: after})
		return nil
	})
	return o, err
}

// Adjust writes a running objective anew. version is that of the page the form
// was filled from; when somebody has changed it since, it is a Conflict.
func (s *Service) Adjust(ctx context.Context, id string, version int, f ObjectiveFields) error {
	f, bad := f.check()
	return s.withObjective(ctx, id, policies.ObjectiveWrite, func(tx *store.Tx, o *Objective) error {
		if o.State != Running {
			return conflict(KindObjective, string(o.State))
		}
		if bad != nil {
			return bad
		}
		if o.Version != version {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		title, err := belongs(ctx, tx, Fields{DepartmentID: f.DepartmentID, OwnerID: f.OwnerID, ProcessID: f.ProcessID})
		if err != nil {
			return err
		}
		before := o.facts("change")
		o.put(f, title)
		tx.Record(store.Change{Action: string(policies.ObjectiveWrite), Kind: KindObjective, ID: o.ID, Label: o.Number, Before: before, After: o.facts("change")})
		return setObjective(ctx, tx, o, o.State)
	})
}

// NewValue is a measurement as a person gives it.
type NewValue struct {
	MeasuredOn day.Day
	Value      string
	Note       string
}

// Measure keeps what was measured of a running objective: for whoever may
// write for its department, and for its owner.
func (s *Service) Measure(ctx context.Context, id string, n NewValue) error {
	scope, err := office.Allowed(ctx, policies.ObjectiveMeasure)
	if err != nil {
		return err
	}
	var c apperr.Check
	n.Value = decimal(&c, "value", n.Value, true)
	n.Note = c.Text("note", n.Note, 0, maxText)
	if n.MeasuredOn == "" {
		c.Add("measured_on", "error.field.required")
	} else if today := s.KIS.Today(); n.MeasuredOn > today {
		c.Add("measured_on", "error.field.date_before", "date", today.Add(1).Format())
	}
	return s.withObjective(ctx, id, policies.ObjectiveMeasure, func(tx *store.Tx, o *Objective) error {
		if !scope.Department(o.DepartmentID) && tx.Actor.UserID != o.OwnerID {
			return apperr.New(apperr.Forbidden, "risk.error.not_department")
		}
		if o.State != Running {
			return conflict(KindObjective, string(o.State))
		}
		if n.MeasuredOn != "" && n.MeasuredOn < o.Starts {
			c.Add("measured_on", "error.field.date_after", "date", o.Starts.Add(-1).Format())
		}
		if err := c.Err(); err != nil {
			return err
		}
		v := Value{ID: store.NewID(), ObjectiveID: o.ID, MeasuredOn: n.MeasuredOn, Value: n.Value, Note: n.Note, EnteredBy: tx.Actor.UserID, EnteredAt: tx.Now}
		if err := insertValue(ctx, tx, v); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.ObjectiveMeasure), Kind: KindObjective, ID: o.ID, Label: o.Number,
			After: map[string]any{"step": "measure", "value": v.Value, "measured_on": v.MeasuredOn}, Note: v.Note})
		return setObjective(ctx, tx, o, o.State)
	})
}

// Decide says whether an objective was reached or missed, or gives it up.
// Nothing is reached or missed that was never measured.
func (s *Service) Decide(ctx context.Context, id, verb, verdict string) error {
	var c apperr.Check
	if !slices.Contains([]string{"reach", "miss", "cancel"}, verb) {
		c.Add("decision", "error.field.choice")
	}
	verdict = c.Text("verdict", verdict, minWhy, maxText)
	return s.withObjective(ctx, id, policies.ObjectiveWrite, func(tx *store.Tx, o *Objective) error {
		if err := c.Err(); err != nil {
			return err
		}
		arrow, ok := office.Arrow(ObjectiveTransitions, o.State, verb)
		if !ok {
			return conflict(KindObjective, string(o.State))
		}
		values, err := valuesOf(ctx, tx, []string{o.ID})
		if err != nil {
			return err
		}
		if verb != "cancel" && len(values[o.ID]) == 0 {
			return apperr.New(apperr.Conflict, "risk.objective.error.not_measured")
		}
		o.Verdict, o.DecidedBy, o.StateAt = verdict, tx.Actor.UserID, tx.Now
		if err := setObjective(ctx, tx, o, arrow.To); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.ObjectiveWrite), Kind: KindObjective, ID: o.ID, Label: o.Number, Before: map[string]any{"state": arrow.From},
			After: map[string]any{"step": verb, "state": arrow.To}, Note: verdict})
		return nil
	})
}

// withObjective locks an objective and lets something be done with it.
func (s *Service) withObjective(ctx context.Context, id string, act policies.Action, do func(tx *store.Tx, o *Objective) error) error {
	if _, err := office.Allowed(ctx, act); err != nil {
		return err
	}
	if _, err := me(ctx); err != nil {
		return err
	}
	if !store.IsID(id) {
		return apperr.Missing(KindObjective)
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		o, err := lockObjective(ctx, tx, id)
		if err != nil {
			return err
		}
		return do(tx, &o)
	})
}

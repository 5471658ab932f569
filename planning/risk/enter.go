package risk

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Fields are what a person writes about a risk or an opportunity.
type Fields struct {
	Kind         Kind
	Title        string // what may happen
	Cause        string
	Consequence  string
	ProcessID    string // "" = of the system as a whole
	GSBPM        string // code of the activity, may be empty
	DepartmentID string
	OwnerID      string // who answers for it
}

// Weighing is an assessment as a person gives it. Points are of the scale of
// today.
type Weighing struct {
	Likelihood int
	Impact     int
	Note       string  // why so
	ReviewDue  day.Day // by when it is to be looked at again
}

// code is a phase, a sub-process or a task.
var code = regexp.MustCompile(`^[1-8](\.[1-9][0-9]?){0,2}$`)

func (f Fields) check(c *apperr.Check) Fields {
	apperr.OneOf(c, "kind", f.Kind, Kinds()...)
	f.Title = strings.ReplaceAll(c.Text("title", f.Title, minWhy, maxTitle), "\n", " ")
	f.Cause = c.Text("cause", f.Cause, minWhy, maxText)
	f.Consequence = c.Text("consequence", f.Consequence, minWhy, maxText)
	f.GSBPM = strings.TrimSpace(f.GSBPM)
	if f.GSBPM != "" && !code.MatchString(f.GSBPM) {
		c.Add("gsbpm", "risk.error.gsbpm", "code", i18n.Shorten(f.GSBPM, 20))
	}
	if f.ProcessID != "" && !store.IsID(f.ProcessID) {
		c.Add("process", "error.field.choice")
	}
	if !store.IsID(f.DepartmentID) {
		c.Add("department", "error.field.choice")
	}
	if !store.IsID(f.OwnerID) {
		c.Add("owner", "error.field.choice")
	}
	return f
}

// longestReview is how far ahead the next review may lie, in days.
const longestReview = 2 * 366

func (w Weighing) check(c *apperr.Check, today day.Day) Weighing {
	w.Note = c.Text("note", w.Note, 0, maxText)
	switch {
	case w.ReviewDue == "":
		c.Add("review_due", "error.field.required")
	case w.ReviewDue <= today:
		c.Add("review_due", "error.field.date_after", "date", today.Format())
	case w.ReviewDue > today.Add(longestReview):
		c.Add("review_due", "error.field.date_before", "date", today.Add(longestReview+1).Format())
	}
	return w
}

// Enter writes a risk into the register with its first assessment. Whoever
// writes only for the own department is refused another (Invalid on
// "department").
func (s *Service) Enter(ctx context.Context, f Fields, w Weighing) (Risk, error) {
	scope, err := office.Allowed(ctx, policies.RiskWrite)
	if err != nil {
		return Risk{}, err
	}
	who, err := me(ctx)
	if err != nil {
		return Risk{}, err
	}
	var c apperr.Check
	today := s.KIS.Today()
	f, w = f.check(&c), w.check(&c, today)
	if err := c.Err(); err != nil {
		return Risk{}, err
	}
	if !scope.Department(f.DepartmentID) {
		return Risk{}, apperr.InvalidField("department", "error.field.choice")
	}
	var r Risk
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		scale, err := scaleOn(ctx, tx, today)
		if err != nil {
			return err
		}
		title, err := belongs(ctx, tx, f)
		if err != nil {
			return err
		}
		year := today.Year()
		no, err := tx.NextNumber(ctx, KindRisk, year)
		if err != nil {
			return err
		}
		r = Risk{ID: store.NewID(), Number: fmt.Sprintf("RS-%d-%03d", year, no), State: Assessed, StateAt: tx.Now, CreatedBy: who.UserID, CreatedAt: tx.Now, Version: 1}
		r.put(f, title)
		a, err := r.weigh(scale, w, "first", tx)
		if err != nil {
			return err
		}
		r.FirstLikelihood, r.FirstImpact, r.FirstScore, r.FirstLevel = r.Likelihood, r.Impact, r.Score, r.Level
		if err := insertRisk(ctx, tx, &r, a); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.RiskWrite), Kind: KindRisk, ID: r.ID, Label: r.Number, After: map[string]any{"step": "enter", "state": r.State, "kind": r.Kind,
			"title": r.Title, "department": r.DepartmentID, "owner": r.OwnerID, "likelihood": r.Likelihood, "impact": r.Impact, "level": r.Level, "review_due": r.ReviewDue}, Note: w.Note})
		return nil
	})
	return r, err
}

// put takes over what was written; process is the title for the search.
func (r *Risk) put(f Fields, process string) {
	r.Kind, r.Title, r.Cause, r.Consequence, r.ProcessID, r.GSBPM, r.DepartmentID, r.OwnerID = f.Kind, f.Title, f.Cause, f.Consequence, f.ProcessID, f.GSBPM, f.DepartmentID, f.OwnerID
	r.SearchKey = i18n.Fold(strings.Join([]string{r.Number, r.Title, r.Cause, r.Consequence, r.GSBPM, process}, " "))
}

// weigh takes an assessment over into the risk and gives the row that is kept
// of it.
func (r *Risk) weigh(scale Scale, w Weighing, occasion string, tx *store.Tx) (Assessment, error) {
	var c apperr.Check
	for field, x := range map[string]struct {
		points int
		steps  []Step
	}{"likelihood": {w.Likelihood, scale.Likelihood}, "impact": {w.Impact, scale.Impact}} {
		if StepOf(x.steps, x.points).Code == "" {
			c.Add(field, "error.field.choice")
		}
	}
	if err := c.Err(); err != nil {
		return Assessment{}, err
	}
	r.Scale, r.Likelihood, r.Impact, r.Score = scale.Version, w.Likelihood, w.Impact, w.Likelihood*w.Impact
	r.Level, r.AssessedAt, r.ReviewDue = scale.Level(r.Score).Code, tx.Now, w.ReviewDue
	return Assessment{ID: store.NewID(), RiskID: r.ID, Occasion: occasion, Scale: r.Scale, Likelihood: r.Likelihood, Impact: r.Impact, Score: r.Score, Level: r.Level,
		Note: w.Note, AssessedBy: tx.Actor.UserID, AssessedAt: tx.Now}, nil
}

// belongs checks that the department, the owner and the process of a risk are
// there and in use, and gives the titles of the process for the search.
func belongs(ctx context.Context, db bun.IDB, f Fields) (process string, err error) {
	var c apperr.Check
	departments, err := office.DepartmentsByID(ctx, db, []string{f.DepartmentID})
	if err != nil {
		return "", err
	}
	if d, ok := departments[f.DepartmentID]; !ok || d.Kind != office.Internal || !d.ArchivedAt.IsZero() {
		c.Add("department", "error.field.choice")
	}
	people, err := office.UsersByID(ctx, db, []string{f.OwnerID})
	if err != nil {
		return "", err
	}
	if u, ok := people[f.OwnerID]; !ok || !u.DisabledAt.IsZero() {
		c.Add("owner", "error.field.choice")
	}
	if f.ProcessID != "" {
		var titles []struct {
			AZ string `bun:"title_az"`
			EN string `bun:"title_en"`
		}
		if err := db.NewRaw("SELECT title_az, title_en FROM processes WHERE id = ?", f.ProcessID).Scan(ctx, &titles); err != nil {
			return "", store.MapError(err, "process of a risk")
		}
		if len(titles) == 0 {
			c.Add("process", "error.field.choice")
		} else {
			process = titles[0].AZ + " " + titles[0].EN
		}
	}
	return process, c.Err()
}

// Change writes anew what a risk is. version is that of the page the form was
// filled from; when somebody has changed the risk since, it is a Conflict.
func (s *Service) Change(ctx context.Context, id string, version int, f Fields) error {
	scope, err := office.Allowed(ctx, policies.RiskWrite)
	if err != nil {
		return err
	}
	var c apperr.Check
	f = f.check(&c)
	return s.with(ctx, id, func(tx *store.Tx, r *Risk) error {
		if err := c.Err(); err != nil {
			return err
		}
		switch {
		case !r.writtenBy(tx.Actor):
			return apperr.New(apperr.Forbidden, "risk.error.not_department")
		case r.State == Closed:
			return conflict(KindRisk, string(r.State))
		case r.Version != version:
			return apperr.New(apperr.Conflict, "error.conflict")
		case f.DepartmentID != r.DepartmentID && !scope.Department(f.DepartmentID):
			return apperr.InvalidField("department", "error.field.choice")
		}
		title, err := belongs(ctx, tx, f)
		if err != nil {
			return err
		}
		before := map[string]any{"kind": r.Kind, "title": r.Title, "cause": r.Cause, "consequence": r.Consequence, "process": r.ProcessID, "gsbpm": r.GSBPM, "department": r.DepartmentID, "owner": r.OwnerID}
		r.put(f, title)
		tx.Record(store.Change{Action: string(policies.RiskWrite), Kind: KindRisk, ID: r.ID, Label: r.Number, Before: before, After: map[string]any{"step": "change", "kind": r.Kind,
			"title": r.Title, "cause": r.Cause, "consequence": r.Consequence, "process": r.ProcessID, "gsbpm": r.GSBPM, "department": r.DepartmentID, "owner": r.OwnerID}})
		return setRisk(ctx, tx, r, r.State)
	})
}

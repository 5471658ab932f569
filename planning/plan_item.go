package planning

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Section is the part of a plan in which an item stands.
type Section string

// The sections, in their order.
const (
	Documents Section = "documents" // documents and processes
	Data      Section = "data"      // quality of data
	People    Section = "people"    // people and audits
	Services  Section = "services"  // e-services and openness
	Else      Section = "other"
)

// Sections lists the sections in the order of a plan.
func Sections() []Section { return []Section{Documents, Data, People, Services, Else} }

// Item is one item of a yearly plan. Once the plan is approved only State,
// StateAt, NewDue and Version change.
type Item struct {
	bun.BaseModel `bun:"table:plan_items,alias:i"`

	ID               string    `bun:"id,pk"`
	PlanID           string    `bun:"plan_id"`
	No               int       `bun:"no"`
	Section          Section   `bun:"section"`
	SectionNo        int       `bun:"section_no"`
	Added            int       `bun:"added"`
	Text             string    `bun:"text"`
	ExpectedResult   string    `bun:"expected_result"`
	Indicator        string    `bun:"indicator"`
	ResponsibleID    string    `bun:"responsible_id"`
	StartQuarter     int       `bun:"start_quarter"` // 1 to 4; the last is that of Due
	Due              day.Day   `bun:"due"`
	Basis            Basis     `bun:"basis"`
	BasisLabel       string    `bun:"basis_label"`
	RecommendationID string    `bun:"recommendation_id,nullzero"`
	DecisionID       string    `bun:"decision_id,nullzero"`
	CarriedFrom      string    `bun:"carried_from,nullzero"`
	State            ItemState `bun:"state"`
	StateAt          time.Time `bun:"state_at"`
	NewDue           day.Day   `bun:"new_due,nullzero"` // after a postponement
	CreatedBy        string    `bun:"created_by,nullzero"`
	CreatedAt        time.Time `bun:"created_at"`
	Version          int       `bun:"version"` // a form carries it; saving over another's change is a Conflict
	SearchKey        string    `bun:"search_key"`

	// Read along with it.
	Responsible  office.Department   `bun:"-"`
	CoExecutors  []office.Department `bun:"-"`
	CarriedYear  int                 `bun:"carried_year,scanonly"` // year of the plan it comes from, 0 when it is new
	OpenAct      string              `bun:"open_act,scanonly"`     // act behind it that the reader may open; "" for none
	OpenReview   string              `bun:"open_review,scanonly"`  // the same of a review
	CarriedKey   Key                 `bun:"carried_key,scanonly"`
	Year         int                 `bun:"year,scanonly"`
	Key          Key                 `bun:"key,scanonly"`         // of its plan
	ExecutorID   string              `bun:"executor_id,scanonly"` // who carries it out, "" while nobody is named
	ExecutorName string              `bun:"executor_name,scanonly"`
	Taken
	LastReportAt time.Time `bun:"last_report_at,scanonly,nullzero"`
}

// Term is the date that counts: the new one after a postponement.
func (i Item) Term() day.Day {
	if i.NewDue != "" {
		return i.NewDue
	}
	return i.Due
}

// Overdue says whether the item is past its term and not done. One that was
// reported done waits for others and is not late.
func (i Item) Overdue(today day.Day) bool { return i.State != Done && i.Term() < today }

// Concerns says whether the item is a matter of the department.
func (i Item) Concerns(departmentID string) bool {
	return i.ResponsibleID == departmentID ||
		slices.ContainsFunc(i.CoExecutors, func(d office.Department) bool { return d.ID == departmentID })
}

// ItemFields is what people write about an item; so the API names it too.
type ItemFields struct {
	Section        Section  `json:"section" enum:"documents,data,people,services,other"`
	Text           string   `json:"text"`
	ExpectedResult string   `json:"expected_result"`
	Indicator      string   `json:"indicator"`
	ResponsibleID  string   `json:"responsible"`
	CoExecutors    []string `json:"co_executors,omitempty"` // department ids, in order
	StartQuarter   int      `json:"start_quarter"`
	Due            day.Day  `json:"due"` // in the year of the plan
}

// NewItem is an item that does not come out of the register; its basis is
// given in words.
type NewItem struct {
	ItemFields
	Basis      Basis  `json:"basis" enum:"act,measure,assessment,other"`
	BasisLabel string `json:"basis_label"`
}

func (f ItemFields) check(year int) (ItemFields, error) {
	var c apperr.Check
	f = f.into(&c, year)
	return f, c.Err()
}

func (f ItemFields) into(c *apperr.Check, year int) ItemFields {
	apperr.OneOf(c, "section", f.Section, Sections()...)
	f.Text = c.Text("text", f.Text, 5, maxText)
	f.ExpectedResult = c.Text("expected_result", f.ExpectedResult, 3, maxText)
	f.Indicator = c.Text("indicator", f.Indicator, 1, maxLabel)
	if f.ResponsibleID == "" {
		c.Add("responsible", "error.field.required")
	}
	var co []string
	for _, id := range f.CoExecutors {
		if id != "" && id != f.ResponsibleID && !slices.Contains(co, id) {
			co = append(co, id)
		}
	}
	f.CoExecutors = co
	if f.StartQuarter < 1 || f.StartQuarter > 4 {
		c.Add("start_quarter", "error.field.choice")
	}
	switch {
	case f.Due == "":
		c.Add("due", "error.field.required")
	case f.Due.Year() != year:
		c.Add("due", "planning.plan.error.due_year", "year", strconv.Itoa(year))
	case f.StartQuarter > f.Due.Quarter():
		c.Add("start_quarter", "planning.plan.error.quarter")
	}
	return f
}

// item gives the row these fields make.
func (f ItemFields) item() Item {
	return Item{Section: f.Section, SectionNo: slices.Index(Sections(), f.Section) + 1, Text: f.Text, ExpectedResult: f.ExpectedResult,
		Indicator: f.Indicator, ResponsibleID: f.ResponsibleID, StartQuarter: f.StartQuarter, Due: f.Due}
}

// AddItem adds an item whose basis is given in words to a plan that is not
// approved. In a plan that was sent, the departments concerned must agree.
func (s *Service) AddItem(ctx context.Context, key Key, n NewItem) (Item, error) {
	if _, err := office.Allowed(ctx, policies.PlanDraft); err != nil {
		return Item{}, err
	}
	var c apperr.Check
	if key.Year() == 0 {
		return Item{}, apperr.Missing(kindPlan)
	}
	n.ItemFields = n.into(&c, key.Year())
	apperr.OneOf(&c, "basis", n.Basis, FromAct, FromMeasure, FromAssessment, FromOther)
	n.BasisLabel = c.Text("basis_label", n.BasisLabel, 1, maxLabel)
	if err := c.Err(); err != nil {
		return Item{}, err
	}
	it := n.item()
	it.Basis, it.BasisLabel = n.Basis, n.BasisLabel
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		p, err := lockPlanOf(ctx, tx, key)
		if err != nil {
			return err
		}
		return s.addItem(ctx, tx, &p, &it, n.CoExecutors)
	})
	return it, err
}

// addItem puts an item into a locked plan.
func (s *Service) addItem(ctx context.Context, tx *store.Tx, p *Plan, it *Item, coExecutors []string) error {
	if !p.Editable() {
		return wrongState(ctx, PlanTransitions, "plan", p.State)
	}
	if err := internalDepartments(ctx, tx, "responsible", it.ResponsibleID); err != nil {
		return err
	}
	if err := internalDepartments(ctx, tx, "co_executors", coExecutors...); err != nil {
		return err
	}
	it.ID, it.PlanID, it.Year, it.Key, it.Version = store.NewID(), p.ID, p.Year, p.Key, 1
	it.CreatedBy, it.CreatedAt, it.StateAt = tx.Actor.UserID, tx.Now, tx.Now
	if it.State == "" {
		it.State = NotStarted
	}
	if err := insertItem(ctx, tx, it, coExecutors); err != nil {
		return err
	}
	if err := s.planChanged(ctx, tx, p, it, append([]string{it.ResponsibleID}, coExecutors...)); err != nil {
		return err
	}
	tx.Record(store.Change{Action: "planning:plan:add_item", Kind: kindItem, ID: it.ID, Label: it.label(), RootKind: kindPlan, RootID: p.ID,
		After: it.facts(coExecutors)})
	return nil
}

// facts is what the trail keeps of an item.
func (i Item) facts(coExecutors []string) map[string]any {
	return map[string]any{"no": i.No, "section": i.Section, "text": i.Text, "expected_result": i.ExpectedResult, "indicator": i.Indicator,
		"responsible": i.ResponsibleID, "co_executors": coExecutors, "start_quarter": i.StartQuarter, "due": i.Due,
		"basis": i.Basis, "basis_label": i.BasisLabel, "state": i.State}
}

// searchKey is what lists are searched by.
func (i Item) searchKey() string {
	return i18n.Fold(i.Text + " " + i.ExpectedResult + " " + i.Indicator + " " + i.BasisLabel)
}

// label is how people call the item: "2027, 5".
func (i Item) label() string { return string(i.Key) + ", " + strconv.Itoa(i.No) }

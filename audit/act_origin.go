package audit

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Origin says where an act comes from.
type Origin string

const (
	OfFinding     Origin = "finding"     // of an audit
	OfEvidence    Origin = "evidence"    // a submission that was returned
	OfDiscrepancy Origin = "discrepancy" // a note on data that was promoted
	OfRating      Origin = "rating"      // an e-service was rated low
	OfComplaint   Origin = "complaint"   // somebody complained
	OfMeasure     Origin = "measure"     // a measure of a national plan is overdue
)

// Origins lists the origins in the order of forms and reports.
func Origins() []Origin {
	return []Origin{OfFinding, OfEvidence, OfDiscrepancy, OfRating, OfComplaint, OfMeasure}
}

// OriginRef is what an act from elsewhere than an audit points at. The thing
// lives in another context; only a submission is known to the database.
type OriginRef struct {
	Kind       Origin
	ID         string  // of the thing in its context; empty only for a complaint on paper
	Label      string  // as people call it: "QY-2026-004", "UA register 2.3, service 14"; 1 to 300 characters
	ReceivedOn day.Day // of a complaint
}

// NewAct is a draft act that comes from no audit.
type NewAct struct {
	Origin            OriginRef
	DepartmentID      string // answers the act; an internal one
	CycleID           string // empty: concerns no cycle
	LeadID            string // lead auditor who answers for it; empty: whoever issues it
	Grade             Grade  // Major or Minor
	Standard, Edition string // empty: ISO9001 and 2015
	Clause            string // of the edition; empty when only a document was broken
	GSBPM             string // "4.4.2"; empty when it belongs to no activity
	Criterion         string // internal document and its item
	Statement         string
	ObjectiveEvidence string
	Evidence          []string // ids of submissions the actor may open
	RepeatOf          string   // id of an earlier issued act of the department
}

// usualStandard is that of an act which names none.
const usualStandard, usualEdition = "ISO9001", "2015"

func (n NewAct) check() (NewAct, error) {
	var c apperr.Check
	apperr.OneOf(&c, "origin", n.Origin.Kind, Origins()[1:]...)
	n.Origin.ID = c.Text("origin_id", n.Origin.ID, 0, 100)
	n.Origin.Label = c.Text("origin_label", n.Origin.Label, 1, maxTitle)
	if n.Origin.ID == "" && n.Origin.Kind != OfComplaint {
		c.Add("origin_id", "error.field.required")
	}
	if n.Origin.Kind == OfEvidence && n.Origin.ID != "" && !store.IsID(n.Origin.ID) {
		c.Add("origin_id", "error.field.choice")
	}
	apperr.OneOf(&c, "grade", n.Grade, Major, Minor)
	n.Criterion = c.Text("criterion", n.Criterion, 0, maxText)
	n.Statement = c.Text("statement", n.Statement, 1, maxText)
	n.ObjectiveEvidence = c.Text("objective_evidence", n.ObjectiveEvidence, 0, maxText)
	n.Clause = c.Text("clause", n.Clause, 0, 40)
	if n.GSBPM != "" && !gsbpmCode.MatchString(n.GSBPM) {
		c.Add("gsbpm", "audit.error.code", "code", n.GSBPM)
	}
	if n.Clause == "" && n.Criterion == "" {
		c.Add("clause", "audit.error.no_criterion")
	}
	if n.Standard == "" {
		n.Standard, n.Edition = usualStandard, usualEdition
	}
	for field, id := range map[string]string{"department": n.DepartmentID, "cycle": n.CycleID, "lead": n.LeadID} {
		if (id != "" || field == "department") && !store.IsID(id) {
			c.Add(field, "error.field.choice")
		}
	}
	for _, id := range n.Evidence {
		if !store.IsID(id) {
			c.Add("evidence", "error.field.choice")
		}
	}
	slices.Sort(n.Evidence)
	n.Evidence = slices.Compact(n.Evidence)
	return n, c.Err()
}

// DraftAct makes a draft act that comes from no audit.
func (s *Service) DraftAct(ctx context.Context, n NewAct) (a Act, err error) {
	if _, err := office.Allowed(ctx, policies.ActDraft); err != nil {
		return Act{}, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		a, err = s.DraftActTx(ctx, tx, n)
		return err
	})
	return a, err
}

// DraftActTx is DraftAct inside the unit of work of another context, so that
// its own change and the act come about together or not at all. The same
// thing may be the origin of one act that was not withdrawn (Conflict).
func (s *Service) DraftActTx(ctx context.Context, tx *store.Tx, n NewAct) (Act, error) {
	if _, err := office.Allowed(ctx, policies.ActDraft); err != nil {
		return Act{}, err
	}
	n, err := n.check()
	if err != nil {
		return Act{}, err
	}
	if err := s.checkOrigin(ctx, tx, &n); err != nil {
		return Act{}, err
	}
	a := Act{ID: store.NewID(), Origin: n.Origin.Kind, CycleID: n.CycleID, DepartmentID: n.DepartmentID, Grade: n.Grade, Standard: n.Standard,
		Edition: n.Edition, Clause: n.Clause, GSBPM: n.GSBPM, Criterion: n.Criterion, Statement: n.Statement, ObjectiveEvidence: n.ObjectiveEvidence,
		RepeatOf: n.RepeatOf, State: ActDraft, StateAt: tx.Now, LeadID: n.LeadID, Version: 1, CreatedBy: tx.Actor.UserID, CreatedAt: tx.Now, AnswerConfirmed: true}
	a.SearchKey = actSearchKey(a)
	if err := insertAct(ctx, tx, a, n.Evidence); err != nil {
		return a, err
	}
	o := actOrigin{ActID: a.ID, Kind: n.Origin.Kind, Reference: n.Origin.ID, Label: n.Origin.Label, ReceivedOn: n.Origin.ReceivedOn}
	if n.Origin.Kind == OfEvidence {
		o.SubmissionID = n.Origin.ID
	}
	if _, err := tx.NewInsert().Model(&o).Exec(ctx); err != nil {
		return a, store.MapError(err, "origin of act")
	}
	return a, recordAct(ctx, tx, a, "", "draft", policies.ActDraft, n.Origin.Label, map[string]any{"origin": a.Origin, "reference": o.Reference,
		"grade": a.Grade, "statement": a.Statement})
}

// checkOrigin asks the database about everything the act names.
func (s *Service) checkOrigin(ctx context.Context, tx *store.Tx, n *NewAct) (err error) {
	var c apperr.Check
	departments, err := office.DepartmentsByID(ctx, tx, []string{n.DepartmentID})
	if err != nil {
		return err
	}
	if d, ok := departments[n.DepartmentID]; !ok || d.Kind != "internal" {
		c.Add("department", "error.field.choice")
	}
	if n.Clause != "" {
		if ok, err := exists(ctx, tx, "SELECT COUNT(*) FROM standard_clauses WHERE standard = ? AND edition = ? AND number = ?", n.Standard, n.Edition, n.Clause); err != nil {
			return err
		} else if !ok {
			c.Add("clause", "error.field.choice")
		}
	}
	if n.CycleID != "" {
		if ok, err := exists(ctx, tx, "SELECT COUNT(*) FROM cycles WHERE id = ?", n.CycleID); err != nil {
			return err
		} else if !ok {
			c.Add("cycle", "error.field.choice")
		}
	}
	if n.LeadID != "" {
		who, err := s.KIS.ActorOf(ctx, n.LeadID)
		if err != nil && !apperr.Is(err, apperr.NotFound) {
			return err
		}
		if err != nil || !policies.Can(who, policies.ActIssue) {
			c.Add("lead", "audit.error.lead")
		} else if who.DepartmentID == n.DepartmentID {
			c.Add("lead", "audit.error.lead_own")
		}
	}
	if n.Origin.Kind == OfEvidence {
		n.Evidence = append(n.Evidence, n.Origin.ID)
		slices.Sort(n.Evidence)
		n.Evidence = slices.Compact(n.Evidence)
	}
	seen, err := s.evidence(ctx, tx, n.Evidence)
	if err != nil {
		return err
	}
	for _, id := range n.Evidence {
		if e, ok := seen[id]; !ok || !e.Open {
			c.Add("evidence", "error.field.missing")
		}
	}
	if err := c.Err(); err != nil {
		return err
	}
	if n.RepeatOf, err = repeatOf(ctx, tx, n.RepeatOf, n.DepartmentID); err != nil {
		return err
	}
	if n.Origin.ID == "" {
		return nil
	}
	number, err := actOfOrigin(ctx, tx, n.Origin.Kind, n.Origin.ID)
	if err == nil && number != nil {
		err = apperr.New(apperr.Conflict, "audit.error.origin_taken", "label", n.Origin.Label, "number", *number)
	}
	return err
}

// draftAction is what it takes to change a draft.
func draftAction(a Act) policies.Action {
	if a.AuditID == "" {
		return policies.ActDraft
	}
	return policies.FindingRaise
}

type actOrigin struct {
	bun.BaseModel `bun:"table:act_origins"`

	ActID        string  `bun:"act_id,pk"`
	Kind         Origin  `bun:"kind"`
	SubmissionID string  `bun:"submission_id,nullzero"`
	Reference    string  `bun:"reference"`
	Label        string  `bun:"label"`
	ReceivedOn   day.Day `bun:"received_on"`
}

// actOfOrigin gives the number of the act that a thing is the origin of, empty
// for a draft, nil when there is none that was not withdrawn.
func actOfOrigin(ctx context.Context, db bun.IDB, kind Origin, reference string) (*string, error) {
	var numbers []string
	err := db.NewRaw(`SELECT COALESCE(a.number, '') FROM act_origins o JOIN acts a ON a.id = o.act_id
		WHERE o.kind = ? AND o.reference = ? AND a.state <> ?`, kind, reference, ActWithdrawn).Scan(ctx, &numbers)
	if err != nil || len(numbers) == 0 {
		return nil, store.MapError(err, "act of origin")
	}
	return &numbers[0], nil
}

// ActsOfOrigin gives the acts whose origins are things of a kind, by the id of
// the thing: what another context shows beside its own. Acts the actor does not
// see, and withdrawn ones, are left out.
func (s *Service) ActsOfOrigin(ctx context.Context, kind Origin, references []string) (map[string]ActRef, error) {
	sc, err := office.Allowed(ctx, policies.ActRead)
	if err != nil || len(references) == 0 {
		return nil, err
	}
	var rows []struct{ Reference, ID, Number string }
	err = actsInScope(ctx, s.DB.Read().NewSelect().TableExpr("acts AS c"), sc).ColumnExpr("o.reference, c.id, COALESCE(c.number, '') AS number").
		Join("JOIN act_origins AS o ON o.act_id = c.id").Where("o.kind = ? AND o.reference IN (?)", kind, bun.List(references)).
		Where("c.state <> ?", ActWithdrawn).Scan(ctx, &rows)
	out := map[string]ActRef{}
	for _, r := range rows {
		out[r.Reference] = ActRef{r.ID, r.Number}
	}
	return out, store.MapError(err, "acts of origins")
}

// exists says whether a count is not zero.
func exists(ctx context.Context, db bun.IDB, query string, args ...any) (bool, error) {
	var n int
	err := db.NewRaw(query, args...).Scan(ctx, &n)
	return n > 0, store.MapError(err, "look up")
}

// Clauses lists the clauses of the usual standard in the order of its text.
func (s *Service) Clauses(ctx context.Context) ([]Clause, error) {
	if _, err := office.Allowed(ctx, policies.ActRead); err != nil {
		return nil, err
	}
	var out []Clause
	err := s.DB.Read().NewSelect().Model(&out).Where("sc.standard = ? AND sc.edition = ?", usualStandard, usualEdition).Scan(ctx)
	slices.SortFunc(out, func(a, b Clause) int { return CompareClauses(a.Number, b.Number) })
	return out, store.MapError(err, "clauses")
}

// CompareClauses orders clause numbers as the standard has them: 8.9 before
// 8.10, 9.2.2 before 9.2.2 a.
func CompareClauses(a, b string) int {
	split := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return r == '.' || r == ' ' })
	}
	return slices.CompareFunc(split(a), split(b), func(x, y string) int {
		n, errX := strconv.Atoi(x)
		m, errY := strconv.Atoi(y)
		if errX == nil && errY == nil {
			return cmp.Compare(n, m)
		}
		return cmp.Compare(x, y)
	})
}

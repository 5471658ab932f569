package inquiry

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// RequestPage is one request with all that belongs to it.
type RequestPage struct {
	RequestRow
	AuditNumber string
	Outputs     []RequestedOutput
	Answers     []Answer // newest first
	History     []office.Event

	CanAnswer, CanDecide bool       // as a person; whether the state allows it is for Steps
	Steps                []string   // verbs that the actor may take now
	Choices              []Evidence // submissions that the actor can answer with
}

// Can says whether the actor may take a step now.
func (p RequestPage) Can(verb string) bool { return slices.Contains(p.Steps, verb) }

// RequestedOutput is an output that evidence is asked for.
type RequestedOutput struct {
	ID, Code string
	Position int
	NameAZ   string `bun:"name_az"`
}

// Answer is one answer with the evidence that the actor may see of it.
type Answer struct {
	No            int
	Text          string
	ByName        string
	AnsweredAt    time.Time
	Verdict       string // accepted, returned; empty while it waits
	Reason        string
	DecidedByName string
	DecidedAt     time.Time
	Evidence      []Evidence
}

// Evidence is a submission as an answer names it.
type Evidence struct {
	ID, Title, Code string
	Version         int
	State           kis.SubmissionState
	Class           kis.EvidenceClass
	ReceivedAt      time.Time
}

// Request gives one request; NotFound when the actor may not see it.
func (s *Service) Request(ctx context.Context, id string) (RequestPage, error) {
	var p RequestPage
	if _, err := office.Allowed(ctx, policies.RequestRead); err != nil {
		return p, err
	}
	if !store.IsID(id) {
		return p, apperr.Missing("request")
	}
	db, who := s.DB.Read(), actor.From(ctx)
	rows, err := s.oneRequest(ctx, db, id, who)
	if err != nil {
		return p, err
	}
	if len(rows) == 0 {
		return p, apperr.Missing("request")
	}
	p.RequestRow = rows[0]
	if p.AuditID != "" && s.Audits != nil {
		numbers, err := s.Audits.AuditNumbers(ctx, db, []string{p.AuditID})
		if err != nil {
			return p, err
		}
		p.AuditNumber = numbers[p.AuditID]
	}
	err = db.NewRaw(`SELECT o.id, a.code, o.position, o.name_az FROM evidence_request_outputs ro JOIN outputs o ON o.id = ro.output_id
		JOIN activities a ON a.id = o.activity_id WHERE ro.request_id = ? ORDER BY a.position, o.position`, id).Scan(ctx, &p.Outputs)
	if err != nil {
		return p, store.MapError(err, "outputs of request")
	}
	if p.Answers, err = s.answers(ctx, db, who, id); err != nil {
		return p, err
	}
	p.CanAnswer, p.CanDecide = p.Request.answerableBy(who), p.Request.decidableBy(who)
	for _, t := range office.Next(RequestTransitions, p.State) {
		switch {
		case t.Action == policies.RequestAnswer && p.CanAnswer, t.Action == policies.RequestDecide && p.CanDecide:
			p.Steps = append(p.Steps, t.Verb)
		}
	}
	if p.Can("answer") {
		if p.Choices, err = s.choices(ctx, db, who, p.Request); err != nil {
			return p, err
		}
	}
	p.History, err = s.KIS.History(ctx, KindRequest, id, 100)
	return p, err
}

// oneRequest reads the row of a request that the actor may see.
func (s *Service) oneRequest(ctx context.Context, db bun.IDB, id string, who actor.Actor) ([]RequestRow, error) {
	var found []string
	err := visibleRequests(db.NewSelect().TableExpr("evidence_requests AS r").Column("r.id").Where("r.id = ?", id), who).Scan(ctx, &found)
	if err != nil || len(found) == 0 {
		return nil, store.MapError(err, "request")
	}
	var rows []RequestRow
	err = db.NewSelect().Model(&rows).ModelTableExpr("evidence_requests AS r").ColumnExpr("r.*").
		ColumnExpr("asker.name AS asked_by_name, COALESCE(asked.name, '') AS addressee_name").
		ColumnExpr("COALESCE(c.period, '') AS period, COALESCE(p.title_az, '') AS title_az, COALESCE(p.title_en, '') AS title_en, '' AS code").
		Join("JOIN users AS asker ON asker.id = r.asked_by").Join("LEFT JOIN users AS asked ON asked.id = r.addressee_id").
		Join("LEFT JOIN cycles AS c ON c.id = r.cycle_id").Join("LEFT JOIN processes AS p ON p.id = c.process_id").Where("r.id = ?", id).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return nil, store.MapError(err, "request")
	}
	departments, err := office.DepartmentsByID(ctx, db, []string{rows[0].DepartmentID})
	rows[0].Department = departments[rows[0].DepartmentID]
	return rows, err
}

// answers reads the answers with their evidence as far as the actor sees it.
func (s *Service) answers(ctx context.Context, db bun.IDB, who actor.Actor, requestID string) ([]Answer, error) {
	var rows []struct {
		ID     string
		Answer `bun:",extend"`
	}
	err := db.NewRaw(`SELECT a.id, a.no, a.text, a.answered_at, a.verdict, a.reason, a.decided_at, u.name AS by_name, COALESCE(d.name, '') AS decided_by_name
		FROM evidence_request_answers a JOIN users u ON u.id = a.answered_by LEFT JOIN users d ON d.id = a.decided_by
		WHERE a.request_id = ? ORDER BY a.no DESC`, requestID).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return nil, store.MapError(err, "answers")
	}
	var links []struct {
		AnswerID string
		Evidence `bun:",extend"`
	}
	err = db.NewRaw(`SELECT l.answer_id, s.id, s.title, s.version, s.state, s.class, s.received_at,
		COALESCE((SELECT a.code FROM activities a WHERE a.id = s.activity_id), '') AS code
		FROM evidence_request_submissions l JOIN evidence_request_answers w ON w.id = l.answer_id JOIN submissions s ON s.id = l.submission_id
		WHERE w.request_id = ? ORDER BY l.position`, requestID).Scan(ctx, &links)
	if err != nil {
		return nil, store.MapError(err, "evidence of answers")
	}
	ids := make([]string, len(links))
	for i, l := range links {
		ids[i] = l.ID
	}
	seen, err := s.KIS.SeesEvidence(ctx, db, who, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Answer, len(rows))
	for i, r := range rows {
		out[i] = r.Answer
		for _, l := range links {
			if l.AnswerID == r.ID && seen[l.ID] {
				out[i].Evidence = append(out[i].Evidence, l.Evidence)
			}
		}
	}
	return out, nil
}

// choices lists the submissions that the actor can answer with, newest first.
func (s *Service) choices(ctx context.Context, db bun.IDB, who actor.Actor, r Request) ([]Evidence, error) {
	var list []Evidence
	err := fitting(db.NewSelect().TableExpr("submissions AS s"), r).
		ColumnExpr("s.id, s.title, s.version, s.state, s.class, s.received_at, COALESCE(a.code, '') AS code").
		Join("LEFT JOIN activities AS a ON a.id = s.activity_id").OrderExpr("s.received_at DESC, s.id DESC").Limit(maxAnswerSubmissions).Scan(ctx, &list)
	if err != nil {
		return nil, store.MapError(err, "submissions to answer with")
	}
	ids := make([]string, len(list))
	for i, e := range list {
		ids[i] = e.ID
	}
	seen, err := s.KIS.SeesEvidence(ctx, db, who, ids)
	return slices.DeleteFunc(list, func(e Evidence) bool { return !seen[e.ID] }), err
}

// Asking is what the form of a new request offers.
type Asking struct {
	Departments []office.Department
	People      []actor.Actor // who answer for the department; none before it is chosen
	Cycle       *kis.Cycle    // that it is about
	Task        *kis.TaskPage // whose outputs it is about
	AuditNumber string
	Due         day.Day // by the term of the office
}

// Asking fills the form: cycle, task code, audit and department may be empty.
func (s *Service) Asking(ctx context.Context, cycleID, code, auditID, departmentID string) (Asking, error) {
	var a Asking
	if _, err := office.Allowed(ctx, policies.RequestAsk); err != nil {
		return a, err
	}
	db := s.DB.Read()
	all, err := s.KIS.Departments(ctx)
	if err != nil {
		return a, err
	}
	for _, d := range all {
		if d.Kind == office.Internal {
			a.Departments = append(a.Departments, d)
		}
	}
	if cycleID != "" && code != "" {
		t, err := s.KIS.Task(ctx, cycleID, code)
		if err != nil {
			return a, err
		}
		a.Cycle, a.Task = &t.Cycle, &t
	} else if cycleID != "" {
		cy, err := s.KIS.Cycle(ctx, cycleID)
		if err != nil {
			return a, err
		}
		a.Cycle = &cy
	}
	if store.IsID(auditID) && s.Audits != nil {
		numbers, err := s.Audits.AuditNumbers(ctx, db, []string{auditID})
		if err != nil {
			return a, err
		}
		a.AuditNumber = numbers[auditID]
	}
	if departmentID != "" {
		people, err := s.KIS.Actors(ctx, db)
		if err != nil {
			return a, err
		}
		who := actor.From(ctx)
		for _, p := range people {
			if p.UserID != who.UserID && policies.For(p, policies.RequestAnswer).Department(departmentID) {
				a.People = append(a.People, p)
			}
		}
	}
	a.Due, _, err = s.usualTerm(ctx, db, "request.answer")
	return a, err
}

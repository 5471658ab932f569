package evaluation

import (
	"context"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Dossier is an evaluation in full: for its page and its document.
type Dossier struct {
	Evaluation
	Cycle           kis.Cycle
	Lines           []Line // of now in a draft, of the day it was finished else
	Subs            []Sub  // sub-processes in order
	Judged, ToJudge int
	Recommendations []Recommended
	MayWrite        bool
	MayFinish       bool
}

// Sub is a sub-process with what is known and said of it.
type Sub struct {
	Phase, Code    string
	NameAZ, NameEN string
	State          kis.TaskState // worst of its tasks, now
	Accepted, Of   int           // tasks, now
	Missed         int           // lines about it that are bad
	Applies        bool          // it exists in the description
	Judgement      Judgement
}

// Name is its name in a language.
func (s Sub) Name(lang string) string { return i18n.InLang(lang, s.NameAZ, s.NameEN) }

// Recommended is a recommendation of the evaluation, where it stands now.
type Recommended struct {
	ID, Number, Code, Text string
	State                  string
	DepartmentCode         string
	ItemYear, ItemNo       int    // of the plan it went into; 0 for none
	ItemState              string // may be empty
}

// Of gives the lines of a section.
func (d Dossier) Of(sec Section) []Line {
	var out []Line
	for _, l := range d.Lines {
		if l.Section == sec {
			out = append(out, l)
		}
	}
	return out
}

// Row is an evaluation in the list.
type Row struct {
	Evaluation      `bun:",extend"`
	Judged          int
	Recommendations int
}

// Waiting is a cycle without an evaluation.
type Waiting struct {
	CycleID, Period string
	TitleAZ         string `bun:"title_az"`
	TitleEN         string `bun:"title_en"`
	State           kis.CycleState
}

// Title is the title of the process in a language.
func (w Waiting) Title(lang string) string { return i18n.InLang(lang, w.TitleAZ, w.TitleEN) }

// listed is how many evaluations one page of the list shows.
const listed = 50

// Page is a page of the list: evaluations, newest first, and the cycles that
// the actor may begin to evaluate.
type Page struct {
	Rows    []Row
	Next    string // After of the next page; empty at the end
	Waiting []Waiting
}

// List gives the evaluations that the actor may see, newest first, those after
// the id of a row when it is given. Two queries.
func (s *Service) List(ctx context.Context, after string) (Page, error) {
	scope, err := office.Allowed(ctx, policies.EvaluationRead)
	if err != nil {
		return Page{}, err
	}
	if after != "" && !store.IsID(after) {
		return Page{}, nil
	}
	db := s.DB.Read()
	var p Page
	if p.Rows, err = listEvaluations(ctx, db, scope, after, listed+1); err != nil {
		return p, err
	}
	if len(p.Rows) > listed {
		p.Rows = p.Rows[:listed]
		p.Next = p.Rows[listed-1].ID
	}
	if write := policies.For(actor.From(ctx), policies.EvaluationWrite); !write.None() && after == "" {
		p.Waiting, err = waitingCycles(ctx, db, write, listed)
	}
	return p, err
}

// Dossier gives an evaluation by id or number. NotFound when its process is
// out of the actor's scope.
func (s *Service) Dossier(ctx context.Context, idOrNumber string) (Dossier, error) {
	scope, err := office.Allowed(ctx, policies.EvaluationRead)
	if err != nil {
		return Dossier{}, err
	}
	db := s.DB.Read()
	e, err := evaluationBy(ctx, db, idOrNumber)
	if err != nil {
		return Dossier{}, err
	}
	if !scope.Department(e.OwnerID) {
		return Dossier{}, apperr.Missing(Kind)
	}
	d := Dossier{Evaluation: e}
	who := actor.From(ctx)
	d.MayWrite = e.State == Draft && policies.For(who, policies.EvaluationWrite).Department(e.OwnerID)
	d.MayFinish = e.State == Draft && policies.For(who, policies.EvaluationFinish).Department(e.OwnerID)
	if d.Cycle, err = s.KIS.Cycle(ctx, e.CycleID); err != nil {
		return d, err
	}
	if e.State == Final {
		d.Lines, err = linesOf(ctx, db, e.ID)
	} else {
		d.Lines, err = s.gather(ctx, d.Cycle)
	}
	if err != nil {
		return d, err
	}
	if d.Recommendations, err = recommendationsOf(ctx, db, e.ID); err != nil {
		return d, err
	}
	return d, s.subs(ctx, &d)
}

// subs sets the judgements beside the sub-processes of the cycle.
func (s *Service) subs(ctx context.Context, d *Dossier) error {
	g, err := s.KIS.Grid(ctx, d.CycleID, kis.GridFilter{})
	if err != nil {
		return err
	}
	judged, err := judgementsOf(ctx, s.DB.Read(), d.ID)
	if err != nil {
		return err
	}
	exists, err := subprocesses(ctx, s.DB.Read(), d.Cycle.VersionID)
	if err != nil {
		return err
	}
	bad := map[string]int{}
	for _, l := range d.Lines {
		if l.Verdict == Bad && l.Section != Tasks && l.Section != Punctuality {
			bad[subOf(l.Code)]++
		}
	}
	for _, p := range g.Phases {
		for _, x := range p.Subs {
			sub := Sub{Phase: p.Phase, Code: x.Code, NameAZ: x.NameAZ, NameEN: x.NameEN, State: x.State, Accepted: x.Counts[kis.TaskAccepted],
				Of: x.Counts.Applicable(), Missed: bad[x.Code], Applies: exists[x.Code], Judgement: judged[x.Code]}
			if sub.Applies {
				d.ToJudge++
				if sub.Judgement.Grade != "" {
					d.Judged++
				}
			}
			d.Subs = append(d.Subs, sub)
		}
	}
	return nil
}

// subOf is the sub-process of a code: 4.3 of 4.3.1.
func subOf(code string) string {
	dots := 0
	for i, r := range code {
		if r == '.' {
			if dots++; dots == 2 {
				return code[:i]
			}
		}
	}
	return code
}

// Work lists the evaluations that wait for the actor: cycles whose phase 8 has
// begun without one, and drafts.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	who := actor.From(ctx)
	scope := policies.For(who, policies.EvaluationWrite)
	if scope.None() || who.UserID == "" {
		return nil, nil
	}
	rows, err := workRows(ctx, s.DB.Read(), scope)
	if err != nil {
		return nil, err
	}
	today := s.KIS.Today()
	var out []kis.WorkItem
	for _, r := range rows {
		w := kis.WorkItem{Due: r.Due, KindKey: "evaluation.work.kind", Icon: "report-analytics", Title: i18n.InLang(who.Lang, r.TitleAZ, r.TitleEN), Reason: r.Period,
			Href: "/evaluations", VerbKey: "evaluation.work.begin", Overdue: r.Due != "" && r.Due < today}
		if r.ID != "" {
			w.Title, w.Reason = r.Number, i18n.InLang(who.Lang, r.TitleAZ, r.TitleEN)+", "+r.Period
			w.Href, w.VerbKey = "/evaluations/"+r.ID, "evaluation.work.go_on"
		}
		out = append(out, w)
	}
	return out, nil
}

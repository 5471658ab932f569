package evaluation

import (
	"context"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/planning"
)

// gather asks every source (8.1), in the order of the sections. A source that
// may not tell this person anything is passed over.
func (s *Service) gather(ctx context.Context, cy kis.Cycle) ([]Line, error) {
	by := map[Section][]Line{}
	for _, src := range s.sources {
		got, err := src.EvaluationInputs(ctx, cy)
		if apperr.Is(err, apperr.Forbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, l := range got {
			by[l.Section] = append(by[l.Section], l)
		}
	}
	var out []Line
	for _, sec := range Sections() {
		out = append(out, by[sec]...)
	}
	return out, nil
}

// tasks says what the evidence of the cycle amounts to.
type tasks struct{ s *Service }

// EvaluationInputs gives the accepted tasks of the cycle and of each phase, and
// how many are in each state that needs something.
func (t tasks) EvaluationInputs(ctx context.Context, cy kis.Cycle) ([]Line, error) {
	g, err := t.s.KIS.Grid(ctx, cy.ID, kis.GridFilter{})
	if err != nil {
		return nil, err
	}
	href := "/cycles/" + cy.ID
	share := func(code, key string, args map[string]string, c kis.Counts) Line {
		l := Line{Section: Tasks, Code: code, Key: "evaluation.line." + key, Args: args, Num: int64(c[kis.TaskAccepted]), Den: int64(c.Applicable()), Href: href, Verdict: Bad}
		switch l.Den {
		case 0:
			l.Verdict, l.Text = NA, true
		case l.Num:
			l.Verdict = Good
		}
		return l
	}
	out := []Line{share("", "tasks", nil, g.Counts)}
	for _, p := range g.Phases {
		out = append(out, share(p.Phase, "tasks_phase", map[string]string{"phase": p.Phase, "name": p.NameAZ, "name_en": p.NameEN}, p.Counts))
	}
	for _, st := range []kis.TaskState{kis.TaskOverdue, kis.TaskReturned, kis.TaskMissing, kis.TaskReview, kis.TaskNotApplicable} {
		if n := g.Counts[st]; n > 0 {
			out = append(out, Line{Section: Tasks, Key: "evaluation.line.state_" + string(st), Num: int64(n), Href: href + "?state=" + string(st)})
		}
	}
	return out, nil
}

// punctuality compares the phases with their days.
type punctuality struct{ s *Service }

// EvaluationInputs gives each phase whose day has come or that was confirmed:
// the days between the due day and the gate, later than 0 is late.
func (p punctuality) EvaluationInputs(_ context.Context, cy kis.Cycle) ([]Line, error) {
	var out []Line
	total := Line{Section: Punctuality, Key: "evaluation.line.gates"}
	today := p.s.KIS.Today()
	for _, ph := range cy.Phases {
		if ph.Gate == kis.GateNone || ph.Due == "" || !ph.Applicable {
			continue
		}
		l := Line{Section: Punctuality, Code: ph.Phase, Unit: "days", Args: map[string]string{"phase": ph.Phase, "name": ph.NameAZ, "name_en": ph.NameEN, "due": ph.Due.Format()},
			Href: "/cycles/" + cy.ID + "/gates/" + ph.Phase}
		end := today
		switch {
		case ph.Gate == kis.GatePassed || ph.Gate == kis.GateWaived:
			end, l.Key = day.Of(ph.GateAt, p.s.KIS.Zone), "evaluation.line.gate"
		case ph.Due < today:
			l.Key = "evaluation.line.gate_open"
		default:
			continue
		}
		n := ph.Due.Until(end)
		l.Value, l.Verdict = strconv.Itoa(n), Good
		total.Den++
		if n > 0 {
			l.Verdict = Bad
		} else {
			total.Num++
		}
		out = append(out, l)
	}
	if total.Den == 0 {
		return nil, nil
	}
	total.Verdict = verdictOf(total.Num == total.Den)
	return append([]Line{total}, out...), nil
}

func verdictOf(good bool) string {
	if good {
		return Good
	}
	return Bad
}

// plans says how far the plan that runs beside the cycle has come: it was made
// of what the cycle before left behind (GSBPM 8.3 feeds the next 8.1).
type plans struct{ s *Service }

// EvaluationInputs gives the progress of the plan of the cycle's year, each of
// its items that the owner of the process is responsible for, and what became
// of the evaluation before.
func (p plans) EvaluationInputs(ctx context.Context, cy kis.Cycle) ([]Line, error) {
	period, ok := kis.ParsePeriod(cy.Period)
	if !ok {
		return nil, nil
	}
	year := period.First().Year()
	pr, err := p.s.Planning.Progress(ctx, year)
	if err != nil {
		return nil, err
	}
	var out []Line
	args := map[string]string{"year": strconv.Itoa(year)}
	href := "/plans/" + strconv.Itoa(year)
	if n := len(pr); n > 0 {
		c := planning.CountProgress(pr)
		out = append(out, Line{Section: Plan, Key: "evaluation.line.plan_done", Args: args, Num: int64(c.Done), Den: int64(n), Verdict: verdictOf(c.Done == n), Href: href},
			Line{Section: Plan, Key: "evaluation.line.plan_reported", Args: args, Num: int64(c.Reported), Href: href},
			Line{Section: Plan, Key: "evaluation.line.plan_late", Args: args, Num: int64(c.Late), Verdict: verdictOf(c.Late == 0), Href: href},
			Line{Section: Plan, Key: "evaluation.line.plan_carried", Args: args, Num: int64(c.Carried), Href: href})
	}
	for _, it := range pr {
		if it.ResponsibleID != cy.Owner.ID {
			continue
		}
		l := Line{Section: Plan, Code: it.GSBPM, Key: "evaluation.line.item_" + string(it.State), Text: true, Href: "/plans/" + string(it.Plan) + "/items/" + it.ID,
			Args: map[string]string{"year": strconv.Itoa(year), "no": strconv.Itoa(it.No), "text": it.Text, "due": it.Term.Format()}}
		switch {
		case it.State == planning.Done:
			l.Verdict = Good
		case it.Late:
			l.Verdict = Bad
		default:
			l.Verdict = Open
		}
		out = append(out, l)
	}
	before, err := beforeLines(ctx, p.s, cy)
	return append(out, before...), err
}

// beforeLines says what the evaluation of the cycle before decided, and how many
// of its recommendations were accepted and carried out.
func beforeLines(ctx context.Context, s *Service, cy kis.Cycle) ([]Line, error) {
	b, err := lastBefore(ctx, s.DB.Read(), cy)
	if err != nil || b.ID == "" {
		return nil, err
	}
	args := map[string]string{"number": b.Number, "period": b.Period, "phase": b.NextPhase}
	out := []Line{{Section: Plan, Code: b.NextPhase, Key: "evaluation.line.before_phase", Args: args, Text: true, Href: "/evaluations/" + b.ID}}
	if b.NextPhase == Stop {
		out[0].Code, out[0].Key = "", "evaluation.line.before_stop"
	}
	if b.Made > 0 {
		out = append(out, Line{Section: Plan, Key: "evaluation.line.before_accepted", Args: args, Num: int64(b.Accepted), Den: int64(b.Made), Href: "/evaluations/" + b.ID},
			Line{Section: Plan, Key: "evaluation.line.before_done", Args: args, Num: int64(b.Done), Den: int64(b.Made), Href: "/evaluations/" + b.ID})
	}
	return out, nil
}

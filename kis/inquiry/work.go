package inquiry

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Work lists what waits for the actor: requests to answer, answers to decide
// on, notes to explain and explanations to confirm, and as awaited what the
// actor asked others for. Reminders before and after the due days come from it.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	parts, err := s.WorkParts(ctx)
	if err != nil {
		return nil, err
	}
	return kis.FirstWork(ctx, kis.OfTab(parts, kis.WorkMine, kis.WorkAwaited), kis.WorkLimit)
}

// WorkParts are the parts of Work, and what of it the actor's department has
// to do.
func (s *Service) WorkParts(ctx context.Context) ([]kis.WorkPart, error) {
	if _, err := office.Allowed(ctx, policies.SelfUse); err != nil {
		return nil, err
	}
	who := actor.From(ctx)
	if who.UserID == "" {
		return nil, nil
	}
	return append(s.requestParts(who), s.noteParts(who)...), nil
}

// workRequest is a request as "my work" shows it.
type workRequest struct {
	Request `bun:",extend"`
	Asker   string
	Period  string
	TitleAZ string `bun:"title_az"`
	TitleEN string `bun:"title_en"`
}

func (r workRequest) item(lang string) kis.WorkItem {
	w := kis.WorkItem{Due: r.Due, KindKey: "inquiry.work.kind.request", Icon: "message-report", Title: r.Number + " " + r.Title, Href: "/requests/" + r.ID,
		Reason: i18n.T(lang, "inquiry.work.asked_by", "who", r.Asker), ID: r.ID}
	if r.Period != "" {
		w.Reason += " · " + i18n.InLang(lang, r.TitleAZ, r.TitleEN) + ", " + r.Period
	}
	return w
}

// requestPart is the requests that a condition leaves; finish completes what
// is shown of each.
func (s *Service) requestPart(who actor.Actor, tab kis.WorkTab, name, kind, due string, where func(q *bun.SelectQuery) *bun.SelectQuery, finish func(r workRequest, w *kis.WorkItem)) kis.WorkPart {
	db := s.DB.Read()
	return kis.WorkPart{Tab: tab, Name: name, Kind: kind, Due: due, ID: "r.id",
		From: func() *bun.SelectQuery { return where(db.NewSelect().TableExpr("evidence_requests AS r")) },
		Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
			ids, _ := kis.WorkIDs(keys)
			var rows []workRequest
			q := db.NewSelect().Model(&rows).ModelTableExpr("evidence_requests AS r").Where("r.id IN (?)", bun.List(ids)).ColumnExpr("r.*, u.name AS asker").
				ColumnExpr("COALESCE(c.period, '') AS period, COALESCE(p.title_az, '') AS title_az, COALESCE(p.title_en, '') AS title_en").
				Join("JOIN users AS u ON u.id = r.asked_by").Join("LEFT JOIN cycles AS c ON c.id = r.cycle_id").Join("LEFT JOIN processes AS p ON p.id = c.process_id")
			if err := q.Scan(ctx); err != nil {
				return nil, store.MapError(err, "requests that wait")
			}
			out := make([]kis.WorkItem, len(rows))
			for i, r := range rows {
				out[i] = r.item(who.Lang)
				finish(r, &out[i])
			}
			return out, nil
		}}
}

// requestParts are the requests to answer, the answers to decide on, and what
// was asked and is not answered.
func (s *Service) requestParts(who actor.Actor) (out []kis.WorkPart) {
	today := s.KIS.Today()
	answer := func(r workRequest, w *kis.WorkItem) {
		w.VerbKey, w.Overdue = "inquiry.work.verb.answer", r.Due < today
		if r.State == RequestReturned {
			w.Quote = r.Reason
		}
	}
	if policies.Can(who, policies.RequestAnswer) {
		out = append(out, s.requestPart(who, kis.WorkMine, "inquiry.request", "inquiry.work.kind.request", "r.due",
			func(q *bun.SelectQuery) *bun.SelectQuery { return toAnswer(q, who) }, answer))
	}
	if home := who.DepartmentID; home != "" && policies.For(who, policies.RequestRead).Department(home) {
		out = append(out, s.requestPart(who, kis.WorkDepartment, "inquiry.request", "inquiry.work.kind.request", "r.due", func(q *bun.SelectQuery) *bun.SelectQuery {
			return visibleRequests(q.Where("r.department_id = ? AND r.state IN (?)", home, bun.List([]RequestState{RequestOpen, RequestReturned})), who)
		}, answer))
	}
	if !policies.Can(who, policies.RequestDecide) {
		return out
	}
	return append(out, s.requestPart(who, kis.WorkMine, "inquiry.answer", "inquiry.work.kind.answer", "", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("r.asked_by = ? AND r.state = ?", who.UserID, RequestAnswered)
	}, func(_ workRequest, w *kis.WorkItem) {
		w.Due, w.KindKey, w.Icon, w.VerbKey = "", "inquiry.work.kind.answer", "eye-check", "inquiry.work.verb.decide"
	}), s.requestPart(who, kis.WorkAwaited, "inquiry.asked", "inquiry.work.kind.request", "r.due", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("r.asked_by = ? AND r.state IN (?)", who.UserID, bun.List([]RequestState{RequestOpen, RequestReturned}))
	}, func(r workRequest, w *kis.WorkItem) {
		w.State = kis.WorkState{Tone: "idle", Icon: "hourglass", Key: "inquiry.request.state." + string(r.State)}
		if w.Overdue = r.Due < today; w.Overdue {
			w.State.Tone, w.State.Icon = "bad", "alert-triangle"
		}
	}))
}

// noteParts are the notes that departments of the actor explain, and those
// whose explanation the actor confirms.
func (s *Service) noteParts(who actor.Actor) (out []kis.WorkPart) {
	write, confirm := policies.For(who, policies.DiscrepancyWrite), policies.For(who, policies.DiscrepancyConfirm)
	add := func(tab kis.WorkTab, departments []string, verb string, states ...DiscrepancyState) {
		if len(departments) > 0 { // who may do it anywhere is not asked for everything
			out = append(out, s.notePart(who, tab, departments, verb, states))
		}
	}
	add(kis.WorkMine, write.Departments, "explain", DiscrepancyOpen)
	add(kis.WorkMine, confirm.Departments, "confirm", DiscrepancyExplained, DiscrepancyCorrected)
	if home := who.DepartmentID; home != "" && policies.For(who, policies.DiscrepancyRead).Department(home) {
		add(kis.WorkDepartment, []string{home}, "explain", DiscrepancyOpen)
	}
	return out
}

func (s *Service) notePart(who actor.Actor, tab kis.WorkTab, departments []string, verb string, states []DiscrepancyState) kis.WorkPart {
	db := s.DB.Read()
	part := kis.WorkPart{Tab: tab, Name: "inquiry." + verb, Kind: "inquiry.work.kind.discrepancy", ID: "n.id",
		From: func() *bun.SelectQuery {
			q := db.NewSelect().TableExpr("discrepancies AS n").Join("JOIN cycles AS c ON c.id = n.cycle_id AND c.state IN ('running', 'evaluating')").
				Where("n.state IN (?) AND n.department_id IN (?)", bun.List(states), bun.List(departments))
			if verb == "confirm" {
				q.Where("n.explained_by <> ?", who.UserID)
			}
			return q
		},
		Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
			ids, _ := kis.WorkIDs(keys)
			var rows []struct {
				Discrepancy `bun:",extend"`
				Period      string
				TitleAZ     string `bun:"title_az"`
				TitleEN     string `bun:"title_en"`
			}
			q := db.NewSelect().Model(&rows).ModelTableExpr("discrepancies AS n").ColumnExpr("n.*, c.period, p.title_az, p.title_en").
				Join("JOIN cycles AS c ON c.id = n.cycle_id").Join("JOIN processes AS p ON p.id = c.process_id").Where("n.id IN (?)", bun.List(ids))
			if err := q.Scan(ctx); err != nil {
				return nil, store.MapError(err, "discrepancies that wait")
			}
			out := make([]kis.WorkItem, len(rows))
			for i, r := range rows {
				w := kis.WorkItem{KindKey: "inquiry.work.kind.discrepancy", Icon: "file-alert", Title: r.Number + " " + i18n.Shorten(r.Found, 120), Href: "/discrepancies/" + r.ID,
					Reason: r.Code + " · " + i18n.InLang(who.Lang, r.TitleAZ, r.TitleEN) + ", " + r.Period, VerbKey: "inquiry.work.verb." + verb, ID: r.ID}
				if verb == "explain" {
					w.Due, w.Overdue = r.Due, r.Due < s.KIS.Today()
					if r.Refused > 0 {
						w.Quote = r.Refusal
					}
				}
				out[i] = w
			}
			return out, nil
		}}
	if verb == "explain" {
		part.Due = "n.due"
	}
	return part
}

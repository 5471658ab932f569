package inquiry

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

// Work lists what waits for the actor: requests to answer, answers to decide
// on, notes to explain and explanations to confirm. Reminders before and after
// the due days come from it.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	if _, err := kis.Allowed(ctx, policies.SelfUse); err != nil {
		return nil, err
	}
	who := actor.From(ctx)
	if who.UserID == "" {
		return nil, nil
	}
	var out []kis.WorkItem
	for _, part := range []func(context.Context, bun.IDB, actor.Actor) ([]kis.WorkItem, error){s.workRequests, s.workNotes} {
		items, err := part(ctx, s.DB.Read(), who)
		if err != nil {
			return nil, err
		}
		out = append(out, items...)
	}
	return out, nil
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
		Reason: i18n.T(lang, "inquiry.work.asked_by", "who", r.Asker)}
	if r.Period != "" {
		w.Reason += " · " + i18n.InLang(lang, r.TitleAZ, r.TitleEN) + ", " + r.Period
	}
	return w
}

// requestsWhere reads the requests that a condition leaves, soonest first.
func requestsWhere(ctx context.Context, db bun.IDB, where func(q *bun.SelectQuery) *bun.SelectQuery) ([]workRequest, error) {
	var rows []workRequest
	q := where(db.NewSelect().Model(&rows).ModelTableExpr("evidence_requests AS r")).ColumnExpr("r.*, u.name AS asker").
		ColumnExpr("COALESCE(c.period, '') AS period, COALESCE(p.title_az, '') AS title_az, COALESCE(p.title_en, '') AS title_en").
		Join("JOIN users AS u ON u.id = r.asked_by").Join("LEFT JOIN cycles AS c ON c.id = r.cycle_id").Join("LEFT JOIN processes AS p ON p.id = c.process_id").
		OrderExpr("r.due, r.id").Limit(kis.WorkLimit + 1)
	return rows, store.MapError(q.Scan(ctx), "requests that wait")
}

// cut keeps the list within its limit and marks that there are more.
func cut(list []kis.WorkItem) []kis.WorkItem {
	if len(list) > kis.WorkLimit {
		list = list[:kis.WorkLimit]
		list[len(list)-1].More = true
	}
	return list
}

func (s *Service) workRequests(ctx context.Context, db bun.IDB, who actor.Actor) ([]kis.WorkItem, error) {
	var out []kis.WorkItem
	today := s.KIS.Today()
	if policies.Can(who, policies.RequestAnswer) {
		rows, err := requestsWhere(ctx, db, func(q *bun.SelectQuery) *bun.SelectQuery { return toAnswer(q, who) })
		if err != nil {
			return nil, err
		}
		var items []kis.WorkItem
		for _, r := range rows {
			w := r.item(who.Lang)
			w.VerbKey, w.Overdue = "inquiry.work.verb.answer", r.Due < today
			if r.State == RequestReturned {
				w.Quote = r.Reason
			}
			items = append(items, w)
		}
		out = append(out, cut(items)...)
	}
	if !policies.Can(who, policies.RequestDecide) {
		return out, nil
	}
	rows, err := requestsWhere(ctx, db, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("r.asked_by = ? AND r.state IN (?)", who.UserID, bun.List([]RequestState{RequestOpen, RequestReturned, RequestAnswered}))
	})
	if err != nil {
		return nil, err
	}
	var items []kis.WorkItem
	for _, r := range rows {
		w := r.item(who.Lang)
		if r.State == RequestAnswered {
			w.Due, w.KindKey, w.Icon, w.VerbKey = "", "inquiry.work.kind.answer", "eye-check", "inquiry.work.verb.decide"
		} else {
			w.Awaited, w.State = true, kis.WorkState{Tone: "idle", Icon: "hourglass", Key: "inquiry.request.state." + string(r.State)}
			if r.Due < today {
				w.State.Tone, w.State.Icon = "bad", "alert-triangle"
			}
		}
		items = append(items, w)
	}
	return append(out, cut(items)...), nil
}

// workNotes lists the notes that the departments of the actor explain, and
// those whose explanation the actor confirms.
func (s *Service) workNotes(ctx context.Context, db bun.IDB, who actor.Actor) ([]kis.WorkItem, error) {
	write, confirm := policies.For(who, policies.DiscrepancyWrite), policies.For(who, policies.DiscrepancyConfirm)
	var out []kis.WorkItem
	for _, part := range []struct {
		scope  policies.Scope
		verb   string
		states []DiscrepancyState
	}{{write, "explain", []DiscrepancyState{DiscrepancyOpen}}, {confirm, "confirm", []DiscrepancyState{DiscrepancyExplained, DiscrepancyCorrected}}} {
		if len(part.scope.Departments) == 0 { // who may do it anywhere is not asked for everything
			continue
		}
		var rows []struct {
			Discrepancy `bun:",extend"`
			Period      string
			TitleAZ     string `bun:"title_az"`
			TitleEN     string `bun:"title_en"`
		}
		q := db.NewSelect().Model(&rows).ModelTableExpr("discrepancies AS n").ColumnExpr("n.*, c.period, p.title_az, p.title_en").
			Join("JOIN cycles AS c ON c.id = n.cycle_id AND c.state IN ('running', 'evaluating')").Join("JOIN processes AS p ON p.id = c.process_id").
			Where("n.state IN (?) AND n.department_id IN (?)", bun.List(part.states), bun.List(part.scope.Departments)).OrderExpr("n.due, n.id").Limit(kis.WorkLimit + 1)
		if part.verb == "confirm" {
			q.Where("n.explained_by <> ?", who.UserID)
		}
		if err := q.Scan(ctx); err != nil {
			return nil, store.MapError(err, "discrepancies that wait")
		}
		var items []kis.WorkItem
		for _, r := range rows {
			w := kis.WorkItem{KindKey: "inquiry.work.kind.discrepancy", Icon: "file-alert", Title: r.Number + " " + i18n.Shorten(r.Found, 120), Href: "/discrepancies/" + r.ID,
				Reason: r.Code + " · " + i18n.InLang(who.Lang, r.TitleAZ, r.TitleEN) + ", " + r.Period, VerbKey: "inquiry.work.verb." + part.verb}
			if part.verb == "explain" {
				w.Due, w.Overdue = r.Due, r.Due < s.KIS.Today()
				if r.Refused > 0 {
					w.Quote = r.Refusal
				}
			}
			items = append(items, w)
		}
		out = append(out, cut(items)...)
	}
	return out, nil
}

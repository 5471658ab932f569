package programme

import (
	"context"
	"fmt"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Announcements says whom an entry of the trail about a programme concerns.
func (s *Service) Announcements(_ context.Context, _ bun.IDB, e office.Event) ([]office.Announcement, error) {
	if e.Kind != kindProgramme {
		return nil, nil
	}
	can := func(list ...policies.Action) func(actor.Actor) bool {
		return func(a actor.Actor) bool {
			for _, act := range list {
				if policies.Can(a, act) {
					return true
				}
			}
			return false
		}
	}
	facts := e.Facts()
	tell := func(key, kind string, to func(actor.Actor) bool) []office.Announcement {
		return []office.Announcement{{Kind: kind, Key: "audit.notice.programme." + key, Href: "/programmes/" + e.Label,
			Args: map[string]string{"who": e.ActorName, "year": e.Label, "no": facts["amendment"], "note": e.Note}, For: to}}
	}
	switch facts["step"] {
	case "submit":
		return tell("submitted", "plan", can(policies.ProgrammeApprove)), nil
	case "return":
		return tell("returned", "plan", can(policies.ProgrammeDraft)), nil
	case "approve":
		return append(tell("approved", "plan", can(policies.ProgrammeDraft)), tell("approved", "audit", func(a actor.Actor) bool {
			return can(policies.AuditPlan)(a) && !can(policies.ProgrammeDraft)(a)
		})...), nil
	case "amend":
		return append(tell("amended", "plan", can(policies.ProgrammeApprove)), tell("amended", "audit", func(a actor.Actor) bool {
			return can(policies.AuditPlan)(a) && !can(policies.ProgrammeDraft)(a)
		})...), nil
	}
	return nil, nil
}

// Work lists what waits for the actor in programmes: one to approve, one to
// write anew, audits of this and the next month that the actor is to lead and
// that are not planned yet. Two queries at most.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	who := actor.From(ctx)
	if who.UserID == "" || !policies.Can(who, policies.ProgrammeRead) {
		return nil, nil
	}
	var out []kis.WorkItem
	db := s.DB.Read()
	if policies.Can(who, policies.ProgrammeApprove) || policies.Can(who, policies.ProgrammeDraft) {
		var list []Programme
		if err := db.NewSelect().Model(&list).Where("p.state IN (?)", bun.List([]State{Submitted, Returned})).Order("p.year").Scan(ctx); err != nil {
			return nil, store.MapError(err, "programmes that wait")
		}
		for _, p := range list {
			item := kis.WorkItem{KindKey: "audit.work.kind.programme", Icon: "calendar-stats", Title: i18n.T(who.Lang, "audit.programme.of", "year", strconv.Itoa(p.Year)),
				Href: "/programmes/" + p.label()}
			switch {
			case p.State == Submitted && policies.Can(who, policies.ProgrammeApprove) && p.SubmittedBy != who.UserID:
				item.VerbKey = "audit.work.programme.approve"
			case p.State == Returned && policies.Can(who, policies.ProgrammeDraft):
				item.VerbKey, item.Quote = "audit.work.programme.submit", p.ReturnNote
			default:
				continue
			}
			out = append(out, item)
		}
	}
	if !policies.Can(who, policies.AuditPlan) {
		return out, nil
	}
	waiting, err := s.unplanned(ctx, db, who)
	return append(out, waiting...), err
}

// unplanned lists the audits of the actor's rows that are due to be planned.
func (s *Service) unplanned(ctx context.Context, db bun.IDB, who actor.Actor) (out []kis.WorkItem, err error) {
	var rows []struct {
		ID     string
		Year   int
		Months string
		NameAZ string `bun:"name_az"`
		NameEN string `bun:"name_en"`
		Done   string
	}
	today := s.KIS.Today()
	aggregate := "GROUP_CONCAT(a.programme_month, ' ')"
	if s.DB.Postgres() {
		aggregate = "STRING_AGG(CAST(a.programme_month AS TEXT), ' ')"
	}
	err = db.NewRaw(`SELECT r.id, p.year, r.months, COALESCE(y.title_az, d.name_az, t.name_az) AS name_az, COALESCE(y.title_en, d.name_en, t.name_en) AS name_en,
			COALESCE((SELECT `+aggregate+` FROM audits a WHERE a.programme_row_id = r.id AND a.cancelled_at IS NULL), '') AS done
		FROM programme_rows r JOIN programmes p ON p.id = r.programme_id
		LEFT JOIN processes y ON y.id = r.process_id LEFT JOIN departments d ON d.id = r.department_id LEFT JOIN sites t ON t.id = r.site_id
		WHERE p.state IN (?) AND p.year IN (?, ?) AND r.lead_id = ? AND r.months <> '' ORDER BY p.year, r.no`,
		bun.List([]State{Approved, Amended}), today.Year(), today.AddMonths(1).Year(), who.UserID).Scan(ctx, &rows)
	if err != nil {
		return nil, store.MapError(err, "rows to plan")
	}
	for _, r := range rows {
		made := map[int]bool{}
		for _, m := range numbers(r.Done) {
			made[m] = true
		}
		for _, m := range numbers(r.Months) {
			start := monthStart(r.Year, m)
			if made[m] || start > today.AddMonths(1) || monthEnd(r.Year, m) < today {
				continue
			}
			out = append(out, kis.WorkItem{Due: start, KindKey: "audit.work.kind.programme", Icon: "calendar-stats", Title: i18n.InLang(who.Lang, r.NameAZ, r.NameEN),
				Reason: i18n.T(who.Lang, "audit.programme.planned_for", "month", fmt.Sprintf("%02d.%d", m, r.Year)), Href: fmt.Sprintf("/programmes/%d#row-%s", r.Year, r.ID),
				VerbKey: "audit.work.programme.plan", Overdue: start < today})
		}
	}
	return out, nil
}

package execution

import (
	"context"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
)

// Progress is how far an item has come, and what the reader may do about it.
type Progress struct {
	planning.ItemPage
	Percent int     // computed by RuleOf
	Impact  *Impact // nil while no end was accepted

	People                  []office.User // of the responsible department, for who may assign
	Divides, Assigns, Judge bool          // may divide it into steps, name who does it, check the impact
}

// Item gives the page of an item.
func (s *Service) Item(ctx context.Context, id string) (Progress, error) {
	it, err := s.PlanItem(ctx, id)
	if err != nil {
		return Progress{}, err
	}
	who, db := actor.From(ctx), s.DB.Read()
	p := Progress{ItemPage: it, Percent: it.RuleOf.Percent(it.Item)}
	if p.Impact, err = impactOf(ctx, db, id); err != nil {
		return p, err
	}
	if p.Impact != nil {
		if p.Impact.Files, err = impactFiles(ctx, db, p.Impact.ID); err != nil {
			return p, err
		}
		if policies.Can(who, policies.PlanAccept) && p.Impact.Verdict == NotChecked {
			own, err := reportedBy(ctx, db, id, who.UserID)
			if err != nil {
				return p, err
			}
			p.Judge = !own
		}
	}
	if (it.Plan.State == planning.PlanRunning || it.Plan.State == planning.PlanApproved) && it.State != planning.Done {
		p.Divides = policies.For(who, policies.PlanReport).Department(it.ResponsibleID) && it.QuartersAccepted == 0
		p.Assigns = policies.For(who, policies.PlanAgree).Department(it.ResponsibleID)
	}
	if p.Assigns {
		p.People, err = s.KIS.People(ctx, office.PeopleFilter{DepartmentID: it.ResponsibleID})
	}
	return p, err
}

// MayDecide says whether the reader may decide on a report of the page.
func (p Progress) MayDecide(ctx context.Context, w planning.Report) bool {
	who := actor.From(ctx)
	act := policies.PlanAccept
	if w.ToState == planning.Postponed {
		act = policies.PlanApprove
	}
	return w.Waits() && w.Quarter > 0 && p.Plan.State == planning.PlanRunning && w.ReportedBy != who.UserID && policies.Can(who, act)
}

// ImpactFile gives a file of a check of the impact; one of another item is not
// found.
func (s *Service) ImpactFile(ctx context.Context, itemID, fileID string) (kis.File, error) {
	if _, err := office.Allowed(ctx, policies.PlanRead); err != nil {
		return kis.File{}, err
	}
	if !store.IsID(itemID) || !store.IsID(fileID) {
		return kis.File{}, apperr.Missing("file")
	}
	x, err := impactOf(ctx, s.DB.Read(), itemID)
	if err != nil || x == nil {
		return kis.File{}, apperr.Missing("file")
	}
	files, err := impactFiles(ctx, s.DB.Read(), x.ID)
	for _, f := range files {
		if f.ID == fileID {
			return f, err
		}
	}
	return kis.File{}, apperr.Missing("file")
}

package planning_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/planningtest"
)

// atOnce runs several at the same time and gives what each answered.
func atOnce(all ...func() error) []error {
	errs := make([]error, len(all))
	var wait sync.WaitGroup
	start := make(chan struct{})
	for i, f := range all {
		wait.Add(1)
		go func() {
			defer wait.Done()
			<-start
			errs[i] = f()
		}()
	}
	close(start)
	wait.Wait()
	return errs
}

func TestTwoDepartmentsAnswerAPlanAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		p := o.Sent(2027)
		sss, its, kiems := o.By("elchin"), o.By("vugar"), o.By("nazim")
		errs := atOnce(
			func() error { return o.AgreePlan(sss, "2027", o.Dept("SSS"), p.Revision) },
			func() error {
				return o.ObjectPlan(its, "2027", o.Dept("İTŞ"), p.Revision, "", "Müddət çox qısadır")
			},
			func() error { return o.AgreePlan(kiems, "2027", o.Dept("KİEMŞ"), p.Revision) })
		for i, err := range errs {
			if err != nil {
				t.Errorf("answer %d is lost: %v", i, err)
			}
		}
		now := o.Page(2027)
		states := map[string]planning.AgreementState{}
		for _, a := range now.Agreements {
			states[a.Department.Code] = a.State
		}
		if states["SSS"] != planning.Agreed || states["İTŞ"] != planning.Objected || states["KİEMŞ"] != planning.Agreed || len(now.Objections) != 1 || now.State != planning.PlanAgreeing {
			t.Errorf("%v, %d objections, %s", states, len(now.Objections), now.State)
		}
		// The last two agree at once: the plan is agreed, once.
		o.Must(o.AnswerObjection(o.By("nigar"), now.Objections[0].ID, "Müddət yanvara qədər uzadılıb"))
		o.Must(o.AgreePlan(its, "2027", o.Dept("İTŞ"), o.Page(2027).Revision))
		if now = o.Page(2027); now.State != planning.PlanAgreed {
			t.Errorf("%s", now.State)
		}
	})
}

func TestThePersonWhoEditsWhileAPlanIsApprovedIsTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		o.Sent(2027)
		p := o.AgreeAll(2027)
		it := p.Items[0]
		f := o.Fields(2027)
		f.Text = "Bəndin təsdiq anında dəyişdirilmiş mətni"
		rafael, nigar := o.By("rafael"), o.By("nigar")
		errs := atOnce(
			func() error {
				return o.ApprovePlan(rafael, "2027", planning.Approval{Revision: p.Revision, Confirmed: true})
			},
			func() error { return o.ChangeItem(nigar, it.ID, it.Version, f) })
		now := o.Page(2027)
		changed := false
		for _, x := range now.Items {
			changed = changed || x.Text == f.Text
		}
		switch {
		case errs[0] == nil && apperr.Is(errs[1], apperr.Conflict):
			if now.State != planning.PlanApproved || changed {
				t.Errorf("approved first: %s, changed %t", now.State, changed)
			}
		case errs[1] == nil && apperr.Is(errs[0], apperr.Conflict):
			if now.State != planning.PlanAgreeing || !changed || now.Revision == p.Revision {
				t.Errorf("edited first: %s, changed %t", now.State, changed)
			}
		default:
			t.Fatalf("one wins, the other is told: %v", errs)
		}
	})
}

func TestSeveralItemsAreCarriedIntoAPlanThatWasSent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		o.Running(2026)
		o.Sent(2027)
		n, err := o.CarryOver(o.By("nigar"), "2027")
		if p := o.Page(2027); err != nil || n != 2 || len(p.Items) != 4 || p.State != planning.PlanAgreeing {
			t.Fatalf("%d %v %+v", n, err, p.Plan)
		}
	})
}

// TestOneDepartmentAgreesAndObjectsAtOnce: of two answers of a department one is
// kept, whole, and the other person is told.
func TestOneDepartmentAgreesAndObjectsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		p := o.Sent(2027)
		elchin := o.By("elchin")
		errs := atOnce(
			func() error { return o.AgreePlan(elchin, "2027", o.Dept("SSS"), p.Revision) },
			func() error {
				return o.ObjectPlan(elchin, "2027", o.Dept("SSS"), p.Revision, p.Items[0].ID, "Müddət çox qısadır")
			})
		now := o.Page(2027)
		a, _ := now.Agreement(o.Dept("SSS"))
		switch {
		case errs[0] == nil && apperr.Is(errs[1], apperr.Conflict):
			if a.State != planning.Agreed || len(now.Objections) != 0 {
				t.Errorf("agreed first: %s, %d objections", a.State, len(now.Objections))
			}
		case errs[1] == nil && apperr.Is(errs[0], apperr.Conflict):
			if a.State != planning.Objected || len(now.Objections) != 1 {
				t.Errorf("objected first: %s, %d objections", a.State, len(now.Objections))
			}
		default:
			t.Fatalf("one is kept, the other is told: %v", errs)
		}
	})
}

// TestWhoeverComesLaterIsTold: the same, one after the other from what both had
// read, so that each order is tried every time.
func TestWhoeverComesLaterIsTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		o.Sent(2027)
		read := o.AgreeAll(2027)
		it, f := read.Items[0], o.Fields(2027)
		approve := func() error {
			return o.ApprovePlan(o.By("rafael"), "2027", planning.Approval{Revision: read.Revision, Confirmed: true})
		}
		now := func() (planning.PlanPage, planning.Item) {
			p := o.Page(2027)
			return p, p.Items[slices.IndexFunc(p.Items, func(x planning.Item) bool { return x.ID == it.ID })]
		}
		f.Text = "Bəndin dəyişdirilmiş mətni"
		o.Must(o.ChangeItem(o.By("nigar"), it.ID, it.Version, f))
		want(t, approve(), apperr.Conflict, "")
		want(t, o.ChangeItem(o.By("leyla"), it.ID, it.Version, o.Fields(2027)), apperr.Conflict, "")
		if p, x := now(); p.State != planning.PlanAgreeing || x.Text != f.Text {
			t.Errorf("edited first: %s, %q", p.State, x.Text)
		}
		// A department that has read the old revision is told as well.
		want(t, o.AgreePlan(o.By("elchin"), "2027", o.Dept("SSS"), read.Revision), apperr.Conflict, "")
		read = o.AgreeAll(2027)
		// All have agreed again, but not to what management has read.
		f.Text = "Bəndin ikinci dəfə dəyişdirilmiş mətni"
		_, x := now()
		o.Must(o.ChangeItem(o.By("nigar"), it.ID, x.Version, f))
		o.AgreeAll(2027)
		want(t, approve(), apperr.Conflict, "")
		read = o.Page(2027)
		o.Must(approve())
		_, x = now()
		want(t, o.ChangeItem(o.By("nigar"), it.ID, x.Version, o.Fields(2027)), apperr.Conflict, "")
		want(t, o.ObjectPlan(o.By("elchin"), "2027", o.Dept("SSS"), read.Revision, "", "Müddət çox qısadır"), apperr.Conflict, "")
		if p, x := now(); p.State != planning.PlanApproved || x.Text != f.Text {
			t.Errorf("approved first: %s, %q", p.State, x.Text)
		}
	})
}

package planning_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/planningtest"
)

func TestItemsAreNumberedBySection(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		o.Draft(2027)
		o.Item(2027, func(n *planning.NewItem) { n.Section, n.Text = planning.Documents, "Proseduru yeniləmək" })
		var got []string
		for _, it := range o.Page(2027).Items {
			got = append(got, fmt.Sprintf("%d %s %s", it.No, it.Section, it.Responsible.Code))
		}
		if want := "1 documents KİEMŞ; 2 documents SSS; 3 data SSS"; strings.Join(got, "; ") != want {
			t.Fatalf("numbered %s, want %s", strings.Join(got, "; "), want)
		}
	})
}

func TestWrongItemsAreRefusedByField(t *testing.T) {
	o := planningtest.New(t, storetest.Open(t))
	o.Draft(2027)
	for field, mod := range map[string]func(*planning.NewItem){
		"section":         func(n *planning.NewItem) { n.Section = "nothing" },
		"text":            func(n *planning.NewItem) { n.Text = strings.Repeat("ə", 4001) },
		"expected_result": func(n *planning.NewItem) { n.ExpectedResult = "" },
		"indicator":       func(n *planning.NewItem) { n.Indicator = " " },
		"responsible":     func(n *planning.NewItem) { n.ResponsibleID = o.Dept("ƏN") },
		"co_executors":    func(n *planning.NewItem) { n.CoExecutors = []string{"x"} },
		"start_quarter":   func(n *planning.NewItem) { n.StartQuarter = 4 },
		"due":             func(n *planning.NewItem) { n.Due = "2028-01-01" },
		"basis":           func(n *planning.NewItem) { n.Basis = planning.FromReview },
		"basis_label":     func(n *planning.NewItem) { n.BasisLabel = "" },
	} {
		n := planning.NewItem{ItemFields: o.Fields(2027), Basis: planning.FromOther, BasisLabel: "iclas"}
		mod(&n)
		_, err := o.AddItem(o.By("nigar"), "2027", n)
		want(t, err, apperr.Invalid, field)
	}
	if n := len(o.Page(2027).Items); n != 2 {
		t.Errorf("refused items were stored: %d", n)
	}
	_, err := o.OpenPlan(o.By("nigar"), planning.NewPlan{Year: 2027, ApproveDue: "2026-12-25"})
	want(t, err, apperr.Conflict, "year")
}

func TestDepartmentsAgreeAndManagementApproves(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		p := o.Sent(2027)
		var asked []string
		for _, a := range p.Agreements {
			asked = append(asked, a.Department.Code)
		}
		if got := strings.Join(asked, " "); got != "İTŞ KİEMŞ SSS" {
			t.Fatalf("asked %s", got)
		}
		want(t, o.AgreePlan(o.By("elchin"), "2027", o.Dept("İTŞ"), p.Revision), apperr.Forbidden, "")
		want(t, o.AgreePlan(o.By("aytan"), "2027", o.Dept("SSS"), p.Revision), apperr.Forbidden, "")
		want(t, o.AgreePlan(o.By("anar"), "2027", o.Dept("ÜŞ"), p.Revision), apperr.Conflict, "")
		want(t, o.AgreePlan(o.By("elchin"), "2027", o.Dept("SSS"), p.Revision+1), apperr.Conflict, "")

		approval := planning.Approval{Revision: p.Revision, Confirmed: true}
		want(t, o.ApprovePlan(o.By("rafael"), "2027", approval), apperr.Conflict, "")
		o.Must(o.AgreePlan(o.By("elchin"), "2027", o.Dept("SSS"), p.Revision))
		want(t, o.AgreePlan(o.By("elchin"), "2027", o.Dept("SSS"), p.Revision), apperr.Conflict, "")
		if p = o.Page(2027); p.State != planning.PlanAgreeing || p.AgreedCount() != 1 || !planning.Blocked(p.Conditions) {
			t.Fatalf("after one of three: %s, %d agreed", p.State, p.AgreedCount())
		}
		if p = o.AgreeAll(2027); p.State != planning.PlanAgreed || planning.Blocked(p.Conditions) {
			t.Fatalf("all agreed, but the plan is %s with %+v", p.State, p.Conditions)
		}
		want(t, o.ApprovePlan(o.By("nigar"), "2027", approval), apperr.Forbidden, "")
		want(t, o.ApprovePlan(o.By("rafael"), "2027", planning.Approval{Revision: p.Revision}), apperr.Invalid, "confirm")
		want(t, o.ApprovePlan(o.By("rafael"), "2027", planning.Approval{Revision: p.Revision - 1, Confirmed: true}), apperr.Conflict, "")
		o.Must(o.ApprovePlan(o.By("rafael"), "2027", approval))
		if p = o.Page(2027); p.State != planning.PlanApproved || p.ApprovedName != "Rafael İbrahimov" || p.ApprovedAt.IsZero() {
			t.Fatalf("approved as %+v", p.Plan)
		}
		if history, err := o.History(o.By("nigar"), "plan", p.ID, 50); err != nil || len(history) < 8 || history[0].Action != "planning:plan:approve" {
			t.Fatalf("history: %d entries, %v", len(history), err)
		}
	})
}

func TestAnObjectionIsAnsweredBeforeTheDepartmentIsAskedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		p := o.Sent(2027)
		item := p.Items[1] // of SSS with İTŞ
		want(t, o.ObjectPlan(o.By("vugar"), "2027", o.Dept("İTŞ"), p.Revision, store.NewID(), "son tarix uyğun deyil"), apperr.Invalid, "item")
		o.Must(o.ObjectPlan(o.By("vugar"), "2027", o.Dept("İTŞ"), p.Revision, item.ID, "son tarix uyğun deyil"))
		o.Must(o.ObjectPlan(o.By("nazim"), "2027", o.Dept("KİEMŞ"), p.Revision, "", "plan çox yüklüdür"))
		o.Must(o.AgreePlan(o.By("elchin"), "2027", o.Dept("SSS"), p.Revision))
		want(t, o.AgreePlan(o.By("vugar"), "2027", o.Dept("İTŞ"), p.Revision), apperr.Conflict, "")

		// A change of the item answers İTŞ and asks SSS again; KİEMŞ is not touched.
		f := o.Fields(2027)
		f.Due = "2027-12-15"
		want(t, o.ChangeItem(o.By("nigar"), item.ID, item.Version+1, f), apperr.Conflict, "")
		o.Must(o.ChangeItem(o.By("nigar"), item.ID, item.Version, f))
		p = o.Page(2027)
		states := map[string]planning.AgreementState{}
		for _, a := range p.Agreements {
			states[a.Department.Code] = a.State
		}
		if states["İTŞ"] != planning.Pending || states["SSS"] != planning.Pending || states["KİEMŞ"] != planning.Objected {
			t.Fatalf("after the change: %v", states)
		}
		if p.Revision != 2 {
			t.Errorf("revision %d after a change, want 2", p.Revision)
		}
		var open planning.Objection
		for _, x := range p.Objections {
			if x.ItemID == item.ID && (!x.Changed || x.AnsweredAt.IsZero()) {
				t.Errorf("the objection to the item does not count as answered: %+v", x)
			}
			if x.AnsweredAt.IsZero() {
				open = x
			}
		}
		o.Must(o.AgreePlan(o.By("vugar"), "2027", o.Dept("İTŞ"), p.Revision))
		o.Must(o.AgreePlan(o.By("elchin"), "2027", o.Dept("SSS"), p.Revision))
		if p = o.Page(2027); p.State != planning.PlanAgreeing {
			t.Fatalf("agreed over an unanswered objection: %s", p.State)
		}
		want(t, o.AnswerObjection(o.By("nazim"), open.ID, "bölünüb"), apperr.Forbidden, "")
		o.Must(o.AnswerObjection(o.By("nigar"), open.ID, "yük rüblər üzrə bölünüb"))
		want(t, o.AnswerObjection(o.By("nigar"), open.ID, "yenə cavab"), apperr.Conflict, "")
		if p = o.AgreeAll(2027); p.State != planning.PlanAgreed {
			t.Fatalf("not agreed: %s", p.State)
		}

		// A change of an agreed plan opens the agreement again, of those concerned only.
		f.Indicator = "7,4% → ≤ 4,0%"
		o.Must(o.ChangeItem(o.By("nigar"), item.ID, o.Page(2027).Items[1].Version, f))
		p = o.Page(2027)
		if a, _ := p.Agreement(o.Dept("KİEMŞ")); p.State != planning.PlanAgreeing || a.State != planning.Agreed || p.AgreedCount() != 1 {
			t.Fatalf("after a late change: %s, %d agreed", p.State, p.AgreedCount())
		}
	})
}

func TestRemovingTheLastItemOfADepartmentCompletesTheAgreement(t *testing.T) {
	o := planningtest.New(t, storetest.Open(t))
	p := o.Sent(2027)
	o.Must(o.AgreePlan(o.By("elchin"), "2027", o.Dept("SSS"), p.Revision))
	o.Must(o.AgreePlan(o.By("vugar"), "2027", o.Dept("İTŞ"), p.Revision))
	o.Must(o.RemoveItem(o.By("nigar"), p.Items[0].ID, p.Items[0].Version, "növbəti ilə saxlanılır"))
	if p = o.Page(2027); p.State != planning.PlanAgreed || len(p.Agreements) != 2 || p.Items[0].No != 1 {
		t.Fatalf("state %s, %d departments, first number %d", p.State, len(p.Agreements), p.Items[0].No)
	}
}

func TestRecallAndReturn(t *testing.T) {
	o := planningtest.New(t, storetest.Open(t))
	o.Must(func() error {
		_, err := o.OpenPlan(o.By("nigar"), planning.NewPlan{Year: 2028, ApproveDue: "2027-12-25"})
		return err
	}())
	want(t, o.SendPlan(o.By("nigar"), "2028"), apperr.Conflict, "") // empty
	p := o.Sent(2027)
	o.Must(o.ObjectPlan(o.By("vugar"), "2027", o.Dept("İTŞ"), p.Revision, "", "resurs yoxdur"))
	want(t, o.RecallPlan(o.By("nigar"), "2027", ""), apperr.Invalid, "reason")
	o.Must(o.RecallPlan(o.By("nigar"), "2027", "bəndlər yenilənir"))
	want(t, o.SendPlan(o.By("nigar"), "2027"), apperr.Conflict, "") // an objection waits
	o.Must(o.AnswerObjection(o.By("nigar"), o.Page(2027).Objections[0].ID, "resurs ayrılıb"))
	o.Must(o.SendPlan(o.By("nigar"), "2027"))
	if p = o.AgreeAll(2027); p.Revision != 2 || p.State != planning.PlanAgreed {
		t.Fatalf("revision %d, %s", p.Revision, p.State)
	}
	o.Must(o.ReturnPlan(o.By("rafael"), "2027", "müddətlər uzadılsın"))
	if p = o.Page(2027); p.State != planning.PlanDraft || p.Note != "müddətlər uzadılsın" {
		t.Fatalf("returned as %s %q", p.State, p.Note)
	}
}

// TestTwoHeadsAndAnEditorAtOnce lets departments agree while an item changes:
// nobody's agreement to the old wording may survive in the new revision.
func TestTwoHeadsAndAnEditorAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		p := o.Sent(2027)
		item := p.Items[1]
		f := o.Fields(2027)
		f.Text = "Xəta verən vahidlərin payını yarıya endirmək"
		contexts := map[string]func() error{}
		vugar, elchin, nigar := o.By("vugar"), o.By("elchin"), o.By("nigar")
		contexts["vugar"] = func() error { return o.AgreePlan(vugar, "2027", o.Dept("İTŞ"), p.Revision) }
		contexts["elchin"] = func() error { return o.AgreePlan(elchin, "2027", o.Dept("SSS"), p.Revision) }
		contexts["nigar"] = func() error { return o.ChangeItem(nigar, item.ID, item.Version, f) }
		var mu sync.Mutex
		failed := map[string]error{}
		var wg sync.WaitGroup
		for who, do := range contexts {
			wg.Go(func() {
				if err := do(); err != nil {
					mu.Lock()
					failed[who] = err
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if err := failed["nigar"]; err != nil {
			t.Fatalf("the change failed: %v", err)
		}
		for who, err := range failed {
			if !apperr.Is(err, apperr.Conflict) {
				t.Errorf("%s: %v", who, err)
			}
		}
		p = o.Page(2027)
		for _, code := range []string{"SSS", "İTŞ"} {
			if a, _ := p.Agreement(o.Dept(code)); a.State != planning.Pending {
				t.Errorf("%s is %s to a wording it has not seen", code, a.State)
			}
		}
	})
}

// raw runs SQL around the service; it gives what the database said.
func raw(o *planningtest.Office, query string, args ...any) error {
	return o.Service.DB.Write(o.System(), func(tx *store.Tx) error {
		tx.Record(store.Change{Action: "test", Kind: "test", ID: "1"})
		res, err := tx.Exec(query, args...)
		if err != nil {
			return err
		}
		if n, _ := res.RowsAffected(); n == 0 {
			return errors.New("the statement of the test touches no row")
		}
		return nil
	})
}

// forbidden checks that the database itself refuses, not a missing row.
func forbidden(t *testing.T, o *planningtest.Office, query string, args ...any) {
	t.Helper()
	err := raw(o, query, args...)
	if err == nil {
		t.Errorf("the database lets through: %s", query)
	} else if text := err.Error(); !strings.Contains(text, "approved") && !strings.Contains(text, "signed") && !strings.Contains(text, "append-only") && !strings.Contains(text, "never deleted") {
		t.Errorf("%s fails for another reason: %v", query, err)
	}
}

func TestAnApprovedPlanIsLockedInTheDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		p := o.Running(2027)
		it := p.Items[1]
		for _, q := range []string{
			`UPDATE plan_items SET text = 'x'`, `UPDATE plan_items SET due = '2027-12-31'`, `UPDATE plan_items SET no = 9`,
			`DELETE FROM plan_item_departments`, `DELETE FROM plan_items`,
			`UPDATE plan_agreements SET state = 'pending'`, `DELETE FROM plan_agreements`,
			`UPDATE plans SET approved_name = 'x'`, `UPDATE plans SET revision = 9`, `DELETE FROM plans`,
		} {
			forbidden(t, o, q)
		}
		want(t, o.ChangeItem(o.By("nigar"), it.ID, it.Version, o.Fields(2027)), apperr.Conflict, "")
		want(t, o.RemoveItem(o.By("nigar"), it.ID, it.Version, "artıq lazım deyil"), apperr.Conflict, "")
		_, err := o.AddItem(o.By("nigar"), "2027", planning.NewItem{ItemFields: o.Fields(2027), Basis: planning.FromOther, BasisLabel: "iclas"})
		want(t, err, apperr.Conflict, "")
		o.Must(o.ReportItem(o.By("aytan"), it.ID, planning.NewReport{State: planning.InProgress, Narrative: "işə başlanılıb"}))
		for _, q := range []string{`UPDATE plan_reports SET narrative = 'x'`, `DELETE FROM plan_reports`} {
			forbidden(t, o, q)
		}
	})
}

func TestReportingOnItems(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		p := o.Approved(2027)
		it := p.Items[1]
		start := planning.NewReport{State: planning.InProgress, Narrative: "işə başlanılıb"}
		want(t, o.ReportItem(o.By("aytan"), it.ID, start), apperr.Conflict, "") // not running yet
		o.Must(o.StartPlan(o.By("nigar"), "2027"))
		want(t, o.ReportItem(o.By("vugar"), it.ID, start), apperr.Forbidden, "") // co-executor
		want(t, o.ReportItem(o.By("aytan"), store.NewID(), start), apperr.NotFound, "")
		want(t, o.ReportItem(o.By("aytan"), it.ID, planning.NewReport{State: planning.Done}), apperr.Invalid, "narrative")
		want(t, o.ReportItem(o.By("aytan"), it.ID, planning.NewReport{State: planning.Postponed, Narrative: "gecikir", NewDue: "2027-10-15"}), apperr.Invalid, "reason")
		want(t, o.ReportItem(o.By("aytan"), it.ID, planning.NewReport{State: planning.Postponed, Narrative: "gecikir", Reason: "müqavilə yoxdur", NewDue: it.Due}), apperr.Invalid, "new_due")

		aytan := o.By("aytan")
		up, err := o.StageUpload(aytan, "hesabat.txt", strings.NewReader("görülmüş işlər"))
		o.Must(err)
		start.UploadIDs = []string{up.ID}
		o.Must(o.ReportItem(aytan, it.ID, start))
		o.Must(o.ReportItem(aytan, it.ID, planning.NewReport{State: planning.Postponed, Narrative: "gecikir", Reason: "müqavilə yoxdur", NewDue: "2028-01-31"}))
		page, err := o.PlanItem(aytan, it.ID)
		o.Must(err)
		if page.State != planning.InProgress || page.Term() != it.Due || page.Reports[0].NewDue != "2028-01-31" || !page.Reports[0].Waits() || page.Due != it.Due || len(page.Reports) != 2 || len(page.Reports[1].Files) != 1 {
			t.Fatalf("item after two reports: %+v", page)
		}
		file := page.Reports[1].Files[0]
		if f, err := o.PlanFile(o.By("vugar"), it.ID, file.ID); err != nil || f.Name != "hesabat.txt" {
			t.Errorf("file of the report: %v %v", f, err)
		}
		_, err = o.PlanFile(o.By("vugar"), p.Items[0].ID, file.ID)
		want(t, err, apperr.NotFound, "")
		o.Must(o.ReportItem(aytan, it.ID, planning.NewReport{State: planning.Done, Narrative: "tam icra olunub"}))
		want(t, o.ReportItem(aytan, it.ID, planning.NewReport{State: planning.InProgress, Narrative: "yenidən"}), apperr.Conflict, "")
	})
}

func TestWhatIsNotDoneIsCarriedOverOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		p := o.Running(2027)
		done, left := p.Items[0], p.Items[1]
		o.Must(o.ReportItem(o.By("nazim"), done.ID, planning.NewReport{State: planning.Done, Narrative: "reyestr aparılır"}))
		o.Must(o.ReportItem(o.By("aytan"), left.ID, planning.NewReport{State: planning.InProgress, Narrative: "gecikir"}))
		o.Clock.SetDay("2027-12-20")
		_, err := o.OpenPlan(o.By("nigar"), planning.NewPlan{Year: 2028, ApproveDue: "2027-12-28"})
		o.Must(err)
		if p = o.Page(2028); p.LeftOver != 1 {
			t.Fatalf("%d items may be carried over, want 1", p.LeftOver)
		}
		n, err := o.CarryOver(o.By("nigar"), "2028")
		o.Must(err)
		p = o.Page(2028)
		if n != 1 || len(p.Items) != 1 || p.Items[0].CarriedYear != 2027 || p.Items[0].Due != "2028-03-31" || p.Items[0].State != planning.InProgress || len(p.Items[0].CoExecutors) != 1 {
			t.Fatalf("carried over %d: %+v", n, p.Items)
		}
		_, err = o.CarryOver(o.By("nigar"), "2028")
		want(t, err, apperr.Conflict, "")
	})
}

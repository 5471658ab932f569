package planning_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/planningtest"
)

// want checks the kind of an error and, when given, its first field.
func want(t *testing.T, err error, kind apperr.Kind, field string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s %s", kind, field)
	}
	e := apperr.As(err)
	if e.Kind != kind {
		t.Fatalf("error %v, want kind %s", err, kind)
	}
	if field != "" && (len(e.Fields) == 0 || e.Fields[0].Name != field) {
		t.Fatalf("error %v, want it on field %s", err, field)
	}
}

func TestRecommendationFromFindingIsTakenOverOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		f := o.AddFinding("SSS")
		other := o.AddFinding("İTŞ")

		list, err := o.FoundRecommendations(o.By("elchin"))
		o.Must(err)
		if len(list) != 1 || list[0].FindingID != f.FindingID {
			t.Fatalf("the head of SSS sees %v", list)
		}
		_, err = o.TakeOver(o.By("elchin"), other.FindingID)
		want(t, err, apperr.NotFound, "")

		r, err := o.TakeOver(o.By("nigar"), f.FindingID)
		o.Must(err)
		if r.Number != "TV-2026-01" || r.Text != f.Text || r.FindingID != f.FindingID || r.State != planning.Open {
			t.Fatalf("taken over as %+v", r)
		}
		_, err = o.TakeOver(o.By("elchin"), f.FindingID)
		want(t, err, apperr.Conflict, "finding_id")
		if list, err = o.FoundRecommendations(o.By("elchin")); err != nil || len(list) != 0 {
			t.Fatalf("still offered: %v %v", list, err)
		}
	})
}

func TestProposersStayInTheirDepartment(t *testing.T) {
	o := planningtest.New(t, storetest.Open(t))
	n := planning.NewRecommendation{Text: "Şablonları yeniləmək", Basis: planning.FromOther, BasisLabel: "iclas", DepartmentID: o.Dept("İTŞ")}
	_, err := o.Propose(o.By("aytan"), n)
	want(t, err, apperr.Invalid, "department")
	_, err = o.Propose(o.By("rauf"), n)
	want(t, err, apperr.Forbidden, "")
	_, err = o.Propose(context.Background(), n)
	want(t, err, apperr.Unauthenticated, "")
	n.DepartmentID = o.Dept("MİHO")
	_, err = o.Propose(o.By("nigar"), n)
	want(t, err, apperr.Invalid, "department")
	n.Basis = planning.FromFinding
	_, err = o.Propose(o.By("nigar"), n)
	want(t, err, apperr.Invalid, "basis")

	r := o.Proposal("Sorğu vərəqəsini qısaltmaq")
	if _, err := o.Recommendation(o.By("elchin"), r.ID); err != nil {
		t.Errorf("the head of SSS does not see it: %v", err)
	}
	_, err = o.Recommendation(o.By("vugar"), r.ID)
	want(t, err, apperr.NotFound, "")
	page, err := o.Recommendations(o.By("vugar"), planning.RecommendationFilter{})
	o.Must(err)
	if len(page.Rows) != 0 || page.Total != 0 {
		t.Errorf("İTŞ sees %d recommendations of SSS", len(page.Rows))
	}
}

func TestRecommendationsAreFoundByFoldedWordsAndPagedByKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		for i := range 7 {
			o.Proposal(fmt.Sprintf("Tövsiyə İSTİFADƏÇİ %d", i))
		}
		f := planning.RecommendationFilter{Query: "istifadeci", Limit: 3}
		var seen []string
		for {
			page, err := o.Recommendations(o.By("leyla"), f)
			o.Must(err)
			if page.Total != 7 || page.Counts[planning.Open] != 7 {
				t.Fatalf("counts %v, total %d", page.Counts, page.Total)
			}
			for _, r := range page.Rows {
				seen = append(seen, r.Number)
			}
			if page.Next == nil {
				break
			}
			f.After = page.Next
		}
		if got := fmt.Sprint(seen); got != "[TV-2026-07 TV-2026-06 TV-2026-05 TV-2026-04 TV-2026-03 TV-2026-02 TV-2026-01]" {
			t.Fatalf("pages give %s", got)
		}
		page, err := o.Recommendations(o.By("leyla"), planning.RecommendationFilter{Query: "100%"})
		o.Must(err)
		if len(page.Rows) != 0 {
			t.Errorf("a per cent sign in the query matches everything")
		}
	})
}

func TestDecidingARecommendation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		o.Draft(2027)
		a, b, c := o.Proposal("Birinci tövsiyə"), o.Proposal("İkinci tövsiyə"), o.Proposal("Üçüncü tövsiyə")
		nigar := o.By("nigar")

		want(t, o.RejectRecommendation(o.By("elchin"), a.ID, "səbəb yoxdur"), apperr.Forbidden, "")
		want(t, o.RejectRecommendation(nigar, a.ID, " "), apperr.Invalid, "reason")
		want(t, o.MergeRecommendation(nigar, b.ID, b.Number, ""), apperr.Invalid, "into")
		want(t, o.MergeRecommendation(nigar, b.ID, "TV-2026-99", ""), apperr.Invalid, "into")

		fields := o.Fields(2027)
		fields.Text = a.Text
		item, err := o.AcceptRecommendation(nigar, a.ID, "2027", fields)
		o.Must(err)
		o.Must(o.MergeRecommendation(nigar, b.ID, a.Number, "eyni məsələ"))
		o.Must(o.RejectRecommendation(nigar, c.ID, "artıq görülüb"))
		want(t, o.MergeRecommendation(nigar, c.ID, a.Number, ""), apperr.Conflict, "")
		_, err = o.AcceptRecommendation(nigar, c.ID, "2027", fields)
		want(t, err, apperr.Conflict, "")

		got, err := o.Recommendation(nigar, a.ID)
		o.Must(err)
		if got.State != planning.Accepted || got.ItemID != item || got.ItemYear != 2027 || got.ItemNo == 0 || got.DecidedName != "Nigar Əliyeva" {
			t.Fatalf("accepted as %+v", got)
		}
		merged, err := o.Recommendation(nigar, b.ID)
		o.Must(err)
		if merged.State != planning.Merged || merged.MergedNumber != a.Number {
			t.Fatalf("merged as %+v", merged)
		}

		// Taken out of the draft again, the recommendation waits again.
		o.Must(o.RemoveItem(nigar, item, 1, "sonra baxılacaq"))
		if got, err = o.Recommendation(nigar, a.ID); err != nil || got.State != planning.Open || got.ItemID != "" || got.DecidedName != "" {
			t.Fatalf("after removal: %+v %v", got, err)
		}
	})
}

func TestAcceptingIntoAPlanThatIsApprovedOrMissing(t *testing.T) {
	o := planningtest.New(t, storetest.Open(t))
	r := o.Proposal("Gecikmiş tövsiyə")
	_, err := o.AcceptRecommendation(o.By("nigar"), r.ID, "2027", o.Fields(2027))
	want(t, err, apperr.NotFound, "")
	o.Approved(2027)
	_, err = o.AcceptRecommendation(o.By("nigar"), r.ID, "2027", o.Fields(2027))
	want(t, err, apperr.Conflict, "")
	if got, _ := o.Recommendation(o.By("nigar"), r.ID); got.State != planning.Open {
		t.Errorf("half accepted: %s", got.State)
	}
}

// TestTwoRecommendationsAreNotMergedIntoEachOther merges each of two into the
// other at once: one stays.
func TestTwoRecommendationsAreNotMergedIntoEachOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		for round := range 10 {
			var two [2]planning.Recommendation
			for i := range two {
				r, err := o.Propose(o.By("nigar"), planning.NewRecommendation{Text: fmt.Sprintf("Şablon %d.%d yenilənsin", round, i), Basis: planning.FromOther, BasisLabel: "iclas", DepartmentID: o.Dept("SSS")})
				o.Must(err)
				two[i] = r
			}
			begin, done := make(chan struct{}), make(chan error, 2)
			for i := range two {
				by := o.By("nigar")
				go func() {
					<-begin
					done <- o.MergeRecommendation(by, two[i].ID, two[1-i].Number, "eyni məsələdir")
				}()
			}
			close(begin)
			var refused int
			for range two {
				if err := <-done; err != nil {
					refused++
				}
			}
			var merged int
			o.Must(db.Read().NewRaw("SELECT COUNT(*) FROM recommendations WHERE id IN (?, ?) AND state = 'merged'", two[0].ID, two[1].ID).Scan(t.Context(), &merged))
			if merged != 1 || refused != 1 {
				t.Fatalf("%d of two are merged, %d refused", merged, refused)
			}
		}
	})
}

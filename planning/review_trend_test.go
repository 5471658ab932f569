package planning_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/planningtest"
)

// signedOver opens, prepares and signs a review of a period, with decisions of
// the owner by their text and day.
func signedOver(o *planningtest.Office, from, to day.Day, decisions map[string]day.Day) planning.ReviewDossier {
	f := o.ReviewFields()
	f.From, f.To = from, to
	r, err := o.OpenReview(o.By("nigar"), f)
	o.Must(err)
	for text, due := range decisions {
		_, err := o.AddDecision(o.By("nigar"), r.ID, planning.NewDecision{Kind: planning.Change, Text: text, OwnerID: o.ID("nigar"), Due: due})
		o.Must(err)
	}
	o.Must(o.PrepareReview(o.By("nigar"), r.ID, planning.Verdict{Suitable: true, Conclusion: "KİS yararlıdır"}))
	o.Must(o.SignReview(o.By("rafael"), r.ID, planning.Signature{Number: r.Number, Confirmed: true}))
	return o.Dossier(r.ID)
}

func TestATrendLooksAtThePeriodsBefore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		src := source{}
		o.AddInputs(src)
		year := func(y int) map[string]string {
			return map[string]string{"process": "1-elektron xidmət", "period": fmt.Sprint(y)}
		}
		put := func(share, count, last int64, y int, mean string) {
			src["c5"] = []planning.Figure{{Key: "x.share", Num: share, Den: 10, Better: 1}, {Key: "x.count", Num: count, Better: -1},
				{Key: "x.tasks", Num: last, Den: 93, Better: 1, Args: year(y - 1)}, {Key: "x.tasks", Num: share, Den: 93, Better: 1, Args: year(y)}, {Key: "x.mean", Value: mean, Better: 1}}
		}
		for i, x := range []struct {
			share, count int64
			mean         string
		}{{2, 9, "3.10"}, {4, 5, "3.90"}, {3, 6, "4.05"}, {6, 0, "4.20"}, {7, 2, "4.00"}, {9, 1, "4.10"}} {
			y := 2020 + i
			put(x.share, x.count, x.share+1, y, x.mean)
			signedOver(o, day.Make(y, time.January, 1), day.Make(y, time.December, 31), nil)
		}
		list, err := o.Reviews(o.By("nigar"))
		o.Must(err)
		by := map[day.Day]planning.ReviewDossier{}
		for _, r := range list {
			by[r.To] = o.Dossier(r.ID)
		}
		series := func(y, i int) string {
			var out []string
			for _, n := range by[day.Make(y, time.December, 31)].Inputs[6].Figures[i].Series() {
				out = append(out, n.RatString())
			}
			return strings.Join(out, " ")
		}
		trend := func(y, i int) planning.Trend {
			return by[day.Make(y, time.December, 31)].Inputs[6].Figures[i].Trend()
		}
		for _, x := range []struct {
			year, figure int
			series       string
			trend        planning.Trend
		}{
			{2020, 0, "1/5", planning.NoTrend},
			{2021, 0, "1/5 2/5", planning.Improved},
			{2022, 0, "1/5 2/5 3/10", planning.Improved},             // one step back in three periods
			{2025, 0, "2/5 3/10 3/5 7/10 9/10", planning.Improved},   // five periods, no more
			{2022, 1, "9 5 6", planning.Improved},                    // fewer is better
			{2025, 1, "5 6 0 2 1", planning.Improved},                //
			{2022, 2, "2/93 4/93 4/93", planning.Improved},           // of the year before, which earlier reviews had as well
			{2022, 3, "2/93 4/93 3/93", planning.Improved},           // of a year that they did not know: their latest
			{2025, 4, "39/10 81/20 21/5 4 41/10", planning.Improved}, // a mean that is a text
		} {
			want := x.series
			if x.figure == 2 || x.figure == 3 {
				var out []string
				for _, n := range strings.Fields(x.series) {
					r, _ := new(big.Rat).SetString(n)
					out = append(out, r.RatString())
				}
				want = strings.Join(out, " ")
			}
			if got := series(x.year, x.figure); got != want {
				t.Errorf("%d, figure %d: %s, want %s", x.year, x.figure, got, want)
			}
			if got := trend(x.year, x.figure); got != x.trend {
				t.Errorf("%d, figure %d: %s, want %s", x.year, x.figure, got, x.trend)
			}
		}
		// A review of an earlier period that is signed later moves no signed one.
		put(9, 9, 9, 2018, "1.00")
		o.Clock.Add(time.Minute)
		before := series(2020, 0)
		signedOver(o, "2018-01-01", "2018-12-31", nil)
		if now := o.Dossier(by["2020-12-31"].ID).Inputs[6].Figures[0].Series(); len(now) != 1 || series(2020, 0) != before {
			t.Errorf("the signed review says something else now: %v", now)
		}
	})
}

func TestWhatEarlierReviewsDecidedComesFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		first := signedOver(o, "2026-01-01", "2026-03-31", map[string]day.Day{"Şablonları yeniləmək": "2026-11-20", "Server almaq üçün vəsait ayırmaq": "2027-05-31"})
		if len(first.OpenBefore) != 0 {
			t.Fatalf("there is no review before: %+v", first.OpenBefore)
		}
		second := signedOver(o, "2026-04-01", "2026-06-30", nil)
		if d := second.OpenBefore; len(d) != 2 || d[0].Text != "Şablonları yeniləmək" || !d[0].Late || d[0].State != "" || d[1].Late || d[1].Review != first.Number || d[1].Department != "KİEMŞ" {
			t.Fatalf("%+v", d)
		}
		// The first goes into a plan, is reported done and accepted.
		decisions := map[string]string{}
		for _, d := range o.Dossier(first.ID).DecisionList {
			decisions[d.Text] = d.ID
		}
		_, err := o.OpenPlan(o.By("nigar"), planning.NewPlan{Year: 2026, ApproveDue: "2026-12-25"})
		o.Must(err)
		f := o.Fields(2026)
		f.ResponsibleID, f.CoExecutors, f.Text = o.Dept("KİEMŞ"), nil, ""
		item, err := o.AddDecisionToPlan(o.By("nigar"), decisions["Şablonları yeniləmək"], "2026", f)
		o.Must(err)
		open := func() planning.OpenDecision {
			o.Clock.Add(time.Minute)
			r := signedOver(o, "2026-07-01", "2026-09-30", nil)
			for _, d := range r.OpenBefore {
				if d.Text == "Şablonları yeniləmək" {
					return d
				}
			}
			return planning.OpenDecision{}
		}
		o.Must(o.SendPlan(o.By("nigar"), "2026"))
		if d := open(); d.Text == "" || d.State != "" {
			t.Errorf("in a plan that is not approved: %+v", d)
		}
		page := o.AgreeAll(2026)
		o.Must(o.ApprovePlan(o.By("rafael"), "2026", planning.Approval{Revision: page.Revision, Confirmed: true}))
		o.Must(o.StartPlan(o.By("nigar"), "2026"))
		if d := open(); d.State != planning.NotStarted || d.ItemID != item || d.Plan != "2026" || d.ItemNo != 1 {
			t.Errorf("in a plan in force: %+v", d)
		}
		o.Must(o.ReportItem(o.By("nazim"), item, planning.NewReport{State: planning.Done, Narrative: "Şablonlar yenilənib"}))
		waiting := open()
		if waiting.State != planning.Reported {
			t.Errorf("reported done: %+v", waiting)
		}
		p, err := o.PlanItem(o.By("nigar"), item)
		o.Must(err)
		o.Accept(p.Reports[0].ID)
		if d := open(); d.Text != "" {
			t.Errorf("accepted, and still open: %+v", d)
		}
		// What was signed says what it said.
		if d := o.Dossier(second.ID).OpenBefore; len(d) != 2 || d[0].State != "" {
			t.Errorf("the review signed before it: %+v", d)
		}
	})
}

// What is reported done counts once it was accepted, in every figure.
func TestOnlyWhatWasAcceptedCountsAsCarriedOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		it := o.Running(2026).Items[1]
		counts := func() [4]int {
			page := o.Page(2026)
			list, err := o.Plans(o.By("nigar"))
			o.Must(err)
			pr, err := o.Progress(o.By("nigar"), 2026)
			o.Must(err)
			c := planning.CountProgress(pr)
			return [4]int{page.Done, list[0].Done, c.Done, c.Reported}
		}
		c2 := func() int64 {
			o.Clock.Add(time.Minute)
			return signedOver(o, "2026-07-01", "2026-09-30", nil).Inputs[3].Figures[0].Num
		}
		o.Must(o.ReportItem(o.By("elchin"), it.ID, planning.NewReport{State: planning.Done, Narrative: "Hamısı edilib"}))
		if n := counts(); n != [4]int{0, 0, 0, 1} || c2() != 0 {
			t.Errorf("reported only: %v, in the review %d", n, c2())
		}
		want(t, o.ClosePlan(o.By("nigar"), "2026", "İl başa çatıb"), apperr.Conflict, "")
		p, err := o.PlanItem(o.By("nigar"), it.ID)
		o.Must(err)
		if p.Shown() != planning.Reported || p.Overdue("2027-01-01") {
			t.Errorf("%s, late %t", p.Shown(), p.Overdue("2027-01-01"))
		}
		o.Accept(p.Reports[0].ID)
		if n := counts(); n != [4]int{1, 1, 1, 0} || c2() != 1 {
			t.Errorf("accepted: %v, in the review %d", n, c2())
		}
		o.Must(o.ClosePlan(o.By("nigar"), "2026", "İl başa çatıb"))
	})
}

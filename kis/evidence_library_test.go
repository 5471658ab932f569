package kis_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
)

// shelf fills the library with n submissions of one cycle, all returned,
// whose titles and files are given, and gives them in the order of the days.
func shelf(t *testing.T, o *kistest.Office, c kis.Cycle, n int, title, file func(i int) string) []kis.FilledEvidence {
	t.Helper()
	tasks, err := o.FilledTasks(o.System(), c.Process.ID)
	if err != nil {
		t.Fatal(err)
	}
	by, reviewer := actor.Actor{UserID: o.ID("aytan"), Name: "Aytən"}, actor.Actor{UserID: o.ID("nigar"), Name: "Nigar"}
	list := make([]kis.FilledEvidence, n)
	start := time.Date(2026, 1, 12, 8, 0, 0, 0, time.UTC)
	for i := range list {
		task := &tasks[i%len(tasks)]
		due, _ := c.Phase(task.Phase)
		class := kis.ClassInternal
		if i%10 == 3 {
			class = kis.ClassConfidential
		}
		at := start.Add(time.Duration(i) * time.Minute)
		list[i] = kis.FilledEvidence{Task: task, By: by, Reviewer: reviewer, File: &kis.File{Name: file(i), Size: 3, SHA256: strings.Repeat("0", 64), ContentType: "text/plain", Shown: kis.ShownText},
			Submission: kis.Submission{CycleID: c.ID, ProcessID: c.Process.ID, DepartmentID: o.Dept("SSS"), Version: 1, Title: title(i), Kind: kis.EvidenceFile,
				ReferencePeriod: fmt.Sprint(2020 + i%3), EffectiveDay: "2026-01-12", Class: class, State: kis.Returned, Reason: "Möhür yoxdur", SubmittedBy: by.UserID, ReceivedAt: at,
				DecidedBy: reviewer.UserID, DecidedAt: at.Add(time.Hour), Due: due.Due}}
	}
	err = o.Fill(o.System(), func(f *kis.Fill) error {
		if err := f.Evidence(list); err != nil {
			return err
		}
		return f.Settle([]kis.FilledCycle{{ID: c.ID, Label: "1"}})
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestTheLibraryFindsSortsAndPagesBothWaysWhateverTheWordIs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).SetDay("2026-01-10")
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		// "çıxarış" stands in all 1,100 (too many to begin with), "gəlirlərin" in a third, "unikal7" in one.
		all := shelf(t, o, c, 1100, func(i int) string {
			words := []string{"Çıxarış", "Gəlirlərin çıxarışı", "Əhalinin ÇIXARIŞLARI"}
			return words[i%3] + fmt.Sprintf(" unikal%d", i)
		}, func(i int) string { return fmt.Sprintf("cədvəl-%04d.xlsx", i) })
		nigar := o.As(t.Context(), "nigar")
		fits := func(want func(i int) bool) (ids []string) {
			for i, e := range all {
				if want(i) {
					ids = append(ids, e.ID)
				}
			}
			return ids
		}
		any := func(int) bool { return true }
		for name, k := range map[string]struct {
			f    kis.EvidenceFilter
			want []string
		}{
			"all":                   {kis.EvidenceFilter{}, fits(any)},
			"a word of all":         {kis.EvidenceFilter{Query: "CIXARIS"}, fits(any)},
			"a form of it":          {kis.EvidenceFilter{Query: "çıxarışı"}, fits(func(i int) bool { return i%3 == 1 })},
			"two words":             {kis.EvidenceFilter{Query: "gelirler  Çıxarış"}, fits(func(i int) bool { return i%3 == 1 })},
			"a rare word":           {kis.EvidenceFilter{Query: "unikal77"}, fits(func(i int) bool { return i == 77 || (i >= 770 && i < 780) })},
			"a file":                {kis.EvidenceFilter{Query: "cedvel-0012.xlsx"}, fits(func(i int) bool { return i == 12 })},
			"the end of a word":     {kis.EvidenceFilter{Query: "xarış"}, nil},
			"a word and a state":    {kis.EvidenceFilter{Query: "çıxarış", State: kis.Accepted}, nil},
			"a reference period":    {kis.EvidenceFilter{Query: "çıxarış", ReferencePeriod: "2021"}, fits(func(i int) bool { return i%3 == 1 })},
			"a class":               {kis.EvidenceFilter{Class: kis.ClassConfidential}, fits(func(i int) bool { return i%10 == 3 })},
			"a phase":               {kis.EvidenceFilter{Phase: "2"}, fits(func(i int) bool { return all[i].Task.Phase == "2" })},
			"a day":                 {kis.EvidenceFilter{From: "2026-01-13", To: "2026-01-13"}, fits(func(i int) bool { return day.Of(all[i].ReceivedAt, o.Zone) == "2026-01-13" })},
			"another department":    {kis.EvidenceFilter{DepartmentID: o.Dept("İTŞ")}, nil},
			"a process":             {kis.EvidenceFilter{Process: kistest.ProcessCode, SubmitterID: o.ID("aytan")}, fits(any)},
			"no process":            {kis.EvidenceFilter{Process: "yoxdur"}, nil},
			"by due":                {kis.EvidenceFilter{Sort: kis.SortDue, Query: "çıxarış"}, fits(any)},
			"by title":              {kis.EvidenceFilter{Sort: kis.SortTitle, DepartmentID: o.Dept("SSS")}, fits(any)},
			"by title, a rare word": {kis.EvidenceFilter{Sort: kis.SortTitle, Query: "unikal20"}, fits(func(i int) bool { return i == 20 || i/10 == 20 || i/100 == 20 })},
		} {
			k.f.Limit = 200
			var seen, back []string
			var rows []kis.EvidenceRow
			var last kis.EvidencePage
			for {
				page, err := o.Evidence(nigar, k.f)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				for _, r := range page.Rows {
					seen, rows = append(seen, r.ID), append(rows, r)
				}
				last = page
				if k.f.After = page.Next; page.Next == nil {
					break
				}
			}
			if got := slices.Sorted(slices.Values(seen)); !slices.Equal(got, slices.Sorted(slices.Values(k.want))) {
				t.Errorf("%s: %d found, want %d", name, len(got), len(k.want))
			}
			inOrder := slices.IsSortedFunc(rows, func(a, b kis.EvidenceRow) int {
				switch k.f.Sort {
				case kis.SortDue:
					return strings.Compare(string(a.Due), string(b.Due))
				case kis.SortTitle:
					return strings.Compare(a.TitleKey, b.TitleKey)
				}
				return b.ReceivedAt.Compare(a.ReceivedAt)
			})
			if !inOrder {
				t.Errorf("%s: not in order", name)
			}
			for page := last; ; {
				for _, r := range slices.Backward(page.Rows) {
					back = append(back, r.ID)
				}
				if k.f.After = page.Prev; page.Prev == nil {
					break
				}
				var err error
				if page, err = o.Evidence(nigar, k.f); err != nil {
					t.Fatal(err)
				}
			}
			if slices.Reverse(back); !slices.Equal(back, seen) {
				t.Errorf("%s: back gives %d, forth gave %d", name, len(back), len(seen))
			}
		}
		page, err := o.Evidence(nigar, kis.EvidenceFilter{})
		if n := page.States[kis.Returned]; err != nil || !n.More || !page.Many || page.Total != n.N || page.States[kis.Accepted] != (kis.Count{}) {
			t.Errorf("counts: %+v, %v", page.States, err)
		}
		n := 0
		for r, err := range o.EachEvidence(o.As(t.Context(), "rafael"), kis.EvidenceFilter{Query: "çıxarış"}) {
			if err != nil || r.Class == kis.ClassConfidential {
				t.Fatal(r.ID, err)
			}
			n++
		}
		if n != 990 {
			t.Errorf("management takes away %d", n)
		}
		if page, err := o.Evidence(o.As(t.Context(), "rafael"), kis.EvidenceFilter{Query: "unikal13"}); err != nil || page.Total != 9 || len(page.Rows) != 9 {
			t.Errorf("management finds %d, %v", page.Total, err) // of 11 that begin so, 13 and 133 are confidential
		}
		if err := o.SetDue(nigar, c.ID, map[string]day.Day{"2": "2026-04-01"}); err != nil {
			t.Fatal(err)
		}
		if page, err := o.Evidence(nigar, kis.EvidenceFilter{Phase: "2", Limit: 1}); err != nil || page.Rows[0].Due != "2026-04-01" {
			t.Errorf("a day that was moved: %+v, %v", page.Rows, err)
		}
	})
}

func TestManyAreAcceptedEachByItsOwnRules(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		first, second, done := o.Hand("aytan", c.ID, "1.1.1"), o.Hand("aytan", c.ID, "1.1.3"), o.Hand("aytan", c.ID, "1.1.4")
		nigar := o.As(t.Context(), "nigar")
		if err := o.Return(nigar, done.ID, "Möhür yoxdur"); err != nil {
			t.Fatal(err)
		}
		results, err := o.AcceptMany(nigar, []string{first.ID, done.ID, store.NewID(), second.ID, "nothing"})
		if err != nil || len(results) != 4 {
			t.Fatal(results, err)
		}
		for _, r := range results {
			switch {
			case r.ID == first.ID || r.ID == second.ID:
				if r.Err != nil || r.Title == "" {
					t.Errorf("accepted: %+v", r)
				}
			case r.ID == done.ID:
				if !apperr.Is(r.Err, apperr.Conflict) {
					t.Errorf("returned before: %+v", r)
				}
			case !apperr.Is(r.Err, apperr.NotFound) || r.Title != "":
				t.Errorf("that is none: %+v", r)
			}
		}
		if _, err := o.AcceptMany(nigar, nil); !apperr.Is(err, apperr.Invalid) {
			t.Error(err)
		}
		if _, err := o.AcceptMany(o.As(t.Context(), "aytan"), []string{first.ID}); !apperr.Is(err, apperr.Forbidden) {
			t.Error(err)
		}
		if n, err := o.Evidence(nigar, kis.EvidenceFilter{}); err != nil || n.States[kis.Accepted].N != 2 {
			t.Error(n.States, err)
		}
	})
}

func TestOnlyTheProgramFills(t *testing.T) {
	db := storetest.Open(t)
	o := kistest.NewOffice(t, db)
	if err := o.Fill(o.As(t.Context(), "nigar"), func(*kis.Fill) error { return nil }); !apperr.Is(err, apperr.Forbidden) {
		t.Error(err)
	}
}

func TestASearchOfAFrequentWordGoesOnPageByPage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).SetDay("2026-01-10")
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		// Each word stands in more than one page looks at, both in few; what the filter wants are not the newest.
		all := shelf(t, o, c, 4200, func(i int) string {
			if i%100 == 1 {
				return "Almalar armudu"
			}
			return []string{"Alma", "Armud"}[i%2]
		}, func(int) string { return "c.xlsx" })
		nigar := o.As(t.Context(), "nigar")
		for _, f := range []kis.EvidenceFilter{
			{Query: "alma", ReferencePeriod: "2021"},
			{Query: "alma armud"},
			{Query: "alma armud", Sort: kis.SortTitle},
			{Query: "armud alma", Sort: kis.SortDue}, // walks the library, as it does for a process
			{Query: "alma armud", Process: c.Process.Code},
		} {
			if f.Limit = 200; f.Sort == "" && f.Process == "" {
				f.To = "2026-01-12"
			}
			name := fmt.Sprintf("%q %s%s", f.Query, f.Sort, f.Process)
			var want, forth, back []string
			for i, e := range slices.Backward(all) {
				if (i%100 == 1 || f.Query == "alma" && i%2 == 0) && (i%3 == 1 || f.ReferencePeriod == "") && (f.To == "" || day.Of(e.ReceivedAt, o.Zone) <= f.To) {
					want = append(want, e.ID)
				}
			}
			cut := false
			var page kis.EvidencePage
			read := func(after []string) []kis.EvidenceRow {
				f.After = after
				var err error
				if page, err = o.Evidence(nigar, f); err != nil {
					t.Fatal(name, err)
				}
				cut = cut || page.Cut
				return page.Rows
			}
			for rows := read(nil); ; rows = read(page.Next) {
				for _, r := range rows {
					forth = append(forth, r.ID)
				}
				if page.Next == nil {
					break
				}
			}
			if !cut {
				t.Errorf("%s: was not cut", name)
			}
			end := len(page.Rows)
			for page.Prev != nil {
				for _, r := range slices.Backward(read(page.Prev)) {
					back = append(back, r.ID)
				}
			}
			if slices.Reverse(back); !slices.Equal(back, forth[:len(forth)-end]) {
				t.Errorf("%s: back gives %d, forth gave %d, on its last page %d", name, len(back), len(forth), end)
			}
			if f.Sort != "" { // in an order of its own
				slices.Sort(want)
				slices.Sort(forth)
			}
			if !slices.Equal(forth, want) {
				t.Errorf("%s: %d found, want %d", name, len(forth), len(want))
			}
		}
		if found, err := o.Evidence(nigar, kis.EvidenceFilter{Query: "alma armud", Limit: 1}); err != nil || found.Cut || !found.Many || found.Rows[0].ID != all[4101].ID {
			t.Errorf("two frequent words: %+v, %v", found, err)
		}
	})
}

package quality_test

import (
	"slices"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/planning/quality"
)

func TestDepartmentsSeeAndWriteTheirOwn(t *testing.T) {
	each(t, func(b bureau) {
		r := b.begin() // of SSS
		if _, err := b.Report(b.as("tural"), r.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("another department: %v", err)
		}
		list, err := b.Reports(b.as("tural"), quality.Filter{})
		if err != nil || list.Total != 0 || len(list.Rows) != 0 || len(list.Waiting) != 0 {
			t.Errorf("list of another department: %v %+v", err, list)
		}
		b.fails("begin for others", second(b.Begin(b.as("tural"), quality.NewReport{CycleID: b.cycle.ID})), apperr.Invalid, "cycle")
		b.fails("write for others", second2(b.Save(b.as("tural"), r.ID, quality.Patch{Code: "S.3.1", TextAZ: text("x")})), apperr.NotFound, "")
		b.fails("an employee approves", b.Approve(b.as("aytan"), r.ID), apperr.Forbidden, "")
		b.fails("an auditor writes", second2(b.Save(b.as("samir"), r.ID, quality.Patch{Code: "S.3.1", NA: yes(true)})), apperr.Forbidden, "")
		if d := b.dossier("samir", r.ID); len(d.Steps) > 0 {
			t.Errorf("a reader may %v", d.Steps)
		}
		if _, err := b.Reports(b.as("orxan"), quality.Filter{}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("an assessor: %v", err)
		}
	})
}

func TestTheListIsSearchedSortedAndPaged(t *testing.T) {
	each(t, func(b bureau) {
		for _, period := range []string{"2027", "2028", "2029"} {
			b.Office.Running(period)
		}
		list, err := b.Reports(b.as("elchin"), quality.Filter{})
		b.must("list", err)
		for _, c := range list.Waiting {
			_, err := b.Begin(b.as("elchin"), quality.NewReport{CycleID: c.ID})
			b.must("begin", err)
		}
		for _, sort := range quality.Sorts() {
			var seen []string
			f := quality.Filter{Sort: sort, Limit: 2}
			for {
				page, err := b.Reports(b.as("elchin"), f)
				b.must("page", err)
				if page.Total != 4 {
					t.Errorf("%s: total %d", sort, page.Total)
				}
				for _, r := range page.Rows {
					seen = append(seen, r.Number)
				}
				if page.Next == nil {
					break
				}
				f.After = page.Next
			}
			want := []string{"KM-2026-04", "KM-2026-03", "KM-2026-02", "KM-2026-01"}
			if sort == quality.ByOldest {
				slices.Reverse(want)
			}
			if !slices.Equal(seen, want) {
				t.Errorf("%q: %v", sort, seen)
			}
		}
		found, err := b.Reports(b.as("elchin"), quality.Filter{Query: "elektron 2029 2028"})
		if err != nil || found.Total != 1 || found.Rows[0].Period != "2029" {
			t.Errorf("search: %v %+v", err, found.Rows)
		}
		n := 0
		for _, err := range b.Each(b.as("elchin"), quality.Filter{State: quality.Draft}) {
			b.must("walk", err)
			n++
		}
		if n != 4 {
			t.Errorf("walked %d", n)
		}
		if none, err := b.Reports(b.as("elchin"), quality.Filter{ProcessID: "yox"}); err != nil || none.Total != 0 {
			t.Errorf("an id that is none: %v %d", err, none.Total)
		}
	})
}

func TestWorkIsForWhoWritesAndWhoDecides(t *testing.T) {
	each(t, func(b bureau) {
		r := b.begin()
		count := func(who string) int {
			list, err := b.Work(b.as(who))
			b.must("work", err)
			return len(list)
		}
		if count("aytan") != 1 || count("elchin") != 1 || count("tural") != 0 || count("nigar") != 0 {
			t.Errorf("draft: aytan %d, elchin %d, tural %d, nigar %d", count("aytan"), count("elchin"), count("tural"), count("nigar"))
		}
		b.fill(r.ID)
		b.must("submit", b.Submit(b.as("nigar"), r.ID))
		if count("elchin") != 0 || count("nigar") != 0 || count("leyla") != 1 {
			t.Errorf("submitted: elchin %d, nigar %d, leyla %d", count("elchin"), count("nigar"), count("leyla"))
		}
	})
}

func TestWhatIsApprovedCannotBeChangedInTheDatabase(t *testing.T) {
	each(t, func(b bureau) {
		r := b.approved()
		for _, q := range []string{"UPDATE quality_entries SET text_az = 'başqa' WHERE report_id = ?", "DELETE FROM quality_entries WHERE report_id = ?",
			"UPDATE quality_figures SET value = '1' WHERE report_id = ?", "DELETE FROM quality_reports WHERE id = ?"} {
			err := b.db.Unrecorded(t.Context(), func(tx *store.Tx) error { _, err := tx.NewRaw(q, r.ID).Exec(t.Context()); return err })
			if err == nil {
				t.Errorf("went through: %s", q)
			}
		}
		var faults []string
		_, err := b.KIS.VerifySeals(t.Context(), func(f store.Fault) { faults = append(faults, f.Where+" "+f.Key) })
		if err != nil || len(faults) > 0 {
			t.Errorf("seals: %v %v", err, faults)
		}
		err = b.db.Unrecorded(t.Context(), func(tx *store.Tx) error {
			_, err := tx.NewRaw("UPDATE quality_reports SET approved_name = 'Başqası' WHERE id = ?", r.ID).Exec(t.Context())
			return err
		})
		b.must("tamper", err)
		_, err = b.KIS.VerifySeals(t.Context(), func(f store.Fault) { faults = append(faults, f.Where+" "+f.Key) })
		if err != nil || len(faults) != 1 {
			t.Errorf("a changed name is found: %v %v", err, faults)
		}
	})
}

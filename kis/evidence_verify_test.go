package kis_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
)

// derivedFaults runs VerifyDerived; each fault is its key and the cycle it names.
func derivedFaults(t *testing.T, o *kistest.Office) (out []string) {
	t.Helper()
	n, err := o.VerifyDerived(t.Context(), func(f store.Fault) {
		args := apperr.Flat(f.Args)
		out = append(out, f.Key+" "+args[slices.Index(args, any("cycle"))+1].(string))
	})
	if err != nil || n == 0 {
		t.Fatal(n, err)
	}
	return out
}

// past changes tables past the program.
func past(t *testing.T, db *store.DB, o *kistest.Office, change string) {
	t.Helper()
	err := db.Unrecorded(o.System(), func(tx *store.Tx) error {
		_, err := tx.ExecContext(t.Context(), change)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", change, err)
	}
}

// TestWhatIsDerivedIsComparedWithTheEvidence changes each derived table past
// the program and looks for the fault.
func TestWhatIsDerivedIsComparedWithTheEvidence(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).SetDay("2026-01-12")
		o := kistest.NewOffice(t, db)
		nigar := o.As(t.Context(), "nigar")
		c := o.Running("2026")
		o.AcceptPhase(c.ID, "1")
		if err := o.PassGate(nigar, c.ID, "1"); err != nil {
			t.Fatal(err)
		}
		returned := o.Hand("aytan", c.ID, "2.1.1")
		if err := o.Return(nigar, returned.ID, "İmza çatışmır"); err != nil {
			t.Fatal(err)
		}
		sub := o.Hand("aytan", c.ID, "2.1.1")
		if got := derivedFaults(t, o); len(got) != 0 {
			t.Fatalf("before anything was changed: %v", got)
		}
		cycle := kistest.ProcessCode + " 2026"
		for _, k := range []struct{ change, back, want string }{
			{`UPDATE evidence_duties SET due = '2031-01-01' WHERE phase = '5'`, ``, "verify.derived.duties"},
			{`DELETE FROM evidence_duties WHERE phase = '4'`, ``, "verify.derived.duties"},
			{`UPDATE evidence_duties SET returned = NOT returned WHERE phase = '3'`, ``, "verify.derived.duties"},
			{`UPDATE cycle_phases SET complete = FALSE WHERE phase = '1'`, `UPDATE cycle_phases SET complete = TRUE WHERE phase = '1'`, "verify.derived.complete"},
			{`UPDATE cycle_phases SET complete = TRUE WHERE phase = '6'`, `UPDATE cycle_phases SET complete = FALSE WHERE phase = '6'`, "verify.derived.complete"},
			{`UPDATE submissions SET title = 'x' || title WHERE id = '{sub}'`, `UPDATE submissions SET title = substr(title, 2) WHERE id = '{sub}'`, "verify.derived.index"},
			{`UPDATE evidence_words SET word = word || 'x' WHERE submission_id = '{sub}' AND word = '2.1.1'`, `UPDATE evidence_words SET word = '2.1.1' WHERE submission_id = '{sub}' AND word = '2.1.1x'`, "verify.derived.words"},
			{`INSERT INTO evidence_words SELECT 'yad', received_at, id FROM submissions WHERE id = '{sub}'`, `DELETE FROM evidence_words WHERE word = 'yad'`, "verify.derived.words"},
			{`DELETE FROM evidence_words WHERE submission_id = '{sub}'`, ``, "verify.derived.words"},
			{`UPDATE submissions SET valid_until = '2031-01-01' WHERE id = '{sub}'`, `UPDATE submissions SET valid_until = '' WHERE id = '{sub}'`, "verify.derived.validity"},
			{`INSERT INTO validity_rules (id, process_id, code, months, set_at) SELECT '00000000-0000-7000-8000-000000000001', process_id, '2', 12, received_at FROM submissions WHERE id = '{sub}'`,
				`DELETE FROM validity_rules`, "verify.derived.validity"},
		} {
			named := strings.NewReplacer("{sub}", sub.ID)
			past(t, db, o, named.Replace(k.change))
			if got := derivedFaults(t, o); !slices.Contains(got, k.want+" "+cycle) {
				t.Errorf("%s: found %v, want %s", k.change, got, k.want)
			}
			if k.back != "" {
				past(t, db, o, named.Replace(k.back))
			}
		}
	})
}

// TestEvidenceOfAnOlderProgramIsIndexedAtTheStart puts submissions back to
// how the step of the schema leaves them.
func TestEvidenceOfAnOlderProgramIsIndexedAtTheStart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).SetDay("2026-01-10")
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		shelf(t, o, c, 450, func(i int) string { return []string{"Zeyl", "Arayış", "Çıxarış"}[i%3] }, func(int) string { return "cədvəl.xlsx" })
		sub := o.Hand("aytan", c.ID, "1.1.1")
		nigar := o.As(t.Context(), "nigar")
		find := func(f kis.EvidenceFilter) (ids []string) {
			f.Limit = 200
			page, err := o.Evidence(nigar, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Rows {
				ids = append(ids, r.ID)
			}
			return ids
		}
		byTitle, byWord := find(kis.EvidenceFilter{Sort: kis.SortTitle}), find(kis.EvidenceFilter{Query: "arayis"})
		past(t, db, o, `DELETE FROM evidence_words`)
		past(t, db, o, `UPDATE submissions SET title_key = '', search_key = 'old'`)
		if got := find(kis.EvidenceFilter{Query: "arayis"}); len(got) != 0 {
			t.Fatal("found without an index")
		}
		if n, err := o.ReindexEvidence(t.Context()); err != nil || n != 451 {
			t.Fatal(n, err)
		}
		if n, err := o.ReindexEvidence(t.Context()); err != nil || n != 0 {
			t.Error("a second time", n, err)
		}
		if got := find(kis.EvidenceFilter{Sort: kis.SortTitle}); !slices.Equal(got, byTitle) {
			t.Error("another order of titles")
		}
		if got := find(kis.EvidenceFilter{Query: "arayis"}); len(byWord) != 150 || !slices.Equal(got, byWord) {
			t.Errorf("%d found, before %d", len(got), len(byWord))
		}
		if got := find(kis.EvidenceFilter{Query: "1.1.1 " + sub.Title}); !slices.Contains(got, sub.ID) {
			t.Error("what was handed in is not found")
		}
		if got := derivedFaults(t, o); len(got) != 0 {
			t.Error(got[:min(3, len(got))])
		}
	})
}

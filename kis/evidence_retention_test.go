package kis_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/retention"
)

// pastTerm lists what the library finds past its term, and what waits for a
// decision in somebody's list of work.
func pastTerm(t *testing.T, o *kistest.Office, who string) (found, work []string) {
	t.Helper()
	ctx := o.As(t.Context(), who)
	page, err := o.Evidence(ctx, kis.EvidenceFilter{Past: true})
	if err != nil || page.Total != len(page.Rows) {
		t.Fatal(page.Total, err)
	}
	for _, r := range page.Rows {
		found = append(found, r.TaskCode)
	}
	items, err := o.Work(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range items {
		if w.KindKey == "kis.work.kind.retention" {
			work = append(work, strings.Fields(w.Title)[0])
		}
	}
	slices.Sort(found)
	slices.Sort(work)
	return found, work
}

func TestEvidenceIsKeptByTermsAndGoesOnlyByADecision(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock := storetest.ClockOf(db)
		clock.SetDay("2026-06-15")
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		nigar, aytan, tural := o.As(t.Context(), "nigar"), o.As(t.Context(), "aytan"), o.As(t.Context(), "tural")
		hand := func(code string, class kis.EvidenceClass, term string) kis.Submission {
			t.Helper()
			in := o.NewEvidence("aytan", c.ID, code)
			in.EffectiveDay, in.Class, in.Retention = "2026-03-01", class, term
			sub, err := o.Submit(aytan, in)
			if err != nil {
				t.Fatal(err)
			}
			return sub
		}
		open, secret, chosen := hand("1.1.1", kis.ClassPublic, ""), hand("1.1.3", kis.ClassConfidential, ""), hand("1.1.4", kis.ClassInternal, "permanent")
		if open.Retention != "public" || open.KeptUntil != "2031-12-31" || secret.KeptUntil != "2029-12-31" || chosen.Retention != "permanent" || chosen.KeptUntil != "" {
			t.Fatalf("%s %s, %s, %s %s", open.Retention, open.KeptUntil, secret.KeptUntil, chosen.Retention, chosen.KeptUntil)
		}
		bad := o.NewEvidence("aytan", c.ID, "1.2.1")
		bad.Retention = "no such term"
		if _, err := o.Submit(aytan, bad); !apperr.Is(err, apperr.Invalid) || apperr.As(err).Fields[0].Name != "retention" {
			t.Errorf("a term that is none: %v", err)
		}
		until := func(id string) day.Day {
			t.Helper()
			k, err := o.Keeping(nigar, id)
			if err != nil {
				t.Fatal(err)
			}
			return k.KeptUntil
		}
		if _, err := o.Keeping(tural, secret.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("the keeping of what is confidential to others: %v", err)
		}
		set := func(years, basis string, revision int) error {
			return o.SetRetention(nigar, kis.RetentionEdit{Code: "public", Years: years, BasisAZ: basis, Revision: revision})
		}
		for what, err := range map[string]error{"no number": set("x", "Nomenklatura", 1), "below 0": set("-1", "Nomenklatura", 1), "too long": set("101", "Nomenklatura", 1), "no basis": set("3", " ", 1)} {
			if !apperr.Is(err, apperr.Invalid) || len(apperr.As(err).Fields) != 1 {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := o.SetRetention(aytan, kis.RetentionEdit{Code: "public", Years: "1", BasisAZ: "Nomenklatura", Revision: 1}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("an employee sets a term: %v", err)
		}
		if err := o.SetRetention(nigar, kis.RetentionEdit{Code: "none", Years: "1", BasisAZ: "Nomenklatura", Revision: 1}); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("a term that is none: %v", err)
		}
		if err := set("3", "İşlər nomenklaturası, 12-ci maddə", 1); err != nil {
			t.Fatal(err)
		}
		if err := set("4", "İşlər nomenklaturası, 12-ci maddə", 1); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("over somebody else's change: %v", err)
		}
		if until(open.ID) != "2029-12-31" || until(secret.ID) != "2029-12-31" || until(chosen.ID) != "" {
			t.Errorf("moved to %s, %s, %s", until(open.ID), until(secret.ID), until(chosen.ID))
		}
		decide := func(id string, d retention.By, to day.Day, reason string) error {
			return o.DecideRetention(nigar, id, kis.RetentionDecision{Decision: d, Until: to, Reason: reason})
		}
		if err := decide(open.ID, retention.Disposed, "", "Müddəti keçib"); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("destroyed before its term: %v", err)
		}
		page, err := o.Evidence(nigar, kis.EvidenceFilter{KeptTo: "2029-12-31"})
		if err != nil || len(page.Rows) != 2 {
			t.Errorf("kept until the end of 2029: %d, %v", len(page.Rows), err)
		}
		if found, work := pastTerm(t, o, "nigar"); len(found)+len(work) != 0 {
			t.Errorf("past before time: %v %v", found, work)
		}
		noFaults(t, o)

		clock.SetDay("2030-01-01")
		if found, work := pastTerm(t, o, "nigar"); !slices.Equal(found, []string{"1.1.1", "1.1.3"}) || !slices.Equal(work, found) {
			t.Errorf("past their term: %v, in the list of work %v", found, work)
		}
		if found, work := pastTerm(t, o, "aytan"); len(found) != 2 || len(work) != 0 {
			t.Errorf("an employee finds %v and has to decide %v", found, work)
		}
		for what, err := range map[string]error{"no reason": decide(open.ID, retention.Permanent, "", ""), "no decision": decide(open.ID, "term", "", "Səbəb var"),
			"no day": decide(open.ID, retention.Extended, "", "Səbəb var"), "no date": decide(open.ID, retention.Extended, "2031-02-30", "Səbəb var"), "a day that is over": decide(open.ID, retention.Extended, "2029-12-31", "Səbəb var")} {
			if !apperr.Is(err, apperr.Invalid) || len(apperr.As(err).Fields) != 1 {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := o.DecideRetention(aytan, open.ID, kis.RetentionDecision{Decision: retention.Permanent, Reason: "Səbəb var"}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("an employee decides: %v", err)
		}
		if err := decide(open.ID, retention.Extended, "2035-06-30", "Məhkəmə işi davam edir"); err != nil {
			t.Fatal(err)
		}
		if err := decide(secret.ID, retention.Disposed, "", "Akt № 4"); err != nil {
			t.Fatal(err)
		}
		if err := decide(secret.ID, retention.Permanent, "", "Fikir dəyişdi"); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("decided twice: %v", err)
		}
		if found, work := pastTerm(t, o, "nigar"); len(found)+len(work) != 0 {
			t.Errorf("still waiting: %v %v", found, work)
		}
		// Nothing was deleted, and a decision outlives a change of the term.
		files, err := o.Submission(nigar, secret.ID)
		if err != nil || (files.Kind == kis.EvidenceFile && len(files.Files) == 0) {
			t.Errorf("%d files, %v", len(files.Files), err)
		}
		if err := set("10", "İşlər nomenklaturası, 12-ci maddə", 2); err != nil {
			t.Fatal(err)
		}
		if until(open.ID) != "2035-06-30" || until(secret.ID) != "2029-12-31" {
			t.Errorf("after another term: %s, %s", until(open.ID), until(secret.ID))
		}
		events, err := o.History(o.System(), "task", c.ID+":1.1.3", 10)
		if err != nil || strings.Contains(events[0].Note, "Akt") {
			t.Errorf("the trail tells why confidential evidence may go: %+v, %v", events[0], err)
		}
		noFaults(t, o)

		cycle := kistest.ProcessCode + " 2026"
		for _, k := range []struct{ change, back string }{
			{`UPDATE submissions SET kept_until = '2027-01-01' WHERE id = '{sub}'`, `UPDATE submissions SET kept_until = '2035-06-30' WHERE id = '{sub}'`},
			{`UPDATE submissions SET kept_by = 'term' WHERE id = '{sub}'`, `UPDATE submissions SET kept_by = 'extended' WHERE id = '{sub}'`},
			{`UPDATE retention_decisions SET kept_until = '2027-01-01' WHERE submission_id = '{sub}'`, `UPDATE retention_decisions SET kept_until = '2035-06-30' WHERE submission_id = '{sub}'`},
		} {
			named := strings.NewReplacer("{sub}", open.ID)
			past(t, db, o, named.Replace(k.change))
			if got := derivedFaults(t, o); !slices.Contains(got, "verify.derived.retention "+cycle) {
				t.Errorf("%s: found %v", k.change, got)
			}
			past(t, db, o, named.Replace(k.back))
		}
		for _, change := range []string{`UPDATE retention_terms SET basis_az = 'heç biri' WHERE code = 'public'`, `UPDATE retention_decisions SET reason = 'başqa səbəb'`} {
			past(t, db, o, change)
			var got []string
			if _, err := o.VerifySeals(t.Context(), func(f store.Fault) { got = append(got, f.Key) }); err != nil || !slices.Contains(got, "verify.seal.part.facts") {
				t.Errorf("%s: %v %v", change, got, err)
			}
		}
	})
}

// What the sender said is proved by the trail, also of what is confidential.
func TestWhatASenderSaidCannotBeChangedUnseen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).SetDay("2026-06-15")
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		aytan := o.As(t.Context(), "aytan")
		in := o.NewEvidence("aytan", c.ID, "1.1.1")
		in.Class, in.Title, in.Note, in.ValidUntil = kis.ClassConfidential, "Ad", "Qeyd", "2026-12-31"
		sub, err := o.Submit(aytan, in)
		if err != nil {
			t.Fatal(err)
		}
		for _, change := range []string{`title = 'Başqa ad'`, `note = 'Başqa qeyd'`, `reference_period = '1999'`, `effective_day = '1999-01-01'`, `valid_until = '2030-01-01'`, `retention = 'permanent'`} {
			var before struct {
				Title, Note, ReferencePeriod, EffectiveDay, ValidUntil, Retention string
			}
			if err := db.Read().NewRaw(`SELECT title, note, reference_period, effective_day, valid_until, retention FROM submissions WHERE id = ?`, sub.ID).Scan(t.Context(), &before); err != nil {
				t.Fatal(err)
			}
			past(t, db, o, `UPDATE submissions SET `+change+` WHERE id = '`+sub.ID+`'`)
			if got := recordFaults(t, o); !slices.Contains(got, "verify.record.differs submissions:"+sub.ID) {
				t.Errorf("%s: found %v", change, got)
			}
			err := db.Unrecorded(o.System(), func(tx *store.Tx) error {
				_, err := tx.ExecContext(t.Context(), `UPDATE submissions SET title = ?, note = ?, reference_period = ?, effective_day = ?, valid_until = ?, retention = ? WHERE id = ?`,
					before.Title, before.Note, before.ReferencePeriod, before.EffectiveDay, before.ValidUntil, before.Retention, sub.ID)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if got := recordFaults(t, o); len(got) != 0 {
			t.Fatalf("put back: %v", got)
		}
		past(t, db, o, `UPDATE submission_outputs SET output_id = '`+o.OutputIDs(c.ID, "1.1.3")[0]+`' WHERE submission_id = '`+sub.ID+`' AND output_id = '`+in.OutputIDs[0]+`'`)
		if got := recordFaults(t, o); !slices.Contains(got, "verify.record.differs submissions:"+sub.ID) {
			t.Errorf("another output: found %v", got)
		}
	})
}

func recordFaults(t *testing.T, o *kistest.Office) (out []string) {
	t.Helper()
	if _, err := o.VerifyRecords(t.Context(), func(f store.Fault) { out = append(out, f.Key+" "+f.Where) }); err != nil {
		t.Fatal(err)
	}
	return out
}

package kis_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
)

func TestNobodyReviewsTheirOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		nigar := o.As(t.Context(), "nigar")
		sub := o.Hand("nigar", c.ID, "8.1.1") // KİEMŞ is responsible in phase 8
		for name, err := range map[string]error{"accept": o.Accept(nigar, sub.ID), "return": o.Return(nigar, sub.ID, "Özüm qaytarıram")} {
			if !apperr.Is(err, apperr.Forbidden) || apperr.As(err).Key != "kis.evidence.own" {
				t.Errorf("%s own: %v", name, err)
			}
		}
		// Past the service, the database refuses too.
		err := db.Write(nigar, func(tx *store.Tx) error {
			_, err := tx.NewRaw(`UPDATE submissions SET state = 'accepted', decided_by = submitted_by, decided_at = ? WHERE id = ?`, tx.Now, sub.ID).Exec(t.Context())
			return err
		})
		if err == nil {
			t.Error("the database let somebody review their own")
		}
		if err := o.Accept(o.As(t.Context(), "leyla"), sub.ID); err != nil {
			t.Errorf("the other quality manager: %v", err)
		}
	})
}

func TestOnlyAResponsibleDepartmentHandsIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		trail := rowsIn(t, db, "trail")
		in := func(who string) kis.NewSubmission { return o.NewEvidence(who, c.ID, "1.1.3") } // DSK, SSS
		if _, err := o.Submit(o.As(t.Context(), "tural"), in("tural")); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("İTŞ for a task of SSS: %v", err)
		}
		other := in("tural")
		other.DepartmentID = o.Dept("SSS")
		if _, err := o.Submit(o.As(t.Context(), "tural"), other); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("İTŞ in the name of SSS: %v", err)
		}
		for _, who := range []string{"gunel", "rafael", "rauf", "orxan"} {
			if _, err := o.Submit(o.As(t.Context(), who), kis.NewSubmission{CycleID: c.ID}); !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("%s: %v", who, err)
			}
		}
		if _, err := o.Submit(t.Context(), kis.NewSubmission{}); !apperr.Is(err, apperr.Unauthenticated) {
			t.Errorf("nobody: %v", err)
		}
		if rowsIn(t, db, "submissions", "files") != 0 || rowsIn(t, db, "trail") != trail+2 { // two staged uploads
			t.Error("a refused submission left something")
		}
		// The owner of the process may always hand in: 3.5.2 is a task of İTŞ alone.
		if _, err := o.Submit(o.As(t.Context(), "aytan"), o.NewEvidence("aytan", c.ID, "3.5.2")); err != nil {
			t.Errorf("the owner: %v", err)
		}
		sub := o.Hand("aytan", c.ID, "1.1.3")
		for who, kind := range map[string]apperr.Kind{"tural": apperr.NotFound, "gunel": apperr.Forbidden, "rafael": apperr.Forbidden} {
			if err := o.Withdraw(o.As(t.Context(), who), sub.ID); !apperr.Is(err, kind) {
				t.Errorf("withdrawn by %s: %v", who, err)
			}
		}
		for _, who := range []string{"aytan", "elchin", "gunel", "rafael", "rauf"} {
			if err := o.Accept(o.As(t.Context(), who), sub.ID); !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("accepted by %s: %v", who, err)
			}
		}
		if err := o.Withdraw(o.As(t.Context(), "elchin"), sub.ID); err != nil {
			t.Errorf("withdrawn by the head of the department: %v", err)
		}
		if err := o.Accept(o.As(t.Context(), "nigar"), sub.ID); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("accepted after it was withdrawn: %v", err)
		}
	})
}

func TestConfidentialEvidenceIsSeenOnlyByThoseWhoMay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		open := o.Hand("aytan", c.ID, "1.1.1")
		in := o.NewEvidence("aytan", c.ID, "4.2.5") // SSS as owner; İTŞ is responsible
		in.Class, in.Title, in.Note = kis.ClassConfidential, "Gizli başlıq", "gizli qeyd"
		secret, err := o.Submit(o.As(t.Context(), "aytan"), in)
		if err != nil {
			t.Fatal(err)
		}
		page, err := o.Submission(o.As(t.Context(), "aytan"), secret.ID)
		if err != nil {
			t.Fatal(err)
		}
		file := page.Files[0].ID
		for who, want := range map[string]struct{ list, open, secret bool }{
			"aytan": {true, true, true}, "elchin": {true, true, true}, "nigar": {true, true, true},
			"rafael": {true, true, false}, "gunel": {true, true, false}, "samir": {true, true, false},
			"tural": {true, false, false}, "kamran": {false, false, false}, "rauf": {false, false, false},
		} {
			ctx := o.As(t.Context(), who)
			list, err := o.Evidence(ctx, kis.EvidenceFilter{})
			if (err == nil) != want.list {
				t.Errorf("%s lists: %v", who, err)
			}
			n := 0
			if want.open {
				n++
			}
			if want.secret {
				n++
			}
			if len(list.Rows) != n || list.Total != n {
				t.Errorf("%s sees %d of %d submissions, want %d", who, len(list.Rows), list.Total, n)
			}
			if _, err := o.Submission(ctx, open.ID); (err == nil) != want.open {
				t.Errorf("%s opens the internal one: %v", who, err)
			}
			_, err = o.Submission(ctx, secret.ID)
			if (err == nil) != want.secret || (err != nil && want.list && !apperr.Is(err, apperr.NotFound)) {
				t.Errorf("%s opens the confidential one: %v", who, err)
			}
			before := rowsIn(t, db, "trail")
			_, err = o.EvidenceFile(ctx, secret.ID, file)
			if (err == nil) != want.secret || (rowsIn(t, db, "trail") == before+1) != want.secret {
				t.Errorf("%s downloads the confidential file: %v, trail %d→%d", who, err, before, rowsIn(t, db, "trail"))
			}
			if _, err := o.EvidenceFile(ctx, open.ID, file); err == nil {
				t.Errorf("%s got a file through another submission", who)
			}
			if task, err := o.Task(ctx, c.ID, "4.2.5"); err == nil && ((len(task.Outputs[0].Versions) == 1) != want.secret || task.Hidden == want.secret) {
				t.Errorf("%s sees %d versions on the task page, hidden %v", who, len(task.Outputs[0].Versions), task.Hidden)
			}
		}
		if err := o.Return(o.As(t.Context(), "nigar"), secret.ID, "Gizli səbəb var"); err != nil {
			t.Fatal(err)
		}
		if err := o.Return(o.As(t.Context(), "nigar"), open.ID, "Daxili səbəb var"); err != nil {
			t.Fatal(err)
		}
		for who, sees := range map[string][2]bool{"aytan": {true, true}, "nigar": {true, true}, "rafael": {true, false}, "tural": {false, false}, "kamran": {false, false}} {
			for i, code := range []string{"1.1.1", "4.2.5"} {
				task, err := o.Task(o.As(t.Context(), who), c.ID, code)
				if err != nil {
					t.Fatal(err)
				}
				told := fmt.Sprintf("%+v", task)
				for _, e := range task.History {
					told += " " + e.Note + string(e.After)
				}
				if strings.Contains(told, "səbəb var") != sees[i] {
					t.Errorf("%s and the reason of %s: want %v\n%s", who, code, sees[i], told)
				}
				if !sees[i] && strings.Contains(told, "Hesabat "+code) {
					t.Errorf("%s reads a file's name in %s", who, told)
				}
				// Of what is internal the history tells who did what and when; that
				// there is anything confidential it tells nobody else.
				handed := slices.ContainsFunc(task.History, func(e office.Event) bool { return e.Kind == "submission" })
				if want := sees[i] || code == "1.1.1"; handed != want {
					t.Errorf("%s sees in the history of %s that evidence came: %v, want %v", who, code, handed, want)
				}
			}
			g, err := o.Grid(o.As(t.Context(), who), c.ID, kis.GridFilter{})
			if err != nil {
				t.Fatal(err)
			}
			if told := fmt.Sprintf("%+v", g.Attention); strings.Contains(told, "Daxili səbəb") != sees[0] || strings.Contains(told, "Gizli səbəb") != sees[1] {
				t.Errorf("%s and the reasons on the map: %s", who, told)
			}
		}
		var bodies []string
		if err := db.Read().NewRaw(`SELECT body FROM trail WHERE kind = 'submission'`).Scan(t.Context(), &bodies); err != nil {
			t.Fatal(err)
		}
		if all := strings.Join(bodies, "\n"); strings.Contains(all, "Gizli") || strings.Contains(all, "gizli") || strings.Contains(all, "Hesabat 4.2.5") {
			t.Error("the trail tells what is confidential")
		}
		observer := actor.With(t.Context(), actor.Actor{UserID: o.ID("samir"), Name: "x", Grants: []actor.Grant{{Role: "observer", ObjectKind: "cycle", ObjectID: c.ID}}})
		if list, err := o.Evidence(observer, kis.EvidenceFilter{}); err != nil || len(list.Rows) != 1 {
			t.Errorf("an observer of the cycle: %d, %v", len(list.Rows), err)
		}
		if _, err := o.Grid(observer, c.ID, kis.GridFilter{}); err != nil {
			t.Errorf("an observer of the cycle: %v", err)
		}
		other := actor.With(t.Context(), actor.Actor{UserID: o.ID("samir"), Name: "x", Grants: []actor.Grant{{Role: "observer", ObjectKind: "cycle", ObjectID: store.NewID()}}})
		if _, err := o.Grid(other, c.ID, kis.GridFilter{}); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("an observer of another cycle: %v", err)
		}
		if list, err := o.Evidence(other, kis.EvidenceFilter{}); err != nil || len(list.Rows) != 0 {
			t.Errorf("an observer of another cycle: %d, %v", len(list.Rows), err)
		}
	})
}

func TestTwoReviewersAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		for _, code := range []string{"1.1.1", "1.1.3", "1.1.4"} {
			sub := o.Hand("aytan", c.ID, code)
			decide := []func() error{
				func() error { return o.Accept(o.As(context.Background(), "nigar"), sub.ID) },
				func() error { return o.Return(o.As(context.Background(), "leyla"), sub.ID, "Düzəliş lazımdır") },
			}
			errs := make([]error, len(decide))
			var wg sync.WaitGroup
			for i, f := range decide {
				wg.Go(func() { errs[i] = f() })
			}
			wg.Wait()
			if (errs[0] == nil) == (errs[1] == nil) || !apperr.Is(errors.Join(errs...), apperr.Conflict) {
				t.Errorf("one must win and the other be told: %v", errs)
			}
		}
		ins := []kis.NewSubmission{o.NewEvidence("aytan", c.ID, "1.1.5"), o.NewEvidence("elchin", c.ID, "1.1.5")}
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i, who := range []string{"aytan", "elchin"} {
			wg.Go(func() { _, errs[i] = o.Submit(o.As(context.Background(), who), ins[i]) })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("two submissions for one output at once: %v", errs)
		}
	})
}

package kis_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
)

func TestEvidenceIsReturnedResubmittedAcceptedAndSuperseded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).SetDay("2026-02-02")
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		aytan, nigar := o.As(t.Context(), "aytan"), o.As(t.Context(), "nigar")
		in := o.NewEvidence("aytan", c.ID, "1.1.1")
		in.UploadIDs = append(in.UploadIDs, o.Upload("aytan", "Əlavə.xlsx", "PK\x03\x04 cədvəl"))
		one, err := o.Submit(aytan, in)
		if err != nil {
			t.Fatal(err)
		}
		if one.Version != 1 || one.State != kis.Submitted || one.ReferencePeriod != "2025" || one.EffectiveDay != "2026-02-02" || one.DepartmentID != o.Dept("SSS") {
			t.Errorf("submitted: %+v", one)
		}
		if _, err := o.Submit(aytan, o.NewEvidence("aytan", c.ID, "1.1.1")); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("again while in review: %v", err)
		}
		if err := o.Return(nigar, one.ID, " "); !apperr.Is(err, apperr.Invalid) || apperr.As(err).Fields[0].Name != "reason" {
			t.Errorf("returned without a reason: %v", err)
		}
		if err := o.Return(nigar, one.ID, "Hesabat dövrü göstərilməyib"); err != nil {
			t.Fatal(err)
		}
		if err := o.Accept(nigar, one.ID); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("accepted after the return: %v", err)
		}
		two := o.Hand("aytan", c.ID, "1.1.1")
		if two.Version != 2 || two.ReplacesID != one.ID {
			t.Errorf("second version: %+v", two)
		}
		if err := o.Accept(nigar, two.ID); err != nil {
			t.Fatal(err)
		}
		three := o.Hand("aytan", c.ID, "1.1.1")
		page, err := o.Task(aytan, c.ID, "1.1.1")
		if err != nil || page.State != kis.TaskAccepted {
			t.Errorf("accepted evidence stands while a newer version is in review: %s, %v", page.State, err)
		}
		if err := o.Accept(o.As(t.Context(), "leyla"), three.ID); err != nil {
			t.Fatal(err)
		}
		page, err = o.Task(aytan, c.ID, "1.1.1")
		if err != nil {
			t.Fatal(err)
		}
		var states []kis.SubmissionState
		for _, v := range page.Outputs[0].Versions {
			states = append(states, v.State)
		}
		if len(states) != 3 || states[0] != kis.Accepted || states[1] != kis.Superseded || states[2] != kis.Returned {
			t.Errorf("versions, newest first: %v", states)
		}
		if v := page.Outputs[0].Versions[2]; v.Reason != "Hesabat dövrü göstərilməyib" || v.DeciderName != "Nigar Əliyeva" || len(v.Files) != 2 || v.Files[1].Name != "Əlavə.xlsx" {
			t.Errorf("the returned one: %+v", v)
		}
		if len(page.History) != 7 {
			t.Errorf("%d entries in the history; 3 submitted, 1 returned, 2 accepted and 1 superseded make 7", len(page.History))
		}
		n, err := o.VerifyReferences(t.Context(), func(f store.Fault) { t.Errorf("%+v", f) })
		if err != nil || n == 0 {
			t.Errorf("references: %d, %v", n, err)
		}
	})
}

func TestASubmissionForSeveralOutputsIsSupersededOnlyWhenAllAreCovered(t *testing.T) {
	o := kistest.NewOffice(t, storetest.Open(t))
	c := o.Running("2026")
	aytan, nigar := o.As(t.Context(), "aytan"), o.As(t.Context(), "nigar")
	outs := o.OutputIDs(c.ID, "1.2.1") // three outputs
	hand := func(ids ...string) kis.Submission {
		in := o.NewEvidence("aytan", c.ID, "1.2.1")
		in.OutputIDs = ids
		sub, err := o.Submit(aytan, in)
		if err == nil {
			err = o.Accept(nigar, sub.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		return sub
	}
	state := func(s kis.Submission) kis.SubmissionState {
		p, err := o.Submission(nigar, s.ID)
		if err != nil {
			t.Fatal(err)
		}
		return p.State
	}
	all, first := hand(outs...), hand(outs[0])
	if state(all) != kis.Accepted {
		t.Error("the first still carries two outputs alone")
	}
	second, third := hand(outs[1]), hand(outs[2])
	if state(all) != kis.Superseded || state(first) != kis.Accepted || state(second) != kis.Accepted || state(third) != kis.Accepted {
		t.Errorf("all outputs have newer evidence: %s %s %s %s", state(all), state(first), state(second), state(third))
	}
}

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

func TestEvidenceFormsAreRefusedByField(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		storetest.ClockOf(db).SetDay("2026-02-02")
		c := o.Running("2026")
		aytan := o.As(t.Context(), "aytan")
		foreign := o.Upload("tural", "başqa.pdf", "%PDF-1.4")
		for name, tc := range map[string]struct {
			change func(*kis.NewSubmission)
			field  string
			kind   apperr.Kind
		}{
			"no output":       {func(n *kis.NewSubmission) { n.OutputIDs = nil }, "output", apperr.Invalid},
			"no file":         {func(n *kis.NewSubmission) { n.UploadIDs = nil }, "upload", apperr.Invalid},
			"too many files":  {func(n *kis.NewSubmission) { n.UploadIDs = make([]string, 51) }, "upload", apperr.Invalid},
			"file of another": {func(n *kis.NewSubmission) { n.UploadIDs = []string{foreign} }, "upload", apperr.Invalid},
			"file twice":      {func(n *kis.NewSubmission) { n.UploadIDs = append(n.UploadIDs, n.UploadIDs...) }, "upload", apperr.Invalid},
			"link":            {func(n *kis.NewSubmission) { n.UploadIDs, n.Link = nil, "javascript:alert(1)" }, "link", apperr.Invalid},
			"link and file":   {func(n *kis.NewSubmission) { n.Kind, n.Link = kis.EvidenceLink, "https://stat.gov.az" }, "link", apperr.Invalid},
			"kind":            {func(n *kis.NewSubmission) { n.Kind = "paper" }, "kind", apperr.Invalid},
			"class":           {func(n *kis.NewSubmission) { n.Class = "secret" }, "class", apperr.Invalid},
			"no date":         {func(n *kis.NewSubmission) { n.EffectiveDay = "30.02.2026" }, "effective_day", apperr.Invalid},
			"future":          {func(n *kis.NewSubmission) { n.EffectiveDay = "03.02.2026" }, "effective_day", apperr.Invalid},
			"title":           {func(n *kis.NewSubmission) { n.Title = strings.Repeat("a", 301) }, "title", apperr.Invalid},
			"note":            {func(n *kis.NewSubmission) { n.Note = "a\x00b" }, "note", apperr.Invalid},
			"cycle":           {func(n *kis.NewSubmission) { n.CycleID = store.NewID() }, "", apperr.NotFound},
			"output unknown":  {func(n *kis.NewSubmission) { n.OutputIDs = []string{store.NewID()} }, "", apperr.NotFound},
			"two tasks":       {func(n *kis.NewSubmission) { n.OutputIDs = append(n.OutputIDs, o.OutputIDs(c.ID, "1.1.4")...) }, "output", apperr.Invalid},
			"not a version":   {func(n *kis.NewSubmission) { n.Replaces = store.NewID() }, "", apperr.NotFound},
		} {
			in := o.NewEvidence("aytan", c.ID, "1.1.1")
			tc.change(&in)
			_, err := o.Submit(aytan, in)
			if !apperr.Is(err, tc.kind) || (tc.field != "" && (len(apperr.As(err).Fields) == 0 || apperr.As(err).Fields[0].Name != tc.field)) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if rowsIn(t, db, "submissions", "files", "submission_files") != 0 {
			t.Error("a refused form left something")
		}
		link, err := o.Submit(aytan, kis.NewSubmission{CycleID: c.ID, OutputIDs: o.OutputIDs(c.ID, "1.1.1"), Link: "https://www.stat.gov.az/news/?id=1", EffectiveDay: day.Day("01.02.2026")})
		if err != nil || link.Kind != kis.EvidenceLink || link.EffectiveDay != "2026-02-01" {
			t.Errorf("a link: %+v, %v", link, err)
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
			if task, err := o.Task(ctx, c.ID, "4.2.5"); err == nil && ((len(task.Outputs[0].Versions) == 1) != want.secret || (task.Hidden == 0) != want.secret) {
				t.Errorf("%s sees %d versions on the task page, %d hidden", who, len(task.Outputs[0].Versions), task.Hidden)
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
				if !sees[i] && (strings.Contains(told, "Hesabat "+code) || len(task.History) == 0) {
					t.Errorf("%s reads a file's name in %s", who, told)
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

func TestTheLibraryIsSearchedFilteredAndPagedByKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock := storetest.ClockOf(db)
		clock.SetDay("2026-02-02")
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		aytan := o.As(t.Context(), "aytan")
		for _, code := range []string{"1.1.1", "1.1.3", "1.1.4", "1.1.5", "1.2.1"} {
			o.Hand("aytan", c.ID, code) // all at the same moment: the key must break the tie
		}
		var seen []string
		f := kis.EvidenceFilter{Limit: 2}
		for {
			page, err := o.Evidence(aytan, f)
			if err != nil {
				t.Fatal(err)
			}
			if page.Total != 5 || page.States[kis.Submitted] != 5 {
				t.Errorf("total %d, states %v", page.Total, page.States)
			}
			for _, r := range page.Rows {
				seen = append(seen, r.TaskCode)
			}
			if f.After = page.Next; page.Next == nil {
				break
			}
		}
		if strings.Join(seen, " ") != "1.2.1 1.1.5 1.1.4 1.1.3 1.1.1" {
			t.Errorf("pages: %v", seen)
		}
		for query, n := range map[string]int{"ISTIFADECI": 2, "hesabat 1.1.3": 1, "%": 0, "_": 0, "yoxdur": 0, "protokol": 2} {
			if page, err := o.Evidence(aytan, kis.EvidenceFilter{Query: query}); err != nil || len(page.Rows) != n {
				t.Errorf("%q finds %d, want %d; %v", query, len(page.Rows), n, err)
			}
		}
		if page, err := o.Evidence(aytan, kis.EvidenceFilter{State: kis.Accepted}); err != nil || len(page.Rows) != 0 || page.Total != 0 || page.States[kis.Submitted] != 5 {
			t.Errorf("accepted: %+v, %v", page, err)
		}
		if page, err := o.Evidence(aytan, kis.EvidenceFilter{After: []string{"nonsense", "x"}}); err != nil || len(page.Rows) != 5 {
			t.Errorf("a damaged place begins at the start: %d, %v", len(page.Rows), err)
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

func TestUploadsThatCannotBeTaken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		aytan := o.As(t.Context(), "aytan")
		o.Limits.FileBytes = 1 << 20
		for name, tc := range map[string]struct {
			name string
			r    io.Reader
			key  string
		}{
			"empty":     {"boş.pdf", strings.NewReader(""), "error.upload.empty"},
			"long name": {strings.Repeat("ə", 300), strings.NewReader("x"), "kis.upload.name_long"},
			"no name":   {"../..", strings.NewReader("x"), "error.upload.name"},
			"too large": {"böyük.bin", io.LimitReader(zeros{}, 1<<20+1), "error.upload.too_large"},
			"cut":       {"kəsik.pdf", io.MultiReader(strings.NewReader("%PDF-"), cutReader{}), "error.upload.cut"},
		} {
			_, err := o.StageUpload(aytan, tc.name, tc.r)
			if f := apperr.As(err).Fields; !apperr.Is(err, apperr.Invalid) || len(f) != 1 || f[0].Key != tc.key || f[0].Name != "upload" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if rowsIn(t, db, "uploads") != 0 {
			t.Error("a refused upload left a row")
		}
		up, err := o.StageUpload(aytan, "../../x", strings.NewReader("<html><script>alert(1)</script>"))
		if err != nil || up.Name != "x" || up.ContentType != "text/html; charset=utf-8" || up.Size != 31 {
			t.Errorf("%+v, %v", up, err)
		}
		if _, _, err := o.OpenUpload(o.As(t.Context(), "tural"), up.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("somebody else's upload: %v", err)
		}
		if err := o.DiscardUpload(o.As(t.Context(), "tural"), up.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("somebody else's upload: %v", err)
		}
		if err := o.DiscardUpload(aytan, up.ID); err != nil {
			t.Error(err)
		}
		clock := storetest.ClockOf(db)
		clock.SetDay("2026-02-02")
		o.Upload("aytan", "köhnə.txt", "köhnə")
		clock.SetDay("2026-02-08")
		o.Upload("aytan", "təzə.txt", "təzə")
		clock.SetDay("2026-02-10")
		if n, err := o.SweepUploads(o.System()); n != 1 || err != nil || rowsIn(t, db, "uploads") != 1 {
			t.Errorf("swept %d, %v", n, err)
		}
		if _, err := o.SweepUploads(aytan); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("swept by a person: %v", err)
		}
	})
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type cutReader struct{}

func (cutReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestWorkWaitsForThoseWhoMustDoIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock := storetest.ClockOf(db)
		clock.SetDay("2026-01-12")
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		count := func(who, kind string) (n, late, awaited int) {
			items, err := o.Work(o.As(t.Context(), who))
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range items {
				switch {
				case w.KindKey != kind:
				case w.Awaited:
					awaited++
				case w.Overdue:
					n, late = n+1, late+1
				default:
					n++
				}
			}
			return
		}
		if n, late, _ := count("aytan", "kis.work.kind.evidence"); n != 20 || late != 0 {
			t.Errorf("phase 1 is due within a month: %d tasks, %d late", n, late)
		}
		sub := o.Hand("aytan", c.ID, "1.1.1")
		if n, _, awaited := count("aytan", "kis.work.kind.evidence"); n != 19 || awaited != 1 {
			t.Errorf("after handing one in: %d to do, %d awaited", n, awaited)
		}
		if n, _, _ := count("nigar", "kis.work.kind.review"); n != 1 {
			t.Errorf("%d to review", n)
		}
		if err := o.Return(o.As(t.Context(), "nigar"), sub.ID, "Möhür yoxdur"); err != nil {
			t.Fatal(err)
		}
		items, err := o.Work(o.As(t.Context(), "aytan"))
		if err != nil || items[0].Quote != "Möhür yoxdur" || items[0].VerbKey != "kis.work.verb.resubmit" || items[0].Href != "/cycles/"+c.ID+"/tasks/1.1.1" {
			t.Errorf("the return: %+v, %v", items[0], err)
		}
		o.AcceptPhase(c.ID, "1")
		if n, _, _ := count("nigar", "kis.work.kind.gate"); n != 1 {
			t.Errorf("%d gates to confirm", n)
		}
		clock.SetDay("2026-03-20")
		if n, late, _ := count("aytan", "kis.work.kind.evidence"); n == 0 || late != n {
			t.Errorf("phase 2 is late: %d of %d", late, n)
		}
		if n, _, _ := count("rauf", "kis.work.kind.evidence"); n != 0 {
			t.Errorf("the administrator has %d", n)
		}
	})
}

func TestWhoHandledEvidence(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		one := o.Hand("aytan", c.ID, "1.1.1")
		o.Hand("tural", c.ID, "3.5.2")
		if err := o.Accept(o.As(t.Context(), "nigar"), one.ID); err != nil {
			t.Fatal(err)
		}
		ask := func(s kis.EvidenceScope) map[string]kis.EvidencePerson {
			list, err := kis.EvidencePeople(t.Context(), db.Read(), s)
			if err != nil {
				t.Fatal(err)
			}
			out := map[string]kis.EvidencePerson{}
			for _, p := range list {
				out[p.UserID] = p
			}
			return out
		}
		all := ask(kis.EvidenceScope{CycleIDs: []string{c.ID}})
		if len(all) != 3 || !all[o.ID("aytan")].Submitted || all[o.ID("aytan")].Reviewed || !all[o.ID("nigar")].Reviewed || !all[o.ID("tural")].Submitted {
			t.Errorf("in the cycle: %+v", all)
		}
		if in := ask(kis.EvidenceScope{CycleIDs: []string{c.ID}, Codes: []string{"1.1", "4"}}); len(in) != 2 {
			t.Errorf("in 1.1: %+v", in)
		}
		if in := ask(kis.EvidenceScope{Departments: []string{o.Dept("İTŞ")}}); len(in) != 1 || !in[o.ID("tural")].Submitted {
			t.Errorf("of İTŞ: %+v", in)
		}
		if in := ask(kis.EvidenceScope{CycleIDs: []string{store.NewID()}}); len(in) != 0 {
			t.Errorf("elsewhere: %+v", in)
		}
	})
}

package kis_test

import (
	"strings"
	"testing"

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
		in.UploadIDs = append(in.UploadIDs, o.Upload("aytan", "Əlavə.csv", "kod,ad\n"))
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
		if v := page.Outputs[0].Versions[2]; v.Reason != "Hesabat dövrü göstərilməyib" || v.DeciderName != "Nigar Əliyeva" || len(v.Files) != 2 || v.Files[1].Name != "Əlavə.csv" {
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
			if page.Total != 5 || page.States[kis.Submitted].N != 5 {
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
		if page, err := o.Evidence(aytan, kis.EvidenceFilter{State: kis.Accepted}); err != nil || len(page.Rows) != 0 || page.Total != 0 || page.States[kis.Submitted].N != 5 {
			t.Errorf("accepted: %+v, %v", page, err)
		}
		for _, when := range []string{"0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "heç vaxt"} {
			if _, err := o.Evidence(aytan, kis.EvidenceFilter{After: []string{"after", when, store.NewID()}}); err != nil {
				t.Errorf("going on after %s: %v", when, err)
			}
		}
		if page, err := o.Evidence(aytan, kis.EvidenceFilter{After: []string{"nonsense", "x"}}); err != nil || len(page.Rows) != 5 {
			t.Errorf("a damaged place begins at the start: %d, %v", len(page.Rows), err)
		}
	})
}

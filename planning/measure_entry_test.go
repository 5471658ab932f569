package planning_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/planning"
)

func TestADepartmentWritesAndTheOfficerDecides(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMeasureOffice(t, db).imported()
		id := m.assign("4.1", "İTŞ", "SSS")
		text := planning.MeasureText{Narrative: narrative, Figures: "12 təlim", Dated: "2022-11-03",
			Milestones: []planning.MeasureMilestone{{Text: "Proqram", Done: true}, {Text: ""}, {Text: "Təlimlər", Done: true}, {Text: "Hesabat"}},
			Links:      []planning.MeasureLink{{URL: "https://stat.example/xeber/1", Dated: "2022-12-01"}, {}},
			UploadIDs:  []string{m.upload("tural", "siyahı.txt", "yüz ad")}}
		e, err := m.WriteMeasure(m.as("tural"), id, 2022, text)
		if err != nil || e.State != planning.MeasureDraft || e.Version != 1 || e.Proposed != planning.MeasureSubstantial || len(e.Milestones) != 3 {
			t.Fatalf("first draft: %+v, %v", e, err)
		}
		// The other responsible department goes on; the file stays, one link goes.
		text = planning.MeasureText{Version: 1, Narrative: narrative + " Hesabat saytdadır.", Figures: "12", Milestones: text.Milestones, Submit: true}
		e, err = m.WriteMeasure(m.as("elchin"), id, 2022, text)
		if err != nil || e.State != planning.MeasureSubmitted || e.Evidence() != 1 || e.SubmittedBy != m.ID("elchin") {
			t.Fatalf("handed in: %+v, %v", e, err)
		}
		kind(t, second(m.WriteMeasure(m.as("tural"), id, 2022, planning.MeasureText{Version: 2, Narrative: narrative})), apperr.Conflict)
		kind(t, second(m.DecideMeasure(m.as("elchin"), id, 2022, planning.MeasureDecision{Version: 2, Status: planning.MeasureComplete, Reason: "hamısı"})), apperr.Forbidden)

		e, err = m.ReturnMeasure(m.as("sevda"), id, 2022, 2, "Rəqəmlərin mənbəyi göstərilsin")
		if err != nil || e.State != planning.MeasureDraft || e.Returned == "" {
			t.Fatalf("returned: %+v, %v", e, err)
		}
		text.Version, text.Milestones[3].Done = 3, true
		e, err = m.WriteMeasure(m.as("tural"), id, 2022, text)
		if err != nil || e.Proposed != planning.MeasureComplete || e.Returned != "" {
			t.Fatalf("handed in again: %+v, %v", e, err)
		}
		e, err = m.DecideMeasure(m.as("sevda"), id, 2022, planning.MeasureDecision{Version: 4, Status: planning.MeasureSubstantial, Reason: "Bir xidmət üzrə iş bitməyib", Act: "artıq"})
		if err != nil || e.State != planning.MeasureDecided || e.Status != planning.MeasureSubstantial || e.Act != "" {
			t.Fatalf("decided: %+v, %v", e, err)
		}

		r, err := m.MeasuresReport(m.as("rafael"), ahPlan, 2022)
		if err != nil || len(r.Rows) != 11 || r.Decided != 1 {
			t.Fatalf("report: %+v, %v", r, err)
		}
		row := r.Rows[4]
		if row.Number != "4.1" || row.Period != "2020-2022" || !strings.HasPrefix(row.Narrative, narrative) || row.StatusName("az") != "əsasən icra olunub" ||
			row.StatusName("en") != "substantial" || row.Reason == "" || row.MilestonesDone != 3 || len(row.Files) != 1 || row.Departments[0].Code != "İTŞ" {
			t.Errorf("row: %+v", row)
		}
		p := m.page("tural", id)
		var verbs []string
		for _, h := range p.History {
			verbs = append(verbs, h.Action[strings.LastIndex(h.Action, ":")+1:])
		}
		if want := []string{"decide", "submit", "return", "submit", "write", "assign", "import"}; !slices.Equal(verbs, want) {
			t.Errorf("history %v, want %v", verbs, want)
		}
		f, file, err := m.MeasureFile(m.as("rafael"), id, p.Entry.Files[0].FileID)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if raw, _ := io.ReadAll(file); string(raw) != "yüz ad" || f.Name != "siyahı.txt" || p.Entry.Files[0].Dated != "2022-11-03" {
			t.Errorf("file %+v: %q", p.Entry.Files[0], raw)
		}
		if _, _, err := m.MeasureFile(m.as("rafael"), m.ms["1.2"].ID, f.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("the file under another measure: %v", err)
		}
	})
}

func TestOnlyWhoAnswersForAMeasureWritesIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMeasureOffice(t, db).imported()
		id := m.assign("1.6", "ÜŞ")
		text := planning.MeasureText{Narrative: narrative}
		for _, key := range []string{"aytan", "elchin", "nigar", "kamran", "rauf"} {
			kind(t, second(m.WriteMeasure(m.as(key), id, 2022, text)), apperr.Forbidden)
		}
		kind(t, second(m.WriteMeasure(context.Background(), id, 2022, text)), apperr.Unauthenticated)
		kind(t, m.AssignMeasure(m.as("elchin"), id, []string{m.Dept("SSS")}), apperr.Forbidden)
		kind(t, m.AskMeasures(m.as("elchin"), ahPlan, 2022, "2022-12-04", "2022-12-11"), apperr.Forbidden)
		if _, err := m.WriteMeasure(m.as("sevda"), id, 2022, text); err != nil {
			t.Errorf("the officer writes for anyone: %v", err)
		}
		m.assign("1.6", "SSS")
		if p := m.page("aytan", id); !p.CanWrite || p.CanMove {
			t.Errorf("rights of the department: %+v", p)
		}
		if p := m.page("tural", id); p.CanWrite || p.CanMove {
			t.Errorf("rights of another department: %+v", p)
		}
		kind(t, m.AssignMeasure(m.as("sevda"), id, []string{m.Dept("ƏN")}), apperr.Invalid) // another institution
		kind(t, second(m.WriteMeasure(m.as("sevda"), id, 2019, text)), apperr.Invalid)
		kind(t, second(m.WriteMeasure(m.as("sevda"), "not-an-id", 2022, text)), apperr.NotFound)
		kind(t, second(m.Measure(m.as("sevda"), store.NewID(), 2022)), apperr.NotFound)
		kind(t, second(m.Measure(m.as("sevda"), id, 2024)), apperr.NotFound)
		kind(t, second(m.MeasuresReport(m.as("sevda"), "XX", 2022)), apperr.NotFound)
		kind(t, second(m.Measures(m.as("rauf"), planning.MeasureFilter{})), apperr.Forbidden)
	})
}

func TestWhatCannotBeKeptIsNamedByField(t *testing.T) {
	m := newMeasureOffice(t, storetest.Open(t)).imported()
	id := m.ms["1.2"].ID
	for field, text := range map[string]planning.MeasureText{
		"narrative":   {Narrative: strings.Repeat("ə", 10_001)},
		"figures":     {Figures: strings.Repeat("1", 2001)},
		"milestone_1": {Milestones: []planning.MeasureMilestone{{Done: true}}},
		"link_1":      {Links: []planning.MeasureLink{{URL: "javascript:alert(1)"}}},
		"upload":      {UploadIDs: []string{store.NewID()}},
	} {
		e := kind(t, second(m.WriteMeasure(m.as("sevda"), id, 2022, text)), apperr.Invalid)
		if len(e.Fields) != 1 || e.Fields[0].Name != field {
			t.Errorf("%s: %+v", field, e.Fields)
		}
	}
	e := kind(t, second(m.WriteMeasure(m.as("sevda"), id, 2022, planning.MeasureText{Narrative: "qısa", Submit: true})), apperr.Invalid)
	if e.Fields[0].Name != "narrative" {
		t.Errorf("too little to hand in: %+v", e.Fields)
	}
	if p := m.page("sevda", id); p.Entry.ID != "" {
		t.Error("a refused text left an entry")
	}
}

func TestTheRuleProposesAndNeverCallsAnOngoingMeasureComplete(t *testing.T) {
	steps := func(all, done int) (out []planning.MeasureMilestone) {
		for i := range all {
			out = append(out, planning.MeasureMilestone{Text: fmt.Sprint("addım ", i), Done: i < done})
		}
		return out
	}
	link := []planning.MeasureLink{{URL: "https://stat.example/1"}}
	yes, no := true, false
	cases := []struct {
		number    string
		links     []planning.MeasureLink
		all, done int
		want      planning.MeasureStatus
		year      *bool
	}{
		{"1.2", nil, 4, 4, planning.MeasureNoEvidence, nil},
		{"1.2", link, 0, 0, "", nil},
		{"1.2", link, 4, 0, planning.MeasureNotStarted, nil},
		{"1.2", link, 50, 1, planning.MeasureLimited, nil},
		{"1.2", link, 4, 1, planning.MeasureLimited, nil},
		{"1.2", link, 4, 2, planning.MeasureSubstantial, nil},
		{"1.2", link, 50, 49, planning.MeasureSubstantial, nil},
		{"1.2", link, 4, 4, planning.MeasureComplete, nil},
		{"6.3", nil, 2, 2, planning.MeasureNoEvidence, nil},
		{"6.3", link, 2, 2, planning.MeasureOngoing, &yes},
		{"6.3", link, 2, 1, planning.MeasureOngoing, &no},
		{"6.3", link, 0, 0, planning.MeasureOngoing, &yes},
	}
	m := newMeasureOffice(t, storetest.Open(t)).imported()
	version := map[string]int{}
	for _, c := range cases {
		e, err := m.WriteMeasure(m.as("sevda"), m.ms[c.number].ID, 2022, planning.MeasureText{Version: version[c.number], Narrative: narrative, Links: c.links, Milestones: steps(c.all, c.done)})
		if err != nil {
			t.Fatal(err)
		}
		version[c.number] = e.Version
		same := (e.ProposedDone == nil) == (c.year == nil) && (c.year == nil || *e.ProposedDone == *c.year)
		if e.Proposed != c.want || !same {
			t.Errorf("%s with %d links, %d of %d: %q %v", c.number, len(c.links), c.done, c.all, e.Proposed, e.ProposedDone)
		}
	}

	id := m.ms["6.3"].ID
	e, err := m.WriteMeasure(m.as("sevda"), id, 2022, planning.MeasureText{Version: version["6.3"], Narrative: narrative, Submit: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range []planning.MeasureStatus{planning.MeasureComplete, planning.MeasureSubstantial, planning.MeasureLimited, planning.MeasureNotStarted, "nothing", ""} {
		got := kind(t, second(m.DecideMeasure(m.as("sevda"), id, 2022, planning.MeasureDecision{Version: e.Version, Status: st, Reason: "Əsas budur"})), apperr.Invalid)
		if got.Fields[0].Name != "status" {
			t.Errorf("%s: %+v", st, got.Fields)
		}
	}
	for name, d := range map[string]planning.MeasureDecision{
		"reason": {Version: e.Version, Status: planning.MeasureOngoing},
		"act":    {Version: e.Version, Status: planning.MeasureWithdrawn, Reason: "Ləğv olunub"},
	} {
		got := kind(t, second(m.DecideMeasure(m.as("sevda"), id, 2022, d)), apperr.Invalid)
		if len(got.Fields) != 1 || got.Fields[0].Name != name {
			t.Errorf("%s: %+v", name, got.Fields)
		}
	}
	e, err = m.DecideMeasure(m.as("sevda"), id, 2022, planning.MeasureDecision{Version: e.Version, Status: planning.MeasureOngoing, Done: true, Reason: "Bölmə hər rüb yenilənib"})
	if err != nil || e.Done == nil || !*e.Done {
		t.Fatalf("ongoing, done: %+v, %v", e, err)
	}
	if e, err = m.ReopenMeasure(m.as("sevda"), id, 2022, e.Version, "Yeni fakt var"); err != nil || e.Status != "" || e.State != planning.MeasureSubmitted {
		t.Fatalf("reopened: %+v, %v", e, err)
	}
	e, err = m.DecideMeasure(m.as("sevda"), id, 2022, planning.MeasureDecision{Version: e.Version, Status: planning.MeasureWithdrawn, Reason: "Ləğv olunub", Act: "1234 nömrəli Sərəncam, 01.06.2022"})
	if err != nil || e.Act == "" || e.Done != nil {
		t.Errorf("withdrawn: %+v, %v", e, err)
	}
	dated := m.ms["1.2"].ID
	e, err = m.WriteMeasure(m.as("sevda"), dated, 2022, planning.MeasureText{Version: version["1.2"], Narrative: narrative, Submit: true})
	if err != nil {
		t.Fatal(err)
	}
	kind(t, second(m.DecideMeasure(m.as("sevda"), dated, 2022, planning.MeasureDecision{Version: e.Version, Status: planning.MeasureOngoing, Reason: "Əsas budur"})), apperr.Invalid)
}

func TestWarningsNameWhatAReaderWouldAsk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMeasureOffice(t, db).imported()
		write := func(number string, text planning.MeasureText) {
			t.Helper()
			if _, err := m.WriteMeasure(m.as("sevda"), m.ms[number].ID, 2022, text); err != nil {
				t.Fatal(err)
			}
		}
		bare := "İctimai şura ilə görüşlər keçirilib, 2022-ci ildə 01.03.2022 tarixində."
		write("5.4", planning.MeasureText{Narrative: bare})
		write("5.5", planning.MeasureText{Narrative: "  ictimai ŞURA ilə görüşlər keçirilib; 2022-ci ildə, 01.03.2022 tarixində", Links: []planning.MeasureLink{{URL: "https://stat.example/a"}}})
		write("5.6", planning.MeasureText{Narrative: narrative, Links: []planning.MeasureLink{{URL: "https://stat.example/b", Dated: "2023-01-09"}, {URL: "https://stat.example/c", Dated: "2022-12-31"}}})
		if _, err := m.WriteMeasure(m.as("sevda"), m.ms["5.6"].ID, 2021, planning.MeasureText{Narrative: bare}); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, r := range m.list(planning.MeasureFilter{Year: 2022}).Rows {
			for _, w := range r.Warnings {
				got[r.Number] += strings.TrimPrefix(w.Key, "planning.measure.warning.") + fmt.Sprint(w.Args) + " "
			}
		}
		want := map[string]string{"5.4": "same[numbers 5.5] bare[] ", "5.5": "same[numbers 5.4] ", "5.6": "outside[n 1 year 2022] "}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("warnings %v, want %v", got, want)
		}
		if p := m.page("sevda", m.ms["5.4"].ID); len(p.Warnings) != 2 {
			t.Errorf("the page of 5.4 warns of %+v", p.Warnings)
		}
	})
}

func TestOfTwoWhoWriteAtOnceOneIsTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMeasureOffice(t, db).imported()
		id := m.assign("4.2", "SSS")
		for round := range 2 { // a new entry, then one that is there
			var wg sync.WaitGroup
			errs := make([]error, 2)
			for i, key := range []string{"aytan", "elchin"} {
				ctx := m.as(key)
				wg.Go(func() {
					_, errs[i] = m.WriteMeasure(ctx, id, 2022, planning.MeasureText{Version: round, Narrative: narrative + key})
				})
			}
			wg.Wait()
			if (errs[0] == nil) == (errs[1] == nil) {
				t.Fatalf("round %d: %v", round, errs)
			}
			for _, err := range errs {
				if err != nil && apperr.As(err).Kind != apperr.Conflict {
					t.Errorf("round %d: %v", round, err)
				}
			}
		}
		e := kind(t, second(m.WriteMeasure(m.as("aytan"), id, 2022, planning.MeasureText{Version: 1})), apperr.Conflict)
		if e.Key != "planning.measure.error.changed" || e.Args[0].Value == "" {
			t.Errorf("the conflict names nobody: %v", e)
		}
	})
}

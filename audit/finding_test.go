package audit_test

import (
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

func field(t *testing.T, what string, err error, name string) {
	t.Helper()
	e := apperr.As(err)
	if e == nil || e.Kind != apperr.Invalid || len(e.Fields) == 0 || e.Fields[0].Name != name {
		t.Errorf("%s: %v, want Invalid on %s", what, err, name)
	}
}

func TestTheDepartmentIsHeardBeforeTheReportAndBothOpinionsStandInIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := o.Audit
		a := o.Started()
		act := o.Draft(a.ID, "4.4-a")
		first, second := o.Observe(a.ID, 0), o.Observe(a.ID, 1)
		o.Complete(a)
		gunel, elchin := o.Be("gunel"), o.Be("elchin")
		// A draft is nobody's business but the team's.
		if _, err := s.FindingPage(elchin, first.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("the head sees a draft finding: %v", err)
		}
		must(t, s.Issue(gunel, act.ID))
		report := func() error { return s.Report(gunel, a.ID, audit.NewReport{Conclusion: "uyğundur"}) }
		field(t, "reported with findings nobody was shown", report(), "findings")
		n, err := s.ShareFindings(gunel, a.ID)
		must(t, err)
		if n != 2 {
			t.Errorf("%d findings were shown, want the two without an act", n)
		}
		field(t, "reported before the department's term", report(), "findings")
		must(t, s.AgreeFinding(elchin, first.ID, "razıyıq"))
		must(t, s.DifferFinding(elchin, second.ID, "jurnal elektron aparılır"))
		must(t, s.EditFinding(o.Be("samir"), second.ID, audit.FindingEdit{Grade: audit.Observation, Statement: "başqa mətn", TeamView: "elektron jurnal auditin vaxtı göstərilməyib"}))
		// Objecting to the act is the view on its finding.
		must(t, s.Object(elchin, act.ID, "imza var"))
		must(t, report())
		for id, want := range map[string]audit.FindingState{first.ID: audit.FindingReported, second.ID: audit.FindingReported, act.FindingID: audit.FindingReported} {
			p, err := s.FindingPage(elchin, id)
			must(t, err)
			if p.State != want {
				t.Errorf("finding %d is %s", p.No, p.State)
			}
		}
		p, err := s.FindingPage(gunel, second.ID)
		must(t, err)
		if p.View != "jurnal elektron aparılır" || p.TeamView == "" || p.Statement != second.Statement {
			t.Errorf("both opinions stand and the text stayed: %+v", p.Finding)
		}
		if q, err := s.FindingPage(gunel, act.FindingID); err != nil || q.View != "imza var" || q.Events[0].Verb != "report" || q.Events[1].Verb != "differ" {
			t.Errorf("the objection is not the department's view: %+v, %v", q.Finding, err)
		}
	})
}

func TestTheTermForAViewPassesInWorkingDays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		a := o.Started()
		f := o.Observe(a.ID, 0)
		o.Complete(a)
		must(t, o.Audit.ShareFinding(o.Be("gunel"), f.ID))
		p, err := o.Audit.FindingPage(o.Be("gunel"), f.ID)
		must(t, err)
		if p.ViewDue != "2026-06-17" { // two working days after Monday the 15th
			t.Errorf("the view is asked by %s", p.ViewDue)
		}
		work, err := o.Audit.Work(o.Be("elchin"))
		must(t, err)
		if len(work) != 1 || work[0].Href != "/findings/"+f.ID || work[0].Due != "2026-06-17" {
			t.Errorf("work of the head: %+v", work)
		}
		storetest.ClockOf(db).SetDay("2026-06-18")
		must(t, o.Audit.Report(o.Be("gunel"), a.ID, audit.NewReport{Conclusion: "uyğundur"}))
	})
}

func TestFindingsAreMergedWithTheirHistory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := o.Audit
		a := o.Started()
		samir := o.Be("samir")
		sub := evidence(t, o, "aytan", "4.3.1")
		act := o.Draft(a.ID, "4.4-a")
		row := o.Row(a.ID, "4.4-b")
		light, _, err := s.RaiseFinding(samir, audit.NewFinding{Row: audit.RowAnswer{RowID: row.ID, Version: row.Version, Evidence: []string{sub}}, Grade: audit.Observation,
			DepartmentID: o.Dept("SSS"), Statement: "Eyni siyahıda tarix də yoxdur"})
		must(t, err)
		field(t, "the heavier into the lighter", s.MergeFindings(samir, light.ID, []string{act.FindingID}, "eyni siyahı"), "findings")
		field(t, "into itself", s.MergeFindings(samir, light.ID, []string{light.ID}, "eyni siyahı"), "findings")
		field(t, "what nobody knows", s.MergeFindings(samir, act.FindingID, []string{store.NewID()}, "eyni siyahı"), "findings")
		field(t, "without a reason", s.MergeFindings(samir, act.FindingID, []string{light.ID}, ""), "reason")
		must(t, s.MergeFindings(samir, act.FindingID, []string{light.ID}, "eyni siyahı"))
		p, err := s.FindingPage(samir, light.ID)
		must(t, err)
		if p.State != audit.FindingMerged || p.Into.ID != act.FindingID || p.Events[0].Verb != "merge" || p.Events[0].Note != "eyni siyahı" {
			t.Errorf("the merged one: %+v", p)
		}
		if v := o.View(act.ID); len(v.Evidence) != 1 || v.Evidence[0].ID != sub {
			t.Errorf("its evidence did not come along: %+v", v.Evidence)
		}
		q, err := s.FindingPage(samir, act.FindingID)
		must(t, err)
		if len(q.Merged) != 1 || q.Merged[0].ID != light.ID || q.Events[0].Verb != "absorb" {
			t.Errorf("the one that stays: %+v", q)
		}
		// Dropping a finding discards its draft act.
		must(t, s.DropFinding(o.Be("gunel"), act.FindingID, "sübut yoxdur"))
		if v := o.View(act.ID); v.State != audit.ActWithdrawn {
			t.Errorf("its draft act is %s", v.State)
		}
		for _, sql := range []string{"DELETE FROM findings WHERE id = ?", "DELETE FROM finding_events WHERE finding_id = ?", "UPDATE finding_events SET note = 'x' WHERE finding_id = ?"} {
			if err := raw(o, sql, light.ID); err == nil {
				t.Errorf("the database let through: %s", sql)
			}
		}
	})
}

// raw runs a statement past the service.
func raw(o *audittest.Office, sql string, args ...any) error {
	return o.DB.Write(o.System(), func(tx *store.Tx) error {
		tx.Record(store.Change{Action: "test", Kind: "test", ID: "x"})
		_, err := tx.NewRaw(sql, args...).Exec(o.T.Context())
		return err
	})
}

func TestWhatRepeatsAnEarlierCaseIsProposedAndDecidedByAPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := o.Audit
		first := o.Started()
		old := o.Act(first.ID, "4.4-a", audit.ActIssued)
		other := o.Act(first.ID, "5.1-a", audit.ActIssued) // another sub-process, the same words
		storetest.ClockOf(db).SetDay("2026-06-16")
		second := o.Started()
		again := o.Draft(second.ID, "4.4-a")
		list, err := s.EarlierFindings(o.Be("samir"), again.FindingID)
		must(t, err)
		if len(list) < 2 || list[0].ActID != old.ID || list[0].Score <= list[1].Score {
			t.Fatalf("proposed: %+v", list)
		}
		if !strings.Contains(strings.Join(list[0].Like, " "), "code") || len(list[0].Shared) == 0 {
			t.Errorf("why it is alike: %v, %v", list[0].Like, list[0].Shared)
		}
		if mine, err := s.EarlierFindings(o.Be("elchin"), old.FindingID); err != nil || len(mine) != 0 {
			t.Errorf("the department is proposed %v, %v", mine, err)
		}
		field(t, "itself", s.DecideRepeat(o.Be("samir"), again.FindingID, again.FindingID), "repeat_of")
		field(t, "what nobody knows", s.DecideRepeat(o.Be("samir"), again.FindingID, store.NewID()), "repeat_of")
		must(t, s.DecideRepeat(o.Be("samir"), again.FindingID, old.FindingID))
		if v := o.View(again.ID); v.RepeatOf != old.ID || v.Repeats.Number != old.Number {
			t.Errorf("the draft act repeats %q", v.RepeatOf)
		}
		must(t, s.DecideRepeat(o.Be("samir"), again.FindingID, ""))
		if v := o.View(again.ID); v.RepeatOf != "" {
			t.Error("it still repeats")
		}
		// The department that answers an act looks for similar cases among its own.
		must(t, s.Issue(o.Be("gunel"), again.ID))
		must(t, s.Acknowledge(o.Be("elchin"), again.ID))
		like, err := s.SimilarActs(o.Be("elchin"), again.ID)
		must(t, err)
		if len(like) < 2 || like[0].ActID != old.ID {
			t.Errorf("similar acts: %+v", like)
		}
		r := audit.Response{CauseMethod: audit.FiveWhy, Similar: []string{old.ID, other.ID}}
		must(t, s.SaveResponse(o.Be("elchin"), again.ID, r))
		if v := o.View(again.ID); len(v.Similar) != 2 || v.Similar[0].Number != old.Number {
			t.Errorf("linked: %+v", v.Similar)
		}
		r.Similar = []string{store.NewID()}
		field(t, "an act nobody knows", s.SaveResponse(o.Be("elchin"), again.ID, r), "similar")
	})
}

func TestFindingsAreFoundByTheirWords(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := o.Audit
		a := o.Started()
		f := o.Draft(a.ID, "4.4-a").FindingID
		o.Draft(a.ID, "5.1-a")
		found := func(query string) (out []string) {
			t.Helper()
			list, err := s.Findings(o.Be("samir"), audit.FindingFilter{Query: query})
			must(t, err)
			if list.Total != len(list.Items) {
				t.Errorf("%q: %d counted, %d listed", query, list.Total, len(list.Items))
			}
			for _, x := range list.Items {
				out = append(out, x.ID)
			}
			return out
		}
		edit := audit.FindingEdit{Grade: audit.Minor, Statement: "Möhür reyestri ilə tutuşdurulmayıb", Recommendation: "Barkod tətbiq etmək"}
		must(t, s.EditFinding(o.Be("samir"), f, edit))
		for _, query := range []string{"MÖHÜR reyestri", "barkod", "möhür 4.4"} {
			if got := found(query); len(got) != 1 || got[0] != f {
				t.Errorf("%q finds %v", query, got)
			}
		}
		if got := found("möhür tapılmaz"); len(got) != 0 {
			t.Errorf("words that stand nowhere find %v", got)
		}
		// What the draft act says is what its finding says, also to the search.
		act := o.Draft(a.ID, "4.3-a")
		draft := o.View(act.ID)
		must(t, s.EditDraft(o.Be("samir"), act.ID, audit.DraftEdit{Version: draft.Version, Grade: draft.Grade, Statement: "Protokol saxlanılmayıb"}))
		if got := found("PROTOKOL saxlanılmayıb"); len(got) != 1 || got[0] != act.FindingID {
			t.Errorf("the words of the draft find %v", got)
		}
		// An older program stored no keys: the next start fills them.
		must(t, raw(o, "UPDATE findings SET search_key = ''"))
		must(t, s.LoadReference(o.System()))
		if got := found("barkod"); len(got) != 1 {
			t.Errorf("after a start without new reference data %v is found", got)
		}
	})
}

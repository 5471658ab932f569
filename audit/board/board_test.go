package board_test

import (
	"context"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/audit/board"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheBoardShowsWhatThePersonSeesAndMayDo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := board.New(o.Audit)
		a := o.Started()
		draft, issued := o.Draft(a.ID, "4.3-a"), o.Act(a.ID, "4.4-a", audit.ActIssued)
		columns := func(key, department string) map[audit.ActState]board.Column {
			t.Helper()
			list, err := s.Board(o.Be(key), department)
			must(t, err)
			out := map[audit.ActState]board.Column{}
			for _, c := range list {
				if c.Total < len(c.Cards) {
					t.Errorf("%s: %s shows %d of %d", key, c.State, len(c.Cards), c.Total)
				}
				out[c.State] = c
			}
			return out
		}
		lead := columns("gunel", "")
		if lead[audit.ActDraft].Total != 1 || lead[audit.ActIssued].Total != 1 || len(lead[audit.ActDraft].Cards[0].Steps) != 2 || len(lead[audit.ActIssued].Cards[0].Steps) != 0 {
			t.Errorf("the lead's board: %+v", lead)
		}
		head := columns("elchin", "")
		if head[audit.ActDraft].Total != 0 || len(head[audit.ActIssued].Cards) != 1 || len(head[audit.ActIssued].Cards[0].Steps) != 2 {
			t.Errorf("the head's board: %+v", head)
		}
		if c := columns("vugar", "")[audit.ActIssued]; c.Total != 0 || len(c.Cards) != 0 {
			t.Errorf("another department's board: %+v", c)
		}
		if c := columns("nigar", o.Dept("İTŞ"))[audit.ActIssued]; c.Total != 0 {
			t.Errorf("the board of another department: %+v", c)
		}
		// A card goes only where a step leads, and only for whom it may.
		move := func(key, id string, from, to audit.ActState) error { return o.Audit.MoveAct(o.Be(key), id, from, to) }
		if err := move("gunel", issued.ID, audit.ActIssued, audit.ActAcknowledged); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("the lead acknowledged: %v", err)
		}
		if err := move("elchin", issued.ID, audit.ActIssued, audit.ActClosed); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("issued to closed: %v", err)
		}
		if err := move("elchin", draft.ID, audit.ActDraft, audit.ActIssued); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("the head moves a draft: %v", err)
		}
		if err := move("elchin", issued.ID, audit.ActIssued, audit.ActObjected); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("an objection without words: %v", err)
		}
		must(t, move("elchin", issued.ID, audit.ActIssued, audit.ActAcknowledged))
		if err := move("elchin", issued.ID, audit.ActIssued, audit.ActAcknowledged); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("moved twice: %v", err)
		}
		// Totals follow every step.
		if c := columns("nigar", o.Dept("SSS")); c[audit.ActIssued].Total != 0 || c[audit.ActAcknowledged].Total != 1 || c[audit.ActDraft].Total != 1 {
			t.Errorf("totals: %+v", c)
		}
		states, units, err := s.Ageing(o.Be("nigar"))
		must(t, err)
		if len(units) != 1 || units[0].Open != 2 || units[0].Code != "SSS" || states[0].Counts[0] != 1 {
			t.Errorf("ageing: %+v %+v", states, units)
		}
		storetest.ClockOf(db).SetDay("2026-07-30")
		if _, units, err = s.Ageing(o.Be("nigar")); err != nil || units[0].Late != 1 || units[0].Oldest < 44 {
			t.Errorf("a month later: %+v, %v", units, err)
		}
	})
}

func TestTheMatrixHasTheWorstAnswerOfTheNewestReport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := board.New(o.Audit)
		a := o.Started()
		f := o.Observe(a.ID, 0)
		o.Complete(a)
		if m, err := s.Matrix(o.Be("nigar"), ""); err != nil || len(m.Cells) != 0 {
			t.Errorf("before the report: %v, %v", m.Cells, err)
		}
		must(t, o.Audit.ShareFinding(o.Be("gunel"), f.ID))
		must(t, o.Audit.AgreeFinding(o.Be("elchin"), f.ID, ""))
		must(t, o.Audit.Report(o.Be("gunel"), a.ID, audit.NewReport{Conclusion: "uyğundur"}))
		m, err := s.Matrix(o.Be("nigar"), "")
		must(t, err)
		observed := 0
		for _, c := range m.Cells {
			if c.AuditNumber != a.Number || c.DepartmentCode != "SSS" {
				t.Errorf("cell %+v", c)
			}
			if c.Answer == audit.Observed {
				observed++
			}
		}
		if observed != 1 || m.Audited == 0 || len(m.Clauses) == 0 || len(m.Rows) != 52 {
			t.Errorf("%d observed, %d audited, clauses %v, %d rows", observed, m.Audited, m.Clauses, len(m.Rows))
		}
		if other, err := s.Matrix(o.Be("vugar"), ""); err != nil || len(other.Cells) != 0 {
			t.Errorf("another department sees %v, %v", other.Cells, err)
		}
		list, err := s.Calendar(o.Be("gunel"), 2026)
		must(t, err)
		if len(list) != 1 || !list[0].In(2026, 6) || list[0].In(2026, 7) {
			t.Errorf("calendar: %+v", list)
		}
		if _, err := s.Calendar(context.Background(), 2026); err == nil {
			t.Error("nobody sees the calendar")
		}
		if _, err := s.Calendar(o.Be("gunel"), 20); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("the year 20: %v", err)
		}
	})
}

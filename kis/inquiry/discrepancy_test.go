package inquiry_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/kis/office"
)

func TestADiscrepancyIsNotedRefusedExplainedAndConfirmed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		_, place := o.told(0)
		d := o.note()
		if d.Number != "UQ-2026-001" || d.State != inquiry.DiscrepancyOpen || d.DepartmentID != o.Dept("SSS") || d.Due != "2026-11-26" {
			t.Fatalf("noted: %+v", d)
		}
		must(t, "explain", o.Explain(o.as("aytan"), d.ID, "Bir cədvəl ilin sonuna, o biri il üzrədir."))
		fails(t, "own", o.Confirm(o.as("aytan"), d.ID), apperr.Forbidden, "")
		must(t, "refuse", o.Refuse(o.as("elchin"), d.ID, "Hansı cədvəl olduğu yazılmayıb"))
		p, err := o.Discrepancy(o.as("aytan"), d.ID)
		if err != nil || p.State != inquiry.DiscrepancyOpen || p.Refused != 1 || p.Refusal == "" || !p.Can("explain") || p.Can("confirm") {
			t.Fatalf("refused: %v %+v", err, p)
		}
		must(t, "correct", o.Correct(o.as("aytan"), d.ID, "Cədvəl 4-ün 12-ci sətri düzəldildi."))
		must(t, "confirm", o.Confirm(o.as("nigar"), d.ID))
		p, err = o.Discrepancy(o.as("nigar"), d.ID)
		if err != nil || p.State != inquiry.DiscrepancyConfirmed || p.ConfirmedByName != "Nigar Əliyeva" || p.ExplainedByName != "Aytən Məmmədova" || len(p.History) != 5 {
			t.Fatalf("confirmed: %v %+v", err, p)
		}
		told, _ := o.told(place)
		if !slices.Equal(told["aytan"], []string{"inquiry.notice.discrepancy.refuse", "inquiry.notice.discrepancy.confirm"}) ||
			!slices.Equal(told["elchin"], []string{"inquiry.notice.discrepancy.note", "inquiry.notice.discrepancy.explain", "inquiry.notice.discrepancy.correct"}) || len(told) != 2 {
			t.Errorf("told: %v", told)
		}
	})
}

func TestADiscrepancyIsPromotedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		d := o.note()
		for _, who := range []string{"aytan", "elchin", "gunel", "rafael", "rauf", "tural"} {
			if _, err := o.Promote(o.as(who), d.ID, inquiry.Promoting{Reason: "Üçüncü ildir təkrarlanır"}); err == nil || apperr.Is(err, apperr.Internal) {
				t.Errorf("%s promotes: %v", who, err)
			}
		}
		_, err := o.Promote(o.as("nigar"), d.ID, inquiry.Promoting{Reason: "?"})
		fails(t, "no reason", err, apperr.Invalid, "reason")
		errs := make([]error, 2)
		var all sync.WaitGroup
		for i, who := range []string{"nigar", "leyla"} {
			ctx := o.as(who)
			all.Add(1)
			go func() {
				defer all.Done()
				_, errs[i] = o.Promote(ctx, d.ID, inquiry.Promoting{Reason: "Üçüncü ildir təkrarlanır"})
			}()
		}
		all.Wait()
		won := slices.IndexFunc(errs, func(err error) bool { return err == nil })
		if won < 0 || errs[1-won] == nil {
			t.Fatalf("both or none: %v", errs)
		}
		fails(t, "the other", errs[1-won], apperr.Conflict, "error.conflict.state")
		if rows(t, db, "acts") != 1 {
			t.Errorf("%d acts", rows(t, db, "acts"))
		}
		p, err := o.Discrepancy(o.as("aytan"), d.ID)
		if err != nil || p.State != inquiry.DiscrepancyPromoted || p.Act == nil || p.Act.ID != p.ActID || len(p.Steps) != 0 {
			t.Errorf("promoted: %v %+v", err, p)
		}
		_, err = o.Promote(o.as("nigar"), d.ID, inquiry.Promoting{Reason: "Yenə də lazımdır"})
		fails(t, "twice", err, apperr.Conflict, "error.conflict.state")
		o.Promotions = nil
		_, err = o.Promote(o.as("nigar"), o.note().ID, inquiry.Promoting{Reason: "Audit yoxdur"})
		fails(t, "without audit", err, apperr.Conflict, "inquiry.discrepancy.no_audit")
	})
}

func TestEveryStepThatADiscrepancyDoesNotAllowIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		nigar, aytan := o.as("nigar"), o.as("aytan")
		steps := map[string]func(id string) error{
			"explain": func(id string) error { return o.Explain(aytan, id, "Belə olmalıdır") },
			"correct": func(id string) error { return o.Correct(aytan, id, "Düzəldildi, baxın") },
			"confirm": func(id string) error { return o.Confirm(nigar, id) },
			"refuse":  func(id string) error { return o.Refuse(nigar, id, "Aydın deyil") },
			"promote": func(id string) error {
				_, err := o.Promote(nigar, id, inquiry.Promoting{Reason: "Təkrarlanır"})
				return err
			},
		}
		ways := map[inquiry.DiscrepancyState][]string{inquiry.DiscrepancyOpen: nil, inquiry.DiscrepancyExplained: {"explain"}, inquiry.DiscrepancyCorrected: {"correct"},
			inquiry.DiscrepancyConfirmed: {"explain", "confirm"}, inquiry.DiscrepancyPromoted: {"promote"}}
		if len(ways) != len(inquiry.DiscrepancyStates()) {
			t.Fatal("a state is not tried")
		}
		for state, way := range ways {
			for verb, step := range steps {
				d := o.note()
				for _, v := range way {
					must(t, v, steps[v](d.ID))
				}
				arrow, ok := office.Arrow(inquiry.DiscrepancyTransitions, state, verb)
				err := step(d.ID)
				if !ok {
					fails(t, string(state)+" "+verb, err, apperr.Conflict, "error.conflict.state")
					continue
				}
				must(t, string(state)+" "+verb, err)
				if p, err := o.Discrepancy(nigar, d.ID); err != nil || p.State != arrow.To {
					t.Errorf("%s %s: %v %s", state, verb, err, p.State)
				}
			}
		}
	})
}

func TestWhoSeesAndMovesADiscrepancy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		d := o.note()
		for who, want := range map[string]int{"aytan": 1, "elchin": 1, "nigar": 1, "gunel": 1, "samir": 1, "rafael": 1, "tural": 0, "vugar": 0, "rauf": 0, "sevda": 0} {
			list, err := o.Discrepancies(o.as(who), inquiry.DiscrepancyFilter{Query: "xidmətlərin"})
			if len(list.Rows) != want || list.Total != want || err != nil && !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("%s lists %d of %d: %v", who, len(list.Rows), list.Total, err)
			}
			_, err = o.Discrepancy(o.as(who), d.ID)
			if (err == nil) != (want == 1) {
				t.Errorf("%s opens: %v", who, err)
			}
		}
		for who, want := range map[string]bool{"aytan": true, "elchin": true, "nigar": true, "leyla": true, "tural": false, "gunel": false, "rafael": false, "rauf": false} {
			n := o.found()
			_, err := o.Note(o.as(who), n)
			if (err == nil) != want || err != nil && !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("%s notes: %v", who, err)
			}
			x := o.note()
			err = o.Explain(o.as(who), x.ID, "Belə olmalıdır")
			if (err == nil) != want {
				t.Errorf("%s explains: %v", who, err)
			}
			if err == nil {
				continue
			}
			must(t, "explain", o.Explain(o.as("aytan"), x.ID, "Belə olmalıdır"))
			if err := o.Confirm(o.as(who), x.ID); err == nil {
				t.Errorf("%s confirms", who)
			}
		}
		n := o.found()
		n.DepartmentID = o.Dept("İTŞ")
		_, err := o.Note(o.as("nigar"), n)
		fails(t, "a department that does not answer for it", err, apperr.Invalid, "inquiry.field.not_responsible")
		if w, err := o.Work(o.as("elchin")); err != nil || len(w) == 0 {
			t.Errorf("work of the head: %v %v", err, w)
		}
	})
}

func TestBadInputOfADiscrepancy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		trail := rows(t, db, "trail")
		for name, c := range map[string]struct {
			change func(*inquiry.NewDiscrepancy)
			key    string
		}{
			"other phase":    {func(n *inquiry.NewDiscrepancy) { n.Code = "4.3.1" }, "inquiry.field.code"},
			"6.20.1":         {func(n *inquiry.NewDiscrepancy) { n.Code = "6.20.1" }, "inquiry.field.code"},
			"sub-process":    {func(n *inquiry.NewDiscrepancy) { n.Code = "6.2" }, "inquiry.field.code"},
			"no such task":   {func(n *inquiry.NewDiscrepancy) { n.Code = "6.2.9" }, "inquiry.field.code_na"},
			"no code":        {func(n *inquiry.NewDiscrepancy) { n.Code = "" }, "code"},
			"code like SQL":  {func(n *inquiry.NewDiscrepancy) { n.Code = "6.2.1' OR 1=1 --" }, "code"},
			"nothing found":  {func(n *inquiry.NewDiscrepancy) { n.Found = " \u200b" }, "found"},
			"1 MiB":          {func(n *inquiry.NewDiscrepancy) { n.Found = strings.Repeat("f", 1<<20) }, "error.field.too_long"},
			"NUL":            {func(n *inquiry.NewDiscrepancy) { n.Source = "a\x00" }, "error.field.characters"},
			"no source":      {func(n *inquiry.NewDiscrepancy) { n.Source = "" }, "source"},
			"long size":      {func(n *inquiry.NewDiscrepancy) { n.Size = strings.Repeat("9", 201) }, "size"},
			"no case":        {func(n *inquiry.NewDiscrepancy) { n.Cases = 0 }, "cases"},
			"negative":       {func(n *inquiry.NewDiscrepancy) { n.Cases = -3 }, "cases"},
			"too many":       {func(n *inquiry.NewDiscrepancy) { n.Cases = 1 << 40 }, "cases"},
			"no cycle":       {func(n *inquiry.NewDiscrepancy) { n.CycleID = "" }, "cycle"},
			"no such cycle":  {func(n *inquiry.NewDiscrepancy) { n.CycleID = store.NewID() }, "cycle"},
			"no such unit":   {func(n *inquiry.NewDiscrepancy) { n.DepartmentID = store.NewID() }, "department"},
			"unit that is 0": {func(n *inquiry.NewDiscrepancy) { n.DepartmentID = "0" }, "department"},
		} {
			n := o.found()
			c.change(&n)
			_, err := o.Note(o.as("aytan"), n)
			fails(t, name, err, apperr.Invalid, c.key)
		}
		if rows(t, db, "discrepancies") != 0 || rows(t, db, "trail") != trail {
			t.Error("something refused left a trace")
		}
		d := o.note()
		for name, text := range map[string]string{"none": "", "short": "yox", "NUL": "izahı\x00", "long": strings.Repeat("i", 4001)} {
			fails(t, "explain, "+name, o.Explain(o.as("aytan"), d.ID, text), apperr.Invalid, "explanation")
		}
		// A cycle that has not begun takes no notes.
		later, err := o.PlanCycle(o.as("nigar"), kis.NewCycle{ProcessCode: "1-elektron-xidmet", Period: "2027"})
		must(t, "plan", err)
		n := o.found()
		n.CycleID = later.ID
		_, err = o.Note(o.as("aytan"), n)
		fails(t, "not running", err, apperr.Conflict, "kis.cycle.not_open")
	})
}

func TestFiguresOfACycle(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		intime, late, open := o.note(), o.note(), o.note()
		must(t, "explain", o.Explain(o.as("aytan"), intime.ID, "Belə olmalıdır"))
		answered, withdrawn := o.ask(nil), o.ask(nil)
		o.ask(nil) // never answered
		must(t, "answer", o.Answer(o.as("aytan"), answered.ID, inquiry.NewAnswer{Text: "Cavab"}))
		must(t, "withdraw", o.Withdraw(o.as("nigar"), withdrawn.ID, "Daha lazım deyil"))
		figures := func() inquiry.Figures {
			f, err := o.Figures(t.Context(), db.Read(), o.cycle)
			must(t, "figures", err)
			return f
		}
		if f := figures(); f != (inquiry.Figures{Found: 3, Explained: 1, Due: 1, InTime: 1, Asked: 1, Answered: 1}) {
			t.Errorf("while others are not due: %+v", f)
		}
		storetest.ClockOf(db).SetDay("2026-12-01")
		must(t, "correct late", o.Correct(o.as("aytan"), late.ID, "Gec düzəldildi"))
		if f := figures(); f != (inquiry.Figures{Found: 3, Explained: 2, Due: 3, InTime: 1, Asked: 2, Answered: 1}) {
			t.Errorf("after the day: %+v", f)
		}
		_ = open
	})
}

func TestVerifyNamesWhatWasChangedPastTheProgram(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		r, d := o.ask(nil), o.note()
		m := o.say("aytan", inquiry.Object{Kind: inquiry.OnDiscrepancy, ID: d.ID}, "Şərh")
		must(t, "answer", o.Answer(o.as("aytan"), r.ID, inquiry.NewAnswer{Text: "Cavab"}))
		must(t, "accept", o.Accept(o.as("nigar"), r.ID))
		verify := func() (keys []string) {
			_, err := o.VerifySeals(o.System(), func(f store.Fault) {
				if !f.Note {
					keys = append(keys, f.Key)
				}
			})
			must(t, "verify", err)
			return keys
		}
		if keys := verify(); len(keys) != 0 {
			t.Fatalf("untouched: %v", keys)
		}
		for _, c := range []struct{ sql, id, part string }{
			{"UPDATE evidence_requests SET title = 'x' WHERE id = ?", r.ID, "text"},
			{"UPDATE evidence_requests SET due = '2026-12-31' WHERE id = ?", r.ID, "text"},
			{"UPDATE evidence_request_answers SET text = 'x' WHERE request_id = ?", r.ID, "answers"},
			{"DELETE FROM evidence_request_outputs WHERE request_id = ?", r.ID, "outputs"},
			{"UPDATE comments SET text = 'x' WHERE id = ?", m.ID, "text"},
			{"UPDATE discrepancies SET cases = 1 WHERE id = ?", d.ID, "text"},
			{"UPDATE discrepancies SET refused = 9 WHERE id = ?", d.ID, "state"},
		} {
			storetest.Tamper(t, db, c.sql, c.id)
			if keys := verify(); !slices.Contains(keys, "verify.seal.part."+c.part) {
				t.Errorf("%s: %v", c.sql, keys)
			}
		}
	})
}

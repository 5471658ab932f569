package audit_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

type fields = map[audit.RowField]string

// TestTwoAuditorsMeetOnlyInTheSameField: who changes another field of a row
// never hears of the other; who changes the same one is shown both texts, and
// nothing is written.
func TestTwoAuditorsMeetOnlyInTheSameField(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		a := o.Started()
		row := o.Row(a.ID, "4.4-a")
		save := func(who string, version int, f fields) (audit.SavedRow, []audit.RowConflict) {
			t.Helper()
			saved, conflicts, err := o.Audit.SaveRow(o.Be(who), audit.RowPatch{RowID: row.ID, Version: version, Fields: f})
			if err != nil {
				t.Fatal(err)
			}
			return saved, conflicts
		}
		first, _ := save("samir", row.Version, fields{audit.FieldNote: "Siyahıya baxıldı"})
		// Günel still looks at the row as it was before.
		second, conflicts := save("gunel", row.Version, fields{audit.FieldAnswer: string(audit.Conforms), audit.FieldSample: "2", audit.FieldPopulation: "1 200"})
		if len(conflicts) > 0 || second.Note != "Siyahıya baxıldı" || second.Answer != audit.Conforms || *second.Population != 1200 {
			t.Fatalf("different fields met: %v, %+v", conflicts, second.Row)
		}
		_, conflicts = save("gunel", row.Version, fields{audit.FieldNote: "İmza yoxdur", audit.FieldSampleResult: "2-dən 2-si"})
		if len(conflicts) != 1 || conflicts[0].Field != audit.FieldNote || conflicts[0].Mine != "İmza yoxdur" || conflicts[0].Theirs != "Siyahıya baxıldı" || conflicts[0].By != "Samir Rzayev" {
			t.Fatalf("the same field: %+v", conflicts)
		}
		if now := o.Row(a.ID, "4.4-a"); now.Note != "Siyahıya baxıldı" || now.SampleResult != "" {
			t.Errorf("a conflict wrote something: %+v", now)
		}
		// Having chosen, Günel saves with the version that was shown to her.
		last, conflicts := save("gunel", second.Version, fields{audit.FieldNote: "İmza yoxdur", audit.FieldSampleResult: "2-dən 2-si"})
		if len(conflicts) > 0 || last.Note != "İmza yoxdur" || last.Version != second.Version+1 {
			t.Errorf("after the choice: %v %+v", conflicts, last.Row)
		}
		// The same text as the other's is no conflict; a field left as it was seen is not the sender's change.
		if again, conflicts := save("samir", first.Version, fields{audit.FieldNote: "İmza yoxdur"}); len(conflicts) > 0 || again.Version != last.Version {
			t.Errorf("the same text: %v, version %d", conflicts, again.Version)
		}
		if _, conflicts := save("samir", first.Version, fields{audit.FieldNote: "Siyahıya baxıldı", audit.FieldSampleMethod: "hamısı"}); len(conflicts) > 0 {
			t.Errorf("a field that was only sent along: %v", conflicts)
		}
		if now := o.Row(a.ID, "4.4-a"); now.Note != "İmza yoxdur" || now.SampleMethod != "hamısı" {
			t.Errorf("what was sent along undid the other's note: %+v", now)
		}
	})
}

// TestARequestSentAgainRepeatsNothing: the answer to a request is lost, the
// browser sends it again, also together with what was typed since.
func TestARequestSentAgainRepeatsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		a := o.Started()
		row := o.Row(a.ID, "4.4-b")
		p := audit.RowPatch{RowID: row.ID, Version: row.Version, Request: "r1", Fields: fields{audit.FieldNote: "arxivə"}}
		one, _, err := o.Audit.SaveRow(o.Be("samir"), p)
		if err != nil {
			t.Fatal(err)
		}
		// Somebody else goes on in the meantime: the request sent again must not undo it.
		if _, _, err := o.Audit.SaveRow(o.Be("gunel"), audit.RowPatch{RowID: row.ID, Version: one.Version, Fields: fields{audit.FieldNote: "arxivə təhvil verilib"}}); err != nil {
			t.Fatal(err)
		}
		two, conflicts, err := o.Audit.SaveRow(o.Be("samir"), p)
		if err != nil || len(conflicts) > 0 || !two.Repeated || two.Note != "arxivə təhvil verilib" {
			t.Errorf("sent again: %+v %v %v", two, conflicts, err)
		}
		var changes int
		if err := db.Read().NewRaw("SELECT COUNT(*) FROM row_changes WHERE row_id = ? AND request = 'r1'", row.ID).Scan(t.Context(), &changes); err != nil || changes != 1 {
			t.Errorf("kept %d times, %v", changes, err)
		}
		// What the own lost request wrote is no surprise; what Günel wrote is.
		next := audit.RowPatch{RowID: row.ID, Version: row.Version, Request: "r2", After: []string{"r1"}, Fields: fields{audit.FieldNote: "arxivə və bazaya"}}
		if _, conflicts, err := o.Audit.SaveRow(o.Be("samir"), next); err != nil || len(conflicts) != 1 || conflicts[0].By != "Günel Abbasova" {
			t.Errorf("over the change of another: %v %v", conflicts, err)
		}
		row = o.Row(a.ID, "5.1-a")
		for i, text := range []string{"m", "mə", "mən"} {
			p := audit.RowPatch{RowID: row.ID, Version: row.Version, Request: fmt.Sprint("t", i), Fields: fields{audit.FieldNote: text}}
			for k := range i {
				p.After = append(p.After, fmt.Sprint("t", k))
			}
			if saved, conflicts, err := o.Audit.SaveRow(o.Be("samir"), p); err != nil || len(conflicts) > 0 || saved.Note != text {
				t.Errorf("typing on without an answer: %v %v %+v", conflicts, err, saved)
			}
		}
	})
}

// TestEvidenceOfTwoAuditorsIsAddedUp: links are sets, which are merged.
func TestEvidenceOfTwoAuditorsIsAddedUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		one, two := o.Hand("aytan", o.Cycle.ID, "4.4.1"), o.Hand("aytan", o.Cycle.ID, "4.4.2")
		a := o.Started()
		row := o.Row(a.ID, "4.4-a")
		link := func(who string, ids ...string) audit.SavedRow {
			t.Helper()
			saved, conflicts, err := o.Audit.SaveRow(o.Be(who), audit.RowPatch{RowID: row.ID, Version: row.Version, Fields: fields{audit.FieldEvidence: strings.Join(ids, " ")}})
			if err != nil || len(conflicts) > 0 {
				t.Fatalf("%s: %v %v", who, conflicts, err)
			}
			return saved
		}
		link("samir", one.ID)
		if got := link("gunel", two.ID); len(got.Evidence) != 2 {
			t.Errorf("linked: %v", got.Evidence)
		}
		_, _, err := o.Audit.SaveRow(o.Be("samir"), audit.RowPatch{RowID: row.ID, Version: row.Version, Fields: fields{audit.FieldEvidence: store.NewID()}})
		if !hasField(err, "evidence") {
			t.Errorf("evidence that is not there: %v", err)
		}
	})
}

func TestWhatIsWrongWithARowIsNamed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		a := o.Started()
		row := o.Row(a.ID, "4.4-a")
		for field, text := range map[audit.RowField]string{audit.FieldAnswer: "bəlkə", audit.FieldNote: strings.Repeat("ə", 4001), audit.FieldSample: "iki", audit.FieldPopulation: "-1",
			audit.FieldEvidence: "x", "colour": "red"} {
			_, _, err := o.Audit.SaveRow(o.Be("samir"), audit.RowPatch{RowID: row.ID, Version: row.Version, Fields: fields{field: text}})
			if !hasField(err, string(field)) {
				t.Errorf("%s %.10q: %v", field, text, err)
			}
		}
		// A sample larger than the population, also when the two came from two people.
		if _, _, err := o.Audit.SaveRow(o.Be("gunel"), audit.RowPatch{RowID: row.ID, Version: row.Version, Fields: fields{audit.FieldPopulation: "3"}}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := o.Audit.SaveRow(o.Be("samir"), audit.RowPatch{RowID: row.ID, Version: row.Version, Fields: fields{audit.FieldSample: "5"}}); !hasField(err, "sample") {
			t.Errorf("5 of 3: %v", err)
		}
		for _, version := range []int{0, -1, 99} {
			_, _, err := o.Audit.SaveRow(o.Be("samir"), audit.RowPatch{RowID: row.ID, Version: version, Fields: fields{audit.FieldNote: "x"}})
			if !apperr.Is(err, apperr.Conflict) {
				t.Errorf("version %d: %v", version, err)
			}
		}
		for who, kind := range map[string]apperr.Kind{"aysel": apperr.Forbidden, "aytan": apperr.Forbidden, "vugar": apperr.Forbidden} {
			_, _, err := o.Audit.SaveRow(o.Be(who), audit.RowPatch{RowID: row.ID, Version: 1, Fields: fields{audit.FieldNote: "x"}})
			if !apperr.Is(err, kind) && !apperr.Is(err, apperr.NotFound) {
				t.Errorf("%s: %v", who, err)
			}
		}
	})
}

// TestManyAuditorsAtOnceLoseNothing: two people save different fields of all
// rows at the same time; in the end everything is there, and the log counts on.
func TestManyAuditorsAtOnceLoseNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		a := o.Started()
		list, err := o.Audit.Checklist(o.Be("gunel"), a.ID, audit.RowFilter{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for who, f := range map[string]fields{"samir": {audit.FieldNote: "qeyd"}, "gunel": {audit.FieldAnswer: string(audit.Conforms)}} {
			wg.Go(func() {
				for _, r := range list.Rows {
					if _, conflicts, err := o.Audit.SaveRow(o.Be(who), audit.RowPatch{RowID: r.ID, Version: r.Version, Fields: f}); err != nil || len(conflicts) > 0 {
						t.Errorf("%s, %s: %v %v", who, r.No, conflicts, err)
					}
				}
			})
		}
		wg.Wait()
		rows, next, err := o.Audit.Live(o.Be("gunel"), a.ID, 0)
		if err != nil || next != 2*len(list.Rows) || len(rows) != len(list.Rows) {
			t.Errorf("changes: %d rows, last %d, %v", len(rows), next, err)
		}
		now, _ := o.Audit.Checklist(o.Be("gunel"), a.ID, audit.RowFilter{Limit: 10})
		for _, r := range now.Rows {
			if r.Note != "qeyd" || r.Answer != audit.Conforms || r.Version != 3 {
				t.Errorf("%s lost something: %q %s v%d", r.No, r.Note, r.Answer, r.Version)
			}
		}
		if rows, next, err := o.Audit.Live(o.Be("samir"), a.ID, next); err != nil || len(rows) != 0 || next != 2*len(list.Rows) {
			t.Errorf("nothing new: %v %d %v", rows, next, err)
		}
		if _, _, err := o.Audit.Live(o.Be("elchin"), a.ID, 0); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("the department watches the auditors: %v", err)
		}
	})
}

// hasField says whether an error is Invalid on a field.
func hasField(err error, field string) bool {
	var e *apperr.Error
	if !errors.As(err, &e) || e.Kind != apperr.Invalid {
		return false
	}
	for _, f := range e.Fields {
		if f.Name == field {
			return true
		}
	}
	return false
}

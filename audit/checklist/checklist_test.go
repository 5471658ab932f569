package checklist_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/audit/checklist"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

type office struct {
	*audittest.Office
	lib *checklist.Service
}

func open(t *testing.T, db *store.DB) office {
	o := audittest.New(t, db)
	return office{o, checklist.New(o.Audit)}
}

// newest is the newest published version of a code.
func (o office) newest(code string) audit.Template {
	o.T.Helper()
	shelves, _, err := o.lib.Library(o.Be("nigar"), checklist.Filter{})
	if err != nil {
		o.T.Fatal(err)
	}
	for _, s := range shelves {
		if s.Code == code {
			return s.Newest()
		}
	}
	o.T.Fatalf("no template %s", code)
	return audit.Template{}
}

func (o office) show(id string) checklist.Sheet {
	o.T.Helper()
	s, err := o.lib.Show(o.Be("nigar"), id)
	if err != nil {
		o.T.Fatal(err)
	}
	return s
}

func TestTheLibraryIsFullAndCanBeSearched(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		for code, least := range map[string]int{"GSBPM": 100, "ISO9001": 60, "ISO9001-9": 30, "CONF": 10, "DISS": 10, "ESERV": 10} {
			if n := o.newest(code).Rows; n < least {
				t.Errorf("%s has %d questions", code, n)
			}
		}
		// ə is found by e, capitals and order do not matter.
		shelves, hits, err := o.lib.Library(o.Be("samir"), checklist.Filter{Query: "GIZLETME elave"})
		if err != nil || len(hits) == 0 || len(shelves) == 0 {
			t.Fatalf("nothing found: %v", err)
		}
		for _, h := range hits {
			if !strings.Contains(strings.ToLower(h.QuestionAZ+h.GuidanceAZ), "gizlətmə") {
				t.Errorf("found %s: %s", h.No, h.QuestionAZ)
			}
		}
		if _, hits, _ := o.lib.Library(o.Be("samir"), checklist.Filter{Query: "%_!"}); len(hits) != 0 {
			t.Errorf("signs of a pattern found %d questions", len(hits))
		}
		if _, _, err := o.lib.Library(o.Be("aytan"), checklist.Filter{}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("an employee reads the library: %v", err)
		}
	})
}

// TestANewVersionLeavesTheOldOneAndItsAudits: from draft to publishing and
// withdrawing; what an audit was built from stays as it was.
func TestANewVersionLeavesTheOldOneAndItsAudits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		nigar := o.Be("nigar")
		a := o.Planned() // built from GSBPM as it is now
		old := o.newest("GSBPM")
		if _, err := o.lib.NewVersion(o.Be("gunel"), old.ID); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("a lead auditor writes templates: %v", err)
		}
		draft, err := o.lib.NewVersion(nigar, old.ID)
		if err != nil || draft.Version != old.Version+1 || draft.State != audit.TemplateDraft {
			t.Fatalf("%+v %v", draft, err)
		}
		if _, err := o.lib.NewVersion(nigar, old.ID); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("a second draft: %v", err)
		}
		list := o.show(draft.ID)
		q := list.Questions[0]
		q.QuestionAZ = "Dəyişdirilmiş sual?"
		if err := o.lib.SaveQuestion(nigar, draft.ID, list.Revision, q, ""); err != nil {
			t.Fatal(err)
		}
		if err := o.lib.SaveQuestion(nigar, draft.ID, list.Revision, q, ""); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("two people on one draft: %v", err)
		}
		rev := list.Revision + 1
		added := checklist.Question{No: "4.4-z", GSBPM: "4.4", Clause: "8.6", QuestionAZ: "Yeni sual varmı?"}
		if err := o.lib.SaveQuestion(nigar, draft.ID, rev, added, ""); err != nil {
			t.Fatal(err)
		}
		if err := o.lib.RemoveQuestion(nigar, draft.ID, rev+1, list.Questions[5].ID); err != nil {
			t.Fatal(err)
		}
		if err := o.lib.MoveQuestion(nigar, draft.ID, rev+2, list.Questions[10].ID, true); err != nil {
			t.Fatal(err)
		}
		for name, bad := range map[string]checklist.Question{
			"no":          {No: list.Questions[1].No, Clause: "8.6", QuestionAZ: "Təkrar nömrə?"},
			"clause":      {No: "x-1", Clause: "8.99", QuestionAZ: "Olmayan bənd?"},
			"gsbpm":       {No: "x-2", Clause: "8.6", GSBPM: "9.1", QuestionAZ: "Olmayan kod?"},
			"question_az": {No: "x-3", Clause: "8.6"},
		} {
			var e *apperr.Error
			err := o.lib.SaveQuestion(nigar, draft.ID, rev+3, bad, "")
			if !errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Name != name {
				t.Errorf("%s: %v", name, err)
			}
		}
		diff, err := o.lib.Compare(nigar, old.ID, draft.ID)
		kinds := map[checklist.DiffKind]int{}
		for _, d := range diff.Diffs {
			kinds[d.Kind]++
		}
		if err != nil || kinds[checklist.Added] != 1 || kinds[checklist.Removed] != 1 || kinds[checklist.Changed] != 1 || kinds[checklist.Moved] != 1 {
			t.Errorf("compared: %v %v", kinds, err)
		}
		if err := o.lib.Publish(nigar, draft.ID, rev+3, o.Today()); err != nil {
			t.Fatal(err)
		}
		if err := o.lib.SaveQuestion(nigar, draft.ID, rev+4, q, ""); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("a published version was changed: %v", err)
		}
		// The database holds that too.
		err = db.Write(o.System(), func(tx *store.Tx) error {
			_, err := tx.NewRaw("UPDATE checklist_template_rows SET question_az = 'x' WHERE id = ?", q.ID).Exec(t.Context())
			return err
		})
		if err == nil {
			t.Error("a published question was changed past the program")
		}
		if o.newest("GSBPM").ID != draft.ID {
			t.Error("new audits are not built with the new version")
		}
		for _, r := range rowsOf(t, o, a.ID) {
			if r.TemplateID != old.ID || r.QuestionAZ == q.QuestionAZ {
				t.Errorf("%s of the planned audit changed", r.No)
			}
		}
		if err := o.lib.Withdraw(nigar, draft.ID, "səhv dərc edilib"); err != nil {
			t.Fatal(err)
		}
		if o.newest("GSBPM").ID != old.ID {
			t.Error("after the withdrawal the version before is not back")
		}
		if _, err := o.Audit.PreviewChecklist(o.Be("gunel"), a.ID, audit.BuildRequest{Templates: []string{draft.ID}}); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("a withdrawn version builds: %v", err)
		}
	})
}

func rowsOf(t *testing.T, o office, auditID string) []audit.Row {
	t.Helper()
	rows, _, err := o.Audit.ChecklistRows(o.Be("gunel"), auditID)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestAChecklistIsBuiltByScopeAndByTheLastAudit: what lies out of scope, does
// not exist, or is asked twice stays out with its reason; where the last audit
// found something, the question comes first.
func TestAChecklistIsBuiltByScopeAndByTheLastAudit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		gunel, nigar := o.Be("gunel"), o.Be("nigar")
		// An earlier audit of the same department found something at 4.4, clause 7.5.3.
		before := o.Started()
		o.Draft(before.ID, "4.4-b")
		err := db.Write(o.System(), func(tx *store.Tx) error { // as it would be after months
			tx.Record(store.Change{Action: "audit:audit:move", Kind: "audit", ID: before.ID})
			_, err := tx.NewRaw("UPDATE audits SET state = 'closed', reported_at = ? WHERE id = ?", tx.Now, before.ID).Exec(t.Context())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		// A template that asks one question of GSBPM again, in other letters.
		gsbpm := o.show(o.newest("GSBPM").ID)
		var same checklist.Question
		for _, q := range gsbpm.Questions {
			if q.No == "5.1-a" {
				same = q
			}
		}
		twin, err := o.lib.Create(nigar, checklist.Head{Code: "TWIN", Standard: "ISO9001", Edition: "2015", TitleAZ: "Təkrar", TitleEN: "Twin"})
		if err != nil {
			t.Fatal(err)
		}
		for i, text := range []string{strings.ToUpper(same.QuestionEN), "Is this one new?"} {
			q := checklist.Question{No: []string{"T-1", "T-2"}[i], GSBPM: "5.1", Clause: "8.5.1", QuestionAZ: []string{same.QuestionAZ + "  ", "Bu yenidirmi?"}[i], QuestionEN: text, GuidanceAZ: "Əlavə göstəriş."}
			if err := o.lib.SaveQuestion(nigar, twin.ID, 1+i, q, ""); err != nil {
				t.Fatal(err)
			}
		}
		if err := o.lib.Publish(nigar, twin.ID, 3, o.Today()); err != nil {
			t.Fatal(err)
		}
		a := o.Planned()
		c, err := o.Audit.PreviewChecklist(gunel, a.ID, audit.BuildRequest{Templates: []string{gsbpm.ID, twin.ID}})
		if err != nil {
			t.Fatal(err)
		}
		if c.Count("GSBPM", audit.OutOfScope) == 0 || c.Count("GSBPM", audit.WhyNA) == 0 || c.Count("TWIN", audit.Duplicate) != 1 || c.Count("TWIN", "") != 1 {
			t.Errorf("counts: scope %d, not applicable %d, merged %d, new %d", c.Count("GSBPM", audit.OutOfScope), c.Count("GSBPM", audit.WhyNA), c.Count("TWIN", audit.Duplicate), c.Count("TWIN", ""))
		}
		if len(c.Rows)+len(c.Out) != gsbpm.Rows+2 {
			t.Errorf("%d + %d questions of %d", len(c.Rows), len(c.Out), gsbpm.Rows+2)
		}
		if c.Audit != before.Number || c.Rows[0].No != "4.4-b" || c.Rows[0].LastFinding == "" || c.Flagged() != 1 {
			t.Errorf("after %q the first is %s, %d marked", c.Audit, c.Rows[0].No, c.Flagged())
		}
		n := len(rowsOf(t, o, a.ID))
		own, err := o.Audit.AddRow(gunel, a.ID, audit.NewRow{Standard: "ISO9001", Edition: "2015", Clause: "8.6", QuestionAZ: "Öz sualımız?", Before: rowsOf(t, o, a.ID)[0].ID})
		if err != nil || own.No != "Ə-1" || rowsOf(t, o, a.ID)[0].ID != own.ID {
			t.Fatalf("own row: %+v %v", own, err)
		}
		if _, err := o.Audit.BuildChecklist(gunel, a.ID, audit.BuildRequest{Templates: []string{gsbpm.ID, twin.ID}, Clauses: []string{"8.5", "7.5.3"}}); err != nil {
			t.Fatal(err)
		}
		rows := rowsOf(t, o, a.ID)
		if len(rows) == 0 || len(rows) >= n || rows[len(rows)-1].ID != own.ID {
			t.Errorf("%d rows after building, the own one is not there", len(rows))
		}
		for i, r := range rows {
			if r.Position != i+1 || !r.Own && !strings.HasPrefix(r.Clause, "8.5") && r.Clause != "7.5.3" {
				t.Errorf("row %d: %s on %s at %d", i, r.No, r.Clause, r.Position)
			}
			if r.No == "5.1-a" && (!strings.Contains(r.Sources, "TWIN T-1") || !strings.Contains(r.GuidanceAZ, "Əlavə göstəriş.")) {
				t.Errorf("merged: %q, %q", r.Sources, r.GuidanceAZ)
			}
		}
		if err := o.Audit.MoveRow(gunel, a.ID, own.ID, rows[0].ID); err != nil || rowsOf(t, o, a.ID)[0].ID != own.ID {
			t.Errorf("moved: %v", err)
		}
		if err := o.Audit.RemoveRow(gunel, a.ID, own.ID); err != nil || len(rowsOf(t, o, a.ID)) != len(rows)-1 {
			t.Errorf("removed: %v", err)
		}
		if _, err := o.Audit.BuildChecklist(gunel, a.ID, audit.BuildRequest{Templates: []string{gsbpm.ID}, Clauses: []string{"77"}}); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("an unknown clause: %v", err)
		}
		// Once the audit has begun, its questions stay.
		running := before.ID
		if err := o.Audit.RemoveRow(gunel, running, rowsOf(t, o, running)[0].ID); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("a row of a reported audit: %v", err)
		}
		err = db.Write(o.System(), func(tx *store.Tx) error {
			_, err := tx.NewRaw("UPDATE audit_rows SET note = 'x' WHERE audit_id = ?", running).Exec(t.Context())
			return err
		})
		if err == nil {
			t.Error("a reported checklist was changed past the program")
		}
	})
}

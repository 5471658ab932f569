package document_test

import (
	"context"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

// audits answers for the audits that exist here: one that may be changed, one
// for which it is too late.
type audits struct{ open, late string }

func (a audits) MayName(_ context.Context, id string) (string, error) {
	switch id {
	case a.open:
		return "DA-2026-01", nil
	case a.late:
		return "", apperr.New(apperr.Conflict, "error.conflict")
	}
	return "", apperr.Missing("audit")
}

// audit writes an audit, which belongs to another context, into its table.
func (b bureau) audit(number string) string {
	b.t.Helper()
	id := store.NewID()
	b.must("audit", b.db.Write(b.System(), func(tx *store.Tx) error {
		tx.Record(store.Change{Action: "audit:audit:plan", Kind: "audit", ID: id, Label: number})
		_, err := tx.NewRaw(`INSERT INTO audits (id, number, kind, title, objectives, criteria, method, period, planned_from, planned_to, state, created_at, search_key)
			VALUES (?, ?, 'internal', 'audit', '-', '-', '-', '2026', '2026-12-01', '2026-12-05', 'planned', ?, '')`, id, number, tx.Now).Exec(b.t.Context())
		return err
	}))
	return id
}

// TestADocumentIsNamedAsACriterionOfAnAudit: the version that is in force, by
// who plans audits, while the audit can still be changed.
func TestADocumentIsNamedAsACriterionOfAnAudit(t *testing.T) {
	each(t, func(b bureau) {
		d, draft := b.inForce(), b.enter("elchin")
		version := b.page("elchin", d.ID).Standing.ID
		a := audits{b.audit("DA-2026-01"), b.audit("DA-2026-02")}
		b.Service.Audits = a
		named := func(auditID string) int {
			b.t.Helper()
			list, err := b.Criteria(b.as("rafael"), auditID)
			b.must("criteria", err)
			return len(list)
		}
		b.fails("by an employee", b.NameCriterion(b.as("aytan"), a.open, version, false), apperr.Forbidden, "")
		b.fails("too late", b.NameCriterion(b.as("gunel"), a.late, version, false), apperr.Conflict, "")
		b.fails("no audit", b.NameCriterion(b.as("gunel"), store.NewID(), version, false), apperr.NotFound, "")
		b.fails("no id", b.NameCriterion(b.as("gunel"), "x", version, false), apperr.NotFound, "")
		b.fails("no version", b.NameCriterion(b.as("gunel"), a.open, "x", false), apperr.Invalid, "version")
		b.fails("a draft", b.NameCriterion(b.as("gunel"), a.open, b.page("elchin", draft.ID).Versions[0].ID, false), apperr.Invalid, "version")
		if named(a.open) != 0 {
			t.Error("what was refused is named")
		}
		for range 2 { // the second time it is named already
			b.must("name", b.NameCriterion(b.as("gunel"), a.open, version, false))
		}
		list, err := b.Criteria(b.as("rafael"), a.open)
		if err != nil || len(list) != 1 || list[0].ID != version || list[0].DocumentID != d.ID || list[0].Number != d.Number || list[0].No != 1 || named(a.late) != 0 {
			t.Fatalf("%v %+v", err, list)
		}
		b.must("take off", b.NameCriterion(b.as("gunel"), a.open, version, true))
		b.must("take off again", b.NameCriterion(b.as("gunel"), a.open, version, true))
		if named(a.open) != 0 {
			t.Error("it is still named")
		}
	})
}

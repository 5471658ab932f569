package reports

import (
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// objected makes an audit with n acts that were objected to, and gives their ids.
func (o bureau) objected(t *testing.T, n int) (audit.Audit, []string) {
	t.Helper()
	a := o.Started()
	rows, err := o.Audit.Checklist(o.Be("gunel"), a.ID, audit.RowFilter{Limit: n})
	if err != nil || len(rows.Rows) < n {
		t.Fatalf("%d rows: %v", len(rows.Rows), err)
	}
	var ids []string
	for _, r := range rows.Rows {
		ids = append(ids, o.Act(a.ID, r.No, audit.ActObjected).ID)
	}
	return a, ids
}

// The report on an audit reads its objections together, however many there are.
func TestObjectionsTakeAFixedNumberOfQueries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		few, _ := o.objected(t, 1)
		many, _ := o.objected(t, 20)
		c := storetest.CountQueries(db)
		queries := func(a audit.Audit) (int, string) {
			c.Reset()
			f := o.rendered(t, o.Be("gunel"), Request{Kind: Audit, Key: a.Number, Format: JSON})
			return c.N(), string(f.Bytes)
		}
		one, _ := queries(few)
		twenty, text := queries(many)
		if one != twenty {
			t.Errorf("%d queries with one objection, %d with twenty:\n%s", one, twenty, c)
		}
		if n := strings.Count(text, "Həll olunmayıb: etiraza hələ baxılmayıb."); n != 20 || !strings.Contains(text, "imza sonra atılıb") {
			t.Errorf("%d of 20 objections wait for a decision in the report", n)
		}
	})
}

// The report says of each objection what was decided, why and by whom.
func TestTheReportSaysWhatWasDecidedOnObjections(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		a, ids := o.objected(t, 3)
		if err := o.Audit.DismissObjection(o.Be("gunel"), ids[1], "imza tələb olunur"); err != nil {
			t.Fatal(err)
		}
		if err := o.Audit.UpholdObjection(o.Be("nigar"), ids[2], "təhvil sübut edilib"); err != nil {
			t.Fatal(err)
		}
		text := string(o.rendered(t, o.Be("gunel"), Request{Kind: Audit, Key: a.Number, Format: JSON, Lang: "en"}).Bytes)
		inOrder(t, text, "Diverging opinions", "UA-2026-001", "has not been decided", "UA-2026-002", "Objection dismissed", "imza tələb olunur", "Günel",
			"UA-2026-003", "Objection upheld", "təhvil sübut edilib", "Nigar")
		plain := o.Started()
		text = string(o.rendered(t, o.Be("gunel"), Request{Kind: Audit, Key: plain.Number, Format: JSON, Lang: "en"}).Bytes)
		inOrder(t, text, "No diverging opinion")

		// The audited department finds its objections in its copy of the report too.
		d, err := o.Audit.AuditDossier(o.Be("elchin"), a.ID)
		if err != nil || len(d.Objections) != 3 || d.Objections[0].Department != "SSS" {
			t.Errorf("the audited department sees %+v, %v", d.Objections, err)
		}
	})
}

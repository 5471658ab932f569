package board_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/audit/board"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/audit/summary"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// BenchmarkViews asks for the register, the board, the ageing, the matrix and
// the summary in an office with 200 acts and 2,000 rows of checklists, and in
// one with 20,000 and 200,000, by turns, so that both meet the same machine: as
// many acts are open in both, the others are closed. The figures are medians in
// milliseconds.
func BenchmarkViews(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { views(b, storetest.Open(b), storetest.Open(b)) })
	if small, ok := storetest.OpenPostgres(b); ok {
		large, _ := storetest.OpenPostgres(b)
		b.Run("postgres", func(b *testing.B) { views(b, small, large) })
	}
}

// view is what one office is asked for.
type view struct {
	name string
	get  func(ctx context.Context) error
}

// viewsOf fills an office and gives its views.
func viewsOf(b *testing.B, db *store.DB, acts int) (context.Context, []view) {
	b.Helper()
	o := audittest.New(b, db)
	a := o.Started()
	o.Complete(a)
	if err := o.Audit.Report(o.Be("gunel"), a.ID, audit.NewReport{Conclusion: "uyğundur"}); err != nil {
		b.Fatal(err)
	}
	p := programme.New(o.Audit)
	inForce(b, o, p)
	fill(b, o, acts, a.ID)
	if err := o.Audit.MakeFigures(b.Context()); err != nil {
		b.Fatal(err)
	}
	s, year := board.New(o.Audit), summary.New(o.Audit, p)
	return o.Be("nigar"), []view{
		{"register", func(ctx context.Context) error { _, err := o.Audit.Acts(ctx, audit.ActFilter{}); return err }},
		{"register of a department", func(ctx context.Context) error {
			_, err := o.Audit.Acts(ctx, audit.ActFilter{DepartmentID: o.Dept("SSS")})
			return err
		}},
		{"register as a head", func(context.Context) error { _, err := o.Audit.Acts(o.Be("elchin"), audit.ActFilter{}); return err }},
		{"board", func(ctx context.Context) error { _, err := s.Board(ctx, ""); return err }},
		{"ageing", func(ctx context.Context) error { _, _, err := s.Ageing(ctx); return err }},
		{"matrix", func(ctx context.Context) error { _, err := s.Matrix(ctx, ""); return err }},
		{"summary", func(ctx context.Context) error { _, err := year.Year(ctx, 2026); return err }},
		{"summary after a change", func(ctx context.Context) error {
			_, err := summary.New(o.Audit, p).Year(ctx, 2026)
			return err
		}},
		{"similar acts", func(ctx context.Context) error {
			list, err := o.Audit.Acts(ctx, audit.ActFilter{Limit: 1})
			if err == nil {
				_, err = o.Audit.SimilarActs(ctx, list.Items[0].ID)
			}
			return err
		}},
	}
}

// inForce gives the office a programme of the year, as every office has that
// audits: the summary says how far it was carried out.
func inForce(b *testing.B, o *audittest.Office, p *programme.Service) {
	b.Helper()
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	must(p.LoadReference(o.System()))
	made, err := p.Create(o.Be("nigar"), 2026, programme.Texts{Objectives: "Uyğunluq", Criteria: "ISO 9001", Methods: "müsahibə", Resources: "60 gün"})
	must(err)
	v, err := p.Programme(o.Be("nigar"), made.ID)
	must(err)
	must(p.SaveRow(o.Be("nigar"), v.Rows[0].ID, programme.RowEdit{Importance: 4, Months: []int{9}, LeadID: o.ID("gunel")}))
	must(p.Submit(o.Be("nigar"), v.ID))
	must(p.Approve(o.Be("rafael"), v.ID))
}

func views(b *testing.B, small, large *store.DB) {
	as, few := viewsOf(b, small, 200)
	at, many := viewsOf(b, large, 20_000)
	for i := range few {
		b.Run(few[i].name, func(b *testing.B) {
			var took [2][]time.Duration
			ask := func(ctx context.Context, n int, v view) {
				began := time.Now()
				if err := v.get(ctx); err != nil {
					b.Fatal(err)
				}
				took[n] = append(took[n], time.Since(began))
			}
			ask(as, 0, few[i]) // what is kept between changes is known
			ask(at, 1, many[i])
			took = [2][]time.Duration{}
			for b.Loop() {
				ask(as, 0, few[i])
				ask(at, 1, many[i])
			}
			var ms [2]float64
			for n := range took {
				slices.Sort(took[n])
				ms[n] = took[n][len(took[n])/2].Seconds() * 1000
			}
			b.ReportMetric(ms[0], "small-ms")
			b.ReportMetric(ms[1], "large-ms")
			b.ReportMetric(ms[1]/ms[0], "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// fill adds acts, of which 120 are open, each with ten rows of a checklist.
func fill(b *testing.B, o *audittest.Office, n int, auditID string) {
	b.Helper()
	id := func(kind int, expr string) string {
		if o.DB.Postgres() {
			return fmt.Sprintf("CAST(LPAD('%d', 8, '0') || '-0000-7000-8000-' || LPAD(TO_HEX(%s), 12, '0') AS UUID)", kind, expr)
		}
		return fmt.Sprintf("printf('%%08d-0000-7000-8000-%%012x', %d, %s)", kind, expr)
	}
	cast := func(id string) string {
		if o.DB.Postgres() {
			return "CAST('" + id + "' AS UUID)"
		}
		return "'" + id + "'"
	}
	at := "'2026-05-01 06:00:00+00:00'"
	if o.DB.Postgres() {
		at = "TIMESTAMPTZ '2026-05-01 06:00:00+00' - i * INTERVAL '1 hour'"
	}
	do := func(sql string) {
		err := o.DB.Write(o.System(), func(tx *store.Tx) error {
			tx.Record(store.Change{Action: "test", Kind: "large", ID: "x"})
			_, err := tx.NewRaw(sql).Exec(context.Background())
			return err
		})
		if err != nil {
			b.Fatalf("%s: %v", sql, err)
		}
	}
	numbers := func(n int) string {
		return fmt.Sprintf("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d)", n)
	}
	dept := "CASE i % 4 WHEN 0 THEN " + cast(o.Dept("SSS")) + " WHEN 1 THEN " + cast(o.Dept("İTŞ")) + " WHEN 2 THEN " + cast(o.Dept("BƏŞ")) + " ELSE " + cast(o.Dept("ÜŞ")) + " END"
	state := "CASE WHEN i >= 120 THEN 'closed' WHEN i % 6 = 0 THEN 'issued' WHEN i % 6 = 1 THEN 'acknowledged' WHEN i % 6 = 2 THEN 'in_progress' WHEN i % 6 = 3 THEN 'implemented' WHEN i % 6 = 4 THEN 'objected' ELSE 'effective' END"
	do("INSERT INTO acts (id, number, origin, department_id, grade, standard, edition, clause, gsbpm, criterion, statement, objective_evidence, issued_at, state, state_at, created_at, search_key) " + numbers(n) +
		" SELECT " + id(4, "i") + ", 'UA-X-' || i, 'complaint', " + dept + ", 'minor', 'ISO9001', '2015', CASE i % 9 WHEN 0 THEN '7.5.3' WHEN 1 THEN '8.2.1' ELSE '9.1' || i % 3 END, '4.' || i % 4, 'k', 'Materiallar vaxtında təhvil verilməyib ' || i, 's', " +
		at + ", " + state + ", " + at + ", " + at + ", 'ua-x-' || i FROM n")
	do("INSERT INTO audit_rows (id, audit_id, template_id, position, no, gsbpm, clause, question_az, question_en, guidance_az, guidance_en, answer) " + numbers(n*10) +
		" SELECT " + id(7, "i") + ", t.audit_id, t.template_id, 1000 + i, 'x-' || i, t.gsbpm, t.clause, t.question_az, t.question_en, '', '', 'conforms' FROM n JOIN audit_rows t ON t.id = (SELECT MIN(CAST(r.id AS TEXT)) FROM audit_rows r WHERE r.audit_id = " + cast(auditID) + ")" + map[bool]string{true: "::uuid"}[o.DB.Postgres()])
	if err := o.DB.Analyze(context.Background()); err != nil {
		b.Fatal(err)
	}
}

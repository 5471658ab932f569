package main

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/blob"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/duty"
)

// BenchmarkDuties asks for "my work" of Aytən, on whom 50 open duties wait
// among 500, and 5,000 among 500,000, by turns, so that both meet the same
// machine: nine of ten are evidence that her department owes, the others are
// corrective actions of hers. A page has as many rows in both. The figures are
// medians in milliseconds.
func BenchmarkDuties(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchDuties(b, storetest.Open(b), storetest.Open(b)) })
	if small, ok := storetest.OpenPostgres(b); ok {
		large, _ := storetest.OpenPostgres(b)
		b.Run("postgres", func(b *testing.B) { benchDuties(b, small, large) })
	}
}

// dutySize is how many duties are open: a person's, and everybody's.
type dutySize struct{ own, all int }

// dutyView is what is asked for of the lists of work.
type dutyView struct {
	name string
	get  func() error
}

// dutyOffice fills an office and gives what is asked for.
func dutyOffice(b *testing.B, db *store.DB, n dutySize) []dutyView {
	b.Helper()
	o := audittest.New(b, db)
	a := o.Started()
	act := o.Act(a.ID, "4.3-a", audit.ActInProgress)
	fillDuties(b, o, act.ID, n)
	blobs, err := blob.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	s := wire(db, blobs, defaults())
	ctx := o.Be("aytan")
	page := func(f duty.Filter, rows int) func() error {
		return func() error {
			p, err := s.duties.List(ctx, f)
			if err == nil && (len(p.Items) != rows || (f.Kind == "" && f.Tab == "" && p.Found.N < min(n.own, 1000))) {
				err = fmt.Errorf("%d rows of %+v", len(p.Items), p.Found)
			}
			return err
		}
	}
	return []dutyView{
		{"first page", page(duty.Filter{}, 50)},
		{"of one kind", page(duty.Filter{Kind: "kis.work.kind.evidence", Limit: 40}, 40)},
		{"of the department", page(duty.Filter{Tab: kis.WorkDepartment, Limit: 40}, 40)},
		{"numbers of the menu", func() error { _, err := s.duties.Counts(ctx); return err }},
	}
}

func benchDuties(b *testing.B, small, large *store.DB) {
	both := [2][]dutyView{dutyOffice(b, small, dutySize{50, 500}), dutyOffice(b, large, dutySize{5000, 500_000})}
	counters := [2]*storetest.Counter{storetest.CountQueries(small), storetest.CountQueries(large)}
	for i, v := range both[0] {
		b.Run(v.name, func(b *testing.B) {
			var took [2][]time.Duration
			var queries [2]int
			ask := func() {
				for n := range both {
					counters[n].Reset()
					began := time.Now()
					if err := both[n][i].get(); err != nil {
						b.Fatal(err)
					}
					took[n] = append(took[n], time.Since(began))
					queries[n] = counters[n].N()
				}
			}
			ask() // names are known
			took = [2][]time.Duration{}
			for b.Loop() {
				ask()
			}
			var ms [2]float64
			for n := range took {
				slices.Sort(took[n])
				ms[n] = took[n][len(took[n])/2].Seconds() * 1000
			}
			if queries[0] != queries[1] {
				b.Errorf("%d and %d queries", queries[0], queries[1])
			}
			b.ReportMetric(ms[0], "small-ms")
			b.ReportMetric(ms[1], "large-ms")
			b.ReportMetric(ms[1]/ms[0], "ratio")
			b.ReportMetric(float64(queries[1]), "queries")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// fillDuties adds open duties: evidence of her department and others, nine of
// ten, and corrective actions of hers and of somebody else.
func fillDuties(b *testing.B, o *audittest.Office, actID string, n dutySize) {
	b.Helper()
	id := func(kind int, expr string) string {
		if o.DB.Postgres() {
			return fmt.Sprintf("CAST(LPAD('%d', 8, '0') || '-0000-7000-8000-' || LPAD(TO_HEX(%s), 12, '0') AS UUID)", kind, expr)
		}
		return fmt.Sprintf("printf('%%08d-0000-7000-8000-%%012x', %d, %s)", kind, expr)
	}
	do := func(sql string, args ...any) {
		err := o.DB.Write(o.System(), func(tx *store.Tx) error {
			tx.Record(store.Change{Action: "test", Kind: "large", ID: "x"})
			_, err := tx.NewRaw(sql, args...).Exec(b.Context())
			return err
		})
		if err != nil {
			b.Fatalf("%s: %v", sql, err)
		}
	}
	numbers := func(n int) string {
		return fmt.Sprintf("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d) ", n)
	}
	cycles := n.all/450 + 2
	do("INSERT INTO cycles (id, process_id, version_id, period, reference_period, state, created_at, running_at) "+numbers(cycles)+
		"SELECT "+id(9, "n.i")+", c.process_id, c.version_id, 'x' || n.i, c.reference_period, 'running', c.created_at, c.running_at FROM n, cycles c WHERE c.id = ?", o.Cycle.ID)
	duties := "INSERT INTO evidence_duties (department_id, due, cycle_id, activity_id, phase, returned) " + numbers(cycles) +
		"SELECT d.id, '2026-06-' || CAST(10 + n.i % 20 AS TEXT), " + id(9, "n.i") + ", a.id, a.phase, FALSE FROM n, departments d, activities a, cycles c " +
		"WHERE c.id = ? AND a.version_id = c.version_id AND a.level = 'task' AND a.applicable AND d.code "
	do(duties+"= 'SSS' LIMIT ?", o.Cycle.ID, n.own*9/10)
	do(duties+"IN ('İTŞ', 'BƏŞ', 'ÜŞ', 'İİƏŞ', 'KİEMŞ') LIMIT ?", o.Cycle.ID, (n.all-n.own)*9/10)
	actions := "INSERT INTO corrective_actions (id, act_id, no, text, owner_id, department_id, due, state, created_at) "
	do(actions+numbers(n.all/10)+"SELECT "+id(8, "n.i")+", ?, 100 + n.i, 'Tədbir ' || n.i, CASE WHEN n.i % ? = 0 THEN u.id ELSE v.id END, u.department_id, '2026-06-' || CAST(10 + n.i % 20 AS TEXT), 'planned', u.created_at "+
		"FROM n, users u, users v WHERE u.id = ? AND v.id = ?", actID, n.all/n.own, o.ID("aytan"), o.ID("murad"))
	var own, all int
	err := o.DB.Read().NewRaw("SELECT (SELECT COUNT(*) FROM evidence_duties e WHERE e.department_id = ?0 AND e.cycle_id <> ?1) + (SELECT COUNT(*) FROM corrective_actions WHERE owner_id = ?2 AND no >= 100), (SELECT COUNT(*) FROM evidence_duties) + (SELECT COUNT(*) FROM corrective_actions)",
		o.Dept("SSS"), o.Cycle.ID, o.ID("aytan")).Scan(b.Context(), &own, &all)
	if err != nil || own != n.own || all < n.all {
		b.Fatal(own, all, err)
	}
	b.Logf("%d of %d open duties in %d cycles", own, all, cycles)
	if err := o.DB.Analyze(b.Context()); err != nil {
		b.Fatal(err)
	}
}

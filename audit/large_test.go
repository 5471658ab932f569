package audit_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// BenchmarkLarge asks for the lists and pages of audit in an office with
// 20,000 audits, 15,000 acts, 40,000 findings, 100,000 submissions and 400,000
// entries of the trail.
func BenchmarkLarge(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { largeOffice(b, storetest.Open(b)) })
	if db, ok := storetest.OpenPostgres(b); ok {
		b.Run("postgres", func(b *testing.B) { largeOffice(b, db) })
	}
}

func largeOffice(b *testing.B, db *store.DB) {
	o, requests := newLarge(b, db)
	for _, r := range requests {
		b.Run(strings.ReplaceAll(r.name, " ", "-"), func(b *testing.B) {
			ctx := o.Be(r.who)
			for b.Loop() {
				if err := r.get(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// largeRequest is one page or list as somebody asks for it.
type largeRequest struct {
	name, who string
	get       func(context.Context) error
}

// newLarge fills a database and lists what can be asked of it.
func newLarge(t testing.TB, db *store.DB) (*audittest.Office, []largeRequest) {
	t.Helper()
	o := audittest.New(t, db)
	a := o.Started()
	act := o.Act(a.ID, "4.4-a", audit.ActInProgress)
	row := o.Row(a.ID, "4.4-a")
	large{o, db}.fill()
	s := o.Audit
	acts := func(f audit.ActFilter) func(context.Context) error {
		return func(ctx context.Context) error { return get(s.Acts(ctx, f)) }
	}
	audits := func(f audit.AuditFilter) func(context.Context) error {
		return func(ctx context.Context) error { return get(s.Audits(ctx, f)) }
	}
	second, err := s.Acts(o.Be("nigar"), audit.ActFilter{})
	if err != nil {
		t.Fatal(err)
	}
	work := func(ctx context.Context) error { return get(s.Work(ctx)) }
	return o, []largeRequest{
		{"acts", "nigar", acts(audit.ActFilter{})},
		{"acts, second page", "nigar", acts(audit.ActFilter{After: second.Next})},
		{"acts of a state", "nigar", acts(audit.ActFilter{State: audit.ActObjected})},
		{"acts of a department", "nigar", acts(audit.ActFilter{DepartmentID: o.Dept("SSS")})},
		{"acts of a department and state", "nigar", acts(audit.ActFilter{DepartmentID: o.Dept("SSS"), State: audit.ActEffective})},
		{"acts of an audit", "nigar", acts(audit.ActFilter{AuditID: a.ID})},
		{"acts overdue", "nigar", acts(audit.ActFilter{Overdue: "2026-11-22"})},
		{"acts by words", "nigar", acts(audit.ActFilter{Query: "arxiv"})},
		{"acts as a head", "elchin", acts(audit.ActFilter{})},
		{"act", "gunel", func(ctx context.Context) error { return get(s.Act(ctx, act.ID)) }},
		{"audits", "nigar", audits(audit.AuditFilter{})},
		{"audits of a state", "nigar", audits(audit.AuditFilter{State: audit.Planned})},
		{"audits of a kind", "nigar", audits(audit.AuditFilter{Kind: audit.FollowUp})},
		{"audits by words", "nigar", audits(audit.AuditFilter{Query: "toplanma"})},
		{"audits as a head", "elchin", audits(audit.AuditFilter{})},
		{"audit", "gunel", func(ctx context.Context) error { return get(s.Audit(ctx, a.ID)) }},
		{"checklist", "gunel", func(ctx context.Context) error { return get(s.Checklist(ctx, a.ID, audit.RowFilter{})) }},
		{"row", "gunel", func(ctx context.Context) error { return get(s.Row(ctx, a.ID, row.ID)) }},
		{"work of a lead auditor", "gunel", work},
		{"work of an auditor", "samir", work},
		{"work of a quality manager", "nigar", work},
		{"work of a head", "elchin", work},
		{"work of an employee", "aytan", work},
	}
}

// large fills a database by INSERT … SELECT.
type large struct {
	o  *audittest.Office
	db *store.DB
}

// id is an identifier made of a kind of object and an expression.
func (l large) id(kind int, expr string) string {
	if l.db.Postgres() {
		return fmt.Sprintf("CAST(LPAD('%d', 8, '0') || '-0000-7000-8000-' || LPAD(TO_HEX(%s), 12, '0') AS UUID)", kind, expr)
	}
	return fmt.Sprintf("printf('%%08d-0000-7000-8000-%%012x', %d, %s)", kind, expr)
}

// day is the day that many days before 20.11.2026, at the morning of it.
func (l large) day(days string) string {
	if l.db.Postgres() {
		return "TO_CHAR(DATE '2026-11-20' - (" + days + "), 'YYYY-MM-DD')"
	}
	return "date('2026-11-20', -(" + days + ") || ' days')"
}

func (l large) at(days string) string {
	if l.db.Postgres() {
		return "CAST(" + l.day(days) + " || ' 06:00:00+00' AS TIMESTAMPTZ)"
	}
	return l.day(days) + " || ' 06:00:00+00:00'"
}

// one takes one of the ids by the remainder of i.
func (l large) one(ids ...string) string {
	var s strings.Builder
	fmt.Fprintf(&s, "CAST(CASE i %% %d", len(ids))
	for k, id := range ids {
		fmt.Fprintf(&s, " WHEN %d THEN '%s'", k, id)
	}
	kind := "TEXT"
	if l.db.Postgres() {
		kind = "UUID"
	}
	return s.String() + " END AS " + kind + ")"
}

// rows inserts what the expressions give for i from 0 to n-1.
func (l large) rows(n int, into, from string, values ...string) {
	l.do(fmt.Sprintf("INSERT INTO %s WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d) SELECT %s FROM n %s",
		into, n, strings.Join(values, ", "), from))
}

func (l large) do(sql string) {
	l.o.T.Helper()
	err := l.db.Write(l.o.System(), func(tx *store.Tx) error {
		tx.Record(store.Change{Action: "test", Kind: "large", ID: "x"})
		_, err := tx.NewRaw(sql).Exec(context.Background())
		return err
	})
	if err != nil {
		l.o.T.Fatalf("%s: %v", sql, err)
	}
}

const (
	ofUser, ofAudit, ofFinding, ofAct, ofAction, ofEvent, ofRow, ofCycle, ofSubmission = 1, 2, 3, 4, 5, 6, 7, 8, 9

	auditState = "CASE WHEN i < 20 THEN 'planned' WHEN i < 60 THEN 'announced' WHEN i < 140 THEN 'in_progress' WHEN i < 400 THEN 'reported' WHEN i % 20 = 0 THEN 'cancelled' ELSE 'closed' END"
	actState   = `CASE WHEN i < 60 THEN 'draft' WHEN i < 140 THEN 'issued' WHEN i < 200 THEN 'objected' WHEN i < 300 THEN 'acknowledged' WHEN i < 360 THEN 'action_planned'
		WHEN i < 700 THEN 'in_progress' WHEN i < 900 THEN 'implemented' WHEN i < 960 THEN 'effective' WHEN i % 12 = 0 THEN 'withdrawn' ELSE 'closed' END`
)

func (l large) fill() {
	deps := []string{l.o.Dept("SSS"), l.o.Dept("İTŞ"), l.o.Dept("BƏŞ"), l.o.Dept("ÜŞ"), l.o.Dept("İİƏŞ")}
	l.rows(200, "users (id, email, name, department_id, password_hash, search_key, sort_key, created_at)", "",
		l.id(ofUser, "i"), "'u' || i || '@large.example'", "'Auditor ' || i", l.one(deps...), "''", "'auditor'", "'auditor'", l.at("0"))
	l.cycles()
	l.rows(20000, "audits (id, number, kind, title, objectives, criteria, method, period, planned_from, planned_to, state, created_at, announced_at, search_key)", "",
		l.id(ofAudit, "i"), "'DA-X-' || i", "CASE WHEN i % 10 = 0 THEN 'follow_up' WHEN i % 3 = 0 THEN 'surveillance' ELSE 'internal' END", "'Audit ' || i",
		"'m'", "'k'", "'u'", "'2026'", l.day("i / 5"), l.day("i / 5 - 10"), auditState, l.at("i / 5 + 5"), "CASE WHEN i < 20 THEN NULL ELSE "+l.at("i / 5 + 2")+" END",
		"'da-x-' || i || CASE WHEN i % 7 = 0 THEN ' toplanma' ELSE ' islenme' END")
	l.rows(20000, "audit_cycles (audit_id, cycle_id)", "", l.id(ofAudit, "i"), l.id(ofCycle, "i % 100"))
	l.rows(20000, "audit_departments (audit_id, department_id, position)", "", l.id(ofAudit, "i"), l.one(deps...), "0")
	lead := fmt.Sprintf("CASE WHEN i %% 200 = 0 THEN %s ELSE %s END", l.one(l.o.ID("gunel")), l.id(ofUser, "i % 100"))
	member := fmt.Sprintf("CASE WHEN i %% 200 = 0 THEN %s ELSE %s END", l.one(l.o.ID("samir")), l.id(ofUser, "100 + i % 100"))
	for role, who := range map[string]string{"lead": lead, "auditor": member} {
		l.rows(20000, "audit_team (audit_id, user_id, role, checked_at)", "", l.id(ofAudit, "i"), who, "'"+role+"'", l.at("i / 5"))
	}
	l.rows(20000, "audit_rows (id, audit_id, template_id, position, no, gsbpm, clause, question_az, question_en, guidance_az, guidance_en, answer)",
		"JOIN checklist_template_rows t ON t.position BETWEEN 1 AND 5 JOIN checklist_templates x ON x.id = t.template_id AND x.code = 'GSBPM'",
		l.id(ofRow, "i * 8 + t.position"), l.id(ofAudit, "i"), "t.template_id", "t.position", "t.no", "t.gsbpm", "t.clause", "t.question_az", "t.question_en", "t.guidance_az", "t.guidance_en",
		"CASE WHEN i < 140 AND t.position > 3 THEN 'open' ELSE 'conforms' END")
	l.rows(40000, "findings (id, audit_id, row_id, no, grade, standard, edition, clause, gsbpm, department_id, statement, recommendation, created_at)", "",
		l.id(ofFinding, "i"), l.id(ofAudit, "i / 2"), l.id(ofRow, "(i / 2) * 8 + 1 + i % 2"), "i % 2 + 1", "CASE i % 2 WHEN 0 THEN 'minor' ELSE 'observation' END", "'ISO9001'", "'2015'", "'7.5.3'", "'4.4'",
		l.one(deps...), "'Materiallar təhvil verilməyib ' || i", "'Jurnal aparmaq'", l.at("i / 10"))
	l.acts(deps)
	l.rows(400000, "trail (seq, at, actor_id, actor, action, kind, object_id, root_kind, root_id, body, hash)", "",
		"1000000 + i", l.at("i / 100"), "''", "'Auditor'", "'audit:act:issue'", "'act'", "CAST("+l.id(ofAct, "i % 15000")+" AS TEXT)", "'audit'", "CAST("+l.id(ofAudit, "i % 15000")+" AS TEXT)", "'{}'", "''")
	if err := l.db.Analyze(context.Background()); err != nil {
		l.o.T.Fatal(err)
	}
}

// acts adds the acts, two corrective actions and six events to each.
func (l large) acts(deps []string) {
	l.rows(15000, "acts (id, number, origin, finding_id, audit_id, department_id, grade, standard, edition, clause, gsbpm, criterion, statement, objective_evidence, issued_at, state, created_at, answer_due, plan_due, effect_due, objection, search_key)", "",
		l.id(ofAct, "i"), "CASE WHEN i < 60 THEN NULL ELSE 'UA-X-' || i END", "'finding'", l.id(ofFinding, "i * 2"), l.id(ofAudit, "i"), l.one(deps...), "'minor'", "'ISO9001'", "'2015'", "'7.5.3'", "'4.4'", "'k'",
		"'Materiallar təhvil verilməyib ' || i", "'siyahı'", "CASE WHEN i < 60 THEN NULL ELSE "+l.at("i / 5")+" END", actState, l.at("i / 5"), l.day("i / 5 - 7"), l.day("i / 5 - 20"), l.day("i / 5 - 90"), "''",
		"'ua-x-' || i || CASE WHEN i % 7 = 0 THEN ' arxiv' ELSE ' toplanma' END")
	owner := fmt.Sprintf("CASE WHEN i %% 300 = 0 THEN %s ELSE %s END", l.one(l.o.ID("aytan")), l.id(ofUser, "i % 200"))
	l.rows(30000, "corrective_actions (id, act_id, no, text, owner_id, department_id, due, state, created_at, verified_by)", "",
		l.id(ofAction, "i"), l.id(ofAct, "i / 2"), "i % 2 + 1", "'Jurnal'", owner, l.one(deps...), l.day("i / 10 - 60"),
		"CASE WHEN i < 700 THEN 'planned' WHEN i < 1400 THEN 'in_progress' ELSE 'verified' END", l.at("i / 10"), "CASE WHEN i < 1400 THEN NULL ELSE "+l.id(ofUser, "(i + 7) % 200")+" END")
	l.rows(90000, "act_events (id, act_id, seq, at, actor, verb, from_state, to_state, note)", "",
		l.id(ofEvent, "i"), l.id(ofAct, "i / 6"), "i % 6 + 1", l.at("i / 30"), "'Auditor'", "'issue'", "''", "''", "''")
}

// cycles adds 99 closed cycles like the one there is, with 1,000 submissions
// each, and as many to that one.
func (l large) cycles() {
	l.rows(100, "cycles (id, process_id, version_id, period, reference_period, state, created_at)", "JOIN cycles y ON y.id = '"+l.o.Cycle.ID+"'",
		l.id(ofCycle, "i"), "y.process_id", "y.version_id", "CAST(1900 + i AS TEXT)", "CAST(1899 + i AS TEXT)", "'closed'", "y.created_at")
	in := "CASE WHEN i < 1000 THEN " + l.one(l.o.Cycle.ID) + " ELSE " + l.id(ofCycle, "i / 1000") + " END"
	l.rows(100000, "submissions (id, cycle_id, department_id, version, title, kind, reference_period, effective_day, class, note, state, submitted_by, received_at, search_key)", "",
		l.id(ofSubmission, "i"), in, l.one(l.o.Dept("SSS"), l.o.Dept("İTŞ")), "1", "'Sübut ' || i", "'file'", "'2025'", "'2026-01-12'", "'internal'", "''", "'accepted'",
		l.id(ofUser, "i % 200"), l.at("i / 300"), "'subut'")
	l.rows(100000, "submission_outputs (submission_id, output_id)", "JOIN (SELECT id, ROW_NUMBER() OVER (ORDER BY id) - 1 AS k, COUNT(*) OVER () AS m FROM outputs) p ON p.k = i % p.m",
		l.id(ofSubmission, "i"), "p.id")
}

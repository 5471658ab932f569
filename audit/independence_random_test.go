package audit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// The people of the random office who may be put on a team: of the audited
// department, of one that takes part, of others; Leyla also reviews evidence.
var mixed = []string{"gunel", "rashad", "samir", "aysel", "farida", "leyla", "murad", "tural"}

// random is an office in which people do what they are allowed to, and are
// refused what they are not.
type random struct {
	*audittest.Office
	t      *testing.T
	r      *rand.Rand
	audits []string
	subs   []string
	people []string
	done   map[string]int // operations that were carried out
}

func (w *random) one(list []string) string { return list[w.r.IntN(len(list))] }

// try counts what was done; a refusal is as good an outcome.
func (w *random) try(name string, err error) {
	if err == nil {
		w.done[name]++
	} else {
		w.done[name+" refused"]++
	}
}

// step does one thing at random.
func (w *random) step() {
	s, gunel, nigar, rauf := w.Audit, w.Be("gunel"), w.Be("nigar"), w.Be("rauf")
	var a string
	if len(w.audits) > 0 {
		a = w.one(w.audits)
	}
	user := w.ID(w.one(w.people))
	switch n := w.r.IntN(33); {
	case n >= 30:
		if a != "" {
			w.try("answer", w.answer(a))
		}
	case n < 3 || a == "":
		req := w.Request()
		req.Lead, req.Members = w.ID(w.one([]string{"gunel", "rashad"})), []string{user}
		req.Codes = [][]string{{"4"}, {"4.3"}, {"5"}, nil}[w.r.IntN(4)]
		req.From, req.To = w.KIS().Today(), w.KIS().Today().Add(20)
		got, err := s.PlanAudit(gunel, req)
		if w.try("plan", err); err == nil {
			w.audits = append(w.audits, got.ID)
		}
	case n < 7:
		w.try("team", s.SetTeam(nigar, a, w.ID(w.one([]string{"gunel", "rashad"})), []string{user}))
	case n < 10:
		w.try("announce", w.byLead(func(ctx context.Context) error { return s.Announce(ctx, a, audittest.ShortNotice) }))
	case n < 13:
		w.try("start", w.byLead(func(ctx context.Context) error { return s.Start(ctx, a) }))
	case n < 17:
		w.try("report", w.byLead(func(ctx context.Context) error { return w.report(ctx, a) }))
	case n < 19:
		// Of somebody on the team who needs it, or of anybody.
		if v, err := s.Audit(gunel, a); err == nil && len(v.Dependent()) > 0 {
			user = v.Dependent()[0].Person.ID
		}
		w.try("except", s.GrantException(nigar, a, user, "Başqa auditor yoxdur, qərar verildi"))
	case n < 21:
		w.try("transfer", w.TransferUser(rauf, user, w.one([]string{"SSS", "ÜŞ", "BƏŞ", "İTŞ", "İİƏŞ"}), w.KIS().Today()))
	case n < 23:
		w.try("submit", w.submit(w.one([]string{"aytan", "murad"}), w.one([]string{"4.3.1", "5.3.1", "1.2.1"})))
	case n < 25:
		if len(w.subs) > 0 {
			w.try("review", w.Accept(w.Be("leyla"), w.one(w.subs)))
		}
	case n == 25:
		from := w.KIS().Today()
		_, err := s.AddConflict(nigar, user, audit.NewConflict{Against: audit.AgainstDepartment, With: w.Dept(w.one([]string{"SSS", "ÜŞ", "İTŞ"})), Reason: "birgə layihə", From: from, To: from.Add(w.r.IntN(30))})
		w.try("conflict", err)
	case n == 26:
		key := fmt.Sprintf("new%d", len(w.people))
		w.Hire(kistest.Person{Key: key, Name: "Auditor " + key, Department: w.one([]string{"ÜŞ", "BƏŞ", "İİƏŞ", "SSS"}), PositionAZ: "auditor", PositionEN: "auditor", Role: policies.Auditor})
		w.people = append(w.people, key)
	case n == 27:
		w.try("own", w.own(w.ID(w.one([]string{"murad", "tural"})))) // who can report an action at all
	case n < 29:
		storetest.ClockOf(w.DB).Add(7 * 24 * time.Hour)
	default:
		if w.r.IntN(4) == 0 {
			w.try("cancel", s.Cancel(nigar, a, "ləğv edildi"))
		}
	}
}

var errNotUnderWay = errors.New("nobody can work on it")

// answer has somebody on the team work on the checklist of an audit. Who is not
// independent at that moment, by the tables, must be covered by a decision.
func (w *random) answer(id string) error {
	v, err := w.Audit.Audit(w.Be("nigar"), id)
	if err != nil || v.State != audit.InProgress {
		return errNotUnderWay
	}
	rows := w.Rows(id)
	m, row := v.Team[w.r.IntN(len(v.Team))], rows[w.r.IntN(len(rows))]
	who, err := w.ActorOf(context.Background(), m.Person.ID)
	must(w.t, err)
	if !policies.Can(who, policies.ChecklistAnswer) { // who moved may have lost the role
		return errNotUnderWay
	}
	_, _, err = w.Audit.SaveRow(actor.With(context.Background(), who), audit.RowPatch{RowID: row.ID, Version: row.Version,
		Fields: map[audit.RowField]string{audit.FieldNote: fmt.Sprint("baxıldı ", w.r.IntN(1000))}})
	ties := w.ties(id, m.Person.ID)
	decided := slices.ContainsFunc(v.Exceptions, func(x audit.ExceptionView) bool { return x.UserID == m.Person.ID })
	switch {
	case err == nil && len(ties) > 0 && !decided:
		w.t.Fatalf("%s worked on %s in spite of %v and without a decision", m.Name, v.Number, ties)
	case err != nil && len(ties) == 0:
		w.t.Fatalf("%s, who is independent of %s, was refused: %v", m.Name, v.Number, err)
	case err != nil:
		w.done["answer of a dependent"]++
	}
	return err
}

// own makes somebody the owner of an action, first or beside Aytən, of an act
// of SSS that began with a complaint.
func (w *random) own(user string) error {
	n := audit.NewAct{Origin: audit.OriginRef{Kind: audit.OfComplaint, Label: "Şikayət"}, DepartmentID: w.Dept("SSS"), Grade: audit.Minor, GSBPM: w.one([]string{"4.3.1", "5.3", "1.2"}), Criterion: "Qayda", Statement: "Cavab yoxdur", ObjectiveEvidence: "Məktub"}
	act, err := w.Audit.DraftAct(w.Be("nigar"), n)
	if err != nil {
		return err
	}
	if err := w.byLead(func(ctx context.Context) error { return w.Audit.Issue(ctx, act.ID) }); err != nil {
		return err
	}
	if err := w.Audit.Acknowledge(w.Be("elchin"), act.ID); err != nil {
		return err
	}
	a := audit.NewAction{Text: "Tədbir", OwnerID: user, Days: 20}
	if w.r.IntN(2) == 0 {
		a.OwnerID, a.Others = w.ID("aytan"), []string{user}
	}
	_, err = w.Audit.AddAction(w.Be("elchin"), act.ID, a)
	return err
}

// byLead does something as one of the two leads, then as the other.
func (w *random) byLead(do func(ctx context.Context) error) error {
	err := do(w.Be("gunel"))
	if err != nil {
		err = do(w.Be("rashad"))
	}
	return err
}

// KIS is the spine.
func (w *random) KIS() *kis.Service { return w.Audit.KIS }

func (w *random) submit(who, code string) error {
	page, err := w.Task(w.Be(who), w.Cycle.ID, code)
	if err != nil {
		return err
	}
	sub, err := w.Submit(w.Be(who), kis.NewSubmission{CycleID: w.Cycle.ID, OutputIDs: []string{page.Outputs[w.r.IntN(len(page.Outputs))].ID}, DepartmentID: w.Dept("SSS"), Kind: "file",
		UploadIDs: []string{w.Upload(who, "a.csv", "a,b\n")}, Class: "internal"})
	if err == nil {
		w.subs = append(w.subs, sub.ID)
	}
	return err
}

// report answers what is open and reports the audit.
func (w *random) report(ctx context.Context, id string) error {
	list, err := w.Audit.Checklist(ctx, id, audit.RowFilter{Limit: 500})
	if err != nil {
		return err
	}
	for _, r := range list.Rows {
		if r.Answer == audit.Open {
			if _, err := w.Audit.Answer(ctx, audit.RowAnswer{RowID: r.ID, Version: r.Version, Answer: audit.Conforms, Note: "baxıldı"}); err != nil {
				return err
			}
		}
	}
	now := w.DB.Now()
	for _, closing := range []bool{false, true} {
		if err := w.Audit.RecordMeeting(ctx, id, audit.Meeting{Closing: closing, At: now, Note: "iclas"}); err != nil {
			return err
		}
	}
	return w.Audit.Report(ctx, id, audit.NewReport{Conclusion: "Uyğundur"})
}

// ties finds anew, from the tables and not through the program, why a person
// is not independent of an audit on the day.
func (w *random) ties(auditID, userID string) (codes []string) {
	ask := func(code, query string, args ...any) {
		var n int
		must(w.t, w.DB.Read().NewRaw(query, args...).Scan(context.Background(), &n))
		if n > 0 {
			codes = append(codes, code)
		}
	}
	today := w.KIS().Today()
	ask("department", `SELECT COUNT(*) FROM users u JOIN audit_departments d ON d.department_id = u.department_id WHERE d.audit_id = ?0 AND u.id = ?1`, auditID, userID)
	ask("moved", `SELECT COUNT(*) FROM user_departments h JOIN audit_departments d ON d.department_id = h.department_id WHERE d.audit_id = ?0 AND h.user_id = ?1 AND h.to_day >= ?2 AND h.to_day >= h.from_day AND h.to_day < ?3`,
		auditID, userID, today.AddMonths(-12), today)
	const scope = ` FROM submissions s JOIN audit_cycles y ON y.cycle_id = s.cycle_id AND y.audit_id = ?0 JOIN activities v ON v.id = s.activity_id
		WHERE (NOT EXISTS (SELECT 1 FROM audit_codes c WHERE c.audit_id = ?0) OR EXISTS (SELECT 1 FROM audit_codes c WHERE c.audit_id = ?0 AND (v.code = c.code OR v.code LIKE c.code || '.%')))`
	ask("submitted", `SELECT COUNT(*)`+scope+` AND s.submitted_by = ?1`, auditID, userID)
	ask("reviewed", `SELECT COUNT(*)`+scope+` AND s.decided_by = ?1`, auditID, userID)
	ask("action", `SELECT COUNT(*) FROM acts x JOIN audit_departments d ON d.department_id = x.department_id WHERE d.audit_id = ?0 AND x.state <> 'withdrawn'
		AND (NOT EXISTS (SELECT 1 FROM audit_codes c WHERE c.audit_id = ?0) OR EXISTS (SELECT 1 FROM audit_codes c WHERE c.audit_id = ?0 AND (x.gsbpm = c.code OR x.gsbpm LIKE c.code || '.%')))
		AND (EXISTS (SELECT 1 FROM corrective_actions k WHERE k.act_id = x.id AND k.owner_id = ?1) OR EXISTS (SELECT 1 FROM action_owners k WHERE k.act_id = x.id AND k.user_id = ?1))`, auditID, userID)
	ask("standing", `SELECT COUNT(*) FROM auditor_conflicts x JOIN audit_departments d ON d.department_id = x.department_id WHERE d.audit_id = ?0 AND x.user_id = ?1 AND x.from_day <= ?2 AND (x.to_day IS NULL OR x.to_day >= ?2)`,
		auditID, userID, today)
	return codes
}

// check looks at every audit: what the page shows is what the tables say; and
// nobody was let past a step without being independent or excepted.
func (w *random) check(did int) {
	for _, id := range w.audits {
		v, err := w.Audit.Audit(w.Be("gunel"), id)
		must(w.t, err)
		open := v.State == audit.Planned || v.State == audit.Announced || v.State == audit.InProgress
		for _, m := range v.Team {
			if open {
				var shown []string
				for _, c := range m.Conflicts {
					if !slices.Contains(shown, string(c.Code)) {
						shown = append(shown, string(c.Code))
					}
				}
				want := w.ties(id, m.Person.ID)
				if slices.Contains(want, "department") { // the strongest tie to a department is the one named
					want = slices.DeleteFunc(want, func(s string) bool { return s == "moved" })
					shown = slices.DeleteFunc(shown, func(s string) bool { return s == "moved" })
				}
				slices.Sort(shown)
				slices.Sort(want)
				if !slices.Equal(shown, want) {
					w.t.Fatalf("step %d: %s of %s: the page shows %v, the tables say %v", did, m.Name, v.Number, shown, want)
				}
			}
		}
		w.checked(v, did)
	}
}

// checked reads what each step found: every conflict found at it was covered
// by a decision that was there by then, and everybody on the team was looked at.
func (w *random) checked(v audit.AuditView, did int) {
	var kept []struct {
		UserID, Stage, Conflicts string
		ExceptionID              string `bun:",nullzero"`
	}
	must(w.t, w.DB.Read().NewRaw("SELECT user_id, stage, conflicts, exception_id FROM independence_checks WHERE audit_id = ? ORDER BY at, seq", v.ID).Scan(context.Background(), &kept))
	at := map[string][]string{}
	for _, k := range kept {
		at[k.Stage] = append(at[k.Stage], k.UserID)
		var found []audit.Conflict
		must(w.t, json.Unmarshal([]byte(k.Conflicts), &found))
		if len(found) == 0 {
			continue
		}
		i := slices.IndexFunc(v.Exceptions, func(x audit.ExceptionView) bool { return x.ID == k.ExceptionID })
		if i < 0 || v.Exceptions[i].UserID != k.UserID || v.Exceptions[i].DecidedBy == k.UserID {
			w.t.Fatalf("step %d: %s passed %s of %s with %v and no decision", did, k.UserID, k.Stage, v.Number, found)
		}
	}
	stage := map[audit.State]string{audit.Announced: "announce", audit.InProgress: "start", audit.Reported: "report"}[v.State]
	for _, m := range v.Team {
		if stage == "report" && !slices.Contains(at[stage], m.Person.ID) {
			w.t.Fatalf("step %d: %s of %s was not looked at when it was reported", did, m.Name, v.Number)
		}
		if !slices.Contains(append(at[stage], at["team"]...), m.Person.ID) {
			w.t.Fatalf("step %d: %s of %s was never looked at", did, m.Name, v.Number)
		}
	}
}

// TestNoReachableStateHasADependentAuditorWithoutADecision lets people do at
// random what can touch independence, each run from a seed that is printed.
func TestNoReachableStateHasADependentAuditorWithoutADecision(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for seed := uint64(1); seed <= 2; seed++ {
			if seed > 1 {
				if db.Postgres() {
					break // one office to a database
				}
				db = storetest.Open(t)
			}
			w := &random{Office: audittest.New(t, db), t: t, r: rand.New(rand.NewPCG(seed, 2026)), done: map[string]int{}, people: slices.Clone(mixed)}
			for _, key := range []string{"murad", "tural", "leyla"} {
				must(t, w.GrantRole(w.Be("rauf"), w.ID(key), office.NewGrant{Role: policies.Auditor}))
			}
			for did := range 400 {
				if w.step(); did%5 == 0 {
					w.check(did)
				}
			}
			w.check(400)
			t.Logf("seed %d: %v", seed, w.done)
			for _, need := range []string{"plan", "plan refused", "team", "team refused", "start", "report", "except", "transfer", "submit", "review", "conflict", "own", "answer"} {
				if w.done[need] == 0 && seed == 1 {
					t.Errorf("seed %d never came to: %s", seed, need)
				}
			}
		}
	})
}

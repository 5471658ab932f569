package audit_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// fieldsOf are the names of the fields that a refusal speaks of.
func fieldsOf(err error) string {
	var e *apperr.Error
	if !errors.As(err, &e) || e.Kind != apperr.Invalid {
		return ""
	}
	var out []string
	for _, f := range e.Fields {
		out = append(out, f.Name)
	}
	return strings.Join(out, " ")
}

func TestALeadAuditorNeedsARecordAStandardAndAValidTraining(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		nigar := o.Be("nigar")
		must(t, o.GrantRole(o.Be("rauf"), o.ID("aysel"), office.NewGrant{Role: policies.LeadAuditor}))
		gap := func() string {
			req := o.Request()
			req.Lead, req.Members = o.ID("aysel"), nil
			_, err := o.Audit.PlanAudit(nigar, req)
			if err == nil {
				return ""
			}
			if fieldsOf(err) != "lead" {
				t.Fatalf("refused elsewhere: %v", err)
			}
			var e *apperr.Error
			errors.As(err, &e)
			for _, a := range e.Fields[0].Args {
				if a.Name == "gap" {
					return a.Value.(string)
				}
			}
			return "?"
		}
		if got := gap(); got != "səriştə qeydi yoxdur" {
			t.Errorf("without a record: %q", got)
		}
		record := audit.NewRecord{Education: "BDU, hüquq", Languages: "Azərbaycan", Standards: []string{"ISO19011"}}
		must(t, o.Audit.SaveRecord(nigar, o.ID("aysel"), record))
		if got := gap(); got != "qeyddə auditin standartı göstərilməyib" {
			t.Errorf("without the standard: %q", got)
		}
		record.Standards, record.Version = []string{"ISO9001"}, 1
		must(t, o.Audit.SaveRecord(nigar, o.ID("aysel"), record))
		if err := o.Audit.SaveRecord(nigar, o.ID("aysel"), record); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("a record was saved over a newer one: %v", err)
		}
		const none = "auditə rəhbərlik üzrə qüvvədə olan təlim yoxdur"
		train := func(leads bool, to day.Day) audit.Training {
			got, err := o.Audit.AddTraining(nigar, o.ID("aysel"), audit.NewTraining{Title: "ISO 9001", Provider: "Mərkəz", Leads: leads, Held: "2024-06-01", ValidTo: to})
			must(t, err)
			return got
		}
		train(false, "")
		if got := gap(); got != none {
			t.Errorf("with a training of auditors only: %q", got)
		}
		train(true, "2026-06-26") // the audit ends on the 27th
		if got := gap(); got != none {
			t.Errorf("with a training that ends during the audit: %q", got)
		}
		last := train(true, "2026-06-27")
		if got := gap(); got != "" {
			t.Errorf("with a training valid to the last day: %q", got)
		}
		must(t, o.Audit.RemoveTraining(nigar, o.ID("aysel"), last.ID, "sənəd təsdiqlənmədi"))
		if got := gap(); got != none {
			t.Errorf("after the training was removed: %q", got)
		}
		list, err := o.Audit.Auditors(nigar)
		must(t, err)
		for _, b := range list {
			if b.ID == o.ID("gunel") && (b.Gap != "" || b.Leading != 1) || b.ID == o.ID("samir") && b.Record.Version != 0 {
				t.Errorf("in the list: %+v", b)
			}
		}
	})
}

func TestWhatIsWrongWithARecordIsSaidByItsField(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		nigar, samir := o.Be("nigar"), o.ID("samir")
		a := o.Planned()
		for want, do := range map[string]func() error{
			"education languages years": func() error { return o.Audit.SaveRecord(nigar, samir, audit.NewRecord{Years: 71}) },
			"standards": func() error {
				return o.Audit.SaveRecord(nigar, samir, audit.NewRecord{Education: "BDU", Languages: "az", Standards: []string{"ISO1"}})
			},
			"title provider held": func() error { _, err := o.Audit.AddTraining(nigar, samir, audit.NewTraining{}); return err },
			"valid_to": func() error {
				_, err := o.Audit.AddTraining(nigar, samir, audit.NewTraining{Title: "Təlim", Provider: "Mərkəz", Held: "2026-01-02", ValidTo: "2026-01-01"})
				return err
			},
			"held": func() error {
				_, err := o.Audit.AddTraining(nigar, samir, audit.NewTraining{Title: "Təlim", Provider: "Mərkəz", Held: "2026-06-16"})
				return err
			},
			"against reason with from": func() error { _, err := o.Audit.AddConflict(nigar, samir, audit.NewConflict{}); return err },
			"with": func() error {
				_, err := o.Audit.AddConflict(nigar, samir, audit.NewConflict{Against: audit.AgainstPerson, With: samir, Reason: "özü ilə", From: "2026-06-01"})
				return err
			},
			"to": func() error {
				_, err := o.Audit.AddConflict(nigar, samir, audit.NewConflict{Against: audit.AgainstDepartment, With: o.Dept("SSS"), Reason: "layihə", From: "2026-06-02", To: "2026-06-01"})
				return err
			},
			"knowledge skill conduct reporting": func() error { return o.Audit.Evaluate(nigar, samir, audit.NewEvaluation{Note: "yaxşı"}) },
			"user": func() error {
				return o.Audit.Evaluate(o.Be("gunel"), o.ID("gunel"), audit.NewEvaluation{Knowledge: 5, Skill: 5, Conduct: 5, Reports: 5, Note: "əla"})
			},
			"audit": func() error {
				return o.Audit.Evaluate(nigar, o.ID("aysel"), audit.NewEvaluation{AuditID: a.ID, Knowledge: 5, Skill: 5, Conduct: 5, Reports: 5, Note: "əla"})
			},
		} {
			if got := fieldsOf(do()); got != want {
				t.Errorf("refused %q, want %q", got, want)
			}
		}
		for _, who := range []string{"gunel", "samir", "rauf", "rafael"} {
			if err := o.Audit.SaveRecord(o.Be(who), samir, audit.NewRecord{Education: "BDU", Languages: "az"}); !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("%s wrote a record: %v", who, err)
			}
		}
		for _, who := range []string{"aytan", "elchin", "rauf"} {
			if _, err := o.Audit.Auditor(o.Be(who), samir); !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("%s read a record: %v", who, err)
			}
		}
		for _, id := range []string{"x", store.NewID(), o.ID("aytan")} { // Aytən is no auditor
			if _, err := o.Audit.Auditor(nigar, id); !apperr.Is(err, apperr.NotFound) {
				t.Errorf("auditor %s: %v", id, err)
			}
		}
		must(t, o.Audit.Evaluate(nigar, samir, audit.NewEvaluation{AuditID: a.ID, Knowledge: 5, Skill: 4, Conduct: 4, Reports: 4, Note: "yaxşı"}))
		v, err := o.Audit.Auditor(nigar, samir)
		must(t, err)
		if v.Mean != 43 || len(v.Evaluations) != 1 || v.Evaluations[0].AuditNumber != a.Number || len(v.Teams) != 1 || v.Audits != 0 {
			t.Errorf("page of Samir: mean %d, %d evaluations, %d teams, %d audits done", v.Mean, len(v.Evaluations), len(v.Teams), v.Audits)
		}
	})
}

func TestAStandingConflictHoldsInItsPeriodAgainstDepartmentProcessAndPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		nigar, samir := o.Be("nigar"), o.ID("samir")
		refused := func() string {
			_, err := o.Audit.PlanAudit(o.Be("gunel"), o.Request())
			_, why := refusal(err)
			return why
		}
		add := func(n audit.NewConflict) string {
			n.Reason = "bəyan edilib"
			x, err := o.Audit.AddConflict(nigar, samir, n)
			must(t, err)
			return x.ID
		}
		add(audit.NewConflict{Against: audit.AgainstDepartment, With: o.Dept("ÜŞ"), From: "2026-01-01"})                      // not in scope
		add(audit.NewConflict{Against: audit.AgainstDepartment, With: o.Dept("SSS"), From: "2026-01-01", To: "2026-06-14"})   // over yesterday
		add(audit.NewConflict{Against: audit.AgainstPerson, With: o.ID("tural"), From: "2026-01-01"})                         // works in İTŞ
		add(audit.NewConflict{Against: audit.AgainstProcess, With: o.Cycle.Process.ID, From: "2026-06-16", To: "2026-12-31"}) // begins tomorrow
		if why := refused(); why != "" {
			t.Fatalf("refused by a conflict that does not hold: %s", why)
		}
		person := add(audit.NewConflict{Against: audit.AgainstPerson, With: o.ID("elchin"), From: "2026-01-01"})
		if why := refused(); why != "bəyan edilmiş maraqlar toqquşması var: Elçin Həsənov" {
			t.Errorf("with somebody of the audited department: %q", why)
		}
		must(t, o.Audit.EndConflict(nigar, samir, person, "2026-06-14", "artıq qüvvədə deyil"))
		if why := refused(); why != "" {
			t.Errorf("after its end: %s", why)
		}
		if err := o.Audit.EndConflict(nigar, samir, person, "2026-06-20", "geri uzadılır"); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("an ended conflict was made longer: %v", err)
		}
		storetest.ClockOf(db).SetDay("2026-06-16")
		if why := refused(); !strings.HasSuffix(why, "1-elektron-xidmet") {
			t.Errorf("with the process, from today: %q", why)
		}
		// A decision about one conflict does not cover another of its kind.
		req := o.Request()
		req.Members = nil
		a, err := o.Audit.PlanAudit(o.Be("gunel"), req)
		must(t, err)
		must(t, o.Audit.GrantException(nigar, a.ID, samir, "Başqa auditor yoxdur, qərar verildi"))
		must(t, o.Audit.SetTeam(o.Be("gunel"), a.ID, o.ID("gunel"), []string{samir}))
		add(audit.NewConflict{Against: audit.AgainstDepartment, With: o.Dept("SSS"), From: "2026-06-16"})
		_, why := refusal(o.Audit.SetTeam(o.Be("gunel"), a.ID, o.ID("gunel"), []string{samir}))
		if !strings.Contains(why, "SSS") {
			t.Errorf("the decision was taken for another conflict too: %q", why)
		}
	})
}

// TestWhatComesUpDuringAnAuditIsShownToldAndKeepsTheReportBack follows one
// audit: evidence, a transfer, an action and a declared conflict arise.
func TestWhatComesUpDuringAnAuditIsShownToldAndKeepsTheReportBack(t *testing.T) {
	for name, arise := range map[string]func(t *testing.T, o *audittest.Office){
		"reviewed": func(t *testing.T, o *audittest.Office) {
			must(t, o.GrantRole(o.Be("rauf"), o.ID("samir"), office.NewGrant{Role: policies.QualityManager}))
			for _, code := range []string{"4.3.1", "5.3.1"} {
				must(t, o.Accept(o.Be("samir"), evidence(t, o, "aytan", code)))
			}
		},
		"department": func(t *testing.T, o *audittest.Office) {
			must(t, o.TransferUser(o.Be("rauf"), o.ID("samir"), "SSS", "2026-06-15"))
		},
		"standing": func(t *testing.T, o *audittest.Office) {
			_, err := o.Audit.AddConflict(o.Be("nigar"), o.ID("samir"), audit.NewConflict{Against: audit.AgainstPerson, With: o.ID("elchin"), Reason: "qohumdur", From: "2026-06-15"})
			must(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				o := audittest.New(t, db)
				a := o.Started()
				ready(t, o, a.ID)
				var last int64
				must(t, db.Read().NewRaw("SELECT MAX(seq) FROM trail").Scan(context.Background(), &last))
				arise(t, o)
				v, err := o.Audit.Audit(o.Be("gunel"), a.ID)
				must(t, err)
				if d := v.Dependent(); len(d) != 1 || d[0].Person.ID != o.ID("samir") {
					t.Fatalf("the page does not show it: %+v", d)
				}
				if got := told(t, o, last); got["audit.notice.audit.conflict."+name] != "gunel nigar" {
					t.Errorf("told: %v", got)
				}
				report := audit.NewReport{Conclusion: "Uyğundur"}
				if err := o.Audit.Report(o.Be("gunel"), a.ID, report); fieldsOf(err) != "team" {
					t.Fatalf("reported with a dependent auditor: %v", err)
				}
				must(t, o.Audit.GrantException(o.Be("nigar"), a.ID, o.ID("samir"), "Cavabları aparıcı auditor təkrar yoxlayıb"))
				must(t, o.Audit.Report(o.Be("gunel"), a.ID, report))
				// What comes after the report says nothing about the work; what was excepted stays shown.
				must(t, o.TransferUser(o.Be("rauf"), o.ID("gunel"), "SSS", "2026-06-15"))
				v, err = o.Audit.Audit(o.Be("nigar"), a.ID)
				must(t, err)
				for _, m := range v.Team {
					if lead := m.Role == audit.Lead; lead == (len(m.Conflicts) > 0) || lead == (m.Exception != nil) {
						t.Errorf("after the report: %s has %v, decision %v", m.Name, m.Conflicts, m.Exception != nil)
					}
				}
			})
		})
	}
}

// ready answers the checklist and holds the meetings.
func ready(t *testing.T, o *audittest.Office, id string) {
	t.Helper()
	list, err := o.Audit.Checklist(o.Be("gunel"), id, audit.RowFilter{Limit: 500})
	must(t, err)
	for _, r := range list.Rows {
		_, err := o.Audit.Answer(o.Be("gunel"), audit.RowAnswer{RowID: r.ID, Version: r.Version, Answer: audit.Conforms, Note: "baxıldı"})
		must(t, err)
	}
	for _, closing := range []bool{false, true} {
		must(t, o.Audit.RecordMeeting(o.Be("gunel"), id, audit.Meeting{Closing: closing, At: o.DB.Now(), Note: "iclas"}))
	}
}

// told gives who would be told of what by the entries after a number: the
// keys of the people, by key of the message, each message once.
func told(t *testing.T, o *audittest.Office, after int64) map[string]string {
	t.Helper()
	events, err := office.EventsAfter(context.Background(), o.DB.Read(), after, 100)
	must(t, err)
	out := map[string]string{}
	for _, e := range events {
		list, err := o.Audit.Announcements(context.Background(), o.DB.Read(), e)
		must(t, err)
		for _, a := range list {
			if !strings.Contains(a.Key, "conflict") {
				continue
			}
			var who []string
			for _, key := range []string{"aytan", "elchin", "gunel", "nigar", "rafael", "rashad"} {
				if a.For(actorOf(o, key)) {
					who = append(who, key)
				}
			}
			if out[a.Key] != "" {
				t.Errorf("%s is told twice", a.Key)
			}
			out[a.Key] = strings.Join(who, " ")
		}
	}
	return out
}

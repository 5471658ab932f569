package audit_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// auditor hires somebody who may audit.
func auditor(o *audittest.Office, key, department string) string {
	o.Hire(kistest.Person{Key: key, Name: "Test " + key, Department: department, PositionAZ: "auditor", PositionEN: "auditor", Role: policies.Auditor})
	return o.ID(key)
}

// evidence submits evidence for the first output of a task as an employee of
// SSS and gives its id.
func evidence(t *testing.T, o *audittest.Office, key, code string) string {
	t.Helper()
	page, err := o.Task(o.Be(key), o.Cycle.ID, code)
	must(t, err)
	up, err := o.StageUpload(o.Be(key), "a.csv", strings.NewReader("a,b\n"))
	must(t, err)
	sub, err := o.Submit(o.Be(key), kis.NewSubmission{CycleID: o.Cycle.ID, OutputIDs: []string{page.Outputs[0].ID}, DepartmentID: o.Dept("SSS"), Kind: "file",
		UploadIDs: []string{up.ID}, Class: "internal"})
	must(t, err)
	return sub.ID
}

// refusal is the field of a refused team and its reasons in Azerbaijani.
func refusal(err error) (field, reasons string) {
	var e *apperr.Error
	if !errors.As(err, &e) || e.Kind != apperr.Invalid || len(e.Fields) == 0 {
		return "", ""
	}
	for _, a := range e.Fields[0].Args {
		if a.Name == "reasons" {
			reasons = fmt.Sprint(a.Value)
		}
	}
	return e.Fields[0].Name, reasons
}

// TestWhoIsNotIndependentIsRefusedWithEveryReason goes through the situations of the rule
// of independence: each situation, whether the person may audit, and what is said.
func TestWhoIsNotIndependentIsRefusedWithEveryReason(t *testing.T) {
	const dept, moved, sent, looked, owns = "audit olunan şöbədə (SSS) çalışır", "son 12 ayda SSS şöbəsində çalışıb", "əhatədə sübut təqdim edib",
		"əhatədə sübuta baxıb", "düzəldici tədbirin məsuludur"
	cases := []struct {
		name  string
		setup func(t *testing.T, o *audittest.Office) string // gives the user
		codes []string                                       // scope; nil = phases 4 and 5
		want  []string                                       // reasons; none = may audit
	}{
		{"works in the audited department", func(t *testing.T, o *audittest.Office) string { return o.ID("farida") }, nil, []string{dept}},
		{"works elsewhere", func(t *testing.T, o *audittest.Office) string { return o.ID("aysel") }, nil, nil},
		{"works in a department that takes part", func(t *testing.T, o *audittest.Office) string { return auditor(o, "iltizam", "İTŞ") }, nil, []string{"audit olunan şöbədə (İTŞ) çalışır"}},
		{"left a month ago", func(t *testing.T, o *audittest.Office) string {
			id := auditor(o, "left", "SSS")
			must(t, o.TransferUser(o.Be("rauf"), id, "ÜŞ", "2026-05-15"))
			return id
		}, nil, []string{moved}},
		{"left almost twelve months ago", func(t *testing.T, o *audittest.Office) string {
			id := auditor(o, "eleven", "SSS")
			must(t, o.TransferUser(o.Be("rauf"), id, "ÜŞ", "2025-06-17"))
			return id
		}, nil, []string{moved}},
		{"left more than twelve months ago", func(t *testing.T, o *audittest.Office) string {
			id := auditor(o, "thirteen", "SSS")
			must(t, o.TransferUser(o.Be("rauf"), id, "ÜŞ", "2025-06-01"))
			return id
		}, nil, nil},
		{"came to the audited department lately", func(t *testing.T, o *audittest.Office) string {
			id := auditor(o, "came", "ÜŞ")
			must(t, o.TransferUser(o.Be("rauf"), id, "SSS", "2026-06-01"))
			return id
		}, nil, []string{dept}},
		{"holds a role in the audited department", func(t *testing.T, o *audittest.Office) string {
			id := auditor(o, "role", "ÜŞ")
			must(t, o.GrantRole(o.Be("rauf"), id, office.NewGrant{Role: policies.Employee, DepartmentCode: "SSS"}))
			return id
		}, nil, []string{dept}},
		{"works there and submitted evidence in scope: both reasons", func(t *testing.T, o *audittest.Office) string {
			evidence(t, o, "murad", "4.3.1")
			must(t, o.GrantRole(o.Be("rauf"), o.ID("murad"), office.NewGrant{Role: policies.Auditor}))
			return o.ID("murad")
		}, nil, []string{dept, sent}},
		{"submitted evidence in scope and left more than twelve months ago", func(t *testing.T, o *audittest.Office) string { return submitter(t, o, "4.3.1") }, nil, []string{sent}},
		{"submitted evidence outside the scope and left more than twelve months ago", func(t *testing.T, o *audittest.Office) string { return submitter(t, o, "1.2.1") }, nil, nil},
		{"took back what they submitted in scope", func(t *testing.T, o *audittest.Office) string {
			id := o.ID("murad")
			sub := evidence(t, o, "murad", "4.3.1")
			must(t, o.Withdraw(o.Be("murad"), sub))
			return gone(t, o, id)
		}, nil, []string{sent}},
		{"has a declared conflict with the audited department", func(t *testing.T, o *audittest.Office) string {
			id := auditor(o, "declared", "ÜŞ")
			_, err := o.Audit.AddConflict(o.Be("nigar"), id, audit.NewConflict{Against: audit.AgainstDepartment, With: o.Dept("SSS"), Reason: "birgə layihə", From: "2026-06-01"})
			must(t, err)
			return id
		}, nil, []string{"SSS"}},
		{"had a declared conflict that has ended", func(t *testing.T, o *audittest.Office) string {
			id := auditor(o, "ended", "ÜŞ")
			_, err := o.Audit.AddConflict(o.Be("nigar"), id, audit.NewConflict{Against: audit.AgainstDepartment, With: o.Dept("SSS"), Reason: "birgə layihə", From: "2026-05-01", To: "2026-06-14"})
			must(t, err)
			return id
		}, nil, nil},
		{"reviewed evidence in scope", func(t *testing.T, o *audittest.Office) string {
			must(t, o.Accept(o.Be("leyla"), evidence(t, o, "aytan", "4.3.1")))
			must(t, o.GrantRole(o.Be("rauf"), o.ID("leyla"), office.NewGrant{Role: policies.Auditor}))
			return o.ID("leyla")
		}, nil, []string{looked}},
		{"returned evidence in scope", func(t *testing.T, o *audittest.Office) string {
			must(t, o.Return(o.Be("leyla"), evidence(t, o, "aytan", "5.3.1"), "imza yoxdur"))
			must(t, o.GrantRole(o.Be("rauf"), o.ID("leyla"), office.NewGrant{Role: policies.Auditor}))
			return o.ID("leyla")
		}, nil, []string{looked}},
		{"reviewed evidence outside the scope", func(t *testing.T, o *audittest.Office) string {
			must(t, o.Accept(o.Be("leyla"), evidence(t, o, "aytan", "1.2.1")))
			must(t, o.GrantRole(o.Be("rauf"), o.ID("leyla"), office.NewGrant{Role: policies.Auditor}))
			return o.ID("leyla")
		}, nil, nil},
		{"reviewed evidence of the one task in scope", func(t *testing.T, o *audittest.Office) string {
			must(t, o.Accept(o.Be("leyla"), evidence(t, o, "aytan", "4.3.1")))
			must(t, o.GrantRole(o.Be("rauf"), o.ID("leyla"), office.NewGrant{Role: policies.Auditor}))
			return o.ID("leyla")
		}, []string{"4.3.1"}, []string{looked}},
		{"reviewed evidence of another task", func(t *testing.T, o *audittest.Office) string {
			must(t, o.Accept(o.Be("leyla"), evidence(t, o, "aytan", "4.3.1")))
			must(t, o.GrantRole(o.Be("rauf"), o.ID("leyla"), office.NewGrant{Role: policies.Auditor}))
			return o.ID("leyla")
		}, []string{"5"}, nil},
		{"owns a corrective action in scope", func(t *testing.T, o *audittest.Office) string {
			id := owner(t, o, "4.4-a")
			return id
		}, nil, []string{owns}},
		{"owns a corrective action beside its first owner", func(t *testing.T, o *audittest.Office) string {
			id := auditor(o, "beside", "ÜŞ")
			must(t, o.GrantRole(o.Be("rauf"), id, office.NewGrant{Role: policies.Employee, DepartmentCode: "ÜŞ"}))
			act := o.Act(o.Started().ID, "4.4-a", audit.ActAcknowledged)
			_, err := o.Audit.AddAction(o.Be("elchin"), act.ID, audit.NewAction{Text: "Arxivi açmaq", OwnerID: o.ID("aytan"), Others: []string{id}, Due: "2026-09-01"})
			must(t, err)
			return id
		}, nil, []string{owns}},
		{"owns a corrective action outside the scope", func(t *testing.T, o *audittest.Office) string { return owner(t, o, "4.4-a") }, []string{"5"}, nil},
		{"owns an action and holds a role there: both reasons", func(t *testing.T, o *audittest.Office) string {
			id := owner(t, o, "4.4-a")
			must(t, o.GrantRole(o.Be("rauf"), id, office.NewGrant{Role: policies.Head, DepartmentCode: "SSS"}))
			return id
		}, nil, []string{dept, owns}},
		{"is no auditor", func(t *testing.T, o *audittest.Office) string { return o.ID("tural") }, nil, []string{""}},
		{"is disabled", func(t *testing.T, o *audittest.Office) string {
			id := auditor(o, "gone", "ÜŞ")
			must(t, o.DisableUser(o.Be("rauf"), id))
			return id
		}, nil, []string{""}},
		{"whose role has ended", func(t *testing.T, o *audittest.Office) string {
			o.Hire(kistest.Person{Key: "ended", Name: "Test ended", Department: "ÜŞ", PositionAZ: "m", PositionEN: "a", Role: policies.Employee})
			must(t, o.GrantRole(o.Be("rauf"), o.ID("ended"), office.NewGrant{Role: policies.Auditor, From: "2025-01-01", To: "2026-06-14"}))
			return o.ID("ended")
		}, nil, []string{""}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				o := audittest.New(t, db)
				user := c.setup(t, o)
				req := o.Request()
				req.Departments = append(req.Departments, o.Dept("İTŞ"))
				req.Members = []string{user}
				req.From, req.To = o.Audit.KIS.Today().Add(1), o.Audit.KIS.Today().Add(10)
				if c.codes != nil {
					req.Codes = c.codes
				}
				a, err := o.Audit.PlanAudit(o.Be("gunel"), req)
				if len(c.want) == 0 {
					if err != nil {
						t.Fatalf("refused: %v", err)
					}
					return
				}
				field, reasons := refusal(err)
				if field != "members" || a.ID != "" && err == nil {
					t.Fatalf("not refused: %v", err)
				}
				for _, w := range c.want {
					if !strings.Contains(reasons, w) {
						t.Errorf("reasons %q do not name %q", reasons, w)
					}
				}
				if n := strings.Count(reasons, "; ") + 1; reasons != "" && n != len(c.want) {
					t.Errorf("%d reasons, want %d: %s", n, len(c.want), reasons)
				}
			})
		})
	}
}

// submitter hands in evidence for a task as somebody of SSS who then leaves,
// becomes an auditor, and is asked more than twelve months later.
func submitter(t *testing.T, o *audittest.Office, code string) string {
	t.Helper()
	evidence(t, o, "murad", code)
	return gone(t, o, o.ID("murad"))
}

// gone lets somebody leave SSS for ÜŞ, become an auditor, and more than twelve
// months pass.
func gone(t *testing.T, o *audittest.Office, id string) string {
	t.Helper()
	must(t, o.TransferUser(o.Be("rauf"), id, "ÜŞ", "2026-06-15"))
	must(t, o.GrantRole(o.Be("rauf"), id, office.NewGrant{Role: policies.Auditor}))
	storetest.ClockOf(o.DB).SetDay("2027-07-20")
	return id
}

// owner makes an auditor of ÜŞ who owns a corrective action of SSS.
func owner(t *testing.T, o *audittest.Office, row string) string {
	t.Helper()
	id := auditor(o, "owner", "ÜŞ")
	must(t, o.GrantRole(o.Be("rauf"), id, office.NewGrant{Role: policies.Employee, DepartmentCode: "ÜŞ"}))
	a := o.Started()
	act := o.Act(a.ID, row, audit.ActAcknowledged)
	_, err := o.Audit.AddAction(o.Be("elchin"), act.ID, audit.NewAction{Text: "Arxivi açmaq", OwnerID: id, Due: "2026-09-01"})
	must(t, err)
	return id
}

func TestIndependenceIsAskedAgainWhenTheAuditStartsAndOnlyADecisionLiftsIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		a := o.Planned()
		must(t, o.Audit.Announce(o.Be("gunel"), a.ID, audittest.ShortNotice))
		must(t, o.TransferUser(o.Be("rauf"), o.ID("samir"), "SSS", "2026-06-15"))
		if field, reasons := refusal(o.Audit.Start(o.Be("gunel"), a.ID)); field != "members" || !strings.Contains(reasons, "SSS") {
			t.Fatalf("started with somebody of the audited department: %q %q", field, reasons)
		}
		if err := o.Audit.GrantException(o.Be("gunel"), a.ID, o.ID("samir"), "başqa auditor yoxdur, qərar verildi"); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("a lead auditor decided the exception: %v", err)
		}
		if err := o.Audit.GrantException(o.Be("nigar"), a.ID, o.ID("samir"), "qısa"); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("an exception without a reason: %v", err)
		}
		if err := o.Audit.GrantException(o.Be("nigar"), a.ID, o.ID("aysel"), "ehtiyat üçün qərar verildi"); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("an exception for somebody who is independent: %v", err)
		}
		must(t, o.Audit.GrantException(o.Be("nigar"), a.ID, o.ID("samir"), "Başqa auditor xəstədir; nəticələri aparıcı auditor yoxlayır"))
		must(t, o.Audit.Start(o.Be("gunel"), a.ID))
		v, err := o.Audit.Audit(o.Be("gunel"), a.ID)
		must(t, err)
		i := slices.IndexFunc(v.Team, func(m audit.MemberView) bool { return m.Person.ID == o.ID("samir") })
		if m := v.Team[i]; m.Exception == nil || m.Exception.Decided.Name != "Nigar Əliyeva" || !strings.Contains(m.Exception.Reason, "xəstədir") {
			t.Errorf("the decision is not shown: %+v", m)
		}
		// A conflict that the decision was not about is refused again.
		must(t, o.GrantRole(o.Be("rauf"), o.ID("leyla"), office.NewGrant{Role: policies.Auditor}))
		must(t, o.Accept(o.Be("leyla"), evidence(t, o, "aytan", "4.3.1")))
		if field, _ := refusal(o.Audit.SetTeam(o.Be("gunel"), a.ID, o.ID("gunel"), []string{o.ID("samir"), o.ID("leyla")})); field != "members" {
			t.Error("who reviewed evidence in scope was taken")
		}
		must(t, o.Audit.GrantException(o.Be("nigar"), a.ID, o.ID("leyla"), "Baxış başqa dövrə aid idi, qərar verildi"))
		must(t, o.TransferUser(o.Be("rauf"), o.ID("leyla"), "SSS", "2026-06-15"))
		if _, reasons := refusal(o.Audit.SetTeam(o.Be("gunel"), a.ID, o.ID("gunel"), []string{o.ID("leyla")})); !strings.Contains(reasons, "çalışır") {
			t.Error("the decision was taken to cover a conflict it was not about")
		}
		must(t, o.Audit.SetTeam(o.Be("gunel"), a.ID, o.ID("gunel"), []string{o.ID("aysel")}))
	})
}

func TestTheTeamOfARunningAuditIsChangedByItsLeadOrTheQualityManager(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		a := o.Planned()
		set := func(key string) error {
			return o.Audit.SetTeam(o.Be(key), a.ID, o.ID("gunel"), []string{o.ID("aysel")})
		}
		offered := func(key string) bool {
			v, err := o.Audit.Audit(o.Be(key), a.ID)
			must(t, err)
			return v.Can("team")
		}
		if err := set("rashad"); err != nil || !offered("rashad") {
			t.Errorf("another lead auditor cannot change the team of a planned audit: %v", err)
		}
		must(t, o.Audit.Announce(o.Be("gunel"), a.ID, audittest.ShortNotice))
		must(t, o.Audit.Start(o.Be("gunel"), a.ID))
		if err := set("rashad"); !apperr.Is(err, apperr.Forbidden) || offered("rashad") {
			t.Errorf("another lead auditor changed the team of a running audit: %v", err)
		}
		for _, key := range []string{"gunel", "nigar"} {
			if err := set(key); err != nil || !offered(key) {
				t.Errorf("%s cannot change the team of a running audit: %v", key, err)
			}
		}
	})
}

package audit_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// session is a line with Samir and Aytən on the second day.
func session(o *audittest.Office, from, to string) audit.NewSession {
	return audit.NewSession{Day: "2026-06-17", From: from, To: to, DepartmentID: o.Dept("SSS"), Auditors: []string{o.ID("samir")}, With: []string{o.ID("aytan")},
		Place: "otaq 214", Topic: "Toplanma", Codes: []string{"4.3"}}
}

func TestAScheduleRefusesWhatDoesNotFitAndWhoIsBusy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		gunel := o.Be("gunel")
		a := o.Planned()
		_, err := o.Audit.AddSession(gunel, a.ID, session(o, "10:00", "12:00"))
		must(t, err)
		for name, c := range map[string]struct {
			change func(n *audit.NewSession)
			want   string
		}{
			"nothing at all":              {func(n *audit.NewSession) { *n = audit.NewSession{} }, "day from to place topic auditors"},
			"end before start":            {func(n *audit.NewSession) { n.From, n.To = "15:00", "14:00" }, "to"},
			"no time":                     {func(n *audit.NewSession) { n.From = "25:00" }, "from"},
			"before the audit":            {func(n *audit.NewSession) { n.Day = "2026-06-15" }, "day"},
			"after the audit":             {func(n *audit.NewSession) { n.Day = "2026-06-28" }, "day"},
			"a person twice":              {func(n *audit.NewSession) { n.Auditors = append(n.Auditors, o.ID("samir")) }, "auditors"},
			"audits and is spoken with":   {func(n *audit.NewSession) { n.With = []string{o.ID("samir")} }, "with"},
			"not on the team":             {func(n *audit.NewSession) { n.Auditors = []string{o.ID("rashad")} }, "auditors"},
			"the other auditor as person": {func(n *audit.NewSession) { n.With = []string{o.ID("gunel")} }, "with"},
			"unknown person":              {func(n *audit.NewSession) { n.With = []string{store.NewID()} }, "with"},
			"no id":                       {func(n *audit.NewSession) { n.With = []string{"aytan"} }, "with"},
			"a department not in scope":   {func(n *audit.NewSession) { n.DepartmentID = o.Dept("ÜŞ") }, "department"},
			"a code not in the checklist": {func(n *audit.NewSession) { n.Codes = []string{"7.1"} }, "codes"},
			"a code that is none":         {func(n *audit.NewSession) { n.Codes = []string{"x"} }, "codes"},
			"both are busy":               {func(n *audit.NewSession) { n.From, n.To = "11:00", "13:00" }, "with auditors"},
			"one is busy, within":         {func(n *audit.NewSession) { n.From, n.To, n.With = "10:30", "11:00", nil }, "auditors"},
			"around":                      {func(n *audit.NewSession) { n.From, n.To, n.Auditors = "09:00", "13:00", []string{o.ID("gunel")} }, "with"},
		} {
			n := session(o, "14:00", "15:00")
			c.change(&n)
			if _, err := o.Audit.AddSession(gunel, a.ID, n); fieldsOf(err) != c.want {
				t.Errorf("%s: %v, want a refusal of %q", name, err, c.want)
			}
		}
		// One after the other without a break is no overlap.
		second, err := o.Audit.AddSession(gunel, a.ID, session(o, "12:00", "13:00"))
		must(t, err)
		// Busy in another audit too, until that line or that audit is gone.
		req := o.Request()
		req.Lead, req.Departments = o.ID("rashad"), []string{o.Dept("İTŞ"), o.Dept("SSS")}
		other, err := o.Audit.PlanAudit(o.Be("rashad"), req)
		must(t, err)
		n := session(o, "12:30", "13:30")
		if _, err := o.Audit.AddSession(o.Be("rashad"), other.ID, n); fieldsOf(err) != "with auditors" {
			t.Errorf("busy in another audit: %v", err)
		}
		must(t, o.Audit.RemoveSession(gunel, a.ID, second.ID))
		_, err = o.Audit.AddSession(o.Be("rashad"), other.ID, n)
		must(t, err)
		v, err := o.Audit.Audit(gunel, a.ID)
		must(t, err)
		if len(v.Schedule) != 1 || len(v.Schedule[0].Auditors) != 1 || v.Schedule[0].With[0].Name != "Aytən Məmmədova" {
			t.Errorf("schedule: %+v", v.Schedule)
		}
		for _, who := range []string{"samir", "aytan", "rafael"} {
			if _, err := o.Audit.AddSession(o.Be(who), a.ID, session(o, "16:00", "17:00")); !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("%s wrote the schedule: %v", who, err)
			}
		}
		if err := o.Audit.RemoveSession(gunel, other.ID, v.Schedule[0].ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("a line of another audit was removed: %v", err)
		}
	})
}

func TestOfTwoLinesForOnePersonAtOneTimeOneIsWritten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		req := o.Request()
		first := o.Planned()
		req.Lead = o.ID("rashad")
		second, err := o.Audit.PlanAudit(o.Be("rashad"), req)
		must(t, err)
		gunel, rashad := o.Be("gunel"), o.Be("rashad")
		var wg sync.WaitGroup
		errs := make([]error, 2)
		wg.Add(2)
		go func() {
			defer wg.Done()
			_, errs[0] = o.Audit.AddSession(gunel, first.ID, session(o, "10:00", "12:00"))
		}()
		go func() {
			defer wg.Done()
			_, errs[1] = o.Audit.AddSession(rashad, second.ID, session(o, "11:00", "13:00"))
		}()
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("two at once: %v and %v", errs[0], errs[1])
		}
	})
}

func TestNoticeIsCountedInWorkingDaysAndAShortOneNeedsAReason(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		gunel := o.Be("gunel")
		for _, c := range []struct {
			from  day.Day
			given int
		}{{"2026-06-16", 1}, {"2026-06-29", 9}, {"2026-06-30", 10}} { // 20, 21, 26 (a holiday), 27 and 28 June are off; so is the 15th itself
			req := o.Request()
			req.From, req.To = c.from, "2026-07-10"
			a, err := o.Audit.PlanAudit(gunel, req)
			must(t, err)
			n, err := o.Audit.NoticeOf(gunel, a)
			must(t, err)
			if n.Given != c.given || n.Required != 10 || n.Earliest != "2026-06-30" || n.Confirmed {
				t.Errorf("from %s: %+v", c.from, n)
			}
			err = o.Audit.Announce(gunel, a.ID, "")
			if short := c.given < 10; short != (fieldsOf(err) == "reason") || short == (err == nil) {
				t.Errorf("announced with %d days: %v", c.given, err)
			}
			if err != nil {
				must(t, o.Audit.Announce(gunel, a.ID, "Şöbə müdiri ilə razılaşdırılıb"))
			}
			v, err := o.Audit.Audit(gunel, a.ID)
			must(t, err)
			if v.NoticeGiven != c.given || v.NoticeRequired != 10 || (v.NoticeReason != "") != (c.given < 10) {
				t.Errorf("kept: %d of %d, %q", v.NoticeGiven, v.NoticeRequired, v.NoticeReason)
			}
		}
	})
}

func TestMeetingsKeepWhoWasThereAsTheyWereThen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		gunel := o.Be("gunel")
		a := o.Started()
		m := audit.Meeting{At: db.Now(), Note: "Plan izah olundu", Present: []string{o.ID("gunel"), o.ID("elchin")}, Visitors: []audit.Visitor{{Name: "Kamil Orucov", Organisation: "EMŞ"}}}
		twice := m
		twice.Present = []string{o.ID("elchin"), o.ID("elchin")}
		nobody := m
		nobody.Present = []string{store.NewID()}
		for name, bad := range map[string]audit.Meeting{"twice": twice, "unknown": nobody} {
			if err := o.Audit.RecordMeeting(gunel, a.ID, bad); fieldsOf(err) != "present" {
				t.Errorf("%s: %v", name, err)
			}
		}
		early := m
		early.At = db.Now().AddDate(0, 0, -3)
		if err := o.Audit.RecordMeeting(gunel, a.ID, early); fieldsOf(err) != "at" {
			t.Errorf("a meeting before the audit: %v", err)
		}
		must(t, o.Audit.RecordMeeting(gunel, a.ID, m))
		must(t, o.TransferUser(o.Be("rauf"), o.ID("elchin"), "ÜŞ", "2026-06-15"))
		v, err := o.Audit.Audit(gunel, a.ID)
		must(t, err)
		var who []string
		for _, p := range v.Present(false) {
			who = append(who, p.Name+", "+p.Unit)
		}
		if got := strings.Join(who, "; "); got != "Günel Abbasova, KİEMŞ; Elçin Həsənov, SSS; Kamil Orucov, EMŞ" || len(v.Present(true)) != 0 {
			t.Errorf("present: %s", got)
		}
	})
}

func TestObserversExpertsAndGuidesGoWithTheTeamOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		gunel := o.Be("gunel")
		a := o.Planned()
		for name, c := range map[string]struct {
			guest audit.NewGuest
			want  string
		}{
			"nobody":                         {audit.NewGuest{Role: audit.Observer}, "name organisation"},
			"no part":                        {audit.NewGuest{Name: "Kamil Orucov", Organisation: "EMŞ"}, "role"},
			"an expert without a task":       {audit.NewGuest{Role: audit.Expert, UserID: o.ID("tural")}, "task"},
			"one of the team":                {audit.NewGuest{Role: audit.Observer, UserID: o.ID("samir")}, "user"},
			"an expert who is not free":      {audit.NewGuest{Role: audit.Expert, UserID: o.ID("murad"), Task: "məxfilik"}, "user"},
			"somebody who does not exist":    {audit.NewGuest{Role: audit.Guide, UserID: store.NewID()}, "user"},
			"somebody who is not even an id": {audit.NewGuest{Role: audit.Guide, UserID: "x"}, "user"},
		} {
			if err := o.Audit.AddGuest(gunel, a.ID, c.guest); fieldsOf(err) != c.want {
				t.Errorf("%s: %v, want a refusal of %q", name, err, c.want)
			}
		}
		must(t, o.Audit.AddGuest(gunel, a.ID, audit.NewGuest{Role: audit.Guide, UserID: o.ID("murad")})) // of the audited department, as a guide is
		must(t, o.Audit.AddGuest(gunel, a.ID, audit.NewGuest{Role: audit.Expert, UserID: o.ID("aysel"), Task: "məxfilik"}))
		if err := o.Audit.AddGuest(gunel, a.ID, audit.NewGuest{Role: audit.Observer, UserID: o.ID("aysel")}); fieldsOf(err) != "user" {
			t.Errorf("with the team twice: %v", err)
		}
		if err := o.Audit.SetTeam(gunel, a.ID, o.ID("gunel"), []string{o.ID("aysel")}); fieldsOf(err) != "members" {
			t.Errorf("an expert became an auditor: %v", err)
		}
		if err := o.Audit.SetTeam(gunel, a.ID, o.ID("gunel"), []string{o.ID("samir"), o.ID("samir")}); fieldsOf(err) != "members" {
			t.Errorf("a member twice: %v", err)
		}
		v, err := o.Audit.Audit(gunel, a.ID)
		must(t, err)
		if len(v.Guests) != 2 || v.Guests[1].Organisation != "İİƏŞ" {
			t.Errorf("guests: %+v", v.Guests)
		}
		must(t, o.Audit.RemoveGuest(gunel, a.ID, v.Guests[1].ID))
		must(t, o.Audit.SetTeam(gunel, a.ID, o.ID("gunel"), []string{o.ID("aysel")}))
	})
}

func TestABadPlanIsRefusedByItsField(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		for name, c := range map[string]struct {
			change func(n *audit.NewAudit)
			want   string
		}{
			"in the past":            {func(n *audit.NewAudit) { n.From, n.To = "2026-06-01", "2026-06-05" }, "to"},
			"end before start":       {func(n *audit.NewAudit) { n.To = "2026-06-10" }, "to"},
			"for two years":          {func(n *audit.NewAudit) { n.To = "2028-06-10" }, "to"},
			"without a lead":         {func(n *audit.NewAudit) { n.Lead = "" }, "lead"},
			"the lead as member too": {func(n *audit.NewAudit) { n.Members = []string{n.Lead} }, "members"},
			"a member twice":         {func(n *audit.NewAudit) { n.Members = append(n.Members, n.Members[0]) }, "members"},
			"an unknown member":      {func(n *audit.NewAudit) { n.Members = []string{store.NewID()} }, "members"},
			"no checklist":           {func(n *audit.NewAudit) { n.Templates = nil }, "templates"},
			"an unknown checklist":   {func(n *audit.NewAudit) { n.Templates = []string{store.NewID()} }, "templates"},
			"an unknown site":        {func(n *audit.NewAudit) { n.Sites = []string{store.NewID()} }, "sites"},
			"no department":          {func(n *audit.NewAudit) { n.Departments = nil }, "departments"},
		} {
			n := o.Request()
			c.change(&n)
			if _, err := o.Audit.PlanAudit(o.Be("gunel"), n); fieldsOf(err) != c.want {
				t.Errorf("%s: %v, want a refusal of %q", name, err, c.want)
			}
		}
		list, err := o.Audit.Audits(o.Be("gunel"), audit.AuditFilter{})
		must(t, err)
		if list.Total != 0 {
			t.Errorf("%d audits were left half-made", list.Total)
		}
	})
}

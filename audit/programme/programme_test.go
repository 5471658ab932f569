package programme_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/office"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// office is an office with programmes; its day is 15.06.2026.
type bureau struct {
	*audittest.Office
	s *programme.Service
	t *testing.T
}

func open(t *testing.T, db *store.DB) bureau {
	o := bureau{audittest.New(t, db), nil, t}
	o.s = programme.New(o.Audit)
	must(t, o.s.LoadReference(o.System()))
	return o
}

var texts = programme.Texts{Objectives: "Uyğunluğu yoxlamaq", Criteria: "AZS ISO 9001:2020", Methods: "müsahibə", Resources: "60 auditor-günü",
	Risks: []programme.Risk{{Kind: "risk", Text: "Auditor çatışmır", Treatment: "Təlim keçmək"}}, Version: 1}

func (o bureau) create(year int) programme.View {
	o.t.Helper()
	p, err := o.s.Create(o.Be("nigar"), year, texts)
	must(o.t, err)
	return o.view(p.ID)
}

func (o bureau) view(id string) programme.View {
	o.t.Helper()
	v, err := o.s.Programme(o.Be("nigar"), id)
	must(o.t, err)
	return v
}

// row is the row of what has a code.
func (o bureau) row(v programme.View, code string) programme.RowView {
	o.t.Helper()
	for _, r := range v.Rows {
		if r.Code == code {
			return r
		}
	}
	o.t.Fatalf("no row %s", code)
	return programme.RowView{}
}

// set plans audits of a row, led by Günel.
func (o bureau) set(v programme.View, code, reason string, months ...int) error {
	r := o.row(o.view(v.ID), code)
	return o.s.SaveRow(o.Be("nigar"), r.ID, programme.RowEdit{Importance: r.Importance, Months: months, Codes: []string{"4", "5"}, LeadID: o.ID("gunel"), Reason: reason})
}

// inForce is a programme of 2026 with an audit of the process in July.
func (o bureau) inForce() programme.View {
	o.t.Helper()
	v := o.create(2026)
	must(o.t, o.set(v, "1-elektron-xidmet", "", 7))
	must(o.t, o.s.Submit(o.Be("nigar"), v.ID))
	must(o.t, o.s.Approve(o.Be("rafael"), v.ID))
	return o.view(v.ID)
}

// fields are the names of the fields that a refusal speaks of.
func fields(err error) string {
	var e *apperr.Error
	if !errors.As(err, &e) {
		return ""
	}
	var out []string
	for _, f := range e.Fields {
		out = append(out, f.Name)
	}
	return strings.Join(out, " ")
}

func TestAProgrammeIsDrawnUpReturnedApprovedAmendedWithANumberAndClosed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		nigar, rafael := o.Be("nigar"), o.Be("rafael")
		v := o.create(2026)
		if r := o.row(v, "1-elektron-xidmet"); r.Kind != programme.Process || r.Unit.Code != "SSS" || len(r.Scores) != 5 || r.Priority == 0 {
			t.Fatalf("row of the process: %+v", r)
		}
		if r := o.row(v, "MA"); r.Kind != programme.Site {
			t.Errorf("the central office is no site: %+v", r)
		}
		if _, err := o.s.Create(nigar, 2026, texts); fields(err) != "year" {
			t.Errorf("a second programme of the year: %v", err)
		}
		if err := o.s.Submit(nigar, v.ID); fields(err) != "months" {
			t.Errorf("submitted with nothing planned: %v", err)
		}
		must(t, o.set(v, "1-elektron-xidmet", "", 7))
		if err := o.s.Approve(rafael, v.ID); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("a draft was approved: %v", err)
		}
		must(t, o.s.Submit(nigar, v.ID))
		if err := o.set(v, "SSS", "", 8); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("changed while management decides: %v", err)
		}
		fixed := o.row(o.view(v.ID), "1-elektron-xidmet").Priority
		storetest.ClockOf(db).SetDay("2026-06-20")
		must(t, o.s.Return(rafael, v.ID, "Şöbələr də daxil edilsin"))
		if got := o.view(v.ID); got.State != programme.Returned || got.ReturnNote != "Şöbələr də daxil edilsin" {
			t.Errorf("returned: %s %q", got.State, got.ReturnNote)
		}
		must(t, o.set(v, "SSS", "", 8))
		must(t, o.s.Submit(nigar, v.ID))
		must(t, o.s.Approve(rafael, v.ID))

		// After approval a change needs a reason, gets a number, and stays readable.
		if err := o.set(v, "BƏŞ", "", 9); fields(err) != "reason" {
			t.Errorf("changed without a reason: %v", err)
		}
		must(t, o.set(v, "BƏŞ", "Rəhbərliyin tapşırığı", 9))
		text := texts
		text.Version, text.Resources, text.Reason = o.view(v.ID).Version, "80 auditor-günü", "Auditor əlavə olunub"
		must(t, o.s.Save(nigar, v.ID, text))
		text.Resources = "90 auditor-günü"
		if err := o.s.Save(nigar, v.ID, text); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("saved over somebody else's change: %v", err)
		}
		got := o.view(v.ID)
		if got.State != programme.Amended || got.Amendment != 2 || len(got.Changes) != 2 {
			t.Fatalf("amended: %s, number %d, %d changes", got.State, got.Amendment, len(got.Changes))
		}
		first, second := got.Changes[1], got.Changes[0]
		if first.Number != 1 || first.RowCode != "BƏŞ" || first.Reason != "Rəhbərliyin tapşırığı" || first.Actor != "Nigar Əliyeva" {
			t.Errorf("first change: %+v", first)
		}
		if f := second.Fields(); len(f) != 1 || f[0] != (programme.FieldChange{Field: "resources", Before: "60 auditor-günü", After: "80 auditor-günü"}) {
			t.Errorf("second change: %+v", f)
		}
		if now := o.row(got, "1-elektron-xidmet").Priority; now != fixed {
			t.Errorf("the priority moved after submission: %d, was %d", now, fixed)
		}
		if err := o.s.Close(nigar, v.ID, "Bütün auditlər keçirilib"); err != nil {
			t.Errorf("close: %v", err)
		}
		if err := o.set(v, "BƏŞ", "Daha bir dəyişiklik", 10); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("a closed programme was changed: %v", err)
		}
	})
}

func TestWhoMayDoWhatToAProgrammeAndWhoSeesIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		if _, err := o.s.Create(o.Be("gunel"), 2026, texts); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("a lead auditor drew up a programme: %v", err)
		}
		v := o.create(2026)
		for _, who := range []string{"aytan", "elchin"} {
			if _, err := o.s.Programme(o.Be(who), v.ID); !apperr.Is(err, apperr.NotFound) {
				t.Errorf("%s sees a draft: %v", who, err)
			}
			if list, err := o.s.List(o.Be(who)); err != nil || len(list) != 0 {
				t.Errorf("%s sees drafts in the list: %v %v", who, list, err)
			}
		}
		for _, who := range []string{"gunel", "rafael"} {
			if _, err := o.s.Programme(o.Be(who), v.ID); err != nil {
				t.Errorf("%s does not see the draft: %v", who, err)
			}
		}
		must(t, o.set(v, "1-elektron-xidmet", "", 7))
		must(t, o.s.Submit(o.Be("nigar"), v.ID))
		for _, who := range []string{"nigar", "gunel", "elchin"} {
			if err := o.s.Approve(o.Be(who), v.ID); !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("%s approved: %v", who, err)
			}
		}
		must(t, o.GrantRole(o.Be("rauf"), o.ID("nigar"), office.NewGrant{Role: "management"}))
		if err := o.s.Approve(o.Be("nigar"), v.ID); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("who submitted the programme approved it: %v", err)
		}
		must(t, o.s.Approve(o.Be("rafael"), v.ID))
		if _, err := o.s.Programme(o.Be("aytan"), v.ID); err != nil {
			t.Errorf("an approved programme is hidden: %v", err)
		}
		work := func(who string) int {
			items, err := o.s.Work(o.Be(who))
			must(t, err)
			return len(items)
		}
		if work("gunel") != 1 || work("rafael") != 0 || work("aytan") != 0 {
			t.Errorf("waiting: gunel %d, rafael %d, aytan %d", work("gunel"), work("rafael"), work("aytan"))
		}
	})
}

func TestAWrongRowIsRefusedByItsField(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		v := o.create(2026)
		r := o.row(v, "SSS")
		n, big := 50, 101
		for name, c := range map[string]struct {
			edit programme.RowEdit
			want string
		}{
			"a month that has passed":          {programme.RowEdit{Months: []int{3}}, "months"},
			"a thirteenth month":               {programme.RowEdit{Months: []int{13}}, "months"},
			"a code that is none":              {programme.RowEdit{Codes: []string{"9.1"}}, "codes"},
			"a task":                           {programme.RowEdit{Codes: []string{"4.4.2"}}, "codes"},
			"an adjustment without a reason":   {programme.RowEdit{Adjusted: &n}, "adjust_reason"},
			"an adjustment over a hundred":     {programme.RowEdit{Adjusted: &big, AdjustReason: "çox vacibdir"}, "adjusted"},
			"an importance that is none":       {programme.RowEdit{Importance: 5}, "importance"},
			"a lead who is no lead auditor":    {programme.RowEdit{LeadID: o.ID("samir")}, "lead"},
			"a lead who is nobody":             {programme.RowEdit{LeadID: store.NewID()}, "lead"},
			"a lead who is not even an id":     {programme.RowEdit{LeadID: "gunel"}, "lead"},
			"somebody else has changed it now": {programme.RowEdit{Version: 99}, ""},
		} {
			err := o.s.SaveRow(o.Be("nigar"), r.ID, c.edit)
			if err == nil || fields(err) != c.want {
				t.Errorf("%s: %v, want a refusal of %q", name, err, c.want)
			}
		}
		if got := o.row(o.view(v.ID), "SSS"); got.Months != "" || got.Adjusted != nil {
			t.Errorf("something was written: %+v", got.Row)
		}
		must(t, o.s.SaveRow(o.Be("nigar"), r.ID, programme.RowEdit{Importance: 1, Adjusted: &n, AdjustReason: "Kənar auditin tapıntıları"}))
		if got := o.row(o.view(v.ID), "SSS"); got.Counts() != 50 || got.Priority == 50 {
			t.Errorf("adjusted: %d, computed %d", got.Counts(), got.Priority)
		}
		for _, id := range []string{"x", store.NewID()} {
			if err := o.s.SaveRow(o.Be("nigar"), id, programme.RowEdit{}); !apperr.Is(err, apperr.NotFound) {
				t.Errorf("row %s: %v", id, err)
			}
		}
		for name, bad := range map[string]programme.Texts{"objectives criteria methods resources": {}, "risk_treatment": {Objectives: "Məqsəd", Criteria: "ISO", Methods: "üsul", Resources: "resurs", Risks: []programme.Risk{{Kind: "risk", Text: "Risk"}}}} {
			if _, err := o.s.Create(o.Be("nigar"), 2027, bad); fields(err) != name {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, year := range []int{0, 1999, 2050} {
			if _, err := o.s.Create(o.Be("nigar"), year, texts); fields(err) != "year" {
				t.Errorf("year %d: %v", year, err)
			}
		}
	})
}

func TestCoverageFollowsTheAnswersOfReportedAudits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		v := o.create(2026)
		year, _, planned := programme.Of(v.Coverage.SubProcesses)
		if year != (programme.Share{N: 0, Of: 44}) || planned.N != 0 || len(v.Coverage.Clauses) != 28 {
			t.Fatalf("at first: %v %v, %d clauses", year, planned, len(v.Coverage.Clauses))
		}
		must(t, o.set(v, "1-elektron-xidmet", "", 7)) // phases 4 and 5: 4 + 8 sub-processes
		if _, _, planned = programme.Of(o.view(v.ID).Coverage.SubProcesses); planned.N != 12 {
			t.Errorf("planned by the row: %d", planned.N)
		}
		a := o.Started()
		list, err := o.Audit.Checklist(o.Be("samir"), a.ID, audit.RowFilter{Limit: 500})
		must(t, err)
		for _, r := range list.Rows {
			answer := audit.Conforms
			if strings.HasPrefix(r.GSBPM, "5") {
				answer = audit.NotSampled // left out: not covered
			}
			_, err := o.Audit.Answer(o.Be("samir"), audit.RowAnswer{RowID: r.ID, Version: r.Version, Answer: answer, Note: "baxıldı"})
			must(t, err)
		}
		if year, _, _ = programme.Of(o.view(v.ID).Coverage.SubProcesses); year.N != 0 {
			t.Errorf("counted before the report: %d", year.N)
		}
		now := db.Now()
		must(t, o.Audit.RecordMeeting(o.Be("gunel"), a.ID, audit.Meeting{At: now, Note: "açılış"}))
		must(t, o.Audit.RecordMeeting(o.Be("gunel"), a.ID, audit.Meeting{Closing: true, At: now, Note: "yekun"}))
		must(t, o.Audit.Report(o.Be("gunel"), a.ID, audit.NewReport{Conclusion: "Uyğundur"}))
		year, three, planned := programme.Of(o.view(v.ID).Coverage.SubProcesses)
		if year.N != 4 || three.N != 4 || planned.N != 12 {
			t.Errorf("after the report: year %d, three years %d, planned %d", year.N, three.N, planned.N)
		}
		// Two years later it counts for three years only, three years later not at all.
		storetest.ClockOf(db).SetDay("2027-03-01")
		for y, want := range map[int]programme.Share{2028: {N: 4, Of: 44}, 2029: {N: 0, Of: 44}} {
			p, err := o.s.Create(o.Be("nigar"), y, texts)
			must(t, err)
			year, three, _ := programme.Of(o.view(p.ID).Coverage.SubProcesses)
			if year.N != 0 || three != want {
				t.Errorf("in %d: year %v, three years %v", y, year, three)
			}
		}
		if last := o.row(o.view(v.ID), "1-elektron-xidmet").Last; last.AuditID != a.ID || last.Number != a.Number {
			t.Errorf("last audit: %+v", last)
		}
	})
}

func TestWeightsAreVersionsAndApprovedProgrammesKeepTheirs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		v := o.inForce()
		draft := o.create(2027)
		zero := programme.NewWeighting{Weights: map[programme.Factor]int{}, SourceAZ: "Əmr 5", SourceEN: "Order 5", Reason: "yeni qayda"}
		if _, err := o.s.AddWeighting(o.Be("nigar"), zero); fields(err) != "importance" {
			t.Errorf("all weights zero: %v", err)
		}
		if _, err := o.s.AddWeighting(o.Be("gunel"), zero); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("a lead auditor set weights: %v", err)
		}
		zero.Weights[programme.Importance] = 100
		w, err := o.s.AddWeighting(o.Be("nigar"), zero)
		must(t, err)
		if w.Number != 2 || o.view(draft.ID).Weighting.Number != 2 || o.view(v.ID).Weighting.Number != 1 {
			t.Errorf("version %d; draft has %d, approved has %d", w.Number, o.view(draft.ID).Weighting.Number, o.view(v.ID).Weighting.Number)
		}
		if r := o.row(o.view(draft.ID), "SSS"); r.Priority != 50 { // middle importance alone
			t.Errorf("priority by importance alone: %d", r.Priority)
		}
	})
}

func TestThePageOfAProgrammeTakesAFixedNumberOfQueries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		v := o.create(2026)
		ctx := o.Be("nigar")
		count := func() int {
			c := storetest.CountQueries(db)
			c.Reset()
			_, err := o.s.Programme(ctx, v.ID)
			must(t, err)
			return c.N()
		}
		before := count()
		for n := range 30 {
			_, err := o.Audit.AddSite(ctx, audit.NewSite{Code: fmt.Sprintf("YSO-%d", n), NameAZ: fmt.Sprintf("Yerli orqan %d", n), NameEN: fmt.Sprintf("Local body %d", n), Kind: audit.Local, DepartmentCode: "YSO"})
			must(t, err)
		}
		added, err := o.s.Refresh(ctx, v.ID)
		must(t, err)
		for _, code := range []string{"1-elektron-xidmet", "BƏŞ"} {
			must(t, o.set(v, code, "", 7, 9))
		}
		must(t, o.s.Submit(ctx, v.ID))
		must(t, o.s.Approve(o.Be("rafael"), v.ID))
		if _, err := o.s.PlanAudit(o.Be("gunel"), o.row(v, "BƏŞ").ID, 9); err != nil {
			t.Log(err)
		}
		if after := count(); added != 30 || after != before || before > 25 {
			t.Errorf("%d rows more: %d queries, before %d", added, after, before)
		}
	})
}

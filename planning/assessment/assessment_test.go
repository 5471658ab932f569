package assessment_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/planning/assessment"
)

type office struct {
	*kistest.Office
	a *assessment.Service
	t *testing.T
}

func (o office) by(who string) context.Context { return o.As(o.t.Context(), who) }

func (o office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func each(t *testing.T, test func(o office, cy kis.Cycle)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).SetDay("2026-11-19")
		k := kistest.NewOffice(t, db)
		o := office{k, assessment.New(k.Service), t}
		o.must(o.a.LoadReference(o.System()))
		o.must(o.a.LoadReference(o.System())) // what is there stays
		test(o, k.Running("2026"))
	})
}

func fails(t *testing.T, what string, err error, kind apperr.Kind, key string) {
	t.Helper()
	if !apperr.Is(err, kind) {
		t.Errorf("%s: %v, want %s", what, err, kind)
		return
	}
	if e := apperr.As(err); key != "" && e.Key != key && !slices.ContainsFunc(e.Fields, func(f apperr.Field) bool { return f.Name == key || f.Key == key }) {
		t.Errorf("%s: %v, want %s", what, err, key)
	}
}

// fill answers every question of a self-assessment alike, but those given.
func (o office) fill(d assessment.Dossier, all string, but map[string]string) {
	o.t.Helper()
	in := map[string]assessment.Filled{}
	for _, q := range d.Questions {
		c := all
		if x, ok := but[q.Code()]; ok {
			c = x
		}
		in[q.ID] = assessment.Filled{Choice: c}
	}
	o.must(o.a.Fill(o.by("aytan"), d.ID, 0, in))
}

func (o office) dossier(id string) assessment.Dossier {
	o.t.Helper()
	d, err := o.a.Dossier(o.by("nigar"), id)
	o.must(err)
	return d
}

func mean(d assessment.Dossier, component string) assessment.Mean {
	for _, m := range d.Means {
		if m.Component == component {
			return m
		}
	}
	return assessment.Mean{}
}

func TestMeansOfComponentsCountNotKnownAsOneAndLeaveOutWhatDoesNotApply(t *testing.T) {
	each(t, func(o office, cy kis.Cycle) {
		a, err := o.a.Begin(o.by("aytan"), cy.ID)
		o.must(err)
		d := o.dossier(a.ID)
		if d.Number != "OQ-2026-01" || len(d.Questions) != 19 || len(d.Means) != 7 || mean(d, "accuracy").Text() != "" {
			o.t.Fatalf("%+v: %d questions, %+v", d.Assessment, len(d.Questions), d.Means)
		}
		for _, q := range d.Questions {
			if len(q.OptionsAZ) != 5 || len(q.OptionsEN) != 5 || q.Text("az") == q.Text("en") {
				o.t.Errorf("question %s: %+v", q.Code(), q)
			}
		}
		// Timeliness has VI.1 and VI.2, relevance I.1 and I.2, burden III.3 alone.
		o.fill(d, "4", map[string]string{"VI.1": "unknown", "VI.2": "5", "I.1": "na", "I.2": "3", "III.3": "na"})
		d = o.dossier(a.ID)
		for component, want := range map[string]string{"timeliness": "3.00", "relevance": "3.00", "burden": "", "coherence": "4.00"} {
			if got := mean(d, component); got.Text() != want {
				o.t.Errorf("%s: %q of %+v, want %q", component, got.Text(), got, want)
			}
		}
		if m := mean(d, "relevance"); m.N != 1 || m.NA != 1 {
			o.t.Errorf("relevance %+v", m)
		}
	})
}

func TestASelfAssessmentIsFilledByTheProcessAndLocked(t *testing.T) {
	each(t, func(o office, cy kis.Cycle) {
		_, err := o.a.Begin(o.by("tural"), cy.ID)
		fails(o.t, "another department", err, apperr.NotFound, "")
		_, err = o.a.Begin(o.by("rafael"), cy.ID)
		fails(o.t, "management", err, apperr.Forbidden, "")
		a, err := o.a.Begin(o.by("aytan"), cy.ID)
		o.must(err)
		_, err = o.a.Begin(o.by("nigar"), cy.ID)
		fails(o.t, "a second one", err, apperr.Conflict, "assessment.error.there")
		d := o.dossier(a.ID)
		q := d.Questions[0].ID
		fill := func(version int, f assessment.Filled) error {
			return o.a.Fill(o.by("aytan"), a.ID, version, map[string]assessment.Filled{q: f})
		}
		fails(o.t, "choice 6", fill(0, assessment.Filled{Choice: "6"}), apperr.Invalid, "choice_"+q)
		fails(o.t, "a comment alone", fill(0, assessment.Filled{Comment: "qeyd"}), apperr.Invalid, "choice_"+q)
		o.must(fill(1, assessment.Filled{Choice: "2", Comment: "Sorğu 2023-cü ildədir", Improvement: "2027-də təkrarlanacaq"}))
		fails(o.t, "over another's change", fill(1, assessment.Filled{Choice: "3"}), apperr.Conflict, "")
		fails(o.t, "finished too early", o.a.Finish(o.by("aytan"), a.ID), apperr.Conflict, "assessment.error.open")
		fails(o.t, "no such question", o.a.Fill(o.by("aytan"), a.ID, 0, map[string]assessment.Filled{store.NewID(): {Choice: "1"}}), apperr.Invalid, "question")
		o.fill(d, "3", nil)
		o.must(o.a.Finish(o.by("aytan"), a.ID))
		fails(o.t, "after its end", fill(0, assessment.Filled{Choice: "5"}), apperr.Conflict, "evaluation.error.final")
		if _, err := o.DB.Read().NewRaw(`UPDATE self_assessment_answers SET choice = '5'`).Exec(o.t.Context()); err == nil {
			o.t.Error("the database let an answer of a finished assessment be changed")
		}
		_, err = o.a.Dossier(o.by("tural"), a.ID)
		fails(o.t, "read by another department", err, apperr.NotFound, "")
		// The next cycle of the process is seen beside this one.
		storetest.ClockOf(o.DB).SetDay("2027-01-12")
		next, err := o.a.Begin(o.by("aytan"), o.Running("2027").ID)
		o.must(err)
		if c := o.dossier(next.ID).Compared; len(c) != 1 || !c[0].Own || c[0].Number != a.Number || c[0].Means["accuracy"].Text() != "3.00" {
			o.t.Errorf("compared with %+v", c)
		}
	})
}

func TestASurveyIsAnsweredWithoutANameUntilItsLastDay(t *testing.T) {
	each(t, func(o office, _ kis.Cycle) {
		new := assessment.NewSurvey{Title: "İstifadəçi məmnunluğu", Closes: "2026-11-25"}
		_, err := o.a.OpenSurvey(o.by("aytan"), new)
		fails(o.t, "opened by an employee", err, apperr.Forbidden, "")
		_, err = o.a.OpenSurvey(o.by("nigar"), assessment.NewSurvey{Title: "x", Closes: "2026-11-01"})
		fails(o.t, "past and without a title", err, apperr.Invalid, "closes")
		v, err := o.a.OpenSurvey(o.by("nigar"), new)
		o.must(err)
		nobody := context.Background()
		_, questions, err := o.a.PublicSurvey(nobody, v.Token)
		o.must(err)
		scores := func(n string) map[string]string {
			in := map[string]string{}
			for _, q := range questions {
				in[q.ID] = n
				if q.Answer == "text" {
					in[q.ID] = "Cədvəllər maşınla oxunan olsun"
				}
			}
			return in
		}
		_, _, err = o.a.PublicSurvey(nobody, "another")
		fails(o.t, "a guessed link", err, apperr.NotFound, "")
		o.must(o.a.Respond(nobody, v.Token, "10.0.0.1", scores("5")))
		o.must(o.a.Respond(nobody, v.Token, "10.0.0.2", scores("2")))
		fails(o.t, "nothing answered", o.a.Respond(nobody, v.Token, "10.0.0.1", nil), apperr.Invalid, "assessment.error.empty")
		fails(o.t, "score 7", o.a.Respond(nobody, v.Token, "10.0.0.1", scores("7")), apperr.Invalid, "")
		for i := range 62 {
			err = o.a.Respond(nobody, v.Token, "10.0.0.9", scores("4"))
			if (err == nil) != (i < 60) {
				o.t.Errorf("form %d of one address: %v", i+1, err)
			}
		}
		fails(o.t, "the 61st", err, apperr.Conflict, "assessment.error.often")
		d, err := o.a.Survey(o.by("rafael"), v.ID)
		o.must(err)
		if d.Responses != 62 || d.All.N != 62*6 || d.All.Sum != 6*(5+2+240) || len(d.Texts) != 62 || d.Counts[questions[0].ID] != [5]int64{0, 1, 0, 60, 1} || d.All.Text() != "3.98" {
			o.t.Errorf("%d responses, %+v, %v", d.Responses, d.All, d.Counts)
		}
		from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		r, err := o.a.Results(o.by("nigar"), from, from.AddDate(1, 0, 0), "")
		if err != nil || len(r) != 1 || r[0].Responses != 62 || r[0].Sum != d.All.Sum || r[0].N != 62*6 {
			o.t.Errorf("results %+v %v", r, err)
		}
		if r, err = o.a.Results(o.by("nigar"), from.AddDate(-1, 0, 0), from, ""); err != nil || len(r) != 0 {
			o.t.Errorf("results of the year before %+v %v", r, err)
		}
		storetest.ClockOf(o.DB).SetDay("2026-11-26")
		fails(o.t, "after the last day", o.a.Respond(nobody, v.Token, "10.0.0.7", scores("5")), apperr.Conflict, "assessment.error.over")
		o.must(o.a.CloseSurvey(o.by("nigar"), v.ID))
		fails(o.t, "closed twice", o.a.CloseSurvey(o.by("nigar"), v.ID), apperr.Conflict, "assessment.error.closed")
		if n, err := o.VerifySeals(o.System(), func(f store.Fault) { o.t.Errorf("%+v", f) }); err != nil || n == 0 {
			o.t.Errorf("%d seals, %v", n, err)
		}
		// What users said is changed, added and taken away past the program.
		storetest.Unlock(o.t, o.DB)
		for _, c := range [][3]string{
			{"UPDATE survey_answers SET score = 5 WHERE score = 2", "UPDATE survey_answers SET score = 2 WHERE response_id = (SELECT id FROM survey_responses ORDER BY id LIMIT 1 OFFSET 1) AND score IS NOT NULL", "verify.seal.part.answers"},
			{"UPDATE survey_responses SET received_at = '2026-11-24 00:00:00+00:00' WHERE CAST(id AS TEXT) = (SELECT MAX(CAST(id AS TEXT)) FROM survey_responses)", "", "verify.seal.part.text"},
		} {
			storetest.Tamper(o.t, o.DB, c[0])
			var got []string
			if _, err := o.VerifySeals(o.System(), func(f store.Fault) { got = append(got, f.Key) }); err != nil || !slices.Equal(got, []string{c[2]}) {
				o.t.Errorf("%s: %v %v", c[0], got, err)
			}
			if c[1] != "" {
				storetest.Tamper(o.t, o.DB, c[1])
			}
		}
	})
}

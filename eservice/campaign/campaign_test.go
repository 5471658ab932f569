package campaign

import (
	"strconv"
	"testing"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/policies"
)

func TestACampaignGoesFromPlanToPublishedCards(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db, 2, 4)
		a := d.as("a", policies.Assessor)
		c := d.running()
		d.scoreAll(c, 9)
		d.refused(d.s.Finalise(d.manager, c.ID), apperr.Conflict, "campaign.error.state")
		n, err := d.s.DrawSample(d.manager, c.ID)
		d.ok(err)
		if n != 3 { // half of the six electronised ones
			t.Errorf("%d drawn", n)
		}
		d.refused(d.s.Conclude(d.manager, c.ID), apperr.Conflict, "campaign.error.unread")
		var drawn []string
		d.ok(db.Read().NewRaw("SELECT id FROM assessments WHERE sampled ORDER BY id").Scan(d.ctx, &drawn))
		d.refused(d.s.ReadAgain(a, drawn[0], d.points(5)), apperr.Forbidden, "campaign.error.own_reading")
		for _, id := range drawn {
			b := d.as("b", policies.Assessor)
			v, err := d.s.ItemView(b, id)
			if err != nil || !v.MayRead || v.Points != nil || v.ScoreMilli != nil {
				t.Errorf("the second reader sees the first: %+v %v", v.Points, err)
			}
			d.ok(d.s.ReadAgain(b, id, d.points(9)))
		}
		d.ok(d.s.Conclude(d.manager, c.ID))
		for _, code := range []string{"B1", "B2"} {
			d.ok(d.s.WriteOpinion(a, c.ID, d.agency(code), "Xidmətlər əsasən elektrondur.", "İnteqrasiya tamamlansın."))
		}
		officer := d.officer("B1")
		if _, err := d.s.BodyView(officer, c.ID, d.agency("B1")); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("an opinion that was not sent is seen: %v", err)
		}
		sent, err := d.s.SendOpinions(d.manager, c.ID)
		d.ok(err)
		if due := d.one("SELECT reply_due FROM campaign_bodies LIMIT 1"); sent != 2 || due != "2026-11-11" { // 8 and 9 November are off, and 10 November for the Sunday
			t.Errorf("%d sent, due %s", sent, due)
		}
		if _, err := d.s.BodyView(officer, c.ID, d.agency("B2")); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("the opinion of another body is seen: %v", err)
		}
		d.refused(d.s.Reply(officer, c.ID, d.agency("B2"), true, ""), apperr.NotFound, "error.not_found")
		d.refused(d.s.Finalise(d.manager, c.ID), apperr.Conflict, "campaign.error.opinions")
		d.ok(d.s.Reply(officer, c.ID, d.agency("B1"), false, "Portal ilə inteqrasiya mövcuddur."))
		d.ok(d.s.Reply(d.officer("B2"), c.ID, d.agency("B2"), true, ""))
		d.ok(d.s.Answer(d.manager, c.ID, d.agency("B1"), "Yoxlanıldı, bal dəyişmir."))
		d.ok(d.s.Finalise(d.manager, c.ID))
		_, err = d.s.Score(a, drawn[0], Score{Level: "full", Points: d.points(10), Reason: "səhv"})
		d.refused(err, apperr.Conflict, "campaign.error.state")
		card, err := d.s.Schemes.Scorecard(d.chief, eservice.ScorecardFilter{})
		d.ok(err)
		if y := card.Focus(); y == nil || y.Year != 2026 || y.Services != 8 || y.Electronised != 6 || y.GradeSum() != 6 || card.Published || len(card.Agencies) != 2 {
			t.Errorf("national: %+v", card.Focus())
		}
		if own, err := d.s.Schemes.Scorecard(officer, eservice.ScorecardFilter{}); err != nil || len(own.Years) != 0 {
			t.Errorf("the body sees results that are not published: %v %v", own.Years, err)
		}
		d.refused(d.s.Publish(d.manager, c.ID), apperr.Forbidden, "error.forbidden")
		d.ok(d.s.Publish(d.chief, c.ID))
		if own, err := d.s.Schemes.Scorecard(officer, eservice.ScorecardFilter{}); err != nil || len(own.Years) != 1 || own.Standing == nil {
			t.Errorf("the body does not see published results: %v %v", own.Years, err)
		}
		d.verified(0)
	})
}

func TestAChangedResultIsFoundByVerify(t *testing.T) {
	for name, change := range map[string]string{
		"score":   "UPDATE assessments SET score_milli = score_milli + 1 WHERE grade IS NOT NULL",
		"points":  "UPDATE assessments SET points = '[]' WHERE grade IS NOT NULL",
		"digest":  "UPDATE assessments SET score_milli = score_milli + 1, digest = digest + 1 WHERE grade IS NOT NULL",
		"summary": "UPDATE scorecard_standings SET services = services + 1",
		"opinion": "UPDATE campaign_bodies SET opinion = 'başqa'",
		"visit":   "UPDATE campaign_visits SET note = 'başqa'",
		"file":    "UPDATE files SET name = 'x'",
		"reading": "UPDATE assessment_readings SET grade = 'star1'",
		"history": "UPDATE campaign_events SET actor = 'başqa' WHERE seq = 3",
		"rank":    "UPDATE scorecard_standings SET rank = rank + 1",
		"share":   "UPDATE scorecard_standings SET electronised = electronised - 1",
		"matrix":  "UPDATE scorecard_cells SET bodies = bodies + 1",
		"known":   "UPDATE scorecard_known SET bodies = bodies + 1",
		"tie":     "UPDATE assessor_ties SET reason = 'başqa'",
		"shortcoming": "INSERT INTO assessment_shortcomings (id, assessment_id, parameter, text, proposal, became, became_id, became_label, created_by, created_at) " +
			"SELECT id, id, '', 'başqa', '', '', '', '', '', scored_at FROM assessments",
	} {
		t.Run(name, func(t *testing.T) {
			db := storetest.Open(t)
			d := newDesk(t, db, 1, 3)
			c := d.running()
			d.visit(c, "B1", "protokol.txt")
			d.scoreAll(c, 8)
			_, err := d.s.DrawSample(d.manager, c.ID)
			d.ok(err)
			var drawn []string
			d.ok(db.Read().NewRaw("SELECT id FROM assessments WHERE sampled").Scan(d.ctx, &drawn))
			for _, id := range drawn {
				d.ok(d.s.ReadAgain(d.as("b", policies.Assessor), id, d.points(8)))
			}
			d.ok(d.s.Declare(d.as("b", policies.Assessor), Tie{UserID: d.people["b"], AgencyID: d.agency("B1"), Reason: "qohum işləyir"}))
			d.final(c)
			d.verified(0)
			d.sql(func(tx *store.Tx) { d.exec(tx, change) })
			d.verified(1)
		})
	}
}

func TestNobodyAssessesABodyTheyAreTiedTo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db, 2, 1)
		c := d.plan()
		d.sql(func(tx *store.Tx) {
			d.exec(tx, "INSERT INTO user_roles (id, user_id, role, agency_id, from_day, to_day) VALUES (?, ?, 'agency_officer', ?, '2020-01-01', '2026-03-01')", store.NewID(), d.people["a"], d.agency("B1"))
		})
		_, err := d.s.Assign(d.manager, c.ID, d.agency("B1"), d.people["a"])
		d.refused(err, apperr.Invalid, "campaign.error.tied")
		n, err := d.s.Assign(d.manager, c.ID, "", d.people["a"]) // every other body
		d.ok(err)
		if n != 1 {
			t.Errorf("%d bodies", n)
		}
		d.refused(d.s.Start(d.manager, c.ID), apperr.Conflict, "campaign.error.no_assessor")
		_, err = d.s.Assign(d.manager, c.ID, d.agency("B1"), d.people["b"])
		d.ok(err)
		d.ok(d.s.Start(d.manager, c.ID))
		_, err = d.s.Score(d.as("a", policies.Assessor), d.result(c.ID, "B1-01"), Score{Level: "none"})
		d.refused(err, apperr.Forbidden, "campaign.error.not_assessor")
		d.ok(d.s.Declare(d.as("b", policies.Assessor), Tie{UserID: d.people["b"], AgencyID: d.agency("B1"), Reason: "qohum işləyir"}))
		_, err = d.s.Score(d.as("b", policies.Assessor), d.result(c.ID, "B1-01"), Score{Level: "none"})
		d.refused(err, apperr.Forbidden, "campaign.error.tied")
	})
}

func TestPointsThatDoNotFitAreRefusedByField(t *testing.T) {
	d := newDesk(t, storetest.Open(t), 1, 1)
	c := d.running()
	a, id := d.as("a", policies.Assessor), d.result(c.ID, "B1-01")
	for name, bad := range map[string]struct {
		key    string
		change func(s *Score)
	}{
		"above the maximum": {"eservice.points.range", func(s *Score) { s.Points[0].Milli = 10_001 }},
		"below nothing":     {"eservice.points.range", func(s *Score) { s.Points[0].Milli = -1 }},
		"of another scheme": {"eservice.points.other_scheme", func(s *Score) { s.Points[0].Parameter = "automation" }},
		"twice":             {"eservice.points.twice", func(s *Score) { s.Points[1].Parameter = s.Points[0].Parameter }},
		"without a reason":  {"eservice.points.reason", func(s *Score) { s.Points[0].Reason = "" }},
		"missing":           {"error.field.required", func(s *Score) { s.Points = s.Points[1:] }},
		"nothing applies": {"eservice.points.none_applies", func(s *Score) {
			for i := range s.Points {
				s.Points[i].NA = true
			}
		}},
		"a level that is none":     {"error.field.choice", func(s *Score) { s.Level = "x" }},
		"points without a service": {"eservice.import.score_without_service", func(s *Score) { s.Level = "none" }},
	} {
		t.Run(name, func(t *testing.T) {
			s := Score{Level: "full", Points: d.points(5)}
			bad.change(&s)
			_, err := d.s.Score(a, id, s)
			d.refused(err, apperr.Invalid, bad.key)
		})
	}
	s := Score{Level: "full", Points: d.points(5)}
	s.Points[0].NA, s.Points[1].Milli = true, 10_000
	out, err := d.s.Score(a, id, s)
	d.ok(err)
	if *out.ScoreMilli != 54_545 || out.Grade != "star3" { // 60 of the 110 points that apply
		t.Errorf("%d %s", *out.ScoreMilli, out.Grade)
	}
}

func TestKappaIsTheOneOfTheBook(t *testing.T) {
	// Two readers, 50 grants: po 0.7, pe 0.5, kappa 0.4.
	g := Agreement{Kappa: Kappa(map[[2]string]int{{"y", "y"}: 20, {"y", "n"}: 5, {"n", "y"}: 10, {"n", "n"}: 15})}
	if m, ok := g.KappaMilli(); !ok || m != 400 {
		t.Errorf("%d %v", m, ok)
	}
	if Kappa(map[[2]string]int{{"y", "y"}: 20}) != nil || Kappa(nil) != nil {
		t.Error("kappa of one grade, or of nothing, is not defined")
	}
	g.Kappa = Kappa(map[[2]string]int{{"y", "n"}: 1, {"n", "y"}: 1})
	if m, _ := g.KappaMilli(); m != -1000 {
		t.Errorf("%d", m)
	}
}

// TestACorrectionAfterTheConclusionCounts: results are grouped when the points
// are closed; what is corrected between then and the end is in the summaries,
// and a campaign that is taken back and concluded again counts once.
func TestACorrectionAfterTheConclusionCounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db, 5, 4)
		a := d.as("a", policies.Assessor)
		c := d.running()
		d.scoreAll(c, 9)
		d.ok(d.s.Conclude(d.manager, c.ID))
		if card, err := d.s.Schemes.Scorecard(d.chief, eservice.ScorecardFilter{}); err != nil || len(card.Years) != 0 {
			t.Errorf("results that are not final are shown: %+v %v", card.Years, err)
		}
		d.ok(d.s.Resume(d.manager, c.ID, "səhv"))
		_, err := d.s.Score(a, d.result(c.ID, "B1-01"), Score{Level: "none"})
		d.ok(err)
		d.ok(d.s.Conclude(d.manager, c.ID))
		for _, code := range []string{"B1", "B2", "B3", "B4", "B5"} {
			d.ok(d.s.WriteOpinion(a, c.ID, d.agency(code), "Xidmətlər əsasən elektrondur.", "Təklif yoxdur."))
		}
		_, err = d.s.SendOpinions(d.manager, c.ID)
		d.ok(err)
		_, err = d.s.Score(a, d.result(c.ID, "B2-01"), Score{Level: "none", Reason: "xidmət dayandırılıb"})
		d.ok(err)
		storetest.ClockOf(db).SetDay("2026-12-20")
		d.ok(d.s.Finalise(d.manager, c.ID))
		card, err := d.s.Schemes.Scorecard(d.chief, eservice.ScorecardFilter{})
		d.ok(err)
		want := d.one("SELECT CAST(COUNT(*) AS TEXT) FROM assessments WHERE grade IS NOT NULL")
		if y := card.Focus(); y == nil || y.Services != 20 || strconv.FormatInt(y.Electronised, 10) != want || y.GradeSum() != y.Electronised {
			t.Errorf("national: %+v, graded %s", card.Focus(), want)
		}
		d.verified(0)
	})
}

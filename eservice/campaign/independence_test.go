package campaign

import (
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// TestASheetIsNoWayAroundTheAssessor: by a sheet nobody gives points that the
// form would not take from them, and who sent it is who gave the points.
func TestASheetIsNoWayAroundTheAssessor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db, 2, 2)
		c := d.running()
		d.scoreAll(c, 7)
		a, b := d.as("a", policies.Assessor), d.as("b", policies.Assessor)
		rows := d.sheet(c)
		if res, err := d.loadAs(b, c, rows); err != nil || res.Scored != 0 {
			t.Errorf("what stays the same: %+v %v", res, err)
		}
		at, line := map[string]int{}, 0
		for i, name := range rows[0] {
			at[name] = i
		}
		for i, r := range rows {
			if r[at["agency"]] == "B2" && r[at["score"]] != "" {
				line = i
			}
		}
		rows[line][at["security_result"]], rows[line][at["score"]], rows[line][at["grade"]], rows[line][at["stars"]] = "1", "", "", ""
		for who, key := range map[string]string{"b": "campaign.error.not_assessor", "a": "campaign.error.tied"} {
			if who == "a" {
				d.ok(d.s.Declare(a, Tie{UserID: d.people["a"], AgencyID: d.agency("B2"), Reason: "qohum işləyir"}))
			}
			_, err := d.loadAs(d.as(who, policies.Assessor), c, rows)
			if d.refused(err, apperr.Invalid, key); err != nil && apperr.As(err).Fields[0].Row != line+1 {
				t.Errorf("%s: row %d", who, apperr.As(err).Fields[0].Row)
			}
		}
		_, err := d.s.Assign(d.manager, c.ID, d.agency("B2"), d.people["b"])
		d.ok(err)
		if res, err := d.loadAs(b, c, rows); err != nil || res.Scored != 1 {
			t.Errorf("%+v %v", res, err)
		}
		result := d.result(c.ID, rows[line][at["service_code"]])
		if by := d.one("SELECT CAST(scored_by AS TEXT) FROM assessments WHERE id = ?", result); by != d.people["b"] {
			t.Errorf("scored by %s", by)
		}
		d.sql(func(tx *store.Tx) { d.exec(tx, "UPDATE assessments SET sampled = ? WHERE id = ?", true, result) })
		d.refused(d.s.ReadAgain(b, result, d.points(5)), apperr.Forbidden, "campaign.error.own_reading")
	})
}

// TestTheSecondReaderFindsThePointsNowhere: neither the page of the body nor
// the sheet shows an assessor what the first one gave a service that they may
// still read; the first one and the manager see it, and everybody afterwards.
func TestTheSecondReaderFindsThePointsNowhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db, 1, 3)
		c := d.running()
		d.scoreAll(c, 9)
		_, err := d.s.DrawSample(d.manager, c.ID)
		d.ok(err)
		drawn := d.one("SELECT CAST(id AS TEXT) FROM assessments WHERE sampled LIMIT 1")
		a, b := d.as("a", policies.Assessor), d.as("b", policies.Assessor)
		count := func(name string) (n int) {
			t.Helper()
			ctx := a
			switch name {
			case "b":
				ctx = b
			case "m":
				ctx = d.manager
			}
			v, err := d.s.BodyView(ctx, c.ID, d.agency("B1"))
			d.ok(err)
			for _, i := range v.Items {
				if i.ID == drawn && i.ScoreMilli != nil {
					n++
				}
			}
			_, columns, rows, err := d.s.Export(ctx, c.ID)
			d.ok(err)
			code := d.one("SELECT e.code FROM eservices e JOIN assessments a ON a.service_id = e.id WHERE a.id = ?", drawn)
			for r, err := range rows {
				d.ok(err)
				if r[1] == code && r[slices.Index(columns, "security_result")] != "" {
					n++
				}
			}
			return n
		}
		if count("b") != 0 || count("a") != 2 || count("m") != 2 {
			t.Errorf("second reader %d, first %d, manager %d", count("b"), count("a"), count("m"))
		}
		var all []string
		d.ok(db.Read().NewRaw("SELECT id FROM assessments WHERE sampled").Scan(d.ctx, &all))
		for _, id := range all {
			d.ok(d.s.ReadAgain(b, id, d.points(9)))
		}
		if count("b") != 2 {
			t.Error("hidden after the reading")
		}
	})
}

// TestABodyRepliesAnewWhenItsResultsAreCorrected: what a body agreed to are the
// results it was shown.
func TestABodyRepliesAnewWhenItsResultsAreCorrected(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db, 3, 2)
		a := d.as("a", policies.Assessor)
		c := d.running()
		d.scoreAll(c, 9)
		d.ok(d.s.Conclude(d.manager, c.ID))
		codes := []string{"B1", "B2", "B3"}
		for _, code := range codes {
			d.ok(d.s.WriteOpinion(a, c.ID, d.agency(code), "Xidmətlər əsasən elektrondur.", "Təklif yoxdur."))
		}
		_, err := d.s.SendOpinions(d.manager, c.ID)
		d.ok(err)
		for _, code := range codes {
			d.ok(d.s.Reply(d.officer(code), c.ID, d.agency(code), true, "Razıyıq."))
		}
		states := func() string {
			var out []string
			d.ok(db.Read().NewRaw("SELECT state FROM campaign_bodies ORDER BY agency_id").Scan(d.ctx, &out))
			return strings.Join(out, " ")
		}
		storetest.ClockOf(db).SetDay("2026-11-20")
		_, err = d.s.Score(a, d.result(c.ID, "B2-01"), Score{Level: "none", Reason: "xidmət dayandırılıb"})
		d.ok(err)
		if s := states(); s != "accepted sent accepted" {
			t.Fatal(s)
		}
		if due := d.one("SELECT reply_due FROM campaign_bodies WHERE state = 'sent'"); due != "2026-11-27" {
			t.Errorf("due %s", due)
		}
		d.refused(d.s.Finalise(d.manager, c.ID), apperr.Conflict, "campaign.error.opinions")
		d.ok(d.s.Reply(d.officer("B2"), c.ID, d.agency("B2"), true, ""))
		d.ok(d.s.Resume(d.manager, c.ID, "səhv tapılıb"))
		storetest.ClockOf(db).SetDay("2026-11-23")
		_, err = d.s.Score(a, d.result(c.ID, "B3-01"), Score{Level: "none"})
		d.ok(err)
		if s := states(); s != "accepted accepted accepted" {
			t.Fatal(s)
		}
		d.ok(d.s.Conclude(d.manager, c.ID))
		if s := states(); s != "accepted accepted sent" {
			t.Fatal(s)
		}
		told := d.told(c, "correct")
		if len(told) != 2 || told[0] != "B2" || told[1] != "B3" {
			t.Errorf("told: %v", told)
		}
		d.verified(0)
	})
}

// told lists the bodies whose officers are told of the steps of a name.
func (d *desk) told(c Campaign, step string) (out []string) {
	d.t.Helper()
	page, err := d.s.KIS.Trail(d.manager, office.TrailFilter{Kind: kindCampaign, ObjectID: c.ID, Limit: 200})
	d.ok(err)
	for _, e := range page.Events {
		if e.Facts()["step"] != step {
			continue
		}
		list, err := d.s.Announcements(d.ctx, d.s.DB.Read(), e)
		d.ok(err)
		for _, x := range list {
			for _, code := range []string{"B1", "B2", "B3"} {
				if x.For(actor.From(d.officer(code))) {
					out = append(out, code)
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

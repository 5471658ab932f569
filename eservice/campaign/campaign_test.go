package campaign

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

// desk is an office with bodies, services and people.
type desk struct {
	t       testing.TB
	s       *Service
	ctx     context.Context // the program
	manager context.Context
	chief   context.Context
	people  map[string]string // name to id
}

// newDesk has bodies B1…Bn with services each, and the assessors a and b.
func newDesk(t testing.TB, db *store.DB, bodies, services int) *desk {
	t.Helper()
	storetest.ClockOf(db).SetDay("2026-11-02")
	k := kis.New(db, nil, nil, "")
	es := eservice.New(k)
	d := &desk{t: t, s: New(k, es), ctx: actor.With(context.Background(), actor.Program("test")), people: map[string]string{}}
	for _, load := range []func(context.Context) error{k.LoadReference, es.LoadReference} {
		if err := load(d.ctx); err != nil {
			t.Fatal(err)
		}
	}
	d.sql(func(tx *store.Tx) {
		for b := range bodies {
			agency := fmt.Sprintf("00000000-0000-7000-8000-%012d", b+1)
			d.exec(tx, "INSERT INTO agencies (id, code, name_az, name_en, search_key, sort_key, created_at) VALUES (?, ?, ?, ?, '', ?, ?)", agency, fmt.Sprintf("B%d", b+1), fmt.Sprintf("Qurum %d", b+1), fmt.Sprintf("Body %d", b+1), fmt.Sprintf("qurum %04d", b+1), tx.Now)
			for e := range services {
				d.exec(tx, "INSERT INTO eservices (id, agency_id, code, name_az, name_en, search_key, sort_key, created_at) VALUES (?, ?, ?, ?, ?, '', ?, ?)",
					store.NewID(), agency, fmt.Sprintf("B%d-%02d", b+1, e+1), fmt.Sprintf("Xidmət %d", e+1), fmt.Sprintf("Service %d", e+1), fmt.Sprintf("xidmet %04d", e+1), tx.Now)
			}
		}
		for _, name := range []string{"a", "b", "m", "c"} {
			id := store.NewID()
			d.people[name] = id
			d.exec(tx, "INSERT INTO users (id, email, name, password_hash, search_key, sort_key, created_at) VALUES (?, ?, ?, '', '', ?, ?)", id, name+"@kis.example", name, name, tx.Now)
			role := map[string]policies.Role{"m": policies.QualityManager, "c": policies.Management}[name]
			if role == "" {
				role = policies.Assessor
			}
			d.exec(tx, "INSERT INTO user_roles (id, user_id, role, from_day) VALUES (?, ?, ?, '2020-01-01')", store.NewID(), id, role)
		}
	})
	d.manager, d.chief = d.as("m", policies.QualityManager), d.as("c", policies.Management)
	return d
}

func (d *desk) exec(tx *store.Tx, q string, args ...any) {
	d.t.Helper()
	if _, err := tx.NewRaw(q, args...).Exec(d.ctx); err != nil {
		d.t.Fatalf("%s: %v", q, err)
	}
}

func (d *desk) sql(f func(tx *store.Tx)) {
	d.t.Helper()
	err := d.s.DB.Write(d.ctx, func(tx *store.Tx) error {
		f(tx)
		tx.Record(store.Change{Action: "test", Kind: "test", ID: store.NewID()})
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) as(name string, role policies.Role) context.Context {
	return actor.With(context.Background(), actor.Actor{UserID: d.people[name], Name: name, Lang: "az", Grants: []actor.Grant{{Role: string(role)}}})
}

func (d *desk) officer(agency string) context.Context {
	return actor.With(context.Background(), actor.Actor{UserID: store.NewID(), Name: "officer", Grants: []actor.Grant{{Role: string(policies.AgencyOfficer), AgencyID: d.agency(agency)}}})
}

func (d *desk) one(q string, args ...any) (out string) {
	d.t.Helper()
	if err := d.s.DB.Read().NewRaw(q, args...).Scan(d.ctx, &out); err != nil {
		d.t.Fatalf("%s: %v", q, err)
	}
	return out
}

func (d *desk) agency(code string) string {
	return d.one("SELECT id FROM agencies WHERE code = ?", code)
}

func (d *desk) result(campaign, service string) string {
	return d.one("SELECT a.id FROM assessments a JOIN eservices e ON e.id = a.service_id WHERE a.campaign_id = ? AND e.code = ?", campaign, service)
}

func (d *desk) ok(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) refused(err error, kind apperr.Kind, key string) {
	d.t.Helper()
	e := apperr.As(err)
	if e == nil || e.Kind != kind {
		d.t.Errorf("not %s: %v", kind, err)
		return
	}
	found := e.Key == key
	for _, f := range e.Fields {
		found = found || f.Key == key
	}
	if !found || !i18n.Has(key) {
		d.t.Errorf("not %s: %v (text: %v)", key, err, i18n.Has(key))
	}
}

// plan makes a campaign of 2026 under the scheme of 2025.
func (d *desk) plan() Campaign {
	d.t.Helper()
	c, err := d.s.Create(d.manager, Plan{Year: 2026, Title: "2026-cı ilin qiymətləndirilməsi", Basis: "Qayda", Scheme: "2025", From: "2026-09-01", To: "2026-11-30", ReplyDays: 5, SamplePercent: 50})
	d.ok(err)
	return c
}

// running is a campaign in which a assesses every body.
func (d *desk) running() Campaign {
	d.t.Helper()
	c := d.plan()
	_, err := d.s.Assign(d.manager, c.ID, "", d.people["a"])
	d.ok(err)
	d.ok(d.s.Start(d.manager, c.ID))
	return c
}

// points gives every parameter of the scheme of 2025 so many of its ten points.
func (d *desk) points(each int64) (out []eservice.Point) {
	s, err := d.s.Schemes.SchemeByCode(d.ctx, "2025")
	d.ok(err)
	for _, m := range s.Parameters {
		out = append(out, eservice.Point{Parameter: m.Code, Milli: each * 1000, Reason: "yoxlanılıb"})
	}
	return out
}

func (d *desk) scoreAll(c Campaign, each int64) {
	d.t.Helper()
	var ids []string
	d.ok(d.s.DB.Read().NewRaw("SELECT id FROM assessments WHERE campaign_id = ? ORDER BY id", c.ID).Scan(d.ctx, &ids))
	for i, id := range ids {
		in := Score{Level: "full", Points: d.points(max(each-int64(i%3), 0))}
		if i%4 == 3 {
			in = Score{Level: "none"}
		}
		_, err := d.s.Score(d.as("a", policies.Assessor), id, in)
		d.ok(err)
	}
}

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

// verified counts what kis verify finds wrong with results and seals.
func (d *desk) verified(want int) {
	d.t.Helper()
	var found []string
	report := func(f store.Fault) { found = append(found, f.Key+" "+f.Where) }
	for _, check := range []func(context.Context, func(store.Fault)) (int64, error){d.s.Schemes.VerifySummaries, d.s.KIS.VerifySeals} {
		if _, err := check(d.ctx, report); err != nil {
			d.t.Fatal(err)
		}
	}
	if (want == 0) != (len(found) == 0) {
		d.t.Errorf("found %q", found)
	}
}

func TestAChangedResultIsFoundByVerify(t *testing.T) {
	for name, change := range map[string]string{
		"score":   "UPDATE assessments SET score_milli = score_milli + 1 WHERE grade IS NOT NULL",
		"points":  "UPDATE assessments SET points = '[]' WHERE grade IS NOT NULL",
		"digest":  "UPDATE assessments SET score_milli = score_milli + 1, digest = digest + 1 WHERE grade IS NOT NULL",
		"summary": "UPDATE scorecard_standings SET services = services + 1",
		"opinion": "UPDATE campaign_bodies SET opinion = 'başqa'",
	} {
		t.Run(name, func(t *testing.T) {
			db := storetest.Open(t)
			d := newDesk(t, db, 1, 3)
			d.final(d.running())
			d.verified(0)
			d.sql(func(tx *store.Tx) { d.exec(tx, change) })
			d.verified(1)
		})
	}
}

// final takes a running campaign to its end.
func (d *desk) final(c Campaign) {
	d.t.Helper()
	d.scoreAll(c, 8)
	d.ok(d.s.Conclude(d.manager, c.ID))
	var bodies []string
	d.ok(d.s.DB.Read().NewRaw("SELECT agency_id FROM campaign_bodies WHERE campaign_id = ?", c.ID).Scan(d.ctx, &bodies))
	for _, b := range bodies {
		d.ok(d.s.WriteOpinion(d.as("a", policies.Assessor), c.ID, b, "Xidmətlər əsasən elektrondur.", "Təklif yoxdur."))
	}
	_, err := d.s.SendOpinions(d.manager, c.ID)
	d.ok(err)
	storetest.ClockOf(d.s.DB).SetDay("2026-12-20") // the term of the replies has passed
	d.ok(d.s.Finalise(d.manager, c.ID))
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

// sheet writes the rows of an export as CSV.
func (d *desk) sheet(c Campaign) [][]string {
	d.t.Helper()
	_, columns, rows, err := d.s.Export(d.manager, c.ID)
	d.ok(err)
	out := [][]string{columns}
	for r, err := range rows {
		d.ok(err)
		out = append(out, r)
	}
	return out
}

func (d *desk) load(c Campaign, rows [][]string) (ImportResult, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	d.ok(w.WriteAll(rows))
	return d.s.Import(d.as("a", policies.Assessor), ImportRequest{CampaignID: c.ID, File: bytes.NewReader(b.Bytes()), Size: int64(b.Len()), Name: "f.csv"})
}

func TestAWholeCampaignGoesOutAndComesBackAsASheet(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db, 2, 3)
		c := d.running()
		d.scoreAll(c, 7)
		rows := d.sheet(c)
		if res, err := d.load(c, rows); err != nil || res.Same != 6 || res.Scored != 0 {
			t.Errorf("the same again: %+v %v", res, err)
		}
		column := map[string]int{}
		for i, name := range rows[0] {
			column[name] = i
		}
		first := 0
		for i, r := range rows {
			if i > 0 && r[column["score"]] != "" {
				first = i
				break
			}
		}
		for name, bad := range map[string]struct {
			column, value, key string
		}{
			"above the maximum":   {"security_result", "10.5", "eservice.points.range"},
			"no number":           {"security_result", "on", "eservice.import.score"},
			"a sum that is wrong": {"score", "99.000", "campaign.error.score_sum"},
			"a grade that is not": {"grade", "star1", "campaign.error.grade_sum"},
			"an unknown body":     {"agency", "XX", "campaign.error.agency_unknown"},
			"an unknown service":  {"service_code", "XX", "campaign.error.service_unknown"},
			"a reason left out":   {"security_result.reason", "", "eservice.points.reason"},
			"an unknown level":    {"electronisation_level", "x", "error.field.choice"},
			"no such automation":  {"automation_level", "x", "error.field.choice"},
			"service of another":  {"agency", map[bool]string{true: "B2", false: "B1"}[rows[first][0] == "B1"], "eservice.import.service_of_other"},
		} {
			t.Run(name, func(t *testing.T) {
				changed := make([][]string, len(rows))
				for i := range rows {
					changed[i] = append([]string(nil), rows[i]...)
				}
				changed[first][column[bad.column]] = bad.value
				before := d.one("SELECT CAST(SUM(revision) AS TEXT) FROM assessments")
				_, err := d.load(c, changed)
				d.refused(err, apperr.Invalid, bad.key)
				if e := apperr.As(err); e != nil && len(e.Fields) > 0 && (e.Fields[0].Row != first+1 || e.Fields[0].Name != bad.column) {
					t.Errorf("row %d, column %s", e.Fields[0].Row, e.Fields[0].Name)
				}
				if d.one("SELECT CAST(SUM(revision) AS TEXT) FROM assessments") != before {
					t.Error("something of the file was kept")
				}
			})
		}
		other := append([]string(nil), rows[0]...)
		other[column["security_result"]] = "automation"
		_, err := d.load(c, append([][]string{other}, rows[1:]...))
		d.refused(err, apperr.Invalid, "table.column_unknown")
		for i := range rows[1:] {
			if r := rows[i+1]; r[column["score"]] != "" {
				for name, at := range column {
					if strings.HasPrefix(name, "security_") && !strings.HasSuffix(name, ".reason") {
						r[at] = "10"
					}
				}
				r[column["score"]], r[column["grade"]] = "", ""
			}
		}
		res, err := d.load(c, rows)
		d.ok(err)
		if res.Scored != 5 {
			t.Errorf("%+v", res)
		}
	})
}

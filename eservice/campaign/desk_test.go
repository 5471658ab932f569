package campaign

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"testing"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/blob"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
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
	blobs, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	k := kis.New(db, blobs, nil, "")
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
			tx.Record(store.Change{Action: office.TrailUserCreate, Kind: "user", ID: id, Label: name})
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
	return d.loadAs(d.as("a", policies.Assessor), c, rows)
}

func (d *desk) loadAs(who context.Context, c Campaign, rows [][]string) (ImportResult, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	d.ok(w.WriteAll(rows))
	return d.s.Import(who, ImportRequest{CampaignID: c.ID, File: bytes.NewReader(b.Bytes()), Size: int64(b.Len()), Name: "f.csv"})
}

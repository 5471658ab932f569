package main

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

//go:embed demodata/*.json
var demoFiles embed.FS

// demoPerson is one of the people of the example office.
type demoPerson struct {
	Key, Name, Department string
	AZ, EN                string // official position
	Roles                 []string
}

func (p demoPerson) email() string { return p.Key + "@kis.example" }

// extraAccounts are people whose roles point at one agency or one audit.
var extraAccounts = []demoPerson{
	{Key: "qurum", Name: "Səbinə Cəfərova", Roles: []string{string(policies.AgencyOfficer)}, AZ: "Qurum 01, məsul şəxs", EN: "Agency 01, officer"},
	{Key: "mushahid", Name: "Anar Vəliyev", Roles: []string{string(policies.Observer)}, AZ: "kənar auditor", EN: "outside auditor"},
	{Key: "qurum2", Name: "Rəşad Məlikov", Roles: []string{string(policies.AgencyOfficer)}, AZ: "Qurum 02, məsul şəxs", EN: "Agency 02, officer"},
	{Key: "qiymet", Name: "Ramin Quluzadə", Roles: []string{string(policies.Assessor)}, AZ: "müstəqil qiymətləndirici", EN: "independent assessor"},
}

// demoPeople reads the people of the example office.
func demoPeople() (people []demoPerson, err error) { return people, readDemo("people", &people) }

func readDemo(name string, into any) error {
	raw, err := demoFiles.ReadFile("demodata/" + name + ".json")
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// demo is one story of the example office: what a person of it does, day by
// day, by the same service methods as the pages use.
type demo struct {
	*world
	line *line // nil while there is only one story
}

// fillDemo fills the database and the files of the settings with a year of
// work.
func fillDemo(ctx context.Context, c Config, password string) error {
	clock := &demoClock{}
	w := &world{ctx: ctx, clock: clock, since: "2022-01-04", users: map[string]office.User{}, dep: map[string]office.Department{}, stage: &stage{clock: clock, ready: make(chan *line)}}
	d := &demo{world: w}
	d.at("2022-11-01 09:00")
	c.SMTPURL = "" // the people are invented, and so are their addresses
	a, err := openApp(ctx, c, c.logger(discard{}), clock.Now)
	if err != nil {
		return err
	}
	defer a.Close()
	w.app = a
	if err := d.empty(); err != nil {
		return err
	}
	for _, run := range []func() error{func() error { return d.people(password) }, d.before, d.auditors, d.reviewBefore, d.plan2026, d.process, d.programme2026, d.evidence} {
		if err := run(); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	for _, story := range []func(*demo) error{
		(*demo).review1, (*demo).audit1, (*demo).assessments, (*demo).measures, (*demo).progress,
		(*demo).inquiries, (*demo).risks, (*demo).assessment, (*demo).evaluation, (*demo).quality, (*demo).documents, (*demo).audit2, (*demo).otherActs, (*demo).observers, (*demo).otherAudits, (*demo).carriedOut, (*demo).plan2027, (*demo).programme2027, (*demo).review2,
		func(d *demo) error { return d.outsiders(password) },
		func(d *demo) error { return d.register(password) },
		func(d *demo) error { return d.campaign2026(password) },
	} {
		d.spawn(story)
	}
	if err := w.stage.run(); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := a.notices.CatchUp(ctx); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return a.db.Analyze(ctx)
}

// empty refuses a database in which there is anybody.
func (d *demo) empty() error {
	page, err := d.app.kis.ListUsers(d.system(), office.UserFilter{Limit: 1})
	if err != nil || page.Total > 0 {
		return errors.Join(err, refusal{withoutPassword(d.app.config.database()), apperr.New(apperr.Invalid, "cli.demo.database")})
	}
	return nil
}

// discard is where the log of the filling goes.
type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

// at sets the clock to a moment of the office's day: "2026-03-04 10:30".
func (d *demo) at(moment string) {
	t, err := time.ParseInLocation("2006-01-02 15:04", moment, time.FixedZone("", 4*60*60))
	if err != nil {
		panic(err)
	}
	d.until(t.UTC())
}

// on sets the clock to an hour of a day.
func (d *demo) on(x day.Day, hour string) { d.at(string(x) + " " + hour) }

// as is the context of a person, with the roles valid at the time.
func (d *demo) as(key string) context.Context {
	a, err := d.app.kis.ActorOf(d.system(), d.users[key].ID)
	if err != nil {
		panic(fmt.Sprintf("demo: %s: %v", key, err))
	}
	return actor.With(d.ctx, a)
}

func (d *demo) system() context.Context { return actor.With(d.ctx, actor.Program("kis demo")) }

// people makes the accounts. One password is worked out once for all.
func (d *demo) people(password string) error {
	list, err := demoPeople()
	if err != nil {
		return err
	}
	departments, err := d.app.kis.Departments(d.system())
	if err != nil {
		return err
	}
	for _, x := range departments {
		d.dep[x.Code] = x
	}
	hash, err := office.HashPassword(d.ctx, password)
	if err != nil {
		return err
	}
	for _, p := range list {
		if err := d.hire(p, hash, office.NewGrant{}); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) hire(p demoPerson, hash office.PasswordHash, extra office.NewGrant) error {
	n := office.NewUser{Email: p.email(), Name: p.Name, PositionAZ: p.AZ, PositionEN: p.EN, DepartmentCode: p.Department, Hash: hash, Since: d.since}
	for _, r := range p.Roles {
		g := extra
		g.Role = policies.Role(r)
		n.Grants = append(n.Grants, g)
	}
	u, err := d.app.kis.CreateUser(d.system(), n)
	if err != nil {
		return fmt.Errorf("%s: %w", p.Key, err)
	}
	d.users[p.Key] = u
	return nil
}

// outsiders makes the officer of an agency and the outside auditor.
func (d *demo) outsiders(password string) error {
	d.at("2026-11-16 09:00")
	hash, err := office.HashPassword(d.ctx, password)
	if err != nil {
		return err
	}
	if err := d.hire(extraAccounts[0], hash, office.NewGrant{AgencyCode: "Q01"}); err != nil {
		return err
	}
	return d.hire(extraAccounts[1], hash, office.NewGrant{ObjectKind: "audit", ObjectID: d.first.ID, To: "2027-03-31"})
}

// upload sends a small file of the person and gives its id.
func (d *demo) upload(ctx context.Context, name, content string) (string, error) {
	u, err := d.app.kis.StageUpload(ctx, name, strings.NewReader(content))
	return u.ID, err
}

// process plans the cycle of 2026.
func (d *demo) process() (err error) {
	d.at("2026-01-06 10:00")
	nigar := d.as("nigar")
	if d.cycle, err = d.app.kis.PlanCycle(nigar, kis.NewCycle{ProcessCode: demoProcess, Period: "2026", ReferencePeriod: "2025"}); err != nil {
		return err
	}
	return d.app.kis.StartCycle(nigar, d.cycle.ID)
}

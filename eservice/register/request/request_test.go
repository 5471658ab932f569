package request_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"testing"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/eservice/register/request"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// desk is a register with two bodies, an officer of each, and a service of
// the first.
type desk struct {
	*kistest.Office
	t        *testing.T
	reg      *register.Service
	svc      *request.Service
	operator context.Context
	own      context.Context // officer of QA
	other    context.Context // officer of QB
	service  string
}

// row is a registered service as a sheet has it.
var row = map[string]string{"agency": "QA", "2.3.1": "Arayışın verilməsi", "2.3.2": "Məlumatın verilməsi", "2.3.6": "Nazirlər Kabinetinin 12.05.2014-cü il tarixli 123 nömrəli qərarı", "2.3.7": "electronic", "2.3.8": "portal", "2.3.9": "Arayış",
	"2.3.10": "natural_person", "2.3.11": "5 working_day", "2.3.12a": "09:00–18:00", "2.3.13": "Bakı", "2.3.14": "Sənədlər natamam olduqda", "2.3.15a": "Ərizə", "2.3.15b": "scan", "2.3.17a": "free",
	"2.3.18": "Müraciət qeydiyyata alınır", "2.3.19": "Şikayət", "2.3.20": "Portal", "2.3.21": "interactive", "2.3.22": "partial"}

func newDesk(t *testing.T, db *store.DB) *desk {
	t.Helper()
	storetest.ClockOf(db).SetDay("2026-03-16")
	o := kistest.NewOffice(t, db)
	d := &desk{Office: o, t: t, reg: register.New(o.Service)}
	d.svc = request.New(d.reg)
	d.ok(d.reg.LoadReference(o.System()))
	for _, code := range []string{"QA", "QB"} {
		a, err := d.reg.CreateAgency(o.System(), register.NewAgency{Code: code, NameAZ: code + " Agentliyi", Section: register.Central, Basis: "Fərman № 1"})
		d.ok(err)
		d.ok(d.reg.EditAgency(o.System(), register.AgencyEdit{AgencyID: a.ID, Seen: 1, Contact: map[string]string{"2.5.1a": "AZ1000", "2.5.1b": "Bakı", "2.5.2a": "+994 12 555 00 01",
			"2.5.2c": "https://q.example", "2.5.2d": "info@q.example", "2.5.2e": "09:00–18:00"}}))
		hash, err := office.HashPassword(o.System(), kistest.Password)
		d.ok(err)
		_, err = o.CreateUser(o.System(), office.NewUser{Email: kistest.Email("m" + code), Name: "Məsul " + code, PositionAZ: "məsul şəxs", PositionEN: "officer", Hash: hash, Since: "2024-01-03",
			Grants: []office.NewGrant{{Role: policies.AgencyOfficer, AgencyCode: code}}})
		d.ok(err)
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	line := []string{}
	for _, c := range register.SheetColumns() {
		line = append(line, row[c])
	}
	d.ok(w.WriteAll([][]string{register.SheetColumns(), line}))
	_, err := d.reg.Import(o.System(), register.ImportRequest{File: bytes.NewReader(b.Bytes()), Size: int64(b.Len()), Name: "x.csv"})
	d.ok(err)
	d.ok(db.Read().NewRaw("SELECT id FROM eservices WHERE number IS NOT NULL").Scan(o.System(), &d.service))
	d.operator, d.own, d.other = d.as("ulviyya"), d.as("mQA"), d.as("mQB")
	return d
}

func (d *desk) ok(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) as(key string) context.Context {
	d.t.Helper()
	u, err := d.UserByEmail(d.System(), kistest.Email(key))
	d.ok(err)
	a, err := d.ActorOf(d.System(), u.ID)
	d.ok(err)
	return actor.With(d.t.Context(), a)
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
		d.t.Errorf("not %s: %v", key, err)
	}
}

func (d *desk) ask() request.Request {
	d.t.Helper()
	r, err := d.svc.Send(d.operator, request.Ask{ServiceID: d.service, Kind: register.KindChange, Clauses: []string{"2.3.11", "2.3.11", "2.3.17a"}, Text: "Müddət yeni qərara uyğunlaşdırılmalıdır."})
	d.ok(err)
	return r
}

func (d *desk) in(id string, state request.State, due day.Day) request.View {
	d.t.Helper()
	v, err := d.svc.View(d.operator, id)
	d.ok(err)
	if v.State != state || v.Due != due {
		d.t.Errorf("%s, due %s; want %s, %s", v.State, v.Due, state, due)
	}
	return v
}

// TestTheOperatorAsksAndTheBodyAnswersWithinItsTerm: the clock of 4.5.4 runs
// over Novruz, reasons are decided on, an application of the body answers and
// settles the request, and one that comes to nothing leaves it open.
func TestTheOperatorAsksAndTheBodyAnswersWithinItsTerm(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db)
		r := d.ask()
		if r.Number != "OB-2026-001" || len(r.Clauses()) != 2 {
			t.Errorf("%s %v", r.Number, r.Clauses())
		}
		d.in(r.ID, request.Sent, "2026-04-03") // 17 to 19 March, then 31 March to 3 April: 20 to 30 March are off
		_, err := d.svc.Send(d.operator, request.Ask{ServiceID: d.service, Kind: register.KindRemoval, Ground: "4.8.1", Text: "Xidmət ləğv edilib."})
		d.refused(err, apperr.Conflict, "register.request.error.open")
		if _, err := d.svc.View(d.other, r.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("another body sees the request: %v", err)
		}
		if p, err := d.svc.List(d.other, request.Filter{All: true}); err != nil || len(p.Rows) != 0 || len(p.States) != 0 {
			t.Errorf("another body lists it: %+v %v", p, err)
		}
		if list, err := d.svc.OfService(d.other, d.service); err != nil || len(list) != 0 {
			t.Errorf("another body lists it of the service: %v", err)
		}
		d.refused(d.svc.Decline(d.other, r.ID, "Dəyişiklik lazım deyil.", 0), apperr.NotFound, "error.not_found")
		d.refused(d.svc.Decline(d.own, r.ID, "yox", 0), apperr.Invalid, "error.field.too_short")
		if w, err := d.svc.Work(d.own); err != nil || len(w) != 1 || w[0].Due != r.Due {
			t.Errorf("work of the officer: %+v %v", w, err)
		}

		d.ok(d.svc.Decline(d.own, r.ID, "Müddət hüquqi akta uyğundur.", r.Revision))
		if w, err := d.svc.Work(d.operator); err != nil || len(w) != 1 {
			t.Errorf("work of the operator: %+v %v", w, err)
		}
		d.refused(d.svc.Withdraw(d.operator, r.ID, "səhv"), apperr.Conflict, "register.application.closed")
		storetest.ClockOf(db).SetDay("2026-11-05")
		d.ok(d.svc.Insist(d.operator, r.ID, "Yeni qərar 1 noyabrdan qüvvədədir."))
		v := d.in(r.ID, request.Sent, "2026-11-18") // 6, then 11 to 13, 16 to 18 November: 8 and 9 are off, and 10 for the Sunday
		if v.Round != 2 || len(v.Events) != 3 {
			t.Errorf("round %d, %d steps", v.Round, len(v.Events))
		}

		a, err := d.reg.Begin(d.own, register.KindChange, "", d.service)
		d.ok(err)
		if v, err := d.svc.View(d.own, r.ID); err != nil || v.Begun != a.ID || v.Begin != "" {
			t.Errorf("the officer is not led to the application begun: %+v %v", v.Begun, err)
		}
		d.fill(a.ID, "7 working_day")
		d.ok(d.reg.Sign(d.own, a.ID, 0))
		if v := d.in(r.ID, request.Applied, "2026-11-18"); v.Application != a.Number {
			t.Errorf("answered by %q", v.Application)
		}
		d.ok(d.reg.Refuse(d.operator, a.ID, "Əsas göstərilməyib."))
		d.in(r.ID, request.Sent, "2026-11-18") // the body has not done what it was asked

		if a, err = d.reg.Begin(d.own, register.KindChange, "", d.service); err != nil {
			t.Fatal(err)
		}
		d.fill(a.ID, "3 working_day")
		d.ok(d.reg.Sign(d.own, a.ID, 0))
		_, err = d.reg.Register(d.operator, a.ID)
		d.ok(err)
		if v := d.in(r.ID, request.Settled, "2026-11-18"); v.DecidedAt.IsZero() || len(v.Steps) != 0 {
			t.Errorf("settled: %+v", v.Request)
		}
		if _, err := d.VerifySeals(d.System(), func(f store.Fault) { t.Errorf("%s %s", f.Key, f.Where) }); err != nil {
			t.Error(err)
		}
	})
}

// fill completes an application for a change.
func (d *desk) fill(id, term string) {
	d.t.Helper()
	v, err := d.reg.Application(d.own, id)
	d.ok(err)
	seen := v.Revision
	for _, s := range register.Sections(register.KindChange) {
		typed := map[string]string{}
		for _, f := range register.SectionFields(register.KindChange, s) {
			typed[f.Clause] = f.Typed(v.Items.Get(f.Clause))
		}
		typed["2.3.11"], typed["2.3.23a"], typed["2.3.23b"] = term, "Qərar № 200", "01.11.2026"
		if f, ok := register.FieldOf("4.6"); ok {
			typed[f.Clause] = "yes"
		}
		seen, err = d.reg.SaveSection(d.own, register.SectionEdit{ApplicationID: id, Section: s, Typed: typed, Seen: seen})
		d.ok(err)
	}
}

func TestARequestThatCannotBeSentIsRefused(t *testing.T) {
	d := newDesk(t, storetest.Open(t))
	good := request.Ask{ServiceID: d.service, Kind: register.KindChange, Clauses: []string{"2.3.11"}, Text: "Müddət dəyişdirilməlidir."}
	for name, bad := range map[string]struct {
		kind   apperr.Kind
		key    string
		change func(a *request.Ask)
	}{
		"no text":         {apperr.Invalid, "error.field.too_short", func(a *request.Ask) { a.Text = "yox" }},
		"no item":         {apperr.Invalid, "error.field.required", func(a *request.Ask) { a.Clauses = []string{" "} }},
		"an unknown item": {apperr.Invalid, "register.request.error.clause", func(a *request.Ask) { a.Clauses = []string{"2.3.99"} }},
		"the entry test":  {apperr.Invalid, "register.request.error.clause", func(a *request.Ask) { a.Clauses = []string{"4.2.1"} }},
		"no ground":       {apperr.Invalid, "error.field.required", func(a *request.Ask) { a.Kind = register.KindRemoval }},
		"a new service":   {apperr.Invalid, "error.field.choice", func(a *request.Ask) { a.Kind = register.KindNew }},
		"no such service": {apperr.NotFound, "error.not_found", func(a *request.Ask) { a.ServiceID = store.NewID() }},
		"what is no id":   {apperr.NotFound, "error.not_found", func(a *request.Ask) { a.ServiceID = "x" }},
	} {
		t.Run(name, func(t *testing.T) {
			a := good
			bad.change(&a)
			_, err := d.svc.Send(d.operator, a)
			d.refused(err, bad.kind, bad.key)
		})
	}
	_, err := d.svc.Send(d.own, good)
	d.refused(err, apperr.Forbidden, "error.forbidden")

	// What is at the operator already is corrected there.
	a, err := d.reg.Begin(d.own, register.KindChange, "", d.service)
	d.ok(err)
	storetest.ClockOf(d.svc.DB).SetDay("2026-11-05")
	d.fill(a.ID, "7 working_day")
	d.ok(d.reg.Sign(d.own, a.ID, 0))
	_, err = d.svc.Send(d.operator, good)
	d.refused(err, apperr.Conflict, "register.request.error.application")
}

// Package planningtest builds plans, reviews and recommendations in every
// state for tests, through the service as the program makes them.
//
// It may import planning, planning/execution, kis/kistest and what those may import; production
// code never imports it. Invariant: what a test gets could have come about
// through the program; only audit findings, which belong to another context,
// are written into their tables directly.
package planningtest

import (
	"context"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/execution"
	"github.com/kis-platform/kis/policies"
)

// Heads are the heads of departments that kistest does not have.
var Heads = []kistest.Person{
	{Key: "nazim", Name: "Nazim Əhmədov", Department: "KİEMŞ", PositionAZ: "şöbə müdiri", PositionEN: "head of department", Role: policies.Head},
	{Key: "fidan", Name: "Fidan Qasımova", Department: "BƏŞ", PositionAZ: "şöbə müdiri", PositionEN: "head of department", Role: policies.Head},
	{Key: "anar", Name: "Anar Vəliyev", Department: "ÜŞ", PositionAZ: "şöbə müdiri", PositionEN: "head of department", Role: policies.Head},
}

// HeadOf is the key of the head of a department.
var HeadOf = map[string]string{"SSS": "elchin", "İTŞ": "vugar", "KİEMŞ": "nazim", "BƏŞ": "fidan", "ÜŞ": "anar"}

// Office is an office with its planning. Its clock stands at 22.11.2026.
type Office struct {
	*kistest.Office
	*planning.Service
	Clock *storetest.Clock
	t     testing.TB
}

// New fills a database from storetest.
func New(t testing.TB, db *store.DB) *Office {
	t.Helper()
	clock := storetest.ClockOf(db)
	clock.SetDay("2026-11-22")
	k := kistest.Founded(t, db, "planning", func(k *kistest.Office) {
		for _, p := range Heads {
			k.Hire(p)
		}
	})
	return &Office{Office: k, Service: planning.New(k.Service), Clock: clock, t: t}
}

// By is a context with a person as the actor.
func (o *Office) By(key string) context.Context {
	o.t.Helper()
	return o.As(context.Background(), key)
}

// Must ends the test on an error.
func (o *Office) Must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// Fields are the fields of an item of SSS with İTŞ as co-executor, due on
// 30 September of the year.
func (o *Office) Fields(year int) planning.ItemFields {
	return planning.ItemFields{Section: planning.Data, Text: "“1-elektron xidmət” üzrə xəta verən vahidlərin payını azaltmaq",
		ExpectedResult: "Xəta verən vahidlərin payı azalır", Indicator: "7,4% → ≤ 5,0%", ResponsibleID: o.Dept("SSS"),
		CoExecutors: []string{o.Dept("İTŞ")}, StartQuarter: 2, Due: day.Make(year, time.September, 30)}
}

// Item adds an item of SSS, changed by mod, to the plan of a year.
func (o *Office) Item(year int, mod func(*planning.NewItem)) planning.Item {
	o.t.Helper()
	n := planning.NewItem{ItemFields: o.Fields(year), Basis: planning.FromOther, BasisLabel: "şöbənin təklifi"}
	if mod != nil {
		mod(&n)
	}
	it, err := o.AddItem(o.By("nigar"), planning.KeyOf(year, planning.MainKind), n)
	o.Must(err)
	return it
}

// Draft opens the plan of a year with two items: one of SSS with İTŞ, one of
// KİEMŞ alone.
func (o *Office) Draft(year int) planning.PlanPage {
	o.t.Helper()
	_, err := o.OpenPlan(o.By("nigar"), planning.NewPlan{Year: year, ApproveDue: day.Make(year-1, time.December, 25)})
	o.Must(err)
	o.Item(year, nil)
	o.Item(year, func(n *planning.NewItem) {
		n.Section, n.Text, n.ResponsibleID, n.CoExecutors = planning.Documents, "Şablon reyestrini aparmaq", o.Dept("KİEMŞ"), nil
		n.StartQuarter, n.Due = 1, day.Make(year, time.March, 31)
	})
	return o.Page(year)
}

// Page reads the plan of a year.
func (o *Office) Page(year int) planning.PlanPage {
	o.t.Helper()
	p, err := o.Plan(o.By("nigar"), planning.KeyOf(year, planning.MainKind))
	o.Must(err)
	return p
}

// Sent is Draft, sent to the departments.
func (o *Office) Sent(year int) planning.PlanPage {
	o.t.Helper()
	o.Draft(year)
	o.Must(o.SendPlan(o.By("nigar"), planning.KeyOf(year, planning.MainKind)))
	return o.Page(year)
}

// AgreeAll lets every department that is still asked agree.
func (o *Office) AgreeAll(year int) planning.PlanPage {
	o.t.Helper()
	p := o.Page(year)
	for _, a := range p.Agreements {
		if a.State == planning.Pending {
			o.Must(o.AgreePlan(o.By(HeadOf[a.Department.Code]), p.Key, a.DepartmentID, p.Revision))
		}
	}
	return o.Page(year)
}

// Approved is a plan that all departments agreed to and management approved.
func (o *Office) Approved(year int) planning.PlanPage {
	o.t.Helper()
	o.Sent(year)
	p := o.AgreeAll(year)
	o.Must(o.ApprovePlan(o.By("rafael"), planning.KeyOf(year, planning.MainKind), planning.Approval{Revision: p.Revision, Confirmed: true}))
	return o.Page(year)
}

// Running is an approved plan whose year has begun.
func (o *Office) Running(year int) planning.PlanPage {
	o.t.Helper()
	o.Approved(year)
	o.Must(o.StartPlan(o.By("nigar"), planning.KeyOf(year, planning.MainKind)))
	return o.Page(year)
}

// Accept has the quality manager accept a report on an item.
func (o *Office) Accept(reportID string) {
	o.t.Helper()
	o.Must(execution.New(o.Service).DecideReport(o.By("nigar"), reportID, execution.Verdict{Accept: true}))
}

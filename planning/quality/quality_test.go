package quality_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/indicator"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/planning/quality"
)

// bureau is an office with a structure, indicators and a running cycle of 2026.
type bureau struct {
	*kistest.Office
	*quality.Service
	ind   *indicator.Service
	t     *testing.T
	db    *store.DB
	cycle kis.Cycle
}

func newBureau(t *testing.T, db *store.DB) bureau {
	t.Helper()
	storetest.ClockOf(db).SetDay("2026-11-19")
	o := kistest.NewOffice(t, db)
	ind := indicator.New(o.Service)
	b := bureau{Office: o, Service: quality.New(o.Service, ind), ind: ind, t: t, db: db}
	b.must("indicators", ind.LoadReference(o.System()))
	b.must("structure", b.Service.LoadReference(o.System()))
	b.cycle = o.Running("2026")
	return b
}

func (b bureau) as(who string) context.Context { return b.As(b.t.Context(), who) }

func (b bureau) must(what string, err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// fails wants an error of a kind with a key, its own or that of a field.
func (b bureau) fails(what string, err error, kind apperr.Kind, key string) {
	b.t.Helper()
	if !apperr.Is(err, kind) {
		b.t.Errorf("%s: %v, want %s", what, err, kind)
		return
	}
	e := apperr.As(err)
	if key != "" && e.Key != key && !slices.ContainsFunc(e.Fields, func(f apperr.Field) bool { return f.Name == key || f.Key == key }) {
		b.t.Errorf("%s: %v, want %s", what, err, key)
	}
}

func (b bureau) begin() quality.Report {
	b.t.Helper()
	r, err := b.Begin(b.as("elchin"), quality.NewReport{CycleID: b.cycle.ID})
	b.must("begin", err)
	return r
}

func (b bureau) dossier(who, id string) quality.Dossier {
	b.t.Helper()
	d, err := b.Report(b.as(who), id)
	b.must("report", err)
	return d
}

func text(s string) *string { return &s }
func yes(v bool) *bool      { return &v }

// fill writes something under everything that is open.
func (b bureau) fill(id string) {
	b.t.Helper()
	for _, it := range b.dossier("elchin", id).Items {
		if it.Kind != quality.Group && !it.Done() {
			_, clashes, err := b.Save(b.as("elchin"), id, quality.Patch{Code: it.Code, Version: it.Entry.Version, TextAZ: text("Mətn " + it.Code)})
			b.must("fill "+it.Code, err)
			if len(clashes) > 0 {
				b.t.Fatalf("%s: %v", it.Code, clashes)
			}
		}
	}
}

// approved is a report that Nigar approved.
func (b bureau) approved() quality.Report {
	b.t.Helper()
	r := b.begin()
	b.fill(r.ID)
	b.must("submit", b.Submit(b.as("elchin"), r.ID))
	b.must("approve", b.Approve(b.as("nigar"), r.ID))
	return r
}

func each(t *testing.T, test func(b bureau)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(newBureau(t, db)) })
}

func item(d quality.Dossier, code string) quality.Item {
	for _, it := range d.Items {
		if it.Concept.Code == code {
			return it
		}
	}
	return quality.Item{}
}

func TestAReportIsWrittenSubmittedApprovedAndPublished(t *testing.T) {
	each(t, func(b bureau) {
		r := b.begin()
		if r.Number != "KM-2026-01" || r.No != 1 {
			t.Fatalf("begun: %+v", r)
		}
		b.fails("a second one", second(b.Begin(b.as("elchin"), quality.NewReport{CycleID: b.cycle.ID})), apperr.Conflict, "quality.error.begun")
		b.fails("not whole", b.Submit(b.as("elchin"), r.ID), apperr.Conflict, "quality.error.incomplete")
		b.fill(r.ID)
		b.fails("not submitted", b.Approve(b.as("nigar"), r.ID), apperr.Conflict, "error.conflict.state")
		b.must("submit", b.Submit(b.as("nigar"), r.ID))
		b.fails("who submitted", b.Approve(b.as("nigar"), r.ID), apperr.Forbidden, "quality.error.own")
		b.fails("no reason", b.Return(b.as("leyla"), r.ID, ""), apperr.Invalid, "reason")
		b.must("return", b.Return(b.as("leyla"), r.ID, "S.3.1 dəqiqləşdirilsin"))
		if d := b.dossier("elchin", r.ID); d.State != quality.Draft || d.Reason != "S.3.1 dəqiqləşdirilsin" || !d.Can("write") {
			t.Errorf("returned: %+v", d.Report)
		}
		b.must("submit again", b.Submit(b.as("elchin"), r.ID))
		b.fails("writing goes on", second(b.save("elchin", r.ID, "S.3.1", 9, "Yeni")), apperr.Conflict, "error.conflict.state")
		b.must("approve", b.Approve(b.as("nigar"), r.ID))
		if _, err := b.Public(t.Context(), r.Number); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("public before it was published: %v", err)
		}
		b.must("publish", b.Publish(b.as("nigar"), r.ID))
		d, err := b.Public(t.Context(), r.Number)
		if err != nil || d.Count.Done != d.Count.Of || d.CreatedName+d.SubmittedName+d.ApprovedName != "" {
			t.Errorf("public: %v %+v", err, d.Count)
		}
		b.must("withdraw", b.Withdraw(b.as("rafael"), r.ID, "Səhv cədvəl"))
		if _, err := b.Public(t.Context(), r.Number); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("public after it was withdrawn: %v", err)
		}
		if n := len(b.dossier("nigar", r.ID).History); n < 8 {
			t.Errorf("history has %d entries", n)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func (b bureau) save(who, id, code string, version int, az string) (quality.Entry, error) {
	e, clashes, err := b.Save(b.as(who), id, quality.Patch{Code: code, Version: version, TextAZ: &az})
	if err == nil && len(clashes) > 0 {
		b.t.Fatalf("clash: %+v", clashes)
	}
	return e, err
}

func TestFiguresComeFromTheCycleAndStayAsSubmitted(t *testing.T) {
	each(t, func(b bureau) {
		r := b.begin()
		d := b.dossier("elchin", r.ID)
		if it := item(d, "S.18.5.1"); !it.NA() || !it.Done() || it.Figure == nil || it.Figure.GSBPM != "5.4" {
			t.Errorf("imputation does not exist in this process: %+v", it)
		}
		if it := item(d, "S.13.3.3.1"); it.Done() || it.NA() {
			t.Errorf("a figure without a value is not done: %+v", it)
		}
		b.must("enter", b.ind.Enter(b.as("elchin"), b.cycle.ID, "4.3-U", indicator.Entry{Value: "94.25"}))
		if it := item(b.dossier("elchin", r.ID), "S.13.3.3.1"); it.Known() != "5.8" && it.Known() != "5.75" || !it.Done() {
			t.Errorf("non-response out of response: %q", it.Known())
		}
		b.fails("typed over the cycle", second2(b.Save(b.as("elchin"), r.ID, quality.Patch{Code: "S.13.3.3.1", Value: text("3")})), apperr.Invalid, "value")
		b.fails("no number", second2(b.Save(b.as("elchin"), r.ID, quality.Patch{Code: "S.12.3.1", Value: text("çox")})), apperr.Invalid, "value")
		_, _, err := b.Save(b.as("elchin"), r.ID, quality.Patch{Code: "S.12.3.1", Value: text("97,5")})
		b.must("by hand", err)
		if it := item(b.dossier("elchin", r.ID), "S.12.3.1"); it.Known() != "97.5" || !it.Done() {
			t.Errorf("entered by hand: %+v", it.Entry)
		}
		b.fill(r.ID)
		b.must("submit", b.Submit(b.as("elchin"), r.ID))
		shown := item(b.dossier("elchin", r.ID), "S.13.3.3.1").Known()
		b.must("enter again", b.ind.Enter(b.as("elchin"), b.cycle.ID, "4.3-U", indicator.Entry{Value: "50", Revision: 1}))
		if now := item(b.dossier("elchin", r.ID), "S.13.3.3.1").Known(); now != shown {
			t.Errorf("the figure of a submitted report moved from %s to %s", shown, now)
		}
		b.must("return", b.Return(b.as("nigar"), r.ID, "Göstərici dəyişib"))
		if now := item(b.dossier("elchin", r.ID), "S.13.3.3.1").Known(); now != "50" && now != "50.0" {
			t.Errorf("a draft shows the cycle of now, not %s", now)
		}
	})
}

func second2[A, B any](_ A, _ B, err error) error { return err }

func TestTwoWhoWriteAtOnceAreTold(t *testing.T) {
	each(t, func(b bureau) {
		r := b.begin()
		first, err := b.save("elchin", r.ID, "S.3.1", 0, "Elçinin mətni")
		b.must("first", err)
		// Nigar read the report before that and sends her text for the version she saw.
		_, clashes, err := b.Save(b.as("nigar"), r.ID, quality.Patch{Code: "S.3.1", Version: 0, TextAZ: text("Nigarın mətni")})
		if err != nil || len(clashes) != 1 || clashes[0].Theirs != "Elçinin mətni" || clashes[0].Field != "text_az" || clashes[0].By != "Elçin Həsənov" {
			t.Fatalf("clash: %v %+v", err, clashes)
		}
		if it := item(b.dossier("nigar", r.ID), "S.3.1"); it.Entry.TextAZ != "Elçinin mətni" || it.Entry.Version != first.Version {
			t.Errorf("something was stored in spite of it: %+v", it.Entry)
		}
		// Another field of the same concept does not meet the first.
		_, clashes, err = b.Save(b.as("nigar"), r.ID, quality.Patch{Code: "S.3.1", Version: first.Version, TextEN: text("In English")})
		if err != nil || len(clashes) > 0 {
			t.Errorf("other field: %v %+v", err, clashes)
		}
		// The same request twice is stored once.
		again, err := b.save("nigar", r.ID, "S.3.2", 0, "Təsnifat")
		b.must("once", err)
		twice, err := b.save("nigar", r.ID, "S.3.2", 0, "Təsnifat")
		if err != nil || twice.Version != again.Version {
			t.Errorf("twice: %v %d %d", err, again.Version, twice.Version)
		}
		b.fails("a heading", second(b.save("elchin", r.ID, "S.13", 0, "x")), apperr.NotFound, "")
		b.fails("too long", second(b.save("elchin", r.ID, "S.3.2", 1, strings.Repeat("ə", 8001))), apperr.Invalid, "text_az")
	})
}

func TestANewVersionStartsFromTheOldOneAndReplacesIt(t *testing.T) {
	each(t, func(b bureau) {
		r := b.approved()
		b.must("publish", b.Publish(b.as("nigar"), r.ID))
		v2, err := b.Renew(b.as("elchin"), r.ID)
		b.must("renew", err)
		if f := b.dossier("elchin", r.Number).History[0].Facts(); f["step"] != "renew" || f["no"] != "2" {
			t.Errorf("the newest by number begins with %v", f)
		}
		if v2.Number != r.Number || v2.No != 2 {
			t.Fatalf("second version: %+v", v2)
		}
		b.fails("two drafts", second(b.Renew(b.as("elchin"), r.ID)), apperr.Conflict, "quality.error.newer")
		_, err = b.save("elchin", v2.ID, "S.3.1", 1, "Dəqiqləşdirilmiş mətn")
		b.must("write", err)
		c, err := b.Compare(b.as("elchin"), r.ID, v2.ID)
		if err != nil || len(c.Differences) != 1 || c.Differences[0].Code != "S.3.1" || len(c.Differences[0].AZ) != 2 || len(c.Differences[0].EN) != 0 {
			t.Errorf("differences: %v %+v", err, c.Differences)
		}
		if d, err := b.Public(t.Context(), r.Number); err != nil || d.No != 1 {
			t.Errorf("a draft is public: %v %d", err, d.No)
		}
		b.must("submit", b.Submit(b.as("elchin"), v2.ID))
		b.must("approve", b.Approve(b.as("leyla"), v2.ID))
		b.must("publish", b.Publish(b.as("nigar"), v2.ID))
		if d, err := b.Public(t.Context(), r.Number); err != nil || d.No != 2 || item(d, "S.3.1").Entry.TextAZ != "Dəqiqləşdirilmiş mətn" {
			t.Errorf("public: %v %d", err, d.No)
		}
		if d := b.dossier("elchin", r.ID); d.State != quality.Replaced || d.Can("publish") {
			t.Errorf("the old one: %s %v", d.State, d.Steps)
		}
		list, err := b.Reports(b.as("nigar"), quality.Filter{})
		if err != nil || list.Total != 1 || list.Rows[0].No != 2 {
			t.Errorf("only the newest is listed: %v %+v", err, list.Rows)
		}
		if list, err = b.Reports(b.as("nigar"), quality.Filter{All: true}); err != nil || list.Total != 2 || len(list.Rows) != 2 {
			t.Errorf("all versions: %v %d", err, list.Total)
		}
	})
}

func TestTextsOfTheLastPeriodAreTakenOverAndMarked(t *testing.T) {
	each(t, func(b bureau) {
		r := b.approved()
		next := b.Office.Running("2027")
		copied, err := b.Begin(b.as("elchin"), quality.NewReport{CycleID: next.ID, Copy: true})
		b.must("begin with a copy", err)
		d := b.dossier("elchin", copied.ID)
		if d.SourceID != r.ID || d.Count.Carried == 0 || item(d, "S.3.1").Entry.TextAZ != "Mətn S.3.1" || !item(d, "S.3.1").Entry.Carried {
			t.Fatalf("copied: %+v %+v", d.Count, item(d, "S.3.1").Entry)
		}
		// Saved as it is: somebody has looked at it.
		_, err = b.save("elchin", copied.ID, "S.3.1", 1, "Mətn S.3.1")
		b.must("confirm", err)
		after := b.dossier("elchin", copied.ID)
		if item(after, "S.3.1").Entry.Carried || after.Count.Carried != d.Count.Carried-1 {
			t.Errorf("still marked: %+v", after.Count)
		}
		c, err := b.Compare(b.as("elchin"), r.ID, copied.ID)
		if err != nil || c.Same == 0 {
			t.Errorf("with the last period: %v %d", err, c.Same)
		}
	})
}

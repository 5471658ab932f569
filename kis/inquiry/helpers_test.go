package inquiry_test

import (
	"context"
	"slices"
	"testing"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
)

// office is an office with a running cycle, on a Thursday.
type bureau struct {
	*kistest.Office
	*inquiry.Service
	t     *testing.T
	cycle kis.Cycle
}

func newOffice(t *testing.T, db *store.DB) bureau {
	t.Helper()
	storetest.ClockOf(db).SetDay("2026-11-19")
	k := kistest.NewOffice(t, db)
	o := bureau{k, inquiry.New(k.Service), t, k.Running("2026")}
	o.Promotions = acts{}
	return o
}

// as is the context of a person.
func (o bureau) as(who string) context.Context { return o.As(o.t.Context(), who) }

// wanted is a good request of nigar to aytan about an output of a task of SSS.
func (o bureau) wanted() inquiry.NewRequest {
	return inquiry.NewRequest{CycleID: o.cycle.ID, OutputIDs: o.OutputIDs(o.cycle.ID, "4.3.1")[:1], DepartmentID: o.Dept("SSS"), AddresseeID: o.ID("aytan"),
		Title: "Form üzrə çatışmayan sətirlər", Text: "2025-ci il üzrə 12 və 13-cü sətirləri göndərin.", Due: "2026-11-24"}
}

func (o bureau) ask(change func(*inquiry.NewRequest)) inquiry.Request {
	o.t.Helper()
	n := o.wanted()
	if change != nil {
		change(&n)
	}
	r, err := o.Ask(o.as("nigar"), n)
	if err != nil {
		o.t.Fatalf("ask: %v", err)
	}
	return r
}

// found is a good note of aytan.
func (o bureau) found() inquiry.NewDiscrepancy {
	return inquiry.NewDiscrepancy{CycleID: o.cycle.ID, Code: "6.2.1", Found: "İki cədvəldə xidmətlərin sayı fərqlənir", Cases: 3, Size: "1,2%", Source: "Cədvəl 4, sətir 12"}
}

func (o bureau) note() inquiry.Discrepancy {
	o.t.Helper()
	d, err := o.Note(o.as("aytan"), o.found())
	if err != nil {
		o.t.Fatalf("note: %v", err)
	}
	return d
}

// acts stands in for the audit context: it stores a draft act.
type acts struct{}

func (acts) Promote(ctx context.Context, tx *store.Tx, p inquiry.Promotion) (string, error) {
	id := store.NewID()
	_, err := tx.NewRaw(`INSERT INTO acts (id, origin, cycle_id, department_id, grade, standard, edition, clause, gsbpm, criterion, statement, objective_evidence, state, created_at, search_key)
		VALUES (?, 'discrepancy', ?, ?, 'minor', 'ISO9001', '2015', '8.7.1', ?, '', ?, ?, 'draft', ?, '')`, id, p.CycleID, p.DepartmentID, p.GSBPM, p.Statement, p.Evidence, tx.Now).Exec(ctx)
	return id, store.MapError(err, "act")
}

func (acts) Promoted(_ context.Context, _ bun.IDB, ids []string) (map[string]inquiry.Act, error) {
	out := map[string]inquiry.Act{}
	for _, id := range ids {
		out[id] = inquiry.Act{ID: id, StateKey: "audit.act.state.draft", Tone: "idle", Icon: "circle-dashed", Href: "/acts/" + id}
	}
	return out, nil
}

// fails wants an error of a kind, with a key of its own or of one of its fields.
func fails(t *testing.T, what string, err error, kind apperr.Kind, key string) {
	t.Helper()
	if !apperr.Is(err, kind) {
		t.Errorf("%s: %v, want %s", what, err, kind)
		return
	}
	e := apperr.As(err)
	if key != "" && e.Key != key && !slices.ContainsFunc(e.Fields, func(f apperr.Field) bool { return f.Key == key || f.Name == key }) {
		t.Errorf("%s: %v, want %s", what, err, key)
	}
}

func must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// rows counts the rows of a table.
func rows(t *testing.T, db *store.DB, table string) (n int) {
	t.Helper()
	if err := db.Read().NewRaw("SELECT COUNT(*) FROM ?", bun.Ident(table)).Scan(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// told gives who is told what of everything that happened after a place in the
// trail: keys by person, and the place now.
func (o bureau) told(after int64) (map[string][]string, int64) {
	o.t.Helper()
	ctx := o.System()
	events, err := office.EventsAfter(ctx, o.Office.DB.Read(), after, 1000)
	must(o.t, "events", err)
	people, err := o.Actors(ctx, o.Office.DB.Read())
	must(o.t, "people", err)
	out := map[string][]string{}
	for _, e := range events {
		after = e.Seq
		list, err := o.Announcements(ctx, o.Office.DB.Read(), e)
		must(o.t, "announce", err)
		for _, a := range list {
			for _, p := range people {
				if p.UserID != e.ActorID && a.For(p) {
					name := o.key(p.UserID)
					out[name] = append(out[name], a.Key)
				}
			}
		}
	}
	return out, after
}

// key is how tests call a person.
func (o bureau) key(id string) string {
	for _, p := range kistest.People {
		if o.ID(p.Key) == id {
			return p.Key
		}
	}
	return id
}

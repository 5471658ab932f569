package request

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// lockService reads a service inside a change and holds it.
func lockService(ctx context.Context, tx *store.Tx, id string) (sv register.Entry, err error) {
	if !store.IsID(id) {
		return sv, apperr.Missing("eservice")
	}
	err = store.Lock(tx.NewSelect().Model(&sv).Where("es.id = ?", id)).Scan(ctx)
	return sv, store.MapError(err, "service")
}

// free refuses a service about which something is under way at the operator.
func free(ctx context.Context, tx *store.Tx, serviceID string) error {
	var numbers []string
	if err := tx.NewRaw("SELECT number FROM register_requests WHERE service_id = ? AND state IN (?)", serviceID, bun.List(open)).Scan(ctx, &numbers); err != nil {
		return store.MapError(err, "open requests")
	}
	if len(numbers) > 0 {
		return apperr.New(apperr.Conflict, "register.request.error.open", "number", numbers[0])
	}
	err := tx.NewRaw("SELECT number FROM register_applications WHERE service_id = ? AND state IN (?, ?)", serviceID, register.Submitted, register.Defective).Scan(ctx, &numbers)
	if err == nil && len(numbers) > 0 {
		return apperr.New(apperr.Conflict, "register.request.error.application", "number", numbers[0])
	}
	return store.MapError(err, "applications at the operator")
}

// lock reads a request inside a change and holds it.
func lock(ctx context.Context, tx *store.Tx, id string) (r Request, err error) {
	if !store.IsID(id) {
		return r, apperr.Missing(Object)
	}
	if err = store.Lock(tx.NewSelect().Model(&r).Where("rq.id = ?", id)).Scan(ctx); err != nil {
		return r, store.MapError(err, "request")
	}
	return r, tx.Seen(ctx, Object, id)
}

// holder gives the id of the body that holds the service of a request.
func holder(ctx context.Context, db bun.IDB, serviceID string) (agencyID string, err error) {
	err = db.NewRaw("SELECT agency_id FROM eservices WHERE id = ?", serviceID).Scan(ctx, &agencyID)
	return agencyID, store.MapError(err, "holder of a service")
}

// update stores a request while it is in the state that was read.
func update(ctx context.Context, tx *store.Tx, r *Request, from State) error {
	r.Revision++
	n, err := store.Affected(tx.NewUpdate().Model(r).WherePK().Where("state = ? AND revision = ?", from, r.Revision-1).Exec(ctx))
	return store.Moved(n, err, Object, string(from))
}

// Event is a step that was taken with a request.
type Event struct {
	bun.BaseModel `bun:"table:register_request_events,alias:qe"`

	RequestID string    `bun:"request_id,pk"`
	Seq       int       `bun:"seq,pk"`
	Verb      string    `bun:"verb"`
	From      State     `bun:"from_state"`
	To        State     `bun:"to_state"`
	Note      string    `bun:"note"`
	Actor     string    `bun:"actor"`
	At        time.Time `bun:"at"`
}

// record keeps a step with its request and in the trail.
func record(ctx context.Context, tx *store.Tx, r Request, from State, verb string, action policies.Action, note string) error {
	_, err := tx.NewRaw(`INSERT INTO register_request_events (request_id, seq, verb, from_state, to_state, note, actor, at)
		SELECT ?0, COALESCE(MAX(seq), 0) + 1, ?1, ?2, ?3, ?4, ?5, ?6 FROM register_request_events WHERE request_id = ?0`,
		r.ID, verb, from, r.State, note, tx.Actor.Name, tx.Now).Exec(ctx)
	if err != nil {
		return store.MapError(err, "step of a request")
	}
	after := map[string]any{"state": r.State, "step": verb, "kind": r.Kind}
	if r.State == Sent {
		after["due"] = r.Due
	}
	if r.ApplicationID != "" {
		after["application"] = r.ApplicationID
	}
	var before any
	if from != "" {
		before = map[string]any{"state": from}
	}
	tx.Record(store.Change{Action: string(action), Kind: Object, ID: r.ID, Label: r.Number, Note: note, Before: before, After: after})
	return nil
}

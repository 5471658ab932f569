package office

import (
	"context"
	"encoding/json"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// What the trail calls the changes of departments, users and sign-ins. Other
// changes are called by their policy action.
const (
	TrailDepartmentCreate  = "kis:department:create"
	TrailDepartmentEdit    = "kis:department:edit"
	TrailDepartmentArchive = "kis:department:archive"
	TrailDepartmentRestore = "kis:department:restore"
	TrailUserCreate        = "kis:user:create"
	TrailUserEdit          = "kis:user:edit"
	TrailUserGrant         = "kis:user:grant"      // a role given
	TrailUserGrantEnd      = "kis:user:grant_end"  // its last day set
	TrailUserTransfer      = "kis:user:transfer"   // to another department
	TrailUserDisable       = "kis:user:disable"    // may no longer sign in
	TrailUserEnable        = "kis:user:enable"     //
	TrailUserPassword      = "kis:user:password"   // set by an administrator
	TrailSelfPassword      = "kis:self:password"   // changed by the person
	TrailSelfPreference    = "kis:self:preference" // language or theme
	TrailSelfSignOut       = "kis:self:sign_out"   // all sessions ended
	TrailSignIn            = "kis:session:open"    // signed in
	TrailSignInRefused     = "kis:session:refuse"  // tried to, in vain
	TrailTokenCreate       = "kis:token:create"    // for the API
	TrailTokenRevoke       = "kis:token:revoke"    //
	TrailReferenceLoad     = "kis:reference:load"  // starting data of an office
	TrailCalendarLoad      = "kis:calendar:load"   // a year of the working-day calendar
)

// TrailActions lists them in the order above.
func TrailActions() []string {
	return []string{TrailDepartmentCreate, TrailDepartmentEdit, TrailDepartmentArchive, TrailDepartmentRestore,
		TrailUserCreate, TrailUserEdit, TrailUserGrant, TrailUserGrantEnd, TrailUserTransfer, TrailUserDisable, TrailUserEnable,
		TrailUserPassword, TrailSelfPassword, TrailSelfPreference, TrailSelfSignOut, TrailSignIn, TrailSignInRefused,
		TrailTokenCreate, TrailTokenRevoke, TrailReferenceLoad, TrailCalendarLoad}
}

// Event is one entry of the trail.
type Event struct {
	Seq       int64
	At        time.Time
	ActorID   string // empty when the program itself acted
	ActorName string
	Action    string // context:object:verb
	Kind, ID  string // the object
	Label     string // how people call it
	RootKind  string // on whose page it is shown
	RootID    string
	Before    json.RawMessage // fields before, nil when there were none
	After     json.RawMessage // fields after
	Note      string          // reason given by the person
}

// TrailFilter narrows the trail; zero fields do not. Days are of the office.
type TrailFilter struct {
	ActorID  string
	Action   string
	Kind     string
	ObjectID string
	From, To day.Day
	Before   int64 // entries older than this number: the next page
	Limit    int   // 50 when 0, at most 200
}

// TrailPage is one page of the trail, newest first.
type TrailPage struct {
	Events []Event
	Next   int64 // Before of the next page, 0 when this is the last
}

// Trail reads the trail for those who may read all of it.
func (s *Office) Trail(ctx context.Context, f TrailFilter) (TrailPage, error) {
	if err := AllowedAny(ctx, policies.TrailRead); err != nil {
		return TrailPage{}, err
	}
	if f.From != "" && f.To != "" && f.To < f.From {
		return TrailPage{}, apperr.InvalidField("to", "error.field.date_after", "date", f.From.Format())
	}
	return readTrail(ctx, s.DB.Read(), f, s.Zone)
}

// TrailActors lists who has ever left an entry as a person, for the filter.
func (s *Office) TrailActors(ctx context.Context) ([]User, error) {
	if err := AllowedAny(ctx, policies.TrailRead); err != nil {
		return nil, err
	}
	return trailActors(ctx, s.DB.Read())
}

// History is the part of the trail about one object, newest first, at most
// limit entries. The caller has checked that the actor may see the object.
func (s *Office) History(ctx context.Context, rootKind, rootID string, limit int) ([]Event, error) {
	if actor.From(ctx).Nobody() {
		return nil, apperr.New(apperr.Unauthenticated, "error.unauthenticated")
	}
	return history(ctx, s.DB.Read(), rootKind, rootID, limit)
}

// event reads what a row's hashed text says.
func event(r store.TrailRow) (Event, error) {
	var b store.TrailBody
	if err := json.Unmarshal([]byte(r.Body), &b); err != nil {
		return Event{}, apperr.Wrap(err, "read trail body")
	}
	return Event{Seq: r.Seq, At: r.At, ActorID: r.ActorID, ActorName: r.Actor, Action: r.Action, Kind: r.Kind, ID: r.ObjectID,
		Label: b.Label, RootKind: r.RootKind, RootID: r.RootID, Before: b.Before, After: b.After, Note: b.Note}, nil
}

// FillNames adds to names what people call the users and departments of the
// ids; other ids are left out. Two queries. For those who read entries that
// speak of ids; the names themselves are no secret inside the office.
func (s *Office) FillNames(ctx context.Context, ids []string, names map[string]string) error {
	if actor.From(ctx).Nobody() {
		return apperr.New(apperr.Unauthenticated, "error.unauthenticated")
	}
	users, err := UsersByID(ctx, s.DB.Read(), ids)
	if err != nil {
		return err
	}
	for id, u := range users {
		names[id] = u.Name
	}
	departments, err := DepartmentsByID(ctx, s.DB.Read(), ids)
	for id, d := range departments {
		names[id] = d.Code
	}
	return err
}

// Package outside owns the links by which an outside auditor reads one thing
// of the office without an account: an audit, a cycle or all cycles of a
// process.
//
// It may import audit, kis, policies and internal packages. Invariants: a
// link has an end, a count of uses and a reason, and is revoked at once; the
// text of a link is kept nowhere, only its hash, and so is that of a visit;
// what is read is read by the services of audit and kis with the grants of an
// observer of that one thing, so that nothing else opens; confidential
// evidence only when the link says so, which only somebody may say who sees
// all of it; every opening and every page looked at is in the trail; a link
// changes nothing.
package outside

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Service makes links and opens them.
type Service struct {
	Audit *audit.Service
	KIS   *kis.Service
	DB    *store.DB
}

// New makes the service.
func New(a *audit.Service) *Service {
	a.DB.Seal(Seal)
	return &Service{Audit: a, KIS: a.KIS, DB: a.DB}
}

// Scope is what kind of thing a link opens.
type Scope string

// The scopes.
const (
	OfAudit   Scope = "audit"   // its report, findings and acts once they were shown, and the evidence they point at
	OfCycle   Scope = "cycle"   // its tasks and their evidence
	OfProcess Scope = "process" // every cycle of the process
)

// Scopes lists them in the order of forms.
func Scopes() []Scope { return []Scope{OfAudit, OfCycle, OfProcess} }

// Bounds of links.
const (
	MaxDays  = 180 // days that a link may be valid
	MaxUses  = 500
	MaxHours = 8 // of one visit
)

// kindLink is what the trail calls a link.
const kindLink = "observer_link"

// The actions of the trail that no route asks for.
const (
	trailRevoke = "audit:observer:revoke"
	trailOpen   = "audit:observer:open"
	trailLook   = "audit:observer:look"
	trailLeave  = "audit:observer:leave"
)

// Link is what was given to an outside auditor.
type Link struct {
	bun.BaseModel `bun:"table:observer_links,alias:l"`

	ID           string    `bun:"id,pk"`
	TokenHash    string    `bun:"token_hash"`
	Name         string    `bun:"name"`
	Organisation string    `bun:"organisation"`
	Reason       string    `bun:"reason"`
	Scope        Scope     `bun:"scope"`
	AuditID      string    `bun:"audit_id,nullzero"`
	CycleID      string    `bun:"cycle_id,nullzero"`
	ProcessID    string    `bun:"process_id,nullzero"`
	Confidential bool      `bun:"confidential"`
	LastDay      day.Day   `bun:"last_day"`
	MaxUses      int       `bun:"max_uses"`
	Uses         int       `bun:"uses"`
	CreatedBy    string    `bun:"created_by"`
	CreatedAt    time.Time `bun:"created_at"`
	RevokedBy    string    `bun:"revoked_by,nullzero"`
	RevokedAt    time.Time `bun:"revoked_at,nullzero"`
	RevokeReason string    `bun:"revoke_reason"`
}

// Object is the id of the one thing.
func (l Link) Object() string {
	switch l.Scope {
	case OfAudit:
		return l.AuditID
	case OfCycle:
		return l.CycleID
	}
	return l.ProcessID
}

// State says whether a link opens on a day: "open", "revoked", "expired" or
// "used".
func (l Link) State(today day.Day) string {
	switch {
	case !l.RevokedAt.IsZero():
		return "revoked"
	case l.LastDay < today:
		return "expired"
	case l.Uses >= l.MaxUses:
		return "used"
	}
	return "open"
}

// visitor is how the trail names the auditor.
func (l Link) visitor() string { return l.Name + " (" + l.Organisation + ")" }

// NewLink is a link to make.
type NewLink struct {
	Scope              Scope
	Object             string // id of the audit, cycle or process
	Name, Organisation string
	Reason             string
	Confidential       bool
	LastDay            day.Day
	MaxUses            int
}

// hashOf is what is kept of a secret.
func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Invite makes a link and gives its secret, which is kept nowhere.
func (s *Service) Invite(ctx context.Context, n NewLink) (Link, string, error) {
	if _, err := office.Allowed(ctx, policies.ObserverInvite); err != nil {
		return Link{}, "", err
	}
	var c apperr.Check
	apperr.OneOf(&c, "scope", n.Scope, Scopes()...)
	l := Link{ID: store.NewID(), Scope: n.Scope, Name: c.Text("name", n.Name, 3, 200), Organisation: c.Text("organisation", n.Organisation, 2, 200),
		Reason: c.Text("reason", n.Reason, 5, 2000), Confidential: n.Confidential, LastDay: n.LastDay, MaxUses: n.MaxUses}
	today := s.KIS.Today()
	switch {
	case n.LastDay == "":
		c.Add("last_day", "error.field.date")
	case n.LastDay < today:
		c.Add("last_day", "error.field.date_after", "date", today.Add(-1).Format())
	case n.LastDay > today.Add(MaxDays):
		c.Add("last_day", "error.field.date_before", "date", today.Add(MaxDays+1).Format())
	}
	if n.MaxUses < 1 || n.MaxUses > MaxUses {
		c.Add("max_uses", "error.field.range", "min", 1, "max", MaxUses)
	}
	if !store.IsID(n.Object) {
		c.Add("object", "error.field.choice")
	}
	if n.Confidential && !policies.For(actor.From(ctx), policies.EvidenceSecret).Any {
		c.Add("confidential", "audit.observer.error.confidential")
	}
	if err := c.Err(); err != nil {
		return l, "", err
	}
	table := map[Scope]string{OfAudit: "audits", OfCycle: "cycles", OfProcess: "processes"}[n.Scope]
	*map[Scope]*string{OfAudit: &l.AuditID, OfCycle: &l.CycleID, OfProcess: &l.ProcessID}[n.Scope] = n.Object
	secret := store.NewSecret()
	l.TokenHash = hashOf(secret)
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		var found int
		if err := tx.NewSelect().TableExpr(table).ColumnExpr("COUNT(*)").Where("id = ?", n.Object).Scan(ctx, &found); err != nil {
			return store.MapError(err, "object of a link")
		}
		if found == 0 {
			return apperr.InvalidField("object", "error.field.missing")
		}
		l.CreatedBy, l.CreatedAt = tx.Actor.UserID, tx.Now
		if _, err := tx.NewInsert().Model(&l).Exec(ctx); err != nil {
			return store.MapError(err, "insert link")
		}
		tx.Record(store.Change{Action: string(policies.ObserverInvite), Kind: kindLink, ID: l.ID, Label: l.visitor(), RootKind: string(l.Scope), RootID: l.Object(), Note: l.Reason,
			After: map[string]any{"scope": l.Scope, "object": l.Object(), "confidential": l.Confidential, "last_day": l.LastDay, "max_uses": l.MaxUses}})
		return nil
	})
	return l, secret, err
}

// Revoke ends a link at once, with the visits that go on.
func (s *Service) Revoke(ctx context.Context, id, reason string) error {
	if _, err := office.Allowed(ctx, policies.ObserverInvite); err != nil {
		return err
	}
	var c apperr.Check
	reason = c.Text("reason", reason, 5, 2000)
	if err := c.Err(); err != nil {
		return err
	}
	if !store.IsID(id) {
		return apperr.Missing("link")
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		var l Link
		if err := seen(ctx, tx, id); err != nil {
			return err
		}
		if err := tx.NewSelect().Model(&l).Where("l.id = ?", id).Scan(ctx); err != nil {
			return store.MapError(err, "link")
		}
		n, err := store.Affected(tx.NewRaw("UPDATE observer_links SET revoked_by = ?, revoked_at = ?, revoke_reason = ? WHERE id = ? AND revoked_at IS NULL",
			tx.Actor.UserID, tx.Now, reason, id).Exec(ctx))
		if err := store.Moved(n, err, "link", "open"); err != nil {
			return err
		}
		tx.Record(store.Change{Action: trailRevoke, Kind: kindLink, ID: id, Label: l.visitor(), RootKind: string(l.Scope), RootID: l.Object(), Note: reason})
		return nil
	})
}

// Row is a link in the list.
type Row struct {
	Link `bun:",extend"`

	Author  string
	Number  string // of the audit
	Code    string // of the process
	TitleAZ string `bun:"title_az"`
	TitleEN string `bun:"title_en"`
	Period  string // of the cycle
}

// What names the one thing.
func (r Row) What(lang string) string {
	switch r.Scope {
	case OfAudit:
		return r.Number
	case OfCycle:
		return i18n.InLang(lang, r.TitleAZ, r.TitleEN) + ", " + r.Period
	}
	return i18n.InLang(lang, r.TitleAZ, r.TitleEN)
}

// Links lists links, newest first, at most 200; with an audit's id only its.
func (s *Service) Links(ctx context.Context) ([]Row, error) {
	if _, err := office.Allowed(ctx, policies.ObserverInvite); err != nil {
		return nil, err
	}
	return s.rows(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.OrderExpr("l.created_at DESC, l.id DESC").Limit(200)
	})
}

func (s *Service) rows(ctx context.Context, where func(*bun.SelectQuery) *bun.SelectQuery) (out []Row, err error) {
	q := s.DB.Read().NewSelect().Model(&out).ModelTableExpr("observer_links AS l").ColumnExpr("l.*").
		ColumnExpr("u.name AS author, COALESCE(a.number, '') AS number, COALESCE(p.code, '') AS code, COALESCE(p.title_az, '') AS title_az, COALESCE(p.title_en, '') AS title_en, COALESCE(y.period, '') AS period").
		Join("JOIN users AS u ON u.id = l.created_by").Join("LEFT JOIN audits AS a ON a.id = l.audit_id").Join("LEFT JOIN cycles AS y ON y.id = l.cycle_id").
		Join("LEFT JOIN processes AS p ON p.id = COALESCE(l.process_id, y.process_id)")
	err = where(q).Scan(ctx)
	return out, store.MapError(err, "links")
}

// Choice is a thing that a link can open.
type Choice struct{ ID, Label string }

// Choices lists what each scope can open, in the language.
func (s *Service) Choices(ctx context.Context, scope Scope, lang string) (out []Choice, err error) {
	if _, err := office.Allowed(ctx, policies.ObserverInvite); err != nil {
		return nil, err
	}
	title := "p.title_az"
	if lang != "az" {
		title = "COALESCE(NULLIF(p.title_en, ''), p.title_az)"
	}
	q := map[Scope]string{
		OfAudit:   "SELECT id, number || ' ' || title AS label FROM audits ORDER BY number DESC LIMIT 200",
		OfCycle:   "SELECT y.id, " + title + " || ', ' || y.period AS label FROM cycles y JOIN processes p ON p.id = y.process_id ORDER BY y.period DESC, p.sort_key LIMIT 300",
		OfProcess: "SELECT p.id, " + title + " AS label FROM processes p ORDER BY p.sort_key LIMIT 300",
	}[scope]
	err = s.DB.Read().NewRaw(q).Scan(ctx, &out)
	return out, store.MapError(err, "choices of a link")
}

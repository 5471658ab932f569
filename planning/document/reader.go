package document

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// ReaderKind says whom a line of readers names.
type ReaderKind string

// The kinds of lines.
const (
	Everybody    ReaderKind = "all"
	OfDepartment ReaderKind = "department"
	OfRole       ReaderKind = "role"
	OnePerson    ReaderKind = "user"
)

// Reader is a line of who must read a document.
type Reader struct {
	bun.BaseModel `bun:"table:document_readers,alias:x"`

	DocumentID   string     `bun:"document_id,pk"`
	Position     int        `bun:"position,pk"`
	Kind         ReaderKind `bun:"kind"`
	DepartmentID string     `bun:"department_id,nullzero"`
	Role         string     `bun:"role"`
	UserID       string     `bun:"user_id,nullzero"`

	DepartmentCode string `bun:"department_code,scanonly"`
	UserName       string `bun:"user_name,scanonly"`
}

// Readers says who must read a document.
type Readers struct {
	All         bool
	Departments []string // ids
	Roles       []policies.Role
	People      []string // ids of persons
}

// lines makes the rows of a choice, each once.
func (r Readers) lines(documentID string, c *apperr.Check) (out []Reader) {
	add := func(x Reader) {
		x.DocumentID, x.Position = documentID, len(out)+1
		out = append(out, x)
	}
	if r.All {
		add(Reader{Kind: Everybody})
	}
	for _, id := range unique(r.Departments) {
		if !store.IsID(id) {
			c.Add("departments", "error.field.choice")
			continue
		}
		add(Reader{Kind: OfDepartment, DepartmentID: id})
	}
	for _, role := range unique(r.Roles) {
		if !slices.Contains(ReaderRoles(), role) {
			c.Add("roles", "error.field.choice")
			continue
		}
		add(Reader{Kind: OfRole, Role: string(role)})
	}
	for _, id := range unique(r.People) {
		if !store.IsID(id) {
			c.Add("people", "error.field.choice")
			continue
		}
		add(Reader{Kind: OnePerson, UserID: id})
	}
	if len(out) > maxReaders {
		c.Add("people", "document.error.many_readers", "max", maxReaders)
	}
	return out
}

func unique[T ~string](list []T) []T {
	out := slices.Clone(list)
	slices.Sort(out)
	return slices.Compact(out)
}

// ReaderRoles lists the roles whose people can confirm that they have read.
func ReaderRoles() (out []policies.Role) {
	for _, r := range policies.Roles() {
		if len(policies.Reaches(r, policies.DocumentConfirm)) > 0 {
			out = append(out, r)
		}
	}
	return out
}

// SetReaders says anew who must read a document. version is that of the page
// the form was filled from.
func (s *Service) SetReaders(ctx context.Context, id string, version int, r Readers) error {
	return s.with(ctx, id, policies.DocumentWrite, func(tx *store.Tx, d *Document) error {
		var c apperr.Check
		lines := r.lines(d.ID, &c)
		if err := c.Err(); err != nil {
			return err
		}
		if d.Version != version {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		departments, err := office.DepartmentsByID(ctx, tx, r.Departments)
		if err != nil {
			return err
		}
		people, err := office.UsersByID(ctx, tx, r.People)
		if err != nil {
			return err
		}
		for _, x := range lines {
			if _, ok := departments[x.DepartmentID]; x.Kind == OfDepartment && !ok {
				return apperr.InvalidField("departments", "error.field.choice")
			}
			if _, ok := people[x.UserID]; x.Kind == OnePerson && !ok {
				return apperr.InvalidField("people", "error.field.choice")
			}
		}
		if err := setReaders(ctx, tx, d.ID, lines); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.DocumentWrite), Kind: Object, ID: d.ID, Label: d.Number, After: map[string]any{"step": "readers", "all": r.All,
			"departments": r.Departments, "roles": r.Roles, "people": r.People}})
		return setDocument(ctx, tx, d)
	})
}

// Confirm says that the actor has read the version that holds or is about to.
// A second time changes nothing. Conflict when versionID is no longer that.
func (s *Service) Confirm(ctx context.Context, id, versionID string) error {
	return s.with(ctx, id, policies.DocumentConfirm, func(tx *store.Tx, d *Document) error {
		v, err := standingVersion(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		if v.ID != versionID {
			return apperr.New(apperr.Conflict, "document.error.newer", "no", v.No)
		}
		fresh, err := insertAcknowledgement(ctx, tx, v.ID, tx.Actor.UserID, tx.Now)
		if err != nil {
			return err
		}
		if !fresh {
			return store.ErrNoChange
		}
		tx.Record(store.Change{Action: string(policies.DocumentConfirm), Kind: Object, ID: d.ID, Label: d.Number, After: map[string]any{"step": "confirm", "no": strconv.Itoa(v.No), "version": v.ID}})
		return nil
	})
}

// Remind tells everybody who must read a document and has not that it waits.
// Conflict when there is nobody.
func (s *Service) Remind(ctx context.Context, id string) (n int, err error) {
	err = s.with(ctx, id, policies.DocumentWrite, func(tx *store.Tx, d *Document) error {
		v, err := standingVersion(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		people, err := readings(ctx, tx, d.ID, v.ID, s.KIS.Today())
		if err != nil {
			return err
		}
		for _, p := range people {
			if p.At.IsZero() {
				n++
			}
		}
		if n == 0 {
			return apperr.New(apperr.Conflict, "document.error.nobody_left")
		}
		tx.Record(store.Change{Action: string(policies.DocumentWrite), Kind: Object, ID: d.ID, Label: d.Number, After: map[string]any{"step": "remind", "no": strconv.Itoa(v.No), "version": v.ID, "people": n}})
		return nil
	})
	return n, err
}

// Reading is a person who must read a version, or has read it.
type Reading struct {
	UserID         string
	Name           string
	DepartmentCode string
	At             time.Time // zero: not yet
	Must           bool      // false: read it without being asked to
}

// Readings lists who must read the version that holds and who has, those who
// have not first. For whoever may write or approve the document.
func (s *Service) Readings(ctx context.Context, id string) (Page, []Reading, error) {
	p, err := s.Document(ctx, id)
	if err != nil {
		return p, nil, err
	}
	if !drafts(actor.From(ctx), p.DepartmentID) {
		return p, nil, apperr.New(apperr.Forbidden, "document.error.not_department")
	}
	if p.Standing == nil {
		return p, nil, nil
	}
	list, err := readings(ctx, s.DB.Read(), id, p.Standing.ID, s.KIS.Today())
	return p, list, err
}

// mustRead is the condition that a user u must read a document d on the day ?0:
// by a line of its readers, as long as they work in the office with a role in
// which they can say so.
func mustRead() string {
	roles := make([]string, 0, len(ReaderRoles()))
	for _, r := range ReaderRoles() {
		roles = append(roles, "'"+string(r)+"'")
	}
	return `EXISTS (SELECT 1 FROM user_roles AS h WHERE h.user_id = u.id AND h.role IN (` + strings.Join(roles, ", ") + `) AND h.from_day <= ?0 AND (h.to_day IS NULL OR h.to_day >= ?0)) AND ` + listed
}

// listed is the condition that a line of readers names a user.
const listed = `u.disabled_at IS NULL AND u.department_id IS NOT NULL AND EXISTS (SELECT 1 FROM document_readers AS x WHERE x.document_id = d.id AND (x.kind = 'all'
	OR (x.kind = 'department' AND x.department_id = u.department_id) OR (x.kind = 'user' AND x.user_id = u.id)
	OR (x.kind = 'role' AND EXISTS (SELECT 1 FROM user_roles AS g WHERE g.user_id = u.id AND g.role = x.role AND g.from_day <= ?0 AND (g.to_day IS NULL OR g.to_day >= ?0)))))`

// readings reads who must read a version and who has.
func readings(ctx context.Context, db bun.IDB, documentID, versionID string, today day.Day) (list []Reading, err error) {
	err = db.NewRaw(`SELECT u.id AS user_id, u.name, COALESCE(o.code, '') AS department_code, a.at, (`+mustRead()+`) AS must
		FROM users AS u JOIN controlled_documents AS d ON d.id = ?1 LEFT JOIN departments AS o ON o.id = u.department_id
		LEFT JOIN document_acknowledgements AS a ON a.version_id = ?2 AND a.user_id = u.id
		WHERE (`+mustRead()+`) OR a.at IS NOT NULL ORDER BY CASE WHEN a.at IS NULL THEN 0 ELSE 1 END, u.sort_key, u.id`, today, documentID, versionID).Scan(ctx, &list)
	return list, store.MapError(err, "readings")
}

package audit

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// SiteKind says what a site is.
type SiteKind string

// The kinds.
const (
	Central SiteKind = "central" // mərkəzi aparat
	Local   SiteKind = "local"   // yerli statistika orqanı
)

// SiteKinds lists the kinds in the order of forms.
func SiteKinds() []SiteKind { return []SiteKind{Central, Local} }

// Site is a place of the office that is certified and audited by itself.
type Site struct {
	bun.BaseModel `bun:"table:sites,alias:si"`

	ID           string    `bun:"id,pk"`
	Code         string    `bun:"code"`
	NameAZ       string    `bun:"name_az"`
	NameEN       string    `bun:"name_en"`
	Kind         SiteKind  `bun:"kind"`
	DepartmentID string    `bun:"department_id"` // to which it belongs
	SortKey      string    `bun:"sort_key"`
	CreatedAt    time.Time `bun:"created_at"`
	ArchivedAt   time.Time `bun:"archived_at,nullzero"`
}

// Name is the name in a language.
func (x Site) Name(lang string) string { return i18n.InLang(lang, x.NameAZ, x.NameEN) }

// NewSite is a site to add.
type NewSite struct {
	Code, NameAZ, NameEN string
	Kind                 SiteKind
	DepartmentCode       string
}

// AddSite adds a site; a code in use is a Conflict.
func (s *Service) AddSite(ctx context.Context, n NewSite) (Site, error) {
	if _, err := office.Allowed(ctx, policies.ProgrammeDraft); err != nil {
		return Site{}, err
	}
	var c apperr.Check
	x := Site{ID: store.NewID(), Code: c.Text("code", n.Code, 1, 20), NameAZ: c.Text("name_az", n.NameAZ, 2, maxTitle), NameEN: c.Text("name_en", n.NameEN, 2, maxTitle), Kind: n.Kind}
	apperr.OneOf(&c, "kind", n.Kind, SiteKinds()...)
	if strings.ContainsAny(x.Code, " \t\n|,;/") {
		c.Add("code", "error.field.characters")
	}
	x.SortKey = i18n.SortKey(x.NameAZ)
	if err := c.Err(); err != nil {
		return Site{}, err
	}
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		x.CreatedAt = tx.Now
		if err := insertSite(ctx, tx, &x, n.DepartmentCode); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.ProgrammeDraft), Kind: "site", ID: x.ID, Label: x.Code, After: map[string]any{"name_az": x.NameAZ, "name_en": x.NameEN, "kind": x.Kind, "department": n.DepartmentCode}})
		return nil
	})
	return x, err
}

// insertSite writes a site of the department with a code.
func insertSite(ctx context.Context, tx *store.Tx, x *Site, departmentCode string) error {
	if err := tx.NewRaw("SELECT id FROM departments WHERE code = ?", departmentCode).Scan(ctx, &x.DepartmentID); err != nil {
		if apperr.Is(store.MapError(err, "department"), apperr.NotFound) {
			return apperr.InvalidField("department", "error.field.missing")
		}
		return store.MapError(err, "department")
	}
	_, err := tx.NewInsert().Model(x).Exec(ctx)
	return store.MapError(err, "insert site")
}

// Sites lists the sites in use, the central office first.
func (s *Service) Sites(ctx context.Context) ([]Site, error) {
	if _, err := office.Allowed(ctx, policies.ProgrammeRead); err != nil {
		return nil, err
	}
	return allSites(ctx, s.DB.Read())
}

func allSites(ctx context.Context, db bun.IDB) (out []Site, err error) {
	err = db.NewSelect().Model(&out).Where("si.archived_at IS NULL").OrderExpr("CASE si.kind WHEN 'central' THEN 0 ELSE 1 END, si.sort_key, si.id").Scan(ctx)
	return out, store.MapError(err, "sites")
}

// sitesOf reads the sites of an audit.
func sitesOf(ctx context.Context, db bun.IDB, auditID string) (out []Site, err error) {
	err = db.NewSelect().Model(&out).Where("si.id IN (SELECT x.site_id FROM audit_sites x WHERE x.audit_id = ?)", auditID).Order("si.sort_key", "si.id").Scan(ctx)
	return out, store.MapError(err, "sites of an audit")
}

// loadSites adds the sites of the reference data that are not there yet.
func loadSites(ctx context.Context, tx *store.Tx) (added []Site, err error) {
	rows, err := reference.Rows(reference.Sites)
	if err != nil {
		return nil, err
	}
	var have []string
	if err := tx.NewRaw("SELECT code FROM sites").Scan(ctx, &have); err != nil {
		return nil, store.MapError(err, "sites")
	}
	known := map[string]bool{}
	for _, code := range have {
		known[code] = true
	}
	for _, r := range rows {
		if known[r["code"]] {
			continue
		}
		x := Site{ID: store.NewID(), Code: r["code"], NameAZ: r["name_az"], NameEN: r["name_en"], Kind: SiteKind(r["kind"]), SortKey: i18n.SortKey(r["name_az"]), CreatedAt: tx.Now}
		if err := insertSite(ctx, tx, &x, r["department"]); err != nil {
			return nil, err
		}
		added = append(added, x)
	}
	return added, nil
}

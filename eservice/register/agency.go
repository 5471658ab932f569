package register

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// AgencySection is one of the two sections of services (2.2).
type AgencySection string

// The sections.
const (
	Central AgencySection = "central"
	Local   AgencySection = "local"
)

// Agency is a state body that provides services.
type Agency struct {
	bun.BaseModel `bun:"table:agencies,alias:ag"`

	ID          string        `bun:"id,pk"`
	Code        string        `bun:"code"` // never changes
	NameAZ      string        `bun:"name_az"`
	NameEN      string        `bun:"name_en"`
	Section     AgencySection `bun:"section"`
	FromDay     day.Day       `bun:"from_day"` // empty: before anything that is known
	ToDay       day.Day       `bun:"to_day"`   // last day; empty: it is still there
	ContactText string        `bun:"contact"`
	Revision    int           `bun:"revision"`
	SearchKey   string        `bun:"search_key"`
	SortKey     string        `bun:"sort_key"`
	CreatedAt   time.Time     `bun:"created_at"`

	Contact Items `bun:"-"` // 2.5.1–2.5.3
}

// Name is the name in a language.
func (a Agency) Name(lang string) string { return i18n.InLang(lang, a.NameAZ, a.NameEN) }

// Unit is a structural unit of a body, with addresses and contacts of its own.
type Unit struct {
	bun.BaseModel `bun:"table:agency_units,alias:au"`

	ID          string  `bun:"id,pk"`
	AgencyID    string  `bun:"agency_id"`
	Code        string  `bun:"code"`
	NameAZ      string  `bun:"name_az"`
	NameEN      string  `bun:"name_en"`
	ContactText string  `bun:"contact"`
	Revision    int     `bun:"revision"`
	ToDay       day.Day `bun:"to_day"`

	Contact Items `bun:"-"`
}

// Name is the name in a language.
func (u Unit) Name(lang string) string { return i18n.InLang(lang, u.NameAZ, u.NameEN) }

// contactShapes say how the items of 2.5 are filled in.
var contactShapes = map[string]shape{
	"2.5.1a": {KindText, "", maxShort}, "2.5.1b": {KindText, "", maxShort}, "2.5.2a": {KindList, "", 1000}, "2.5.2b": {KindList, "", 1000},
	"2.5.2c": {KindText, "", 300}, "2.5.2d": {KindText, "", 300}, "2.5.2e": {KindText, "", maxShort}, "2.5.2f": {KindLong, "", 4000}, "2.5.3": {KindList, "", 4000},
}

var contactTable = sync.OnceValue(func() []Field {
	rows, err := reference.Rows(reference.RegisterFields)
	if err != nil {
		panic(err) // embedded, and tested
	}
	var out []Field
	for _, r := range rows {
		if s, ok := contactShapes[r["clause"]]; ok {
			out = append(out, Field{Clause: r["clause"], NameAZ: r["name_az"], NameEN: r["name_en"], Kind: s.kind, Required: r["required"] == "yes", Max: s.max, Public: true})
		}
	}
	return out
})

// ContactFields are the items of the section on the body (2.5).
func ContactFields() []Field { return slices.Clone(contactTable()) }

// AgencyEdit is what an officer changes of a body: addresses, contacts,
// working hours, payment details. Seen is the revision that was looked at.
type AgencyEdit struct {
	AgencyID string
	Contact  map[string]string // clause to what was typed
	Seen     int
}

// EditAgency changes the section on a body (2.5.1–2.5.3). Who saw an older
// revision is told with a Conflict.
func (s *Service) EditAgency(ctx context.Context, in AgencyEdit) error {
	if _, err := office.Allowed(ctx, policies.AgencyEdit); err != nil {
		return err
	}
	if err := mayIn(ctx, policies.AgencyEdit, policies.AgencyRead, in.AgencyID, kindAgency); err != nil {
		return err
	}
	contact, err := readContact(in.Contact)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := lockAgency(ctx, tx, in.AgencyID)
		if err != nil {
			return err
		}
		if in.Seen != a.Revision {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		if a.ToDay != "" {
			return apperr.New(apperr.Conflict, "register.agency.gone", "date", a.ToDay.Format())
		}
		before := a.Contact
		a.Contact = contact
		a.ContactText, _ = contact.encode()
		a.Revision++
		if err := updateAgency(ctx, tx, a, "contact", "revision"); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.AgencyEdit), Kind: kindAgency, ID: a.ID, Label: a.Code, Before: before, After: contact})
		return nil
	})
}

// readContact reads the items of 2.5 as they were typed.
func readContact(typed map[string]string) (Items, error) {
	var check apperr.Check
	out := Items{}
	for _, f := range contactTable() {
		v := f.read(typed[f.Clause], nil, "", func(key string, args ...any) { check.Add(f.Key(), key, args...) })
		if v != "" {
			out[f.Clause] = v
		}
	}
	if w := out["2.5.2c"]; w != "" && !apperr.WebAddress(w) {
		check.Add(Field{Clause: "2.5.2c"}.Key(), "register.field.web")
	}
	if m := out["2.5.2d"]; m != "" && !mailAddress.MatchString(m) {
		check.Add(Field{Clause: "2.5.2d"}.Key(), "register.field.mail")
	}
	return out, check.Err()
}

// UnitEdit is a unit that is added (ID empty), changed or, with End, closed.
type UnitEdit struct {
	ID, AgencyID   string
	Code           string // of a new one
	NameAZ, NameEN string
	Contact        map[string]string
	End            bool
	Seen           int
}

// SaveUnit adds or changes a structural unit of a body (2.3.4, 2.5.1).
func (s *Service) SaveUnit(ctx context.Context, in UnitEdit) error {
	if _, err := office.Allowed(ctx, policies.AgencyEdit); err != nil {
		return err
	}
	if err := mayIn(ctx, policies.AgencyEdit, policies.AgencyRead, in.AgencyID, kindAgency); err != nil {
		return err
	}
	var check apperr.Check
	u := Unit{ID: in.ID, AgencyID: in.AgencyID, Code: in.Code, NameAZ: check.Text("name_az", in.NameAZ, 1, 300), NameEN: check.Text("name_en", in.NameEN, 0, 300), Revision: 1}
	if in.ID == "" {
		if u.Code = check.Text("code", in.Code, 1, 20); !unitCode.MatchString(u.Code) {
			check.Add("code", "register.field.unit_code")
		}
	}
	contact, err := readContact(in.Contact)
	if err == nil {
		err = check.Err()
	}
	if err != nil {
		return err
	}
	if u.NameEN == "" {
		u.NameEN = u.NameAZ
	}
	u.ContactText, _ = contact.encode()
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := lockAgency(ctx, tx, in.AgencyID)
		if err != nil {
			return err
		}
		if a.ToDay != "" {
			return apperr.New(apperr.Conflict, "register.agency.gone", "date", a.ToDay.Format())
		}
		var before map[string]any
		if in.ID == "" {
			u.ID, u.Code = store.NewID(), a.Code+"-"+u.Code // told apart also when a service goes to another body
			if _, err := tx.NewInsert().Model(&u).Exec(ctx); err != nil {
				return store.MapError(err, "insert unit")
			}
		} else if before, err = changeUnit(ctx, tx, &u, in, s.KIS.Today()); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.AgencyEdit), Kind: kindUnit, ID: u.ID, Label: u.Code, RootKind: kindAgency, RootID: a.ID, Before: before,
			After: map[string]any{"name_az": u.NameAZ, "contact": contact, "until": u.ToDay}})
		return nil
	})
}

func changeUnit(ctx context.Context, tx *store.Tx, u *Unit, in UnitEdit, today day.Day) (map[string]any, error) {
	var old Unit
	if !store.IsID(in.ID) {
		return nil, apperr.Missing(kindUnit)
	}
	if err := tx.NewSelect().Model(&old).Where("au.id = ? AND au.agency_id = ?", in.ID, in.AgencyID).Scan(ctx); err != nil {
		return nil, store.MapError(err, "unit")
	}
	if old.Revision != in.Seen {
		return nil, apperr.New(apperr.Conflict, "error.conflict")
	}
	u.Code, u.ToDay, u.Revision = old.Code, old.ToDay, old.Revision+1
	if in.End && old.ToDay == "" {
		u.ToDay = today
	}
	_, err := tx.NewUpdate().Model(u).Column("name_az", "name_en", "contact", "to_day", "revision").WherePK().Exec(ctx)
	return map[string]any{"name_az": old.NameAZ, "until": old.ToDay}, store.MapError(err, "update unit")
}

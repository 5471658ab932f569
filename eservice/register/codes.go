package register

import (
	"cmp"
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// Code is one value of a code list, from a day and up to a last day.
type Code struct {
	bun.BaseModel `bun:"table:register_codes,alias:rc"`

	List         string  `bun:"list,pk"` // clause of the item
	Code         string  `bun:"code,pk"`
	ValidFrom    day.Day `bun:"valid_from,pk"`
	ValidTo      day.Day `bun:"valid_to"`
	Position     int     `bun:"position"`
	NameAZ       string  `bun:"name_az"`
	NameEN       string  `bun:"name_en"`
	Electronised bool    `bun:"electronised"`
	Confirmed    bool    `bun:"confirmed"` // false: provisional
	BasisAZ      string  `bun:"basis_az"`
	BasisEN      string  `bun:"basis_en"`
}

// Name is the name in a language.
func (c Code) Name(lang string) string { return i18n.InLang(lang, c.NameAZ, c.NameEN) }

// Basis says where the value comes from.
func (c Code) Basis(lang string) string { return i18n.InLang(lang, c.BasisAZ, c.BasisEN) }

// on says whether the value holds on a day.
func (c Code) on(d day.Day) bool { return c.ValidFrom <= d && (c.ValidTo == "" || d <= c.ValidTo) }

// Codes are all values of all lists, those of the past too.
type Codes []Code

// On lists the values of a list on a day, in their order.
func (cs Codes) On(list string, d day.Day) []Code {
	var out []Code
	for _, c := range cs {
		if c.List == list && c.on(d) {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b Code) int { return cmp.Compare(a.Position, b.Position) })
	return out
}

// Find gives the newest value of a code, whether it still holds or not.
func (cs Codes) Find(list, code string) (found Code, ok bool) {
	for _, c := range cs {
		if c.List == list && c.Code == code && (!ok || c.ValidFrom > found.ValidFrom) {
			found, ok = c, true
		}
	}
	return found, ok
}

// Word is the name of a code, or the code itself when the list has none.
func (cs Codes) Word(lang, list, code string) string {
	if c, ok := cs.Find(list, code); ok {
		return c.Name(lang)
	}
	return code
}

// Codes gives all code lists. They are no secret: the catalogue shows them.
func (s *Service) Codes(ctx context.Context) (Codes, error) { return loadCodes(ctx, s.DB.Read()) }

func loadCodes(ctx context.Context, db bun.IDB) (out Codes, err error) {
	err = db.NewSelect().Model((*[]Code)(&out)).OrderExpr("rc.list, rc.position, rc.code, rc.valid_from").Scan(ctx)
	return out, store.MapError(err, "code lists")
}

// grounds are the two grounds for removal (4.8).
var grounds = []Code{
	{List: clauseGround, Code: "abolished", Position: 1, NameAZ: "xidmətin əsasını ləğv edən hüquqi akt qüvvəyə minib (4.8.1)", NameEN: "a legal act abolishing the basis of the service is in force (4.8.1)", Confirmed: true, BasisAZ: "Qaydaların 4.8.1-ci yarımbəndi", BasisEN: "Subclause 4.8.1 of the Rules"},
	{List: clauseGround, Code: "no_basis", Position: 2, NameAZ: "məlumat hüquqi aktlarda nəzərdə tutulmayıb (4.8.2)", NameEN: "the information is not provided for in legal acts (4.8.2)", Confirmed: true, BasisAZ: "Qaydaların 4.8.2-ci yarımbəndi", BasisEN: "Subclause 4.8.2 of the Rules"},
}

// codesFrom is the day from which the lists that an office starts with hold:
// that of the decision.
const codesFrom day.Day = "2015-02-09"

// LoadReference brings the code lists into an empty database, the provisional
// ones marked as such. What is there already is left as it is; applications of
// an older program get what they are found by.
func (s *Service) LoadReference(ctx context.Context) error {
	if _, err := office.Allowed(ctx, policies.CodeWrite); err != nil {
		return err
	}
	if err := s.foldTitles(ctx); err != nil {
		return err
	}
	have, err := loadCodes(ctx, s.DB.Read())
	if err != nil || len(have) > 0 {
		return err
	}
	list := slices.Clone(grounds)
	for name, clause := range map[string]string{reference.RegisterCodeLists: "", reference.ElectronisationLevels: clauseLevel, reference.AutomationLevels: clauseAutomation} {
		rows, err := reference.Rows(name)
		if err != nil {
			return apperr.Wrap(err, "reference")
		}
		for i, r := range rows {
			of := cmp.Or(clause, r["clause"])
			list = append(list, Code{List: of, Code: r["code"], Position: i + 1, NameAZ: r["name_az"], NameEN: r["name_en"], Electronised: r["electronised"] == "true",
				Confirmed: r.Bool("confirmed"), BasisAZ: r["basis_az"], BasisEN: r["basis_en"]})
		}
	}
	for i := range list {
		list[i].ValidFrom = codesFrom
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.NewInsert().Model(&list).Exec(ctx); err != nil {
			return store.MapError(err, "insert code lists")
		}
		tx.Record(store.Change{Action: office.TrailReferenceLoad, Kind: kindCode, ID: "reference", Label: "reference", After: map[string]int{"codes": len(list)}})
		return nil
	})
}

// NewCode is a value that holds from a day, in the place of the one with the
// same code that held before.
type NewCode struct {
	List, Code     string
	NameAZ, NameEN string
	Basis          string
	From           day.Day
	Confirmed      bool
	Electronised   bool
	End            bool // nothing follows: the code ends on the day before From
}

// SetCode adds a value to a list, gives one another name, or ends it. What was
// filled in with the old value stays as it was.
func (s *Service) SetCode(ctx context.Context, n NewCode) error {
	if _, err := office.Allowed(ctx, policies.CodeWrite); err != nil {
		return err
	}
	var check apperr.Check
	if _, known := listed[n.List]; !known || n.List == clauseGround {
		check.Add("list", "error.field.choice")
	}
	n.Code = check.Text("code", n.Code, 1, 40)
	if !plainCode(n.Code) {
		check.Add("code", "register.field.code")
	}
	if !n.End {
		n.NameAZ, n.NameEN = check.Text("name_az", n.NameAZ, 1, 200), check.Text("name_en", n.NameEN, 1, 200)
	}
	n.Basis = check.Text("basis", n.Basis, 3, maxShort)
	if n.From == "" {
		check.Add("from", "error.field.required")
	}
	if err := check.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		all, err := loadCodes(ctx, tx)
		if err != nil {
			return err
		}
		old, had := all.Find(n.List, n.Code)
		if n.End && (!had || old.ValidTo != "") {
			return apperr.InvalidField("code", "register.code.not_valid")
		}
		if had && n.From <= old.ValidFrom {
			return apperr.InvalidField("from", "error.field.date_after", "date", old.ValidFrom.Format())
		}
		if err := kis.ReferenceChanges(ctx, tx, policies.CodeWrite, n.List+" "+n.Code); err != nil {
			return err
		}
		if had && old.ValidTo == "" {
			if _, err := tx.NewRaw("UPDATE register_codes SET valid_to = ? WHERE list = ? AND code = ? AND valid_from = ?", n.From.Add(-1), n.List, n.Code, old.ValidFrom).Exec(ctx); err != nil {
				return store.MapError(err, "end a code")
			}
		}
		c := Code{List: n.List, Code: n.Code, ValidFrom: n.From, Position: old.Position, NameAZ: n.NameAZ, NameEN: n.NameEN, Electronised: n.Electronised, Confirmed: n.Confirmed, BasisAZ: n.Basis, BasisEN: n.Basis}
		if !had {
			c.Position = len(all) + 1
		}
		if !n.End {
			if _, err := tx.NewInsert().Model(&c).Exec(ctx); err != nil {
				return store.MapError(err, "insert code")
			}
		}
		tx.Record(store.Change{Action: string(policies.CodeWrite), Kind: kindCode, ID: n.List + ":" + n.Code, Label: n.List + " " + n.Code, Note: n.Basis,
			Before: map[string]any{"name": old.NameAZ, "until": n.From.Add(-1)}, After: map[string]any{"name": c.NameAZ, "from": n.From, "confirmed": n.Confirmed, "ended": n.End}})
		return nil
	})
}

// plainCode says whether a code is small letters, digits and underscores.
func plainCode(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' {
			return false
		}
	}
	return s != ""
}

package document

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// Kind is a kind of documents; kinds are data.
type Kind struct {
	bun.BaseModel `bun:"table:document_kinds,alias:k"`

	Code         string `bun:"code,pk"`
	Position     int    `bun:"position"`
	Prefix       string `bun:"prefix"` // of numbers: KİS SP
	NameAZ       string `bun:"name_az"`
	NameEN       string `bun:"name_en"`
	TextAZ       string `bun:"text_az"`
	TextEN       string `bun:"text_en"`
	ReviewMonths int    `bun:"review_months"` // until a version is to be looked at again
	ReadDays     int    `bun:"read_days"`     // working days in which it is to be read
}

// Name and Text are the words of a kind in a language.
func (k Kind) Name(lang string) string { return i18n.InLang(lang, k.NameAZ, k.NameEN) }

// Text says what documents of the kind are.
func (k Kind) Text(lang string) string { return i18n.InLang(lang, k.TextAZ, k.TextEN) }

// Kinds lists the kinds in their order.
func (s *Service) Kinds(ctx context.Context) ([]Kind, error) {
	if _, err := office.Allowed(ctx, policies.DocumentRead); err != nil {
		return nil, err
	}
	return kindsOf(ctx, s.DB.Read())
}

func kindsOf(ctx context.Context, db bun.IDB) ([]Kind, error) {
	var list []Kind
	err := db.NewSelect().Model(&list).OrderExpr("k.position").Scan(ctx)
	return list, store.MapError(err, "kinds of documents")
}

// kindBy finds a kind; none is Invalid on "kind".
func kindBy(ctx context.Context, db bun.IDB, code string) (Kind, error) {
	list, err := kindsOf(ctx, db)
	for _, k := range list {
		if k.Code == code {
			return k, nil
		}
	}
	if err == nil {
		err = apperr.InvalidField("kind", "error.field.choice")
	}
	return Kind{}, err
}

// LoadReference brings the kinds of the reference data into the database. A
// kind that is there stays as it is; loading again changes nothing.
func (s *Service) LoadReference(ctx context.Context) error {
	if _, err := office.Allowed(ctx, policies.DocumentWrite); err != nil {
		return err
	}
	rows, err := reference.Rows(reference.DocumentKinds)
	if err != nil {
		return apperr.Wrap(err, "reference")
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		fresh := 0
		for i, r := range rows {
			months, err1 := strconv.Atoi(r["review_months"])
			days, err2 := strconv.Atoi(r["read_days"])
			if err1 != nil || err2 != nil {
				return apperr.New(apperr.Internal, "error.internal", "kind", r["code"])
			}
			k := Kind{Code: r["code"], Position: i + 1, Prefix: r["prefix"], NameAZ: r["name_az"], NameEN: r["name_en"], TextAZ: r["text_az"], TextEN: r["text_en"],
				ReviewMonths: months, ReadDays: days}
			n, err := store.Affected(tx.NewInsert().Model(&k).On("CONFLICT (code) DO NOTHING").Exec(ctx))
			if err != nil {
				return store.MapError(err, "insert kind")
			}
			fresh += int(n)
		}
		if fresh == 0 {
			return store.ErrNoChange
		}
		tx.Record(store.Change{Action: "planning:document:kinds", Kind: "document_kind", ID: "reference", After: map[string]any{"kinds": fresh}})
		return nil
	})
}

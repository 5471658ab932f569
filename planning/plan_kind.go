package planning

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// MainKind is the kind of the yearly plan of the quality-management system
// itself; a year stands for its plan where no kind is named.
const MainKind = "kis"

// Key is how addresses, commands and people name a plan: its year, "2027", and
// for every kind but the main one the kind behind it, "2027-corruption".
type Key string

// KeyOf gives the key of the plan of a year and kind.
func KeyOf(year int, kind string) Key {
	if kind == MainKind || kind == "" {
		return Key(strconv.Itoa(year))
	}
	return Key(strconv.Itoa(year) + "-" + kind)
}

// Year is the year a key names; 0 when it is none.
func (k Key) Year() int {
	text, _, _ := strings.Cut(string(k), "-")
	n, err := strconv.Atoi(text)
	if err != nil || n < 1990 || n > 2199 || strconv.Itoa(n) != text {
		return 0
	}
	return n
}

// PlanKind is a kind of yearly plan; the list is data. Of each kind there is
// one plan a year.
type PlanKind struct {
	bun.BaseModel `bun:"table:plan_kinds,alias:pk"`

	Code         string `bun:"code,pk"`
	Position     int    `bun:"position"`
	NameAZ       string `bun:"name_az"`
	NameEN       string `bun:"name_en"`
	ShortAZ      string `bun:"short_az"`
	ShortEN      string `bun:"short_en"`
	ImpactMonths int    `bun:"impact_months"` // from the acceptance of an item's end to the check of its impact
	ReportDays   int    `bun:"report_days"`   // calendar days after a quarter by which it is reported on
}

// Name is the full name of plans of the kind in a language.
func (k PlanKind) Name(lang string) string { return i18n.InLang(lang, k.NameAZ, k.NameEN) }

// Short is the short name in a language.
func (k PlanKind) Short(lang string) string { return i18n.InLang(lang, k.ShortAZ, k.ShortEN) }

// Reported is the last day for the report on a quarter of a year.
func (k PlanKind) Reported(year, quarter int) day.Day {
	return QuarterEnd(year, quarter).Add(k.ReportDays)
}

// QuarterEnd is the last day of a quarter of a year.
func QuarterEnd(year, quarter int) day.Day {
	return day.Make(year, time.Month(3*quarter+1), 1).Add(-1)
}

// PlanRule is a version of the rule by which it is computed how far an item
// has come; the words of the rule are shown with the figure.
type PlanRule struct {
	bun.BaseModel `bun:"table:plan_rules,alias:pr"`

	Version   int     `bun:"version,pk"`
	ValidFrom day.Day `bun:"valid_from"`
	OpenCap   int     `bun:"open_cap"` // per cent; the most before the end is accepted
	BySteps   bool    `bun:"by_steps"` // where there are steps they count, not quarters
	TextAZ    string  `bun:"text_az"`
	TextEN    string  `bun:"text_en"`
}

// Text is the rule in words.
func (r PlanRule) Text(lang string) string { return i18n.InLang(lang, r.TextAZ, r.TextEN) }

// PlanKinds lists the kinds of plans in their order.
func (s *Service) PlanKinds(ctx context.Context) ([]PlanKind, error) {
	if _, err := office.Allowed(ctx, policies.PlanRead); err != nil {
		return nil, err
	}
	var list []PlanKind
	err := s.DB.Read().NewSelect().Model(&list).OrderExpr("pk.position, pk.code").Scan(ctx)
	return list, store.MapError(err, "kinds of plans")
}

// kindAndRule reads the kind of a plan and the rule it is computed by.
func kindAndRule(ctx context.Context, db bun.IDB, p Plan) (k PlanKind, r PlanRule, err error) {
	if err = db.NewSelect().Model(&k).Where("pk.code = ?", p.Kind).Scan(ctx); err == nil {
		err = db.NewSelect().Model(&r).Where("pr.version = ?", p.Rule).Scan(ctx)
	}
	return k, r, store.MapError(err, "kind of plan")
}

// newestRule is the version that holds on a day.
func newestRule(ctx context.Context, db bun.IDB, on day.Day) (version int, err error) {
	err = db.NewSelect().Table("plan_rules").Column("version").Where("valid_from <= ?", on).OrderExpr("version DESC").Limit(1).Scan(ctx, &version)
	return version, store.MapError(err, "rule of plans")
}

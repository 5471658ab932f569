package programme

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/gsbpm"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
)

// Cover says how far something was looked at.
type Cover string

// The degrees.
const (
	ThisYear Cover = "year"    // a row about it was answered in an audit of the year that was reported
	Lately   Cover = "three"   // in one of the two years before
	ToCome   Cover = "planned" // an audit or a row of the programme of the year has it in scope
	Nowhere  Cover = "none"
)

// Covered is one sub-process or clause.
type Covered struct {
	Code   string
	NameAZ string
	NameEN string

	Year, Before, Planned bool // looked at in the year, in the two years before; planned in the year and not yet done
}

// Cover is the degree in a word: what was done counts before what is to come.
func (c Covered) Cover() Cover {
	switch {
	case c.Year:
		return ThisYear
	case c.Planned:
		return ToCome
	case c.Before:
		return Lately
	}
	return Nowhere
}

// Name is the name in a language.
func (c Covered) Name(lang string) string { return i18n.InLang(lang, c.NameAZ, c.NameEN) }

// Share is how many of how many.
type Share struct{ N, Of int }

// Percent is the share in whole per cent, rounded; 0 of nothing.
func (s Share) Percent() int {
	if s.Of == 0 {
		return 0
	}
	return (200*s.N + s.Of) / (2 * s.Of)
}

// Coverage says how much of the model and of the standard audits looked at in
// the year of a programme and in the three years that end with it.
type Coverage struct {
	SubProcesses []Covered // the 44 of the model
	Clauses      []Covered // of two numbers: 4.1 … 10.3
	Standard     string    // name of the standard
}

// Of counts a list: looked at in the year, in three years, and in the year
// when everything planned is done.
func Of(list []Covered) (year, three, planned Share) {
	year.Of, three.Of, planned.Of = len(list), len(list), len(list)
	for _, c := range list {
		if c.Year {
			year.N++
		}
		if c.Year || c.Before {
			three.N++
		}
		if c.Year || c.Planned {
			planned.N++
		}
	}
	return year, three, planned
}

// coverage reads what the audits of three years looked at, in five queries. What
// reported audits have looked at is kept with them, so that only the rows of
// audits of the year that are still to come are read.
func (s *Service) coverage(ctx context.Context, db bun.IDB, v View) (c Coverage, err error) {
	all, err := gsbpm.SubProcesses()
	if err != nil {
		return c, apperr.Wrap(err, "model")
	}
	subs := make([]Covered, len(all))
	for i, a := range all {
		subs[i] = Covered{Code: a.Code, NameAZ: a.NameAZ, NameEN: a.NameEN}
	}
	standard, clauses, err := clausesAudited(ctx, db)
	if err != nil {
		return c, err
	}
	c.Standard = standard
	rows, err := lookedAndToCome(ctx, db, v.Year)
	if err != nil {
		return c, err
	}
	bySub, byClause := map[string]Covered{}, map[string]Covered{}
	for _, r := range rows {
		this := r.Year == v.Year
		for _, m := range []struct {
			by   map[string]Covered
			code string
		}{{bySub, firstTwo(r.GSBPM)}, {byClause, firstTwo(clauseNumber(r.Clause))}} {
			x := m.by[m.code]
			x.Year = x.Year || this && r.Looked == 1
			x.Before = x.Before || !this && r.Looked == 1
			x.Planned = x.Planned || this && r.Looked == 0
			m.by[m.code] = x
		}
	}
	for _, r := range v.Rows {
		if r.Kind != Process || len(r.MonthList()) == len(r.Audits) || v.State == Closed {
			continue // what is to come stands in the rows of its audits already
		}
		for _, x := range subs {
			if r.Codes == "" || within(r.CodeList(), x.Code) {
				had := bySub[x.Code]
				had.Planned = true
				bySub[x.Code] = had
			}
		}
	}
	c.SubProcesses, c.Clauses = mark(subs, bySub), mark(clauses, byClause)
	return c, nil
}

// lookedRow is a code and clause that audits of a year have looked at, or will.
type lookedRow struct {
	Year   int
	GSBPM  string `bun:"gsbpm"`
	Clause string
	Looked int // 0: to come
}

// noAudit keeps a list of ids from being empty; the page takes as many queries
// whatever there is to come.
const noAudit = "00000000-0000-0000-0000-000000000000"

// lookedAndToCome reads what reported audits of three years have looked at and
// what is still to come in the last of them, in three queries.
func lookedAndToCome(ctx context.Context, db bun.IDB, year int) (out []lookedRow, err error) {
	err = db.NewRaw("SELECT year, gsbpm, clause, 1 AS looked FROM audit_looked WHERE year BETWEEN ? AND ?", year-2, year).Scan(ctx, &out)
	if err != nil {
		return nil, store.MapError(err, "what was looked at")
	}
	// By their ids, so that the rows of the others are not even thought of.
	var open []string
	err = db.NewRaw("SELECT CAST(a.id AS TEXT) FROM audits a WHERE a.state IN (?) AND a.planned_from >= ? AND a.planned_from < ?",
		bun.List([]audit.State{audit.Planned, audit.Announced, audit.InProgress}), strconv.Itoa(year)+"-01-01", strconv.Itoa(year+1)+"-01-01").Scan(ctx, &open)
	if err != nil {
		return nil, store.MapError(err, "audits to come")
	}
	var next []lookedRow
	err = db.NewRaw("SELECT DISTINCT ? AS year, r.gsbpm, r.clause, 0 AS looked FROM audit_rows r WHERE r.audit_id IN (?)", year, bun.List(append(open, noAudit))).Scan(ctx, &next)
	return append(out, next...), store.MapError(err, "what is to come")
}

// firstTwo cuts a code to two numbers; a code of one number covers nothing by
// itself.
func firstTwo(code string) string {
	parts := strings.Split(code, ".")
	if len(parts) < 2 {
		return ""
	}
	return parts[0] + "." + parts[1]
}

// clauseNumber is the number of a clause without the letter of an item:
// "9.2.2 c" → "9.2.2".
func clauseNumber(clause string) string {
	number, _, _ := strings.Cut(clause, " ")
	return number
}

// within says whether one of the codes is the sub-process or its phase.
func within(codes []string, sub string) bool {
	for _, c := range codes {
		if c == sub || strings.HasPrefix(sub, c+".") {
			return true
		}
	}
	return false
}

func mark(list []Covered, by map[string]Covered) []Covered {
	out := make([]Covered, 0, len(list))
	for _, c := range list {
		x := by[c.Code]
		c.Year, c.Before, c.Planned = x.Year, x.Before, x.Planned
		out = append(out, c)
	}
	return out
}

// clausesAudited gives the clauses of two numbers of the standard that most
// questions of the checklist templates are about, in order.
func clausesAudited(ctx context.Context, db bun.IDB) (name string, out []Covered, err error) {
	var st []struct {
		Code, Edition, Name string
	}
	err = db.NewRaw(`SELECT s.code, s.edition, s.name FROM standards s JOIN checklist_templates t ON t.standard = s.code AND t.edition = s.edition
		GROUP BY s.code, s.edition, s.name ORDER BY COUNT(*) DESC, s.code, s.edition DESC LIMIT 1`).Scan(ctx, &st)
	if err != nil || len(st) == 0 {
		return "", nil, store.MapError(err, "standard of checklists")
	}
	var rows []struct {
		Number  string
		TitleAZ string `bun:"title_az"`
		TitleEN string `bun:"title_en"`
	}
	err = db.NewRaw("SELECT number, title_az, title_en FROM standard_clauses WHERE standard = ? AND edition = ?", st[0].Code, st[0].Edition).Scan(ctx, &rows)
	for _, r := range rows {
		if strings.Count(r.Number, ".") == 1 && !strings.Contains(r.Number, " ") {
			out = append(out, Covered{Code: r.Number, NameAZ: r.TitleAZ, NameEN: r.TitleEN})
		}
	}
	sortClauses(out)
	return st[0].Name, out, store.MapError(err, "clauses")
}

// sortClauses sorts by number: 9.3 stands before 10.1.
func sortClauses(list []Covered) {
	slices.SortFunc(list, func(a, b Covered) int { return audit.CompareClauses(a.Code, b.Code) })
}

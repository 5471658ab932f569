package audit

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
)

// BuildRequest says what a checklist is made of.
type BuildRequest struct {
	Templates   []string // ids of published templates
	Clauses     []string // only questions on these clauses and what lies under them; empty = all
	Departments bool     // only questions on what the audited departments take part in
}

// LeftWhy says why a question of a template is not in a checklist.
type LeftWhy string

const (
	OutOfScope      LeftWhy = "scope"          // its code lies outside of the audited codes
	OtherClause     LeftWhy = "clause"         // on another clause than asked for
	WhyNA           LeftWhy = "not_applicable" // the description of the process says that it does not exist
	OtherDepartment LeftWhy = "department"     // none of the audited departments takes part in it
	Duplicate       LeftWhy = "duplicate"      // merged into the same question of another template
)

// LeftWhys lists the reasons in the order in which they are tried.
func LeftWhys() []LeftWhy {
	return []LeftWhy{OutOfScope, OtherClause, WhyNA, OtherDepartment, Duplicate}
}

// LeftOut is a question that is not in the checklist.
type LeftOut struct {
	Template string // code
	Row      Row    // as it would have been
	Why      LeftWhy
	Into     string // number of the row that a duplicate was merged into
}

// LastFinding is what the last audit of the same scope found where a row asks.
type LastFinding struct {
	ID        string
	Audit     string // number
	No        int
	Grade     Grade
	Clause    string
	GSBPM     string
	Statement string
}

// Composition is a checklist before it is built.
type Composition struct {
	Rows  []Row                  // in order; those with a LastFinding first
	Out   []LeftOut              // in the order of the templates
	Last  map[string]LastFinding // by id of the finding
	Audit string                 // number of the audit that Last comes from, "" when there was none
	From  []Template             // in the order of the questions
}

// Count says how many questions of a template are in the checklist, and how
// many are out for a reason; "" counts those that are in.
func (c Composition) Count(template string, why LeftWhy) (n int) {
	if why == "" {
		for _, t := range c.From {
			for _, r := range c.Rows {
				if t.Code == template && r.TemplateID == t.ID {
					n++
				}
			}
		}
		return n
	}
	for _, o := range c.Out {
		if o.Template == template && o.Why == why {
			n++
		}
	}
	return n
}

// Flagged counts the rows where the last audit found something.
func (c Composition) Flagged() (n int) {
	for _, r := range c.Rows {
		if r.LastFinding != "" {
			n++
		}
	}
	return n
}

// clauseOfScope is the clause that asks for the ground of leaving something
// out: its questions stay where the process has nothing.
const clauseOfScope = "4.3"

// compose makes the checklist of an audit out of templates. A question stays
// out when its code lies neither under nor above the audited codes, when its
// clause was not asked for, when the process has nothing there (unless it asks
// for the ground of that), or when no audited department takes part. The same
// question twice, in either language, becomes one row that names both.
func compose(ctx context.Context, db bun.IDB, auditID string, sc scope, q BuildRequest) (Composition, error) {
	var c Composition
	from, err := templateRows(ctx, db, q.Templates)
	if err != nil {
		return c, err
	}
	if c.From, err = templatesByID(ctx, db, q.Templates); err != nil {
		return c, err
	}
	codes := map[string]string{}
	for _, t := range c.From {
		codes[t.ID] = t.Code
	}
	parts, err := partsOf(ctx, db, sc)
	if err != nil {
		return c, err
	}
	byText := map[string]int{} // folded question → index of its row
	for _, r := range from {
		row := Row{ID: store.NewID(), AuditID: auditID, TemplateID: r.TemplateID, No: r.No, GSBPM: r.GSBPM, Clause: r.Clause, QuestionAZ: r.QuestionAZ,
			QuestionEN: r.QuestionEN, GuidanceAZ: r.GuidanceAZ, GuidanceEN: r.GuidanceEN, Answer: Open, Version: 1}
		out := LeftOut{Template: codes[r.TemplateID], Row: row, Why: leftOut(row, sc, q, parts)}
		az, en := i18n.Fold(row.QuestionAZ), i18n.Fold(row.QuestionEN)
		if out.Why == "" {
			i, twice := byText[az]
			if !twice && en != "" {
				i, twice = byText[en]
			}
			if twice && (c.Rows[i].GSBPM == row.GSBPM || row.GSBPM == "" || c.Rows[i].GSBPM == "") {
				mergeQuestion(&c.Rows[i], row, codes)
				out.Why, out.Into = Duplicate, c.Rows[i].No
			}
		}
		if out.Why != "" {
			c.Out = append(c.Out, out)
			continue
		}
		byText[az], byText[en] = len(c.Rows), len(c.Rows)
		delete(byText, "")
		c.Rows = append(c.Rows, row)
	}
	return c, flag(ctx, db, &c, auditID, sc)
}

// leftOut gives the reason why a row is not in the checklist, "" when it is.
func leftOut(row Row, sc scope, q BuildRequest, parts processParts) LeftWhy {
	switch {
	case len(sc.Codes) > 0 && row.GSBPM != "" && !slices.ContainsFunc(sc.Codes, func(c string) bool { return covers(c, row.GSBPM) || covers(row.GSBPM, c) }):
		return OutOfScope
	case len(q.Clauses) > 0 && !slices.ContainsFunc(q.Clauses, func(c string) bool { return underClause(c, row.Clause) }):
		return OtherClause
	case row.GSBPM != "" && parts.missing[row.GSBPM] && row.Clause != clauseOfScope:
		return WhyNA
	case q.Departments && row.GSBPM != "" && parts.known && !parts.involved[row.GSBPM]:
		return OtherDepartment
	}
	return ""
}

// underClause says whether a clause is the other or a part of it: 9.2.2 has
// 9.2.2 c, 9.3.2 c has 9.3.2 c4, but 8.1 has not 8.10.
func underClause(clause, other string) bool {
	rest, ok := strings.CutPrefix(other, clause)
	return ok && (rest == "" || strings.ContainsAny(rest[:1], ". ") || strings.ContainsAny(clause, "abcdefghij"))
}

// mergeQuestion notes in a row that another template asks the same, and adds
// guidance that says more.
func mergeQuestion(into *Row, other Row, codes map[string]string) {
	note := codes[other.TemplateID] + " " + other.No + " (" + other.Clause + ")"
	if into.Sources != "" {
		note = into.Sources + "; " + note
	}
	into.Sources = note
	add := func(to *string, text string) {
		if text != "" && !strings.Contains(i18n.Fold(*to), i18n.Fold(text)) {
			*to = strings.TrimSpace(*to + "\n" + text)
		}
	}
	add(&into.GuidanceAZ, other.GuidanceAZ)
	add(&into.GuidanceEN, other.GuidanceEN)
	if into.GSBPM == "" {
		into.GSBPM = other.GSBPM
	}
}

// flag marks the rows where the last audit of the same scope found something,
// puts them first and numbers the positions.
func flag(ctx context.Context, db bun.IDB, c *Composition, auditID string, sc scope) error {
	number, found, err := lastFindings(ctx, db, auditID, sc)
	if err != nil {
		return err
	}
	c.Audit, c.Last = number, map[string]LastFinding{}
	for _, f := range found {
		mark := func(same func(r Row) bool) (n int) {
			for i := range c.Rows {
				if r := &c.Rows[i]; r.LastFinding == "" && r.GSBPM == f.GSBPM && same(*r) {
					r.LastFinding, n = f.ID, n+1
				}
			}
			return n
		}
		n := mark(func(r Row) bool { return r.Clause == f.Clause })
		if n == 0 && f.GSBPM != "" { // no question on the same clause: the code alone
			n = mark(func(Row) bool { return true })
		}
		if n > 0 {
			c.Last[f.ID] = f
		}
	}
	slices.SortStableFunc(c.Rows, func(a, b Row) int {
		switch {
		case (a.LastFinding != "") == (b.LastFinding != ""):
			return 0
		case a.LastFinding != "":
			return -1
		}
		return 1
	})
	for i := range c.Rows {
		c.Rows[i].Position = i + 1
	}
	return nil
}

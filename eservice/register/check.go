package register

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
)

// Problem is what a formal check of the questionnaire finds (4.4): it names
// the item, and Key says what is wrong and what would be right.
type Problem struct {
	Clause  string
	Section Section // page of the form; empty for what is said of the body
	Key     string
	Args    []apperr.Arg
}

// facts are what the checks compare the items with.
type facts struct {
	kind   Kind
	agency Agency
	units  []Unit
	codes  Codes
	bodies map[string]bool // codes of bodies that are still there
	before Items           // of the registered service, for a change
	today  day.Day
}

// checker collects problems.
type checker struct {
	facts
	items Items
	found []Problem
}

func (c *checker) add(clause, key string, args ...any) {
	f, _ := FieldOf(clause)
	c.found = append(c.found, Problem{clause, f.Section, key, apperr.Pairs(args...)})
}

// get is an item.
func (c *checker) get(clause string) string { return c.items.Get(clause) }

// need says that an item is missing.
func (c *checker) need(clause, key string) {
	if c.get(clause) == "" {
		c.add(clause, key)
	}
}

// none says that an item is there and may not be.
func (c *checker) none(clause, key string) {
	if c.get(clause) != "" {
		c.add(clause, key)
	}
}

// problems runs all formal checks of an application, in the order of the items.
func problems(f facts, items Items) []Problem {
	c := &checker{facts: f, items: items}
	if f.kind == KindRemoval {
		c.removal()
		return c.found
	}
	for _, field := range fieldTable() {
		if field.Required && field.Clause != clauseUnit && field.Clause != clauseDocuments && field.Clause != clauseDocumentForms {
			c.need(field.Clause, "register.check.required")
		}
	}
	c.entry()
	c.acts()
	c.providers()
	c.levels()
	c.papers()
	c.payment()
	c.outdated()
	if f.kind == KindChange {
		c.change()
	}
	if f.kind != kindImport {
		c.body()
	}
	order := func(p Problem) int {
		return slices.IndexFunc(fieldTable(), func(x Field) bool { return x.Clause == p.Clause })
	}
	slices.SortStableFunc(c.found, func(a, b Problem) int { return order(a) - order(b) })
	return c.found
}

// entry is the test of 4.2, and the day from which the month of 4.5.6 counts.
func (c *checker) entry() {
	if c.kind != KindNew {
		return
	}
	for _, clause := range []string{clauseTest1, clauseTest2, clauseTest3} {
		c.need(clause, "register.check.entry")
	}
	c.need(clauseActDay, "register.check.act_day")
	if d := day.Day(c.get(clauseActDay)); d > c.today {
		c.add(clauseActDay, "register.check.not_future")
	}
}

// An act is named with its day and its number.
var (
	actDay    = regexp.MustCompile(`\b\d{1,2}\.\d{1,2}\.\d{4}\b|\d{4}-c[iıuü] il`)
	actNumber = regexp.MustCompile(`№|nömrəli|\bN[-–]?\s?\d|No\.? ?\d`)
)

func (c *checker) acts() {
	for i, line := range c.items.Lines(clauseBasis) {
		if !actDay.MatchString(line) || !actNumber.MatchString(line) {
			c.add(clauseBasis, "register.check.act", "line", i+1)
		}
	}
}

// providers checks 2.3.4, 2.3.5 and 4.6.
func (c *checker) providers() {
	if u := c.get(clauseUnit); u != "" && !slices.ContainsFunc(c.units, func(x Unit) bool { return x.Code == u && x.ToDay == "" }) {
		c.add(clauseUnit, "register.check.unit", "code", u)
	}
	for _, line := range c.items.Lines(clausePartners) {
		code, _, _ := strings.Cut(line, ";")
		switch code = strings.TrimSpace(code); {
		case code == c.agency.Code:
			c.add(clausePartners, "register.check.partner_self")
		case !c.bodies[code]:
			c.add(clausePartners, "register.check.partner", "code", code)
		}
	}
	if c.get(clausePartners) != "" {
		c.need(clauseDelivers, "register.check.delivers")
	}
}

// levels checks that 2.3.7, 2.3.20, 2.3.21 and 2.3.22 say the same.
func (c *checker) levels() {
	level, ok := c.codes.Find(clauseLevel, c.get(clauseLevel))
	if !ok {
		return
	}
	electronic := c.items.Has(clauseForms, "electronic")
	switch {
	case level.Electronised && !electronic:
		c.add(clauseForms, "register.check.form_missing", "level", level.NameAZ)
	case !level.Electronised && electronic:
		c.add(clauseLevel, "register.check.level_none")
	}
	if level.Electronised {
		c.need(clauseAutomation, "register.check.automation")
		c.need(clauseSystems, "register.check.systems")
	} else {
		c.none(clauseAutomation, "register.check.automation_none")
	}
}

// papers checks 2.3.15: documents with their forms, or the statement that
// there are none.
func (c *checker) papers() {
	docs := c.items.Documents()
	switch {
	case len(docs) == 0 && c.get(clauseNoDocuments) == "":
		c.add(clauseDocuments, "register.check.documents")
	case len(docs) > 0 && c.get(clauseNoDocuments) != "":
		c.add(clauseNoDocuments, "register.check.documents_both")
	}
	for i, d := range docs {
		if d.Form == "" {
			c.add(clauseDocumentForms, "register.check.document_form", "line", i+1)
		}
	}
}

// payment checks 2.3.17 and, for a paid service, 2.5.3.
func (c *checker) payment() {
	parts := []string{clauseAmount, clausePayBasis, clausePayWays}
	switch c.get(clausePaid) {
	case "paid":
		for _, clause := range parts {
			c.need(clause, "register.check.paid")
		}
		if c.get(clauseAmount) == "0" {
			c.add(clauseAmount, "register.check.amount")
		}
		if c.agency.Contact.Get("2.5.3") == "" && c.kind != kindImport {
			c.add("2.5.3", "register.check.accounts")
		}
	case "free":
		for _, clause := range parts {
			c.none(clause, "register.check.free")
		}
	}
}

// outdated finds codes that no longer hold.
func (c *checker) outdated() {
	for _, f := range fieldTable() {
		if f.List == "" {
			continue
		}
		valid := c.codes.On(f.List, c.today)
		for _, v := range c.items.Lines(f.Clause) {
			if v != "" && !slices.ContainsFunc(valid, func(x Code) bool { return x.Code == v }) {
				c.add(f.Clause, "register.check.code", "code", v)
			}
		}
	}
}

// change checks 2.3.23a and b and that there is something to change.
func (c *checker) change() {
	c.need(clauseChangeBasis, "register.check.change")
	c.dayOf(clauseChangeDay, "register.check.change")
	differs := slices.ContainsFunc(Compare(c.before, c.items), func(d Difference) bool { return d.Field.Section != SectionChange })
	if !differs {
		c.add(clauseChangeBasis, "register.check.no_change")
	}
}

// removal checks 2.3.23c and d and the ground of 4.8.
func (c *checker) removal() {
	c.need(clauseGround, "register.check.ground")
	c.need(clauseRepealBasis, "register.check.removal")
	c.dayOf(clauseRepealDay, "register.check.removal")
}

func (c *checker) dayOf(clause, key string) {
	c.need(clause, key)
	if d := day.Day(c.get(clause)); d > c.today {
		c.add(clause, "register.check.not_future")
	}
}

// body checks that the section on the body is filled in (2.5).
func (c *checker) body() {
	for _, f := range ContactFields() {
		if f.Required && c.agency.Contact.Get(f.Clause) == "" {
			c.add(f.Clause, "register.check.body")
		}
	}
}

// invalid turns problems into the error of a step that may not be taken.
func invalid(list []Problem) error {
	if len(list) == 0 {
		return nil
	}
	e := apperr.New(apperr.Invalid, "register.error.problems", "count", len(list))
	for _, p := range list {
		name := p.Clause
		if f, ok := FieldOf(p.Clause); ok {
			name = f.Key()
		}
		e.Fields = append(e.Fields, apperr.Field{Name: name, Key: p.Key, Args: p.Args})
	}
	return e
}

package registerweb

import (
	"fmt"
	"strings"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/web/ui"
)

var stateLooks = map[register.State]ui.Look{
	register.Draft:      {Tone: "idle", Icon: "circle-dashed"},
	register.Submitted:  {Tone: "info", Icon: "hourglass"},
	register.Defective:  {Tone: "warn", Icon: "alert-circle"},
	register.Returned:   {Tone: "warn", Icon: "arrow-back-up"},
	register.Registered: {Tone: "good", Icon: "circle-check"},
	register.Refused:    {Tone: "off", Icon: "ban"},
	register.Withdrawn:  {Tone: "off", Icon: "archive"},
}

var serviceLooks = map[register.ServiceState]ui.Look{
	register.ServiceRegistered: {Tone: "good", Icon: "circle-check"},
	register.ServiceArchived:   {Tone: "off", Icon: "archive"},
}

func applicationState(p ui.Page, s register.State) ui.State {
	return stateLooks[s].State(p, "register.state."+string(s))
}

func serviceState(p ui.Page, s register.ServiceState) ui.State {
	return serviceLooks[s].State(p, "register.service_state."+string(s))
}

// upper begins a word with a capital letter, as headings and labels do.
func upper(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return s
	}
	if r[0] == 'i' {
		return "İ" + string(r[1:])
	}
	return strings.ToUpper(string(r[0])) + string(r[1:])
}

// label is a field as pages name it: clause and name.
func label(p ui.Page, f register.Field) string {
	name := upper(f.Name(p.Lang))
	if p.Lang != "az" {
		name = f.Name(p.Lang)
	}
	return f.Clause + " " + name
}

// value writes the stored text of an item for people.
func value(p ui.Page, codes register.Codes, f register.Field, stored string) string {
	switch f.Kind {
	case register.KindChoice, register.KindCodes, register.KindForms:
		var out []string
		for c := range strings.SplitSeq(stored, "\n") {
			if c == "" {
				out = append(out, "–")
				continue
			}
			out = append(out, codes.Word(p.Lang, f.List, c))
		}
		if stored == "" {
			return ""
		}
		return strings.Join(out, "\n")
	case register.KindMoney:
		if stored == "" {
			return ""
		}
		return p.Decimal(register.Money(stored)) + " AZN"
	case register.KindDay:
		return p.Day(day.Day(stored))
	case register.KindTerm:
		return term(p, stored)
	case register.KindYes:
		if stored == "yes" {
			return p.T("register.yes")
		}
		return ""
	case register.KindFiles:
		if stored == "" {
			return ""
		}
		return p.T("register.files", "n", strings.Count(stored, "\n")+1)
	}
	return stored
}

// term writes 2.3.11 for people.
func term(p ui.Page, stored string) string {
	n, unit := register.Items{"2.3.11": stored}.Term()
	switch {
	case unit == "":
		return ""
	case n == 0:
		return p.T("register.term." + unit)
	}
	return p.Int(int64(n)) + " " + p.T("register.term."+unit)
}

// documents writes 2.3.15: each document with its form.
func documents(p ui.Page, codes register.Codes, items register.Items) string {
	if items.Get("2.3.15") == "yes" {
		return p.T("register.no_documents")
	}
	var out []string
	for _, d := range items.Documents() {
		line := d.Name
		if d.Form != "" {
			line += " (" + codes.Word(p.Lang, "2.3.15b", d.Form) + ")"
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// itemRows are the items of a section as facts; empty ones are left out.
func itemRows(p ui.Page, codes register.Codes, items register.Items, fields []register.Field) []ui.KVRow {
	var out []ui.KVRow
	for _, f := range fields {
		v := value(p, codes, f, items.Get(f.Clause))
		switch f.Clause {
		case "2.3.15a":
			v = documents(p, codes, items)
		case "2.3.15b", "2.3.15", "2.3.4", "2.3.5", "2.3.16":
			continue // said with the documents and the bodies
		}
		if v != "" {
			out = append(out, ui.KVRow{Term: label(p, f), Value: v})
		}
	}
	return out
}

// sections of the catalogue and of applications, in reading order.
var sectionOrder = []register.Section{register.SectionService, register.SectionAccess, register.SectionDocuments, register.SectionPayment, register.SectionProcess}

// publicFields are the items of a section that anybody may read.
func publicFields(s register.Section) []register.Field {
	var out []register.Field
	for _, f := range register.SectionFields(register.KindChange, s) {
		if f.Public {
			out = append(out, f)
		}
	}
	return out
}

// contactRows are the section on a body as facts (2.5).
func contactRows(p ui.Page, contact register.Items, accounts bool) []ui.KVRow {
	var out []ui.KVRow
	for _, f := range register.ContactFields() {
		v := contact.Get(f.Clause)
		if v == "" || (f.Clause == "2.5.3" && !accounts) {
			continue
		}
		row := ui.KVRow{Term: p.T("register.contact." + strings.ReplaceAll(f.Clause, ".", "_")), Value: v}
		if f.Clause == "2.5.2c" {
			row.Href = v
		}
		if f.Clause == "2.5.2d" {
			row.Href = "mailto:" + v
		}
		out = append(out, row)
	}
	return out
}

// clock says which term runs, since when and on what basis.
func clock(p ui.Page, s *register.Service, a register.Application) []ui.KVRow {
	if a.Clock == "" {
		return nil
	}
	rows := []ui.KVRow{{Term: p.T("register.clock.from"), Value: p.Day(a.ClockFrom)}, {Term: p.T("register.clock.due"), Value: p.Day(a.Due)}}
	if t, ok := s.Term(a.Clock); ok {
		rows = append([]ui.KVRow{{Term: p.T("register.clock.term"), Value: t.Name(p.Lang), Mut: termText(p, t) + ". " + t.Basis(p.Lang)}}, rows...)
	}
	if !a.Confirmed {
		rows = append(rows, ui.KVRow{Term: p.T("register.clock.calendar"), Value: p.T("register.clock.unconfirmed")})
	}
	return rows
}

func termText(p ui.Page, t office.Timer) string {
	return p.T("register.clock.unit."+string(t.Unit), "n", t.N())
}

// problemText says what a formal check found.
func problemText(p ui.Page, x register.Problem) string {
	args := make([]any, 0, 2*len(x.Args))
	for _, a := range x.Args {
		args = append(args, a.Name, a.Value)
	}
	return p.T(x.Key, args...)
}

// clauseName is the clause with its name.
func clauseName(p ui.Page, clause string) string {
	if f, ok := register.FieldOf(clause); ok {
		return label(p, f)
	}
	for _, f := range register.ContactFields() {
		if f.Clause == clause {
			return clause + " " + p.T("register.contact."+strings.ReplaceAll(clause, ".", "_"))
		}
	}
	return clause
}

func int64Text(n int64) string { return fmt.Sprint(n) }

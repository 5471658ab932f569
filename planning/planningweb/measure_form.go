package planningweb

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/web/ui"
)

// measureStep and measureLink are lines of the form, known or typed.
type measureStep struct {
	n    int
	text string
	done bool
}

type measureLink struct {
	n           int
	url, dated  string
	name, dname string
}

// Blank lines that a form offers beyond what is there
const moreSteps, moreLinks = 3, 2

// steps are the lines for the steps of the year.
func (p measurePage) steps() []measureStep {
	var out []measureStep
	if v := p.formOf(formEntry).Values; v != nil {
		for i := 1; v.Has(fmt.Sprint("milestone_", i)); i++ {
			out = append(out, measureStep{i, v.Get(fmt.Sprint("milestone_", i)), v.Has(fmt.Sprint("done_", i))})
		}
		return out
	}
	for i, m := range p.m.Entry.Milestones {
		out = append(out, measureStep{i + 1, m.Text, m.Done})
	}
	for range moreSteps {
		out = append(out, measureStep{n: len(out) + 1})
	}
	return out
}

// links are the lines for addresses.
func (p measurePage) links() []measureLink {
	var out []measureLink
	add := func(url, dated string) {
		n := len(out) + 1
		out = append(out, measureLink{n, url, dated, fmt.Sprint("link_", n), fmt.Sprint("link_date_", n)})
	}
	if v := p.formOf(formEntry).Values; v != nil {
		for i := 1; v.Has(fmt.Sprint("link_", i)); i++ {
			add(v.Get(fmt.Sprint("link_", i)), v.Get(fmt.Sprint("link_date_", i)))
		}
		return out
	}
	for _, l := range p.m.Entry.Links {
		add(l.URL, l.Dated.Format())
	}
	for range moreLinks {
		add("", "")
	}
	return out
}

// entryForm is the form of the entry with the names of its fields, for the
// summary of errors.
func (p measurePage) entryForm() ui.Form {
	f := p.formOf(formEntry)
	f.Labels = map[string]string{"narrative": p.T("planning.measure.field.narrative"), "figures": p.T("planning.measure.field.figures"),
		"upload": p.T("planning.measure.field.files"), "dated": p.T("planning.measure.field.dated")}
	for _, r := range p.steps() {
		f.Labels[fmt.Sprint("milestone_", r.n)] = p.T("planning.measure.field.step", "n", r.n)
	}
	for _, r := range p.links() {
		f.Labels[r.name] = p.T("planning.measure.field.link", "n", r.n)
		f.Labels[r.dname] = p.T("planning.measure.field.link_date", "n", r.n)
	}
	for _, m := range p.m.Entry.Files {
		f.Labels["file_date_"+m.FileID] = p.T("planning.measure.field.file_date", "name", m.File.Name)
	}
	return f
}

// fileDate is the date of a file that is there, as known or typed.
func (p measurePage) fileDate(f planning.MeasureFile) string {
	if v := p.formOf(formEntry).Values; v != nil {
		return v.Get("file_date_" + f.FileID)
	}
	return f.Dated.Format()
}

// removed says whether a file was ticked to go.
func (p measurePage) removed(f planning.MeasureFile) bool {
	for _, id := range p.formOf(formEntry).Values["remove"] {
		if id == f.FileID {
			return true
		}
	}
	return false
}

// uploaded are the ids of files that had arrived when the form came back.
func (p measurePage) uploaded() []string { return p.formOf(formEntry).Values["uploaded"] }

// version is what a form carries so that nobody's change is written over
// unseen. A form with faults keeps the one it was filled from; after a
// conflict, which has shown whose change it is, it takes the present one.
func (p measurePage) version() string {
	if e := p.typed.Errors; e != nil && e.Kind == apperr.Invalid && p.typed.Values.Get("version") != "" {
		return p.typed.Values.Get("version")
	}
	return strconv.Itoa(p.m.Entry.Version)
}

// conflict says that the text of the entry was changed by somebody else while
// this person typed.
func (p measurePage) conflict() bool {
	e := p.formOf(formEntry).Errors
	return e != nil && e.Kind != apperr.Invalid
}

// assignForm shows who answers now, or what was typed.
func (p measurePage) assignForm() ui.Form {
	if f := p.formOf(formAssign); f.Values != nil {
		return f
	}
	v := url.Values{}
	for i, d := range p.m.Departments {
		if i == 0 {
			v.Set("lead", d.ID)
		} else {
			v.Add("co", d.ID)
		}
	}
	return ui.Form{Values: v}
}

// departmentOptions are the departments of the office.
func (p measurePage) departmentOptions(none bool) []ui.Option {
	var out []ui.Option
	if none {
		out = append(out, ui.Option{Label: p.T("planning.measure.no_department")})
	}
	for _, d := range p.departments {
		if d.Kind == office.Internal {
			out = append(out, ui.Option{Value: d.ID, Label: d.Code + ", " + d.Name(p.Lang)})
		}
	}
	return out
}

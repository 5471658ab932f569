// Package riskweb holds the pages and the API of risks, opportunities and
// quality objectives.
//
// It may import planning/risk, kis, web and what they may import; no SQL.
// Invariants: a handler reads the request, asks the service and shows what
// came back; a refused form comes back as it was typed, with what was wrong.
package riskweb

import (
	"context"
	"io"
	"net/url"

	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning/risk"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// TableWriter writes the table of risks as a file; reports does, which stands
// above this package.
type TableWriter interface {
	// RiskTable writes the table under the filter of the page as "pdf", "xlsx" or "csv".
	RiskTable(ctx context.Context, w io.Writer, format, lang string, filter url.Values) error
}

type pages struct {
	svc   *risk.Service
	table TableWriter
}

// Register adds the pages and the operations of the API.
func Register(r *web.Router, svc *risk.Service, table TableWriter) {
	p := pages{svc, table}
	r.GET("/risks", policies.RiskRead, p.risks)
	r.GET("/risks/export.pdf", policies.RiskRead, p.export("pdf"))
	r.GET("/risks/export.xlsx", policies.RiskRead, p.export("xlsx"))
	r.GET("/risks/export.csv", policies.RiskRead, p.export("csv"))
	r.GET("/risks/new", policies.RiskWrite, p.newRisk)
	r.POST("/risks", policies.RiskWrite, p.enter)
	r.GET("/risks/:id", policies.RiskRead, p.risk)
	r.GET("/risks/:id/edit", policies.RiskWrite, p.editRisk)
	r.POST("/risks/:id/edit", policies.RiskWrite, p.changeRisk)
	r.POST("/risks/:id/treat", policies.RiskWrite, p.treat)
	r.POST("/risks/:id/report", policies.RiskWrite, p.report)
	r.POST("/risks/:id/review", policies.RiskWrite, p.review)
	r.POST("/risks/:id/check", policies.RiskDecide, p.check)
	r.POST("/risks/:id/decide", policies.RiskDecide, p.decide)
	r.STREAM("/risks/:id/files", policies.RiskWrite, p.attach)
	r.STREAM("/risks/:id/uploads", policies.RiskWrite, p.upload)
	r.GET("/risks/:id/files/:file", policies.RiskRead, p.file)

	r.GET("/objectives", policies.ObjectiveRead, p.objectives)
	r.GET("/objectives/new", policies.ObjectiveWrite, p.newObjective)
	r.POST("/objectives", policies.ObjectiveWrite, p.set)
	r.GET("/objectives/:id", policies.ObjectiveRead, p.objective)
	r.GET("/objectives/:id/edit", policies.ObjectiveWrite, p.editObjective)
	r.POST("/objectives/:id/edit", policies.ObjectiveWrite, p.adjust)
	r.POST("/objectives/:id/values", policies.ObjectiveMeasure, p.measure)
	r.POST("/objectives/:id/decide", policies.ObjectiveWrite, p.decideObjective)
	p.registerAPI(r)
}

// choices are what the forms of this package choose from.
type choices struct {
	departments, people, processes []ui.Option
}

// choose reads the departments of a scope, the people and the processes.
func (h pages) choose(c *web.Context, scope policies.Scope) (out choices, err error) {
	departments, err := h.svc.KIS.Departments(c.Ctx())
	if err != nil {
		return out, err
	}
	for _, d := range departments {
		if d.Kind == office.Internal && scope.Department(d.ID) {
			out.departments = append(out.departments, ui.Option{Value: d.ID, Label: d.Code + ", " + d.Name(c.Lang())})
		}
	}
	people, err := h.svc.KIS.People(c.Ctx(), office.PeopleFilter{})
	if err != nil {
		return out, err
	}
	for _, u := range people {
		out.people = append(out.people, ui.Option{Value: u.ID, Label: u.Name})
	}
	processes, err := h.svc.KIS.ProcessChoices(c.Ctx())
	for _, p := range processes {
		out.processes = append(out.processes, ui.Option{Value: p.ID, Label: p.Title(c.Lang())})
	}
	return out, err
}

// Package risks makes the table "Risklərin təhlili və qiymətləndirilməsi" as a
// document and as a sheet.
//
// It may import planning/risk, kis and reports; it knows nothing of requests.
// Invariant: what stands in a document is what the reader may see.
package risks

import (
	"context"
	"io"
	"net/url"
	"strconv"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/planning/risk"
	"github.com/kis-platform/kis/reports"
)

// Kind is the kind of the document.
const Kind = "risks"

// filters are what of a request's filter is looked at; the names are those of
// the page.
var filters = []string{"q", "kind", "state", "level", "department", "process", "late", "likelihood", "impact"}

// Add lets the service make the table of risks.
func Add(s *reports.Service, r *risk.Service) {
	s.Add(reports.Kind{Name: Kind, Formats: []string{reports.PDF, reports.XLSX, reports.CSV, reports.JSON}, Filter: filters,
		Collect: func(ctx context.Context, req reports.Request, w reports.Words) (reports.Material, error) {
			return collect(ctx, r, req, w)
		}})
	addObjectives(s, r)
}

// Writer writes the table under a filter, for the pages.
type Writer struct{ *reports.Service }

// RiskTable writes the table as pdf, xlsx or csv.
func (x Writer) RiskTable(ctx context.Context, w io.Writer, format, lang string, filter url.Values) error {
	return x.Render(ctx, reports.Request{Kind: Kind, Format: format, Lang: lang, Filter: filter}, w)
}

func collect(ctx context.Context, s *risk.Service, req reports.Request, w reports.Words) (reports.Material, error) {
	v := req.Filter
	f := risk.Filter{Query: v.Get("q"), Kind: risk.Kind(v.Get("kind")), State: risk.State(v.Get("state")), Level: v.Get("level"),
		DepartmentID: v.Get("department"), ProcessID: v.Get("process"), Late: v.Get("late") == "1"}
	// A number that is none is no cell.
	f.Likelihood, _ = strconv.Atoi(v.Get("likelihood"))
	f.Impact, _ = strconv.Atoi(v.Get("impact"))
	f.Open = f.State == ""
	var t table
	var err error
	if t.List, err = s.Risks(ctx, f); err != nil {
		return reports.Material{}, err
	}
	t.Rows = nil
	for r, err := range s.Each(ctx, f) {
		if err != nil {
			return reports.Material{}, err
		}
		t.Rows = append(t.Rows, r)
	}
	object := "all"
	if who := actor.From(ctx); f.DepartmentID != "" || f.ProcessID != "" || who.UserID != "" {
		object = f.DepartmentID + ":" + f.ProcessID + ":" + who.UserID
	}
	return reports.Material{Object: object, Number: strconv.Itoa(w.Today.Year()), Dated: w.Today, Name: w.T("risk.report.file", "year", w.Today.Year()),
		Doc: func() reports.Doc { return document(t, w) }, Sheets: func() []reports.Sheet { return sheets(t, w) }}, nil
}

// table is what the document and the sheets are made of.
type table struct{ risk.List }

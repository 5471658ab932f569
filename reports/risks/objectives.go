package risks

import (
	"context"
	"io"
	"net/url"

	"github.com/kis-platform/kis/planning/risk"
	"github.com/kis-platform/kis/reports"
)

// Objectives is the kind of the list of quality objectives.
const Objectives = "objectives"

// addObjectives lets the service make the list of objectives.
func addObjectives(s *reports.Service, r *risk.Service) {
	s.Add(reports.Kind{Name: Objectives, Formats: []string{reports.XLSX, reports.CSV, reports.JSON}, Filter: []string{"q", "state", "department"},
		Collect: func(ctx context.Context, req reports.Request, w reports.Words) (reports.Material, error) {
			return objectives(ctx, r, req, w)
		}})
}

// ObjectiveList writes the list of objectives as xlsx or csv.
func (x Writer) ObjectiveList(ctx context.Context, w io.Writer, format, lang string, filter url.Values) error {
	return x.Render(ctx, reports.Request{Kind: Objectives, Format: format, Lang: lang, Filter: filter}, w)
}

// objectives has a row for each objective with what was measured last.
func objectives(ctx context.Context, r *risk.Service, req reports.Request, w reports.Words) (reports.Material, error) {
	v := req.Filter
	f := risk.ObjectiveFilter{Query: v.Get("q"), State: risk.ObjectiveState(v.Get("state")), DepartmentID: v.Get("department")}
	title := w.T("risk.objective.title")
	s := reports.Sheet{Name: title, Title: title, Columns: []reports.SheetColumn{
		{Key: "number", Title: w.T("risk.field.number"), Width: 14}, {Key: "title", Title: w.T("risk.objective.one"), Width: 50}, {Key: "metric", Title: w.T("risk.objective.field.metric"), Width: 50},
		{Key: "unit", Title: w.T("risk.objective.field.unit")}, {Key: "better", Title: w.T("risk.objective.field.better"), Width: 18},
		{Key: "baseline", Title: w.T("risk.objective.field.baseline"), Type: reports.DecimalCol}, {Key: "target", Title: w.T("risk.objective.field.target"), Type: reports.DecimalCol},
		{Key: "value", Title: w.T("risk.objective.last"), Type: reports.DecimalCol}, {Key: "measured_on", Title: w.T("risk.objective.field.measured_on"), Type: reports.DateCol},
		{Key: "department", Title: w.T("risk.field.department")}, {Key: "process", Title: w.T("risk.field.process"), Width: 30}, {Key: "owner", Title: w.T("risk.field.owner"), Width: 25},
		{Key: "starts", Title: w.T("risk.objective.field.starts"), Type: reports.DateCol}, {Key: "due", Title: w.T("risk.field.due"), Type: reports.DateCol},
		{Key: "state", Title: w.T("risk.field.state"), Width: 18}}}
	for o, err := range r.EachObjective(ctx, f) {
		if err != nil {
			return reports.Material{}, err
		}
		var value, on any
		if last := o.Last(); last != nil {
			value, on = last.Value, last.MeasuredOn
		}
		s.Rows = append(s.Rows, []any{o.Number, o.Title, o.Metric, o.Unit, w.T("risk.objective.better." + o.Better), o.Baseline, o.Target, value, on,
			o.Department.Code, o.Process(w.Lang), o.OwnerName, o.Starts, o.Due, w.T("risk.objective.state." + string(o.State))})
	}
	return reports.Material{Object: "list", Dated: w.Today, Name: title, Sheets: func() []reports.Sheet { return []reports.Sheet{s} }}, nil
}

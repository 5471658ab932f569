package risks

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/planning/risk"
	"github.com/kis-platform/kis/reports"
)

// document is the table by kind, the matrix with the same in numbers, and the
// scale they were weighed by.
func document(t table, w reports.Words) reports.Doc {
	d := w.Doc(w.T("risk.report.title"), w.T("risk.report.running"), w.T("report.plan.year", "year", w.Today.Year()))
	d.Landscape = true
	w.At(&d, w.Today)
	n := 0
	for _, kind := range risk.Kinds() {
		rows := reports.Table{Small: true, Columns: []reports.Column{
			{Title: "№", Width: 24}, {Title: w.T("risk.field.title"), Width: 50}, {Title: w.T("risk.field.process"), Width: 34},
			{Title: w.T("risk.report.cause"), Width: 50}, {Title: w.T("risk.report.first"), Width: 24, Align: reports.Center}, {Title: w.T("risk.field.treatment"), Width: 52},
			{Title: w.T("risk.report.who"), Width: 32}, {Title: w.T("risk.report.now"), Width: 24, Align: reports.Center}, {Title: w.T("risk.report.effect"), Width: 40}}}
		for _, r := range t.Rows {
			if r.Kind == kind {
				rows.Rows = append(rows.Rows, line(r, t.Scale, w))
			}
		}
		if len(rows.Rows) > 0 {
			d.Add(w.Section(&n, "risk.report.kind."+string(kind)), rows)
		}
	}
	if n == 0 {
		d.Add(reports.Paragraph{Text: reports.T(w.T("risk.list.none"))})
	}
	d.Add(w.Section(&n, "risk.matrix.title"), matrix(t, w), w.Section(&n, "risk.scale.title"))
	for _, part := range []struct {
		key   string
		steps []risk.Step
	}{{"risk.field.likelihood", t.Scale.Likelihood}, {"risk.field.impact", t.Scale.Impact}, {"risk.field.level", t.Scale.Levels}} {
		steps := reports.Table{Columns: []reports.Column{{Title: w.T("risk.scale.points"), Width: 15}, {Title: w.T(part.key), Width: 35}, {Title: w.T("risk.scale.meaning"), Width: 120}}}
		for _, s := range part.steps {
			steps.Rows = append(steps.Rows, reports.Cells(strconv.Itoa(s.Points), s.Name(w.Lang), s.Text(w.Lang)))
		}
		d.Add(steps)
	}
	d.Add(reports.Paragraph{Small: true, Text: reports.T(w.T("risk.scale.source", "version", t.Scale.Version, "source", t.Scale.Source(w.Lang)))},
		w.Section(&n, "report.signatures"), reports.Signatures{Rows: []reports.Signature{{Role: w.T("report.sign.quality"), State: w.T("report.signed.pen")},
			{Role: w.T("report.sign.management"), State: w.T("report.signed.pen")}}})
	return d
}

func line(r risk.Row, scale risk.Scale, w reports.Words) reports.Row {
	place := cmp.Or(r.Process(w.Lang), w.T("risk.field.system"))
	treatment := ""
	if r.TreatmentKind != "" {
		treatment = w.T("risk.treatment."+string(r.TreatmentKind)) + ": " + r.Treatment
	} else if r.State == risk.Retained {
		treatment = w.T("risk.state.retained") + ": " + r.Reason
	}
	who := reports.Joined("\n", r.OwnerName, w.Day(r.Due))
	effect := reports.Joined("\n", w.T("risk.state."+string(r.State)), r.Verdict)
	return reports.Cells(r.Number, r.Title, reports.Joined("\n", reports.Joined(", ", r.GSBPM, place), r.Department.Code), reports.Joined("\n", r.Cause, "→ "+r.Consequence),
		weight(r.FirstLikelihood, r.FirstImpact, scale.LevelOf(r.FirstLevel).Name(w.Lang)), w.Or(treatment), who,
		weight(r.Likelihood, r.Impact, scale.LevelOf(r.Level).Name(w.Lang)), effect)
}

func weight(likelihood, impact int, level string) string {
	return fmt.Sprintf("%d × %d = %d\n%s", likelihood, impact, likelihood*impact, level)
}

// matrix has the likelihoods as rows, the highest first, and the impacts as
// columns; each cell says how many stand there and on which level.
func matrix(t table, w reports.Words) reports.Table {
	out := reports.Table{Columns: []reports.Column{{Title: w.T("risk.matrix.corner"), Width: 50}}}
	for _, i := range t.Scale.Impact {
		out.Columns = append(out.Columns, reports.Column{Title: fmt.Sprintf("%d %s", i.Points, i.Name(w.Lang)), Width: 36, Align: reports.Center})
	}
	n := map[[2]int]int{}
	for _, c := range t.Matrix {
		n[[2]int{c.Likelihood, c.Impact}] = c.N
	}
	for x := len(t.Scale.Likelihood) - 1; x >= 0; x-- {
		l := t.Scale.Likelihood[x]
		cells := []string{fmt.Sprintf("%d %s", l.Points, l.Name(w.Lang))}
		for _, i := range t.Scale.Impact {
			text := t.Scale.Level(l.Points * i.Points).Name(w.Lang)
			if c := n[[2]int{l.Points, i.Points}]; c > 0 {
				text = fmt.Sprintf("%d (%s)", c, text)
			} else {
				text = i18n.None + " (" + text + ")"
			}
			cells = append(cells, text)
		}
		out.Rows = append(out.Rows, reports.Cells(cells...))
	}
	return out
}

// sheets has a row for each risk, in typed columns.
func sheets(t table, w reports.Words) []reports.Sheet {
	s := reports.Sheet{Name: w.T("risk.list.title"), Title: w.T("risk.report.title"), Columns: []reports.SheetColumn{
		{Key: "number", Title: w.T("risk.field.number"), Width: 14}, {Key: "kind", Title: w.T("risk.field.kind"), Width: 16}, {Key: "title", Title: w.T("risk.field.title"), Width: 50},
		{Key: "cause", Title: w.T("risk.field.cause"), Width: 50}, {Key: "consequence", Title: w.T("risk.field.consequence"), Width: 50},
		{Key: "process", Title: w.T("risk.field.process"), Width: 30}, {Key: "gsbpm", Title: w.T("risk.field.gsbpm")}, {Key: "department", Title: w.T("risk.field.department")},
		{Key: "owner", Title: w.T("risk.field.owner"), Width: 25},
		{Key: "first_likelihood", Title: w.T("risk.column.first_likelihood"), Type: reports.IntCol}, {Key: "first_impact", Title: w.T("risk.column.first_impact"), Type: reports.IntCol},
		{Key: "first_score", Title: w.T("risk.column.first_score"), Type: reports.IntCol},
		{Key: "likelihood", Title: w.T("risk.field.likelihood"), Type: reports.IntCol}, {Key: "impact", Title: w.T("risk.field.impact"), Type: reports.IntCol},
		{Key: "score", Title: w.T("risk.field.score"), Type: reports.IntCol}, {Key: "level", Title: w.T("risk.field.level"), Width: 14},
		{Key: "treatment_kind", Title: w.T("risk.field.treatment_kind"), Width: 24}, {Key: "treatment", Title: w.T("risk.field.treatment"), Width: 50},
		{Key: "due", Title: w.T("risk.field.due"), Type: reports.DateCol}, {Key: "result", Title: w.T("risk.field.result"), Width: 50},
		{Key: "verdict", Title: w.T("risk.field.verdict"), Width: 50}, {Key: "review_due", Title: w.T("risk.field.review_due"), Type: reports.DateCol},
		{Key: "state", Title: w.T("risk.field.state"), Width: 20}}}
	for _, r := range t.Rows {
		treatment := ""
		if r.TreatmentKind != "" {
			treatment = w.T("risk.treatment." + string(r.TreatmentKind))
		}
		s.Rows = append(s.Rows, []any{r.Number, w.T("risk.kind." + string(r.Kind)), r.Title, r.Cause, r.Consequence, r.Process(w.Lang), r.GSBPM, r.Department.Code, r.OwnerName,
			r.FirstLikelihood, r.FirstImpact, r.FirstScore, r.Likelihood, r.Impact, r.Score, t.Scale.LevelOf(r.Level).Name(w.Lang), treatment, r.Treatment, r.Due, r.Result, r.Verdict,
			r.ReviewDue, w.T("risk.state." + string(r.State))})
	}
	return []reports.Sheet{s}
}

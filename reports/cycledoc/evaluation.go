// Package cycledoc makes the documents of phase 8 of a cycle: its evaluation
// and the self-assessment of its process.
//
// It may import planning/evaluation, planning/assessment, kis and reports; it knows nothing of
// requests. Invariant: what stands in a document is what its page shows,
// figures of a finished evaluation are those it was locked with.
package cycledoc

import (
	"context"
	"strconv"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/planning/evaluation"
	"github.com/kis-platform/kis/reports"
)

// Evaluation is the kind of the evaluation report; its key is the number or id.
const Evaluation = "evaluation"

// Add lets the service make evaluation reports.
func Add(s *reports.Service, e *evaluation.Service) {
	s.Add(reports.Kind{Name: Evaluation, Formats: []string{reports.PDF, reports.JSON}, Key: true,
		Collect: func(ctx context.Context, req reports.Request, w reports.Words) (reports.Material, error) {
			d, err := e.Dossier(ctx, req.Key)
			if err != nil {
				return reports.Material{}, err
			}
			return reports.Material{Object: d.ID, Number: d.Number, Dated: w.DayOf(d.FinishedAt), State: "evaluation.state." + string(d.State),
				Name: w.T("report.file.evaluation", "number", d.Number), Doc: func() reports.Doc { return evaluationDocument(d, w) }}, nil
		}})
}

// evaluationDocument is the evaluation report (8.2): what was gathered, the
// judgement of each sub-process, recommendations and the decision.
func evaluationDocument(d evaluation.Dossier, w reports.Words) reports.Doc {
	doc := w.Doc(w.T("report.evaluation.title"), w.T("report.evaluation.running"), "№ "+d.Number)
	doc.Subtitle = reports.Joined(". ", reports.Joined(", ", w.Quoted(d.Title(w.Lang)), d.Period), w.T("evaluation.state."+string(d.State)))
	w.At(&doc, w.DayOf(d.FinishedAt))
	if d.State == evaluation.Draft {
		w.At(&doc, w.Today)
	}
	n := 0
	doc.Add(reports.KeyValue{Pairs: 2, Rows: head(d, w)}, w.Section(&n, "report.evaluation.inputs"))
	for _, sec := range evaluation.Sections() {
		doc.Add(inputs(d, sec, w)...)
	}
	doc.Add(w.Section(&n, "report.evaluation.subs"), judgements(d, w), w.Section(&n, "evaluation.recommendations"), recommendations(d, w),
		w.Section(&n, "evaluation.decision"))
	if d.State == evaluation.Final {
		doc.Add(reports.KeyValue{Rows: []reports.KV{{Key: w.T("evaluation.next"), Value: reports.T(next(d, w))}, {Key: w.T("planning.field.reason"), Value: reports.T(d.NextReason)},
			{Key: w.T("evaluation.conclusion"), Value: reports.T(d.Conclusion)}}})
	} else {
		doc.Add(reports.Paragraph{Text: reports.T(w.T("report.evaluation.open"))})
	}
	doc.Add(w.Section(&n, "report.signatures"), reports.Signatures{Rows: []reports.Signature{
		{Role: w.T("report.evaluation.evaluator"), Name: d.CreatedName},
		{Role: w.T("report.evaluation.finisher"), Name: d.FinishedName, Date: dated(d, w)},
		{Role: reports.Joined(", ", w.T("report.sign.owner"), d.OwnerCode)},
	}})
	return doc
}

func dated(d evaluation.Dossier, w reports.Words) string {
	if d.FinishedAt.IsZero() {
		return ""
	}
	return w.DateTime(d.FinishedAt)
}

func head(d evaluation.Dossier, w reports.Words) []reports.KV {
	return []reports.KV{
		{Key: w.T("evaluation.process"), Value: reports.T(reports.Joined(", ", d.Title(w.Lang), d.Period))},
		{Key: w.T("report.cycle.owner"), Value: reports.T(w.Department(d.Cycle.Owner))},
		{Key: w.T("report.cycle.version"), Value: reports.T(w.Int(int64(d.Cycle.Version)))},
		{Key: w.T("report.evaluation.reference"), Value: reports.T(w.Or(d.Cycle.ReferencePeriod))},
		{Key: w.T("report.evaluation.begun"), Value: reports.T(w.DateTime(d.CreatedAt))},
		{Key: w.T("report.evaluation.judged"), Value: reports.T(w.T("report.cycle.of", "n", d.Judged, "of", d.ToJudge))},
	}
}

// inputs is the table of a section; a section without anything says so.
func inputs(d evaluation.Dossier, sec evaluation.Section, w reports.Words) []reports.Block {
	t := reports.Table{Empty: w.T("evaluation.section.empty"), Columns: []reports.Column{{Title: w.T("report.evaluation.line"), Width: 108},
		{Title: w.T("report.review.value"), Width: 40, Align: reports.Right}, {Title: w.T("report.evaluation.verdict"), Width: 28}}}
	for _, l := range d.Of(sec) {
		verdict := i18n.None
		if l.Verdict != "" {
			verdict = w.T("evaluation.verdict." + l.Verdict)
		}
		t.Rows = append(t.Rows, reports.Cells(l.Words(w.Lang), figure(l, w), verdict))
	}
	return []reports.Block{reports.Heading{Level: 3, Text: w.T("evaluation.section." + string(sec))}, t}
}

// figure writes a share with its parts, a decimal with its unit and target, or
// a count.
func figure(l evaluation.Line, w reports.Words) string {
	switch {
	case l.Text:
		return i18n.None
	case l.Value != "":
		out := inUnit(l.Value, l.Unit, w)
		if l.Target != "" {
			out += " " + w.T("evaluation.target", "target", inUnit(l.Target, l.Unit, w))
		}
		return out
	case l.Den != 0:
		return w.T("report.review.share", "n", w.Int(l.Num), "of", w.Int(l.Den), "share", w.Percent(l.Num, l.Den))
	case l.Unit != "":
		return i18n.None
	}
	return w.Int(l.Num)
}

func inUnit(value, unit string, w reports.Words) string {
	switch unit {
	case "percent":
		return w.Decimal(value) + "%"
	case "days":
		return w.T("evaluation.days", "n", w.Decimal(value))
	}
	return w.Decimal(value)
}

// judgements lists all sub-processes; those that do not exist say so.
func judgements(d evaluation.Dossier, w reports.Words) reports.Table {
	t := reports.Table{Columns: []reports.Column{{Title: w.T("report.cycle.code"), Width: 14}, {Title: w.T("report.cycle.sub"), Width: 56},
		{Title: w.T("evaluation.judgement"), Width: 36}, {Title: w.T("report.evaluation.why"), Width: 70}}}
	for _, s := range d.Subs {
		grade := w.T("evaluation.grade.none")
		switch {
		case !s.Applies:
			grade = w.T("kis.state." + string(kis.TaskNotApplicable))
		case s.Judgement.Grade != "":
			grade = w.T("evaluation.grade." + string(s.Judgement.Grade))
		}
		t.Rows = append(t.Rows, reports.Cells(s.Code, s.Name(w.Lang), grade, w.Or(s.Judgement.Text)))
	}
	return t
}

// recommendations lists what was recommended, with where it stands.
func recommendations(d evaluation.Dossier, w reports.Words) reports.Table {
	t := reports.Table{Empty: w.T("evaluation.no_recommendations"), Columns: []reports.Column{{Title: "№", Width: 26}, {Title: w.T("report.cycle.code"), Width: 14},
		{Title: w.T("evaluation.field.text"), Width: 86}, {Title: w.T("report.audit.unit"), Width: 18}, {Title: w.T("report.cycle.state"), Width: 32}}}
	for _, r := range d.Recommendations {
		state := w.T("planning.recommendation.state." + r.State)
		if r.ItemYear > 0 {
			state = reports.Joined(", ", state, w.T("planning.item.place", "year", strconv.Itoa(r.ItemYear), "no", r.ItemNo))
		}
		t.Rows = append(t.Rows, reports.Cells(r.Number, w.Or(r.Code), r.Text, r.DepartmentCode, state))
	}
	return t
}

func next(d evaluation.Dossier, w reports.Words) string {
	if d.NextPhase == evaluation.Stop {
		return w.T("evaluation.next.stop")
	}
	p, _ := d.Cycle.Phase(d.NextPhase)
	return reports.Joined(". ", d.NextPhase, p.Name(w.Lang))
}

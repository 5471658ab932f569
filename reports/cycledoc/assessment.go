package cycledoc

import (
	"context"
	"slices"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/planning/assessment"
	"github.com/kis-platform/kis/reports"
)

// Assessment is the kind of a self-assessment; its key is the number or id.
const Assessment = "assessment"

// mostCompared is how many other assessments have a column beside this one.
const mostCompared = 5

// AddAssessments lets the service make the documents of self-assessments.
func AddAssessments(s *reports.Service, a *assessment.Service) {
	s.Add(reports.Kind{Name: Assessment, Formats: []string{reports.PDF, reports.JSON}, Key: true,
		Collect: func(ctx context.Context, req reports.Request, w reports.Words) (reports.Material, error) {
			d, err := a.Dossier(ctx, req.Key)
			if err != nil {
				return reports.Material{}, err
			}
			return reports.Material{Object: d.ID, Number: d.Number, Dated: w.DayOf(d.FinishedAt), State: "assessment.state." + string(d.State),
				Name: w.T("report.file.assessment", "number", d.Number), Doc: func() reports.Doc { return assessmentDocument(d, w) }}, nil
		}})
}

// assessmentDocument is a self-assessment: the means of the components as a
// picture and a table beside those of other assessments, then every answer.
func assessmentDocument(d assessment.Dossier, w reports.Words) reports.Doc {
	doc := w.Doc(w.T("assessment.heading"), w.T("assessment.heading"), "№ "+d.Number)
	doc.Subtitle = reports.Joined(". ", reports.Joined(", ", w.Quoted(d.Title(w.Lang)), d.Period), w.T("assessment.state."+string(d.State)))
	on := w.DayOf(d.FinishedAt)
	if d.State == assessment.Draft {
		on = w.Today
	}
	w.At(&doc, on)
	n := 0
	doc.Add(reports.KeyValue{Pairs: 2, Rows: []reports.KV{
		{Key: w.T("evaluation.process"), Value: reports.T(reports.Joined(", ", d.Title(w.Lang), d.Period))},
		{Key: w.T("report.cycle.owner"), Value: reports.T(d.OwnerCode)},
		{Key: w.T("report.assessment.begun"), Value: reports.T(reports.Joined(", ", d.CreatedName, w.DateTime(d.CreatedAt)))},
		{Key: w.T("report.assessment.answered"), Value: reports.T(w.T("report.cycle.of", "n", d.Answered, "of", len(d.Questions)))},
	}}, w.Section(&n, "assessment.diagram"), radar(d, w), reports.Paragraph{Small: true, Text: reports.T(w.T("assessment.no_mark"))},
		w.Section(&n, "assessment.means"), meansTable(d, w), w.Section(&n, "assessment.answers"))
	chapter := ""
	var t reports.Table
	for _, q := range d.Questions {
		if q.Chapter != chapter {
			if chapter != "" {
				doc.Add(t)
			}
			chapter = q.Chapter
			doc.Add(reports.Heading{Level: 3, Text: q.Chapter + ". " + w.T("assessment.chapter."+q.Chapter)})
			t = reports.Table{Columns: []reports.Column{{Title: "№", Width: 12}, {Title: w.T("assessment.question"), Width: 62}, {Title: w.T("report.assessment.answer"), Width: 52},
				{Title: w.T("report.assessment.remarks"), Width: 50}}}
		}
		t.Rows = append(t.Rows, reports.Cells(q.Code(), q.Text(w.Lang), answer(d, q, w), remarks(d.Answers[q.ID], w)))
	}
	if chapter != "" {
		doc.Add(t)
	}
	finished := ""
	if !d.FinishedAt.IsZero() {
		finished = w.DateTime(d.FinishedAt)
	}
	doc.Add(w.Section(&n, "report.signatures"), reports.Signatures{Rows: []reports.Signature{
		{Role: w.T("report.assessment.by"), Name: d.FinishedName, Date: finished},
		{Role: reports.Joined(", ", w.T("report.sign.owner"), d.OwnerCode)},
	}})
	return doc
}

// radar draws this assessment, and behind it the newest earlier one of the
// process.
func radar(d assessment.Dossier, w reports.Words) reports.Radar {
	r := reports.Radar{Max: 5, Rings: 5, Shapes: []reports.Shape{{Name: d.Period}}}
	before := slices.IndexFunc(d.Compared, func(c assessment.Compared) bool { return c.Own })
	if before >= 0 {
		r.Shapes = append(r.Shapes, reports.Shape{Name: d.Compared[before].Period})
	}
	for _, m := range d.Means {
		r.Axes = append(r.Axes, w.T("assessment.component."+m.Component)+" "+mean(m, w))
		r.Shapes[0].Values = append(r.Shapes[0].Values, float64(m.Hundredths())/100)
		if before >= 0 {
			r.Shapes[1].Values = append(r.Shapes[1].Values, float64(d.Compared[before].Means[m.Component].Hundredths())/100)
		}
	}
	return r
}

// meansTable is the table of means: this one, how many answers count, and the
// others.
func meansTable(d assessment.Dossier, w reports.Words) reports.Table {
	t := reports.Table{Columns: []reports.Column{{Title: w.T("assessment.component"), Width: 50}, {Title: d.Period, Width: 18, Align: reports.Right},
		{Title: w.T("assessment.counted"), Width: 22, Align: reports.Right}, {Title: w.T("assessment.choice.na"), Width: 22, Align: reports.Right}}}
	others := d.Compared[:min(len(d.Compared), mostCompared)]
	for _, c := range others {
		title := c.Period
		if !c.Own {
			title = reports.Joined(", ", i18n.InLang(w.Lang, c.TitleAZ, c.TitleEN), c.Period)
		}
		t.Columns = append(t.Columns, reports.Column{Title: title, Width: 22, Align: reports.Right})
	}
	for _, m := range d.Means {
		cells := []string{w.T("assessment.component." + m.Component), mean(m, w), w.Int(m.N), w.Int(m.NA)}
		for _, c := range others {
			cells = append(cells, mean(c.Means[m.Component], w))
		}
		t.Rows = append(t.Rows, reports.Cells(cells...))
	}
	return t
}

func mean(m assessment.Mean, w reports.Words) string {
	if m.N == 0 {
		return i18n.None
	}
	return w.Decimal(m.Text())
}

// answer is what was chosen, in the words of the questionnaire.
func answer(d assessment.Dossier, q assessment.Question, w reports.Words) string {
	choice := d.Answers[q.ID].Choice
	switch choice {
	case "":
		return i18n.None
	case assessment.Unknown, assessment.NotApplicable:
		return w.T("assessment.choice." + choice)
	}
	return choice + ". " + q.Options(w.Lang)[choice[0]-'1']
}

// remarks are the comment and the improvement that is intended.
func remarks(a assessment.Answer, w reports.Words) string {
	improvement := ""
	if a.Improvement != "" {
		improvement = w.T("assessment.improvement") + ": " + a.Improvement
	}
	return w.Or(reports.Joined("\n", a.Comment, improvement))
}

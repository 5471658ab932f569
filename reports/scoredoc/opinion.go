package scoredoc

import (
	"strconv"
	"strings"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/reports"
)

// opinionLetter is the opinion that a body is sent: the state of its services,
// what was found wanting, what is proposed, and until when it replies.
func opinionLetter(v campaign.BodyView, w reports.Words) reports.Doc {
	d := w.Doc(w.T("scoredoc.opinion.title"), w.T("scoredoc.opinion.running"), reports.Joined("-", v.Campaign.Number, v.Code))
	d.Subtitle = v.Name(w.Lang)
	w.At(&d, w.DayOf(v.SentAt))
	if v.SentAt.IsZero() {
		d.Add(reports.Badge{Text: w.T("scoredoc.opinion.draft"), Tone: reports.Warn})
	}
	mean := i18n.None
	if m, ok := v.MeanMilli(); ok {
		mean = w.Decimal(eservice.MilliText(m, 1))
	}
	d.Add(reports.Paragraph{Text: reports.T(w.T("scoredoc.opinion.basis", "campaign", v.Campaign.Title, "number", v.Campaign.Number, "basis", strings.TrimRight(v.Campaign.Basis, "."), "from", w.Day(v.Campaign.From), "to", w.Day(v.Campaign.To)))},
		reports.KeyValue{Pairs: 2, Rows: []reports.KV{
			{Key: w.T("scoredoc.services"), Value: reports.T(w.Int(int64(v.Services)))},
			{Key: w.T("scoredoc.electronised"), Value: reports.T(w.T("scoredoc.share", "n", w.Int(int64(v.Electronic)), "share", w.Percent(int64(v.Electronic), int64(v.Services))))},
			{Key: w.T("scoredoc.mean_score"), Value: reports.T(mean)},
			{Key: w.T("scoredoc.scheme"), Value: reports.T(v.SchemeOf.Title(w.Lang))},
		}})
	n := 0
	d.Add(w.Section(&n, "scoredoc.opinion.state"), w.Box(v.Opinion))
	d.Add(w.Section(&n, "scoredoc.opinion.results"), opinionTable(v, w))
	d.Add(w.Section(&n, "scoredoc.opinion.shortcomings"), shortcomingTable(v, w))
	if len(v.Visits) > 0 {
		t := reports.Table{Columns: []reports.Column{{Title: w.T("scoredoc.day"), Width: 22}, {Title: w.T("scoredoc.visit.kind"), Width: 36}, {Title: w.T("scoredoc.visit.place"), Width: 60}, {Title: w.T("scoredoc.visit.found"), Width: 70}}}
		for _, x := range v.Visits {
			t.Rows = append(t.Rows, row(w.Day(x.Day), w.T("campaign.visit."+x.Kind), x.Place, x.Note))
		}
		d.Add(w.Section(&n, "scoredoc.opinion.visits"), t)
	}
	d.Add(w.Section(&n, "scoredoc.opinion.proposals"), w.Box(v.Proposals))
	if v.ReplyDue != "" {
		d.Add(reports.Paragraph{Text: reports.T(w.T("scoredoc.opinion.reply_until", "day", w.Day(v.ReplyDue), "n", v.Campaign.ReplyDays))})
	}
	if v.Reply != "" || v.BodyRow.State == campaign.BodyAccepted {
		d.Add(w.Section(&n, "scoredoc.opinion.reply"), reports.KeyValue{Rows: answers(v, w)})
	}
	d.Add(reports.Signatures{Rows: []reports.Signature{{Role: w.T("scoredoc.opinion.assessor"), Name: signer(v.WrittenBy)}, {Role: w.T("scoredoc.opinion.head")}, {Role: w.T("scoredoc.opinion.received"), Name: signer(v.RepliedBy), Date: w.Date(v.RepliedAt)}}})
	return d
}

// signer is the name in a signature that was kept with its position.
func signer(signature string) string {
	name, _, _ := strings.Cut(signature, " (")
	return name
}

func answers(v campaign.BodyView, w reports.Words) []reports.KV {
	out := []reports.KV{{Key: w.T("scoredoc.opinion.reply"), Value: reports.T(reports.Joined(". ", w.Capital(w.T("campaign.body."+string(v.BodyRow.State.Reply()))), v.Reply))}}
	if v.Answer != "" {
		out = append(out, reports.KV{Key: w.T("scoredoc.opinion.answer"), Value: reports.T(v.Answer)})
	}
	return out
}

// opinionTable lists the services with level, score and grade.
func opinionTable(v campaign.BodyView, w reports.Words) reports.Table {
	t := reports.Table{Small: len(v.Items) > 20, Columns: []reports.Column{{Title: w.T("scoredoc.no"), Width: 8, Align: reports.Right}, {Title: w.T("scoredoc.service"), Width: 76}, {Title: w.T("scoredoc.level"), Width: 42},
		{Title: w.T("scoredoc.score"), Width: 16, Align: reports.Right}, {Title: w.T("scoredoc.grade"), Width: 30}}}
	for i, x := range v.Items {
		t.Rows = append(t.Rows, row(strconv.Itoa(i+1), x.Name(w.Lang), w.Code("eservice.level", x.Level), score(x.ScoreMilli, w), gradeWord(v.SchemeOf, x.Grade, w)))
	}
	return t
}

// shortcomingTable lists what was found wanting, service by service.
func shortcomingTable(v campaign.BodyView, w reports.Words) reports.Table {
	t := reports.Table{Empty: w.T("scoredoc.opinion.no_shortcomings"), Columns: []reports.Column{{Title: w.T("scoredoc.service"), Width: 50}, {Title: w.T("scoredoc.opinion.wanting"), Width: 68}, {Title: w.T("scoredoc.opinion.proposal"), Width: 62}}}
	for _, x := range v.Items {
		for _, h := range v.Shortcomings {
			if h.AssessmentID != x.ID {
				continue
			}
			text := h.Text
			if m, ok := v.SchemeOf.Parameter(h.Parameter); ok {
				text = m.Name(w.Lang) + ": " + h.Text
			}
			t.Rows = append(t.Rows, row(x.Name(w.Lang), text, w.Or(h.Proposal)))
		}
	}
	return t
}

// opinionSheets are the services of the body as a table.
func opinionSheets(v campaign.BodyView, w reports.Words) []reports.Sheet {
	s := reports.Sheet{Name: v.Campaign.Number, Title: v.Name(w.Lang), Columns: []reports.SheetColumn{{Key: "code", Title: w.T("scoredoc.code"), Width: 16}, {Key: "service", Title: w.T("scoredoc.service"), Width: 60},
		{Key: "level", Title: w.T("scoredoc.level"), Width: 24}, {Key: "score", Title: w.T("scoredoc.score"), Type: reports.DecimalCol}, {Key: "grade", Title: w.T("scoredoc.grade"), Width: 20}, {Key: "shortcomings", Title: w.T("scoredoc.opinion.wanting"), Width: 80}}}
	for _, x := range v.Items {
		var wanting []string
		for _, h := range v.Shortcomings {
			if h.AssessmentID == x.ID {
				wanting = append(wanting, reports.Joined(" → ", h.Text, h.Proposal))
			}
		}
		s.Rows = append(s.Rows, []any{x.Code, x.Name(w.Lang), w.Code("eservice.level", x.Level), exact(x.ScoreMilli), gradeWord(v.SchemeOf, x.Grade, w), strings.Join(wanting, "\n")})
	}
	return []reports.Sheet{s}
}

func row(cells ...string) (r reports.Row) {
	for _, c := range cells {
		r.Cells = append(r.Cells, reports.T(c))
	}
	return r
}

// score writes thousandths of a point with one decimal, or a dash.
func score(m *int64, w reports.Words) string {
	if m == nil {
		return i18n.None
	}
	return w.Decimal(eservice.MilliText(*m, 1))
}

// exact is a score as a value of a sheet; nil for none.
func exact(m *int64) any {
	if m == nil {
		return nil
	}
	return eservice.MilliText(*m, 3)
}

// gradeWord is the word of a grade, or that none is given.
func gradeWord(s eservice.Scheme, code string, w reports.Words) string {
	for _, b := range s.Bands {
		if b.Code == code {
			return b.Label(w.Lang)
		}
	}
	return w.T("scoredoc.not_graded")
}

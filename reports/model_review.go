package reports

import (
	"fmt"
	"strings"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/planning"
)

// reviewDocument is the record of a management review (Rəhbərlik tərəfindən
// təhlil; ISO 9001:2015 9.3): the twelve inputs as they were at the meeting,
// empty ones said to be empty, the conclusion and the decisions.
func reviewDocument(v planning.ReviewDossier, w Words) Doc {
	d := w.Doc(w.T("report.review.title"), w.T("report.review.running"), "№ "+v.Number)
	d.ShortName = Joined(" ", w.T("report.review.short"), "№ "+v.Number)
	if v.State != planning.ReviewSigned {
		d.Subtitle = w.Code("planning.review.state", string(v.State))
	}
	w.At(&d, w.DayOf(v.MeetingAt))
	n := 0
	d.Add(KeyValue{Pairs: 2, Rows: reviewHead(v, w)},
		w.Section(&n, "report.review.participants"), reviewPeople(v, w),
		w.Section(&n, "report.review.open"))
	d.Add(reviewOpen(v, w), w.Section(&n, "report.review.inputs"))
	d.Add(reviewInputs(v, w)...)
	d.Add(w.Section(&n, "report.review.conclusion"), reviewVerdict(v, w),
		w.Section(&n, "report.review.decisions"))
	d.Add(reviewDecisions(v, w)...)
	if len(v.Addenda) > 0 {
		t := Table{Columns: []Column{{Title: "№", Width: 10}, {Title: w.T("report.addendum.text"), Width: 108}, {Title: w.T("report.addendum.author"), Width: 58}}}
		for _, a := range v.Addenda {
			t.Rows = append(t.Rows, Cells(fmt.Sprint(a.No), a.Text, Joined(", ", a.Author, w.DateTime(a.At))))
		}
		d.Add(w.Section(&n, "report.act.addenda"), t)
	}
	d.Add(w.Section(&n, "report.signatures"))
	if v.State == planning.ReviewSigned {
		d.Add(Paragraph{Small: true, Text: T(w.T("report.review.locked", "date", w.DateTime(v.SignedAt), "n", len(v.Addenda)))})
	}
	d.Add(Signatures{[]Signature{
		w.Signed("report.review.chair", nameOf(v.SignedName, v.ChairName), reviewStep(v, "report.signed.signed"), w.DateTime(v.SignedAt)),
		w.Signed("report.review.secretary", nameOf(v.PreparedName, v.CreatedName), "report.signed.prepared", w.DateTime(v.PreparedAt)),
	}})
	return d
}

// nameOf is the first name that is there.
func nameOf(names ...string) string {
	for _, n := range names {
		if n != "" {
			return n
		}
	}
	return ""
}

// reviewStep is the key of a step once the review is signed.
func reviewStep(v planning.ReviewDossier, key string) string {
	if v.State != planning.ReviewSigned {
		return ""
	}
	return key
}

func reviewHead(v planning.ReviewDossier, w Words) []KV {
	return []KV{
		{w.T("report.review.period"), T(w.Span(v.From, v.To))},
		{w.T("report.review.meeting"), T(w.DateTime(v.MeetingAt))},
		{w.T("report.review.place"), T(w.Or(v.Place))},
		{w.T("report.review.chair"), T(w.Or(v.ChairName))},
		{w.T("report.review.figures_at"), T(w.DateTime(v.FiguresAt))},
		{w.T("report.review.filled"), T(w.T("report.cycle.of", "n", v.FilledInputs, "of", len(v.Inputs)))},
	}
}

func reviewPeople(v planning.ReviewDossier, w Words) Table {
	t := Table{Columns: []Column{{Title: "№", Width: 10}, {Title: w.T("report.audit.name"), Width: 60}, {Title: w.T("report.review.post"), Width: 76}, {Title: w.T("report.audit.unit"), Width: 30}}}
	for i, p := range v.People {
		post := p.Post(w.Lang)
		if p.UserID == v.ChairID {
			post = Joined(", ", post, w.T("report.review.chair_mark"))
		}
		t.Rows = append(t.Rows, Cells(fmt.Sprint(i+1), p.Name, w.Or(post), w.Or(p.Unit)))
	}
	return t
}

// reviewInputs sets each input as a heading with its figures and what was
// said. An input of which nothing is known is stated as empty, in one line.
func reviewInputs(v planning.ReviewDossier, w Words) []Block {
	var out []Block
	for _, in := range v.Inputs {
		name := Joined(" ", in.Letter+")", in.Name(w.Lang))
		if in.Empty() {
			out = append(out, Paragraph{Text: Join(B(name+". "), T(w.T("report.review.empty")))})
			continue
		}
		out = append(out, Heading{3, name})
		if len(in.Figures) > 0 {
			out = append(out, figureTable(in.Figures, w))
		}
		if in.Comment != "" {
			out = append(out, Paragraph{Text: T(in.Comment)})
			if in.CommentedName != "" {
				out = append(out, Paragraph{Small: true, Text: T(Joined(", ", in.CommentedName, w.DateTime(in.CommentedAt)))})
			}
		}
	}
	return out
}

// reviewOpen are the decisions of earlier reviews that were not carried out.
func reviewOpen(v planning.ReviewDossier, w Words) Block {
	if len(v.OpenBefore) == 0 {
		return Paragraph{Text: T(w.T("planning.review.open_none"))}
	}
	t := Table{Columns: []Column{{Title: w.T("planning.review.col.review"), Width: 28}, {Title: w.T("report.review.decision"), Width: 68}, {Title: w.T("report.review.owner"), Width: 32},
		{Title: w.T("report.act.due"), Width: 20}, {Title: w.T("planning.review.col.stands"), Width: 28}}}
	for _, d := range v.OpenBefore {
		stands := w.T("planning.review.open_no_plan")
		if d.Plan != "" {
			stands = Joined("\n", w.Code("planning.item.state", string(d.State)), w.T("report.review.item", "year", string(d.Plan), "no", d.ItemNo))
		}
		if d.Late {
			stands = Joined("\n", w.T("report.overdue"), stands)
		}
		t.Rows = append(t.Rows, Cells(Joined(", ", d.Review, "№ "+fmt.Sprint(d.No)), d.Text, Joined(", ", d.Owner, d.Department), w.Day(d.Due), stands))
	}
	return t
}

// figureTable sets figures beside those of the reviews before, the oldest
// first, with the trend in a word.
func figureTable(figures []planning.FrozenFigure, w Words) Table {
	t := Table{Columns: []Column{{Title: w.T("report.review.figure"), Width: 76}, {Title: w.T("report.review.value"), Width: 34, Align: Right},
		{Title: w.T("report.review.before"), Width: 40, Align: Right}, {Title: w.T("report.review.trend"), Width: 26}}}
	for _, f := range figures {
		var past []string
		for _, p := range f.Compared() {
			past = append(past, w.pastFigure(p))
		}
		before := w.Or(strings.Join(past, " → "))
		t.Rows = append(t.Rows, Cells(w.Capital(f.Words(w.Lang)), w.figure(f.Num, f.Den, f.Value), before, w.Code("planning.review.trend", string(f.Trend()))))
	}
	return t
}

// pastFigure writes a figure of an earlier review, a share as its percentage.
func (w Words) pastFigure(p planning.Point) string {
	if p.Value == "" && p.Den != 0 {
		return w.Percent(p.Num, p.Den)
	}
	return w.figure(p.Num, p.Den, p.Value)
}

// figure writes a share with its parts, a count, or the words instead of a
// number.
func (w Words) figure(num, den int64, value string) string {
	switch {
	case value != "":
		return i18n.Decimal(w.Lang, value)
	case den != 0:
		return w.T("report.review.share", "n", w.Int(num), "of", w.Int(den), "share", w.Percent(num, den))
	}
	return w.Int(num)
}

// reviewVerdict is what 9.3.1 asks, is the system suitable, adequate and
// effective, with the conclusion in words.
func reviewVerdict(v planning.ReviewDossier, w Words) Box {
	tick := func(yes bool, key string) string {
		if yes {
			return "☑ " + w.T(key)
		}
		return "☐ " + w.T(key)
	}
	line := tick(v.Suitable, "report.review.suitable") + " \u00a0 " + tick(v.Adequate, "report.review.adequate") + " \u00a0 " + tick(v.Effective, "report.review.effective")
	b := Boxed(B(line))
	if v.Conclusion != "" {
		b.Blocks = append(b.Blocks, Paragraph{Text: T(v.Conclusion)})
	}
	return b
}

// reviewDecisions are the decisions under the three letters of 9.3.3; a kind
// of which there is none is said to be empty.
func reviewDecisions(v planning.ReviewDossier, w Words) []Block {
	t := Table{Columns: []Column{{Title: "№", Width: 9}, {Title: w.T("report.review.decision"), Width: 78}, {Title: w.T("report.review.owner"), Width: 34},
		{Title: w.T("report.act.due"), Width: 22}, {Title: w.T("report.review.in_plan"), Width: 33}}}
	for _, kind := range planning.DecisionKinds() {
		name, n := w.Code("report.decision", string(kind)), 0
		var rows []Row
		for _, dec := range v.DecisionList {
			if dec.Kind != kind {
				continue
			}
			n++
			plan := w.T("report.review.not_planned")
			if dec.ItemID != "" {
				plan = w.T("report.review.item", "year", dec.ItemYear, "no", dec.ItemNo)
			}
			rows = append(rows, Cells(fmt.Sprint(dec.No), dec.Text, Joined(", ", dec.OwnerName, dec.DepartmentCode), w.Day(dec.Due), plan))
		}
		t.Rows = append(t.Rows, Group(Joined(") ", string(kind), name)))
		if n == 0 {
			rows = []Row{Cells("–", w.T("report.review.no_decision"), "–", "–", "–")}
		}
		t.Rows = append(t.Rows, rows...)
	}
	return []Block{t}
}

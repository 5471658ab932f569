// Package qualitydoc makes the quality report of a process as a document, and
// the list of reports as a sheet.
//
// It may import planning/quality, kis and reports; it knows nothing of
// requests. Invariant: what stands in a document is what its page shows;
// figures of a report that was submitted are those it was submitted with.
package qualitydoc

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"sync"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/planning/quality"
	"github.com/kis-platform/kis/reports"
)

// The kinds of documents.
const (
	Report = "quality"        // one report; its key is the id, or the number for its newest version
	Public = "quality_public" // one that is published, as anybody reads it; its key is the number
	List   = "quality_list"   // the list under the filter of the page
)

// filters are what of a request's filter is looked at; the names are those of
// the page.
var filters = []string{"q", "state", "process", "department", "all", "sort"}

// Add lets the service make quality reports.
func Add(s *reports.Service, q *quality.Service) {
	s.Add(reports.Kind{Name: Report, Formats: []string{reports.PDF, reports.JSON}, Key: true,
		Collect: func(ctx context.Context, req reports.Request, w reports.Words) (reports.Material, error) {
			d, err := q.Report(ctx, req.Key)
			if err != nil {
				return reports.Material{}, err
			}
			return reports.Material{Object: d.ID, Number: label(d.Report), Dated: w.DayOf(d.ApprovedAt), State: "quality.state." + string(d.State),
				Name: w.T("quality.report.file", "number", d.Number, "no", d.No), Doc: func() reports.Doc { return document(d, w) }}, nil
		}},
		reports.Kind{Name: Public, Formats: []string{reports.PDF}, Key: true,
			Collect: func(ctx context.Context, req reports.Request, w reports.Words) (reports.Material, error) {
				d, err := q.Public(ctx, req.Key)
				if err != nil {
					return reports.Material{}, err
				}
				return reports.Material{Object: d.ID, Number: label(d.Report), Dated: w.DayOf(d.ApprovedAt), State: "quality.state." + string(d.State),
					Name: w.T("quality.report.file", "number", d.Number, "no", d.No), Doc: func() reports.Doc { return document(d, w) }}, nil
			}},
		reports.Kind{Name: List, Formats: []string{reports.XLSX, reports.CSV}, Filter: filters,
			Collect: func(ctx context.Context, req reports.Request, w reports.Words) (reports.Material, error) {
				return list(ctx, q, req, w)
			}})
}

// Writer writes reports and their list, for the pages.
type Writer struct {
	*reports.Service
	public *files
}

// NewWriter makes one.
func NewWriter(s *reports.Service) Writer { return Writer{s, &files{}} }

// files are the published reports that were made into PDF, by version, language
// and moment of publication: however often strangers ask, each is printed once.
type files struct {
	mu   sync.Mutex
	made map[string][]byte
}

// mostKept is how many of them are kept.
const mostKept = 64

// PublicReport writes a published report as PDF.
func (x Writer) PublicReport(ctx context.Context, w io.Writer, lang string, d quality.Dossier) error {
	raw, err := x.public.of(d.ID+lang+d.PublishedAt.String(), func() ([]byte, error) {
		var b bytes.Buffer
		err := x.Render(actor.With(ctx, actor.Program("public page")), reports.Request{Kind: Public, Key: d.Number, Format: reports.PDF, Lang: lang}, &b)
		return b.Bytes(), err
	})
	if err != nil {
		return err
	}
	_, err = w.Write(raw)
	return err
}

// of gives the file of a key, made when it is not there yet; only one is made
// at a time.
func (f *files) of(key string, make func() ([]byte, error)) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if raw, ok := f.made[key]; ok {
		return raw, nil
	}
	raw, err := make()
	if err != nil {
		return nil, err
	}
	if f.made == nil || len(f.made) >= mostKept {
		f.made = map[string][]byte{}
	}
	f.made[key] = raw
	return raw, nil
}

// QualityReport writes a report as pdf or json.
func (x Writer) QualityReport(ctx context.Context, w io.Writer, format, lang, id string) error {
	return x.Render(ctx, reports.Request{Kind: Report, Key: id, Format: format, Lang: lang}, w)
}

// QualityList writes the list as xlsx or csv.
func (x Writer) QualityList(ctx context.Context, w io.Writer, format, lang string, filter url.Values) error {
	return x.Render(ctx, reports.Request{Kind: List, Format: format, Lang: lang, Filter: filter}, w)
}

func label(r quality.Report) string { return fmt.Sprintf("%s / %d", r.Number, r.No) }

// document is the report: facts, the indicators in one table, then chapter by
// chapter.
func document(d quality.Dossier, w reports.Words) reports.Doc {
	doc := w.Doc(w.T("quality.report.title"), w.T("quality.report.running"), "№ "+label(d.Report))
	doc.Subtitle = reports.Joined(". ", reports.Joined(", ", w.Quoted(d.Report.Title(w.Lang)), d.About()), w.T("quality.state."+string(d.State)))
	on := w.DayOf(d.ApprovedAt)
	if d.ApprovedAt.IsZero() {
		on = w.Today
	}
	w.At(&doc, on)
	n := 0
	doc.Add(reports.KeyValue{Pairs: 2, Rows: []reports.KV{
		{Key: w.T("quality.field.process"), Value: reports.T(d.Report.Title(w.Lang))},
		{Key: w.T("quality.field.owner"), Value: reports.T(reports.Named(d.Report.Owner(w.Lang), d.OwnerCode))},
		{Key: w.T("quality.field.reference"), Value: reports.T(d.About())},
		{Key: w.T("quality.field.structure"), Value: reports.T(reports.Joined(", ", "SIMS 2.0", w.T("quality.structure.version", "n", d.Report.Structure)))},
		{Key: w.T("quality.report.filled"), Value: reports.T(w.T("quality.report.of", "n", d.Count.Done, "of", d.Count.Of, "na", d.Count.NA))},
		{Key: w.T("quality.field.published"), Value: reports.T(w.Day(w.DayOf(d.PublishedAt)))},
	}}, w.Section(&n, "quality.report.figures"), indicators(d, w))
	for _, chapter := range d.Chapters() {
		doc.Add(reports.Heading{Level: 2, Text: w.T("quality.report.chapter", "code", chapter.Concept.Code, "name", chapter.Name(w.Lang))})
		for _, it := range d.Chapter(chapter.Concept.Code) {
			doc.Add(concept(it, w)...)
		}
	}
	if d.State == quality.Published && d.ApprovedName == "" { // as strangers read it, without who wrote it
		return doc
	}
	doc.Add(w.Section(&n, "report.signatures"), reports.Signatures{Rows: []reports.Signature{
		{Role: w.T("quality.report.writer"), Name: d.SubmittedName, Date: moment(d, w)},
		{Role: w.T("quality.report.approver"), Name: d.ApprovedName, Date: w.Day(w.DayOf(d.ApprovedAt))},
	}})
	return doc
}

func moment(d quality.Dossier, w reports.Words) string {
	if d.SubmittedAt.IsZero() {
		return ""
	}
	return w.DateTime(d.SubmittedAt)
}

// concept is what stands under a concept; a chapter's own name is its heading
// already.
func concept(it quality.Item, w reports.Words) []reports.Block {
	var out []reports.Block
	if it.Level() > 1 {
		out = append(out, reports.Heading{Level: 3, Text: w.T("quality.report.chapter", "code", it.Concept.Code, "name", it.Name(w.Lang))})
	}
	if it.Kind == quality.Group {
		return out
	}
	text := it.Entry.Text(w.Lang)
	switch {
	case it.Figure != nil && !it.Figure.Applies:
		out = append(out, reports.Paragraph{Text: reports.T(reports.Joined(": ", w.Capital(w.T("quality.na")), whyNot(it, w)))})
	case it.Entry.NA:
		return append(out, reports.Paragraph{Text: reports.T(reports.Joined(": ", w.Capital(w.T("quality.na")), text))})
	case it.Known() != "":
		out = append(out, reports.Paragraph{Text: reports.T(inUnit(it.Known(), it.Unit, w))})
	}
	if text != "" {
		return append(out, reports.Paragraph{Text: reports.T(text)})
	}
	if !it.Done() {
		out = append(out, reports.Paragraph{Small: true, Text: reports.T(w.T("quality.report.none"))})
	}
	return out
}

func whyNot(it quality.Item, w reports.Words) string {
	if it.Figure.WhyNot != "" {
		return it.Figure.WhyNot
	}
	return w.T("quality.no_subprocess", "code", it.Figure.GSBPM)
}

// indicators is the table of all figures, those that do not apply among them.
func indicators(d quality.Dossier, w reports.Words) reports.Table {
	t := reports.Table{Columns: []reports.Column{{Title: w.T("report.cycle.code"), Width: 24}, {Title: w.T("quality.report.figures"), Width: 96},
		{Title: w.T("quality.report.value"), Width: 30, Align: reports.Right}, {Title: w.T("quality.report.target"), Width: 26, Align: reports.Right}}}
	for _, it := range d.Items {
		if it.Kind != quality.Indicator {
			continue
		}
		value, target := i18n.None, i18n.None
		switch {
		case it.NA():
			value = w.T("quality.na")
		case it.Known() != "":
			value = inUnit(it.Known(), it.Unit, w)
		}
		if it.Figure != nil && it.Figure.Target != "" && !it.NA() {
			target = inUnit(it.Figure.Target, it.Unit, w)
		}
		t.Rows = append(t.Rows, reports.Cells(it.Concept.Code, it.Name(w.Lang), value, target))
	}
	return t
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

// list is the sheet of reports, row by row.
func list(ctx context.Context, q *quality.Service, req reports.Request, w reports.Words) (reports.Material, error) {
	v := req.Filter
	f := quality.Filter{Query: v.Get("q"), State: quality.State(v.Get("state")), ProcessID: v.Get("process"), DepartmentID: v.Get("department"), All: v.Get("all") == "1", Sort: v.Get("sort")}
	s := reports.Sheet{Name: w.T("quality.list.title"), Title: w.T("quality.list.title"), Columns: []reports.SheetColumn{
		{Key: "number", Title: w.T("quality.field.number"), Width: 14}, {Key: "no", Title: w.T("report.cycle.version"), Type: reports.IntCol},
		{Key: "process", Title: w.T("quality.field.process"), Width: 40}, {Key: "department", Title: w.T("quality.field.owner")},
		{Key: "period", Title: w.T("quality.field.cycle")}, {Key: "reference_period", Title: w.T("quality.field.reference")},
		{Key: "state", Title: w.T("quality.field.state"), Width: 20}, {Key: "since", Title: w.T("quality.field.changed"), Type: reports.DateCol},
		{Key: "approved", Title: w.T("quality.field.approved"), Width: 24}, {Key: "published", Title: w.T("quality.field.published"), Type: reports.DateCol}}}
	for r, err := range q.Each(ctx, f) {
		if err != nil {
			return reports.Material{}, err
		}
		s.Rows = append(s.Rows, []any{r.Number, r.No, r.Title(w.Lang), r.OwnerCode, r.Period, r.ReferencePeriod, w.T("quality.state." + string(r.State)), w.DayOf(r.StateAt),
			r.ApprovedName, w.DayOf(r.PublishedAt)})
	}
	return reports.Material{Object: "list", Dated: w.Today, Name: w.T("quality.report.list_file"), Sheets: func() []reports.Sheet { return []reports.Sheet{s} }}, nil
}

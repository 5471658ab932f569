// Package controlled makes the list of controlled documents as a document and a
// sheet, and that of who must read one and who has as a sheet.
//
// It may import planning/document, kis and reports; it knows nothing of
// requests. Invariant: what stands in a sheet is what the reader may see.
package controlled

import (
	"cmp"
	"context"
	"io"
	"net/url"
	"strconv"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/planning/document"
	"github.com/kis-platform/kis/reports"
)

// The kinds of sheets.
const (
	List    = "documents"        // the list under the filter of the page
	Readers = "document_readers" // of one document; its key is the id
)

// filters are what of a request's filter is looked at; the names are those of
// the page.
var filters = []string{"q", "kind", "state", "department", "process", "unread", "late", "sort"}

// Add lets the service make the lists.
func Add(s *reports.Service, d *document.Service) {
	formats := []string{reports.XLSX, reports.CSV}
	s.Add(reports.Kind{Name: List, Formats: []string{reports.PDF, reports.XLSX, reports.CSV}, Filter: filters, Collect: func(ctx context.Context, req reports.Request, w reports.Words) (reports.Material, error) {
		return list(ctx, d, req, w)
	}}, reports.Kind{Name: Readers, Formats: formats, Key: true, Collect: func(ctx context.Context, req reports.Request, w reports.Words) (reports.Material, error) {
		return readers(ctx, d, req, w)
	}})
}

// Writer writes the lists, for the pages.
type Writer struct{ *reports.Service }

// DocumentList writes the list as pdf, xlsx or csv.
func (x Writer) DocumentList(ctx context.Context, w io.Writer, format, lang string, filter url.Values) error {
	return x.Render(ctx, reports.Request{Kind: List, Format: format, Lang: lang, Filter: filter}, w)
}

// ReaderList writes the readers of a document as xlsx or csv.
func (x Writer) ReaderList(ctx context.Context, w io.Writer, format, lang, id string) error {
	return x.Render(ctx, reports.Request{Kind: Readers, Key: id, Format: format, Lang: lang}, w)
}

func list(ctx context.Context, d *document.Service, req reports.Request, w reports.Words) (reports.Material, error) {
	v := req.Filter
	f := document.Filter{Query: v.Get("q"), Kind: v.Get("kind"), State: document.State(v.Get("state")), DepartmentID: v.Get("department"), ProcessID: v.Get("process"),
		Unread: v.Get("unread") == "1", Late: v.Get("late") == "1", Sort: v.Get("sort")}
	var rows []document.Row
	for r, err := range d.Each(ctx, f) {
		if err != nil {
			return reports.Material{}, err
		}
		rows = append(rows, r)
	}
	object := "all"
	if who := actor.From(ctx); who.UserID != "" || len(v) > 0 {
		object = who.UserID + "?" + v.Encode()
	}
	return reports.Material{Object: object, Number: strconv.Itoa(w.Today.Year()), Dated: w.Today, Name: w.T("document.report.file"),
		Doc: func() reports.Doc { return listDocument(rows, w) }, Sheets: func() []reports.Sheet { return []reports.Sheet{listSheet(rows, w)} }}, nil
}

// listSheet is the list with a row for each document.
func listSheet(rows []document.Row, w reports.Words) reports.Sheet {
	s := reports.Sheet{Name: w.T("document.list.title"), Title: w.T("document.list.title"), Columns: []reports.SheetColumn{
		{Key: "number", Title: w.T("document.field.number"), Width: 16}, {Key: "kind", Title: w.T("document.field.kind"), Width: 24},
		{Key: "title_az", Title: w.T("document.field.title_az"), Width: 50}, {Key: "title_en", Title: w.T("document.field.title_en"), Width: 50},
		{Key: "department", Title: w.T("document.field.department")}, {Key: "process", Title: w.T("document.field.process"), Width: 30},
		{Key: "version", Title: w.T("document.field.version"), Type: reports.IntCol}, {Key: "effective", Title: w.T("document.field.effective"), Type: reports.DateCol},
		{Key: "review_due", Title: w.T("document.field.review_due"), Type: reports.DateCol}, {Key: "state", Title: w.T("document.field.state"), Width: 24}}}
	for _, r := range rows {
		var no any
		if r.No > 0 {
			no = r.No
		}
		s.Rows = append(s.Rows, []any{r.Number, r.KindName(w.Lang), r.TitleAZ, r.TitleEN, r.DepartmentCode, r.Process(w.Lang), no, r.Effective, r.ReviewDue,
			w.T("document.state." + string(r.StandingAt))})
	}
	return s
}

// listDocument is the list as it is printed and signed: the documents by kind,
// each with the version in force and when it is looked at again (ISO 9001,
// 7.5.3).
func listDocument(rows []document.Row, w reports.Words) reports.Doc {
	doc := w.Doc(w.T("report.kind.documents"), w.T("report.kind.documents"), w.T("report.plan.year", "year", w.Today.Year()))
	doc.Landscape = true
	w.At(&doc, w.Today)
	t := reports.Table{Empty: w.T("document.list.none"), Small: true, Columns: []reports.Column{{Title: w.T("document.field.number"), Width: 28}, {Title: w.T("document.field.title"), Width: 92},
		{Title: w.T("document.field.department"), Width: 24}, {Title: w.T("document.field.process"), Width: 50}, {Title: w.T("document.field.version"), Width: 18, Align: reports.Right},
		{Title: w.T("document.field.effective"), Width: 26}, {Title: w.T("document.field.review_due"), Width: 26}, {Title: w.T("document.field.state"), Width: 32}}}
	var kinds []string
	by := map[string][]document.Row{}
	for _, r := range rows {
		if by[r.Kind] == nil {
			kinds = append(kinds, r.Kind)
		}
		by[r.Kind] = append(by[r.Kind], r)
	}
	for _, k := range kinds {
		t.Rows = append(t.Rows, reports.Group(by[k][0].KindName(w.Lang)))
		for _, r := range by[k] {
			no := ""
			if r.No > 0 {
				no = w.Int(int64(r.No))
			}
			t.Rows = append(t.Rows, reports.Cells(r.Number, r.Title(w.Lang), r.DepartmentCode, cmp.Or(r.Process(w.Lang), w.T("document.field.system")), w.Or(no), w.Or(w.Day(r.Effective)),
				w.Or(w.Day(r.ReviewDue)), w.T("document.state."+string(r.StandingAt))))
		}
	}
	n := 0
	doc.Add(t, w.Section(&n, "report.signatures"), reports.Signatures{Rows: []reports.Signature{{Role: w.T("report.sign.quality"), State: w.T("report.signed.pen")}}})
	return doc
}

func readers(ctx context.Context, d *document.Service, req reports.Request, w reports.Words) (reports.Material, error) {
	p, people, err := d.Readings(ctx, req.Key)
	if err != nil {
		return reports.Material{}, err
	}
	s := reports.Sheet{Name: p.Number, Title: reports.Joined(" ", w.T("document.readers.title"), p.Number), Columns: []reports.SheetColumn{
		{Key: "person", Title: w.T("document.readers.person"), Width: 30}, {Key: "department", Title: w.T("document.readers.department")},
		{Key: "state", Title: w.T("document.readers.state"), Width: 18}, {Key: "at", Title: w.T("document.readers.at"), Type: reports.DateCol}}}
	for _, r := range people {
		state := "document.readers.read"
		if r.At.IsZero() {
			if state = "document.readers.waits"; p.Standing.ReadDue < w.Today {
				state = "document.readers.late"
			}
		}
		s.Rows = append(s.Rows, []any{r.Name, r.DepartmentCode, w.T(state), w.DayOf(r.At)})
	}
	return reports.Material{Object: p.ID, Number: p.Number, Dated: w.Today, Name: w.T("document.report.readers_file", "number", p.Number), Sheets: func() []reports.Sheet { return []reports.Sheet{s} }}, nil
}

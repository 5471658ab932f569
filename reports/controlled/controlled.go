// Package controlled makes the list of controlled documents, and of who must
// read one and who has, as sheets.
//
// It may import planning/document, kis and reports; it knows nothing of
// requests. Invariant: what stands in a sheet is what the reader may see.
package controlled

import (
	"context"
	"io"
	"net/url"

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
	s.Add(reports.Kind{Name: List, Formats: formats, Filter: filters, Collect: func(ctx context.Context, req reports.Request, w reports.Words) (reports.Material, error) {
		return list(ctx, d, req, w)
	}}, reports.Kind{Name: Readers, Formats: formats, Key: true, Collect: func(ctx context.Context, req reports.Request, w reports.Words) (reports.Material, error) {
		return readers(ctx, d, req, w)
	}})
}

// Writer writes the lists, for the pages.
type Writer struct{ *reports.Service }

// DocumentList writes the list as xlsx or csv.
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
	s := reports.Sheet{Name: w.T("document.list.title"), Title: w.T("document.list.title"), Columns: []reports.SheetColumn{
		{Key: "number", Title: w.T("document.field.number"), Width: 16}, {Key: "kind", Title: w.T("document.field.kind"), Width: 24},
		{Key: "title_az", Title: w.T("document.field.title_az"), Width: 50}, {Key: "title_en", Title: w.T("document.field.title_en"), Width: 50},
		{Key: "department", Title: w.T("document.field.department")}, {Key: "process", Title: w.T("document.field.process"), Width: 30},
		{Key: "version", Title: w.T("document.field.version"), Type: reports.IntCol}, {Key: "effective", Title: w.T("document.field.effective"), Type: reports.DateCol},
		{Key: "review_due", Title: w.T("document.field.review_due"), Type: reports.DateCol}, {Key: "state", Title: w.T("document.field.state"), Width: 24}}}
	for r, err := range d.Each(ctx, f) {
		if err != nil {
			return reports.Material{}, err
		}
		var no any
		if r.No > 0 {
			no = r.No
		}
		s.Rows = append(s.Rows, []any{r.Number, r.KindName(w.Lang), r.TitleAZ, r.TitleEN, r.DepartmentCode, r.Process(w.Lang), no, r.Effective, r.ReviewDue,
			w.T("document.state." + string(r.StandingAt))})
	}
	return reports.Material{Object: "list", Dated: w.Today, Name: w.T("document.report.file"), Sheets: func() []reports.Sheet { return []reports.Sheet{s} }}, nil
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

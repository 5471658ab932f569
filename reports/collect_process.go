package reports

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis/process"
)

// collectProcess takes the code or id of a process, and a version in Key2; the
// newest without. Files other than PDF are the form that imports again.
func (s *Service) collectProcess(ctx context.Context, r Request, w Words) (material, error) {
	number := 0
	if r.Key2 != "" {
		n, err := strconv.Atoi(r.Key2)
		if err != nil || n < 1 {
			return material{}, apperr.Missing("process")
		}
		number = n
	}
	e, err := s.kis.ExportProcess(ctx, r.Key, number, r.Format == DOCX)
	if err != nil {
		return material{}, err
	}
	p := e.ProcessPage
	m := material{object: p.ID, number: fmt.Sprintf("%s, %d", p.Code, p.Version.Number), dated: p.Version.EffectiveFrom}
	if r.Kind == ProcessMap {
		m.name = fileName(w.T("report.file.process_map", "process", p.Code, "version", p.Version.Number))
		m.doc = func() Doc { return processMapDocument(p, w) }
		return m, nil
	}
	m.name = fileName(w.T("report.file.process", "process", p.Code, "version", p.Version.Number))
	m.doc = func() Doc { return processDocument(p, w) }
	m.sheets = func() []Sheet { return processSheets(e.Paper.Records(), p.Code, p.Title(w.Lang)) }
	m.files = map[string]func(io.Writer) error{CSV: e.Paper.WriteCSV, DOCX: e.Paper.WriteDOCX}
	return m, nil
}

// Template writes an empty description to fill in: the official headings over
// the names of the model, as XLSX, CSV or DOCX.
func Template(format string, w io.Writer) error {
	p, err := process.DescriptionTemplate()
	if err != nil {
		return err
	}
	switch format {
	case DOCX:
		return p.WriteDOCX(w)
	case XLSX:
		return WriteXLSX(w, processSheets(p.Table(), "kis", p.Title)...)
	case CSV:
		return p.WriteTable(w)
	}
	return apperr.InvalidField("file", "report.error.ending", "file", format, "formats", "xlsx, csv, docx")
}

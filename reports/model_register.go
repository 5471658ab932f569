package reports

import (
	"context"
	"io"
	"iter"
	"slices"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
)

// Services writes the services of the register that fit a filter as XLSX or
// CSV, row by row, with the columns that an import takes: what is taken away
// can be taken back. An officer gets the services of the own body.
func (s *Service) Services(ctx context.Context, f register.Filter, format string, w io.Writer) error {
	if s.Register == nil {
		return apperr.Missing("register")
	}
	rows, err := s.Register.Export(ctx, f)
	if err != nil {
		return err
	}
	return writeServices(registerSheet(rows), format, w)
}

// ServicesTemplate is an empty sheet of services; a workbook says in a second
// tab what each column holds and which values of lists there are.
func (s *Service) ServicesTemplate(ctx context.Context, lang, format string, w io.Writer) error {
	if s.Register == nil {
		return apperr.Missing("register")
	}
	codes, err := s.Register.Codes(ctx)
	if err != nil {
		return err
	}
	sheet := registerSheet(nil)
	if format != XLSX {
		return writeServices(sheet, format, w)
	}
	return WriteXLSX(w, sheet, columnsSheet(lang, codes, s))
}

// Agencies writes the bodies that the actor may see as XLSX or CSV, with the
// columns that an import takes.
func (s *Service) Agencies(ctx context.Context, format string, w io.Writer) error {
	if s.Register == nil {
		return apperr.Missing("register")
	}
	rows, err := s.Register.ExportAgencies(ctx)
	if err != nil {
		return err
	}
	return writeServices(stringSheet("agencies", register.AgencyColumns(), rows), format, w)
}

func writeServices(sheet Sheet, format string, w io.Writer) error {
	switch format {
	case XLSX:
		return WriteXLSX(w, sheet)
	case CSV:
		return WriteCSV(w, sheet)
	}
	return apperr.InvalidField("file", "report.error.ending", "file", format, "formats", "xlsx, csv")
}

func registerSheet(rows iter.Seq2[[]string, error]) Sheet {
	return stringSheet("services", register.SheetColumns(), rows)
}

// stringSheet holds texts only: what looks like a number or a day is read back as
// it stands.
func stringSheet(name string, columns []string, rows iter.Seq2[[]string, error]) Sheet {
	sheet := Sheet{Name: name}
	for _, c := range columns {
		sheet.Columns = append(sheet.Columns, SheetColumn{Title: c, Width: 24})
	}
	if rows != nil {
		sheet.Source = func(yield func([]any, error) bool) {
			for r, err := range rows {
				line := make([]any, len(r))
				for i, v := range r {
					line[i] = v
				}
				if !yield(line, err) {
					return
				}
			}
		}
	}
	return sheet
}

// columnsSheet explains the columns of a sheet of services.
func columnsSheet(lang string, codes register.Codes, s *Service) Sheet {
	t := func(key string) string { return i18n.T(lang, key) }
	sheet := Sheet{Name: "columns", Columns: []SheetColumn{{Title: t("report.register.column"), Width: 16}, {Title: t("report.register.name"), Width: 60},
		{Title: t("report.register.required"), Width: 12}, {Title: t("report.register.values"), Width: 60}}}
	for _, c := range []string{"agency", "register_number", "registered_on"} {
		sheet.Rows = append(sheet.Rows, []any{c, t("report.register.column." + c), "", t("report.register.column." + c + "_hint")})
	}
	for _, f := range register.SheetFields() {
		required := ""
		if f.Required {
			required = t("register.yes")
		}
		values := ""
		switch f.Kind {
		case register.KindTerm:
			values = "5 working_day; at_once"
			for _, u := range register.TermUnits() {
				values += "; " + u + " = " + t("register.term."+u)
			}
		case register.KindMoney:
			values = "12.50"
		case register.KindDay:
			values = "2026-11-24"
		case register.KindYes:
			values = "yes"
		case register.KindBodies:
			values = t("register.hint.2_3_5")
		case register.KindList:
			values = t("register.hint.list")
		}
		for i, c := range codes.On(f.List, s.kis.Today()) {
			if i > 0 {
				values += "; "
			}
			values += c.Code + " = " + c.Name(lang)
		}
		sheet.Rows = append(sheet.Rows, []any{f.Clause, f.Name(lang), required, values})
	}
	return sheet
}

// ServiceFormats are those in which the register is taken away.
func ServiceFormats() []string { return slices.Clone([]string{XLSX, CSV}) }

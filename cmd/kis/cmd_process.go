package main

import (
	"context"
	"os"
	"strings"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/reports"
)

// importProcess reads the description of a statistical process. A check prints
// what the page of the import shows: each row with what was put right in it.
func importProcess(ctx context.Context, c *cli, a *app, in importInput) ([]string, error) {
	choices, err := supplierChoices(in.suppliers)
	if err != nil {
		return nil, err
	}
	r, err := a.kis.ImportProcess(ctx, process.ImportRequest{Reader: in.file, Name: in.name, Code: in.code, TitleAZ: in.title, TitleEN: in.title,
		OwnerCode: in.owner, DryRun: in.dryRun, Suppliers: choices})
	if err != nil && len(r.Rows) == 0 {
		return nil, err
	}
	var lines []string
	if in.dryRun {
		lines = c.reading(r)
	}
	lines = append(lines, c.t("cli.import.process", "code", r.Process.Code, "version", r.Version, "phases", r.Phases, "subprocesses", r.Subprocesses,
		"tasks", r.Tasks, "na", r.NotApplicable, "gates", r.Gates, "suppliers", len(r.Suppliers)),
		c.t("cli.import.rows", "read", r.Count(process.RowRead), "repaired", r.Count(process.RowRepaired), "doubtful", r.Count(process.RowDoubtful), "refused", r.Count(process.RowRefused)))
	if err == nil && !r.Changed {
		lines = append(lines, c.t("cli.import.unchanged"))
	}
	for _, u := range r.Unknown {
		lines = append(lines, c.t("cli.import.unknown", "name", u.Name, "codes", strings.Join(u.Codes, ", ")))
	}
	return lines, err
}

// supplierChoices reads what --supplier says: NAME=CODE, NAME=+CODE, NAME=text.
func supplierChoices(list []string) (map[string]process.SupplierChoice, error) {
	out := map[string]process.SupplierChoice{}
	for _, s := range list {
		at := strings.LastIndexByte(s, '=')
		if at < 1 || at == len(s)-1 {
			return nil, apperr.InvalidField("supplier", "cli.import.supplier")
		}
		name, what := strings.TrimSpace(s[:at]), strings.TrimSpace(s[at+1:])
		choice := process.SupplierChoice{Kind: process.SupplierDepartment, Code: what}
		if code, external := strings.CutPrefix(what, "+"); external {
			choice = process.SupplierChoice{Kind: process.SupplierExternal, Code: code}
		} else if what == string(process.SupplierText) {
			choice = process.SupplierChoice{Kind: process.SupplierText}
		}
		out[name] = choice
	}
	return out, nil
}

// reading writes each row with what became of it, and under it each difference
// from the file; what is refused follows on the other stream.
func (c *cli) reading(r process.ImportResult) []string {
	var out []string
	note := func(indent string, n process.ReadingNote) {
		if n.Weight == process.NoteFault {
			return
		}
		text := c.t(n.Key, apperr.Flat(n.Args)...)
		switch {
		case n.Before != "" && n.After != "":
			text = c.t("cli.import.became", "text", text, "before", n.Before, "after", n.After)
		case n.Before+n.After != "":
			text = c.t("cli.import.about", "text", text, "what", n.Before+n.After)
		}
		out = append(out, c.t("cli.import.note", "indent", indent, "row", n.Row, "column", n.Column, "weight", c.t("kis.import.weight."+string(n.Weight)), "text", text))
	}
	for _, n := range r.FileNotes() {
		note("", n)
	}
	for _, row := range r.Rows {
		out = append(out, c.t("cli.import.row", "row", row.Line, "code", row.Code, "state", c.t("kis.import.state."+string(row.State)), "name", row.NameAZ))
		for _, n := range row.Notes {
			note("  ", n)
		}
	}
	return out
}

// runExport is "kis export process CODE -o FILE": a description in the form
// that imports again without loss, as CSV, XLSX or DOCX.
func runExport(ctx context.Context, c *cli, args []string) error {
	if len(args) > 0 && args[0] == "evidence" {
		return exportEvidence(ctx, c, args[1:])
	}
	if len(args) == 0 || args[0] != "process" {
		return c.wrongUse("cli.use.export")
	}
	f := c.flags("export process")
	c.config.storageFlags(f)
	out := f.String("o", "", "file to write")
	req := reports.Request{Kind: reports.Process, Lang: c.config.Lang}
	f.StringVar(&req.Key2, "version", "", "number of the version; the newest when left out")
	words, err := parse(f, args[1:])
	if err != nil {
		return err
	}
	if len(words) != 1 || *out == "" {
		return c.wrongUse("cli.use.export")
	}
	req.Key = words[0]
	if req.Format, err = tableFormat(*out); err != nil {
		return refused(*out, err)
	}
	a, err := openApp(ctx, c.config, c.config.logger(c.stderr), nil)
	if err != nil {
		return err
	}
	defer a.Close()
	return writeFile(*out, func(w *os.File) error {
		return refused(req.Key, a.reports.Render(actor.With(ctx, actor.Program("kis export")), req, w))
	})
}

// runTemplate is "kis template process|services -o FILE": an empty form of the
// official table, or of a sheet of services with its code lists.
func runTemplate(ctx context.Context, c *cli, args []string) error {
	if len(args) > 0 && args[0] == "services" {
		return templateServices(ctx, c, args[1:])
	}
	if len(args) == 0 || args[0] != "process" {
		return c.wrongUse("cli.use.template")
	}
	f := c.flags("template process")
	out := f.String("o", "", "file to write")
	words, err := parse(f, args[1:])
	if err != nil {
		return err
	}
	if len(words) != 0 || *out == "" {
		return c.wrongUse("cli.use.template")
	}
	format, err := tableFormat(*out)
	if err != nil {
		return refused(*out, err)
	}
	return writeFile(*out, func(w *os.File) error { return reports.Template(format, w) })
}

// tableFormat is the format of a file that holds a description.
func tableFormat(name string) (string, error) {
	format, err := reports.FormatOf(name)
	if err == nil && format != reports.CSV && format != reports.XLSX && format != reports.DOCX {
		err = apperr.InvalidField("file", "report.error.ending", "file", name, "formats", "csv, xlsx, docx")
	}
	return format, err
}

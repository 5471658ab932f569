package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/planning"
)

// importer reads one kind of file through the service that owns it and gives
// the lines that say what was read.
type importer func(ctx context.Context, c *cli, a *app, in importInput) ([]string, error)

// importInput is what the command line says of an import.
type importInput struct {
	file               io.Reader
	name               string   // of the file, without folders
	code, title, owner string   // process only
	suppliers          []string // process only: "NAME=CODE", "NAME=+CODE", "NAME=text"
	plan               string   // measures only: code of the national plan
	dryRun             bool
}

// runImport is "kis import process|assessments|measures FILE": all or
// nothing; what is wrong is named by row and column.
func runImport(ctx context.Context, c *cli, args []string) error {
	if len(args) == 0 {
		return c.wrongUse("cli.use.import")
	}
	importers := map[string]importer{"process": importProcess, "services": importServices, "agencies": importAgencies, "assessments": importAssessments, "measures": importMeasures}
	run, ok := importers[args[0]]
	if !ok {
		return c.wrongUse("cli.use.import")
	}
	f := c.flags("import " + args[0])
	c.config.storageFlags(f)
	var in importInput
	f.BoolVar(&in.dryRun, "dry-run", false, "check the file and change nothing")
	switch args[0] {
	case "process":
		f.StringVar(&in.code, "code", "", "code of the process; by default made from the file name")
		f.StringVar(&in.title, "title", "", "title of the process; by default the code")
		f.StringVar(&in.owner, "owner", "SSS", "code of the department that owns the process")
		f.Func("supplier", "who an unknown supplier is: NAME=CODE, NAME=+CODE of a new external body, or NAME=text", func(s string) error {
			in.suppliers = append(in.suppliers, s)
			return nil
		})
	case "measures":
		f.StringVar(&in.plan, "plan", "", "code of the national plan the measures belong to; by default the file name")
	}
	words, err := parse(f, args[1:])
	if err != nil {
		return err
	}
	if len(words) != 1 {
		return c.wrongUse("cli.use.import")
	}
	file, err := os.Open(words[0])
	if err != nil {
		return refusal{words[0], apperr.New(apperr.NotFound, "cli.file.missing", "file", words[0])}
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return refusal{words[0], apperr.New(apperr.Invalid, "cli.file.kind", "file", words[0])}
	}
	in.file, in.name = file, filepath.Base(words[0])
	a, err := openApp(ctx, c.config, c.config.logger(c.stderr), nil)
	if err != nil {
		return err
	}
	defer a.Close()
	lines, err := run(actor.With(ctx, actor.Program("kis import")), c, a, in)
	if err != nil && !in.dryRun {
		return refused(words[0], err)
	}
	for _, l := range lines { // a check shows what it read also of a file that is refused
		fmt.Fprintln(c.stdout, l)
	}
	if err != nil {
		return refused(words[0], err)
	}
	if in.dryRun {
		fmt.Fprintln(c.stdout, c.t("cli.import.dry"))
	}
	return nil
}

// importAssessments reads yearly totals or assessed services.
func importAssessments(ctx context.Context, c *cli, a *app, in importInput) ([]string, error) {
	r, err := a.eservice.Import(ctx, eservice.ImportRequest{Reader: in.file, Name: in.name, DryRun: in.dryRun})
	if err != nil {
		return nil, err
	}
	return []string{c.t("cli.import.assessments", "years", fmt.Sprint(r.Years), "totals", r.Totals, "services", r.Services, "agencies", r.Agencies)}, nil
}

// importServices enters services of the Electronic Register; the file is read
// row by row and never held as a whole.
func importServices(ctx context.Context, c *cli, a *app, in importInput) ([]string, error) {
	r, err := importRegister(ctx, in, a.register.Import)
	if err != nil {
		return nil, err
	}
	return []string{c.t("cli.import.services", "new", r.New, "changed", r.Changed, "same", r.Same, "agencies", r.Agencies)}, nil
}

// importAgencies enters bodies of the Electronic Register.
func importAgencies(ctx context.Context, c *cli, a *app, in importInput) ([]string, error) {
	r, err := importRegister(ctx, in, a.register.ImportAgencies)
	if err != nil {
		return nil, err
	}
	return []string{c.t("cli.import.agencies", "new", r.New, "changed", r.Changed, "same", r.Same)}, nil
}

// importRegister reads a file row by row.
func importRegister(ctx context.Context, in importInput, read func(context.Context, register.ImportRequest) (register.ImportResult, error)) (register.ImportResult, error) {
	file, ok := in.file.(*os.File)
	if !ok {
		return register.ImportResult{}, apperr.New(apperr.Internal, "error.internal", "file", in.name)
	}
	info, err := file.Stat()
	if err != nil {
		return register.ImportResult{}, apperr.Wrap(err, "file of the register")
	}
	return read(ctx, register.ImportRequest{File: file, Size: info.Size(), Name: in.name, DryRun: in.dryRun})
}

// importMeasures reads the measures of a national plan.
func importMeasures(ctx context.Context, c *cli, a *app, in importInput) ([]string, error) {
	r, err := a.planning.ImportMeasures(ctx, planning.MeasureImport{Reader: in.file, Name: in.name, Plan: in.plan, DryRun: in.dryRun})
	if err != nil {
		return nil, err
	}
	return []string{c.t("cli.import.measures", "plan", r.Plan, "measures", r.Measures, "ongoing", r.Ongoing)}, nil
}

package main

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/reports"
	"github.com/kis-platform/kis/reports/auditdoc"
	"github.com/kis-platform/kis/reports/scoredoc"
)

// runReport is "kis report KIND KEY … -o FILE": one document, in the format
// of the file's ending. The file appears when it is complete, and replaces an
// older one.
func runReport(ctx context.Context, c *cli, args []string) error {
	keys := map[string]int{"act": 1, "audit": 1, "review": 1, "plan": 1, "cycle": 2, "scorecard": 0, "measures": 1, "process": 1, "process-map": 1, "gate": 3, "evaluation": 1, "assessment": 1, "quality": 1, "opinion": 2, "grades": 1, "summary": 0, "indicators": 2, "risks": 0,
		"audit-programme": 1, "audit-plan": 1, "follow-up": 1, "acts": 0, "audit-summary": 1}
	if len(args) == 0 {
		return c.wrongUse("cli.use.report")
	}
	want, known := keys[args[0]]
	if !known {
		return c.wrongUse("cli.use.report")
	}
	f := c.flags("report " + args[0])
	c.config.storageFlags(f)
	req := reports.Request{Kind: strings.ReplaceAll(args[0], "-", "_")}
	out := f.String("o", "", "file to write")
	f.StringVar(&req.Lang, "lang", c.config.Lang, "language, az or en")
	switch args[0] {
	case "opinion":
	case "grades":
		req.Kind = scoredoc.Grades
		f.StringVar(&req.Agency, "agency", "", "code of one agency")
	case "summary":
		req.Kind = scoredoc.Summary
		f.IntVar(&req.From, "from", 0, "first year")
		f.IntVar(&req.To, "to", 0, "last year")
	case "scorecard":
		f.IntVar(&req.From, "from", 0, "first year")
		f.IntVar(&req.To, "to", 0, "last year")
		f.StringVar(&req.Agency, "agency", "", "code of one agency")
	case "measures":
		f.IntVar(&req.Year, "year", 0, "year of the report")
	case "acts":
		req.Filter = url.Values{}
		for _, name := range []string{"state", "grade", "origin", "year", "clause", "phase", "only"} {
			f.Func(name, "only acts of this "+name, func(v string) error { req.Filter.Set(name, v); return nil })
		}
	case "process", "process-map":
		f.StringVar(&req.Key2, "version", "", "number of the version; the newest when left out")
	}
	words, err := parse(f, args[1:])
	if err != nil {
		return err
	}
	if len(words) != want || *out == "" || (args[0] == "measures" && req.Year == 0) {
		return c.wrongUse("cli.use.report")
	}
	if !i18n.Known(req.Lang) {
		return c.wrongUse("cli.use.report")
	}
	if err := reportKeys(&req, words); err != nil {
		return c.wrongUse("cli.use.report")
	}
	if args[0] == "scorecard" && req.Agency != "" {
		req.Kind = scoredoc.Card
	}
	if req.Format, err = reports.FormatOf(*out); err != nil {
		return refused(*out, err)
	}
	a, err := openApp(ctx, c.config, c.config.logger(c.stderr), nil)
	if err != nil {
		return err
	}
	defer a.Close()
	return writeFile(*out, func(w *os.File) error {
		return refused(args[0], a.reports.Render(actor.With(ctx, actor.Program("kis report")), req, w))
	})
}

// errNoYear is a plan that is not named by its year.
var errNoYear = errors.New("no year")

// reportKeys puts the plain words where the document wants them.
func reportKeys(req *reports.Request, words []string) error {
	if len(words) > 0 {
		req.Key = words[0]
	}
	if len(words) > 1 {
		req.Key2 = words[1]
	}
	if len(words) > 2 {
		req.Phase = words[2]
	}
	if req.Kind == reports.Plan && planning.Key(req.Key).Year() == 0 {
		return errNoYear
	}
	if req.Kind == auditdoc.Summary || req.Kind == auditdoc.Programme || req.Kind == scoredoc.Grades {
		var err error
		if req.Year, err = strconv.Atoi(req.Key); err != nil {
			return err
		}
	}
	return nil
}

// writeFile writes a file beside its final name and renames it when it is
// complete, so that a failure leaves no half document.
func writeFile(name string, write func(*os.File) error) error {
	tmp, err := os.CreateTemp(filepath.Dir(name), ".kis-*")
	if err != nil {
		return refusal{name, apperr.New(apperr.Invalid, "cli.file.write")}
	}
	defer os.Remove(tmp.Name())
	err = write(tmp)
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), name); err != nil {
		return refusal{name, apperr.New(apperr.Invalid, "cli.file.write")}
	}
	return nil
}

package main

import (
	"context"
	"os"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/reports"
)

// templateServices is "kis template services -o FILE": an empty sheet of
// services with the values of the office's code lists.
func templateServices(ctx context.Context, c *cli, args []string) error {
	f := c.flags("template services")
	c.config.storageFlags(f)
	out := f.String("o", "", "file to write")
	words, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(words) != 0 || *out == "" {
		return c.wrongUse("cli.use.template")
	}
	format, err := reports.FormatOf(*out)
	if err == nil && format != reports.CSV && format != reports.XLSX {
		err = apperr.InvalidField("file", "report.error.ending", "file", *out, "formats", "csv, xlsx")
	}
	if err != nil {
		return refused(*out, err)
	}
	a, err := openApp(ctx, c.config, c.config.logger(c.stderr), nil)
	if err != nil {
		return err
	}
	defer a.Close()
	return writeFile(*out, func(w *os.File) error {
		return refused(*out, a.reports.ServicesTemplate(actor.With(ctx, actor.Program("kis template")), c.config.Lang, format, w))
	})
}

package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
)

// exportEvidence is "kis export evidence --cycle C -o FILE.zip": all evidence
// of a cycle with the sums by which it is checked without the system. C is
// "PROCESS PERIOD" or the id of the cycle. The file appears when it is
// complete.
func exportEvidence(ctx context.Context, c *cli, args []string) error {
	f := c.flags("export evidence")
	c.config.storageFlags(f)
	out := f.String("o", "", "file to write, .zip")
	cycle := f.String("cycle", "", "the cycle: PROCESS PERIOD, or its id")
	lang := f.String("lang", c.config.Lang, "language of the folders, az or en")
	words, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(words) != 0 || *out == "" || *cycle == "" || !i18n.Known(*lang) {
		return c.wrongUse("cli.use.export")
	}
	if !strings.HasSuffix(strings.ToLower(*out), ".zip") {
		return refused(*out, apperr.InvalidField("file", "report.error.ending", "file", *out, "formats", "zip"))
	}
	a, err := openApp(ctx, c.config, c.config.logger(c.stderr), nil)
	if err != nil {
		return err
	}
	defer a.Close()
	ctx = actor.With(ctx, actor.Program("kis export"))
	var found kis.Cycle
	if found, err = a.kis.FindCycle(ctx, *cycle); err != nil {
		return refused(*cycle, err)
	}
	return writeFile(*out, func(w *os.File) error {
		p, err := a.packs.Prepare(ctx, found.ID, *lang)
		if err == nil {
			err = p.Write(ctx, w)
		}
		if err == nil {
			fmt.Fprintln(c.stdout, c.t("cli.export.evidence", "file", *out, "files", p.Files, "bytes", i18n.Int(c.config.Lang, p.Bytes)))
		}
		return err
	})
}

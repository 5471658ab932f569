package main

import (
	"context"
	"fmt"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

// check is one part of verification: what it looks at and how many it read.
type check struct {
	key string // text with {n}
	run func(ctx context.Context, report func(store.Fault)) (int64, error)
}

// runVerify is "kis verify": the chain of the trail, the bytes of the files
// and the references between records. Each fault is one line on stderr that
// says what and where; any fault makes the command fail, a note
// does not.
func runVerify(ctx context.Context, c *cli, args []string) error {
	f := c.flags("verify")
	c.config.storageFlags(f)
	words, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return c.wrongUse("cli.use.verify")
	}
	a, err := openApp(ctx, c.config, c.config.logger(c.stderr), nil)
	if err != nil {
		return err
	}
	defer a.Close()
	faults := 0
	report := func(f store.Fault) {
		if !f.Note {
			faults++
		}
		fmt.Fprintf(c.stderr, "%s: %s\n", f.Where, c.t(f.Key, apperr.Flat(f.Args)...))
	}
	for _, k := range a.checks() {
		n, err := k.run(ctx, report)
		if err != nil {
			return err
		}
		fmt.Fprintln(c.stdout, c.t(k.key, "n", n))
	}
	if faults > 0 {
		return apperr.New(apperr.Internal, "cli.verify.faults", "n", faults)
	}
	fmt.Fprintln(c.stdout, c.t("cli.verify.good"))
	return nil
}

package main

import (
	"context"
	"fmt"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/migrations"
)

// runServe is "kis serve": the pages and the API until the program is told to
// stop.
func runServe(ctx context.Context, c *cli, args []string) error {
	f := c.flags("serve")
	f.StringVar(&c.config.Addr, "addr", c.config.Addr, "address to listen on (KIS_ADDR)")
	c.config.storageFlags(f)
	words, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return c.wrongUse("cli.use.serve")
	}
	c.config.print(c.stderr)
	a, err := openApp(ctx, c.config, c.config.logger(c.stderr), nil)
	if err != nil {
		return err
	}
	defer a.Close()
	return a.serve(ctx, c.config.Addr, func(url string) {
		fmt.Fprintln(c.stdout, c.t("cli.serve.ready", "url", url))
	})
}

// runMigrate is "kis migrate": brings the schema up to date and says what it
// did.
func runMigrate(ctx context.Context, c *cli, args []string) error {
	f := c.flags("migrate")
	c.config.storageFlags(f)
	words, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return c.wrongUse("cli.use.migrate")
	}
	db, err := store.Open(ctx, c.config.database())
	if err != nil {
		return err
	}
	defer db.Close()
	steps, err := db.Migrate(ctx, migrations.FS)
	if err != nil {
		return err
	}
	for _, s := range steps {
		fmt.Fprintln(c.stdout, s)
	}
	fmt.Fprintln(c.stdout, c.t("cli.migrate.done", "n", len(steps)))
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

// passwordFile keeps the one password of the demonstration in its folder, so
// that a second start can show it again.
const passwordFile = "demo-password.txt"

// unfinishedFile stands in the folder while it is filled, so that a start
// after a filling that was cut off can say what is wrong with the folder.
const unfinishedFile = "demo-unfinished.txt"

// maxScale bounds what --scale may ask for.
const maxScale = 2000

// runDemo is "kis demo": fills an empty folder with an example office through
// the same services that people use, prints who can sign in, and serves. A
// folder that holds a demonstration already is served as it is.
func runDemo(ctx context.Context, c *cli, args []string) error {
	f := c.flags("demo")
	c.config.DataDir = "kis-demo"
	if v := c.env("KIS_DATA_DIR"); v != "" {
		c.config.DataDir = v
	}
	f.StringVar(&c.config.Addr, "addr", c.config.Addr, "address to listen on (KIS_ADDR)")
	c.config.storageFlags(f)
	noServe := f.Bool("no-serve", false, "fill and stop")
	processes := f.Int("scale", 0, "fill a large office instead: so many processes with five years of cycles each")
	words, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(words) > 0 || *processes < 0 || *processes > maxScale {
		return c.wrongUse("cli.use.demo")
	}
	password, err := c.fillOnce(ctx, *processes)
	if err != nil {
		return err
	}
	if *noServe {
		return c.printAccounts(password)
	}
	a, err := openApp(ctx, c.config, c.config.logger(c.stderr), nil)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := c.printAccounts(password); err != nil {
		return err
	}
	return a.serve(ctx, c.config.Addr, func(url string) {
		fmt.Fprintln(c.stdout, c.t("cli.serve.ready", "url", url))
	})
}

// fillOnce fills the folder unless it holds a demonstration, and gives the
// password of its people. Anything else in the folder is a refusal.
func (c *cli) fillOnce(ctx context.Context, processes int) (string, error) {
	file := filepath.Join(c.config.DataDir, passwordFile)
	raw, err := os.ReadFile(file)
	if err == nil {
		return strings.TrimSpace(string(raw)), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", refusal{c.config.DataDir, apperr.New(apperr.Invalid, "cli.demo.folder")}
	}
	unfinished := filepath.Join(c.config.DataDir, unfinishedFile)
	if _, err := os.Stat(unfinished); err == nil {
		return "", refusal{c.config.DataDir, apperr.New(apperr.Invalid, "cli.demo.unfinished", "folder", c.config.DataDir)}
	}
	if entries, err := os.ReadDir(c.config.DataDir); err == nil && len(entries) > 0 {
		return "", refusal{c.config.DataDir, apperr.New(apperr.Invalid, "cli.demo.folder")}
	}
	if err := os.MkdirAll(c.config.DataDir, 0o750); err != nil {
		return "", refusal{c.config.DataDir, apperr.New(apperr.Invalid, "cli.demo.folder")}
	}
	fmt.Fprintln(c.stderr, c.t("cli.demo.filling"))
	password := store.NewSecret()
	if err := os.WriteFile(unfinished, nil, 0o600); err != nil {
		return "", refusal{c.config.DataDir, apperr.New(apperr.Invalid, "cli.demo.folder")}
	}
	if processes > 0 {
		err = fillScale(ctx, c.config, password, processes, func(done, all, rows int) {
			fmt.Fprintln(c.stderr, c.t("cli.demo.scale", "done", done, "all", all, "rows", rows))
		})
	} else {
		err = fillDemo(ctx, c.config, password)
	}
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
		return "", err
	}
	return password, os.Remove(unfinished)
}

// printAccounts says who can sign in and how.
func (c *cli) printAccounts(password string) error {
	people, err := demoPeople()
	if err != nil {
		return err
	}
	fmt.Fprintln(c.stdout, c.t("cli.demo.accounts", "password", password))
	w := tabwriter.NewWriter(c.stdout, 0, 4, 2, ' ', 0)
	for _, p := range people {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", p.email(), p.Name, p.Department, strings.Join(p.Roles, ", "))
	}
	for _, p := range extraAccounts {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", p.email(), p.Name, p.Department, strings.Join(p.Roles, ", "))
	}
	return w.Flush()
}

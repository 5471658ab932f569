// Command kis is the quality-management and internal-audit system of a
// statistics office: one program that serves the pages and does the work of
// the command line.
//
// It may import everything; it alone reads the environment, wires the parts
// together and knows exit codes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
)

// Exit codes, as documented in docs/operations.md.
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2
	exitRefused = 3
)

// errUsage says that the words of the command were wrong; the help has been
// printed.
var errUsage = errors.New("wrong use")

// cli is one run of the program, with everything it touches from outside, so
// that a test can run it whole.
type cli struct {
	env            func(string) string
	stdout, stderr io.Writer
	now            func() time.Time
	config         Config
}

// command is one word of the command line.
type command struct {
	name string
	run  func(ctx context.Context, c *cli, args []string) error
}

func commands() []command {
	return []command{
		{"demo", runDemo}, {"serve", runServe}, {"migrate", runMigrate}, {"import", runImport},
		{"export", runExport}, {"template", runTemplate}, {"report", runReport}, {"verify", runVerify}, {"user", runUser}, {"token", runToken},
	}
}

func main() {
	time.Local = time.UTC
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := &cli{env: os.Getenv, stdout: os.Stdout, stderr: os.Stderr, now: time.Now}
	os.Exit(c.main(ctx, os.Args[1:]))
}

// main runs the command of args and gives the exit code.
func (c *cli) main(ctx context.Context, args []string) int {
	var err error
	if c.config, err = readConfig(c.env); err != nil {
		c.config.Lang = i18n.Default
		c.explain("", err)
		return exitUsage
	}
	if len(args) == 0 {
		c.usage()
		return exitUsage
	}
	switch args[0] {
	case "help", "-h", "--help":
		c.usage()
		return exitDone
	}
	for _, cmd := range commands() {
		if cmd.name == args[0] {
			return c.code(cmd.run(ctx, c, args[1:]))
		}
	}
	fmt.Fprintln(c.stderr, c.t("cli.unknown", "command", args[0]))
	c.usage()
	return exitUsage
}

// code turns an error into what the person reads and the exit code.
func (c *cli) code(err error) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, flag.ErrHelp):
		return exitDone
	case errors.Is(err, errUsage):
		return exitUsage
	}
	var r refusal
	if errors.As(err, &r) {
		c.explain(r.file, r.err)
		return exitRefused
	}
	c.explain("", err)
	return exitFailed
}

// refusal is an input that was refused: the file and what is wrong with it.
type refusal struct {
	file string
	err  error
}

func (r refusal) Error() string { return r.file + ": " + r.err.Error() }
func (r refusal) Unwrap() error { return r.err }

// refused marks an Invalid, NotFound or Conflict error of an input as a
// refusal; faults of the machine stay what they are.
func refused(file string, err error) error {
	if err == nil {
		return nil
	}
	switch apperr.As(err).Kind {
	case apperr.Invalid, apperr.NotFound, apperr.Conflict:
		return refusal{file, err}
	}
	return err
}

// explain writes an error for a person: each field error as
// file:row: column: message, anything else as one line.
func (c *cli) explain(file string, err error) {
	e := apperr.As(err)
	for _, f := range e.Fields {
		where := ""
		if file != "" {
			where = file + ":"
			if f.Row > 0 {
				where += fmt.Sprintf("%d:", f.Row)
			}
			where += " "
		}
		if f.Name != "" {
			where += f.Name + ": "
		}
		fmt.Fprintln(c.stderr, where+c.t(f.Key, apperr.Flat(f.Args)...))
	}
	if len(e.Fields) == 0 {
		if file != "" {
			fmt.Fprint(c.stderr, file+": ")
		}
		fmt.Fprint(c.stderr, c.t(e.Key, apperr.Flat(e.Args)...))
		if e.Kind == apperr.Internal && e.Cause != nil {
			fmt.Fprintf(c.stderr, ": %v", e.Cause)
		}
		fmt.Fprintln(c.stderr)
	}
}

// t is a text in the language of the command line.
func (c *cli) t(key string, args ...any) string { return i18n.T(c.config.Lang, key, args...) }

// flags makes the flag set of a command; wrong flags are a wrong use.
func (c *cli) flags(name string) *flag.FlagSet {
	f := flag.NewFlagSet("kis "+name, flag.ContinueOnError)
	f.SetOutput(c.stderr)
	return f
}

// parse reads flags that may stand before or after the plain words, and gives
// the plain words.
func parse(f *flag.FlagSet, args []string) (words []string, err error) {
	for len(args) > 0 {
		if err := f.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, errUsage
		}
		args = f.Args()
		if len(args) > 0 {
			words = append(words, args[0])
			args = args[1:]
		}
	}
	return words, nil
}

// usage prints the commands there are.
func (c *cli) usage() {
	fmt.Fprintln(c.stderr, c.t("cli.usage"))
	for _, cmd := range commands() {
		fmt.Fprintf(c.stderr, "  kis %-9s %s\n", cmd.name, c.t("cli.command."+cmd.name))
	}
}

// wrongUse prints the form of one command.
func (c *cli) wrongUse(key string) error {
	fmt.Fprintln(c.stderr, c.t(key))
	return errUsage
}

package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/office"
)

// runToken is "kis token add|list|revoke".
func runToken(ctx context.Context, c *cli, args []string) error {
	if len(args) == 0 {
		return c.wrongUse("cli.use.token")
	}
	ctx = actor.With(ctx, actor.Program("kis token"))
	f := c.flags("token " + args[0])
	c.config.storageFlags(f)
	var name, to string
	if args[0] == "add" {
		f.StringVar(&name, "name", "", "what the token is for")
		f.StringVar(&to, "to", "", "last day of validity; 90 days ahead without it")
	}
	words, err := parse(f, args[1:])
	if err != nil {
		return err
	}
	if want, known := map[string]int{"add": 1, "list": 0, "revoke": 1}[args[0]]; !known || len(words) != want {
		return c.wrongUse("cli.use.token")
	}
	a, err := openApp(ctx, c.config, c.config.logger(c.stderr), nil)
	if err != nil {
		return err
	}
	defer a.Close()
	switch args[0] {
	case "add":
		return c.addToken(ctx, a, words[0], name, to)
	case "revoke":
		return refused(words[0], a.kis.RevokeToken(ctx, words[0]))
	}
	return c.listTokens(ctx, a)
}

// addToken makes a token of a person. Its text alone goes to standard output,
// for scripts that keep it.
func (c *cli) addToken(ctx context.Context, a *app, email, name, to string) error {
	n := office.NewToken{Name: name}
	if to != "" {
		var ok bool
		if n.To, ok = day.Parse(to); !ok {
			return refused(email, apperr.InvalidField("to", "error.field.date"))
		}
	}
	u, err := a.kis.UserByEmail(ctx, email)
	if err != nil {
		return refused(email, err)
	}
	n.UserID = u.ID
	t, secret, err := a.kis.CreateToken(ctx, n)
	if err != nil {
		return refused(email, err)
	}
	fmt.Fprintln(c.stderr, c.t("cli.token.made", "email", u.Email, "to", t.To.Format()))
	fmt.Fprintln(c.stdout, secret)
	return nil
}

// listTokens prints all tokens, page after page.
func (c *cli) listTokens(ctx context.Context, a *app) error {
	w := tabwriter.NewWriter(c.stdout, 0, 4, 2, ' ', 0)
	for after := ""; ; {
		list, err := a.kis.Tokens(ctx, after)
		if err != nil {
			return err
		}
		for _, t := range list {
			used, state := c.t("cli.token.never"), c.t("kis.token.valid")
			if !t.LastUsedAt.IsZero() {
				used = t.LastUsedAt.In(a.kis.Zone).Format("2006-01-02 15:04")
			}
			if !t.RevokedAt.IsZero() {
				state = c.t("kis.token.revoked")
			} else if !t.Works(a.kis.Today()) {
				state = c.t("kis.token.expired")
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s…\t%s\t%s\t%s\n", t.ID, t.Email, t.Name, t.Start, t.To, used, state)
			after = t.ID
		}
		if len(list) == 0 {
			return w.Flush()
		}
	}
}

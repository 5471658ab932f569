package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// runUser is "kis user add|list|disable|passwd".
func runUser(ctx context.Context, c *cli, args []string) error {
	if len(args) == 0 {
		return c.wrongUse("cli.use.user")
	}
	ctx = actor.With(ctx, actor.Program("kis user"))
	f := c.flags("user " + args[0])
	c.config.storageFlags(f)
	var in struct{ name, department, roles, lang, passwordFile string }
	if args[0] == "add" {
		f.StringVar(&in.name, "name", "", "full name")
		f.StringVar(&in.department, "department", "", "department code")
		f.StringVar(&in.roles, "role", string(policies.Employee), "roles, separated by commas")
		f.StringVar(&in.lang, "lang", c.config.Lang, "language, az or en")
	}
	if args[0] == "add" || args[0] == "passwd" {
		f.StringVar(&in.passwordFile, "password-file", "", "file with the password on its first line, - for standard input; without it one is made and printed")
	}
	words, err := parse(f, args[1:])
	if err != nil {
		return err
	}
	if want := map[string]int{"add": 1, "list": 0, "disable": 1, "passwd": 1}; len(words) != want[args[0]] {
		return c.wrongUse("cli.use.user")
	}
	a, err := openApp(ctx, c.config, c.config.logger(c.stderr), nil)
	if err != nil {
		return err
	}
	defer a.Close()
	switch args[0] {
	case "list":
		return c.listUsers(ctx, a)
	case "disable":
		u, err := a.kis.UserByEmail(ctx, words[0])
		if err == nil {
			err = a.kis.DisableUser(ctx, u.ID)
		}
		return refused(words[0], err)
	case "add", "passwd":
		password, made, err := readPassword(in.passwordFile)
		if err != nil {
			return err
		}
		if args[0] == "passwd" {
			var u office.User
			if u, err = a.kis.UserByEmail(ctx, words[0]); err == nil {
				err = a.kis.SetPassword(ctx, u.ID, password)
			}
		} else {
			_, err = a.kis.CreateUser(ctx, office.NewUser{Email: words[0], Name: in.name, DepartmentCode: in.department,
				Lang: in.lang, Password: password, Grants: grants(in.roles, in.department)})
		}
		if err != nil {
			return refused(words[0], err)
		}
		if made {
			fmt.Fprintln(c.stdout, c.t("cli.user.password", "email", words[0], "password", password))
		}
		return nil
	}
	return c.wrongUse("cli.use.user")
}

// grants reads roles separated by commas; departmental ones get the
// department of the person.
func grants(roles, department string) (out []office.NewGrant) {
	for _, r := range strings.Split(roles, ",") {
		out = append(out, office.NewGrant{Role: policies.Role(strings.TrimSpace(r)), DepartmentCode: department})
	}
	return out
}

// readPassword takes the first line of a file or of standard input; without a
// file it makes a password and says so.
func readPassword(file string) (password string, made bool, err error) {
	if file == "" {
		return store.NewSecret(), true, nil
	}
	in := os.Stdin
	if file != "-" {
		if in, err = os.Open(file); err != nil {
			return "", false, refusal{file, apperr.New(apperr.NotFound, "cli.file.missing", "file", file)}
		}
		defer in.Close()
	}
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && line == "" {
		return "", false, refusal{file, apperr.New(apperr.Invalid, "cli.file.empty")}
	}
	return strings.TrimRight(line, "\r\n"), false, nil
}

// listUsers prints who there is, page after page.
func (c *cli) listUsers(ctx context.Context, a *app) error {
	w := tabwriter.NewWriter(c.stdout, 0, 4, 2, ' ', 0)
	for f := (office.UserFilter{Limit: 200}); ; {
		page, err := a.kis.ListUsers(ctx, f)
		if err != nil {
			return err
		}
		for _, u := range page.Users {
			var roles []string
			for _, g := range u.Grants {
				roles = append(roles, string(g.Role))
			}
			if !u.DisabledAt.IsZero() {
				roles = []string{c.t("cli.user.disabled")}
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", u.Email, u.Name, u.Department.Code, strings.Join(roles, ","))
		}
		if page.Next == "" {
			return w.Flush()
		}
		f.After = page.Next
	}
}

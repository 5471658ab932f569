package web

import (
	"net/http"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/web/ui"
)

// nextOf is where a form wants to go on to: a path of this program, else "/".
func nextOf(path string) string {
	if path == "" || !LocalPath(path) {
		return "/"
	}
	return path
}

func (s *Server) showSignIn(c *Context) error {
	if !c.Actor().Nobody() {
		return c.Redirect(nextOf(c.Query("next")))
	}
	return c.Render(http.StatusOK, signInPage(c.Page("web.signin.title"), ui.Form{}, nextOf(c.Query("next"))))
}

// signIn begins a session. Whether the account or the password was wrong is
// not told.
func (s *Server) signIn(c *Context) error {
	next := nextOf(c.Form("next"))
	var check apperr.Check
	email := check.Text("email", c.Form("email"), 1, 254)
	// The password is taken as typed; only its length is bounded, so that nobody makes us hash a book.
	if n := len(c.Form("password")); n == 0 {
		check.Add("password", "error.field.required")
	} else if n > 1024 {
		check.Add("password", "error.field.too_long", "max", 1024, "length", n)
	}
	err := check.Err()
	var user string
	if err == nil {
		user, err = s.opt.Users.SignIn(c.Ctx(), email, c.Form("password"), c.Address())
	}
	if err != nil {
		e := apperr.As(err)
		status := StatusOf(err)
		switch e.Kind {
		case apperr.Unauthenticated:
			status = http.StatusUnprocessableEntity // a form that comes back, not a page that needs signing in
		case apperr.TooMany:
			if wait, ok := waitOf(e); ok {
				c.g.Header("Retry-After", seconds(wait))
			}
		case apperr.Invalid:
		default:
			return err
		}
		form := ui.Form{Values: c.FormValues(), Errors: &ui.Errors{Kind: e.Kind, Key: e.Key, Args: e.Args, Fields: e.Fields}}
		return c.Render(status, signInPage(c.Page("web.signin.title"), form, next))
	}
	if err := s.begin(c.Ctx(), user); err != nil {
		return err
	}
	return c.Redirect(next)
}

func (s *Server) signOut(c *Context) error {
	s.forget(c.Ctx())
	c.Flash("good", "web.signout.done")
	return c.Redirect("/sign-in")
}

// setPreference keeps language or theme: with the person, and in the browser
// for the pages before signing in.
func (s *Server) setPreference(c *Context) error {
	for _, pref := range []struct {
		name, cookie string
		known        func(string) bool
	}{{"lang", cookieLang, i18n.Known}, {"theme", cookieTheme, knownTheme}} {
		value := c.Form(pref.name)
		if value == "" {
			continue
		}
		if !pref.known(value) {
			return apperr.InvalidField(pref.name, "error.field.choice")
		}
		if !c.Actor().Nobody() {
			if err := s.opt.Users.SetPreference(c.Ctx(), pref.name, value); err != nil {
				return err
			}
		}
		s.keepView(c.Writer(), pref.cookie, value)
	}
	if c.Request().Header.Get("Sec-Fetch-Dest") == "empty" {
		// The script has already changed the page.
		c.g.Status(http.StatusNoContent)
		c.g.Writer.WriteHeaderNow()
		return nil
	}
	return c.Redirect(nextOf(c.Form("next")))
}

// tokenPage says whether people can make tokens of the API here.
func (s *Server) tokenPage() bool { return s.router.Has(http.MethodGet, "/me/tokens") }

func (s *Server) showMe(c *Context) error {
	return c.Render(http.StatusOK, mePage(c.Page("web.me.title"), ui.Form{}, s.tokenPage()))
}

// changePassword keeps a new password. The sessions of other devices end;
// this one goes on under a new token.
func (s *Server) changePassword(c *Context) error {
	var check apperr.Check
	if c.Form("old") == "" {
		check.Add("old", "error.field.required")
	}
	switch {
	case c.Form("new") == "":
		check.Add("new", "error.field.required")
	case len(c.Form("new")) > 1024:
		check.Add("new", "error.field.too_long", "max", 1024, "length", len(c.Form("new")))
	case c.Form("new") != c.Form("again"):
		check.Add("again", "error.field.same")
	}
	err := check.Err()
	if err == nil {
		err = s.opt.Users.ChangePassword(c.Ctx(), c.Form("old"), c.Form("new"))
	}
	if e, status, ok := FormError(err); ok {
		return c.Render(status, mePage(c.Page("web.me.title"), c.FormOf(e), s.tokenPage()))
	}
	if err != nil {
		return err
	}
	if err := s.begin(c.Ctx(), c.Actor().UserID); err != nil {
		return err
	}
	c.Flash("good", "web.me.password_done")
	return c.Redirect("/me")
}

func (s *Server) signOutEverywhere(c *Context) error {
	if err := s.opt.Users.SignOutEverywhere(c.Ctx()); err != nil {
		return err
	}
	s.forget(c.Ctx())
	c.Flash("good", "web.signout.everywhere_done")
	return c.Redirect("/sign-in")
}

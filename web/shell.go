package web

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web/assets"
)

// registerShell registers the routes that every program has.
func (s *Server) registerShell() {
	r := s.router
	r.GET("/", policies.Public, func(c *Context) error {
		if c.Actor().Nobody() {
			return c.Redirect("/sign-in")
		}
		if r.Has(http.MethodGet, "/home") {
			return c.Redirect("/home")
		}
		return c.Redirect("/work")
	})
	r.GET("/assets/*file", policies.Public, func(c *Context) error {
		assets.Handler().ServeHTTP(c.Writer(), c.Request())
		return nil
	})
	r.GET("/favicon.ico", policies.Public, func(c *Context) error { return c.Redirect(assets.Path("favicon.svg")) })
	r.GET("/healthz", policies.Public, func(c *Context) error { return c.text(http.StatusOK, "ok\n") })
	r.GET("/readyz", policies.Public, s.ready)
	r.GET("/metrics", policies.Public, s.showMetrics)
	r.GET("/api/openapi.json", policies.Public, s.describeAPI)

	r.GET("/sign-in", policies.Public, s.showSignIn)
	r.POST("/sign-in", policies.Public, s.signIn)
	r.POST("/sign-out", policies.Public, s.signOut)
	r.POST("/preferences", policies.Public, s.setPreference)
	r.GET("/me", policies.SelfUse, s.showMe)
	r.POST("/me/password", policies.SelfUse, s.changePassword)
	r.POST("/me/sign-out-everywhere", policies.SelfUse, s.signOutEverywhere)
}

func (c *Context) text(status int, body string) error {
	c.g.Header("Content-Type", "text/plain; charset=utf-8")
	c.g.Header("Cache-Control", "no-store")
	c.g.Writer.WriteHeader(status)
	_, _ = c.g.Writer.WriteString(body)
	return nil
}

// ready says whether requests can be answered: the database must be there.
func (s *Server) ready(c *Context) error {
	if s.opt.Ready != nil {
		ctx, cancel := context.WithTimeout(c.Ctx(), 3*time.Second)
		defer cancel()
		if err := s.opt.Ready(ctx); err != nil {
			s.opt.Logger.ErrorContext(ctx, "not ready", "err", err)
			return c.text(http.StatusServiceUnavailable, "not ready\n")
		}
	}
	return c.text(http.StatusOK, "ready\n")
}

// showMetrics answers on the machine itself only; what a proxy passes on is
// from elsewhere, whatever its address.
func (s *Server) showMetrics(c *Context) error {
	h := c.Request().Header
	if !loopback(c.Request().RemoteAddr) || h.Get("X-Forwarded-For") != "" || h.Get("Forwarded") != "" || h.Get("X-Real-Ip") != "" {
		return apperr.New(apperr.NotFound, "error.not_found")
	}
	c.g.Header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	c.g.Header("Cache-Control", "no-store")
	return apperr.Wrap(s.metrics.write(c.Writer()), "metrics")
}

func loopback(remote string) bool {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

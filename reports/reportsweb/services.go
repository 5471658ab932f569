package reportsweb

import (
	"context"
	"io"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reports"
	"github.com/kis-platform/kis/web"
)

// RegisterServices adds the sheets of the Electronic Register and the documents
// of the assessment.
func RegisterServices(r *web.Router, svc *reports.Service) {
	registerScorecards(r, svc)
	p := pages{svc}
	for _, format := range reports.ServiceFormats() {
		r.GET("/services/export."+format, policies.RegisterRead, p.services(format))
		r.GET("/services/template."+format, policies.RegisterRead, p.servicesTemplate(format))
		r.GET("/agencies/export."+format, policies.AgencyRead, p.agencies(format))
	}
}

// services streams the list with its filter, as it stands on the page.
func (p pages) services(format string) web.Handler {
	return func(c *web.Context) error {
		f := register.Filter{Query: c.Query("q"), Agency: c.Query("agency"), Level: c.Query("level"), Form: c.Query("form"), User: c.Query("user")}
		name := "reyestr"
		if c.Query("state") == "archived" {
			f.State, name = register.ServiceArchived, "reyestr-arxiv"
		}
		return c.Send(name+"."+format, func(ctx context.Context, w io.Writer) error { return p.svc.Services(ctx, f, format, w) })
	}
}

// agencies streams the bodies.
func (p pages) agencies(format string) web.Handler {
	return func(c *web.Context) error {
		return c.Send("orqanlar."+format, func(ctx context.Context, w io.Writer) error { return p.svc.Agencies(ctx, format, w) })
	}
}

func (p pages) servicesTemplate(format string) web.Handler {
	return func(c *web.Context) error {
		return c.Send("kis-services"+"."+format, func(ctx context.Context, w io.Writer) error { return p.svc.ServicesTemplate(ctx, c.Lang(), format, w) })
	}
}

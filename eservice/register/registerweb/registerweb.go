// Package registerweb owns the pages and the API of the Electronic Register:
// bodies, services, applications, duplicates, code lists, and the public
// catalogue.
//
// It may import eservice/register and the requests beneath it, kis, policies,
// web and web/ui. Invariants: a
// page shows only what the service gave it; the public pages ask only for what
// is public, whoever is signed in.
package registerweb

import (
	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/eservice/register/request"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// pages answers the requests about the register.
type pages struct {
	svc      *register.Service
	requests *request.Service
	kis      *kis.Service
	r        *web.Router // asked whether lists can be taken away
}

// Register adds the routes.
func Register(r *web.Router, svc *register.Service, requests *request.Service) {
	p := pages{svc, requests, svc.KIS, r}
	r.GET("/public/services", policies.Public, p.catalogue)
	r.GET("/public/services/:number", policies.Public, p.publicService)
	r.GET("/public/services/:number/files/:file", policies.Public, p.publicFile)

	r.GET("/services", policies.RegisterRead, p.services)
	r.GET("/services/:id", policies.RegisterRead, p.service)
	r.GET("/services/:id/files/:file", policies.RegisterRead, p.serviceFile)
	r.POST("/services/:id/apply", policies.RegisterFill, p.apply)
	r.POST("/services/:id/usage", policies.RegisterFill, p.usage)

	r.GET("/applications", policies.RegisterRead, p.applications)
	r.POST("/applications", policies.RegisterFill, p.begin)
	r.GET("/applications/:id", policies.RegisterRead, p.application)
	r.GET("/applications/:id/form/:section", policies.RegisterFill, p.form)
	r.POST("/applications/:id/form/:section", policies.RegisterFill, p.save)
	r.STREAM("/applications/:id/samples", policies.RegisterFill, p.addSamples)
	r.POST("/applications/:id/samples/:file/remove", policies.RegisterFill, p.removeSample)
	r.GET("/applications/:id/files/:file", policies.RegisterRead, p.applicationFile)
	r.POST("/applications/:id/sign", policies.RegisterSign, p.sign)
	r.POST("/applications/:id/withdraw", policies.RegisterFill, p.withdraw)
	r.POST("/applications/:id/defects", policies.RegisterCheck, p.find)
	r.POST("/applications/:id/notify", policies.RegisterCheck, p.notify)
	r.POST("/applications/:id/register", policies.RegisterCheck, p.register)
	r.POST("/applications/:id/refuse", policies.RegisterCheck, p.refuse)

	p.registerRequests(r)

	r.GET("/agencies", policies.AgencyRead, p.agencies)
	r.GET("/agencies/:agency", policies.AgencyRead, p.agency)
	r.POST("/agencies", policies.AgencyChange, p.createAgency)
	r.POST("/agencies/:agency/contact", policies.AgencyEdit, p.editAgency)
	r.POST("/agencies/:agency/units", policies.AgencyEdit, p.saveUnit)
	r.POST("/agencies/:agency/change", policies.AgencyChange, p.changeAgency)

	r.GET("/duplicates", policies.DuplicateDecide, p.duplicates)
	r.POST("/duplicates", policies.DuplicateDecide, p.decide)
	r.GET("/code-lists", policies.RegisterRead, p.codes)
	r.POST("/code-lists", policies.CodeWrite, p.setCode)
	p.registerAPI(r)
}

// send streams a file to be kept.
func (p pages) send(c *web.Context, f kis.File, err error) error {
	if err != nil {
		return err
	}
	r, err := p.kis.OpenFile(c.Ctx(), f)
	if err != nil {
		return err
	}
	defer r.Close()
	return c.Download(f.Name, f.ContentType, f.Size, r)
}

// fileID is the file of an address.
func fileID(c *web.Context) (string, error) { return c.ID("file") }

// missing is a page that does not exist.
func missing(object string) error { return apperr.Missing(object) }

package reportsweb

import (
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reports/pack"
	"github.com/kis-platform/kis/web"
)

// RegisterPack adds the address under which the evidence of a cycle is taken
// away as a pack.
func RegisterPack(r *web.Router, packs *pack.Service) {
	r.GET("/cycles/:id/evidence.zip", policies.EvidenceRead, func(c *web.Context) error { return sendPack(c, packs) })
}

// sendPack streams a pack. That all its bytes are there is known before the
// first one goes out; what fails after that cuts the answer off.
func sendPack(c *web.Context, packs *pack.Service) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	p, err := packs.Prepare(c.Ctx(), id, c.Lang())
	if err != nil {
		return err
	}
	return c.Send(p.Name, p.Write)
}

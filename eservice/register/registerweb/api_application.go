package registerweb

import (
	"context"
	"net/http"
	"strings"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// applicationAPI adds the steps of an application, which are those of its
// page. A step that was taken already is a conflict and changes nothing.
func (p pages) applicationAPI(r *web.Router) {
	id := []web.Param{{Name: "id", Kind: web.ParamID, Text: "api.param.application_id"}}
	op := func(path string, action policies.Action, name string, body any, take func(c *web.Context, id string) error) web.Operation {
		return web.Operation{Method: http.MethodPost, Path: "/api/v1/applications/:id/" + path, Action: action, ID: name, Group: "register", Text: "api.op." + name, Params: id, Body: body,
			Answer: apiApplication{}, Do: func(c *web.Context) error {
				id, err := c.ID("id")
				if err != nil {
					return err
				}
				if err := take(c, id); err != nil {
					return err
				}
				return p.answerApplication(c, http.StatusOK, id)
			}}
	}
	// with is a step with a text.
	with := func(take func(ctx context.Context, id, text string) error) func(c *web.Context, id string) error {
		return func(c *web.Context, id string) error {
			var in apiNote
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return take(c.Ctx(), id, in.Text)
		}
	}
	samples := op("samples", policies.RegisterFill, "add_samples", nil, p.apiSamples)
	samples.Upload, samples.Params = true, append(id[:1:1], web.Param{Name: "name", Kind: web.ParamText, Text: "api.param.name"})
	r.API(
		web.Operation{Method: http.MethodPost, Path: "/api/v1/applications", Action: policies.RegisterFill, ID: "begin_application", Group: "register", Text: "api.op.begin_application",
			Body: apiBegin{}, Status: http.StatusCreated, Answer: apiApplication{}, Do: p.apiBeginApplication},
		op("items", policies.RegisterFill, "save_items", apiSave{}, p.apiSaveItems),
		samples,
		op("sign", policies.RegisterSign, "sign_application", apiSeen{}, func(c *web.Context, id string) error {
			var in apiSeen
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.svc.Sign(c.Ctx(), id, in.Revision)
		}),
		op("withdraw", policies.RegisterFill, "withdraw_application", apiNote{}, with(p.svc.Withdraw)),
		op("defects", policies.RegisterCheck, "find_defect", apiNewDefect{}, func(c *web.Context, id string) error {
			var in apiNewDefect
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.svc.Find(c.Ctx(), id, register.Defect{Clause: in.Clause, Text: in.Text})
		}),
		op("notify", policies.RegisterCheck, "notify_defects", apiNote{}, with(p.svc.Notify)),
		op("register", policies.RegisterCheck, "register_application", nil, func(c *web.Context, id string) error {
			_, err := p.svc.Register(c.Ctx(), id)
			return err
		}),
		op("refuse", policies.RegisterCheck, "refuse_application", apiNote{}, with(p.svc.Refuse)),
		web.Operation{Method: http.MethodPost, Path: "/api/v1/services/:id/usage", Action: policies.RegisterFill, ID: "set_usage", Group: "register", Text: "api.op.set_usage",
			Params: []web.Param{{Name: "id", Kind: web.ParamID, Text: "api.param.service_id"}}, Body: apiSetUsage{}, Answer: apiService{}, Do: p.apiUsage},
	)
}

type apiBegin struct {
	Kind      string `json:"kind" enum:"new,change,removal"`
	AgencyID  string `json:"agency_id,omitempty"`  // of a new service; may be left out by who fills in for one body
	ServiceID string `json:"service_id,omitempty"` // of a change or a removal
}

type apiSave struct {
	Revision int       `json:"revision"` // that was seen
	Items    []apiItem `json:"items"`    // the others stay as they are; an empty text takes a value away
}

type apiSeen struct {
	Revision int `json:"revision,omitempty"` // that was seen; 0 any
}

type apiNewDefect struct {
	Clause string `json:"clause"`
	Text   string `json:"text"`
}

type apiSetUsage struct {
	Year       int    `json:"year"`
	Requests   int64  `json:"requests"`
	Electronic int64  `json:"electronic"`
	Note       string `json:"note,omitempty"`
	Revision   int    `json:"revision,omitempty"` // that was seen; 0 for a year that is not there yet
}

func (p pages) apiBeginApplication(c *web.Context) error {
	var in apiBegin
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	a, err := p.svc.Begin(c.Ctx(), register.Kind(in.Kind), in.AgencyID, in.ServiceID)
	if err != nil {
		return err
	}
	return p.answerApplication(c, http.StatusCreated, a.ID)
}

// apiSaveItems keeps items as the API writes them: money is whole qəpik.
func (p pages) apiSaveItems(c *web.Context, id string) error {
	var in apiSave
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	var check apperr.Check
	typed := map[string]string{}
	for _, x := range in.Items {
		if _, twice := typed[x.Clause]; twice {
			check.Add(itemKey(x.Clause), "error.field.once")
		}
		if f, ok := register.FieldOf(x.Clause); ok && f.Kind == register.KindMoney && x.Text != "" {
			if strings.Trim(x.Text, "0123456789") != "" || len(x.Text) > 18 {
				check.Add(itemKey(x.Clause), "register.field.qepik")
			}
			x.Text = register.Money(x.Text)
		}
		typed[x.Clause] = x.Text
	}
	if err := check.Err(); err != nil {
		return err
	}
	_, err := p.svc.SaveSection(c.Ctx(), register.SectionEdit{ApplicationID: id, Typed: typed, Seen: in.Revision})
	return err
}

// itemKey names the field of a clause in a refusal.
func itemKey(clause string) string { return register.Field{Clause: clause}.Key() }

func (p pages) apiSamples(c *web.Context, id string) error {
	var ids []string
	keep := func(f *web.File) error {
		up, err := p.kis.StageUpload(c.Ctx(), f.Name, f)
		if err == nil {
			ids = append(ids, up.ID)
		}
		return err
	}
	var err error
	if strings.HasPrefix(c.Request().Header.Get("Content-Type"), "multipart/form-data") {
		_, err = c.Multipart(web.Limits{Files: 10, FileBytes: p.fileLimit()}, keep)
	} else {
		err = c.Body(c.Query("name"), p.fileLimit(), keep)
	}
	if err != nil {
		return err
	}
	return p.svc.AddSamples(c.Ctx(), id, ids)
}

// fileLimit is the most bytes of a file.
func (p pages) fileLimit() int64 {
	if n := p.kis.Limits.FileBytes; n > 0 {
		return n
	}
	return kis.DefaultFileBytes
}

func (p pages) apiUsage(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	var in apiSetUsage
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	if err := p.svc.SetUsage(c.Ctx(), register.Usage{ServiceID: id, Year: in.Year, Requests: in.Requests, Electronic: in.Electronic, Note: in.Note, Revision: in.Revision}); err != nil {
		return err
	}
	return p.apiService(c)
}

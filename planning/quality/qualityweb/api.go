package qualityweb

import (
	"net/http"
	"time"

	"github.com/kis-platform/kis/planning/quality"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// registerAPI adds the operations; they ask the same methods as the pages.
func (p pages) registerAPI(r *web.Router) {
	id := web.Param{Name: "id", Kind: web.ParamID, Text: "api.param.quality"}
	states := make([]string, 0, len(quality.States()))
	for _, s := range quality.States() {
		states = append(states, string(s))
	}
	step := func(verb string, act policies.Action, op string, body any, do func(c *web.Context, id string) error) web.Operation {
		return web.Operation{Method: http.MethodPost, Path: "/api/v1/quality-reports/:id/" + verb, Action: act, ID: op, Group: "quality-reports", Text: "api.op.quality_" + verb,
			Params: []web.Param{id}, Body: body, Answer: apiReport{}, Do: func(c *web.Context) error {
				x, err := c.ID("id")
				if err == nil {
					err = do(c, x)
				}
				if err != nil {
					return err
				}
				return p.apiOne(c, http.StatusOK, x)
			}}
	}
	because := func(do func(c *web.Context, id, reason string) error) func(c *web.Context, id string) error {
		return func(c *web.Context, id string) error {
			var in apiReason
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return do(c, id, in.Reason)
		}
	}
	r.API(
		web.Operation{Method: http.MethodGet, Path: "/api/v1/quality-structure", Action: policies.QualityRead, ID: "getQualityStructure", Group: "quality-reports", Text: "api.op.quality_structure",
			Answer: apiStructure{}, Do: p.apiStructure},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/quality-reports", Action: policies.QualityRead, ID: "listQualityReports", Group: "quality-reports", Text: "api.op.quality_reports",
			Params: []web.Param{{Name: "q", Kind: web.ParamText, Text: "api.param.q"}, {Name: "state", Of: states, Text: "api.param.quality_state"}, {Name: "process", Kind: web.ParamID, Text: "api.param.risk_process"},
				{Name: "department", Kind: web.ParamID, Text: "api.param.department"}, {Name: "all", Of: []string{"1"}, Text: "api.param.quality_all"}, web.AfterParam(2), web.LimitParam}, Answer: apiList{}, Do: p.apiList},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/quality-reports", Action: policies.QualityWrite, ID: "beginQualityReport", Group: "quality-reports", Text: "api.op.quality_begin",
			Body: apiBegin{}, Status: http.StatusCreated, Answer: apiReport{}, Do: p.apiBegin},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/quality-reports/:id", Action: policies.QualityRead, ID: "getQualityReport", Group: "quality-reports", Text: "api.op.quality_report",
			Params: []web.Param{id}, Answer: apiReport{}, Do: func(c *web.Context) error {
				x, err := c.ID("id")
				if err != nil {
					return err
				}
				return p.apiOne(c, http.StatusOK, x)
			}},
		step("write", policies.QualityWrite, "writeQualityConcept", apiWrite{}, func(c *web.Context, id string) error {
			var in apiWrite
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			_, clashes, err := p.svc.Save(c.Ctx(), id, quality.Patch{Code: in.Code, Version: in.Version, NA: in.NA, TextAZ: in.TextAZ, TextEN: in.TextEN, Value: in.Value})
			if err == nil && len(clashes) > 0 {
				err = clashed(c, clashes[0])
			}
			return err
		}),
		step("submit", policies.QualityWrite, "submitQualityReport", nil, func(c *web.Context, id string) error { return p.svc.Submit(c.Ctx(), id) }),
		step("return", policies.QualityApprove, "returnQualityReport", apiReason{}, because(func(c *web.Context, id, reason string) error { return p.svc.Return(c.Ctx(), id, reason) })),
		step("approve", policies.QualityApprove, "approveQualityReport", nil, func(c *web.Context, id string) error { return p.svc.Approve(c.Ctx(), id) }),
		step("publish", policies.QualityPublish, "publishQualityReport", nil, func(c *web.Context, id string) error { return p.svc.Publish(c.Ctx(), id) }),
		step("withdraw", policies.QualityPublish, "withdrawQualityReport", apiReason{}, because(func(c *web.Context, id, reason string) error { return p.svc.Withdraw(c.Ctx(), id, reason) })),
		web.Operation{Method: http.MethodPost, Path: "/api/v1/quality-reports/:id/renew", Action: policies.QualityWrite, ID: "renewQualityReport", Group: "quality-reports", Text: "api.op.quality_renew",
			Params: []web.Param{id}, Status: http.StatusCreated, Answer: apiReport{}, Do: func(c *web.Context) error {
				x, err := c.ID("id")
				if err != nil {
					return err
				}
				fresh, err := p.svc.Renew(c.Ctx(), x)
				if err != nil {
					return err
				}
				return p.apiOne(c, http.StatusCreated, fresh.ID)
			}},
	)
}

type apiBegin struct {
	CycleID string `json:"cycle_id"`
	Copy    bool   `json:"copy,omitempty"` // begin with the texts of the report of the period before
}

type apiReason struct {
	Reason string `json:"reason"`
}

// apiWrite is what is written under a concept; members left out stay as they are.
type apiWrite struct {
	Code    string  `json:"code"`
	Version int     `json:"version"` // of the concept that was read; 0 when nothing was written yet
	NA      *bool   `json:"not_applicable,omitempty"`
	TextAZ  *string `json:"text_az,omitempty"`
	TextEN  *string `json:"text_en,omitempty"`
	Value   *string `json:"value,omitempty"` // of an indicator that the cycle does not give
}

// apiSummary is a report in a list.
type apiSummary struct {
	ID              string    `json:"id"`
	Number          string    `json:"number"`
	No              int       `json:"no"` // version of the report
	State           string    `json:"state"`
	CycleID         string    `json:"cycle_id"`
	ProcessID       string    `json:"process_id"`
	Process         string    `json:"process"`
	Period          string    `json:"period"`
	ReferencePeriod string    `json:"reference_period"`
	Department      string    `json:"department"` // code
	ApprovedAt      time.Time `json:"approved_at,omitzero"`
	PublishedAt     time.Time `json:"published_at,omitzero"`
	Reason          string    `json:"reason,omitempty"`
}

type apiList struct {
	Items []apiSummary `json:"items"`
	Total int          `json:"total"`
	Next  string       `json:"next"`
}

// apiConcept is a concept with what stands under it.
type apiConcept struct {
	Code    string `json:"code"`
	Kind    string `json:"kind"`
	NameAZ  string `json:"name_az"`
	NameEN  string `json:"name_en"`
	GuideAZ string `json:"guide_az,omitempty"`
	GuideEN string `json:"guide_en,omitempty"`
	Unit    string `json:"unit,omitempty"`
	NA      bool   `json:"not_applicable,omitempty"`
	TextAZ  string `json:"text_az,omitempty"`
	TextEN  string `json:"text_en,omitempty"`
	Value   string `json:"value,omitempty"`
	Target  string `json:"target,omitempty"`
	Carried bool   `json:"carried,omitempty"`
	Version int    `json:"version,omitempty"`
}

// apiReport is a report in full.
type apiReport struct {
	apiSummary
	Structure int          `json:"structure"`
	Filled    int          `json:"filled"`
	Of        int          `json:"of"`
	Concepts  []apiConcept `json:"concepts"`
}

type apiStructure struct {
	Version  int          `json:"version"`
	Source   string       `json:"source"`
	Concepts []apiConcept `json:"concepts"`
}

func summaryIn(lang string, r quality.Report) apiSummary {
	return apiSummary{ID: r.ID, Number: r.Number, No: r.No, State: string(r.State), CycleID: r.CycleID, ProcessID: r.ProcessID, Process: r.Title(lang), Period: r.Period,
		ReferencePeriod: r.ReferencePeriod, Department: r.OwnerCode, ApprovedAt: r.ApprovedAt, PublishedAt: r.PublishedAt, Reason: r.Reason}
}

func conceptIn(c quality.Concept) apiConcept {
	return apiConcept{Code: c.Code, Kind: string(c.Kind), NameAZ: c.NameAZ, NameEN: c.NameEN, GuideAZ: c.GuideAZ, GuideEN: c.GuideEN, Unit: c.Unit}
}

func (p pages) apiStructure(c *web.Context) error {
	st, err := p.svc.Structure(c.Ctx(), 0)
	if err != nil {
		return err
	}
	out := apiStructure{Version: st.Version, Source: st.Source(c.Lang()), Concepts: []apiConcept{}}
	for _, x := range st.Concepts {
		out.Concepts = append(out.Concepts, conceptIn(x))
	}
	return c.JSON(http.StatusOK, out)
}

func (p pages) apiList(c *web.Context) error {
	list, err := p.svc.Reports(c.Ctx(), filterOf(c))
	if err != nil {
		return err
	}
	out := apiList{Items: []apiSummary{}, Total: list.Total}
	if list.Next != nil {
		out.Next = web.EncodeCursor(list.Next...)
	}
	for _, r := range list.Rows {
		out.Items = append(out.Items, summaryIn(c.Lang(), r.Report))
	}
	return c.JSON(http.StatusOK, out)
}

func (p pages) apiBegin(c *web.Context) error {
	var in apiBegin
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	r, err := p.svc.Begin(c.Ctx(), quality.NewReport{CycleID: in.CycleID, Copy: in.Copy})
	if err != nil {
		return err
	}
	return p.apiOne(c, http.StatusCreated, r.ID)
}

func (p pages) apiOne(c *web.Context, status int, id string) error {
	d, err := p.svc.Report(c.Ctx(), id)
	if err != nil {
		return err
	}
	out := apiReport{apiSummary: summaryIn(c.Lang(), d.Report), Structure: d.Report.Structure, Filled: d.Count.Done, Of: d.Count.Of, Concepts: []apiConcept{}}
	for _, it := range d.Items {
		x := conceptIn(it.Concept)
		x.GuideAZ, x.GuideEN = "", ""
		x.NA, x.TextAZ, x.TextEN, x.Value, x.Carried, x.Version = it.NA(), it.Entry.TextAZ, it.Entry.TextEN, it.Known(), it.Entry.Carried, it.Entry.Version
		if it.Figure != nil {
			x.Target = it.Figure.Target
		}
		out.Concepts = append(out.Concepts, x)
	}
	return c.JSON(status, out)
}

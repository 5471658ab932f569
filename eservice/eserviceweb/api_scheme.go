package eserviceweb

import (
	"net/http"
	"strconv"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// registerSchemeAPI adds a scheme with all it holds, the steps of a draft and
// the preview.
func registerSchemeAPI(r *web.Router, p pages) {
	code := []web.Param{{Name: "code", Kind: web.ParamText, Max: 60, Text: "api.param.scheme"}}
	op := func(method, path string, action policies.Action, id string, body, answer any, do web.Handler) web.Operation {
		return web.Operation{Method: method, Path: "/api/v1/schemes/:code" + path, Action: action, ID: id, Group: "assessments", Text: "api.op." + id, Params: code, Body: body, Answer: answer, Do: do}
	}
	// step takes a step and answers with the scheme as it is then.
	step := func(take func(c *web.Context) error) web.Handler {
		return func(c *web.Context) error {
			if err := take(c); err != nil {
				return err
			}
			return p.apiScheme(c)
		}
	}
	copied := op(http.MethodPost, "/copy", policies.SchemeWrite, "copy_scheme", nil, apiSchemeView{}, func(c *web.Context) error {
		d, err := p.svc.CopyScheme(c.Ctx(), c.Param("code"))
		if err != nil {
			return err
		}
		return c.JSON(http.StatusCreated, schemeIn(d))
	})
	copied.Status = http.StatusCreated
	preview := op(http.MethodGet, "/preview", policies.SchemeWrite, "preview_scheme", nil, apiPreview{}, p.apiPreview)
	preview.Params = append(code[:1:1], web.Param{Name: "year", Kind: web.ParamNumber, Max: 2199, Must: true, Text: "api.param.assessed_year"})
	r.API(
		op(http.MethodGet, "", policies.SchemeRead, "scheme", nil, apiSchemeView{}, p.apiScheme),
		copied, preview,
		op(http.MethodPost, "", policies.SchemeWrite, "save_scheme", apiSchemeDraft{}, apiSchemeView{}, step(p.apiSaveScheme)),
		op(http.MethodPost, "/activate", policies.SchemeWrite, "activate_scheme", nil, apiSchemeView{}, step(func(c *web.Context) error {
			return p.svc.ActivateScheme(c.Ctx(), c.Param("code"))
		})),
		op(http.MethodPost, "/discard", policies.SchemeWrite, "discard_scheme", apiWhy{}, apiDiscarded{}, func(c *web.Context) error {
			var in apiWhy
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			if err := p.svc.DiscardScheme(c.Ctx(), c.Param("code"), in.Reason); err != nil {
				return err
			}
			return c.JSON(http.StatusOK, apiDiscarded{string(eservice.SchemeDiscarded)})
		}),
	)
}

// Points, bounds and weights are decimals written as texts.
type apiDraftBand struct {
	Code         string `json:"code"`
	NameAZ       string `json:"name_az"`
	NameEN       string `json:"name_en"`
	Min          string `json:"min"`
	MinInclusive bool   `json:"min_inclusive"`
	Max          string `json:"max"`
	MaxInclusive bool   `json:"max_inclusive"`
}

type apiDraftCriterion struct {
	Code   string `json:"code"`
	Kind   string `json:"kind" enum:"criterion,stage"`
	NameAZ string `json:"name_az"`
	NameEN string `json:"name_en"`
	Weight string `json:"weight"`
}

type apiDraftParameter struct {
	Code      string `json:"code"`
	Criterion string `json:"criterion"`
	NameAZ    string `json:"name_az"`
	NameEN    string `json:"name_en"`
	Max       string `json:"max"`
	Weight    string `json:"weight"`
}

// apiSchemeDraft is what a scheme says; bands stand lowest first.
type apiSchemeDraft struct {
	Revision   int                 `json:"revision"` // that was seen
	TitleAZ    string              `json:"title_az"`
	TitleEN    string              `json:"title_en"`
	ActAZ      string              `json:"act_az"`
	ActEN      string              `json:"act_en"`
	NoteAZ     string              `json:"note_az"`
	NoteEN     string              `json:"note_en"`
	ValidFrom  day.Day             `json:"valid_from"`
	ValidTo    day.Day             `json:"valid_to"`
	Scale      string              `json:"scale" enum:"words,stars,levels"`
	Max        string              `json:"max"`
	Confirmed  bool                `json:"confirmed"`
	Bands      []apiDraftBand      `json:"bands"`
	Criteria   []apiDraftCriterion `json:"criteria"`
	Parameters []apiDraftParameter `json:"parameters"`
}

type apiSchemeView struct {
	Code    string `json:"code"`
	State   string `json:"state" enum:"draft,active,discarded"`
	Family  string `json:"family"`
	Version int    `json:"version"`
	BasedOn string `json:"based_on"`
	apiSchemeDraft
}

type apiDiscarded struct {
	State string `json:"state" enum:"discarded"`
}

func (p pages) apiScheme(c *web.Context) error {
	x, err := p.svc.Scheme(c.Ctx(), c.Param("code"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, schemeIn(x))
}

func schemeIn(x eservice.Scheme) apiSchemeView {
	out := apiSchemeView{x.Code, string(x.State), x.Family, x.Version, x.BasedOn, apiSchemeDraft{Revision: x.Revision, TitleAZ: x.TitleAZ, TitleEN: x.TitleEN, ActAZ: x.ActAZ, ActEN: x.ActEN,
		NoteAZ: x.NoteAZ, NoteEN: x.NoteEN, ValidFrom: x.ValidFrom, ValidTo: x.ValidTo, Scale: x.Scale, Max: eservice.PlainMilli(x.MaxMilli), Confirmed: x.Confirmed,
		Bands: []apiDraftBand{}, Criteria: []apiDraftCriterion{}, Parameters: []apiDraftParameter{}}}
	for _, b := range x.Bands {
		out.Bands = append(out.Bands, apiDraftBand{b.Code, b.LabelAZ, b.LabelEN, eservice.PlainMilli(b.MinMilli), b.MinInclusive, eservice.PlainMilli(b.MaxMilli), b.MaxInclusive})
	}
	for _, k := range x.Criteria {
		out.Criteria = append(out.Criteria, apiDraftCriterion{k.Code, k.Kind, k.NameAZ, k.NameEN, eservice.PlainMilli(k.WeightMilli)})
	}
	for _, m := range x.Parameters {
		out.Parameters = append(out.Parameters, apiDraftParameter{m.Code, m.Criterion, m.NameAZ, m.NameEN, eservice.PlainMilli(m.MaxMilli), eservice.PlainMilli(m.WeightMilli)})
	}
	return out
}

// scheme reads a draft; what is no number is named by its part and row.
func (in apiSchemeDraft) scheme(code string) (eservice.Scheme, error) {
	var check apperr.Check
	num := func(field, text string) int64 {
		m, err := eservice.Milli(text)
		if err != nil {
			check.Add(field, "error.field.number")
		}
		return m
	}
	x := eservice.Scheme{Code: code, TitleAZ: in.TitleAZ, TitleEN: in.TitleEN, ActAZ: in.ActAZ, ActEN: in.ActEN, NoteAZ: in.NoteAZ, NoteEN: in.NoteEN,
		ValidFrom: in.ValidFrom, ValidTo: in.ValidTo, Scale: in.Scale, MaxMilli: num("max", in.Max), Confirmed: in.Confirmed}
	if len(in.Bands) > maxRows || len(in.Criteria) > maxRows || len(in.Parameters) > maxRows {
		check.Add("parameters", "register.field.lines", "max", maxRows)
	}
	for i, b := range in.Bands {
		x.Bands = append(x.Bands, eservice.Band{Code: b.Code, LabelAZ: b.NameAZ, LabelEN: b.NameEN, MinMilli: num(nth("band", i, "min"), b.Min), MinInclusive: b.MinInclusive,
			MaxMilli: num(nth("band", i, "max"), b.Max), MaxInclusive: b.MaxInclusive})
	}
	for i, k := range in.Criteria {
		x.Criteria = append(x.Criteria, eservice.Criterion{Code: k.Code, Kind: k.Kind, NameAZ: k.NameAZ, NameEN: k.NameEN, WeightMilli: num(nth("criterion", i, "weight"), k.Weight)})
	}
	for i, m := range in.Parameters {
		x.Parameters = append(x.Parameters, eservice.Parameter{Code: m.Code, Criterion: m.Criterion, NameAZ: m.NameAZ, NameEN: m.NameEN,
			MaxMilli: num(nth("parameter", i, "max"), m.Max), WeightMilli: num(nth("parameter", i, "weight"), m.Weight), Confirmed: in.Confirmed})
	}
	return x, check.Err()
}

func (p pages) apiSaveScheme(c *web.Context) error {
	var in apiSchemeDraft
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	x, err := in.scheme(c.Param("code"))
	if err != nil {
		return err
	}
	_, err = p.svc.SaveScheme(c.Ctx(), x, in.Revision)
	return err
}

type apiMove struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Services int64  `json:"services"`
}

type apiPreview struct {
	Year     int              `json:"year"`
	Services int64            `json:"services"`
	ByPoints int64            `json:"by_points"` // scored anew from their points
	Changed  int64            `json:"changed"`
	Outside  int64            `json:"outside"` // whose score lies outside the scale
	Before   map[string]int64 `json:"before"`
	After    map[string]int64 `json:"after"`
	Moves    []apiMove        `json:"moves"`
}

func (p pages) apiPreview(c *web.Context) error {
	year, _ := strconv.Atoi(c.Query("year")) // checked with the parameters
	v, err := p.svc.PreviewScheme(c.Ctx(), c.Param("code"), year)
	if err != nil {
		return err
	}
	out := apiPreview{Year: v.Year, Services: v.Services, ByPoints: v.ByPoints, Changed: v.Changed, Outside: v.Outside, Before: v.Before, After: v.After, Moves: []apiMove{}}
	for _, m := range v.Moves {
		out.Moves = append(out.Moves, apiMove{m.From.Code, m.To.Code, m.N})
	}
	return c.JSON(http.StatusOK, out)
}

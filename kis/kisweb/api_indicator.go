package kisweb

import (
	"net/http"
	"time"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/indicator"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// apiIndicators is the part of the API that is about quality indicators.
type apiIndicators struct{ indicators *indicator.Service }

// RegisterIndicatorAPI adds the operations of quality indicators.
func RegisterIndicatorAPI(r *web.Router, s *indicator.Service) {
	h := apiIndicators{s}
	cycle := web.Param{Name: "id", Kind: web.ParamID, Text: "api.param.cycle_id"}
	code := web.Param{Name: "code", Kind: web.ParamText, Max: 40, Text: "api.param.indicator"}
	r.API(
		web.Operation{Method: http.MethodGet, Path: "/api/v1/indicators", Action: policies.IndicatorRead, ID: "listIndicators", Group: "indicators", Text: "api.op.indicators",
			Answer: apiIndicatorList{}, Do: h.library},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/cycles/:id/indicators", Action: policies.IndicatorRead, ID: "listCycleIndicators", Group: "indicators", Text: "api.op.cycle_indicators",
			Params: []web.Param{cycle}, Answer: apiIndicatorSheet{}, Do: h.cycle},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/cycles/:id/indicators/:code", Action: policies.IndicatorEnter, ID: "enterIndicator", Group: "indicators", Text: "api.op.enter_indicator",
			Params: []web.Param{cycle, code}, Body: apiIndicatorEntry{}, Answer: apiIndicatorLine{}, Do: h.enter},
	)
}

type apiIndicator struct {
	Code       string  `json:"code"`
	Subprocess string  `json:"subprocess"`
	Name       string  `json:"name"`
	Definition string  `json:"definition"`
	Formula    string  `json:"formula"`
	Unit       string  `json:"unit" enum:"percent,count,days"`
	Lowest     string  `json:"lowest"`                   // that a value can be, an exact text; empty: no bound
	Highest    string  `json:"highest"`                  // likewise
	Direction  string  `json:"direction" enum:"up,down"` // which way is better
	Computed   bool    `json:"computed"`                 // the program works it out
	Version    int     `json:"version"`
	ValidFrom  day.Day `json:"valid_from"`
}

type apiIndicatorList struct {
	Items []apiIndicator `json:"items"`
}

type apiIndicatorSheet struct {
	Cycle apiCycleHead       `json:"cycle"`
	Items []apiIndicatorLine `json:"items"`
}

// apiIndicatorLine is an indicator in a cycle. Decimals are exact texts.
type apiIndicatorLine struct {
	apiIndicator
	Applies bool               `json:"applies"`
	Target  string             `json:"target"`
	Verdict string             `json:"verdict" enum:"met,missed,none,open,na"`
	Value   *apiIndicatorValue `json:"value,omitempty"` // not there while there is none
}

type apiIndicatorValue struct {
	Value       string    `json:"value"`
	Numerator   string    `json:"numerator"`
	Denominator string    `json:"denominator"`
	Target      string    `json:"target"` // at that time
	Source      string    `json:"source" enum:"entered,imported,computed"`
	Note        string    `json:"note"`
	Revision    int       `json:"revision"` // 0: worked out now
	Version     int       `json:"version"`  // of the indicator
	RecordedBy  string    `json:"recorded_by"`
	RecordedAt  time.Time `json:"recorded_at,omitzero"`
}

// apiIndicatorEntry is a value to record. Revision is that of the value it
// replaces, 0 for a first one: of two programs at once one is told.
type apiIndicatorEntry struct {
	Value       string `json:"value,omitempty"`
	Numerator   string `json:"numerator,omitempty"`
	Denominator string `json:"denominator,omitempty"`
	Note        string `json:"note,omitempty"`
	Revision    int    `json:"revision,omitempty"`
}

func indicatorIn(lang string) func(indicator.Indicator) apiIndicator {
	return func(i indicator.Indicator) apiIndicator {
		return apiIndicator{i.Code, i.GSBPM, i.Name(lang), i.Definition(lang), i.Formula(lang), string(i.Unit), i.Lowest, i.Highest, string(i.Direction), i.Computed != "", i.Number, i.ValidFrom}
	}
}

func indicatorLineIn(lang string) func(indicator.Line) apiIndicatorLine {
	return func(l indicator.Line) apiIndicatorLine {
		out := apiIndicatorLine{indicatorIn(lang)(l.Indicator), l.Applies, l.Target, string(l.Verdict), nil}
		if v := l.Value; v != nil {
			out.Value = &apiIndicatorValue{v.Value, v.Numerator, v.Denominator, v.Target, string(v.Source), v.Note, v.Revision, v.Version, v.RecordedBy, v.RecordedAt.UTC()}
		}
		return out
	}
}

func (h apiIndicators) library(c *web.Context) error {
	list, err := h.indicators.Library(c.Ctx())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, apiIndicatorList{listOf(list, indicatorIn(c.Lang()))})
}

func (h apiIndicators) cycle(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	sheet, err := h.indicators.Cycle(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, apiIndicatorSheet{cycleHead(c.Lang(), sheet.Cycle), listOf(sheet.Lines, indicatorLineIn(c.Lang()))})
}

func (h apiIndicators) enter(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	var in apiIndicatorEntry
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	err = h.indicators.Enter(c.Ctx(), id, c.Param("code"), indicator.Entry{Value: in.Value, Numerator: in.Numerator, Denominator: in.Denominator, Note: in.Note, Revision: in.Revision})
	if err != nil {
		return err
	}
	d, err := h.indicators.Detail(c.Ctx(), id, c.Param("code"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, indicatorLineIn(c.Lang())(d.Line))
}

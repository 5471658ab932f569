package auditweb

import (
	"net/http"
	"strconv"

	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/web"
)

type apiProgrammeList struct {
	Items []apiProgrammeItem `json:"items"`
}

type apiProgrammeItem struct {
	Year      int    `json:"year"`
	State     string `json:"state" enum:"draft,submitted,returned,approved,amended,closed"`
	Planned   int    `json:"planned"`
	Audits    int    `json:"audits"`
	Done      int    `json:"done"`
	Amendment int    `json:"amendment"`
}

func (h auditAPI) listProgrammes(c *web.Context) error {
	list, err := h.programmes.List(c.Ctx())
	if err != nil {
		return err
	}
	out := apiProgrammeList{Items: make([]apiProgrammeItem, 0, len(list))}
	for _, b := range list {
		out.Items = append(out.Items, apiProgrammeItem{b.Year, string(b.State), b.Planned, b.Audits, b.Done, b.Amendment})
	}
	return c.JSON(http.StatusOK, out)
}

type apiProgramme struct {
	Year         int               `json:"year"`
	State        string            `json:"state" enum:"draft,submitted,returned,approved,amended,closed"`
	Objectives   string            `json:"objectives"`
	Criteria     string            `json:"criteria"`
	Methods      string            `json:"methods"`
	Resources    string            `json:"resources"`
	Weights      int               `json:"weights"` // version
	Amendment    int               `json:"amendment"`
	Rows         []apiProgrammeRow `json:"rows"` // highest priority first
	SubProcesses apiCoverage       `json:"sub_processes"`
	Clauses      apiCoverage       `json:"clauses"`
	Steps        []string          `json:"steps"`
}

type apiProgrammeRow struct {
	ID       string      `json:"id"`
	No       int         `json:"no"`
	Kind     string      `json:"kind" enum:"process,department,site"`
	Code     string      `json:"code"`
	Name     string      `json:"name"`
	Unit     string      `json:"unit"`
	Priority int         `json:"priority"` // that counts
	Computed int         `json:"computed"`
	Reason   string      `json:"reason"` // of the adjustment
	Factors  []apiFactor `json:"factors"`
	Months   []int       `json:"months"`
	Lead     string      `json:"lead"`
	Audits   []string    `json:"audits"` // numbers
}

type apiFactor struct {
	Factor string `json:"factor" enum:"importance,changes,risk,result,time"`
	Figure int    `json:"figure"` // -1: never audited
	Score  int    `json:"score"`  // 0 to 4
	Weight int    `json:"weight"`
}

type apiCoverage struct {
	Of         int      `json:"of"`
	Year       int      `json:"year"`
	ThreeYears int      `json:"three_years"`
	Planned    int      `json:"planned"`
	Missing    []string `json:"missing"` // looked at in none of the three years and not planned
}

// ofYear gives the programme of the year in the address.
func (h auditAPI) ofYear(c *web.Context) (string, error) {
	year, _ := strconv.Atoi(c.Param("year")) // checked before
	return h.programmes.ByYear(c.Ctx(), year)
}

func (h auditAPI) programme(c *web.Context) error {
	id, err := h.ofYear(c)
	if err != nil {
		return err
	}
	v, err := h.programmes.Programme(c.Ctx(), id)
	if err != nil {
		return err
	}
	lang := c.Lang()
	out := apiProgramme{Year: v.Year, State: string(v.State), Objectives: v.Objectives, Criteria: v.Criteria, Methods: v.Methods, Resources: v.Resources, Weights: v.Weighting.Number,
		Amendment: v.Amendment, Rows: make([]apiProgrammeRow, 0, len(v.Rows)), SubProcesses: coverageIn(v.Coverage.SubProcesses), Clauses: coverageIn(v.Coverage.Clauses), Steps: append([]string{}, v.Steps...)}
	for _, r := range v.Rows {
		x := apiProgrammeRow{ID: r.ID, No: r.No, Kind: string(r.Kind), Code: r.Code, Name: r.Name(lang), Unit: r.Unit.Code, Priority: r.Counts(), Computed: r.Priority, Reason: r.AdjustReason,
			Factors: []apiFactor{}, Months: append([]int{}, r.MonthList()...), Lead: r.Lead, Audits: []string{}}
		for _, s := range r.Scores {
			x.Factors = append(x.Factors, apiFactor{string(s.Factor), s.Figure, s.Score, s.Weight})
		}
		for _, a := range r.Audits {
			x.Audits = append(x.Audits, a.Number)
		}
		out.Rows = append(out.Rows, x)
	}
	return c.JSON(http.StatusOK, out)
}

func coverageIn(list []programme.Covered) apiCoverage {
	year, three, planned := programme.Of(list)
	out := apiCoverage{Of: year.Of, Year: year.N, ThreeYears: three.N, Planned: planned.N, Missing: []string{}}
	for _, c := range list {
		if c.Cover() == programme.Nowhere {
			out.Missing = append(out.Missing, c.Code)
		}
	}
	return out
}

func (h auditAPI) planOfRow(c *web.Context) error {
	row, err := c.ID("row")
	if err != nil {
		return err
	}
	var b apiMonth
	if err := c.ReadJSON(&b); err != nil {
		return err
	}
	a, err := h.programmes.PlanAudit(c.Ctx(), row, b.Month)
	if err != nil {
		return err
	}
	return h.show(c, http.StatusCreated, a.ID)
}

package auditweb

import (
	"net/http"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// registerRowAPI adds the operations of checklists: reading rows, answering
// them and raising findings.
func (h api) registerRowAPI(r *web.Router) {
	id := web.Param{Name: "id", Kind: web.ParamID, Text: "api.param.audit"}
	row := web.Param{Name: "row", Kind: web.ParamID, Text: "api.param.audit_row"}
	const rows = "/api/v1/audits/:id/rows"
	r.API(
		web.Operation{Method: http.MethodGet, Path: rows, Action: policies.AuditRead, ID: "listRows", Group: "audits", Text: "api.op.rows",
			Params: []web.Param{id, {Name: "phase", Of: []string{"1", "2", "3", "4", "5", "6", "7", "8"}, Text: "api.param.phase"}, {Name: "answer", Of: texts(audit.Answers()), Text: "api.param.answer"},
				web.AfterParam(1), web.LimitParam}, Answer: apiRowList{}, Do: h.rows},
		web.Operation{Method: http.MethodGet, Path: rows + "/:row", Action: policies.AuditRead, ID: "getRow", Group: "audits", Text: "api.op.row",
			Params: []web.Param{id, row}, Answer: apiRowPanel{}, Do: func(c *web.Context) error { return h.ofRow(c, h.showRow) }},
		web.Operation{Method: http.MethodPost, Path: rows + "/:row/answer", Action: policies.ChecklistAnswer, ID: "answerRow", Group: "audits", Text: "api.op.row_answer",
			Params: []web.Param{id, row}, Body: apiAnswer{}, Answer: apiRowPanel{}, Do: func(c *web.Context) error { return h.ofRow(c, h.answer) }},
		web.Operation{Method: http.MethodPost, Path: rows + "/:row/findings", Action: policies.FindingRaise, ID: "raiseFinding", Group: "findings", Text: "api.op.finding_raise",
			Params: []web.Param{id, row}, Body: apiNewFinding{}, Status: http.StatusCreated, Answer: apiFinding{}, Do: func(c *web.Context) error { return h.ofRow(c, h.raise) }},
	)
}

type apiRowList struct {
	Items []apiRow `json:"items"`
	Total int      `json:"total"`
	Next  string   `json:"next,omitempty"`
}

type apiRow struct {
	ID           string    `json:"id"`
	No           string    `json:"no"`
	Standard     string    `json:"standard"`
	Clause       string    `json:"clause"`
	GSBPM        string    `json:"gsbpm"`
	Question     string    `json:"question"`
	Guidance     string    `json:"guidance"`
	Answer       string    `json:"answer"`
	Note         string    `json:"note"`
	Population   *int      `json:"population"` // null: not counted
	Sample       *int      `json:"sample"`
	SampleMethod string    `json:"sample_method"`
	SampleResult string    `json:"sample_result"`
	AnsweredBy   string    `json:"answered_by"` // name
	AnsweredAt   time.Time `json:"answered_at,omitzero"`
	Version      int       `json:"version"`
	Findings     []string  `json:"findings"` // ids
}

type apiRowPanel struct {
	apiRow
	Evidence []string `json:"evidence"` // ids of submissions linked to the row
	Offered  []string `json:"offered"`  // those of its sub-process that are not
}

// apiAnswer replaces all fields of a row; version is that of the row as it was
// seen.
type apiAnswer struct {
	Version      int      `json:"version"`
	Answer       string   `json:"answer" enum:"open,conforms,nonconforms,observation,opportunity,strength,not_applicable,not_sampled"`
	Note         string   `json:"note"`
	Population   *int     `json:"population"`
	Sample       *int     `json:"sample"`
	SampleMethod string   `json:"sample_method"`
	SampleResult string   `json:"sample_result"`
	Evidence     []string `json:"evidence"`
}

func (b apiAnswer) of(row string) audit.RowAnswer {
	return audit.RowAnswer{RowID: row, Version: b.Version, Answer: audit.Answer(b.Answer), Note: b.Note, Population: b.Population, Sample: b.Sample,
		SampleMethod: b.SampleMethod, SampleResult: b.SampleResult, Evidence: b.Evidence}
}

// apiNewFinding raises a finding; the row is answered in the same step, as the
// grade says.
type apiNewFinding struct {
	Row               apiAnswer `json:"row"`
	Grade             string    `json:"grade" enum:"major,minor,observation,opportunity,strength"`
	DepartmentID      string    `json:"department_id"` // one in the scope
	CycleID           string    `json:"cycle_id"`      // empty: the first in the scope
	Statement         string    `json:"statement"`
	Criterion         string    `json:"criterion"`
	ObjectiveEvidence string    `json:"objective_evidence"`
	Recommendation    string    `json:"recommendation"`
	RepeatOf          string    `json:"repeat_of"` // id of an act
}

func apiRowOf(r audit.Row, lang, standard, by string, findings []audit.FindingView) apiRow {
	return apiRow{r.ID, r.No, standard, r.Clause, r.GSBPM, r.Question(lang), r.Guidance(lang), string(r.Answer), r.Note, r.Population, r.Sample, r.SampleMethod, r.SampleResult,
		by, r.AnsweredAt, r.Version, each(findings, func(f audit.FindingView) string { return f.ID })}
}

func (h api) rows(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	f := audit.RowFilter{Phase: c.Query("phase"), Answer: audit.Answer(c.Query("answer")), Limit: c.Limit()}
	if after := c.Cursor(1); after != nil {
		f.After = after[0]
	}
	list, err := h.svc.Checklist(c.Ctx(), id, f)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, apiRowList{each(list.Rows, func(r audit.RowView) apiRow { return apiRowOf(r.Row, c.Lang(), r.Standard, r.By, r.Findings) }), list.Total, place(list.Next)})
}

// ofRow does something with a row of the audit that the address names.
func (h api) ofRow(c *web.Context, do func(c *web.Context, p audit.RowPanel) error) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	row, err := c.ID("row")
	if err != nil {
		return err
	}
	p, err := h.svc.Row(c.Ctx(), id, row)
	if err != nil {
		return err
	}
	return do(c, p)
}

func (h api) showRow(c *web.Context, p audit.RowPanel) error {
	ids := func(list []audit.Evidence) []string {
		return each(list, func(e audit.Evidence) string { return e.ID })
	}
	return c.JSON(http.StatusOK, apiRowPanel{apiRowOf(p.Row, c.Lang(), p.Standard, p.By, p.Findings), ids(p.Linked), ids(p.Offered)})
}

func (h api) answer(c *web.Context, p audit.RowPanel) error {
	var b apiAnswer
	if err := c.ReadJSON(&b); err != nil {
		return err
	}
	if _, err := h.svc.Answer(c.Ctx(), b.of(p.ID)); err != nil {
		return err
	}
	return h.ofRow(c, h.showRow)
}

func (h api) raise(c *web.Context, p audit.RowPanel) error {
	var b apiNewFinding
	if err := c.ReadJSON(&b); err != nil {
		return err
	}
	f, _, err := h.svc.RaiseFinding(c.Ctx(), audit.NewFinding{Row: b.Row.of(p.ID), Grade: audit.Grade(b.Grade), DepartmentID: b.DepartmentID, CycleID: b.CycleID, Statement: b.Statement,
		Criterion: b.Criterion, ObjectiveEvidence: b.ObjectiveEvidence, Recommendation: b.Recommendation, RepeatOf: b.RepeatOf})
	if err != nil {
		return err
	}
	return h.findingAs(c, http.StatusCreated, f.ID)
}

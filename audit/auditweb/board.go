package auditweb

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/board"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// boards are the pages of the read-only views.
type boards struct {
	pages
	board *board.Service
}

// registerBoards adds the routes of the views.
func registerBoards(r *web.Router, p pages) {
	b := boards{p, board.New(p.svc)}
	r.GET("/acts/board", policies.ActRead, b.acts)
	r.POST("/acts/board/move", policies.ActRead, b.move)
	r.GET("/acts/ageing", policies.ActRead, b.ageing)
	r.GET("/audits/calendar", policies.AuditRead, b.calendar)
	r.GET("/audits/matrix", policies.AuditRead, b.matrix)
}

type boardPage struct {
	ui.Page
	columns     []board.Column
	department  string
	departments []office.Department
}

// chooseDepartment lists the departments for a filter: none for those who see
// one department anyway.
func (p pages) chooseDepartment(c *web.Context) ([]office.Department, error) {
	if !c.Scope().Any {
		return nil, nil
	}
	list, err := p.svc.KIS.Departments(c.Ctx())
	return slices.DeleteFunc(list, func(d office.Department) bool { return d.Kind != "internal" }), err
}

// acts is the board of acts by state.
func (b boards) acts(c *web.Context) (err error) {
	v := boardPage{Page: c.Page("audit.board.title"), department: c.Query("department")}
	if v.columns, err = b.board.Board(c.Ctx(), v.department); err != nil {
		return err
	}
	if v.departments, err = b.chooseDepartment(c); err != nil {
		return err
	}
	return c.Render(http.StatusOK, boardView(v))
}

// dialogOf is the part of an act's page that asks what a step needs.
func dialogOf(verb string) string {
	switch verb {
	case "dismiss", "uphold":
		return "resolve"
	case "confirm", "fail":
		return "effect"
	}
	return verb
}

// direct says whether a step needs no words, so that a card may be dropped or
// the step taken from its menu.
func direct(verb string) bool { return verb == "acknowledge" || verb == "submit" || verb == "close" }

// targets are the states that steps of a card lead to, for the script: a card
// may be dropped on no other column.
func targets(c board.Card) (out string) {
	for _, verb := range c.Steps {
		if t, ok := office.Arrow(audit.ActTransitions, c.State, verb); ok {
			out += string(t.To) + " "
		}
	}
	return out
}

// move takes a card from one column to another. The script asks for JSON, and
// puts the card back with the message when it is refused; the menu of a card
// sends the same form and gets the board again.
func (b boards) move(c *web.Context) error {
	id := c.Form("id")
	from, to := audit.ActState(c.Form("from")), audit.ActState(c.Form("to"))
	err := b.svc.MoveAct(c.Ctx(), id, from, to)
	page := c.Page("audit.board.title")
	if c.Form("by") != "drag" {
		if err == nil {
			c.Flash("good", "audit.board.moved")
			return c.Redirect("/acts/board")
		}
		return err
	}
	if err == nil {
		return c.JSON(http.StatusOK, map[string]string{"message": page.T("audit.board.moved")})
	}
	e := apperr.As(err)
	answer := map[string]string{"message": page.T(e.Key, apperr.Flat(e.Args)...)}
	status := http.StatusConflict
	switch e.Kind {
	case apperr.Forbidden:
		status = http.StatusForbidden
	case apperr.NotFound:
		status = http.StatusNotFound
	case apperr.Invalid:
		status = http.StatusUnprocessableEntity
		if len(e.Fields) > 0 {
			answer["message"] = page.T(e.Fields[0].Key, apperr.Flat(e.Fields[0].Args)...)
		}
		// What the step asks for stands on the act's own page.
		answer["href"] = "/acts/" + id
		for _, t := range audit.ActTransitions {
			if t.From == from && t.To == to && t.Verb != "implement" {
				answer["href"] = "/acts/" + id + "#" + dialogOf(t.Verb)
				if t.Verb == "submit" {
					answer["href"] = "/acts/" + id + "/response"
				}
				break
			}
		}
	case apperr.Internal:
		return err
	}
	return c.JSON(status, answer)
}

type ageingPage struct {
	ui.Page
	states []board.Age
	units  []board.Unit
}

// ageing is how long acts stand in their states, and what departments have
// open.
func (b boards) ageing(c *web.Context) (err error) {
	v := ageingPage{Page: c.Page("audit.ageing.title")}
	if v.states, v.units, err = b.board.Ageing(c.Ctx()); err != nil {
		return err
	}
	return c.Render(http.StatusOK, ageingView(v))
}

// bucket is the heading of a stretch of days.
func (v ageingPage) bucket(i int) string {
	switch {
	case i == 0:
		return v.T("audit.ageing.upto", "n", board.Buckets[0])
	case i == len(board.Buckets):
		return v.T("audit.ageing.over", "n", board.Buckets[i-1])
	}
	return v.T("audit.ageing.between", "from", board.Buckets[i-1]+1, "to", board.Buckets[i])
}

type calendarPage struct {
	ui.Page
	year    int
	entries []board.Entry
}

// calendar is the audits of a year by month.
func (b boards) calendar(c *web.Context) (err error) {
	v := calendarPage{Page: c.Page("audit.calendar.title")}
	v.year = v.Today().Year()
	if s := c.Query("year"); s != "" {
		if v.year, err = strconv.Atoi(s); err != nil {
			return apperr.InvalidField("year", "error.field.number")
		}
	}
	if v.entries, err = b.board.Calendar(c.Ctx(), v.year); err != nil {
		return err
	}
	return c.Render(http.StatusOK, calendarView(v))
}

// of are the audits that begin in a month, or run on into January.
func (v calendarPage) of(month int) (out []board.Entry) {
	for _, e := range v.entries {
		if e.From.Year() == v.year && int(e.From.Time().Month()) == month || (month == 1 && e.From.Year() < v.year) {
			out = append(out, e)
		}
	}
	return out
}

type matrixPage struct {
	ui.Page
	board.Matrix
	department  string
	departments []office.Department
}

// matrix is the last result of each sub-process and clause.
func (b boards) matrix(c *web.Context) (err error) {
	v := matrixPage{Page: c.Page("audit.matrix.title"), department: c.Query("department")}
	if v.Matrix, err = b.board.Matrix(c.Ctx(), v.department); err != nil {
		return err
	}
	if v.departments, err = b.chooseDepartment(c); err != nil {
		return err
	}
	return c.Render(http.StatusOK, matrixView(v))
}

// letter is how a cell shows an answer beside its colour; the legend has the
// words.
func (v matrixPage) letter(a audit.Answer) string { return v.T("audit.matrix.letter." + string(a)) }

// words is all that a cell says, for those who hear it and for the table.
func (v matrixPage) words(c board.Cell) string {
	return v.T("audit.answer."+string(c.Answer)) + ", " + c.AuditNumber + ", " + c.DepartmentCode + ", " + v.Page.Date(c.ReportedAt)
}

// listed are the cells in the order of the model, for the table.
func (v matrixPage) listed() (out []board.Cell) {
	for _, r := range v.Rows {
		for _, clause := range v.Clauses {
			if c, ok := v.Cells[[2]string{r.Code, clause}]; ok {
				out = append(out, c)
			}
		}
	}
	return out
}

// legend are the answers that a cell may have.
func legend() []audit.Answer {
	return []audit.Answer{audit.Nonconforms, audit.Observed, audit.Improvable, audit.Conforms, audit.Strong, audit.NotSampled, audit.NotApplicable}
}

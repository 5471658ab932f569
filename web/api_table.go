package web

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/policies"

	"github.com/google/uuid"
)

// Operation is one thing a program can ask of the API. The table of them is
// what is registered, what a request is checked against and what the document
// describes.
type Operation struct {
	Method string // GET or POST
	Path   string // begins with /api/; :name for parameters
	Action policies.Action
	ID     string  // operationId: stable, for generators of clients
	Group  string  // tag of the document
	Text   string  // message key: what it does
	Params []Param // of path and query
	Body   any     // zero value of the struct read with ReadJSON; nil for none
	Upload bool    // the body is a file, or a form with one
	Status int     // of the answer; 200 when 0
	Answer any     // zero value of the struct answered; nil when a file is
	Do     Handler
}

// ParamKind is what a parameter may hold.
type ParamKind string

// The kinds.
const (
	ParamText   ParamKind = "text"
	ParamID     ParamKind = "id"     // UUID
	ParamDay    ParamKind = "day"    // 2026-11-24
	ParamNumber ParamKind = "number" // whole, from 1
	ParamPlace  ParamKind = "place"  // next of the page before
)

// Param is a parameter of the query, or of the path when the path names it. An
// empty value in the query is none.
type Param struct {
	Name  string
	Kind  ParamKind
	Of    []string // the only values, when not nil
	Max   int      // of a number; characters of a text, 200 when 0
	Parts int      // of a place
	Must  bool     // it may not be left out
	Text  string   // message key: what it does
}

// LimitParam is how many rows a page of a list has.
var LimitParam = Param{Name: "limit", Kind: ParamNumber, Max: maxPageSize, Text: "api.param.limit"}

// AfterParam is where a list of so many sort columns goes on.
func AfterParam(parts int) Param {
	return Param{Name: "after", Kind: ParamPlace, Parts: parts, Text: "api.param.after"}
}

// API registers operations. Like all routes each asks for its action.
func (r *Router) API(operations ...Operation) {
	for _, op := range operations {
		if !isAPI(op.Path) || op.ID == "" || op.Text == "" || op.Do == nil {
			panic(fmt.Sprintf("operation %s %s: not an operation of the API", op.Method, op.Path))
		}
		for _, name := range pathParams(op.Path) {
			if !slices.ContainsFunc(op.Params, func(p Param) bool { return p.Name == name }) {
				panic(fmt.Sprintf("operation %s: parameter %s is not described", op.ID, name))
			}
		}
		if slices.ContainsFunc(r.operations, func(o Operation) bool { return o.ID == op.ID }) {
			panic(fmt.Sprintf("operation %s: registered twice", op.ID))
		}
		if op.Status == 0 {
			op.Status = http.StatusOK
		}
		r.operations = append(r.operations, op)
		r.add(Route{Method: op.Method, Path: op.Path, Action: op.Action, Stream: op.Method == http.MethodPost}, op.handle)
	}
}

// Operations lists what is registered, in that order.
func (r *Router) Operations() []Operation { return slices.Clone(r.operations) }

var pathParam = regexp.MustCompile(`:([a-z_]+)`)

func pathParams(path string) (names []string) {
	for _, m := range pathParam.FindAllStringSubmatch(path, -1) {
		names = append(names, m[1])
	}
	return names
}

// handle checks the query before the operation runs.
func (op Operation) handle(c *Context) error {
	var check apperr.Check
	inPath := pathParams(op.Path)
	query := c.g.Request.URL.Query()
	names := make([]string, 0, len(query))
	for name := range query {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		i := slices.IndexFunc(op.Params, func(p Param) bool { return p.Name == name && !slices.Contains(inPath, name) })
		switch {
		case name == "lang":
		case i < 0:
			check.Add(name, "error.field.unknown")
		case len(query[name]) > 1:
			check.Add(name, "error.field.once")
		case query.Get(name) != "":
			op.Params[i].check(&check, query.Get(name))
		}
	}
	for _, p := range op.Params {
		if p.Must && query.Get(p.Name) == "" && !slices.Contains(inPath, p.Name) {
			check.Add(p.Name, "error.field.required")
		}
	}
	if err := check.Err(); err != nil {
		return err
	}
	return op.Do(c)
}

// check notes what is wrong with a value.
func (p Param) check(check *apperr.Check, value string) {
	if p.Of != nil {
		check.OneOf(p.Name, value, p.Of...)
		return
	}
	switch p.Kind {
	case ParamID:
		if id, err := uuid.Parse(value); err != nil || id.String() != value {
			check.Add(p.Name, "error.field.id")
		}
	case ParamDay:
		if d, ok := day.Parse(value); !ok || string(d) != value {
			check.Add(p.Name, "error.field.iso_day")
		}
	case ParamNumber:
		if n, err := strconv.Atoi(value); err != nil {
			check.Add(p.Name, "error.field.number")
		} else if n < 1 || n > p.Max {
			check.Add(p.Name, "error.field.range", "min", 1, "max", p.Max)
		}
	case ParamPlace:
		if DecodeCursor(value, p.Parts) == nil {
			check.Add(p.Name, "error.field.place")
		}
	default:
		check.Text(p.Name, value, 0, p.maxText())
	}
}

func (p Param) maxText() int {
	if p.Max == 0 {
		return 200
	}
	return p.Max
}

// NextPlace is the value of "after" that goes on behind the row with these
// values of its sort columns; "" at the end of a list.
func NextPlace(values []string) string {
	if values == nil {
		return ""
	}
	return EncodeCursor(values...)
}

// openAPIPath turns the path of a route into that of a document.
func openAPIPath(path string) string {
	return strings.TrimSuffix(pathParam.ReplaceAllString(path, "{$1}"), "/")
}

package web

import (
	"net/http"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
)

// object is a JSON object of the document.
type object = map[string]any

// describeAPI answers with the document of all operations, its texts in the
// language asked for.
func (s *Server) describeAPI(c *Context) error {
	return c.JSON(http.StatusOK, s.router.OpenAPI(c.Lang()))
}

// OpenAPI is the document of all operations (OpenAPI 3.1), made from the table
// they were registered by.
func (r *Router) OpenAPI(lang string) map[string]any {
	s := schemas{named: object{}, names: map[reflect.Type]string{}}
	paths, problem := object{}, s.of(reflect.TypeFor[problem]())
	for _, op := range r.operations {
		at := openAPIPath(op.Path)
		if paths[at] == nil {
			paths[at] = object{}
		}
		paths[at].(object)[strings.ToLower(op.Method)] = op.describe(lang, s)
	}
	return object{
		"openapi":  "3.1.0",
		"info":     object{"title": i18n.T(lang, "api.title"), "description": i18n.T(lang, "api.text"), "version": "1"},
		"servers":  []object{{"url": "/"}},
		"security": []object{{"token": []string{}}},
		"paths":    paths,
		"components": object{
			"schemas":         s.named,
			"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer", "description": i18n.T(lang, "api.token")}},
			"responses": object{"Problem": object{"description": i18n.T(lang, "api.problem"),
				"content": object{"application/problem+json": object{"schema": problem}}}},
		},
	}
}

// describe is one operation of the document.
func (op Operation) describe(lang string, s schemas) object {
	out := object{"operationId": op.ID, "tags": []string{op.Group}, "summary": i18n.T(lang, op.Text), "x-kis-action": string(op.Action)}
	params := []object{{"name": "lang", "in": "query", "description": i18n.T(lang, "api.param.lang"), "schema": object{"type": "string", "enum": i18n.Languages()}}}
	inPath := pathParams(op.Path)
	for _, p := range op.Params {
		where := "query"
		if slices.Contains(inPath, p.Name) {
			where = "path"
		}
		params = append(params, object{"name": p.Name, "in": where, "required": where == "path" || p.Must, "description": i18n.T(lang, p.Text), "schema": p.schema()})
	}
	out["parameters"] = params
	file := object{"schema": object{"type": "string", "contentMediaType": "application/octet-stream"}}
	if op.Body != nil {
		out["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": s.of(reflect.TypeOf(op.Body))}}}
	}
	if op.Upload {
		form := object{"schema": object{"type": "object", "properties": object{"upload": file["schema"]}, "required": []string{"upload"}}}
		out["requestBody"] = object{"required": true, "content": object{"application/octet-stream": file, "multipart/form-data": form}}
	}
	content := object{"application/octet-stream": file}
	if op.Answer != nil {
		content = object{"application/json": object{"schema": s.of(reflect.TypeOf(op.Answer))}}
	}
	out["responses"] = object{strconv.Itoa(op.Status): object{"description": i18n.T(lang, "api.answer"), "content": content},
		"default": object{"$ref": "#/components/responses/Problem"}}
	return out
}

func (p Param) schema() object {
	out := object{"type": "string"}
	switch p.Kind {
	case ParamID:
		out["format"] = "uuid"
	case ParamDay:
		out["format"] = "date"
	case ParamNumber:
		out = object{"type": "integer", "minimum": 1, "maximum": p.Max}
	case ParamText:
		out["maxLength"] = p.maxText()
	}
	if p.Of != nil {
		out = object{"type": "string", "enum": p.Of}
	}
	return out
}

// schemas are the types of bodies and answers by name.
type schemas struct {
	named object
	names map[reflect.Type]string
}

// name is what a type is called in the document: its own name, with that of its
// package before it when another type has that name already.
func (s schemas) name(t reflect.Type) (name string, known bool) {
	if name, known = s.names[t]; known {
		return name, true
	}
	upper := func(x string) string { return strings.ToUpper(x[:1]) + x[1:] }
	name = upper(strings.TrimPrefix(t.Name(), "api"))
	if s.named[name] != nil {
		name = upper(path.Base(t.PkgPath())) + name
	}
	for n, base := 2, name; s.named[name] != nil; n++ {
		name = base + strconv.Itoa(n)
	}
	s.names[t] = name
	return name, false
}

// of describes a type as encoding/json writes it. Structs are put among the
// schemas under their name without what only Go needs; a field without
// omitempty is always there. The tag enum lists the values of a text.
func (s schemas) of(t reflect.Type) object {
	switch t {
	case reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case reflect.TypeFor[day.Day]():
		return object{"type": "string", "format": "date"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Slice:
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Struct:
		name, known := s.name(t)
		if !known {
			s.named[name] = object{} // for types that hold themselves
			properties, required := object{}, []string{}
			s.fields(t, properties, &required)
			s.named[name] = object{"type": "object", "properties": properties, "required": required}
		}
		return object{"$ref": "#/components/schemas/" + name}
	}
	panic("openapi: no schema for " + t.String())
}

func (s schemas) fields(t reflect.Type, properties object, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && f.Tag.Get("json") == "" {
			s.fields(f.Type, properties, required)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			panic("openapi: field " + t.Name() + "." + f.Name + " has no name")
		}
		schema := s.of(f.Type)
		if values := f.Tag.Get("enum"); values != "" {
			schema = object{"type": "string", "enum": strings.Split(values, ",")}
		}
		properties[name] = schema
		if !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero") {
			*required = append(*required, name)
		}
	}
}

package webtest

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
)

// Program asks the API of a site with a token.
type Program struct {
	site  *Site
	token string
}

// Program is one with the token; that of nobody when it is "".
func (s *Site) Program(token string) Program { return Program{s, token} }

// Ask sends a request; a body that is not nil is sent as JSON, a text as it is.
func (p Program) Ask(method, path string, body any) *Answer {
	p.site.t.Helper()
	text, isText := body.(string)
	if body != nil && !isText {
		raw, err := json.Marshal(body)
		if err != nil {
			p.site.t.Fatal(err)
		}
		text = string(raw)
	}
	r := httptest.NewRequest(method, path, strings.NewReader(text))
	if p.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	r.Header.Set("Accept-Language", "az")
	if body != nil && !isText {
		r.Header.Set("Content-Type", "application/json")
	}
	return p.site.Nobody().Do(r)
}

// Told reads an answer in JSON.
func Told[T any](a *Answer) (v T) {
	a.t.Helper()
	if err := json.Unmarshal([]byte(a.Body), &v); err != nil {
		a.t.Fatalf("%v:\n%s", err, a.Body)
	}
	return v
}

// Refuses wants a refusal that names the field.
func (a *Answer) Refuses(field string) *Answer {
	a.t.Helper()
	a.Want(422)
	if !strings.Contains(a.Body, `"`+field+`"`) {
		a.t.Errorf("refused without naming %s: %s", field, a.Body)
	}
	return a
}

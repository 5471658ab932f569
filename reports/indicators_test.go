package reports

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/store/storetest"
	quality "github.com/kis-platform/kis/kis/indicator"
)

// TestTheSheetOfIndicatorsIsReadBack takes the values of a cycle away, brings
// them back unchanged, and then with one that was filled in.
func TestTheSheetOfIndicatorsIsReadBack(t *testing.T) {
	o := newOffice(t, storetest.Open(t))
	in := quality.New(o.Service)
	o.svc.Indicators = in
	if err := in.LoadReference(o.System()); err != nil {
		t.Fatal(err)
	}
	aytan := o.As(context.Background(), "aytan") // of the owner of the process
	if err := in.Enter(aytan, o.Cycle.ID, "4.3-U", quality.Entry{Numerator: "1", Denominator: "3", Note: "=sorğudan"}); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{CSV, XLSX} {
		f := o.rendered(t, aytan, Request{Kind: Values, Key: o.Cycle.ID, Format: format})
		if n, err := in.Import(aytan, o.Cycle.ID, bytes.NewReader(f.Bytes)); err != nil || n != 0 {
			t.Errorf("%s as it was taken away: %d changed, %v", format, n, err)
		}
	}
	table := string(o.rendered(t, aytan, Request{Kind: Values, Key: o.Cycle.ID, Format: CSV}).Bytes)
	if !strings.HasPrefix(strings.TrimPrefix(table, BOM), strings.Join(quality.SheetColumns(), ",")+"\r\n") {
		t.Fatalf("columns %.120q", table)
	}
	filled := ""
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "4.3-U,") {
			line = strings.Replace(line, ",1,3,", ",2,3,", 1)
			line = strings.Replace(line, "33.333333", "", 1)
		}
		filled += line
	}
	if n, err := in.Import(aytan, o.Cycle.ID, strings.NewReader(filled)); err != nil || n != 1 {
		t.Fatalf("one filled in: %d changed, %v", n, err)
	}
	d, err := in.Detail(aytan, o.Cycle.ID, "4.3-U")
	if err != nil || d.Line.Value.Numerator != "2" || d.Line.Value.Source != quality.Imported || d.Line.Value.Note != "=sorğudan" {
		t.Errorf("%+v, %v", d.Line.Value, err)
	}
}

package kis_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/content"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
)

func TestTwoVersionsAreCompared(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		hand := func(class kis.EvidenceClass, files ...string) kis.Submission {
			t.Helper()
			in := kis.NewSubmission{CycleID: c.ID, OutputIDs: o.OutputIDs(c.ID, "1.1.1"), Class: class}
			for i := 0; i < len(files); i += 2 {
				in.UploadIDs = append(in.UploadIDs, o.Upload("aytan", files[i], files[i+1]))
			}
			sub, err := o.Submit(o.As(t.Context(), "aytan"), in)
			if err != nil {
				t.Fatal(err)
			}
			return sub
		}
		wide := func(mark string) string {
			var b strings.Builder
			for i := range 5000 {
				fmt.Fprintf(&b, "%s%d\n", mark, i)
			}
			return b.String()
		}
		first := hand(kis.ClassConfidential, "qeyd.txt", "bir\niki\nüç\n", "cədvəl.csv", "ad,say\nBakı,1\n", "eyni.txt", "eyni", "köhnə.pdf", "%PDF-1.4 a", "çox.txt", wide("a"), "sil.json", "{}")
		if err := o.Return(o.As(t.Context(), "nigar"), first.ID, "Düzəliş lazımdır"); err != nil {
			t.Fatal(err)
		}
		second := hand(kis.ClassConfidential, "QEYD.txt", "bir\nİKİ\nüç\n", "cədvəl.csv", "ad,say\nBakı,2\n", "başqa ad.txt", "eyni", "yeni.pdf", "%PDF-1.4 b", "çox.txt", wide("b"))
		opened := func() int {
			events, err := o.Trail(o.System(), office.TrailFilter{Action: "kis:evidence:open", Limit: 200})
			if err != nil {
				t.Fatal(err)
			}
			return len(events.Events)
		}
		before := opened()
		got, err := o.CompareEvidence(o.As(t.Context(), "nigar"), first.ID, second.ID)
		if err != nil || len(got.Files) != 6 {
			t.Fatalf("%d files, %v", len(got.Files), err)
		}
		text, table, same, pdf, far, gone := got.Files[0], got.Files[1], got.Files[2], got.Files[3], got.Files[4], got.Files[5]
		if text.How != kis.ComparedText || text.Old.Name != "qeyd.txt" || len(text.Lines) != 4 || text.Lines[1].Text != "iki" || text.Lines[2].Text != "İKİ" {
			t.Errorf("text: %+v", text)
		}
		if table.How != kis.ComparedTable || len(table.Rows) != 2 || table.Rows[1].Edit != content.Changed || table.Rows[1].Cells[1] != (content.CellChange{Before: "1", After: "2"}) {
			t.Errorf("table: %+v", table)
		}
		if !same.Same || same.Old.Name != "eyni.txt" {
			t.Errorf("the same bytes under another name: %+v", same)
		}
		if pdf.How != kis.ComparedPDF || pdf.Same {
			t.Errorf("PDF: %+v", pdf)
		}
		if far.How != kis.ComparedHash || far.Reason != "kis.compare.file.different" {
			t.Errorf("too different: %+v", far.Reason)
		}
		if gone.New != nil || gone.Old.Name != "sil.json" {
			t.Errorf("gone: %+v", gone)
		}
		if n := opened() - before; n != 6 { // two of each of the three that were read
			t.Errorf("%d openings of confidential files in the trail", n)
		}
		for who, kind := range map[string]apperr.Kind{"rafael": apperr.NotFound, "tural": apperr.NotFound, "rauf": apperr.Forbidden} {
			if _, err := o.CompareEvidence(o.As(t.Context(), who), first.ID, second.ID); !apperr.Is(err, kind) {
				t.Errorf("%s: %v", who, err)
			}
		}
		other := o.Hand("aytan", c.ID, "1.1.3")
		for _, pair := range [][2]string{{other.ID, second.ID}, {second.ID, second.ID}, {"x", second.ID}, {first.ID, store.NewID()}} {
			if _, err := o.CompareEvidence(o.As(t.Context(), "nigar"), pair[0], pair[1]); !apperr.Is(err, apperr.NotFound) {
				t.Errorf("%v are compared: %v", pair, err)
			}
		}
	})
}

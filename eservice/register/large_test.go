package register_test

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// workbook writes a sheet of n services as a spreadsheet program does: every
// text apart from its cell, in the table of shared texts.
func workbook(t testing.TB, n int) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "xidmetler.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	part := func(name, text string) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	part("[Content_Types].xml", `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`)
	part("xl/workbook.xml", `<?xml version="1.0"?><workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>`)
	part("xl/_rels/workbook.xml.rels", `<?xml version="1.0"?><Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>`)
	columns := register.SheetColumns()
	row := func(i int) map[string]string {
		return with(filled(fmt.Sprintf("Xidmət № %d, %d-ci növ üzrə müraciətin qəbulu", i, i%97)), "agency", "QA", "2.3.2", fmt.Sprintf("Məzmun %d: müraciət qəbul edilir, yoxlanılır və cavablandırılır.", i))
	}
	each := func(out *bufio.Writer, cell func(row, col int, text string)) {
		for c, name := range columns {
			cell(0, c, name)
		}
		for i := 1; i <= n; i++ {
			r := row(i)
			for c, name := range columns {
				cell(i, c, r[name])
			}
		}
		_ = out.Flush()
	}
	w, _ := z.Create("xl/sharedStrings.xml")
	out := bufio.NewWriter(w)
	_, _ = out.WriteString(`<?xml version="1.0"?><sst>`)
	each(out, func(_, _ int, text string) {
		_, _ = out.WriteString("<si><t>")
		_ = xml.EscapeText(out, []byte(text))
		_, _ = out.WriteString("</t></si>")
	})
	_, _ = out.WriteString(`</sst>`)
	_ = out.Flush()
	w, _ = z.Create("xl/worksheets/sheet1.xml")
	out = bufio.NewWriter(w)
	_, _ = out.WriteString(`<?xml version="1.0"?><worksheet><sheetData>`)
	k := 0
	each(out, func(_, col int, _ string) {
		if col == 0 {
			if k > 0 {
				_, _ = out.WriteString("</row>")
			}
			_, _ = out.WriteString("<row>")
		}
		fmt.Fprintf(out, `<c t="s"><v>%d</v></c>`, k)
		k++
	})
	_, _ = out.WriteString(`</row></sheetData></worksheet>`)
	_ = out.Flush()
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return f
}

// peak runs f and gives the most memory that the heap took meanwhile, beyond
// what it took before, in MiB.
func peak(f func()) uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before := m.HeapAlloc
	var most atomic.Uint64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				if m.HeapAlloc > before {
					most.Store(max(most.Load(), m.HeapAlloc-before))
				}
			}
		}
	}()
	f()
	close(stop)
	<-done
	return most.Load() >> 20
}

// TestALargeWorkbookIsReadInLittleMemory reads a workbook whose texts are many
// times what is kept of them in memory.
func TestALargeWorkbookIsReadInLittleMemory(t *testing.T) {
	h := open(t, storetest.Open(t))
	f := workbook(t, 12_000)
	defer f.Close()
	info, _ := f.Stat()
	var res register.ImportResult
	var err error
	used := peak(func() {
		res, err = h.Service.Import(h.as("ulviyya"), register.ImportRequest{File: f, Size: info.Size(), Name: "xidmetler.xlsx", DryRun: true})
	})
	if err != nil || res.New != 12_000 {
		t.Fatalf("%+v %s", res, fields(err))
	}
	if used > 100 {
		t.Errorf("reading 12,000 services took %d MiB", used)
	}
	t.Logf("%d MiB", used)
}

// BenchmarkImport takes over 100,000 services from a workbook; the metric that
// matters is the memory.
func BenchmarkImport(b *testing.B) {
	f := workbook(b, 100_000)
	defer f.Close()
	info, _ := f.Stat()
	for b.Loop() {
		h := open(b, storetest.Open(b))
		used := peak(func() {
			if res, err := h.Service.Import(h.as("ulviyya"), register.ImportRequest{File: f, Size: info.Size(), Name: "xidmetler.xlsx"}); err != nil || res.New != 100_000 {
				b.Fatalf("%+v %s", res, fields(err))
			}
		})
		b.ReportMetric(float64(used), "peak-MiB")
	}
	b.ReportMetric(0, "B/op")
}

package reports

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/kis-platform/kis/planning"
)

var printed = flag.String("printed", "", "folder to write long documents into")

// longReview is a review whose tables take about as many pages as asked for:
// each page some thirty figures with their past, and a comment.
func longReview(pages int) Doc {
	v := sampleReview()
	each := max(1, pages*14/len(v.Inputs)) // figures of one input
	for i := range v.Inputs {
		in := &v.Inputs[i]
		in.Figures, in.Comment = nil, ""
		for n := range each {
			f := planning.FrozenFigure{Key: "review.figure.tasks", Num: int64(n % 94), Den: 93, Better: 1,
				ArgsJSON: fmt.Sprintf(`{"process":"%d-ci statistik müşahidə, rüblük, respondentlərin tam əhatəsi","period":"2026"}`, n+1)}
			for y := range 4 {
				f.Past = append(f.Past, planning.Point{Num: int64((n + 7*y) % 94), Den: 93})
			}
			in.Figures = append(in.Figures, f)
		}
		in.Comment = strings.Repeat("Göstəricilər şöbələr üzrə müzakirə edilib. ", pages/10)
	}
	first := v.OpenBefore[0]
	for n := range pages {
		first.No = n + 1
		v.OpenBefore = append(v.OpenBefore, first)
	}
	return reviewDocument(v, sampleWords("az"))
}

// TestAReviewOf200PagesCostsNoMoreAPage makes reviews of growing length: what a
// page takes in memory stays the same, each page carries its number and none
// is empty, and a table that goes on repeats its headings.
func TestAReviewOf200PagesCostsNoMoreAPage(t *testing.T) {
	perPage := map[int]uint64{}
	for _, pages := range []int{50, 200} {
		d := longReview(pages)
		n, err := d.Pages()
		if err != nil || n < pages || n > pages*13/10 {
			t.Fatalf("%d pages, wanted about %d (%v)", n, pages, err)
		}
		var before, after runtime.MemStats
		var out bytes.Buffer
		runtime.GC()
		runtime.ReadMemStats(&before)
		if err := WritePDF(&out, d); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		perPage[pages] = (after.TotalAlloc - before.TotalAlloc) / uint64(n)
		if *printed != "" {
			if err := os.WriteFile(filepath.Join(*printed, fmt.Sprintf("review-%d.pdf", pages)), out.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if perPage[200] > perPage[50]*5/4 {
		t.Errorf("a page of 200 takes %d bytes, one of 50 %d", perPage[200], perPage[50])
	}
}

// BenchmarkReviewPDF makes reviews of 25 to 200 pages of tables.
func BenchmarkReviewPDF(b *testing.B) {
	for _, pages := range []int{25, 50, 100, 200} {
		b.Run(fmt.Sprint(pages), func(b *testing.B) {
			d := longReview(pages)
			n, err := d.Pages()
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := WritePDF(io.Discard, d); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n), "pages")
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/page")
		})
	}
}

package reports

import (
	"io"
	"testing"
)

// BenchmarkActPDF makes an act of four pages, with QR code and bookmarks.
func BenchmarkActPDF(b *testing.B) {
	d := actDoc(28)
	if n, err := d.Pages(); err != nil || n != 4 {
		b.Fatalf("the act has %d pages, want 4 (%v)", n, err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := WritePDF(io.Discard, d); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLayout is the part of it that measures and places.
func BenchmarkLayout(b *testing.B) {
	d := actDoc(28)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Pages(); err != nil {
			b.Fatal(err)
		}
	}
}

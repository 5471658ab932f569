package main

import (
	"encoding/base64"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/kis-platform/kis/web/webtest"
)

// prints takes a document by its button and reads it as a person would: the
// text has to say what is given, and no page of it is an empty sheet.
func (p *person) prints(button, name string, texts ...string) {
	t := p.story.t
	t.Helper()
	p.find("button", button)
	p.printed(p.reads("document.querySelector('[data-journey]').getAttribute('href')"), name, texts...)
}

// printsBoth takes a document by its button in Azerbaijani, and then the same
// in English, which has to say the words given for it.
func (p *person) printsBoth(button, name string, english []string, texts ...string) {
	p.story.t.Helper()
	p.prints(button, name, texts...)
	href, sign := p.reads("document.querySelector('[data-journey]').getAttribute('href')"), "?"
	if strings.Contains(href, "?") {
		sign = "&"
	}
	p.printed(href+sign+"lang=en", name+" en", english...)
}

// printed reads the document of an address.
func (p *person) printed(href, name string, texts ...string) {
	t := p.story.t
	t.Helper()
	raw := webtest.Eval[string](p.Browser, fmt.Sprintf(`fetch(%s).then(async r => {
		if (!r.ok || r.headers.get('content-type') !== 'application/pdf') return 'status ' + r.status + ' ' + r.headers.get('content-type');
		let text = ''; for (const b of new Uint8Array(await r.arrayBuffer())) text += String.fromCharCode(b);
		return btoa(text);
	})`, quoted(href)))
	content, err := base64.StdEncoding.DecodeString(raw)
	if err != nil {
		t.Fatalf("%s: %s gives %s", p.key, href, raw)
	}
	path := p.story.paper("document.pdf", string(content))
	out, err := exec.Command("pdftotext", "-layout", path, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext (package poppler-utils): %v", err)
	}
	flat := strings.Join(strings.Fields(string(out)), " ")
	loose, err := exec.Command("pdftotext", "-raw", path, "-").Output() // by column: a cell is not torn by its neighbour
	p.story.must(err)
	flat += " " + strings.Join(strings.Fields(string(loose)), " ")
	for _, text := range texts {
		if !strings.Contains(flat, text) {
			t.Errorf("%s: the document does not say %q:\n%s", name, text, out)
		}
	}
	p.pages(path, name)
}

// pages makes a picture of each page and fails the test when one has no ink.
func (p *person) pages(path, name string) {
	t := p.story.t
	t.Helper()
	folder := t.TempDir()
	if out, err := exec.Command("pdftoppm", "-png", "-gray", "-r", "60", path, filepath.Join(folder, "page")).CombinedOutput(); err != nil {
		t.Fatalf("pdftoppm (package poppler-utils): %v %s", err, out)
	}
	list, err := filepath.Glob(filepath.Join(folder, "page*.png"))
	p.story.must(err)
	if len(list) == 0 {
		t.Errorf("%s: a document without pages", name)
	}
	for i, page := range list {
		f, err := os.Open(page)
		p.story.must(err)
		img, err := png.Decode(f)
		_ = f.Close()
		p.story.must(err)
		ink, b := 0, img.Bounds()
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				if r, _, _, _ := img.At(x, y).RGBA(); r < 0x8000 {
					ink++
				}
			}
		}
		// A line of text has some 500 dark points at this size.
		if ink < 500 {
			t.Errorf("%s: page %d is empty: %d dark points", name, i+1, ink)
		}
		if *pictures != "" {
			raw, err := os.ReadFile(page)
			p.story.must(err)
			p.story.must(os.WriteFile(filepath.Join(*pictures, fmt.Sprintf("%02d-%s-%d.png", p.story.next(), strings.ReplaceAll(name, " ", "-"), i+1)), raw, 0o600))
		}
	}
}

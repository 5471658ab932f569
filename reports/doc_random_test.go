package reports

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// randomDoc makes a document out of every kind of block. Each word of its
// content is a number of its own, "w12", and the last one is returned.
func randomDoc(r *rand.Rand) (Doc, int) {
	n := 0
	word := func() string {
		n++
		w := fmt.Sprintf("w%d", n)
		switch r.IntN(12) {
		case 0:
			return w + " " + azText
		case 1:
			return w + " " + strings.Repeat("uzun", 5+r.IntN(60))
		case 2:
			return w + "\n" + kzText
		case 3:
			return w + " 😀"
		}
		return w
	}
	text := func(most int) Text {
		var words []string
		for range 1 + r.IntN(most) {
			words = append(words, word())
		}
		if r.IntN(3) == 0 {
			return Join(B(words[0]+" "), T(strings.Join(words[1:], " ")))
		}
		return T(strings.Join(words, " "))
	}
	d := Doc{Lang: "az", Landscape: r.IntN(4) == 0, Institution: "QURUM", Title: "BAŞLIQ " + strings.Repeat("sınaq ", r.IntN(12)), Number: "№ 7", ShortName: "Sənəd № 7",
		Printed: "22.11.2026", Labels: azLabels}
	if r.IntN(2) == 0 {
		d.VerifyURL, d.VerifyCode = "https://kis.example/verify/ABCD", "ABCD"
	}
	for range 1 + r.IntN(9) {
		switch r.IntN(12) {
		case 0, 1, 2:
			d.Add(Heading{1 + r.IntN(3), "H " + word()})
			if r.IntN(5) > 0 {
				d.Add(Paragraph{Text: text(30)})
			}
		case 3:
			d.Add(Paragraph{Text: text(200), Small: r.IntN(2) == 0, Align: []Align{Left, Right, Center}[r.IntN(3)]})
		case 4, 5:
			t := Table{Small: r.IntN(2) == 0}
			for range 1 + r.IntN(5) {
				t.Columns = append(t.Columns, Column{Title: text(4).String(), Width: float64(r.IntN(4)), Align: []Align{Left, Right, Center}[r.IntN(3)]})
			}
			for range r.IntN(20) {
				if r.IntN(8) == 0 {
					t.Rows = append(t.Rows, Group(text(6).String()))
					continue
				}
				row := Row{Kind: []RowKind{RowPlain, RowPlain, RowTotal}[r.IntN(3)]}
				for range t.Columns {
					row.Cells = append(row.Cells, text([]int{1, 1, 2, 3, 5, 5, 20, 80}[r.IntN(8)]))
				}
				t.Rows = append(t.Rows, row)
			}
			d.Add(t)
		case 6:
			var kv KeyValue
			kv.Pairs = r.IntN(3)
			for range r.IntN(8) {
				kv.Rows = append(kv.Rows, KV{word(), text(8)})
			}
			d.Add(kv)
		case 7:
			l := List{Numbered: r.IntN(2) == 0, Start: r.IntN(200)}
			for range r.IntN(15) {
				l.Items = append(l.Items, text(25))
			}
			d.Add(l)
		case 8:
			d.Add(Boxed(text(40), text(r.IntN(200)+1)), Note{text(60)})
		case 9:
			c := Chart{Title: word(), Legend: []string{word(), word()}}
			for range 1 + r.IntN(30) {
				c.Bars = append(c.Bars, Bar{Label: word(), Parts: []float64{r.Float64() * 10, r.Float64()}, Text: word()})
			}
			d.Add(c)
		case 10:
			d.Add(PageBreak{}, Badge{word(), Warn})
		case 11:
			d.Add(Paragraph{Text: text(12)}, Heading{2, "İmzalar"}, randomSignatures(r, word))
		}
	}
	if r.IntN(2) == 0 {
		d.Add(Paragraph{Text: text(300)}, Heading{2, "İmzalar"}, randomSignatures(r, word))
	}
	return d, n
}

func randomSignatures(r *rand.Rand, word func() string) Signatures {
	var s Signatures
	for range 1 + r.IntN(6) {
		s.Rows = append(s.Rows, Signature{Role: "rol " + word(), Name: word(), Date: "22.11.2026"})
	}
	return s
}

var footer = regexp.MustCompile(`Səhifə\s+(\d+)\s+/\s+(\d+)`)

// Whatever is put into a document comes out of the file: all words, on as many
// pages as were laid out, with each page's own foot, none of them empty.
func TestRandomDocuments(t *testing.T) {
	for seed := range uint64(200) {
		d, words := randomDoc(rand.New(rand.NewPCG(seed, 1)))
		path := render(t, d)
		laid, err := d.Pages()
		if err != nil {
			t.Fatal(err)
		}
		pages := readPages(t, path)
		if len(pages) != laid {
			t.Fatalf("seed %d: laid out %d pages, printed %d", seed, laid, len(pages))
		}
		for i, p := range pages {
			feet := footer.FindAllStringSubmatch(p, -1)
			if len(feet) != 1 || feet[0][1] != itoa(i+1) || feet[0][2] != itoa(laid) {
				t.Errorf("seed %d: foot of page %d is %q", seed, i+1, feet)
			}
			if body := footer.ReplaceAllString(p, ""); i > 0 && len(squeeze(body)) < len(squeeze(d.Title+d.Number+d.ShortName+"·çap22.11.2026"))+2 {
				t.Errorf("seed %d: page %d is empty: %q", seed, i+1, p)
			}
		}
		all := strings.Join(pages, " ")
		squeezed := squeeze(all)
		found := map[string]bool{}
		for _, w := range regexp.MustCompile(`w\d+`).FindAllString(all, -1) {
			found[w] = true
		}
		for w := 1; w <= words; w++ {
			if !found["w"+itoa(w)] && !strings.Contains(squeezed, "w"+itoa(w)) { // narrow columns break even these
				t.Errorf("seed %d: word w%d is not on paper", seed, w)
				break
			}
		}
		if t.Failed() {
			return
		}
	}
}

// On the layout itself: everything inside the margins, no heading at the foot of
// a page, no signature without something before it.
func TestRandomLayouts(t *testing.T) {
	for seed := range uint64(200) {
		d, _ := randomDoc(rand.New(rand.NewPCG(seed, 2)))
		l, err := d.lay()
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range l.pages {
			checkInside(t, fmt.Sprintf("seed %d page %d", seed, i+1), l, c)
			body := bodyTexts(l, c)
			if len(body) == 0 {
				t.Errorf("seed %d: page %d is empty", seed, i+1)
				continue
			}
			for _, m := range l.marks {
				below := slices.ContainsFunc(body, func(x textMark) bool { return x.base > m.Y+8 })
				last := m == l.marks[len(l.marks)-1] && i == len(l.pages)-1
				if m.Page == i+1 && !below && !last && !followedByBreak(d, m.Title) {
					t.Errorf("seed %d: heading %q alone at the foot of page %d", seed, m.Title, i+1)
				}
			}
			signs := func(x textMark) bool { return strings.HasPrefix(x.text, "Vəzifə, ad") }
			alone := signs(body[0]) && !slices.ContainsFunc(l.pages[max(i-1, 0)].texts, signs) // more than fit a page go on
			if alone || strings.HasPrefix(body[0].text, "İmzalar") && !signaturesAfterBreak(d) {
				t.Errorf("seed %d: signatures begin page %d", seed, i+1)
			}
		}
		if t.Failed() {
			return
		}
	}
}

// followedByBreak tells whether the document itself breaks the page, or ends,
// after a heading.
func followedByBreak(d Doc, title string) bool {
	for i, b := range d.Blocks {
		if h, ok := b.(Heading); ok && strings.HasPrefix(strings.Join(strings.Fields(clean(h.Text)), " "), title) {
			for _, next := range d.Blocks[i+1:] {
				switch next := next.(type) {
				case Heading:
					continue
				case PageBreak:
					return true
				case KeyValue:
					return len(next.Rows) == 0
				case List:
					return len(next.Items) == 0
				}
				return false
			}
			return true
		}
	}
	return false
}

// signaturesAfterBreak tells whether the document itself begins a page with
// signatures.
func signaturesAfterBreak(d Doc) bool {
	for i, b := range d.Blocks {
		if _, ok := b.(Signatures); ok && i > 1 && d.Blocks[i-2].kind() == "pageBreak" {
			return true
		}
	}
	return false
}

// bodyTexts are the texts between head and foot of a page, in their order.
func bodyTexts(l *layout, c *canvas) []textMark {
	head := 0.0 // the line under the head of a page is the first level rule over its whole width
	if len(c.rules) > 0 && c.rules[0].y1 == c.rules[0].y2 {
		head = c.rules[0].y1
	}
	var out []textMark
	for _, x := range c.texts {
		if x.base > head && x.base < l.h-marginBottom+0.5 {
			out = append(out, x)
		}
	}
	return out
}

// checkInside fails when a mark lies outside the margins.
func checkInside(t *testing.T, where string, l *layout, c *canvas) {
	t.Helper()
	const slack = 0.4
	right := l.w - marginRight + slack
	for _, x := range c.texts {
		end := x.x + faceOf(x.bold).width(x.text, x.pt)
		if x.x < marginLeft-slack || end > right || x.base < marginTop || x.base > l.h-4 || math.IsNaN(x.x+x.base) {
			t.Errorf("%s: text %q from %.1f to %.1f at %.1f is outside", where, x.text, x.x, end, x.base)
		}
	}
	for _, r := range c.rules {
		if r.x1 < marginLeft-slack || r.x2 > right || r.y1 < marginTop-slack || r.y2 > l.h-marginBottom+boxGap+6 || math.IsNaN(r.x1+r.y1+r.x2+r.y2) {
			t.Errorf("%s: line %+v is outside", where, r)
		}
	}
}

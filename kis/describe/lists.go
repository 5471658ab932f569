package describe

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// listed is what a cell of several items gave.
type listed struct {
	items    []string
	expanded []change // phrases that stand for several items
	lines    bool     // items stood on lines of their own
	dropped  int      // empty items
	twice    []string // items that stood there before
	doubts   []string // items that may be two: "X və Y"
	open     bool     // a bracket or quotation mark is not closed
}

// readList parts a cell into items. A stroke or semicolon parts for certain;
// else lines that begin like items; else commas outside brackets and quotation
// marks, after the phrases known to stand for several items, or for one in
// spite of a comma, were taken out.
func (k *knowledge) readList(cell string) listed {
	var out listed
	parts, sure := out.strong(cell)
	if !sure {
		parts = k.commas(cell, &out)
	}
	if len(parts) > 2*maxItems { // refused by their number: nothing more is worth the time
		out.items = parts
		return out
	}
	for _, p := range parts {
		if p = strings.TrimFunc(p, func(r rune) bool { return unicode.IsSpace(r) || r == ',' }); !sure {
			p = strings.TrimRight(p, ".")
		}
		switch {
		case p == "":
			out.dropped++
		case slices.Contains(out.items, capital(p)):
			out.twice = append(out.twice, p)
		default:
			out.items = append(out.items, capital(p))
			if !sure && k.maybeTwo(p) {
				out.doubts = append(out.doubts, p)
			}
		}
	}
	return out
}

// strong parts at the signs that leave no doubt.
func (l *listed) strong(cell string) ([]string, bool) {
	for _, sep := range "|;" {
		parts, open := outside(cell, sep)
		if l.open = open; open {
			parts = strings.Split(cell, string(sep))
		}
		if len(parts) > 1 {
			if strings.TrimSpace(parts[len(parts)-1]) == "" {
				parts = parts[:len(parts)-1] // the sign at the end makes one item of what is before it
			}
			return parts, true
		}
	}
	return nil, false
}

// commas parts at commas, lines that begin like items counting as one.
func (k *knowledge) commas(cell string, out *listed) []string {
	cell, out.lines = itemLines(cell)
	var parts []string
	flush := func(s string) {
		more, open := outside(s, ',')
		if open {
			out.open = true
			more = strings.Split(s, ",")
		}
		for _, m := range more {
			if n := len(parts); n > 0 && dated(parts[n-1], m) {
				parts[n-1] += "," + m
				continue
			}
			parts = append(parts, m)
		}
	}
	rest := cell
	for rest != "" {
		at, length, p := k.phraseIn(rest)
		if p == nil {
			break
		}
		if before := strings.TrimSuffix(strings.TrimSpace(rest[:at]), ","); before != "" {
			flush(before)
		}
		found := rest[at : at+length]
		if len(p.items) != 1 || lower(p.items[0]) != lower(found) {
			out.expanded = append(out.expanded, change{found, strings.Join(p.items, " | ")})
		}
		parts = append(parts, p.items...)
		rest = strings.TrimSpace(rest[at+length:])
		if after, comma := strings.CutPrefix(rest, ","); comma {
			if rest = strings.TrimSpace(after); rest == "" {
				out.dropped++
			}
		}
	}
	if strings.TrimSpace(rest) != "" {
		flush(rest)
	}
	return parts
}

// phraseIn finds the first known phrase that fills whole items: it begins a
// cell or follows a comma, and ends the cell or comes before a comma.
func (k *knowledge) phraseIn(s string) (at, length int, found *phrase) {
	small := []rune(lower(s))
	orig := []rune(s)
	for i := range small {
		if i > 0 && (!unicode.IsSpace(small[i-1]) || previous(small, i) != ',') {
			continue
		}
		for j := range k.lists {
			p := &k.lists[j]
			if !startsWith(small[i:], p.text) {
				continue
			}
			if next := following(small, i+len(p.text)); next == 0 || next == ',' {
				return len(string(orig[:i])), len(string(orig[i : i+len(p.text)])), p
			}
		}
	}
	return 0, 0, nil
}

// previous is the last sign before i that is no space, following the first
// from i on; 0 when there is none.
func previous(s []rune, i int) rune {
	for i--; i >= 0; i-- {
		if !unicode.IsSpace(s[i]) {
			return s[i]
		}
	}
	return 0
}

func following(s []rune, i int) rune {
	for ; i < len(s); i++ {
		if !unicode.IsSpace(s[i]) {
			return s[i]
		}
	}
	return 0
}

// dated tells that a comma stands within the date and number of an act:
// "… tarixli, 30/09 №-li qərarı".
func dated(before, after string) bool {
	after = strings.TrimSpace(after)
	first, _ := utf8.DecodeRuneInString(after)
	return strings.HasSuffix(strings.TrimSpace(before), "tarixli") && (unicode.IsDigit(first) || first == '№')
}

// outside parts a text at a sign outside of brackets and quotation marks. open:
// one of them is not closed, so that nothing outside can be told.
func outside(s string, sep rune) (parts []string, open bool) {
	depth, start := 0, 0
	quoted := false
	for i, r := range s {
		switch r {
		case '"':
			quoted = !quoted
		case '(', '[', '“', '«', '„':
			depth++
		case ')', ']', '”', '»':
			if depth > 0 {
				depth--
			}
		case sep:
			if depth == 0 && !quoted {
				parts = append(parts, s[start:i])
				start = i + utf8.RuneLen(sep)
			}
		}
	}
	return append(parts, s[start:]), depth > 0 || quoted
}

// itemLines makes commas of the ends of lines where the next line begins like
// an item: with a capital letter, a dash or a number. Other lines go on.
func itemLines(cell string) (string, bool) {
	lines := strings.Split(cell, "\n")
	var b strings.Builder
	b.WriteString(strings.TrimSpace(lines[0]))
	found := false
	for _, line := range lines[1:] {
		line = strings.TrimSpace(line)
		first, size := utf8.DecodeRuneInString(line)
		before := b.String()
		_, open := outside(before, ',')
		switch {
		case line == "":
			continue
		case open || before == "":
			b.WriteString(" " + line)
		case strings.ContainsRune("-–—•·*", first) && strings.HasPrefix(line[size:], " "):
			b.WriteString(", " + strings.TrimSpace(line[size:]))
			found = true
		case unicode.IsUpper(first) && !strings.HasSuffix(before, ","):
			b.WriteString(", " + line)
			found = true
		default:
			b.WriteString(" " + line)
		}
	}
	return b.String(), found
}

// maybeTwo tells an item that joins two things with "və" and may be two
// products: what stands before is no part of a longer name.
func (k *knowledge) maybeTwo(item string) bool {
	words := strings.Fields(item)
	for i, w := range words {
		if w != "və" || i == 0 || i == len(words)-1 || words[i+1] == "ya" || words[i+1] == "yaxud" || words[i+1] == "s." {
			continue
		}
		if _, open := outside(strings.Join(words[:i], " "), ','); open {
			continue
		}
		before := lower(words[i-1])
		if slices.ContainsFunc([]string{"ın", "in", "un", "ün", "mış", "miş", "muş", "müş"}, func(e string) bool { return strings.HasSuffix(before, e) }) {
			continue
		}
		return !slices.ContainsFunc(k.lists, func(p phrase) bool { // decided on before
			return string(p.text) == lower(item) || slices.Contains(p.items, item)
		})
	}
	return false
}

// capital begins an item with a capital letter, so that the same product
// compares equal in all rows. Quotation marks before it are passed over.
func capital(s string) string {
	r := []rune(s)
	for i, c := range r {
		if unicode.IsLetter(c) {
			r[i] = unicode.TurkishCase.ToUpper(c)
			break
		}
		if !strings.ContainsRune("“”\"«„(", c) {
			break
		}
	}
	return string(r)
}

// curly writes straight quotation marks as “ ”. ok is false when one of them
// is not closed; the text stays as it is then.
func curly(s string) (string, bool) {
	if strings.Count(s, `"`)%2 != 0 {
		return s, false
	}
	var b strings.Builder
	open := false
	for _, r := range s {
		if r == '"' {
			if open = !open; open {
				r = '“'
			} else {
				r = '”'
			}
		}
		b.WriteRune(r)
	}
	return b.String(), true
}

package describe

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/reference"
)

// knowledge is what is known of descriptions as data: headings, misspellings,
// phrases of lists, English names, and the words that official texts use.
type knowledge struct {
	headings map[string]string // folded heading → column
	stems    []pair            // beginnings of words, longest first
	words    map[string]string // whole words
	phrases  []pair            // beginnings of phrases, longest first
	codes    map[string]string // abbreviations, as they are written
	none     map[string]bool   // folded spellings of "does not exist"; true: doubtful
	lists    []phrase          // longest first
	english  map[string]string // code and folded name → English name
	official map[string]string // code and folded name → name as the model has it
	vocab    map[string]bool   // words in small letters
	folded   map[string]string // folded word → the one word it is; "" when several are
	near     map[string][]string
}

type pair struct {
	wrong, right []rune
}

type phrase struct {
	text  []rune
	items []string
}

// known reads the reference data once.
var known = sync.OnceValues(func() (*knowledge, error) {
	k := &knowledge{headings: map[string]string{}, words: map[string]string{}, codes: map[string]string{}, none: map[string]bool{},
		english: map[string]string{}, official: map[string]string{}, vocab: map[string]bool{}, folded: map[string]string{}, near: map[string][]string{}}
	for _, load := range []func() error{k.loadHeadings, k.loadWords, k.loadLists, k.loadNames} {
		if err := load(); err != nil {
			return nil, err
		}
	}
	k.index()
	return k, nil
})

func (k *knowledge) loadHeadings() error {
	rows, err := reference.Rows(reference.DescriptionHeadings)
	for _, r := range rows {
		k.headings[letters(r["heading"])] = r["column"]
	}
	return err
}

func (k *knowledge) loadWords() error {
	rows, err := reference.Rows(reference.DescriptionWords)
	for _, r := range rows {
		switch r["kind"] {
		case "stem":
			k.stems = append(k.stems, pair{[]rune(r["written"]), []rune(r["right"])})
		case "phrase":
			k.phrases = append(k.phrases, pair{[]rune(r["written"]), []rune(r["right"])})
		case "word":
			k.words[r["written"]] = r["right"]
		case "code":
			k.codes[r["written"]] = r["right"]
		case "none", "none_doubt":
			k.none[letters(r["written"])] = r["kind"] == "none_doubt"
		}
		k.learn(r["right"])
	}
	longest := func(a, b pair) int { return len(b.wrong) - len(a.wrong) }
	slices.SortStableFunc(k.stems, longest)
	slices.SortStableFunc(k.phrases, longest)
	return err
}

func (k *knowledge) loadLists() error {
	rows, err := reference.Rows(reference.DescriptionLists)
	for _, r := range rows {
		k.lists = append(k.lists, phrase{[]rune(lower(r["phrase"])), r.List("items")})
	}
	slices.SortStableFunc(k.lists, func(a, b phrase) int { return len(b.text) - len(a.text) })
	return err
}

// loadNames learns the words and names of the official texts.
func (k *knowledge) loadNames() error {
	rows, err := reference.Rows(reference.Process)
	if err != nil {
		return err
	}
	for _, r := range rows {
		for _, column := range []string{"name_az", "work_az", "inputs_az", "outputs_az"} {
			k.learn(r[column])
		}
		k.english[nameKey(r["code"], r["name_az"])] = r["name_en"]
	}
	model, err := reference.Rows(reference.GSBPM)
	if err != nil {
		return err
	}
	for _, r := range model {
		k.learn(r["name_az"])
		if key := nameKey(r["code"], r["name_az"]); k.english[key] == "" {
			k.english[key] = r["name_en_5_0"]
		}
	}
	for name, column := range map[string]string{reference.PhaseGates: "statement_az", reference.Departments: "name_az", reference.Glossary: "term_az"} {
		rows, err := reference.Rows(name)
		if err != nil {
			return err
		}
		for _, r := range rows {
			k.learn(r[column])
		}
	}
	return nil
}

func nameKey(code, name string) string { return code + " " + i18n.Fold(name) }

// learn adds the words of a text to the vocabulary.
func (k *knowledge) learn(text string) {
	for _, t := range split(text) {
		if !t.word {
			continue
		}
		w := lower(t.text)
		k.vocab[w] = true
		for part := range strings.SplitSeq(w, "-") {
			k.vocab[part] = true
		}
	}
}

// index prepares the search for words that are nearly known: each word under
// itself and under every form with one letter left out.
func (k *knowledge) index() {
	for w := range k.vocab {
		f := i18n.Fold(w)
		if other, there := k.folded[f]; there && other != w {
			k.folded[f] = ""
		} else {
			k.folded[f] = w
		}
		if len([]rune(w)) < minNear {
			continue
		}
		for _, form := range without(w) {
			k.near[form] = append(k.near[form], w)
		}
	}
}

// minNear is the least length of a word whose likeness to another one means
// anything.
const minNear = 6

// without gives a word and its forms with one letter left out.
func without(w string) []string {
	r := []rune(w)
	out := []string{w}
	for i := range r {
		out = append(out, string(r[:i])+string(r[i+1:]))
	}
	return out
}

// lower is small letters by Azerbaijani rules, letter by letter.
func lower(s string) string { return strings.Map(unicode.TurkishCase.ToLower, s) }

// bare are the letters of the alphabet without their marks.
var bare = map[rune]rune{'ə': 'e', 'ı': 'i', 'ö': 'o', 'ü': 'u', 'ğ': 'g', 'ş': 's', 'ç': 'c', '№': 'n', 'º': 'n'}

// letters folds a text and keeps letters and digits only, to compare headings:
// every cell of a file passes here, so it does less than i18n.Fold.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if b, marked := bare[r]; marked {
			return b
		}
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return r
		case strings.ContainsRune("-–—", r) && len(s) <= 4: // a dash alone is a word of its own
			return '-'
		}
		return -1
	}, lower(norm.NFC.String(s)))
}

// token is a word of a text, or what stands between words.
type token struct {
	text string
	word bool
}

// split parts a text into words and what is between; a hyphen or apostrophe
// within letters belongs to the word.
func split(text string) []token {
	var out []token
	r := []rune(text)
	for i := 0; i < len(r); {
		j := i
		word := unicode.IsLetter(r[i])
		for j < len(r) {
			inner := j > i && j+1 < len(r) && strings.ContainsRune("-'’", r[j]) && unicode.IsLetter(r[j-1]) && unicode.IsLetter(r[j+1])
			if (unicode.IsLetter(r[j]) || (word && (inner || unicode.IsMark(r[j])))) != word {
				break
			}
			j++
		}
		out = append(out, token{string(r[i:j]), word})
		i = j
	}
	return out
}

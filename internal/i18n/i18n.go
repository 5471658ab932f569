// Package i18n owns the languages: the catalogues of texts, folding for
// search and collation keys for sorting.
//
// It imports nothing of the project. Invariants: every key exists in every
// language; Azerbaijani is the default; upper and lower case, search and
// order follow Azerbaijani, not the locale of the machine.
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"sort"
	"strings"
)

//go:embed *.json
var files embed.FS

// Default is the language of the office.
const Default = "az"

// catalogues maps language to key to text. Loaded once, never written again.
var catalogues = load()

func load() map[string]map[string]string {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err)
	}
	all := map[string]map[string]string{}
	for _, e := range entries {
		raw, err := files.ReadFile(e.Name())
		if err != nil {
			panic(err)
		}
		texts := map[string]string{}
		if err := json.Unmarshal(raw, &texts); err != nil {
			panic(fmt.Sprintf("%s: %v", e.Name(), err))
		}
		all[strings.TrimSuffix(e.Name(), path.Ext(e.Name()))] = texts
	}
	return all
}

// Languages lists the codes there are, the default first.
func Languages() []string {
	var out []string
	for l := range catalogues {
		if l != Default {
			out = append(out, l)
		}
	}
	sort.Strings(out)
	return append([]string{Default}, out...)
}

// Known says whether there is a catalogue for the language.
func Known(lang string) bool { _, ok := catalogues[lang]; return ok }

// Pick gives lang when it is known and the default otherwise.
func Pick(lang string) string {
	if Known(lang) {
		return lang
	}
	return Default
}

// T gives the text of a key with {name} replaced by the value that follows
// the name: T("az", "list.shown", "n", 13, "of", 46); {name:ci} in an
// Azerbaijani text is the value as an ordinal number. A key that does not
// exist comes back in ⟦brackets⟧, which no test lets through.
func T(lang, key string, args ...any) string {
	text, ok := catalogues[Pick(lang)][key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	return fill(text, args)
}

// Has says whether the key exists in the default language.
func Has(key string) bool { _, ok := catalogues[Default][key]; return ok }

// Keys lists the keys of a language, sorted.
func Keys(lang string) []string {
	out := make([]string, 0, len(catalogues[lang]))
	for k := range catalogues[lang] {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var placeholder = regexp.MustCompile(`\{([a-z_]+)(:ci)?\}`)

func TestEveryKeyHasATextInEveryLanguageWithTheSamePlaceholders(t *testing.T) {
	for _, lang := range Languages() {
		for _, key := range Keys(lang) {
			if strings.TrimSpace(catalogues[lang][key]) == "" {
				t.Errorf("%s: %s is empty", lang, key)
			}
			for _, other := range Languages() {
				text, ok := catalogues[other][key]
				if !ok {
					t.Errorf("%s has %s, %s has not", lang, key, other)
					continue
				}
				a, b := marks(catalogues[lang][key]), marks(text)
				if !slices.Equal(a, b) {
					t.Errorf("%s: %s has %v, %s has %v", key, lang, a, other, b)
				}
			}
		}
	}
}

func marks(s string) []string {
	var out []string
	for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// used collects what the program's sources say that looks like a key, and the
// beginnings of keys that are put together, e.g. "audit.act.state." + state or
// "campaign.flash.opinion_" + verb.
func used(t *testing.T) (keys map[string]string, starts []string) {
	t.Helper()
	keys = map[string]string{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (name == ".git" || name == "node_modules" || name == "testdata" || name == "tools") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, src, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if _, ok := n.(*ast.ImportSpec); ok {
				return false
			}
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				s, err := strconv.Unquote(lit.Value)
				if err == nil && keyLike.MatchString(s) && !strings.HasSuffix(s, "_") {
					keys[s] = path
				}
				if before, _, formatted := strings.Cut(s, "%"); err == nil && (formatted || startLike.MatchString(s)) && startLike.MatchString(before) {
					starts = append(starts, before)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys, starts
}

var (
	keyLike   = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-zA-Z0-9_]+)+$`)
	startLike = regexp.MustCompile(`^[a-z][a-z0-9_]*\.([a-zA-Z0-9_]+\.)*([a-zA-Z0-9_]+_)?$`)
)

func TestEveryKeyThatTheProgramNamesExists(t *testing.T) {
	keys, starts := used(t)
	contexts := map[string]bool{}
	for _, k := range Keys(Default) {
		contexts[strings.Join(strings.SplitN(k, ".", 3)[:2], ".")] = true
	}
	for _, start := range starts {
		if strings.HasSuffix(start, "_") && contexts[strings.Join(strings.SplitN(start, ".", 3)[:2], ".")] &&
			!slices.ContainsFunc(Keys(Default), func(k string) bool { return strings.HasPrefix(k, start) }) {
			t.Errorf("the program puts keys together from %s, none of which has a text", start)
		}
	}
	for key, path := range keys {
		if contexts[strings.Join(strings.SplitN(key, ".", 3)[:2], ".")] && !Has(key) && !begins(key) {
			t.Errorf("%s names %s, which has no text", path, key)
		}
	}
}

// begins says whether other keys go on from this one: the word before the
// last dot of a key that is put together.
func begins(key string) bool {
	return slices.ContainsFunc(Keys(Default), func(k string) bool { return strings.HasPrefix(k, key+".") })
}

func TestNoTextIsLeftThatNothingNames(t *testing.T) {
	keys, starts := used(t)
	for _, k := range Keys(Default) {
		if _, ok := keys[k]; ok {
			continue
		}
		if !slices.ContainsFunc(starts, func(s string) bool { return strings.HasPrefix(k, s) }) && !builtFrom(keys, k) {
			t.Errorf("nothing uses %s", k)
		}
	}
}

// builtFrom says whether the program names the beginning of a key without its
// last dot, as in key + "." + word.
func builtFrom(keys map[string]string, k string) bool {
	for i := strings.LastIndex(k, "."); i > 0; i = strings.LastIndex(k[:i], ".") {
		if _, ok := keys[k[:i]]; ok {
			return true
		}
	}
	return false
}

func TestTextsPutValuesWhereTheNamesStand(t *testing.T) {
	if got := T("en", "error.field.too_long", "max", 300, "length", 301); !strings.Contains(got, "300") || strings.Contains(got, "{max}") {
		t.Errorf("got %q", got)
	}
	if got := T("az", "no.such.key"); got != "⟦no.such.key⟧" {
		t.Errorf("got %q", got)
	}
	if Pick("fr") != "az" || Pick("en") != "en" {
		t.Error("an unknown language is not the default one")
	}
}

func TestSearchAndOrderFollowAzerbaijani(t *testing.T) {
	for _, s := range []string{"İSTİFADƏÇİ", "istifadəçi", "istifadeci", "İstifadəçi ", "ISTIFADECI"} {
		if Fold(s) != "istifadeci" {
			t.Errorf("Fold(%q) = %q", s, Fold(s))
		}
	}
	words := []string{"abc", "çay", "dərə", "en", "əl", "fil", "gəmi", "ğ", "xal", "ıldırım", "iş", "öz", "səs", "şən", "ud", "ün", "zal"}
	sorted := slices.Clone(words)
	slices.SortFunc(sorted, func(a, b string) int { return strings.Compare(SortKey(a), SortKey(b)) })
	if !slices.Equal(words, sorted) {
		t.Errorf("order %v", sorted)
	}
	if Upper("istifadəçi ı") != "İSTİFADƏÇİ I" {
		t.Errorf("upper case %q", Upper("istifadəçi ı"))
	}
}

func TestTheShortWayOfFoldingGivesTheSame(t *testing.T) {
	for _, s := range []string{"", " ", "İ.Ş. «Ümumi»  məlumat № 7 — 4.3.2\tÇAY\nĞöl, ‘ad’", "IıİiƏə", "A–B…“c”’ 5₼", "a\x00b\x7f"} {
		known, ok := foldKnown(s)
		if any := foldAny(s); ok && known != any {
			t.Errorf("%q: %q, %q", s, known, any)
		}
	}
	if _, ok := foldKnown("İstifadəçi ÖLÇÜ"); !ok {
		t.Error("Azerbaijani goes the long way")
	}
}

func FuzzFold(f *testing.F) {
	f.Add("İstifadəçi")
	f.Fuzz(func(t *testing.T, s string) {
		if known, ok := foldKnown(s); ok && known != foldAny(s) {
			t.Errorf("%q: %q, %q", s, known, foldAny(s))
		}
		if once := Fold(s); Fold(once) != once && strings.ToValidUTF8(s, "") == s {
			t.Errorf("Fold(%q) = %q, again %q", s, once, Fold(once))
		}
	})
}

// Package assets serves the front-end files of KİS: one style sheet (Inter, Tabler, kis.css), one script (htmx, kis.js),
// the icon sprite, the fonts and the page icon, all embedded in the program.
//
// It owns the address space /assets/. It imports nothing of KİS and nothing outside the standard library.
//
// Invariants: a file's name holds a hash of its bytes, so an address never changes its content and may be kept by
// browsers for a year; only what dist/manifest.json names is served, so there is no directory to list and no path to
// escape; the files are built by scripts/assets and committed, so a build of KİS needs no npm.
package assets

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Prefix is where Handler expects to be mounted; every address that Path and Icon give begins with it.
const Prefix = "/assets/"

// dist holds the built files, each in up to three encodings (name, name.br, name.gz), and the manifest that names them.
//
//go:embed dist/manifest.json dist/icons.txt dist/*.css dist/*.js dist/*.svg dist/*.woff2 dist/*.br dist/*.gz
var dist embed.FS

// A file is one entry of the manifest with its bytes.
type file struct {
	File      string              `json:"file"` // kis.3fa1b2c4d5e6.css
	Type      string              `json:"type"` // Content-Type
	Encodings map[string]encoding `json:"encodings"`
}

// An encoding is the file as sent under one Content-Encoding: identity, br or gzip.
type encoding struct {
	Suffix string `json:"suffix"`
	Size   int    `json:"size"`
	SHA256 string `json:"sha256"`
	body   []byte
}

// built is the parsed manifest. It is read once from embedded bytes and never changes.
var built = mustLoad()

// files are indexed by the name that pages use and by the hashed name in the address.
type files struct {
	byName map[string]file
	byFile map[string]file
	icons  []string
}

// mustLoad reads the manifest and every file it names. A missing file is a damaged build, which must not start.
func mustLoad() files {
	text, err := dist.ReadFile("dist/manifest.json")
	if err != nil {
		panic(fmt.Errorf("assets: %w", err))
	}
	out := files{byFile: map[string]file{}}
	if err := json.Unmarshal(text, &out.byName); err != nil {
		panic(fmt.Errorf("assets: manifest.json: %w", err))
	}
	for name, f := range out.byName {
		for coding, e := range f.Encodings {
			if e.body, err = dist.ReadFile("dist/" + f.File + e.Suffix); err != nil {
				panic(fmt.Errorf("assets: %s: %w", name, err))
			}
			f.Encodings[coding] = e
		}
		out.byFile[f.File] = f
	}
	list, err := dist.ReadFile("dist/icons.txt")
	if err != nil {
		panic(fmt.Errorf("assets: %w", err))
	}
	out.icons = strings.Fields(string(list))
	return out
}

// Path gives the address of a built file by its plain name: kis.css, kis.js, icons.svg, favicon.svg, or
// inter-latin.woff2, inter-latin-ext.woff2, inter-cyrillic.woff2, inter-cyrillic-ext.woff2.
// The names stand in the code, never in data, so an unknown one is a programmer's mistake and panics.
func Path(name string) string {
	f, ok := built.byName[name]
	if !ok {
		panic("assets: no file " + name)
	}
	return Prefix + f.File
}

// Icon gives the address of one icon in the sprite, for the href of <use>. The names are those of web/assets/src/icons.txt.
// An unknown name draws nothing and is found by scripts/assets --check, or by HasIcon where names come from a table.
func Icon(name string) string {
	return Path("icons.svg") + "#" + name
}

// HasIcon reports whether the sprite holds the icon, for tests of tables that name icons.
func HasIcon(name string) bool {
	_, found := slices.BinarySearch(built.icons, name)
	return found
}

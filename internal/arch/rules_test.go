package arch

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// violationsOf checks a synthetic tree: paths and sources.
func violationsOf(t *testing.T, exceptions map[string]string, tree map[string]string) []violation {
	t.Helper()
	m := fstest.MapFS{}
	for name, src := range tree {
		m[name] = &fstest.MapFile{Data: []byte(src)}
	}
	files, err := scan(m)
	if err != nil {
		t.Fatal(err)
	}
	return check(files, exceptions)
}

// source is a file of the folder's package that imports path.
func source(dir, path string) string {
	pkg := dir[strings.LastIndexByte(dir, '/')+1:]
	if dir == "cmd/kis" {
		pkg = "main"
	}
	return fmt.Sprintf("// Package %s is made up.\npackage %s\n\nimport _ %q\n", pkg, pkg, path)
}

// TestEveryForbiddenImportFires tries every package against every other, in a file of
// the program and in a test file.
func TestEveryForbiddenImportFires(t *testing.T) {
	fired := 0
	for _, from := range packages {
		for _, to := range packages {
			if from.dir == to.dir {
				continue
			}
			for _, name := range []string{"x.go", "x_test.go"} {
				found := violationsOf(t, nil, map[string]string{from.dir + "/" + name: source(from.dir, module+"/"+to.dir)})
				want := !from.allowed(to.dir, name == "x_test.go")
				if got := len(found) == 1 && found[0].rule == "import"; got != want || len(found) > 1 {
					t.Errorf("%s/%s imports %s: %v; want a violation: %v", from.dir, name, to.dir, found, want)
				}
				if want {
					fired++
				}
			}
		}
	}
	if fired < len(packages) {
		t.Errorf("only %d prohibitions in %d rows: the table forbids next to nothing", fired, len(packages))
	}
}

// TestEveryLibraryRuleFires tries every library in every package.
func TestEveryLibraryRuleFires(t *testing.T) {
	for _, l := range libraries {
		fired, passed := 0, 0
		for _, r := range packages {
			found := violationsOf(t, nil, map[string]string{r.dir + "/x.go": source(r.dir, l.path+"/part")})
			switch {
			case len(found) == 0:
				passed++
			case len(found) == 1 && found[0].rule == "library" && strings.Contains(found[0].what, l.why):
				fired++
			default:
				t.Errorf("%s in %s: %v", l.path, r.dir, found)
			}
			inTest := violationsOf(t, nil, map[string]string{r.dir + "/x_test.go": source(r.dir, l.path)})
			if l.tests && len(inTest) > 0 {
				t.Errorf("%s in a test of %s: %v; want none", l.path, r.dir, inTest)
			}
		}
		if fired == 0 || passed == 0 {
			t.Errorf("%s: forbidden in %d packages, allowed in %d; want both", l.path, fired, passed)
		}
	}
}

// TestRules shows each remaining rule firing, and what it leaves alone.
func TestRules(t *testing.T) {
	const head = "// Package audit is made up.\npackage audit\n\n"
	long := head + strings.Repeat("// line\n", lineLimit)
	for name, c := range map[string]struct {
		file, src, want string // want: rule and a part of the message; empty for none
	}{
		"sibling":                   {"audit/a.go", head + `import "` + module + `/planning"`, "import: siblings never"},
		"test support in program":   {"audit/a.go", head + `import "` + module + `/kis/kistest"`, "import: never carries test support"},
		"test support in a test":    {"audit/a_test.go", "package audit_test\nimport _ \"" + module + "/kis/kistest\"", ""},
		"own builders in a test":    {"audit/a_test.go", "package audit_test\nimport _ \"" + module + "/audit/audittest\"", ""},
		"sibling's builders":        {"audit/a_test.go", "package audit_test\nimport _ \"" + module + "/planning/planningtest\"", "import: siblings never"},
		"bun in pages":              {"audit/auditweb/a.go", "// Package auditweb is made up.\npackage auditweb\nimport _ \"github.com/uptrace/bun\"", "library: *_store.go"},
		"a name that only begins":   {"audit/a.go", head + `import _ "github.com/gin-gonic/ginx"`, ""},
		"unknown package":           {"internal/util/u.go", "// Package util is made up.\npackage util\n", "row: no row"},
		"environment":               {"audit/a.go", head + "import \"os\"\nvar x = os.Getenv(\"X\")\n", "call: os.Getenv"},
		"environment in a test":     {"audit/a_test.go", "package audit\nimport \"os\"\nvar x = os.Getenv(\"X\")\n", ""},
		"environment in cmd":        {"cmd/kis/a.go", "package main\nimport \"os\"\nvar x = os.Environ()\n", ""},
		"clock":                     {"audit/a.go", head + "import \"time\"\nvar x = time.Now()\n", "call: tx.Now"},
		"clock as a value":          {"audit/a.go", head + "import \"time\"\nvar x = time.Now\n", "call: tx.Now"},
		"clock by another name":     {"audit/a.go", head + "import clock \"time\"\nvar x = clock.Since\n", "call: tx.Now"},
		"something else named time": {"audit/a.go", head + "import time \"example.org/x/when\"\nvar x = time.Now()\n", ""},
		"clock in the store":        {"internal/store/a.go", "// Package store is made up.\npackage store\nimport \"time\"\nvar x = time.Now()\n", ""},
		"clock in pages":            {"audit/auditweb/a.go", "// Package auditweb is made up.\npackage auditweb\nimport \"time\"\nvar x = time.Now()\n", "call: time of the request"},
		"skipped test":              {"audit/a_test.go", "package audit\nimport \"testing\"\nfunc TestX(t *testing.T) { t." + "Skip(\"no\") }\n", "call: proves nothing"},
		"init":                      {"audit/a.go", head + "func init() {}\n", "init: plain code"},
		"init in a test":            {"audit/a_test.go", "package audit\nfunc init() {}\n", "init: plain code"},
		"method named init":         {"audit/a.go", head + "type x int\nfunc (x) init() {}\n", ""},
		"generated init":            {"audit/a.go", "// Code generated by x. DO NOT EDIT.\n\n" + head + "func init() {}\n", ""},
		"no package comment":        {"audit/a.go", "package audit\n", "comment: Package audit"},
		"licence is no comment":     {"audit/a.go", "// Copyright of somebody.\npackage audit\n", "comment: Package audit"},
		"program needs no comment":  {"cmd/kis/a.go", "package main\n", ""},
		"long file":                 {"audit/a.go", long, "length: second subject"},
		"long generated file":       {"audit/a_templ.go", "// Code generated by x. DO NOT EDIT.\n\n" + long, ""},
		"does not parse":            {"audit/a.go", "package", "parse: expected"},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, violationsOf(t, nil, map[string]string{c.file: c.src}), c.want)
		})
	}
	t.Run("exception", func(t *testing.T) {
		expect(t, violationsOf(t, map[string]string{"audit/a.go": "a table"}, map[string]string{"audit/a.go": long}), "")
	})
	t.Run("exception no longer needed", func(t *testing.T) {
		expect(t, violationsOf(t, map[string]string{"audit/a.go": "a table"}, map[string]string{"audit/a.go": head}), "length: take it off")
	})
	t.Run("other modules and hidden folders are left out", func(t *testing.T) {
		expect(t, violationsOf(t, nil, map[string]string{
			"tools/go.mod": "module x", "tools/x/x.go": "package x", ".git/x.go": "package x", "audit/testdata/x.go": "package x",
		}), "")
	})
}

// expect wants one violation of "rule: part of message", or none.
func expect(t *testing.T, found []violation, want string) {
	t.Helper()
	if want == "" {
		if len(found) > 0 {
			t.Errorf("found %v, want nothing", found)
		}
		return
	}
	rule, part, _ := strings.Cut(want, ": ")
	if len(found) != 1 || found[0].rule != rule || !strings.Contains(found[0].String(), part) {
		t.Errorf("found %v, want one %q that says %q", found, rule, part)
	}
}

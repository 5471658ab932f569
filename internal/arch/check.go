package arch

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// violation is one broken rule at one place.
type violation struct {
	rule  string // parse, row, import, library, call, init, comment, length
	where string // file or folder, with the line where there is one
	what  string
}

func (v violation) String() string { return v.where + ": " + v.what + " [" + v.rule + "]" }

// check holds the files against every rule.
func check(files []*file, exceptions map[string]string) []violation {
	var found []violation
	report := func(rule, where, format string, args ...any) {
		found = append(found, violation{rule, where, fmt.Sprintf(format, args...)})
	}
	known := map[string]bool{} // folders with a row or already reported
	for _, f := range files {
		if f.broken != nil {
			report("parse", f.path(), "%v", f.broken)
			continue
		}
		if _, ok := rowOf(f.dir); !ok && !known[f.dir] {
			report("row", f.dir, "the package has no row in internal/arch/packages.go: decide what it may import, and why")
		}
		known[f.dir] = true
		checkImports(f, report)
		checkCalls(f, report)
		checkShape(f, exceptions, report)
	}
	checkComments(files, report)
	checkExceptions(files, exceptions, report)
	return found
}

// reporter takes one violation.
type reporter func(rule, where, format string, args ...any)

func (f *file) at(line int) string { return fmt.Sprintf("%s:%d", f.path(), line) }

// checkImports holds a file's imports against both tables.
func checkImports(f *file, report reporter) {
	r, hasRow := rowOf(f.dir)
	for _, i := range f.imports {
		if to, ours := strings.CutPrefix(i.what, module+"/"); ours {
			_, known := rowOf(to) // a package without a row is reported once, as such
			switch {
			case !hasRow || !known || r.allowed(to, f.test):
			case testSupport(to) && !f.test && !testSupport(f.dir):
				report("import", f.at(i.line), "imports %s: the program never carries test support", to)
			default:
				report("import", f.at(i.line), "%s imports %s: %s", f.dir, to, r.why)
			}
			continue
		}
		for _, l := range libraries {
			if l.covers(i.what) && !matches(f.dir, l.in) && !(l.tests && f.test) {
				report("library", f.at(i.line), "%s imports %s: %s", f.dir, i.what, l.why)
			}
		}
	}
}

// checkCalls holds what a file uses of the standard library against the third table.
func checkCalls(f *file, report reporter) {
	for _, s := range f.selectors {
		for _, c := range calls {
			if slices.Contains(c.names, s.what) && !matches(f.dir, c.in) && !(c.tests && f.test) {
				report("call", f.at(s.line), "%s: %s", s.what, c.why)
			}
		}
	}
}

// checkShape holds the file itself against the rules on init functions and length.
func checkShape(f *file, exceptions map[string]string, report reporter) {
	if f.generated {
		return
	}
	for _, line := range f.inits {
		report("init", f.at(line), "init function: wiring is plain code in cmd/kis/wire.go, and a table is a variable")
	}
	if f.lines > lineLimit && exceptions[f.path()] == "" {
		report("length", f.path(), "%d lines, more than %d: look for the second subject", f.lines, lineLimit)
	}
}

// checkComments wants a package comment in every package that is not a program.
func checkComments(files []*file, report reporter) {
	named, commented := map[string]string{}, map[string]bool{}
	for _, f := range files {
		if f.broken != nil || f.test || f.pkg == "main" {
			continue
		}
		named[f.dir] = f.pkg
		if strings.HasPrefix(f.doc, "Package "+f.pkg+" ") {
			commented[f.dir] = true
		}
	}
	for dir, pkg := range named {
		if !commented[dir] {
			report("comment", dir, "no package comment that begins with \"Package %s …\": say what it owns, what it may import and its invariants", pkg)
		}
	}
}

// checkExceptions wants every exception to be needed.
func checkExceptions(files []*file, exceptions map[string]string, report reporter) {
	for name := range exceptions {
		i := slices.IndexFunc(files, func(f *file) bool { return f.path() == path.Clean(name) })
		if i < 0 || files[i].lines <= lineLimit {
			report("length", name, "is on the list of long files and is not long: take it off")
		}
	}
}

package arch

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// module is the path that every import of the project begins with.
const module = "github.com/kis-platform/kis"

// file is what the rules need to know of one Go file.
type file struct {
	dir, name string // slash-separated, relative to the root
	pkg       string // package clause
	test      bool   // *_test.go
	generated bool
	lines     int
	doc       string // package comment
	imports   []use  // import paths
	selectors []use  // pkg.Name of the standard library and methods, as "time.Now" or "t.Skip"
	inits     []int  // lines of init functions
	broken    error  // does not parse: nothing else is known
}

// use is something named at a line.
type use struct {
	what string
	line int
}

func (f *file) path() string { return path.Join(f.dir, f.name) }

// scan reads every Go file of the module at the root of tree. Other modules inside it,
// hidden folders and testdata are not of this module and are left out.
func scan(tree fs.FS) ([]*file, error) {
	var files []*file
	err := fs.WalkDir(tree, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if p == "." {
				return nil
			}
			if strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules" {
				return fs.SkipDir
			}
			if _, err := fs.Stat(tree, path.Join(p, "go.mod")); err == nil {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(p) != ".go" {
			return nil
		}
		src, err := fs.ReadFile(tree, p)
		if err != nil {
			return err
		}
		files = append(files, parse(p, src))
		return nil
	})
	return files, err
}

// parse reads one file.
func parse(name string, src []byte) *file {
	f := &file{
		dir:   path.Dir(name),
		name:  path.Base(name),
		test:  strings.HasSuffix(name, "_test.go"),
		lines: bytes.Count(src, []byte("\n")),
	}
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		f.broken = err
		return f
	}
	line := func(n ast.Node) int { return fset.Position(n.Pos()).Line }
	f.pkg = tree.Name.Name
	f.generated = ast.IsGenerated(tree)
	f.doc = tree.Doc.Text()

	// named maps the name a package has in this file to its path, so that a renamed
	// import of time is still time.
	named := map[string]string{}
	for _, spec := range tree.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			f.broken = fmt.Errorf("%s: import %s: %w", name, spec.Path.Value, err)
			return f
		}
		f.imports = append(f.imports, use{p, line(spec)})
		if spec.Name != nil {
			named[spec.Name.Name] = p
		} else {
			named[path.Base(p)] = p
		}
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			// Not only calls: handing time.Now on as a value reads the clock as well.
			if x, ok := n.X.(*ast.Ident); ok {
				of := x.Name
				if p, ok := named[of]; ok {
					of = p
				}
				f.selectors = append(f.selectors, use{of + "." + n.Sel.Name, line(n)})
			}
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				f.inits = append(f.inits, line(n))
			}
		}
		return true
	})
	return f
}

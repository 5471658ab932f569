package arch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// root finds the folder of the project's go.mod above the test.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(mod), "module "+module+"\n") {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod of " + module + " above the test")
		}
		dir = filepath.Dir(dir)
	}
}

// TestTree holds the whole project against every rule.
func TestTree(t *testing.T) {
	files, err := scan(os.DirFS(root(t)))
	if err != nil {
		t.Fatal(err)
	}
	own := false
	for _, f := range files {
		own = own || f.dir == "internal/arch"
	}
	if !own {
		t.Fatalf("%d files read and none of this package: the scan looks in the wrong place", len(files))
	}
	for _, v := range check(files, longFiles) {
		t.Error(v)
	}
}

// TestTableIsALadder checks the table itself: what the README promises of it must hold
// whatever anybody adds.
func TestTableIsALadder(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range packages {
		if seen[r.dir] {
			t.Errorf("%s has two rows", r.dir)
		}
		seen[r.dir] = true
		if r.why == "" {
			t.Errorf("%s: no reason", r.dir)
		}
		for _, to := range r.may {
			if _, ok := rowOf(to); !ok && to != "…" {
				t.Errorf("%s may import %s, which has no row", r.dir, to)
			}
		}
	}
	for _, a := range domains {
		for _, b := range domains {
			ra, _ := rowOf(a)
			if a != b && (ra.allowed(b, false) || ra.allowed(b, true)) {
				t.Errorf("%s may import its sibling %s", a, b)
			}
			pages, _ := rowOf(a + "/" + a + "web")
			if a != b && pages.allowed(b, true) {
				t.Errorf("the pages of %s may import %s", a, b)
			}
		}
		if r, _ := rowOf("kis"); r.allowed(a, true) {
			t.Errorf("kis may import %s", a)
		}
	}
	var climb func(dir string, above []string)
	climb = func(dir string, above []string) {
		for _, a := range above {
			if a == dir {
				t.Fatalf("the table allows a circle: %v", append(above, dir))
			}
		}
		r, _ := rowOf(dir)
		for _, to := range r.may {
			if to != "…" {
				climb(to, append(above, dir))
			}
		}
	}
	for _, r := range packages {
		climb(r.dir, nil)
	}
}

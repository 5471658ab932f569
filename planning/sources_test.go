package planning_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sources are the texts of the package and of its pages, tests and generated
// files left out.
func sources(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"*.go", "planningweb/*.go", "planningweb/*.templ"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") || strings.HasSuffix(f, "_templ.go") {
				continue
			}
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			out[f] = string(raw)
		}
	}
	return out
}

package main

import (
	"strings"
	"testing"
)

// stream is what go test -json says of three packages: one good with subtests, one
// with a failing subtest, one that does not compile.
const stream = `{"Action":"start","Package":"m/good"}
{"Action":"run","Package":"m/good","Test":"TestA"}
{"Action":"run","Package":"m/good","Test":"TestA/x"}
{"Action":"run","Package":"m/good","Test":"TestA/y"}
{"Action":"output","Package":"m/good","Test":"TestA/y","Output":"    chatter\n"}
{"Action":"pass","Package":"m/good","Test":"TestA/y"}
{"Action":"pass","Package":"m/good","Test":"TestA/x"}
{"Action":"pass","Package":"m/good","Test":"TestA"}
{"Action":"pass","Package":"m/good","Elapsed":0.5}
{"Action":"run","Package":"m/bad","Test":"TestB"}
{"Action":"run","Package":"m/bad","Test":"TestB/one"}
{"Action":"run","Package":"m/bad","Test":"TestB/two"}
{"Action":"output","Package":"m/bad","Test":"TestB/one","Output":"    b_test.go:7: want 2\n"}
{"Action":"fail","Package":"m/bad","Test":"TestB/one"}
{"Action":"pass","Package":"m/bad","Test":"TestB/two"}
{"Action":"fail","Package":"m/bad","Test":"TestB"}
{"Action":"fail","Package":"m/bad","Elapsed":0.1}
{"ImportPath":"m/broken","Action":"build-output","Output":"broken.go:3:1: syntax error\n"}
{"ImportPath":"m/broken","Action":"build-fail"}
{"Action":"start","Package":"m/broken"}
{"Action":"fail","Package":"m/broken","Elapsed":0,"FailedBuild":"m/broken"}
`

func TestLeavesAreCountedAndFailuresShown(t *testing.T) {
	var out, rec strings.Builder
	code, err := summarize(strings.NewReader(stream), &out, &rec)
	if err != nil || code != 1 {
		t.Fatalf("code %d, error %v; want 1 and none", code, err)
	}
	for _, want := range []string{"ok    m/good", "2 tests", "FAIL  m/bad", "b_test.go:7: want 2", "broken.go:3:1: syntax error"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("output lacks %q:\n%s", want, &out)
		}
	}
	if strings.Contains(out.String(), "chatter") {
		t.Errorf("output of a passing test is shown:\n%s", &out)
	}
	var total strings.Builder
	if code, err = printTotal(strings.NewReader(rec.String()), &total); err != nil || code != 1 {
		t.Fatalf("total: code %d, error %v; want 1 and none", code, err)
	}
	if got, want := total.String(), "3 passed, 2 failed\n"; got != want {
		t.Errorf("total %q, want %q", got, want)
	}
}

func TestOutcomes(t *testing.T) {
	for name, c := range map[string]struct{ events, total string }{
		"a parent that fails by itself": {`{"Action":"run","Package":"p","Test":"T"}
{"Action":"pass","Package":"p","Test":"T/x"}
{"Action":"fail","Package":"p","Test":"T"}
{"Action":"fail","Package":"p"}`, "1 passed, 1 failed\n"},
		"a test cut off by a panic": {`{"Action":"run","Package":"p","Test":"T"}
{"Action":"output","Package":"p","Test":"T","Output":"panic: x\n"}
{"Action":"fail","Package":"p"}`, "0 passed, 1 failed\n"},
		"a stream cut off": {`{"Action":"start","Package":"p"}`, "0 passed, 1 failed\n"},
		"run twice, failed once": {`{"Action":"pass","Package":"p","Test":"T"}
{"Action":"pass","Package":"p"}
{"Action":"fail","Package":"p","Test":"T"}
{"Action":"fail","Package":"p"}`, "0 passed, 1 failed\n"},
		"a skip is named": {`{"Action":"skip","Package":"p","Test":"T"}
{"Action":"pass","Package":"p"}`, "1 skipped\n0 passed, 0 failed\n"},
		"no test files": {`{"Action":"skip","Package":"p"}`, "0 passed, 0 failed\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, rec, total strings.Builder
			if _, err := summarize(strings.NewReader(c.events), &out, &rec); err != nil {
				t.Fatal(err)
			}
			if _, err := printTotal(strings.NewReader(rec.String()), &total); err != nil {
				t.Fatal(err)
			}
			if total.String() != c.total {
				t.Errorf("total %q, want %q", total.String(), c.total)
			}
		})
	}
}

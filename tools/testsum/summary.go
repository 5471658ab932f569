package main

import (
	"bufio"
	"fmt"
	"io"
	"sort"
	"strings"
)

// event is one line of "go test -json"; see "go doc test2json" and "go help buildjson".
type event struct {
	Action      string
	Package     string
	ImportPath  string // of build-output and build-fail, instead of Package
	Test        string
	Elapsed     float64 // seconds
	Output      string
	FailedBuild string // ImportPath whose build events explain this package's failure
}

// outcome is how a test or a package ended; the empty one is "not yet".
type outcome string

const (
	passed  outcome = "pass"
	failed  outcome = "fail"
	skipped outcome = "skip"
)

// pkg gathers what is known of one package until it ends.
type pkg struct {
	name   string
	order  []string // tests in the order they began
	ended  map[string]outcome
	output map[string][]string // by test; "" is the package's own
}

// summary is the state of one stream.
type summary struct {
	out, rec io.Writer
	pkgs     map[string]*pkg
	builds   map[string][]string // output of failed builds by ImportPath
	failed   bool
}

func newSummary(out, rec io.Writer) *summary {
	return &summary{out: out, rec: rec, pkgs: map[string]*pkg{}, builds: map[string][]string{}}
}

// add takes one event in.
func (s *summary) add(e event) {
	switch e.Action {
	case "build-output":
		s.builds[e.ImportPath] = append(s.builds[e.ImportPath], e.Output)
		return
	case "build-fail":
		s.failed = true
		return
	}
	p := s.pkgs[e.Package]
	if p == nil {
		p = &pkg{name: e.Package, ended: map[string]outcome{}, output: map[string][]string{}}
		s.pkgs[e.Package] = p
	}
	if _, seen := p.ended[e.Test]; !seen && e.Test != "" {
		p.ended[e.Test] = ""
		p.order = append(p.order, e.Test)
	}
	switch e.Action {
	case "output":
		p.output[e.Test] = append(p.output[e.Test], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			s.endPackage(p, e)
			delete(s.pkgs, e.Package)
			return
		}
		p.ended[e.Test] = outcome(e.Action)
		if e.Action == "pass" {
			delete(p.output, e.Test) // of a large suite only failures are kept in memory
		}
	}
}

// endPackage prints the package and records its tests.
func (s *summary) endPackage(p *pkg, e event) {
	count := map[outcome]int{}
	for _, t := range p.leaves() {
		o := p.ended[t]
		if o == "" { // began and never ended: the package died under it
			o = failed
		}
		count[o]++
		fmt.Fprintf(s.rec, "%s\t%s\t%s\n", o, p.name, t)
	}
	name := strings.TrimPrefix(p.name, "github.com/kis-platform/kis/")
	if e.Action != "fail" {
		switch {
		case count[skipped] > 0:
			fmt.Fprintf(s.out, "ok    %-32s %7.1fs  %d tests, %d skipped: %s\n", name, e.Elapsed,
				count[passed], count[skipped], strings.Join(p.with(skipped), ", "))
		case len(p.order) > 0:
			fmt.Fprintf(s.out, "ok    %-32s %7.1fs  %d tests\n", name, e.Elapsed, count[passed])
		}
		return
	}
	s.failed = true
	if count[failed] == 0 {
		fmt.Fprintf(s.rec, "%s\t%s\t\n", failed, p.name)
	}
	if e.FailedBuild != "" {
		fmt.Fprintf(s.out, "FAIL  %-32s does not build\n", name)
	} else {
		fmt.Fprintf(s.out, "FAIL  %-32s %7.1fs  %d passed, %d failed\n", name, e.Elapsed, count[passed], count[failed])
	}
	for _, line := range s.builds[e.FailedBuild] {
		fmt.Fprint(s.out, "      ", line)
	}
	for _, t := range p.order {
		if o := p.ended[t]; o == failed || o == "" {
			p.print(s.out, t)
		}
	}
	p.print(s.out, "")
}

// leaves are the tests to count: those without subtests, and those that failed
// although no subtest of theirs did.
func (p *pkg) leaves() []string {
	parent, childFailed := map[string]bool{}, map[string]bool{}
	for _, t := range p.order {
		for i := strings.LastIndexByte(t, '/'); i > 0; i = strings.LastIndexByte(t[:i], '/') {
			parent[t[:i]] = true
			if o := p.ended[t]; o == failed || o == "" {
				childFailed[t[:i]] = true
			}
		}
	}
	var leaves []string
	for _, t := range p.order {
		o := p.ended[t]
		if !parent[t] || (o == failed || o == "") && !childFailed[t] {
			leaves = append(leaves, t)
		}
	}
	return leaves
}

// with lists the tests that ended so.
func (p *pkg) with(o outcome) []string {
	var names []string
	for _, t := range p.order {
		if p.ended[t] == o {
			names = append(names, t)
		}
	}
	return names
}

// print writes a test's output, indented, without the frame lines of the test runner.
func (p *pkg) print(out io.Writer, test string) {
	for _, line := range p.output[test] {
		if strings.HasPrefix(line, "=== ") || strings.HasPrefix(line, "FAIL\t") || line == "PASS\n" || line == "FAIL\n" {
			continue
		}
		fmt.Fprint(out, "      ", line)
		if !strings.HasSuffix(line, "\n") {
			fmt.Fprintln(out)
		}
	}
}

// finish closes the stream: packages that never ended have failed. It tells whether
// anything did.
func (s *summary) finish() bool {
	names := make([]string, 0, len(s.pkgs))
	for name := range s.pkgs {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		s.endPackage(s.pkgs[name], event{Action: "fail"})
	}
	return s.failed
}

// printTotal reads recorded results and prints the count, one test once.
func printTotal(in io.Reader, out io.Writer) (int, error) {
	worst := map[string]outcome{}
	rank := map[outcome]int{skipped: 1, passed: 2, failed: 3}
	r := bufio.NewScanner(in)
	r.Buffer(nil, 1<<20)
	for r.Scan() {
		o, test, ok := strings.Cut(r.Text(), "\t")
		if !ok {
			return 0, fmt.Errorf("not a result: %q", r.Text())
		}
		if rank[outcome(o)] > rank[worst[test]] {
			worst[test] = outcome(o)
		}
	}
	if err := r.Err(); err != nil {
		return 0, err
	}
	count := map[outcome]int{}
	for _, o := range worst {
		count[o]++
	}
	if n := count[skipped]; n > 0 {
		fmt.Fprintf(out, "%d skipped\n", n)
	}
	fmt.Fprintf(out, "%d passed, %d failed\n", count[passed], count[failed])
	if count[failed] > 0 {
		return 1, nil
	}
	return 0, nil
}

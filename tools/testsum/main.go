// Command testsum makes the event stream of "go test -json" readable and counts it.
//
//	go test -json ./... | testsum -results FILE    print one line a package, the whole
//	                                               output of what failed; add to FILE
//	testsum -total FILE                            print "N passed, N failed" of FILE
//
// A test is counted once however often it ran (plain and with -race) and has failed
// when any run of it failed. Only leaves are counted: a test with subtests is the
// frame around them, unless it fails by itself. A package that fails without a
// failing test (it does not compile, it panics, it times out) is one failure.
// Exit code 1 when anything failed.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	results := flag.String("results", "", "file that the result of each test is added to")
	total := flag.String("total", "", "count this file instead of reading events")
	flag.Parse()
	code, err := run(*results, *total, os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testsum:", err)
		os.Exit(2)
	}
	os.Exit(code)
}

// run does the work of main and returns the exit code.
func run(results, total string, in io.Reader, out io.Writer) (int, error) {
	if total != "" {
		f, err := os.Open(total)
		if err != nil {
			return 0, err
		}
		defer f.Close()
		return printTotal(f, out)
	}
	rec := io.Discard
	if results != "" {
		f, err := os.OpenFile(results, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			return 0, err
		}
		defer f.Close()
		rec = f
	}
	return summarize(in, out, rec)
}

// summarize reads events until the end of in, prints packages to out as they finish
// and writes one line for each counted test to rec.
func summarize(in io.Reader, out, rec io.Writer) (int, error) {
	s := newSummary(out, rec)
	r := bufio.NewReader(in)
	for {
		line, err := r.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) == nil && e.Action != "" {
				s.add(e)
			} else {
				// Not an event: a tool wrote past the stream. It is somebody's message.
				fmt.Fprintf(out, "%s", line)
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return 0, err
		}
	}
	if s.finish() {
		return 1, nil
	}
	return 0, nil
}

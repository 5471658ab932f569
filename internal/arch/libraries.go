package arch

import "strings"

// library keeps a module in the packages that are there to hide it.
type library struct {
	path  string   // import path: it and all beneath
	in    []string // patterns of matches
	tests bool     // also in any test file
	why   string
}

// domainStores are the packages whose *_store.go hold SQL.
var domainStores = with(domains, "audit/board", "audit/checklist", "audit/figure", "audit/outside", "audit/programme", "audit/summary", "eservice/campaign", "eservice/register", "eservice/register/request", "kis", "kis/office", "kis/process", "kis/retention", "kis/duty", "kis/inquiry", "kis/notice", "kis/indicator", "planning/amendment", "planning/assessment", "planning/evaluation", "planning/execution", "planning/document", "planning/quality", "planning/risk", "reports/agenda", "internal/outbox")

// libraries says which packages a module may be imported by (docs/adr/0010-modules.md).
var libraries = []library{
	{"github.com/gin-gonic/gin", []string{"…web"}, false,
		"requests end in web and the pages; domain and documents must work without a server"},
	{"github.com/danielgtaylor/huma", []string{"…web"}, false,
		"requests end in web and the pages; domain and documents must work without a server"},
	{"github.com/a-h/templ", []string{"…web"}, false,
		"pages are written beside their handlers; the domain makes no HTML"},
	{"github.com/uptrace/bun", with(domainStores, "internal/store/…", "migrations"), true,
		"SQL stays in the domain's *_store.go and in the store; pages call service methods"},
	{"database/sql", with(domainStores, "internal/store/…", "internal/pgtest", "cmd/kis"), true,
		"SQL stays in the domain's *_store.go and in the store; pages call service methods"},
	{"github.com/jackc/pgx", []string{"internal/store/…", "internal/pgtest"}, false,
		"which database it is, is known in one place: differences are named functions there"},
	{"modernc.org/sqlite", []string{"internal/store/…"}, false,
		"which database it is, is known in one place: differences are named functions there"},
	{"github.com/casbin/casbin", []string{"policies"}, false,
		"one package answers who may do what; the engine behind it can be exchanged"},
	{"github.com/johnfercher/maroto", []string{"reports"}, false,
		"documents are made in one place, with one look"},
	{"github.com/pdfcpu/pdfcpu", []string{"reports"}, true,
		"documents are made in one place, with one look"},
	{"github.com/xuri/excelize", []string{"reports"}, true,
		"sheets are made in one place, with typed cells and guarded against formulas"},
	{"gonum.org/v1", []string{"reports"}, false,
		"charts of documents are made in one place; pages draw their own"},
	{"gocloud.dev", []string{"internal/blob"}, false,
		"where bytes lie is known in one place"},
	{"github.com/gabriel-vasile/mimetype", []string{"internal/content"}, false,
		"what a file is, is told in one place"},
	{"github.com/wneessen/go-mail", []string{"internal/mail"}, false,
		"mail is written and sent in one place, safe against injection"},
	{"github.com/emersion", []string{"internal/mail/mailtest"}, false,
		"a mail server is there for tests only"},
	{"github.com/chromedp", []string{"…test"}, true,
		"the program must not carry a browser driver"},
	{"testing", []string{"…test"}, true,
		"the program must not carry the test framework"},
}

// call keeps functions of the standard library in the packages that may use them.
type call struct {
	names []string // "package.Function"
	in    []string
	tests bool
	why   string
}

// calls are the rules on the clock, the environment and skipped tests.
var calls = []call{
	{[]string{"os.Getenv", "os.LookupEnv", "os.Environ", "os.ExpandEnv"},
		[]string{"cmd/kis", "…test"}, true,
		"settings are one struct, read once in cmd/kis, so that what is printed at start is all there is"},
	{[]string{"time.Now", "time.Since", "time.Until"},
		// the blob store compares the age of files, which the file system dates; a deadline of a connection is a time of the machine
		[]string{"internal/store/…", "internal/blob", "internal/clamd", "cmd/…", "web", "…test"}, true,
		"one change has one clock: domain code takes tx.Now, pages the time of the request"},
	{[]string{"t.Skip", "t.Skipf", "t.SkipNow", "b.Skip", "b.Skipf", "b.SkipNow",
		"tb.Skip", "tb.Skipf", "tb.SkipNow", "f.Skip", "f.Skipf", "f.SkipNow"},
		nil, false,
		"a test that does not run proves nothing: what it needs is installed by scripts/test, and its absence is a failure"},
}

// lineLimit is where a file certainly holds a second subject; 100 to 200 lines are usual.
const lineLimit = 400

// longFiles are files that may be longer, each with the reason. One that is short again
// must leave the list.
var longFiles = map[string]string{}

// covers tells whether the import path belongs to the library.
func (l library) covers(importPath string) bool {
	return importPath == l.path || strings.HasPrefix(importPath, l.path+"/")
}

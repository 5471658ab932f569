package arch

import (
	"slices"
	"strings"
)

// row says what one package may import of the project, and why nothing else.
type row struct {
	dir string
	may []string // folders; "…" at the end stands for everything beneath
	why string
}

// The levels, from the bottom up. A package imports its own level's foundations and what
// is beneath; packages of one level never import each other.
var (
	plumbing = []string{"internal/apperr", "internal/actor", "internal/i18n", "internal/day"}
	base     = with(plumbing, "internal/blob", "internal/table", "internal/content", "internal/clamd", "internal/store", "policies")
	spine    = []string{"kis", "kis/office", "kis/process", "kis/retention"} // what the contexts stand on
	domains  = []string{"audit", "planning", "eservice", "publication"}      // siblings
	shell    = []string{"web", "web/ui", "web/assets"}
)

// supports are the test helpers of the plumbing, good for every test.
var supports = []string{"internal/pgtest", "internal/store/storetest", "internal/mail/mailtest", "internal/clamd/clamdtest"}

// Reasons that several rows share.
const (
	whyLeaf    = "a foundation that everything stands on imports nothing of what stands on it"
	whyDomain  = "siblings never import each other: use a typed reference from kis with a foreign key, a small interface declared here with its adapter in cmd/kis/wire.go, or reports when it only reads; and the domain knows nothing of pages"
	whyPages   = "pages stand above their own domain, kis and the shell; what another context shows is linked to, and shared parts of pages belong in web"
	whyShell   = "the shell stands beside the domain: it knows requests and pages, not business; what it needs of users is an interface wired in cmd/kis"
	whyBuilder = "builders make values of their own domain and of what is beneath it"
)

// packages is the table of who may import whom: a package without a row fails.
var packages = slices.Concat([]row{
	{"internal/apperr", nil, whyLeaf},
	{"internal/actor", nil, whyLeaf},
	{"internal/day", nil, whyLeaf},
	{"internal/i18n", []string{"internal/apperr"}, whyLeaf},
	{"internal/blob", []string{"internal/apperr"}, "bytes are kept without knowing whose they are"},
	{"internal/table", []string{"internal/apperr"}, "rows and columns are read without knowing what they mean"},
	{"internal/content", with(plumbing, "internal/table"), "what a file is, is told from its bytes alone"},
	{"internal/clamd", []string{"internal/apperr"}, "bytes are judged without knowing whose they are"},
	{"internal/arch", nil, "the rules read files, they run nothing"},
	{"internal/pgtest", nil, "a database for any test: whatever it imported could not use it"},
	{"migrations", nil, "SQL files only"},
	{"reference", nil, "material only: reading it into the system is the business of whoever asks"},

	{"policies", plumbing, "who may do what is decided from roles and actions, not from the database"},
	{"internal/store", with(plumbing, "migrations"), "plumbing: no business words, no decision about who may"},
	{"internal/store/storetest", with(plumbing, "internal/store", "internal/pgtest", "migrations"), whyBuilder},

	{"internal/outbox", with(plumbing, "internal/store"), "plumbing: jobs are done without knowing what they are about"},
	{"internal/mail", plumbing, "a message is written and sent without knowing what it says or to whom it matters"},
	{"internal/clamd/clamdtest", nil, "a virus scanner for any test: whatever it imported could not use it"},
	{"internal/mail/mailtest", nil, "a mail server for any test: whatever it imported could not use it"},

	{"kis/describe", with(plumbing, "internal/table", "reference"), "files are read into rows without knowing who is in the database"},
	{"kis/office", with(base, "reference"), "people, calendar and trail lie beneath everything that has an owner and a day"},
	{"kis/process", with(base, "kis/describe", "kis/office", "reference"), "models are described without knowing what was produced by them"},
	{"kis/retention", with(base, "kis/office", "reference"), "how long records are kept is known without knowing what they are"},
	{"kis/retention/retentionweb", with(base, shell, spine), whyPages},
	{"kis", with(base, "kis/describe", "kis/office", "kis/process", "kis/retention", "reference"), "the spine lies beneath the contexts: audit, planning, eservice and publication point at it, never it at them"},
	{"kis/kistest", with(base, supports, spine, "reference", "migrations"), whyBuilder},
	{"kis/notice", with(base, "internal/outbox", "internal/mail", spine, "reference"), "notices stand above kis and beside the contexts: what happened is read from the trail, whom it concerns is answered by each context through an interface wired in cmd/kis"},
	{"kis/indicator", with(base, spine, "reference"), "indicators stand above kis and beside the contexts, which give figures through a function wired in cmd/kis"},
	{"kis/duty", with(base, spine), "the lists of what waits stand above kis and beside the contexts: what waits in each it says itself through an interface wired in cmd/kis"},
	{"kis/duty/dutyweb", with(base, shell, spine, "kis/duty"), whyPages},
	{"kis/inquiry", with(base, spine, "reference"), "what is asked and said about evidence stands above kis and beside the contexts: audits and acts are reached through interfaces wired in cmd/kis"},
	{"kis/inquiry/inquiryweb", with(base, shell, spine, "kis/inquiry"), whyPages},
	{"kis/kisweb", with(base, shell, spine, "kis/indicator", "kis/notice", "internal/outbox"), whyPages},

	{"eservice/register", with(base, spine, "reference"), "the register lies beside the scorecards: both keep what they say of the same services, neither asks the other"},
	{"eservice/incomingweb", with(base, shell, spine, "eservice", "eservice/campaign", "eservice/register"), whyPages},
	{"eservice/register/request", with(base, "eservice/register", spine), "requests of the operator stand above the register they are about, which tells them of its steps; it knows nothing of them"},
	{"eservice/register/registerweb", with(base, shell, spine, "eservice/register", "eservice/register/request"), whyPages},

	{"audit/gsbpm", with(plumbing, "reference"), "the names of the model lie beneath all of audit: one list, whoever shows it"},
	{"audit/figure", with(plumbing, "internal/store"), "figures of acts lie beneath the acts that change them: what an act is they read from its row"},
	{"audit/checklist", with(base, "audit", "audit/gsbpm", spine), "the library of templates stands above the audits that are built from it; an audit knows only the rows it was given"},
	{"audit/board", with(base, "audit", "audit/gsbpm", "audit/programme", "audit/summary", spine), "views that only read stand above the audits and acts they show"},
	{"eservice/campaign", with(base, "eservice", spine, "reference"), "the campaign stands above the schemes it scores by and the summaries it makes anew; recommendations and acts are reached through an interface wired in cmd/kis"},

	{"audit/summary", with(base, "audit", "audit/figure", "audit/gsbpm", "audit/programme", spine), "the summary of a year counts what audits, acts and the programme of the year hold"},
	{"audit/outside", with(base, "audit", spine), "links for outside auditors stand above the audits and cycles they open; they read them by their services, with the rights of an observer"},
	{"audit/outside/outsideweb", with(base, shell, "audit", "audit/outside", spine), whyPages},
	{"audit/programme", with(base, "audit", "audit/gsbpm", spine, "reference"), "the programme stands above the audits it leads to; an audit knows only the row it came from"},

	{"planning/assessment", with(base, spine, "reference"), "questionnaires stand beside the plans: what they say reaches reviews and evaluations through interfaces wired in cmd/kis"},
	{"planning/assessment/assessmentweb", with(base, shell, spine, "planning/assessment"), whyPages},
	{"planning/planningapi", with(base, shell, spine, "planning"), whyPages},
	{"planning/execution", with(base, "planning", spine), "carrying a plan out stands above the plan it reads and moves; what waits goes to the lists of work through cmd/kis"},
	{"planning/execution/executionweb", with(base, shell, spine, "planning", "planning/execution"), whyPages},
	{"planning/amendment", with(base, "planning", spine), "changes of an approved plan stand above the plan; it knows nothing of them"},
	{"planning/amendment/amendmentweb", with(base, shell, spine, "planning", "planning/amendment"), whyPages},
	{"planning/evaluation", with(base, spine, "planning", "reference"), "the evaluation stands above the register of recommendations it adds to; what other contexts know of a cycle comes through an interface wired in cmd/kis"},
	{"planning/evaluation/evaluationweb", with(base, shell, spine, "planning", "planning/evaluation"), whyPages},

	{"reports", with(base, domains, "audit/checklist", "eservice/campaign", "eservice/register", "planning/amendment", "planning/execution", spine, "kis/duty", "kis/inquiry", "kis/indicator", "reference"), "documents read the domain; they know nothing of requests"},
	{"reports/auditdoc", with(base, "audit", "audit/programme", "audit/summary", spine, "kis/inquiry", "reports"), "the documents of audits are made of what the contexts of audit let a person read"},
	{"planning/risk", with(base, spine, "reference"), "risks and objectives lie beside the plan: the review takes their figures and the register what they lead to through adapters in cmd/kis"},
	{"planning/risk/riskweb", with(base, shell, spine, "planning/risk"), whyPages},
	{"planning/quality", with(base, spine, "kis/indicator", "reference"), "quality reports are written about cycles and take their figures from the indicators; nothing else of planning is asked"},
	{"planning/quality/qualityweb", with(base, shell, spine, "kis/indicator", "planning/quality"), whyPages},
	{"reports/qualitydoc", with(base, spine, "kis/indicator", "planning/quality", "reports"), "the document of a quality report is made of what planning/quality lets a person read"},
	{"planning/document", with(base, spine, "reference"), "controlled documents stand beside the plans; audits name them as criteria through an interface wired in cmd/kis"},
	{"planning/document/documentweb", with(base, shell, spine, "planning/document"), whyPages},
	{"reports/controlled", with(base, spine, "planning/document", "reports"), "lists of documents and of their readers are made of what planning/document lets a person read"},
	{"reports/risks", with(base, spine, "planning/risk", "reports"), "the table of risks is made of what planning/risk lets a person read"},
	{"reports/cycledoc", with(base, spine, "planning/assessment", "planning/evaluation", "reports"), "the documents of phase 8 are made of what planning lets a person read; they know nothing of requests"},
	{"reports/scoredoc", with(base, "eservice", "eservice/campaign", spine, "reports"), "the documents of the assessment are made of what eservice lets a person read"},
	{"reports/agenda", with(base, "audit", "planning", spine), "the calendar only reads: what a person sees of audits and acts it asks the audit context, what counts as carried out planning"},
	{"reports/agenda/agendaweb", with(base, shell, spine, "reports/agenda"), whyPages},
	{"reports/overview", with(base, "audit", "eservice", "planning", "planning/risk", spine), "the whole picture only reads, by the services whose lists it leads to"},
	{"reports/overview/overviewweb", with(base, shell, spine, "kis/duty", "kis/notice", "reports/overview"), whyPages},
	{"reports/pack", with(base, spine, "reports"), "a pack is made of what kis lets a person read; it knows nothing of requests"},
	{"reports/reportsweb", with(base, shell, domains, "eservice/campaign", "eservice/register", spine, "reports", "reports/auditdoc", "reports/pack", "reports/scoredoc"), whyPages},

	{"web/assets", nil, "files for the browser only"},
	{"web/ui", with(plumbing, "policies", "web/assets"), whyShell},
	{"web", with(base, "web/ui", "web/assets"), whyShell},
	{"web/webtest", with(base, supports, shell, "migrations"), whyShell},

	{"cmd/kis", []string{"…"}, "the top: it wires everything"},
}, contexts())

// parts are the packages of a sibling that have pages with it beside the main one.
var parts = map[string][]string{"audit": {"audit/board", "audit/checklist", "audit/programme", "audit/summary"}, "eservice": {"eservice/campaign"}}

// beneath are the packages of a sibling that its main one stands on.
var beneath = map[string][]string{"audit": {"audit/figure", "audit/gsbpm"}}

// built are the packages above a sibling's main one whose steps its builders
// take as well.
var built = map[string][]string{"planning": {"planning/execution"}}

// contexts gives the three rows of each of the domain's siblings, which are alike.
func contexts() []row {
	var rows []row
	for _, d := range domains {
		rows = append(rows,
			row{d, with(base, spine, beneath[d], "reference"), whyDomain},
			row{d + "/" + d + "test", with(base, supports, spine, "kis/kistest", "reference", "migrations", d, built[d]), whyBuilder},
			row{d + "/" + d + "web", with(base, shell, spine, d, parts[d]), whyPages})
	}
	return rows
}

// with puts folders and lists of folders together into a new list.
func with(first []string, more ...any) []string {
	all := slices.Clone(first)
	for _, m := range more {
		switch m := m.(type) {
		case string:
			all = append(all, m)
		case []string:
			all = append(all, m...)
		}
	}
	return all
}

// rowOf finds the row of a folder.
func rowOf(dir string) (row, bool) {
	i := slices.IndexFunc(packages, func(r row) bool { return r.dir == dir })
	if i < 0 {
		return row{}, false
	}
	return packages[i], true
}

// testSupport tells whether a folder is a package for tests: kistest, pgtest.
func testSupport(dir string) bool { return strings.HasSuffix(dir, "test") }

// allowed tells whether files of r may import the folder to. In a test file the helpers
// of the plumbing, of the package itself and of what it may import come on top, and so
// does the material that a test is filled from; pages are tried beside those of the
// context in whose folder they lie.
func (r row) allowed(to string, inTest bool) bool {
	if matches(to, r.may) && (!testSupport(to) || testSupport(r.dir) || inTest) {
		return true
	}
	if !inTest {
		return false
	}
	if to == r.dir || slices.Contains(supports, to) || to == "migrations" || to == "reference" {
		return true
	}
	if top, _, beneath := strings.Cut(r.dir, "/"); beneath && strings.HasSuffix(r.dir, "web") && to == top+"/"+top+"web" {
		return true
	}
	if !testSupport(to) {
		return false
	}
	of := to[:strings.LastIndexByte(to, '/')] // kis/kistest serves kis and what lies in its folder
	return of == r.dir || strings.HasPrefix(r.dir, of+"/") || matches(of, r.may)
}

// matches tells whether dir is one of the patterns: a folder, "folder/…" for it and all
// beneath, "…web" for the shell and every package of pages, "…test" for test support.
func matches(dir string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		switch under, tree := strings.CutSuffix(p, "/…"); {
		case p == "…":
			return true
		case tree:
			return dir == under || strings.HasPrefix(dir, under+"/")
		case p == "…web":
			return dir == "web" || strings.HasPrefix(dir, "web/") || strings.HasSuffix(dir, "web")
		case p == "…test":
			return testSupport(dir)
		default:
			return dir == p
		}
	})
}

package reports

import (
	"cmp"
	"context"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
	quality "github.com/kis-platform/kis/kis/indicator"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/planning"
)

// Service makes documents and sheets of what the contexts know, with the
// rights of whoever asks, and keeps the register of what was printed.
type Service struct {
	Institution string // top of each document; the name in the texts when empty
	Place       string // where the office is; the one in the texts when empty

	Indicators *quality.Service // nil: there are no sheets of them
	Inquiry    *inquiry.Service // whose lists are taken away

	Campaigns *campaign.Service // whose sheets are taken away
	Register  *register.Service // whose services are taken away

	kis      *kis.Service
	audit    *audit.Service
	planning *planning.Service
	eservice *eservice.Service
	more     []Kind
	public   string // address under which people reach the program, no / at the end
}

// New makes the service. publicURL is the address that QR codes lead to; with
// an empty one documents carry their code but no QR code.
func New(k *kis.Service, a *audit.Service, p *planning.Service, e *eservice.Service, publicURL string) *Service {
	return &Service{kis: k, audit: a, planning: p, eservice: e, public: strings.TrimRight(publicURL, "/")}
}

// The kinds of documents.
const (
	Act       = "act"       // nonconformity act; Key is its number or id
	Audit     = "audit"     // audit report; Key is the number or id
	Review    = "review"    // management review; Key is the number or id
	Plan      = "plan"      // yearly plan; Year
	Cycle     = "cycle"     // state and evaluation of a cycle; Key is the process code and Key2 the period, or Key the id
	Scorecard = "scorecard" // e-services; From, To, Agency, Year in focus
	Measures  = "measures"  // report on a national plan; Key is the plan's code, Year

	Process    = "process"     // standard of a process; Key is its code or id, Key2 the version, the newest when empty
	ProcessMap = "process_map" // its map; the same keys

	Gate     = "gate"       // statement at the end of a phase; the keys of a cycle, and Phase
	Values   = "indicators" // quality indicators of a cycle; the keys of a cycle
	Overview = "overview"   // all cycles by phases; Filter: q, department, period, state
)

// The formats of files.
const (
	PDF  = "pdf"
	XLSX = "xlsx"
	CSV  = "csv"
	JSON = "json"
	DOCX = "docx" // descriptions of processes only
)

// kinds lists the kinds in the order of messages, with the formats of each.
var kinds = []struct {
	kind    string
	formats []string
}{
	{Act, []string{PDF, XLSX, CSV, JSON}},
	{Audit, []string{PDF, XLSX, CSV, JSON}},
	{Review, []string{PDF, JSON}},
	{Plan, []string{PDF, XLSX, CSV, JSON}},
	{Cycle, []string{PDF, XLSX, CSV, JSON}},
	{Scorecard, []string{PDF, XLSX, CSV, JSON}},
	{Measures, []string{PDF, XLSX, CSV, JSON}},
	{Process, []string{PDF, XLSX, CSV, JSON, DOCX}},
	{ProcessMap, []string{PDF, JSON}},
	{Gate, []string{PDF, JSON}},
	{Overview, []string{XLSX, CSV}},
	{Values, []string{XLSX, CSV}},
}

// Formats lists the formats of a kind; none for an unknown one.
func Formats(kind string) []string {
	for _, k := range kinds {
		if k.kind == kind {
			return slices.Clone(k.formats)
		}
	}
	return nil
}

// FormatOf gives the format of a file by the ending of its name, in capitals
// or not. Invalid when it is none of them.
func FormatOf(filename string) (string, error) {
	ending := strings.ToLower(strings.TrimPrefix(path.Ext(strings.ReplaceAll(filename, `\`, "/")), "."))
	if slices.Contains([]string{PDF, XLSX, CSV, JSON, DOCX}, ending) {
		return ending, nil
	}
	return "", apperr.InvalidField("file", "report.error.ending", "file", filename, "formats", "pdf, xlsx, csv, json, docx")
}

// Request says which document is asked for. Fields that the kind does not
// know are left alone.
type Request struct {
	Kind     string
	Key      string
	Key2     string
	Year     int
	From, To int    // years, inclusive; 0 = open
	Agency   string // code of one body
	Phase    string // of a gate, 1 to 7
	Filter   url.Values
	Lang     string // empty: the language of the actor
	Format   string
}

// check fills in the language and notes what is wrong: an unknown kind, a
// format the kind does not have, an unknown language, a missing key or year.
func (s *Service) check(ctx context.Context, r Request) (Request, error) {
	var c apperr.Check
	formats := s.formats(r.Kind)
	if formats == nil {
		c.Add("kind", "report.error.kind", "kind", i18n.Shorten(r.Kind, 40), "kinds", s.kindNames())
		return r, c.Err()
	}
	if !slices.Contains(formats, r.Format) {
		c.Add("format", "report.error.format", "kind", r.Kind, "format", i18n.Shorten(r.Format, 40), "formats", strings.Join(formats, ", "))
	}
	if r.Lang == "" {
		r.Lang = i18n.Pick(cmp.Or(actor.From(ctx).Lang, i18n.Default))
	}
	if !i18n.Known(r.Lang) {
		c.Add("lang", "report.error.lang", "lang", i18n.Shorten(r.Lang, 40), "langs", strings.Join(i18n.Languages(), ", "))
	}
	needs := Kind{Key: r.Kind != Scorecard && r.Kind != Overview, Year: r.Kind == Measures,
		Filter: []string{"q", "department", "period", "state"}}
	if k := s.added(r.Kind); k != nil {
		needs = *k
	}
	if r.Key = strings.TrimSpace(r.Key); r.Key == "" && needs.Key {
		c.Add("key", "error.field.required")
	}
	r.Filter = filterOf(r.Filter, needs.Filter...)
	if len(r.Key) > 200 || len(r.Key2) > 200 || len(r.Agency) > 200 {
		c.Add("key", "error.field.too_long", "max", 200, "length", max(len(r.Key), len(r.Key2), len(r.Agency)))
	}
	if r.Year == 0 && needs.Year {
		c.Add("year", "error.field.required")
	}
	for i, year := range []int{r.Year, r.From, r.To} {
		if year != 0 && (year < 1990 || year > 2199) {
			c.Add([]string{"year", "from", "to"}[i], "error.field.range", "min", 1990, "max", 2199)
		}
	}
	return r, c.Err()
}

// Render writes the document of a request to w. Nothing is written before it
// is whole and, when it is printed, registered. A combination that does not
// exist is Invalid, what the actor may not see or does not exist NotFound.
func (s *Service) Render(ctx context.Context, r Request, w io.Writer) error {
	f, err := s.File(ctx, r)
	if err != nil {
		return err
	}
	_, err = w.Write(f.Bytes)
	return err
}

// verifyURL is what the QR code of a document opens; empty without an address.
func (s *Service) verifyURL(code string) string {
	if s.public == "" {
		return ""
	}
	return s.public + "/verify/" + code
}

// verifyAt is the address as people type it, without the scheme.
func (s *Service) verifyAt() string {
	u, err := url.Parse(s.public)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Host + strings.TrimRight(u.Path, "/") + "/verify"
}

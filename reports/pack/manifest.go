package pack

import (
	"bytes"
	"encoding/json"
	"path"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/reports"
)

// format names the form of the manifest; another form has another number.
const format = "kis-evidence-pack/1"

// manifest says what is in a pack, for people and for programs.
type manifest struct {
	Format      string       `json:"format"`
	MadeAt      time.Time    `json:"made_at"`
	MadeBy      string       `json:"made_by"`
	Cycle       cycleFacts   `json:"cycle"`
	Trail       trailHead    `json:"trail_head"` // the last entry when the pack was made
	Whole       bool         `json:"whole"`      // all evidence of the cycle; else what the maker may read, which is not told apart from all there is
	Files       int          `json:"files"`
	Bytes       int64        `json:"bytes"`
	Submissions []submission `json:"submissions"`
}

type trailHead struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
}

type cycleFacts struct {
	ID              string `json:"id"`
	Process         string `json:"process"`
	TitleAZ         string `json:"title_az"`
	TitleEN         string `json:"title_en"`
	Version         int    `json:"description_version"`
	Period          string `json:"period"`
	ReferencePeriod string `json:"reference_period"`
	State           string `json:"state"`
}

type submission struct {
	ID              string     `json:"id"`
	Phase           string     `json:"phase"`
	Task            string     `json:"task"`
	TaskName        string     `json:"task_name"`
	Outputs         []string   `json:"outputs"`
	Department      string     `json:"department"`
	Version         int        `json:"version"`
	Replaces        string     `json:"replaces,omitempty"`
	Title           string     `json:"title"`
	Kind            string     `json:"kind"`
	Link            string     `json:"link,omitempty"`
	Record          *record    `json:"record,omitempty"`
	ReferencePeriod string     `json:"reference_period"`
	EffectiveDay    day.Day    `json:"effective_day"`
	ValidUntil      day.Day    `json:"valid_until,omitempty"`
	KeptUntil       day.Day    `json:"kept_until,omitempty"` // the last day; none: for good
	KeptBy          string     `json:"kept_by"`              // the term, or a person's decision
	Class           string     `json:"class"`
	State           string     `json:"state"`
	SubmittedBy     string     `json:"submitted_by"`
	ReceivedAt      time.Time  `json:"received_at"`
	DecidedBy       string     `json:"decided_by,omitempty"`
	DecidedAt       *time.Time `json:"decided_at,omitempty"`
	Reason          string     `json:"reason,omitempty"`
	SupersededAt    *time.Time `json:"superseded_at,omitempty"`
	WithdrawnAt     *time.Time `json:"withdrawn_at,omitempty"`
	Note            string     `json:"note,omitempty"`
	Files           []packed   `json:"files"`
}

// record is what the system made itself and that stands as evidence: not a
// file of the pack, but named so that it can be found and compared.
type record struct {
	Kind   string `json:"kind"`
	ID     string `json:"id"`
	Number string `json:"number"`
	SHA256 string `json:"sha256,omitempty"` // of its content when it was handed in, as the trail seals it
}

// packed is a file of a submission. Path is empty when the file is not in the
// pack; LeftOut says why.
type packed struct {
	Path    string `json:"path,omitempty"`
	Name    string `json:"name"`
	Size    int64  `json:"size"`
	SHA256  string `json:"sha256"`
	Type    string `json:"type"`
	LeftOut string `json:"left_out,omitempty"` // waiting, held or removed, see kis.ScanState
}

func newManifest(ev kis.CycleEvidence, lang, maker string, now time.Time) manifest {
	cy := ev.Cycle
	m := manifest{Format: format, Whole: ev.Whole, MadeAt: now, MadeBy: maker, Trail: trailHead(ev.Trail), Submissions: []submission{},
		Cycle: cycleFacts{ID: cy.ID, Process: cy.Process.Code, TitleAZ: cy.Process.TitleAZ, TitleEN: cy.Process.TitleEN, Version: cy.Version,
			Period: cy.Period, ReferencePeriod: cy.ReferencePeriod, State: string(cy.State)}}
	for _, r := range ev.Rows {
		m.Submissions = append(m.Submissions, submission{ID: r.ID, Phase: phaseOf(r.TaskCode), Task: r.TaskCode, TaskName: r.TaskName(lang), Outputs: r.OutputNames,
			Department: r.Department.Code, Version: r.Version.Version, Replaces: r.ReplacesID, Title: r.Title, Kind: string(r.Kind), Link: r.Link,
			ReferencePeriod: r.ReferencePeriod, EffectiveDay: r.EffectiveDay, Class: string(r.Class), State: string(r.State),
			SubmittedBy: r.SubmitterName, ReceivedAt: r.ReceivedAt.UTC(), DecidedBy: r.DeciderName, DecidedAt: moment(r.DecidedAt), Reason: r.Reason,
			SupersededAt: moment(r.SupersededAt), WithdrawnAt: moment(r.WithdrawnAt), Note: r.Note, ValidUntil: r.ValidUntil, KeptUntil: r.KeptUntil, KeptBy: string(r.KeptBy), Files: []packed{}})
		if r.Kind == kis.EvidenceMade {
			m.Submissions[len(m.Submissions)-1].Record = &record{r.RecordKind, r.RecordID, r.RecordLabel, r.RecordSHA256}
		}
	}
	return m
}

func phaseOf(code string) string {
	phase, _, _ := strings.Cut(code, ".")
	return phase
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// place gives every file its path: phase, task, then department, version and
// state of the submission, then the name it was sent under.
func (m *manifest) place(ev kis.CycleEvidence, lang string) []entry {
	var out []entry
	taken := names{}
	for i, r := range ev.Rows {
		s := &m.Submissions[i]
		phase := s.Phase
		if p, ok := ev.Cycle.Phase(s.Phase); ok {
			phase += " " + p.Name(lang)
		}
		dir := path.Join(i18n.T(lang, "pack.folder"), safe(phase, maxFolder), safe(s.Task, maxFolder))
		if len(r.Files) > 0 {
			dir = taken.free(dir, safe(i18n.T(lang, "pack.version", "department", s.Department, "version", s.Version, "state", i18n.T(lang, "kis.evidence.state."+s.State)), maxFolder))
		}
		for _, f := range r.Files {
			p := packed{Name: f.Name, Size: f.Size, SHA256: f.SHA256, Type: f.ContentType}
			if f.Scan != kis.ScanNone && f.Scan != kis.ScanClean {
				p.LeftOut = string(f.Scan)
			} else {
				p.Path = taken.free(dir, safe(f.Name, maxFile))
				m.Files++
				m.Bytes += f.Size
				out = append(out, entry{p.Path, f, r.ReceivedAt.UTC()})
			}
			s.Files = append(s.Files, p)
		}
	}
	return out
}

// json writes the manifest for programs.
func (m manifest) json() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(m)
	return b.Bytes(), apperr.Wrap(err, "manifest")
}

// csv writes it as a table: a line for each file, and for each submission
// without one. Texts are guarded against formulas.
func (m manifest) csv() ([]byte, error) {
	sheet := reports.Sheet{Name: "manifest"}
	for _, key := range []string{"phase", "task", "task_name", "outputs", "department", "version", "state", "class", "kind", "title", "reference_period", "effective_day", "valid_until", "kept_until", "kept_by",
		"submitted_by", "received_at", "decided_by", "decided_at", "reason", "link", "record", "record_sha256", "file", "path", "size", "sha256", "left_out", "submission_id", "replaces"} {
		kind := reports.TextCol
		if key == "version" || key == "size" {
			kind = reports.IntCol
		}
		sheet.Columns = append(sheet.Columns, reports.SheetColumn{Key: key, Title: key, Type: kind})
	}
	for _, s := range m.Submissions {
		files := s.Files
		if len(files) == 0 {
			files = []packed{{}}
		}
		for _, f := range files {
			var size any
			if f.SHA256 != "" {
				size = f.Size
			}
			made := record{}
			if s.Record != nil {
				made = record{Number: strings.TrimSpace(s.Record.Kind + " " + s.Record.Number), SHA256: s.Record.SHA256}
			}
			sheet.Rows = append(sheet.Rows, []any{s.Phase, s.Task, s.TaskName, strings.Join(s.Outputs, "; "), s.Department, s.Version, s.State, s.Class, s.Kind, s.Title,
				s.ReferencePeriod, string(s.EffectiveDay), string(s.ValidUntil), string(s.KeptUntil), s.KeptBy, s.SubmittedBy, s.ReceivedAt.Format(time.RFC3339), s.DecidedBy, written(s.DecidedAt), s.Reason, s.Link,
				made.Number, made.SHA256, f.Name, f.Path, size, f.SHA256, f.LeftOut, s.ID, s.Replaces})
		}
	}
	var b bytes.Buffer
	b.WriteString(reports.BOM)
	err := reports.WriteCSV(&b, sheet)
	return b.Bytes(), apperr.Wrap(err, "manifest")
}

func written(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339)
}

// readme says what the pack is and how to check it, with line ends that every
// editor shows.
func (m manifest) readme(lang string) string {
	title := i18n.InLang(lang, m.Cycle.TitleAZ, m.Cycle.TitleEN)
	out := i18n.T(lang, "pack.readme.text", "process", title, "code", m.Cycle.Process, "period", m.Cycle.Period, "made", m.MadeAt.Format(time.RFC3339), "maker", m.MadeBy,
		"submissions", len(m.Submissions), "files", m.Files, "seq", m.Trail.Seq, "hash", m.Trail.Hash)
	if !m.Whole {
		out += "\n" + i18n.T(lang, "pack.readme.left_out")
	}
	return strings.ReplaceAll(out, "\n", "\r\n") + "\r\n"
}

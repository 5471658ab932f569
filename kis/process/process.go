// Package process owns the models of statistical processes: their dated
// versions of phases, sub-processes and tasks with inputs, suppliers and
// outputs, the names of GSBPM, and the import of descriptions.
//
// It may import internal packages, policies, reference, kis/describe and
// kis/office. Invariants: a version never changes once it is written; a
// supplier that nobody knows is asked about, never made up.
package process

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/describe"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Model is the keeper of the models, over an office.
type Model struct {
	*office.Office
}

// New makes the service.
func New(o *office.Office) *Model { return &Model{o} }

// Level is the depth of an activity in the process model.
type Level = describe.Level

// The three levels of the national GSBPM.
const (
	Phase      = describe.Phase      // mərhələ: 4
	Subprocess = describe.Subprocess // altproses: 4.4
	Task       = describe.Task       // tapşırıq: 4.4.2; only its outputs need evidence
)

// ProcessRef names a statistical process.
type ProcessRef struct {
	ID, Code         string
	TitleAZ, TitleEN string
	OwnerID          string
}

// Title is the name of the process in a language.
func (p ProcessRef) Title(lang string) string { return i18n.InLang(lang, p.TitleAZ, p.TitleEN) }

// ProcessSummary is one line of the list of processes.
type ProcessSummary struct {
	ProcessRef
	Owner          office.Department
	Version        int // newest version
	EffectiveFrom  day.Day
	Tasks, Cycles  int // applicable tasks of the newest version; cycles of all versions
	LatestCycleID  string
	LatestCycleFor string // its period
}

// ProcessVersion is one dated description of a process.
type ProcessVersion struct {
	ID            string
	Number        int
	EffectiveFrom day.Day
	SourceName    string
	SourceSHA256  string
	Format        string // CSV, XLSX, DOCX; FormatCopy
	CreatedAt     time.Time
	CreatedBy     string // name; empty for the program itself
	CopiedFrom    string // id of the version it is a copy of; empty for an import
}

// FormatCopy is the Format of a version that was copied from another process.
const FormatCopy = "COPY"

// Activity is one row of a process description.
type Activity struct {
	ID, ParentID     string
	Code             string
	Level            Level
	Phase            string
	NameAZ, NameEN   string
	WorkAZ           string
	Applicable       bool
	Inputs, Outputs  []string
	Suppliers        []office.Department
	Named            []NamedSupplier     // suppliers that were left as a name
	Responsible      []office.Department // who must deliver the outputs
	OwnerStandsInFor bool                // the owner answers because no internal supplier is named
}

// NamedSupplier is a supplier that is no department: somebody decided to leave
// the words as they are. Position is its place among all suppliers of the row.
type NamedSupplier struct {
	Position int
	Name     string
}

// SupplierLabels are codes of departments and names of other suppliers, in the
// order of the description.
func (a Activity) SupplierLabels() []string { return rowOf(a).labels() }

// Name is the name of the activity in a language.
func (a Activity) Name(lang string) string { return i18n.InLang(lang, a.NameAZ, a.NameEN) }

// ProcessGate is the sentence that closes a phase.
type ProcessGate struct {
	Phase                    string
	StatementAZ, StatementEN string
}

// Statement is the sentence in a language.
func (g ProcessGate) Statement(lang string) string {
	return i18n.InLang(lang, g.StatementAZ, g.StatementEN)
}

// ProcessPage is a process with one of its versions in full.
type ProcessPage struct {
	ProcessRef
	Owner      office.Department
	Versions   []ProcessVersion // newest first
	Version    ProcessVersion   // the one shown
	Activities []Activity       // in the order of the description
	Gates      []ProcessGate
}

// Processes lists the statistical processes by title. Two queries, whatever
// their number.
func (s *Model) Processes(ctx context.Context) ([]ProcessSummary, error) {
	if _, err := office.Allowed(ctx, policies.ProcessRead); err != nil {
		return nil, err
	}
	return listProcesses(ctx, s.DB.Read())
}

// Process gives a process by id or code with a version: number 0 is the
// newest.
func (s *Model) Process(ctx context.Context, idOrCode string, number int) (ProcessPage, error) {
	if _, err := office.Allowed(ctx, policies.ProcessRead); err != nil {
		return ProcessPage{}, err
	}
	return loadProcess(ctx, s.DB.Read(), idOrCode, number)
}

// ProcessByCode finds a process by its short name; NotFound when there is none.
func ProcessByCode(ctx context.Context, db bun.IDB, code string) (ProcessRef, error) {
	row, err := FindProcess(ctx, db, code)
	if err != nil {
		return ProcessRef{}, err
	}
	if row == nil {
		return ProcessRef{}, apperr.Missing("process")
	}
	return row.Ref(), nil
}

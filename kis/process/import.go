package process

import (
	"context"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/describe"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// ImportRequest asks for a process description to be read from a file.
type ImportRequest struct {
	Reader           io.Reader
	Name             string  // of the file, as the person calls it
	Code             string  // of the process; empty = out of the file's name
	TitleAZ, TitleEN string  // empty = as it is; for a new process the code
	OwnerCode        string  // department; empty = as it is; for a new process the internal supplier named in most rows
	EffectiveFrom    day.Day // empty = today
	DryRun           bool    // check and count everything, keep nothing

	// Suppliers says who the suppliers are that nobody knows, by their name in
	// the file. What is not decided here is asked about: the file is refused.
	Suppliers map[string]SupplierChoice
}

// ImportResult says what was read and what became, or with DryRun would
// become, of it.
type ImportResult struct {
	Format        string // CSV, XLSX or DOCX
	Exact         bool   // the exact columns: nothing was repaired
	Process       ProcessRef
	Owner         office.Department
	New           bool // the process was not known before
	Changed       bool // false: the newest version says the same, nothing was written
	Version       int  // number of the new version, or of the unchanged one
	EffectiveFrom day.Day
	Phases        int
	Subprocesses  int
	Tasks         int
	NotApplicable int // rows of all levels
	Gates         int
	Inputs        int
	Outputs       int
	TaskOutputs   int                 // outputs that need evidence
	Suppliers     []office.Department // in order of first mention
	Unknown       []UnknownSupplier   // names to be asked about, in order of first mention
	Added         []string            // codes of rows the version before did not have
	Removed       []string            // codes it had and this one has not
	Altered       []string            // codes whose text, lists or applicability differ
	Notes         []ReadingNote       // what differs from the file, what is doubtful, what is refused; by row
	Rows          []ImportedRow       // in order of codes, for the preview
}

// ReadingNote is one difference between a file and what was read out of it.
type ReadingNote = describe.Note

// NoteWeight says how much a note matters.
type NoteWeight = describe.Weight

// The weights of a ReadingNote.
const (
	NoteForm   = describe.Form   // capital letters, quotes
	NoteRepair = describe.Repair // put right by a known rule
	NoteDoubt  = describe.Doubt  // a person has to look
	NoteFault  = describe.Fault  // refused
)

// RowState is what became of a row of a file.
type RowState string

// The states of a row, from good to bad.
const (
	RowRead     RowState = "read"     // as it stands there; capital letters and quotes apart
	RowRepaired RowState = "repaired" // put right by known rules
	RowDoubtful RowState = "doubtful" // read in one way, but a person has to look
	RowRefused  RowState = "refused"  // cannot be read; the file is not taken
)

// RowStates lists them in this order.
func RowStates() []RowState { return []RowState{RowRead, RowRepaired, RowDoubtful, RowRefused} }

// ImportedRow is one row as it was understood.
type ImportedRow struct {
	describe.Row
	Departments []string // codes of the suppliers, names of those who are none
	State       RowState
	Notes       []ReadingNote
	Mark        string // "added", "altered" or empty, against the version before
}

// Count counts the rows in a state.
func (r ImportResult) Count(s RowState) (n int) {
	for _, row := range r.Rows {
		if row.State == s {
			n++
		}
	}
	return n
}

// Err is nil when the file can be taken, else one error with all faults.
func (r ImportResult) Err() error { return describe.Refusal(r.Notes) }

// Refused is nil when nothing is wrong but suppliers that nobody knows, else
// one error with all faults but those: who a supplier is can be said, the rest
// has to be put right in the file.
func (r ImportResult) Refused() error {
	return describe.Refusal(slices.DeleteFunc(slices.Clone(r.Notes), Question))
}

// Question says that a note only asks who a supplier is.
func Question(n ReadingNote) bool { return n.Key == keyUnknownSupplier }

// Asks tells that nothing is wrong but suppliers that nobody knows.
func (r ImportResult) Asks() bool { return len(r.Unknown) > 0 && r.Refused() == nil }

// FileNotes are the notes that are about no activity.
func (r ImportResult) FileNotes() (out []ReadingNote) {
	for _, n := range r.Notes {
		if n.Code == "" || n.Column == "gate" {
			out = append(out, n)
		}
	}
	return out
}

// Title limits.
const (
	MaxProcessCode  = 60
	maxProcessTitle = 300
)

var processCode = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

// ImportProcess reads a process description and stores it as a new version of
// the process: the official six-column table or the exact columns, as CSV,
// XLSX or DOCX. What the reading put right is kept with the version. All
// faults of a file are told at once, by row and column; a file with a fault
// leaves nothing. The same content again changes nothing and says so. The
// result is filled as far as it was read, also beside an error.
func (s *Model) ImportProcess(ctx context.Context, req ImportRequest) (ImportResult, error) {
	im, err := s.readProcess(ctx, req)
	if err != nil {
		return im.res, err
	}
	if req.DryRun {
		return im.res, im.res.Err()
	}
	if err := im.res.Err(); err != nil {
		return im.res, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := im.decide(ctx, tx); err != nil {
			return err
		}
		if err := im.resolve(ctx, tx); err != nil {
			return err
		}
		if !im.res.Changed {
			return store.ErrNoChange
		}
		return im.write(ctx, tx)
	})
	if err != nil {
		return ImportResult{}, err
	}
	im.mark()
	return im.res, nil
}

// readProcess reads a file and looks up what it names, changing nothing.
func (s *Model) readProcess(ctx context.Context, req ImportRequest) (*importing, error) {
	im := &importing{req: req, today: s.Today()}
	if _, err := office.Allowed(ctx, policies.ProcessImport); err != nil {
		return im, err
	}
	if len(req.Suppliers) > 0 {
		if err := office.AllowedAny(ctx, policies.SupplierDecide); err != nil {
			return im, err
		}
	}
	if err := completeImport(&im.req, im.today); err != nil {
		return im, err
	}
	reading, err := describe.Read(req.Reader)
	if err != nil {
		return im, err
	}
	im.take(reading)
	db := s.DB.Read()
	if im.process, err = FindProcess(ctx, db, im.req.Code); err != nil {
		return im, err
	}
	if err := im.suppliers(ctx, db); err != nil {
		return im, err
	}
	if len(im.rows) > 0 {
		if err := im.resolve(ctx, db); err != nil {
			return im, err
		}
	}
	im.mark()
	return im, nil
}

// completeImport fills in what was left out and checks what was given.
func completeImport(req *ImportRequest, today day.Day) error {
	var c apperr.Check
	if req.Code = strings.TrimSpace(req.Code); req.Code == "" {
		if req.Code = codeOfFile(req.Name); req.Code == "" {
			c.Add("code", "kis.import.process_code", "max", MaxProcessCode)
		}
	}
	req.TitleAZ = c.Text("title_az", req.TitleAZ, 0, maxProcessTitle)
	checkProcess(&c, req, today)
	if req.Reader == nil {
		c.Add("file", "error.upload.none")
	}
	return c.Err()
}

// checkProcess checks what imports and copies have in common.
func checkProcess(c *apperr.Check, req *ImportRequest, today day.Day) {
	if len(req.Code) > MaxProcessCode || (req.Code != "" && !processCode.MatchString(req.Code)) {
		c.Add("code", "kis.import.process_code", "max", MaxProcessCode)
	}
	req.TitleEN = c.Text("title_en", req.TitleEN, 0, maxProcessTitle)
	req.OwnerCode = strings.TrimSpace(req.OwnerCode)
	if req.EffectiveFrom == "" {
		req.EffectiveFrom = today
	} else if d, ok := day.Parse(string(req.EffectiveFrom)); ok {
		req.EffectiveFrom = d
	} else {
		c.Add("effective_from", "error.field.date")
	}
}

// codeOfFile makes a process code of a file's name:
// process-1-elektron-xidmet.csv gives 1-elektron-xidmet.
func codeOfFile(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.TrimSuffix(name, path.Ext(name))
	folded := i18n.Fold(name)
	var b strings.Builder
	for _, r := range folded {
		if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') {
			b.WriteRune(r)
		} else if s := b.String(); s != "" && !strings.HasSuffix(s, "-") {
			b.WriteByte('-')
		}
	}
	code := strings.TrimPrefix(strings.Trim(b.String(), "-"), "process-")
	return strings.Trim(code[:min(len(code), MaxProcessCode)], "-")
}

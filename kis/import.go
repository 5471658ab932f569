package kis

import (
	"context"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
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
}

// ImportResult says what was read and what became, or with DryRun would
// become, of it.
type ImportResult struct {
	Process       ProcessRef
	Owner         Department
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
	TaskOutputs   int            // outputs that need evidence
	Suppliers     []Department   // in order of first mention
	Added         []string       // codes of rows the version before did not have
	Removed       []string       // codes it had and this one has not
	Altered       []string       // codes whose text, lists or applicability differ
	Notes         []apperr.Field // what was put right while reading
	Rows          []ImportedRow  // in order of codes, for the preview
}

// ImportedRow is one row as it was understood.
type ImportedRow struct {
	Code       string
	Level      Level
	NameAZ     string
	Applicable bool
	Inputs     int
	Outputs    int
	Suppliers  []string // codes
	Mark       string   // "added", "altered" or empty, against the version before
}

// Title limits.
const (
	maxProcessCode  = 60
	maxProcessTitle = 300
)

var processCode = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

// ImportProcess reads a process description (CSV, UTF-8, the columns of
// ImportColumns) and stores it as a new version of the process. All faults of
// a file are told at once, by row and column; a file with a fault leaves
// nothing. The same content again changes nothing and says so.
func (s *Service) ImportProcess(ctx context.Context, req ImportRequest) (ImportResult, error) {
	if _, err := Allowed(ctx, policies.ProcessImport); err != nil {
		return ImportResult{}, err
	}
	if err := completeImport(&req, s.Today()); err != nil {
		return ImportResult{}, err
	}
	text, source, notes, err := readImport(req.Reader)
	if err != nil {
		return ImportResult{}, err
	}
	var faults apperr.Check
	rows := parseImport(&faults, text)
	im := importing{req: req, rows: rows, source: source, today: s.Today(),
		res: ImportResult{EffectiveFrom: req.EffectiveFrom, Notes: notes}}
	if err := im.suppliers(ctx, s.DB.Read(), &faults); err != nil {
		return ImportResult{}, err
	}
	if err := capFaults(&faults); err != nil {
		return ImportResult{}, err
	}
	if req.DryRun {
		err = im.resolve(ctx, s.DB.Read())
		return im.res, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
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
	return im.res, nil
}

// completeImport fills in what was left out and checks what was given.
func completeImport(req *ImportRequest, today day.Day) error {
	var c apperr.Check
	if req.Code = strings.TrimSpace(req.Code); req.Code == "" {
		req.Code = codeOfFile(req.Name)
	}
	if len(req.Code) > maxProcessCode || !processCode.MatchString(req.Code) {
		c.Add("code", "kis.import.process_code", "max", maxProcessCode)
	}
	req.TitleAZ = c.Text("title_az", req.TitleAZ, 0, maxProcessTitle)
	req.TitleEN = c.Text("title_en", req.TitleEN, 0, maxProcessTitle)
	req.OwnerCode = strings.TrimSpace(req.OwnerCode)
	if req.EffectiveFrom == "" {
		req.EffectiveFrom = today
	} else if d, ok := day.Parse(string(req.EffectiveFrom)); ok {
		req.EffectiveFrom = d
	} else {
		c.Add("effective_from", "error.field.date")
	}
	if req.Reader == nil {
		c.Add("file", "error.upload.none")
	}
	return c.Err()
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
	return strings.Trim(code[:min(len(code), maxProcessCode)], "-")
}

// summarise counts what was read and compares it with the version before.
func (r *ImportResult) summarise(rows []importRow, before map[string]string) {
	seen := map[string]bool{}
	for _, row := range rows {
		switch row.level {
		case Phase:
			r.Phases++
		case Subprocess:
			r.Subprocesses++
		case Task:
			r.Tasks++
			r.TaskOutputs += len(row.outputs)
		}
		if !row.applicable {
			r.NotApplicable++
		}
		r.Inputs += len(row.inputs)
		r.Outputs += len(row.outputs)
		out := ImportedRow{Code: row.code, Level: row.level, NameAZ: row.nameAZ, Applicable: row.applicable,
			Inputs: len(row.inputs), Outputs: len(row.outputs)}
		for _, d := range row.departments {
			out.Suppliers = append(out.Suppliers, d.Code)
			if !seen[d.ID] {
				seen[d.ID] = true
				r.Suppliers = append(r.Suppliers, d)
			}
		}
		if before != nil {
			switch old, known := before[row.code]; {
			case !known:
				out.Mark = "added"
				r.Added = append(r.Added, row.code)
			case old != row.fingerprint():
				out.Mark = "altered"
				r.Altered = append(r.Altered, row.code)
			}
			delete(before, row.code)
		}
		r.Rows = append(r.Rows, out)
	}
	for code := range before {
		r.Removed = append(r.Removed, code)
	}
	sortCodes(r.Removed)
}

// fingerprint is a text that differs when anything of a row differs.
func (r importRow) fingerprint() string {
	ids := make([]string, len(r.departments))
	for i, d := range r.departments {
		ids[i] = d.ID
	}
	return fmt.Sprintf("%q %q %q %q %v %q %q %q", r.code, r.nameAZ, r.nameEN, r.workAZ, r.applicable, r.inputs, ids, r.outputs)
}

package register

import (
	"context"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/table"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

const (
	// kindImport marks the formal checks of a row: a sheet has no application
	// around it, and the section on the body is not in it.
	kindImport Kind = "import"
	// importBatch is how many rows are compared and written at a time.
	importBatch = 500
	// indexBatch is how many of a large import wait to be indexed at a time.
	indexBatch = 5000
	// maxFaults are the faults named before the reading is given up.
	maxFaults = 200
	// maxProposed is up to how many new services an import looks for likely
	// duplicates of each; a register taken over as a whole is looked through
	// service by service when they change.
	maxProposed = 5000
)

// registerNumber is how a number of the register reads.
var registerNumber = regexp.MustCompile(`^ER-(\d{4})-(\d{5,7})$`)

// ImportRequest is a sheet of services with the columns of SheetColumns.
type ImportRequest struct {
	File   io.ReaderAt
	Size   int64
	Name   string // of the file
	DryRun bool   // check everything, change nothing

	// Each is told once of every good row, in the order in which rows are
	// compared; nil: nobody is.
	Each func(RowOutcome)
}

// Outcome is what an import does with a row.
type Outcome string

// The outcomes.
const (
	RowNew     Outcome = "new"
	RowChanged Outcome = "changed"
	RowSame    Outcome = "same"
)

// RowOutcome says what becomes of a row of a sheet.
type RowOutcome struct {
	Line    int // of the file, from 1
	Outcome Outcome
	Code    string // number of the service or code of the body; empty: gets one
	Name    string
	Agency  string   // code of the body of a service
	Clauses []string // that change
}

// ImportResult says what was read.
type ImportResult struct {
	New      int `json:"new"`
	Changed  int `json:"changed"`
	Same     int `json:"same"`
	Agencies int `json:"agencies"`
}

// Import enters services from a sheet, all of them or none. A row without a
// number is a new service and gets one; a row with the number of a registered
// service changes it, on the basis and from the day of 2.3.23; a number that
// the register does not know is kept, so that what one office exports another
// can take over. The file is read twice, row by row: first every row is
// checked, then all are written in one unit of work.
func (s *Service) Import(ctx context.Context, in ImportRequest) (ImportResult, error) {
	if _, err := office.Allowed(ctx, policies.RegisterImport); err != nil {
		return ImportResult{}, err
	}
	im, err := s.newImport(ctx, in)
	if err != nil {
		return ImportResult{}, err
	}
	if err := im.run(ctx, nil); err != nil {
		return ImportResult{}, err
	}
	res := im.result()
	if in.DryRun || res.New+res.Changed == 0 {
		return res, nil
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		again, err := s.newImport(ctx, in) // what was there may have changed meanwhile
		if err != nil {
			return err
		}
		again.numbers = im.numbers // those further down are not given to rows before them
		if err := again.run(ctx, tx); err != nil {
			return err
		}
		res = again.result()
		tx.Record(store.Change{Action: string(policies.RegisterImport), Kind: "register_import", ID: store.NewID(), Label: in.Name, After: res})
		return nil
	})
	return res, err
}

// importing is one reading of the file.
type importing struct {
	ImportRequest
	s        *Service
	csv      bool // texts were guarded against formulas
	columns  []string
	fields   []Field
	agencies map[string]Agency
	units    map[string][]Unit // by id of the body
	codes    Codes
	bodies   map[string]bool
	known    map[string]knownEntry // by number
	seen     map[string]int        // number to line
	used     map[string]bool       // codes of bodies
	today    day.Day
	check    apperr.Check
	batch    []importRow
	found    []indexed   // written and not yet indexed
	numbers  map[int]int // of the file, the highest of each year
	counts   ImportResult
	tx       *store.Tx
}

// knownEntry is a service of the register as an import finds it.
type knownEntry struct {
	ID       string
	Number   string
	AgencyID string
	State    ServiceState
	Version  int
}

// importRow is a row that has passed the checks of its own.
type importRow struct {
	line   int
	number string
	agency Agency
	items  Items
	on     day.Day
	known  *knownEntry
}

func (s *Service) newImport(ctx context.Context, in ImportRequest) (*importing, error) {
	im := &importing{ImportRequest: in, s: s, columns: SheetColumns(), fields: SheetFields(), agencies: map[string]Agency{}, units: map[string][]Unit{},
		bodies: map[string]bool{}, known: map[string]knownEntry{}, seen: map[string]int{}, used: map[string]bool{}, numbers: map[int]int{}, today: s.KIS.Today()}
	im.csv = !table.IsWorkbook(in.File)
	return im, nil
}

// load reads what rows are compared with. Four queries.
func (im *importing) load(ctx context.Context, db bun.IDB) error {
	var list []Agency
	if err := db.NewSelect().Model(&list).Scan(ctx); err != nil {
		return store.MapError(err, "agencies")
	}
	for _, a := range list {
		im.agencies[a.Code] = a
		im.bodies[a.Code] = a.ToDay == ""
	}
	var us []Unit
	if err := db.NewSelect().Model(&us).Where("au.to_day = ''").Scan(ctx); err != nil {
		return store.MapError(err, "units")
	}
	for _, u := range us {
		im.units[u.AgencyID] = append(im.units[u.AgencyID], u)
	}
	var err error
	if im.codes, err = loadCodes(ctx, db); err != nil {
		return err
	}
	rows, err := db.QueryContext(ctx, "SELECT id, number, agency_id, state, version FROM eservices WHERE number IS NOT NULL")
	if err != nil {
		return store.MapError(err, "numbers of the register")
	}
	defer rows.Close()
	for rows.Next() {
		var k knownEntry
		if err := rows.Scan(&k.ID, &k.Number, &k.AgencyID, &k.State, &k.Version); err != nil {
			return store.MapError(err, "numbers of the register")
		}
		im.known[k.Number] = k
	}
	return store.MapError(rows.Err(), "numbers of the register")
}

// run reads the file; with a unit of work it writes, without one it only
// checks.
func (im *importing) run(ctx context.Context, tx *store.Tx) error {
	im.tx = tx
	var db bun.IDB = im.s.DB.Read()
	if tx != nil {
		db = tx
	}
	if err := im.load(ctx, db); err != nil {
		return err
	}
	err := table.Stream(im.File, im.Size, table.Limits{Cell: maxLong}, im.columns, func(r table.Row) error {
		if row, ok := im.row(r); ok {
			im.batch = append(im.batch, row)
		}
		if im.check.Count() >= maxFaults {
			return im.check.Err()
		}
		if len(im.batch) == importBatch {
			return im.flush(ctx, db)
		}
		return nil
	})
	if err == nil {
		err = im.check.Err()
	}
	if err == nil {
		err = im.flush(ctx, db)
	}
	if err == nil {
		err = im.check.Err()
	}
	if err == nil && len(im.found) > 0 {
		err = im.findable(ctx)
	}
	if err == nil && tx != nil {
		for year, n := range im.numbers {
			if err = tx.TakenNumber(ctx, "register", year, n); err != nil {
				break
			}
		}
	}
	return err
}

func (im *importing) result() ImportResult {
	im.counts.Agencies = len(im.used)
	return im.counts
}

// told tells of a row, while the file is read for the first time.
func (im *importing) told(r importRow, what Outcome, differs []Difference) {
	if im.Each == nil || im.tx != nil {
		return
	}
	o := RowOutcome{Line: r.line, Outcome: what, Code: r.number, Name: r.items.Get(clauseName), Agency: r.agency.Code}
	for _, d := range differs {
		o.Clauses = append(o.Clauses, d.Field.Clause)
	}
	im.Each(o)
}

// fault names what is wrong with a cell.
func (im *importing) fault(line int, column, key string, args ...any) {
	im.check.AddRow(line, column, key, args...)
}

// row reads one row and checks it by itself.
func (im *importing) row(r table.Row) (importRow, bool) {
	before := im.check.Count()
	row := importRow{line: r.Line, number: r.Get(columnNumber)}
	a, ok := im.agencies[r.Get(columnAgency)]
	switch {
	case !ok:
		im.fault(r.Line, columnAgency, "register.agency.unknown", "code", i18n.Shorten(r.Get(columnAgency), 20))
	case a.ToDay != "":
		im.fault(r.Line, columnAgency, "register.agency.gone", "date", a.ToDay.Format())
	}
	row.agency = a
	if text := r.Get(columnRegistered); text != "" {
		d, ok := day.Parse(text)
		if !ok || d > im.today {
			im.fault(r.Line, columnRegistered, "error.field.date")
		}
		row.on = d
	}
	im.number(r.Line, &row, ok)
	row.items = im.items(r)
	if im.check.Count() > before {
		return row, false
	}
	for _, p := range problems(facts{kind: kindImport, agency: a, units: im.units[a.ID], codes: im.codes, bodies: im.bodies, today: im.today}, row.items) {
		im.fault(r.Line, p.Clause, p.Key, apperr.Flat(p.Args)...)
	}
	im.used[a.Code] = true
	return row, im.check.Count() == before
}

// number checks the number of a row: once in the file, of the same body, not
// of an archived service, and of the right form.
func (im *importing) number(line int, row *importRow, agencyKnown bool) {
	if row.number == "" {
		return
	}
	if first, twice := im.seen[row.number]; twice {
		im.fault(line, columnNumber, "register.import.twice", "number", row.number, "row", first)
		return
	}
	im.seen[row.number] = line
	m := registerNumber.FindStringSubmatch(row.number)
	if m == nil {
		im.fault(line, columnNumber, "register.import.number", "value", i18n.Shorten(row.number, 30))
		return
	}
	k, there := im.known[row.number]
	switch {
	case !there:
		year, _ := strconv.Atoi(m[1])
		n, _ := strconv.Atoi(m[2])
		if year > im.today.Year() {
			im.fault(line, columnNumber, "register.import.number", "value", row.number)
		}
		im.numbers[year] = max(im.numbers[year], n)
	case agencyKnown && k.AgencyID != row.agency.ID:
		im.fault(line, columnNumber, "register.import.other_agency", "number", row.number)
	case k.State != ServiceRegistered:
		im.fault(line, columnNumber, "register.import.archived", "number", row.number)
	default:
		row.known = &k
	}
}

// items reads the items of a row.
func (im *importing) items(r table.Row) Items {
	out := Items{}
	for _, f := range im.fields {
		text := strings.ReplaceAll(r.Cells[f.Clause], "\r\n", "\n")
		if im.csv {
			text = table.Unguard(text)
		}
		if v := f.read(text, im.codes, im.today, func(key string, args ...any) { im.fault(r.Line, f.Clause, key, args...) }); v != "" {
			out[f.Clause] = v
		}
	}
	return out
}

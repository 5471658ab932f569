package eservice

import (
	"cmp"
	"context"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/table"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// ImportRequest is a file of assessments: yearly totals, or assessed services
// of agencies; the header says which.
type ImportRequest struct {
	Reader io.Reader
	Name   string                                        // of the file
	DryRun bool                                          // check everything, change nothing
	Each   func(line int, what, name string, fresh bool) // told of each good row: a year, or a service of a year; nil: nobody is
}

// ImportResult says what was read.
type ImportResult struct {
	Totals   int // years known as totals
	Services int // assessed services
	Agencies int // bodies they belong to
	Years    []int
}

// The headers that Import knows: of totals what stands before the grades of the
// scheme of the year, and of services.
var (
	totalsColumns  = []string{"year", "agencies", "services", "electronised", "not_electronised"}
	servicesHeader = []string{"agency", "agency_name_az", "agency_name_en", "service_code", "service_name_az", "service_name_en",
		"year", "scheme", "electronised", "electronisation_level", "score"}
)

// Import reads a file of assessments, all of it or nothing. Invalid names
// each fault by row and column; a year or a service that is already there
// with other results is a fault too, since results never change.
func (s *Service) Import(ctx context.Context, in ImportRequest) (ImportResult, error) {
	if _, err := office.Allowed(ctx, policies.AssessmentImport); err != nil {
		return ImportResult{}, err
	}
	known, err := loadSchemes(ctx, s.DB.Read())
	if err != nil {
		return ImportResult{}, err
	}
	maps.DeleteFunc(known, func(_ string, s Scheme) bool { return !s.ofServices() })
	scales := Scales(slices.Collect(maps.Values(known)))
	sets := subsets(scales)
	headers := [][]string{servicesHeader}
	for _, g := range sets {
		headers = append(headers, slices.Concat(append([][]string{totalsColumns}, g...)...))
	}
	rows, header, err := table.Read(in.Reader, table.Limits{}, headers...)
	if err != nil {
		return ImportResult{}, err
	}
	var res ImportResult
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		schemes, err := loadSchemes(ctx, tx)
		if err != nil {
			return err
		}
		if header > 0 {
			if err := kis.ReferenceChanges(ctx, tx, policies.AssessmentImport, in.Name); err != nil {
				return err
			}
			res, err = importTotals(ctx, tx, schemes, rows, sets[header-1], in)
		} else {
			res, err = importServices(ctx, tx, schemes, rows, in.Each)
		}
		if err != nil {
			return err
		}
		if in.DryRun {
			return store.ErrNoChange
		}
		tx.Record(store.Change{Action: string(policies.AssessmentImport), Kind: "assessment_import", ID: store.NewID(), Label: in.Name, After: res})
		return nil
	})
	return res, err
}

// Scales are the lists of grades of schemes, each once: the four words first, then by the codes of the schemes.
func Scales(schemes []Scheme) [][]string {
	slices.SortFunc(schemes, func(a, b Scheme) int { return cmp.Compare(a.Code, b.Code) })
	var out [][]string
	for _, s := range schemes {
		list := s.GradeCodes()
		if len(list) == 0 || slices.ContainsFunc(out, func(g []string) bool { return slices.Equal(g, list) }) {
			continue
		}
		if slices.Equal(list, Grades) {
			out = slices.Insert(out, 0, list)
		} else {
			out = append(out, list)
		}
	}
	return out
}

// maxScales are in one sheet of totals.
const maxScales = 5

// subsets are the choices of scales that a sheet of totals may have, in their
// order.
func subsets(scales [][]string) (out [][][]string) {
	scales = scales[:min(len(scales), maxScales)]
	for bits := 1; bits < 1<<len(scales); bits++ {
		var set [][]string
		for i, g := range scales {
			if bits&(1<<i) != 0 {
				set = append(set, g)
			}
		}
		out = append(out, set)
	}
	return out
}

// scaleOf is the scale of a row: of several the one whose grades it gives.
func scaleOf(r table.Row, scales [][]string) []string {
	for _, g := range scales {
		if slices.ContainsFunc(g, func(code string) bool { return r.Get(code) != "" }) {
			return g
		}
	}
	return scales[0]
}

// importTotals checks that each year's figures add up (services =
// electronised + not; electronised = sum of the grades), that the grades of the
// sheet are those of the scheme of the year, and stores them.
func importTotals(ctx context.Context, tx *store.Tx, schemes map[string]Scheme, rows []table.Row, scales [][]string, in ImportRequest) (ImportResult, error) {
	var check apperr.Check
	var totals []Total
	seen := map[int]int{}
	for _, r := range rows {
		grades := scaleOf(r, scales)
		t, ok := readTotal(&check, r, grades, slices.Concat(scales...))
		if !ok {
			continue
		}
		if first, twice := seen[t.Year]; twice {
			check.AddRow(r.Line, "year", "eservice.import.year_twice", "year", t.Year, "row", first)
			continue
		}
		seen[t.Year] = r.Line
		sc, found := schemeOf(schemes, t.Year, grades)
		switch {
		case !found && sc.Code == "":
			check.AddRow(r.Line, "year", "eservice.import.no_scheme", "year", t.Year)
			continue
		case !found:
			check.AddRow(r.Line, grades[0], "eservice.import.other_grades", "year", t.Year, "scheme", sc.Code, "grades", strings.Join(sc.GradeCodes(), ", "))
			continue
		}
		t.Scheme, t.SourceName, t.ImportedAt = sc.Code, in.Name, tx.Now
		totals = append(totals, t)
	}
	totals, err := newTotals(ctx, tx, &check, totals, seen)
	if err == nil {
		err = check.Err()
	}
	if err != nil {
		return ImportResult{}, err
	}
	res := ImportResult{Totals: len(seen)}
	for y, line := range seen {
		res.Years = append(res.Years, y)
		if in.Each != nil {
			in.Each(line, strconv.Itoa(y), "", slices.ContainsFunc(totals, func(t Total) bool { return t.Year == y }))
		}
	}
	slices.Sort(res.Years)
	if len(totals) == 0 {
		return res, store.ErrNoChange
	}
	_, err = tx.NewInsert().Model(&totals).Exec(ctx)
	return res, store.MapError(err, "insert totals")
}

// readTotal reads one year; each fault goes to check.
func readTotal(check *apperr.Check, r table.Row, grades, all []string) (t Total, ok bool) {
	before := check.Count()
	whole := func(column string, least, most int64) int64 {
		n, err := strconv.ParseInt(r.Get(column), 10, 64)
		if err != nil || n < least || n > most {
			check.AddRow(r.Line, column, "eservice.import.whole", "value", i18n.Shorten(r.Get(column), 40), "min", least, "max", most)
		}
		return n
	}
	const most = 10_000_000
	t.Year = int(whole("year", 1990, 2199))
	t.Agencies, t.Services = whole("agencies", 0, most), whole("services", 0, most)
	t.Electronised, t.NotElectronised = whole("electronised", 0, most), whole("not_electronised", 0, most)
	counts, sum := make([]int64, len(grades)), int64(0)
	for i, g := range grades {
		counts[i] = whole(g, 0, most)
		sum += counts[i]
	}
	for _, g := range all {
		if r.Get(g) != "" && !slices.Contains(grades, g) {
			check.AddRow(r.Line, g, "eservice.import.two_scales")
		}
	}
	if check.Count() > before {
		return t, false
	}
	t.setGrades(grades, counts)
	if t.Electronised+t.NotElectronised != t.Services {
		check.AddRow(r.Line, "services", "eservice.import.sum_services", "services", t.Services, "sum", t.Electronised+t.NotElectronised)
	}
	if sum != t.Electronised {
		check.AddRow(r.Line, "electronised", "eservice.import.sum_grades", "electronised", t.Electronised, "sum", sum)
	}
	return t, check.Count() == before
}

// newTotals leaves out years that are there with the same figures and reports
// those that are there with others, or service by service.
func newTotals(ctx context.Context, tx *store.Tx, check *apperr.Check, totals []Total, lines map[int]int) ([]Total, error) {
	known, err := loadTotals(ctx, tx)
	if err != nil {
		return nil, err
	}
	assessed, err := assessedYears(ctx, tx)
	if err != nil {
		return nil, err
	}
	var fresh []Total
	for _, t := range totals {
		old, there := known[t.Year]
		switch {
		case slices.Contains(assessed, t.Year):
			check.AddRow(lines[t.Year], "year", "eservice.import.year_assessed", "year", t.Year)
		case there && old.figures() != t.figures():
			check.AddRow(lines[t.Year], "year", "eservice.import.year_other", "year", t.Year)
		case !there:
			fresh = append(fresh, t)
		}
	}
	return fresh, nil
}

// importServices reads assessed services; bodies and services that are new
// are made.
func importServices(ctx context.Context, tx *store.Tx, schemes map[string]Scheme, rows []table.Row, each func(line int, what, name string, fresh bool)) (ImportResult, error) {
	known, err := loadKnown(ctx, tx)
	if err != nil {
		return ImportResult{}, err
	}
	in := serviceImport{known: known, schemes: schemes, rows: map[string]int{}, now: tx.Now, each: each}
	if in.levels, err = Levels(); err != nil {
		return ImportResult{}, err
	}
	for _, r := range rows {
		in.row(r)
	}
	if err := in.check.Err(); err != nil {
		return ImportResult{}, err
	}
	res := ImportResult{Services: len(rows), Agencies: len(in.agencies()), Years: in.years()}
	if len(in.assessments) == 0 {
		return res, store.ErrNoChange
	}
	if err := insertServices(ctx, tx, &in); err != nil {
		return res, err
	}
	return res, Refresh(ctx, tx, res.Years...)
}

// NoLevel is the level of a service that is not electronised.
const NoLevel = "none"

// Levels are the electronisation levels, and whether a service at them counts
// as electronised.
func Levels() (map[string]bool, error) {
	rows, err := reference.Rows(reference.ElectronisationLevels)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, l := range rows {
		out[l["code"]] = l.Bool("electronised")
	}
	return out, nil
}

// AutomationLevels are the codes of the automation levels, lowest first.
func AutomationLevels() ([]string, error) {
	rows, err := reference.Rows(reference.AutomationLevels)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, l := range rows {
		out = append(out, l["code"])
	}
	return out, nil
}

// row reads one assessed service.
func (in *serviceImport) row(r table.Row) {
	before := in.check.Count()
	text := func(column string, most int) string {
		v := r.Get(column)
		switch {
		case v == "":
			in.check.AddRow(r.Line, column, "error.field.required")
		case len([]rune(v)) > most:
			in.check.AddRow(r.Line, column, "error.field.too_long", "max", most, "length", len([]rune(v)))
		}
		return v
	}
	agency := Agency{Code: text("agency", 40), NameAZ: text("agency_name_az", 300), NameEN: text("agency_name_en", 300)}
	service := EService{Code: text("service_code", 60), NameAZ: text("service_name_az", 500), NameEN: text("service_name_en", 500)}
	a := Assessment{Level: text("electronisation_level", 40), ImportedAt: in.now}
	year, err := strconv.Atoi(r.Get("year"))
	if err != nil || year < 1990 || year > 2199 {
		in.check.AddRow(r.Line, "year", "eservice.import.whole", "value", i18n.Shorten(r.Get("year"), 40), "min", 1990, "max", 2199)
	}
	a.Year = year
	sc, found := in.schemes[r.Get("scheme")]
	switch {
	case !found:
		in.check.AddRow(r.Line, "scheme", "eservice.import.scheme_unknown", "value", i18n.Shorten(r.Get("scheme"), 40))
	case err == nil && !sc.InForce(year):
		in.check.AddRow(r.Line, "scheme", "eservice.import.scheme_not_in_force", "scheme", sc.Code, "year", year)
	}
	a.Scheme = sc.Code
	in.grade(r, sc, &a, found)
	if in.check.Count() == before {
		in.keep(r, agency, service, a)
	}
}

// grade reads electronised, level and score and finds the grade.
func (in *serviceImport) grade(r table.Row, sc Scheme, a *Assessment, schemeFound bool) {
	switch r.Get("electronised") {
	case "true", "false":
		a.Electronised = r.Get("electronised") == "true"
	default:
		in.check.AddRow(r.Line, "electronised", "eservice.import.true_false", "value", i18n.Shorten(r.Get("electronised"), 40))
		return
	}
	if electronised, ok := in.levels[a.Level]; !ok {
		in.check.AddRow(r.Line, "electronisation_level", "eservice.import.level_unknown", "value", i18n.Shorten(a.Level, 40))
	} else if electronised != a.Electronised {
		in.check.AddRow(r.Line, "electronisation_level", "eservice.import.level_contradicts", "value", a.Level)
	}
	score := r.Get("score")
	switch {
	case !a.Electronised && score != "":
		in.check.AddRow(r.Line, "score", "eservice.import.score_without_service")
		return
	case !a.Electronised:
		return
	case score == "":
		in.check.AddRow(r.Line, "score", "error.field.required")
		return
	}
	m, err := milli(score)
	if err != nil {
		in.check.AddRow(r.Line, "score", "eservice.import.score", "value", i18n.Shorten(score, 40))
		return
	}
	a.ScoreMilli = &m
	if !schemeFound {
		return
	}
	band, err := sc.Grade(m)
	if err != nil {
		e := apperr.As(err)
		in.check.AddRow(r.Line, "score", e.Key, apperr.Flat(e.Args)...)
		return
	}
	a.Grade = band.Code
}

// keys fills the columns that search and order use.
func keys(names ...string) (search, sort string) {
	all := ""
	for _, n := range names {
		all += " " + n
	}
	return i18n.Fold(all), i18n.SortKey(names[0])
}

package eservice

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/table"
)

// known is what the database holds before an import, by code.
type known struct {
	agencies    map[string]Agency
	services    map[string]EService
	assessments map[string]Assessment // by year and service id
	totals      map[int]Total
}

// serviceImport collects the rows of one file before anything is written.
type serviceImport struct {
	known
	schemes map[string]Scheme
	levels  map[string]bool // code → electronised
	rows    map[string]int  // year and service code → first row
	now     time.Time
	each    func(line int, what, name string, fresh bool) // told of each good row; nil: nobody is
	check   apperr.Check

	newAgencies []Agency
	newServices []EService
	assessments []Assessment
	usedAgency  map[string]bool
	usedYear    map[int]bool
}

func (in *serviceImport) agencies() map[string]bool { return in.usedAgency }

func (in *serviceImport) years() []int { return slices.Sorted(maps.Keys(in.usedYear)) }

// keep adds one good row: the body and the service when they are new, and the
// assessment when it is not there yet.
func (in *serviceImport) keep(r table.Row, agency Agency, service EService, a Assessment) {
	if _, there := in.totals[a.Year]; there {
		in.check.AddRow(r.Line, "year", "eservice.import.year_totals", "year", a.Year)
		return
	}
	key := yearKey(a.Year, service.Code)
	if first, twice := in.rows[key]; twice {
		in.check.AddRow(r.Line, "service_code", "eservice.import.service_twice", "code", service.Code, "row", first)
		return
	}
	in.rows[key] = r.Line
	ag := in.agency(agency)
	if ag.NameAZ != agency.NameAZ || ag.NameEN != agency.NameEN {
		in.check.AddRow(r.Line, "agency_name_az", "eservice.import.agency_other", "code", agency.Code, "name", i18n.Shorten(ag.NameAZ, 40))
		return
	}
	sv := in.service(service, ag)
	if sv.AgencyID != ag.ID {
		in.check.AddRow(r.Line, "agency", "eservice.import.service_of_other", "code", service.Code)
		return
	}
	a.ServiceID, a.AgencyID = sv.ID, ag.ID
	in.use(ag, a.Year)
	old, there := in.known.assessments[yearKey(a.Year, sv.ID)]
	if in.each != nil {
		in.each(r.Line, service.Code+", "+strconv.Itoa(a.Year), service.NameAZ, !there)
	}
	if there {
		if old.CampaignID != "" {
			in.check.AddRow(r.Line, "year", "eservice.import.year_campaign", "year", a.Year)
		} else if !old.same(a) {
			in.check.AddRow(r.Line, "service_code", "eservice.import.assessed_other", "code", service.Code, "year", a.Year)
		}
		return
	}
	a.ID, a.Official, a.Scored, a.Points, a.Revision = store.NewID(), true, true, "[]", 1
	a.Stored = a.Digest()
	in.assessments = append(in.assessments, a)
}

func (in *serviceImport) use(ag Agency, year int) {
	if in.usedAgency == nil {
		in.usedAgency, in.usedYear = map[string]bool{}, map[int]bool{}
	}
	in.usedAgency[ag.Code], in.usedYear[year] = true, true
}

func (in *serviceImport) agency(a Agency) Agency {
	if old, there := in.known.agencies[a.Code]; there {
		return old
	}
	a.ID, a.CreatedAt = store.NewID(), in.now
	a.SearchKey, a.SortKey = keys(a.NameAZ, a.NameEN, a.Code)
	in.known.agencies[a.Code] = a
	in.newAgencies = append(in.newAgencies, a)
	return a
}

func (in *serviceImport) service(s EService, ag Agency) EService {
	if old, there := in.known.services[s.Code]; there {
		return old
	}
	s.ID, s.AgencyID, s.CreatedAt = store.NewID(), ag.ID, in.now
	s.SearchKey, s.SortKey = keys(s.NameAZ, s.NameEN, s.Code)
	in.known.services[s.Code] = s
	in.newServices = append(in.newServices, s)
	return s
}

// insertServices writes what was collected, in batches.
func insertServices(ctx context.Context, tx *store.Tx, in *serviceImport) error {
	if err := InsertBatches(ctx, tx, in.newAgencies); err != nil {
		return store.MapError(err, "insert agencies")
	}
	if err := InsertBatches(ctx, tx, in.newServices); err != nil {
		return store.MapError(err, "insert services")
	}
	return store.MapError(InsertBatches(ctx, tx, in.assessments), "insert assessments")
}

// InsertBatches writes rows, some at a time.
func InsertBatches[T any](ctx context.Context, db bun.IDB, rows []T) error {
	for part := range slices.Chunk(rows, 500) {
		if _, err := db.NewInsert().Model(&part).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

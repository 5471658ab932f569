package eservice

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
)

// Agency is a state body with services.
type Agency struct {
	bun.BaseModel `bun:"table:agencies,alias:g"`

	ID        string    `bun:"id,pk"`
	Code      string    `bun:"code"`
	NameAZ    string    `bun:"name_az"`
	NameEN    string    `bun:"name_en"`
	SearchKey string    `bun:"search_key"`
	SortKey   string    `bun:"sort_key"`
	CreatedAt time.Time `bun:"created_at"`
}

// Name is the body's name in a language.
func (a Agency) Name(lang string) string { return i18n.InLang(lang, a.NameAZ, a.NameEN) }

// EService is one service of a body.
type EService struct {
	bun.BaseModel `bun:"table:eservices,alias:e"`

	ID        string    `bun:"id,pk"`
	AgencyID  string    `bun:"agency_id"`
	Code      string    `bun:"code"`
	NameAZ    string    `bun:"name_az"`
	NameEN    string    `bun:"name_en"`
	SearchKey string    `bun:"search_key"`
	SortKey   string    `bun:"sort_key"`
	CreatedAt time.Time `bun:"created_at"`
}

// Assessment is the result of one service in one year under one scheme.
type Assessment struct {
	bun.BaseModel `bun:"table:assessments,alias:a"`

	ID           string    `bun:"id,pk"`
	ServiceID    string    `bun:"service_id"`
	AgencyID     string    `bun:"agency_id"`
	Year         int       `bun:"year"`
	Scheme       string    `bun:"scheme"`
	Electronised bool      `bun:"electronised"`
	Level        string    `bun:"level"`
	Automation   string    `bun:"automation"`
	ScoreMilli   *int64    `bun:"score_milli"` // thousandths of a point; nil when not electronised, or not scored yet
	Grade        string    `bun:"grade,nullzero"`
	ImportedAt   time.Time `bun:"imported_at"`

	// Of a campaign.
	CampaignID string    `bun:"campaign_id,nullzero"` // empty: entered from a file
	Official   bool      `bun:"official"`             // false: its campaign was cancelled
	Scored     bool      `bun:"scored"`
	Sampled    bool      `bun:"sampled"` // drawn for a second reading
	Points     string    `bun:"points"`  // see [Points]
	WebAddress string    `bun:"web_address"`
	ScoredBy   string    `bun:"scored_by,nullzero"`
	ScoredAt   time.Time `bun:"scored_at,nullzero"`
	Revision   int       `bun:"revision"`
	Stored     int64     `bun:"digest"` // Digest as it was when the result was written
}

// same says whether two results agree in all that was assessed.
func (a Assessment) same(b Assessment) bool {
	score := func(p *int64) int64 {
		if p == nil {
			return -1
		}
		return *p
	}
	return a.Scheme == b.Scheme && a.Electronised == b.Electronised && a.Level == b.Level && score(a.ScoreMilli) == score(b.ScoreMilli)
}

// Total is a year of which only totals are known.
type Total struct {
	bun.BaseModel `bun:"table:assessment_totals,alias:y"`

	Year            int       `bun:"year,pk"`
	Scheme          string    `bun:"scheme"`
	Agencies        int64     `bun:"agencies"`
	Services        int64     `bun:"services"`
	Electronised    int64     `bun:"electronised"`
	NotElectronised int64     `bun:"not_electronised"`
	Unsatisfactory  int64     `bun:"unsatisfactory"`
	Satisfactory    int64     `bun:"satisfactory"`
	Good            int64     `bun:"good"`
	Excellent       int64     `bun:"excellent"`
	Others          string    `bun:"grades"` // JSON of grades to services, of schemes whose grades are others; "" of the four
	SourceName      string    `bun:"source_name"`
	ImportedAt      time.Time `bun:"imported_at"`
}

// totalFigures are what two totals of a year must agree in.
type totalFigures struct {
	counts [8]int64
	others string
}

func (t Total) figures() totalFigures {
	return totalFigures{[8]int64{t.Agencies, t.Services, t.Electronised, t.NotElectronised, t.Unsatisfactory, t.Satisfactory, t.Good, t.Excellent}, t.Others}
}

// grades are the services of a year by grade.
func (t Total) grades() map[string]int64 {
	if t.Others == "" {
		return map[string]int64{Grades[0]: t.Unsatisfactory, Grades[1]: t.Satisfactory, Grades[2]: t.Good, Grades[3]: t.Excellent}
	}
	out := map[string]int64{}
	_ = json.Unmarshal([]byte(t.Others), &out) // written by setGrades alone
	return out
}

// setGrades keeps the services by grade; codes are the grades of the scheme.
func (t *Total) setGrades(codes []string, counts []int64) {
	if slices.Equal(codes, Grades[:]) {
		t.Unsatisfactory, t.Satisfactory, t.Good, t.Excellent = counts[0], counts[1], counts[2], counts[3]
		return
	}
	by := map[string]int64{}
	for i, c := range codes {
		by[c] = counts[i]
	}
	text, _ := json.Marshal(by)
	t.Others = string(text)
}

func yearKey(year int, id string) string { return fmt.Sprintf("%d %s", year, id) }

// loadKnown reads bodies, services, assessments and totals for an import.
func loadKnown(ctx context.Context, db bun.IDB) (known, error) {
	k := known{agencies: map[string]Agency{}, services: map[string]EService{}, assessments: map[string]Assessment{}}
	var agencies []Agency
	if err := db.NewSelect().Model(&agencies).Scan(ctx); err != nil {
		return k, store.MapError(err, "agencies")
	}
	for _, a := range agencies {
		k.agencies[a.Code] = a
	}
	var services []EService
	if err := db.NewSelect().Model(&services).Scan(ctx); err != nil {
		return k, store.MapError(err, "services")
	}
	for _, s := range services {
		k.services[s.Code] = s
	}
	var assessments []Assessment
	if err := db.NewSelect().Model(&assessments).Where("a.official").Scan(ctx); err != nil {
		return k, store.MapError(err, "assessments")
	}
	for _, a := range assessments {
		k.assessments[yearKey(a.Year, a.ServiceID)] = a
	}
	var err error
	k.totals, err = loadTotals(ctx, db)
	return k, err
}

func loadTotals(ctx context.Context, db bun.IDB) (map[int]Total, error) {
	var rows []Total
	if err := db.NewSelect().Model(&rows).Scan(ctx); err != nil {
		return nil, store.MapError(err, "totals")
	}
	out := map[int]Total{}
	for _, t := range rows {
		out[t.Year] = t
	}
	return out, nil
}

// assessedYears lists the years known service by service, in order.
func assessedYears(ctx context.Context, db bun.IDB) ([]int, error) {
	var years []int
	err := db.NewSelect().Model((*Assessment)(nil)).ColumnExpr("DISTINCT a.year").Where("a.official").OrderExpr("a.year").Scan(ctx, &years)
	return years, store.MapError(err, "assessed years")
}

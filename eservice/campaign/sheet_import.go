package campaign

import (
	"cmp"
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/table"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// ImportRequest is the sheet of a whole campaign.
type ImportRequest struct {
	CampaignID string
	File       io.ReaderAt
	Size       int64
	Name       string
	DryRun     bool
	Each       func(SheetOutcome) // told of each good row; nil: nobody is
}

// SheetOutcome says what becomes of a row of a sheet.
type SheetOutcome struct {
	Line    int    // of the file, from 1
	Outcome string // new, changed or same
	Code    string // of the service
	Before  string // score and grade, empty without
	After   string
}

// ImportResult says what was read.
type ImportResult struct {
	Rows   int `json:"rows"`
	Scored int `json:"scored"` // services whose result is new or another
	Same   int `json:"same"`
	Empty  int `json:"empty"` // rows that say nothing yet
}

// known is a result of the campaign as an import finds it.
type known struct {
	id, agency, agencyID string
	barred               string // key of the reason why the actor must not change it; empty: may
	row                  int
}

// Import takes over a sheet of a campaign that is running, all of it or
// nothing. Faults are named by row and column: a body or a service that is
// unknown or of another body, a service twice, a parameter of another scheme,
// points above the maximum, a reason that is missing, a score or a grade that
// is not what the points add up to. A row that changes something is of a body
// whose assessor the actor is and free of ties, as by the form; rows that stay
// the same may be of any body.
func (s *Service) Import(ctx context.Context, in ImportRequest) (res ImportResult, err error) {
	if _, err := office.Allowed(ctx, policies.AssessmentImport); err != nil {
		return res, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := s.lock(ctx, tx, in.CampaignID)
		if err != nil {
			return err
		}
		if c.State != Running {
			return apperr.New(apperr.Conflict, "campaign.error.state", "state", "campaign.state."+string(c.State))
		}
		im, err := s.newImport(ctx, tx, c, in.Each)
		if err != nil {
			return err
		}
		im.csv = !table.IsWorkbook(in.File)
		if err := table.Stream(in.File, in.Size, table.Limits{}, Columns(im.scheme), func(r table.Row) error { return im.row(ctx, r) }); err != nil {
			return err
		}
		if err := im.flush(ctx); err != nil {
			return err
		}
		if err := im.check.Err(); err != nil {
			return err
		}
		if res = im.res; in.DryRun || res.Scored == 0 {
			return store.ErrNoChange
		}
		tx.Record(store.Change{Action: string(policies.AssessmentImport), Kind: kindCampaign, ID: c.ID, Label: c.Number, Note: in.Name, After: map[string]any{"rows": res.Rows, "scored": res.Scored}})
		return event(ctx, tx, c.ID, "", "import", "", in.Name)
	})
	return res, err
}

// importing is one reading of a sheet.
type importing struct {
	s      *Service
	tx     *store.Tx
	c      Campaign
	scheme eservice.Scheme
	known  map[string]*known // by code of the service
	bodies map[string]bool   // codes
	batch  []pending
	csv    bool // texts may be guarded against formulas
	each   func(SheetOutcome)
	check  apperr.Check
	res    ImportResult
}

// words is a cell with words of people.
func (im *importing) words(r table.Row, column string) string {
	if im.csv {
		return table.Unguard(r.Get(column))
	}
	return r.Get(column)
}

type pending struct {
	id    string
	known *known
	code  string
	line  int
	score Score
	text  string // shortcomings
	sum   string
	grade string
	stars string
}

func (s *Service) newImport(ctx context.Context, tx *store.Tx, c Campaign, each func(SheetOutcome)) (*importing, error) {
	im := &importing{s: s, tx: tx, c: c, each: each, known: map[string]*known{}, bodies: map[string]bool{}}
	var err error
	if im.scheme, err = s.scheme(ctx, c.Scheme); err != nil {
		return nil, err
	}
	barred, err := s.barredBodies(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	var rows []struct{ ID, Code, Agency, AgencyID string }
	err = tx.NewRaw(`SELECT a.id, e.code, g.code AS agency, a.agency_id FROM assessments a JOIN eservices e ON e.id = a.service_id JOIN agencies g ON g.id = a.agency_id WHERE a.campaign_id = ?`, c.ID).Scan(ctx, &rows)
	for _, r := range rows {
		im.known[r.Code] = &known{id: r.ID, agency: r.Agency, agencyID: r.AgencyID, barred: barred[r.AgencyID]}
		im.bodies[r.Agency] = true
	}
	return im, store.MapError(err, "services of a campaign")
}

// barredBodies says of which bodies of a campaign the actor must not give
// points, with the key of the reason: another assesses them, or a tie.
func (s *Service) barredBodies(ctx context.Context, tx *store.Tx, c Campaign) (map[string]string, error) {
	var bodies []Body
	if err := tx.NewSelect().Model(&bodies).Column("agency_id", "assessor_id").Where("b.campaign_id = ?", c.ID).Scan(ctx); err != nil {
		return nil, store.MapError(err, "bodies")
	}
	out, mine := map[string]string{}, []string{}
	for _, b := range bodies {
		if b.AssessorID == "" || b.AssessorID != tx.Actor.UserID {
			out[b.AgencyID] = "campaign.error.not_assessor"
		} else {
			mine = append(mine, b.AgencyID)
		}
	}
	if len(mine) == 0 {
		return out, nil
	}
	ties, err := s.tied(ctx, tx, []string{tx.Actor.UserID}, mine)
	for key := range ties {
		out[key[1]] = "campaign.error.tied"
	}
	return out, err
}

// maxFaults are named before the reading is given up.
const maxFaults = 200

// row reads one service.
func (im *importing) row(ctx context.Context, r table.Row) error {
	if im.check.Count() >= maxFaults {
		return im.check.Err()
	}
	im.res.Rows++
	k := im.known[r.Get("service_code")]
	switch {
	case !im.bodies[r.Get("agency")]:
		im.check.AddRow(r.Line, "agency", "campaign.error.agency_unknown", "code", i18n.Shorten(r.Get("agency"), 40))
		return nil
	case k == nil:
		im.check.AddRow(r.Line, "service_code", "campaign.error.service_unknown", "code", i18n.Shorten(r.Get("service_code"), 60))
		return nil
	case k.agency != r.Get("agency"):
		im.check.AddRow(r.Line, "agency", "eservice.import.service_of_other", "code", r.Get("service_code"))
		return nil
	case k.row > 0:
		im.check.AddRow(r.Line, "service_code", "eservice.import.service_twice", "code", r.Get("service_code"), "row", k.row)
		return nil
	}
	k.row = r.Line
	p := pending{id: k.id, known: k, code: r.Get("service_code"), line: r.Line, score: Score{Level: r.Get("electronisation_level"), Automation: r.Get("automation_level")}, text: im.words(r, "shortcomings"), sum: r.Get("score"), grade: r.Get("grade"), stars: r.Get(starsColumn)}
	said := p.score.Level != "" || p.score.Automation != "" || p.sum != "" || p.grade != "" || p.stars != "" || p.text != ""
	before := im.check.Count()
	for _, m := range im.scheme.Parameters {
		cell, reason := r.Get(m.Code), im.words(r, m.Code+".reason")
		if cell == "" && reason == "" {
			continue
		}
		said = true
		pt := eservice.Point{Parameter: m.Code, Reason: reason, NA: strings.EqualFold(cell, notApplicable) || cell == "–"}
		if !pt.NA {
			var err error
			if pt.Milli, err = eservice.Milli(cell); err != nil {
				im.check.AddRow(r.Line, m.Code, "eservice.import.score", "value", i18n.Shorten(cell, 40))
				continue
			}
		}
		p.score.Points = append(p.score.Points, pt)
	}
	if !said {
		im.res.Empty++
		return nil
	}
	if im.check.Count() > before {
		return nil
	}
	if im.batch = append(im.batch, p); len(im.batch) == 500 {
		return im.flush(ctx)
	}
	return nil
}

// flush compares a batch with what is there and writes what is new.
func (im *importing) flush(ctx context.Context) error {
	if len(im.batch) == 0 {
		return nil
	}
	ids := make([]string, len(im.batch))
	for i, p := range im.batch {
		ids[i] = p.id
	}
	var rows []eservice.Assessment
	if err := im.tx.NewSelect().Model(&rows).Where("a.id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return store.MapError(err, "results")
	}
	at := map[string]eservice.Assessment{}
	for _, a := range rows {
		at[a.ID] = a
	}
	wanting, err := wantingOf(ctx, im.tx, ids)
	if err != nil {
		return err
	}
	var write []eservice.Assessment
	texts := map[string][]Shortcoming{}
	for _, p := range im.batch {
		a, ok := im.result(&p, at[p.id])
		if !ok {
			continue
		}
		old := at[p.id]
		found := p.text != wanting[p.id]
		if old.Scored && old.Digest() == a.Digest() && !found {
			im.told(p, "same", old, a)
			im.res.Same++
			continue
		}
		if p.known.barred != "" {
			im.check.AddRow(p.line, "agency", p.known.barred, "reason", "")
			continue
		}
		im.told(p, map[bool]string{true: "changed", false: "new"}[old.Scored], old, a)
		im.res.Scored++
		a.Scored, a.ScoredBy, a.ScoredAt, a.Revision = true, im.tx.Actor.UserID, im.tx.Now, a.Revision+1
		a.Stored = a.Digest()
		write = append(write, a)
		if found {
			texts[a.ID] = p.score.Shortcomings
		}
	}
	im.batch = im.batch[:0]
	if im.check.Count() > 0 || len(write) == 0 {
		return nil
	}
	return im.write(ctx, write, texts)
}

// result checks a row and makes the result of it.
func (im *importing) result(p *pending, a eservice.Assessment) (eservice.Assessment, bool) {
	var check apperr.Check
	p.score.WebAddress = a.WebAddress
	p.score.Shortcomings = checkShortcomings(&check, im.scheme, readWanting(im.scheme, p.text))
	p.score.apply(&check, im.scheme, &a)
	if p.sum != "" {
		m, err := eservice.Milli(p.sum)
		switch {
		case err != nil:
			check.Add("score", "eservice.import.score", "value", i18n.Shorten(p.sum, 40))
		case check.Count() > 0:
		case a.ScoreMilli == nil:
			check.Add("score", "eservice.import.score_without_service")
		case *a.ScoreMilli != m:
			check.Add("score", "campaign.error.score_sum", "score", p.sum, "sum", eservice.MilliText(*a.ScoreMilli, 3))
		}
	}
	if check.Count() == 0 {
		for _, c := range [][2]string{{"grade", p.grade}, {starsColumn, p.stars}} {
			if c[1] != "" && gradeOf(im.scheme, c[1]) != a.Grade {
				check.Add(c[0], "campaign.error.grade_sum", "grade", i18n.Shorten(c[1], 40), "sum", cmp.Or(a.Grade, i18n.None))
			}
		}
	}
	if err := check.Err(); err != nil {
		for _, f := range apperr.As(err).Fields {
			im.check.AddRow(p.line, sheetColumn(f.Name), f.Key, apperr.Flat(f.Args)...)
		}
		return a, false
	}
	return a, true
}

// told tells of a row.
func (im *importing) told(p pending, what string, old, a eservice.Assessment) {
	if im.each != nil {
		im.each(SheetOutcome{Line: p.line, Outcome: what, Code: p.code, Before: im.said(old), After: im.said(a)})
	}
}

// said is the score and the grade of a result, or its level without one.
func (im *importing) said(a eservice.Assessment) string {
	switch {
	case !a.Scored && a.ScoreMilli == nil && a.Grade == "":
		return ""
	case a.ScoreMilli == nil:
		return a.Level
	}
	return eservice.MilliText(*a.ScoreMilli, 1) + ", " + a.Grade
}

// gradeOf is the code of the grade that a cell means: the code, its word in
// either language, or of a scheme of stars their number, as a number or as so
// many stars. A dash is no grade; a cell that means none of these is given back
// as it is.
func gradeOf(s eservice.Scheme, cell string) string {
	if cell == i18n.None || cell == "-" {
		return ""
	}
	folded := i18n.Fold(cell)
	for _, b := range s.Bands {
		if cell == b.Code || folded == i18n.Fold(b.LabelAZ) || folded == i18n.Fold(b.LabelEN) {
			return b.Code
		}
	}
	stars := cell
	if n := strings.Count(cell, "★"); n > 0 && strings.Trim(cell, "★☆ ") == "" {
		stars = strconv.Itoa(n)
	}
	for _, b := range s.Bands {
		if b.Code == "star"+stars {
			return b.Code
		}
	}
	return cell
}

// sheetColumn is the column of a field.
func sheetColumn(field string) string {
	switch {
	case strings.HasPrefix(field, "points."):
		return strings.TrimPrefix(field, "points.")
	case strings.HasPrefix(field, "reason."):
		return strings.TrimPrefix(field, "reason.") + ".reason"
	case strings.HasPrefix(field, "shortcoming"):
		return "shortcomings"
	case field == "level":
		return "electronisation_level"
	case field == "automation":
		return "automation_level"
	}
	return field
}

// write changes results, many at a time, and their shortcomings.
func (im *importing) write(ctx context.Context, rows []eservice.Assessment, found map[string][]Shortcoming) error {
	_, err := im.tx.NewInsert().Model(&rows).On("CONFLICT (id) DO UPDATE").
		Set("electronised = EXCLUDED.electronised, level = EXCLUDED.level, automation = EXCLUDED.automation, score_milli = EXCLUDED.score_milli, grade = EXCLUDED.grade").
		Set("scored = EXCLUDED.scored, scored_by = EXCLUDED.scored_by, scored_at = EXCLUDED.scored_at, points = EXCLUDED.points, revision = EXCLUDED.revision, digest = EXCLUDED.digest").Exec(ctx)
	if err != nil {
		return store.MapError(err, "results of a sheet")
	}
	for id, list := range found {
		if err := saveShortcomings(ctx, im.tx, id, list); err != nil {
			return err
		}
	}
	return nil
}

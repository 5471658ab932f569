package audit

import (
	"context"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// RowFilter narrows a checklist; zero fields do not.
type RowFilter struct {
	Phase    string // first number of the GSBPM code
	Answer   Answer
	Answerer string // user id
	Again    bool   // only those where the last audit found something
	After    string // Next of the page before
	Limit    int    // 50 when 0
}

// RowView is a row of the checklist as the list shows it.
type RowView struct {
	Row

	Standard string // name of the standard, "ISO 9001:2015"
	Evidence int    // linked submissions
	Photos   int    // files that belong to the row itself
	By       string // name of who answered
	Findings []FindingView
	Last     LastFinding // what the last audit found here; zero when nothing
}

// Checklist is a page of rows.
type Checklist struct {
	Rows  []RowView
	Total int    // rows that fit the filter
	Next  string // After of the next page, "" when this is the last
}

// Checklist lists the rows of an audit in their order. Departments do not see
// the checklist of an audit.
func (s *Service) Checklist(ctx context.Context, auditID string, f RowFilter) (Checklist, error) {
	if err := s.working(ctx, auditID); err != nil {
		return Checklist{}, err
	}
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = 50
	}
	after, err := strconv.Atoi(f.After)
	if f.After != "" && err != nil {
		return Checklist{}, apperr.Missing("row")
	}
	db := s.DB.Read()
	page, err := checklistPage(ctx, db, auditID, f, after)
	if err != nil {
		return page, err
	}
	if len(page.Rows) == 0 {
		return page, nil
	}
	var ids []string
	for _, r := range page.Rows {
		ids = append(ids, r.ID)
	}
	findings, err := findingsOf(ctx, db, auditID, ids...)
	if err != nil {
		return page, err
	}
	byRow := map[string][]FindingView{}
	for _, fi := range findings {
		byRow[fi.RowID] = append(byRow[fi.RowID], fi)
	}
	var last []string
	for i, r := range page.Rows {
		page.Rows[i].Findings = byRow[r.ID]
		last = append(last, r.LastFinding)
	}
	before, err := findingsByID(ctx, db, known(last))
	for i, r := range page.Rows {
		page.Rows[i].Last = before[r.LastFinding]
	}
	return page, err
}

// working refuses those who see an audit but not its working papers.
func (s *Service) working(ctx context.Context, auditID string) error {
	sc, err := office.Allowed(ctx, policies.AuditRead)
	if err != nil {
		return err
	}
	if _, err := s.seenAudit(ctx, s.DB.Read(), auditID); err != nil {
		return err
	}
	if !sc.Any && !sc.Object(kindAudit, auditID) {
		return apperr.Missing("checklist")
	}
	return nil
}

// MissingOutput is an expected output without evidence under the code of a
// row.
type MissingOutput struct {
	Code       string  // of the task
	Name       string  // of the output, as in the official description
	Due        day.Day // of the phase
	Department string  // code of the department that must deliver it
}

// RowPanel is a row beside the evidence that concerns it.
type RowPanel struct {
	Row

	Standard   string
	ClauseName Clause
	By         string
	ActivityAZ string
	ActivityEN string
	Linked     []Evidence      // linked to the row
	Offered    []Evidence      // in the scope under the row's code, not linked
	Missing    []MissingOutput // expected and not there
	Findings   []FindingView
	Files      []RowFile   // of the row itself
	Last       LastFinding // what the last audit found here; zero when nothing
}

// Row gives a row of the checklist with evidence to look at.
func (s *Service) Row(ctx context.Context, auditID, rowID string) (RowPanel, error) {
	if err := s.working(ctx, auditID); err != nil {
		return RowPanel{}, err
	}
	db := s.DB.Read()
	row, err := rowByID(ctx, db, rowID)
	if err != nil {
		return RowPanel{}, err
	}
	if row.AuditID != auditID {
		return RowPanel{}, apperr.Missing("row")
	}
	p := RowPanel{Row: row}
	sc, err := scopeOf(ctx, db, auditID)
	if err != nil {
		return p, err
	}
	if err := loadPanel(ctx, db, &p, sc); err != nil {
		return p, err
	}
	linked, ids, err := links(ctx, db, "row_evidence", "row_id", []string{row.ID})
	if err != nil {
		return p, err
	}
	offered, err := offeredEvidence(ctx, db, sc, row.GSBPM)
	if err != nil {
		return p, err
	}
	evidence, err := s.evidence(ctx, db, append(ids, offered...))
	if err != nil {
		return p, err
	}
	taken := map[string]bool{}
	for _, id := range linked[row.ID] {
		taken[id] = true
		p.Linked = append(p.Linked, evidence[id])
	}
	for _, id := range offered {
		if !taken[id] {
			p.Offered = append(p.Offered, evidence[id])
		}
	}
	if p.Findings, err = findingsOf(ctx, db, auditID, row.ID); err != nil {
		return p, err
	}
	files, err := rowFiles(ctx, db, []string{row.ID})
	if err != nil {
		return p, err
	}
	p.Files = files[row.ID]
	before, err := findingsByID(ctx, db, known([]string{row.LastFinding}))
	p.Last = before[row.LastFinding]
	return p, err
}

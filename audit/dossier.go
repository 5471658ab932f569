package audit

import (
	"context"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// RowRecord is a row of the checklist with its evidence, for documents.
type RowRecord struct {
	RowView

	Evidence []Evidence
}

// Dossier is everything the documents of an audit say about it.
type Dossier struct {
	AuditView

	Checklist  []RowRecord // empty for departments, who do not see the working papers
	Objections []Objection // to its acts, decided or not, in order of time
}

// AuditDossier gives an audit by number or id with checklist, findings,
// evidence, acts and objections, in a fixed number of queries.
func (s *Service) AuditDossier(ctx context.Context, key string) (Dossier, error) {
	var d Dossier
	if _, err := office.Allowed(ctx, policies.AuditRead); err != nil {
		return d, err
	}
	db := s.DB.Read()
	id, err := idByNumber(ctx, db, "audits", key)
	if err != nil {
		return d, err
	}
	if d.AuditView, err = s.Audit(ctx, id); err != nil {
		return d, err
	}
	if d.Objections, err = s.objections(ctx, db, id); err != nil {
		return d, err
	}
	var findings []string
	for _, f := range d.Findings {
		findings = append(findings, f.ID)
	}
	ofFinding, ids, err := links(ctx, db, "finding_evidence", "finding_id", findings)
	if err != nil {
		return d, err
	}
	var page Checklist
	ofRow := map[string][]string{}
	if d.Working {
		if page, err = checklistPage(ctx, db, id, RowFilter{Limit: maxRows}, 0); err != nil {
			return d, err
		}
		var rows, more []string
		for _, r := range page.Rows {
			rows = append(rows, r.ID)
		}
		if ofRow, more, err = links(ctx, db, "row_evidence", "row_id", rows); err != nil {
			return d, err
		}
		ids = append(ids, more...)
	}
	evidence, err := s.evidence(ctx, db, ids)
	if err != nil {
		return d, err
	}
	byRow := map[string][]FindingView{}
	for i, f := range d.Findings {
		for _, id := range ofFinding[f.ID] {
			d.Findings[i].Evidence = append(d.Findings[i].Evidence, evidence[id])
		}
		byRow[f.RowID] = append(byRow[f.RowID], d.Findings[i])
	}
	for _, r := range page.Rows {
		rec := RowRecord{RowView: r}
		rec.Findings = byRow[r.ID]
		for _, id := range ofRow[r.ID] {
			rec.Evidence = append(rec.Evidence, evidence[id])
		}
		d.Checklist = append(d.Checklist, rec)
	}
	return d, nil
}

// maxRows bounds the checklist of one audit in a document.
const maxRows = 5000

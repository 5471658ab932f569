package audit

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// RowField names what of a row can be changed by itself. Two auditors who
// change different fields of one row never meet.
type RowField string

const (
	FieldAnswer       RowField = "answer"        // one of Answers
	FieldNote         RowField = "note"          // text
	FieldPopulation   RowField = "population"    // whole number or empty
	FieldSample       RowField = "sample"        // whole number or empty
	FieldSampleMethod RowField = "sample_method" // how the sample was chosen
	FieldSampleResult RowField = "sample_result" // text
	FieldEvidence     RowField = "evidence"      // ids of submissions, parted by blanks; two sets are merged
)

// RowFields lists the fields in the order of forms.
func RowFields() []RowField {
	return []RowField{FieldAnswer, FieldNote, FieldPopulation, FieldSample, FieldSampleMethod, FieldSampleResult, FieldEvidence}
}

// RowPatch is what somebody changed in a row, as text. Fields that are not in
// it stay as they are.
type RowPatch struct {
	RowID   string
	Version int                 // of the row as it was when the first of the fields was touched
	Request string              // id given by the sender, at most 64 characters: sent again, it changes nothing; may be empty
	After   []string            // earlier requests of the same sender that may have arrived: what they wrote is no surprise to it
	Fields  map[RowField]string // as typed
}

// RowConflict is a field that somebody else has changed since it was seen.
type RowConflict struct {
	Field        RowField
	Mine, Theirs string // as RowPatch has them
	By           string // name
	At           time.Time
}

// SavedRow is a row after it was written.
type SavedRow struct {
	Row

	Evidence []string // ids of the submissions linked to it
	Repeated bool     // the request had been served before; nothing was changed now
}

// maxRequest bounds the id of a request.
const maxRequest = 64

// SaveRow writes the fields of a patch to a row of an audit in progress, all
// of them or none. With conflicts nothing is written and they are given back
// without an error: the sender chooses and saves again with the version of
// the row that is given beside them.
func (s *Service) SaveRow(ctx context.Context, p RowPatch) (SavedRow, []RowConflict, error) {
	var c apperr.Check
	p = p.check(&c)
	if err := c.Err(); err != nil {
		return SavedRow{}, nil, err
	}
	var out SavedRow
	var conflicts []RowConflict
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		a, row, err := s.rowToAnswer(ctx, tx, p.RowID, policies.ChecklistAnswer)
		if err != nil {
			return err
		}
		out, conflicts, err = s.patchRow(ctx, tx, a, row, p)
		if err == nil && (len(conflicts) > 0 || out.Repeated || out.Version == row.Version) {
			return store.ErrNoChange
		}
		return err
	})
	return out, conflicts, err
}

// check tidies what was typed; unknown fields and bad numbers are Invalid.
func (p RowPatch) check(c *apperr.Check) RowPatch {
	if len(p.Request) > maxRequest {
		c.Add("request", "error.field.too_long", "max", maxRequest, "length", len(p.Request))
	}
	clean := map[RowField]string{}
	for field, text := range p.Fields {
		name := string(field)
		switch field {
		case FieldAnswer:
			apperr.OneOf(c, name, Answer(text), Answers()...)
		case FieldNote:
			text = c.Text(name, text, 0, maxText)
		case FieldSampleMethod, FieldSampleResult:
			text = c.Text(name, text, 0, maxTitle)
		case FieldPopulation, FieldSample:
			text = wholeNumber(c, name, text)
		case FieldEvidence:
			text = idSet(c, name, strings.Fields(text))
		default:
			c.Add(name, "error.field.choice")
		}
		clean[field] = text
	}
	p.Fields = clean
	return p
}

// wholeNumber reads a count as people write it, with blanks between thousands.
func wholeNumber(c *apperr.Check, name, text string) string {
	text = strings.NewReplacer(" ", "", "\u202f", "", "\u00a0", "").Replace(strings.TrimSpace(text))
	if text == "" {
		return ""
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		c.Add(name, "error.field.number")
	case n < 0 || n > maxCount:
		c.Add(name, "error.field.range", "min", 0, "max", maxCount)
	}
	return strconv.Itoa(n)
}

// maxCount is the most units that a population or a sample has.
const maxCount = 1_000_000_000

// idSet writes ids in the one order in which two sets are compared.
func idSet(c *apperr.Check, name string, ids []string) string {
	for _, id := range ids {
		if !store.IsID(id) {
			c.Add(name, "error.field.choice")
		}
	}
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return strings.Join(slices.Compact(ids), " ")
}

// patchRow merges a patch into a row whose audit is held, and writes it.
func (s *Service) patchRow(ctx context.Context, tx *store.Tx, a Audit, old Row, p RowPatch) (SavedRow, []RowConflict, error) {
	linked, _, err := links(ctx, tx, "row_evidence", "row_id", []string{old.ID})
	if err != nil {
		return SavedRow{}, nil, err
	}
	now := rowTexts(old, linked[old.ID])
	out := SavedRow{Row: old, Evidence: linked[old.ID]}
	if p.Request != "" {
		if out.Repeated, err = requestServed(ctx, tx, old.ID, tx.Actor.UserID, p.Request); err != nil || out.Repeated {
			return out, nil, err
		}
	}
	if p.Version < 1 || p.Version > old.Version {
		return out, nil, changedBy(ctx, tx, s.KIS.Zone, old.ID) // a version that nobody saw
	}
	later, err := changesSince(ctx, tx, old.ID, p.Version)
	if err != nil {
		return out, nil, err
	}
	fields, conflicts, err := mergeRow(p, now, later, tx.Actor.UserID, old.Version)
	if err != nil || len(conflicts) > 0 {
		return out, conflicts, err
	}
	row, evidence := old, linked[old.ID]
	for field, text := range fields {
		setText(&row, &evidence, field, text)
	}
	if err := s.checkRow(ctx, tx, a, row, fields, evidence); err != nil {
		return out, nil, err
	}
	if len(fields) == 0 {
		return out, nil, nil
	}
	row.AnsweredBy, row.AnsweredAt, row.Version = tx.Actor.UserID, tx.Now, old.Version+1
	moved, err := updateRow(ctx, tx, row, old.Version)
	if err == nil && !moved {
		err = changedBy(ctx, tx, s.KIS.Zone, old.ID)
	}
	if err != nil {
		return out, nil, err
	}
	if _, links := fields[FieldEvidence]; links {
		if err := linkEvidence(ctx, tx, row.ID, evidence); err != nil {
			return out, nil, err
		}
	}
	if err := keepChanges(ctx, tx, row, p.Request, now, fields); err != nil {
		return out, nil, err
	}
	before, after := map[string]any{}, map[string]any{}
	for field, text := range fields {
		before[string(field)], after[string(field)] = now[field], text
	}
	tx.Record(store.Change{Action: string(policies.ChecklistAnswer), Kind: kindRow, ID: row.ID, Label: row.No, RootKind: kindAudit, RootID: a.ID,
		Before: before, After: after})
	return SavedRow{Row: row, Evidence: evidence}, nil, nil
}

// checkRow refuses what no single field shows: a sample larger than its
// population, another answer than the act says, evidence out of scope.
func (s *Service) checkRow(ctx context.Context, tx *store.Tx, a Audit, row Row, fields map[RowField]string, evidence []string) error {
	if row.Sample != nil && row.Population != nil && *row.Sample > *row.Population {
		return apperr.InvalidField("sample", "audit.error.sample", "population", *row.Population)
	}
	if _, changed := fields[FieldAnswer]; changed && row.Answer != Nonconforms {
		n, err := standingActs(ctx, tx, row.ID)
		if err != nil {
			return err
		}
		if n > 0 {
			return apperr.InvalidField("answer", "audit.error.row_has_act")
		}
	}
	if _, changed := fields[FieldEvidence]; !changed || len(evidence) == 0 {
		return nil
	}
	n, err := evidenceInScope(ctx, tx, a.ID, evidence)
	if err != nil {
		return err
	}
	if n != len(evidence) {
		return apperr.InvalidField("evidence", "error.field.missing")
	}
	return mayLink(ctx, tx, row.ID, evidence)
}

package programme

import "github.com/kis-platform/kis/internal/store"

// seals are what the trail keeps of programmes and of the weights by which
// their priorities are worked out; kis verify compares.
var seals = []store.Seal{
	{Kind: kindProgramme, Table: "programmes", Parts: []store.SealPart{
		{Name: "text", Query: `SELECT id, year, weighting_id, objectives, criteria, methods, resources, created_by, created_at FROM programmes WHERE id IN (?0)`},
		{Name: "state", Query: `SELECT id, state, version, amendment, return_note, close_note, submitted_by, submitted_at, approved_by, approved_at, closed_by, closed_at
			FROM programmes WHERE id IN (?0)`},
		{Name: "risks", Query: `SELECT programme_id, position, kind, text, treatment FROM programme_risks WHERE programme_id IN (?0)`},
		{Name: "rows", Query: `SELECT programme_id, id, no, kind, process_id, department_id, site_id, importance, computed, adjusted, adjust_reason, months, codes,
			lead_id, note FROM programme_rows WHERE programme_id IN (?0)`},
		{Name: "scores", Query: `SELECT r.programme_id, s.row_id, s.factor, s.figure, s.score FROM programme_scores s JOIN programme_rows r ON r.id = s.row_id
			WHERE r.programme_id IN (?0)`},
		{Name: "changes", Query: `SELECT programme_id, id, number, row_id, at, actor_id, actor, reason, field_values FROM programme_changes WHERE programme_id IN (?0)`},
	}},
	{Kind: kindWeighting, Table: "programme_weightings", Parts: []store.SealPart{
		{Name: "text", Query: `SELECT id, number, valid_from, source_az, source_en, reason, created_by, created_at FROM programme_weightings WHERE id IN (?0)`},
		{Name: "weights", Query: `SELECT weighting_id, factor, weight, steps FROM programme_factors WHERE weighting_id IN (?0)`},
	}},
}

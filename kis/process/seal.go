package process

import "github.com/kis-platform/kis/internal/store"

// kindProcess is what the trail calls a process.
const kindProcess = "process"

// Seal is what the trail keeps of a process: its descriptions as they were
// confirmed, and its targets, whose table stands beneath kis/indicator.
var Seal = store.Seal{Kind: kindProcess, Table: "processes", Of: []string{"indicator_target"}, Parts: []store.SealPart{
	{Name: "facts", Query: `SELECT id, code, title_az, title_en, owner_id, created_at FROM processes WHERE id IN (?0)`},
	{Name: "description", Query: `SELECT v.process_id, v.number, v.effective_from, v.source_name, v.source_sha256, v.content_sha256, v.format, v.copied_from, v.created_by, v.created_at,
			a.code, a.position, a.name_az, a.name_en, a.work_az, a.applicable
		FROM process_versions v JOIN activities a ON a.version_id = v.id WHERE v.process_id IN (?0)`},
	{Name: "process_inputs", Query: `SELECT v.process_id, v.number, a.code, i.position, i.name_az
		FROM process_versions v JOIN activities a ON a.version_id = v.id JOIN activity_inputs i ON i.activity_id = a.id WHERE v.process_id IN (?0)`},
	{Name: "process_outputs", Query: `SELECT v.process_id, v.number, a.code, o.id, o.position, o.name_az
		FROM process_versions v JOIN activities a ON a.version_id = v.id JOIN outputs o ON o.activity_id = a.id WHERE v.process_id IN (?0)`},
	{Name: "suppliers", Query: `SELECT v.process_id, v.number, a.code, d.department_id, d.position, d.supplier, d.responsible
		FROM process_versions v JOIN activities a ON a.version_id = v.id JOIN activity_departments d ON d.activity_id = a.id WHERE v.process_id IN (?0)`},
	{Name: "supplier_names", Query: `SELECT v.process_id, v.number, a.code, n.position, n.name_az
		FROM process_versions v JOIN activities a ON a.version_id = v.id JOIN activity_supplier_names n ON n.activity_id = a.id WHERE v.process_id IN (?0)`},
	{Name: "gates", Query: `SELECT v.process_id, v.number, g.phase, g.statement_az, g.statement_en
		FROM process_versions v JOIN process_gates g ON g.version_id = v.id WHERE v.process_id IN (?0)`},
	{Name: "indicator_targets", Query: `SELECT process_id, indicator_id, target, applicable, reason, changed_by, changed_at FROM indicator_targets WHERE process_id IN (?0)`},
}}

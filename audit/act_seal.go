package audit

import "github.com/kis-platform/kis/internal/store"

// actSeal is what the trail keeps of an act. All of it is kept from the draft
// on; once the act is issued, text, finding and evidence do not change any
// more, and kis verify holds each entry against the one before.
var actSeal = store.Seal{Kind: kindAct, Table: "acts", Of: []string{kindAction}, Parts: []store.SealPart{
	{Name: "text", Query: `SELECT id, number, origin, finding_id, audit_id, cycle_id, department_id, grade, standard, edition, clause, gsbpm,
		criterion, statement, objective_evidence, repeat_of, issued_by, issued_at, created_by, created_at FROM acts WHERE id IN (?0)`},
	{Name: "finding", Query: `SELECT a.id, f.id, f.audit_id, f.row_id, f.no, f.grade, f.standard, f.edition, f.clause, f.gsbpm, f.cycle_id, f.department_id,
		f.statement, f.recommendation, f.created_by, f.created_at FROM acts a JOIN findings f ON f.id = a.finding_id WHERE a.id IN (?0)`},
	{Name: "evidence", Query: `SELECT e.act_id, e.submission_id, s.version, sf.position, f.sha256, f.size FROM act_evidence e
		JOIN submissions s ON s.id = e.submission_id LEFT JOIN submission_files sf ON sf.submission_id = e.submission_id LEFT JOIN files f ON f.id = sf.file_id
		WHERE e.act_id IN (?0)`},
	{Name: "state", Query: `SELECT id, state, version, answer_due, answer_confirmed, acknowledged_by, acknowledged_at, objection, objected_by, objected_at,
		resolution, resolved_by, resolved_at, plan_due, planned_by, planned_at, approved_by, approved_at, effect_months, implemented_at, effect_due,
		effect_result, effect_by, effect_at, closed_by, closed_at, withdrawn_at, reopened FROM acts WHERE id IN (?0)`},
	{Name: "answer", Query: `SELECT id, correction, correction_day, cause_method, root_cause, similar_checked, similar_where, risk_updated, qms_change,
		effect_measure, effect_baseline, effect_target FROM acts WHERE id IN (?0)`},
	{Name: "causes", Query: `SELECT act_id, position, category, question, answer FROM act_causes WHERE act_id IN (?0)`},
	{Name: "actions", Query: `SELECT act_id, id, no, text, owner_id, department_id, due, state, result, round, created_at, started_at, reported_by, done_at,
		verified_by, verified_at, verdict_note FROM corrective_actions WHERE act_id IN (?0)`},
	{Name: "files", Query: `SELECT ac.act_id, l.action_id, l.file_id, l.position, f.sha256, f.size, f.name FROM corrective_actions ac
		JOIN action_files l ON l.action_id = ac.id JOIN files f ON f.id = l.file_id WHERE ac.act_id IN (?0)`},
	{Name: "steps", Query: `SELECT act_id, id, action_id, seq, at, actor_id, actor, verb, from_state, to_state, note FROM act_events WHERE act_id IN (?0)`},
	// Parts of a newer program: an act that has none of it has no such part, so that what older programs sealed stays true.
	{Name: "origin", Query: `SELECT act_id, kind, submission_id, reference, label, received_on FROM act_origins WHERE act_id IN (?0)`},
	{Name: "tree", Query: `SELECT act_id, position, parent FROM act_causes WHERE parent > 0 AND act_id IN (?0)`},
	{Name: "similar", Query: `SELECT act_id, other_id FROM act_similar WHERE act_id IN (?0)`},
	{Name: "owners", Query: `SELECT act_id, action_id, user_id, department_id, position FROM action_owners WHERE act_id IN (?0)`},
	{Name: "extensions", Query: `SELECT act_id, id, action_id, no, from_due, to_due, reason, state, requested_by, requested_at, decided_by, decided_at, note
		FROM action_extensions WHERE act_id IN (?0)`},
	{Name: "action_evidence", Query: `SELECT ac.act_id, l.action_id, l.submission_id FROM corrective_actions ac
		JOIN action_evidence l ON l.action_id = ac.id WHERE ac.act_id IN (?0)`},
	{Name: "terms", Query: `SELECT act_id, id, due_days, extensions, escalation, escalated_at FROM corrective_actions
		WHERE (extensions > 0 OR escalation > 0 OR due_days IS NOT NULL) AND act_id IN (?0)`},
	{Name: "addenda", Query: `SELECT act_id, id, no, at, author_id, author, text FROM act_addenda WHERE act_id IN (?0)`},
}}

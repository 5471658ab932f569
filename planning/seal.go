package planning

import "github.com/kis-platform/kis/internal/store"

// reviewSeal is what the trail keeps of a management review.
var reviewSeal = store.Seal{Kind: kindReview, Table: "reviews", Parts: []store.SealPart{
	{Name: "text", Query: `SELECT id, number, year, seq, from_day, to_day, meeting_at, place, chair_id, suitable, adequate, effective, conclusion,
		figures_at, created_by, created_at FROM reviews WHERE id IN (?0)`},
	{Name: "state", Query: `SELECT id, state, version, return_note, prepared_by, prepared_at, signed_by, signed_name, signed_at FROM reviews WHERE id IN (?0)`},
	{Name: "people", Query: `SELECT review_id, user_id, position, name, post_az, post_en, unit FROM review_participants WHERE review_id IN (?0)`},
	{Name: "inputs", Query: `SELECT review_id, letter, position, clause, name_az, name_en, comment, commented_by, commented_at
		FROM review_inputs WHERE review_id IN (?0)`},
	{Name: "figures", Query: `SELECT review_id, letter, position, key, num, den, value, args, href, better, has_prev, prev_num, prev_den
		FROM review_figures WHERE review_id IN (?0)`},
	{Name: "decisions", Query: `SELECT review_id, id, no, kind, text, owner_id, department_id, due, created_by, created_at
		FROM review_decisions WHERE review_id IN (?0)`},
	{Name: "open_decisions", Query: `SELECT review_id, position, decision_id, owner, department, department_az, department_en, late, state, plan, item_id, item_no
		FROM review_open_decisions WHERE review_id IN (?0)`},
	{Name: "addenda", Query: `SELECT review_id, id, no, at, author_id, author, text FROM review_addenda WHERE review_id IN (?0)`},
}}

// planSeal is what the trail keeps of a yearly plan.
var planSeal = store.Seal{Kind: kindPlan, Table: "plans", Of: []string{kindItem, "plan_objection", "plan_agreement", "plan_amendment"}, Parts: []store.SealPart{
	{Name: "state", Query: `SELECT id, year, state, revision, approve_due, note, created_by, created_at, agreeing_at, agreed_at, approved_by, approved_name,
		approved_at, running_at, closed_by, closed_at, version FROM plans WHERE id IN (?0)`},
	{Name: "items", Query: `SELECT plan_id, id, no, section, section_no, added, text, expected_result, indicator, responsible_id, start_quarter, due, basis,
		basis_label, recommendation_id, decision_id, carried_from, created_by, created_at FROM plan_items WHERE plan_id IN (?0)`},
	{Name: "executors", Query: `SELECT i.plan_id, d.item_id, d.department_id, d.position FROM plan_items i JOIN plan_item_departments d ON d.item_id = i.id
		WHERE i.plan_id IN (?0)`},
	{Name: "progress", Query: `SELECT plan_id, id, state, state_at, new_due, version FROM plan_items WHERE plan_id IN (?0)`},
	{Name: "agreements", Query: `SELECT plan_id, department_id, state, revision, decided_by, decided_name, decided_at, since
		FROM plan_agreements WHERE plan_id IN (?0)`},
	{Name: "objections", Query: `SELECT plan_id, id, department_id, item_id, item_label, revision, text, objected_by, objected_at, answer, changed,
		answered_by, answered_at FROM plan_objections WHERE plan_id IN (?0)`},
	{Name: "reports", Query: `SELECT i.plan_id, r.id, r.item_id, r.no, r.from_state, r.to_state, r.narrative, r.reason, r.new_due, r.reported_by,
		r.reported_name, r.reported_at FROM plan_items i JOIN plan_reports r ON r.item_id = i.id WHERE i.plan_id IN (?0)`},
	{Name: "plan_kind", Later: true, Query: `SELECT id, kind, rule, key FROM plans WHERE id IN (?0)`},
	{Name: "report_quarters", Later: true, Query: `SELECT i.plan_id, r.id, r.quarter FROM plan_items i JOIN plan_reports r ON r.item_id = i.id WHERE i.plan_id IN (?0)`},
	{Name: "verdicts", Query: `SELECT i.plan_id, v.report_id, v.accepted, v.note, v.decided_by, v.decided_name, v.decided_at FROM plan_items i
		JOIN plan_reports r ON r.item_id = i.id JOIN plan_report_verdicts v ON v.report_id = r.id WHERE i.plan_id IN (?0)`},
	{Name: "plan_steps", Query: `SELECT i.plan_id, s.id, s.item_id, s.no, s.text FROM plan_items i JOIN plan_steps s ON s.item_id = i.id WHERE i.plan_id IN (?0)`},
	{Name: "steps_done", Query: `SELECT i.plan_id, x.report_id, x.step_id FROM plan_items i JOIN plan_reports r ON r.item_id = i.id
		JOIN plan_report_steps x ON x.report_id = r.id WHERE i.plan_id IN (?0)`},
	{Name: "plan_people", Query: `SELECT i.plan_id, x.item_id, x.user_id, x.assigned_by, x.assigned_at FROM plan_items i
		JOIN plan_item_people x ON x.item_id = i.id WHERE i.plan_id IN (?0)`},
	{Name: "impacts", Query: `SELECT i.plan_id, x.id, x.item_id, x.due, x.verdict, x.text, x.checked_by, x.checked_name, x.checked_at, x.created_at FROM plan_items i
		JOIN plan_impacts x ON x.item_id = i.id WHERE i.plan_id IN (?0)`},
	{Name: "impact_files", Query: `SELECT i.plan_id, l.impact_id, l.file_id, l.position, f.sha256, f.size, f.name FROM plan_items i
		JOIN plan_impacts x ON x.item_id = i.id JOIN plan_impact_files l ON l.impact_id = x.id JOIN files f ON f.id = l.file_id WHERE i.plan_id IN (?0)`},
	{Name: "amendments", Query: `SELECT plan_id, id, no, state, reason, created_by, created_name, created_at, proposed_by, proposed_name, proposed_at,
		decided_by, decided_name, decided_at, note, version FROM plan_amendments WHERE plan_id IN (?0)`},
	{Name: "amended", Query: `SELECT m.plan_id, x.id, x.amendment_id, x.position, x.item_id, x.item_no, x.kind, x.before, x.after FROM plan_amendments m
		JOIN plan_amendment_changes x ON x.amendment_id = m.id WHERE m.plan_id IN (?0)`},
	{Name: "files", Query: `SELECT i.plan_id, l.report_id, l.file_id, l.position, f.sha256, f.size, f.name FROM plan_items i JOIN plan_reports r ON r.item_id = i.id
		JOIN plan_report_files l ON l.report_id = r.id JOIN files f ON f.id = l.file_id WHERE i.plan_id IN (?0)`},
}}

// recommendationSeal is what the trail keeps of an entry of the register of
// recommendations, which every later step of planning rests on.
var recommendationSeal = store.Seal{Kind: kindRecommendation, Table: "recommendations", Parts: []store.SealPart{
	{Name: "text", Query: `SELECT id, number, year, seq, text, basis, basis_label, finding_id, act_id, decision_id, basis_id, gsbpm, clause, department_id,
		proposed_by, proposed_at FROM recommendations WHERE id IN (?0)`},
	{Name: "state", Query: `SELECT id, state, reason, merged_into, decided_by, decided_at FROM recommendations WHERE id IN (?0)`},
}}

// measureEntrySeal is what the trail keeps of what was done for a measure in a
// year, and of how that was judged.
var measureEntrySeal = store.Seal{Kind: kindMeasureEntry, Table: "measure_entries", Parts: []store.SealPart{
	{Name: "text", Query: `SELECT id, measure_id, year, narrative, figures, created_by, created_at FROM measure_entries WHERE id IN (?0)`},
	{Name: "state", Query: `SELECT id, state, version, proposed, proposed_done, status, done, reason, act, returned, updated_by, updated_at,
		submitted_by, submitted_at, decided_by, decided_at FROM measure_entries WHERE id IN (?0)`},
	{Name: "steps", Query: `SELECT entry_id, position, text, done FROM measure_milestones WHERE entry_id IN (?0)`},
	{Name: "links", Query: `SELECT entry_id, position, url, dated FROM measure_links WHERE entry_id IN (?0)`},
	{Name: "files", Query: `SELECT l.entry_id, l.file_id, l.position, l.dated, f.sha256, f.size, f.name FROM measure_files l JOIN files f ON f.id = l.file_id
		WHERE l.entry_id IN (?0)`},
}}

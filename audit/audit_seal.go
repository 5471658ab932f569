package audit

import "github.com/kis-platform/kis/internal/store"

// seals are what the trail keeps of the records of internal audit; kis verify
// compares. Acts have theirs in actSeal.
//
// An audit is sealed as a whole: plan, scope, team with what was found about
// its independence, schedule, meetings, questions. What was answered is sealed
// row by row, for several people answer at once and save all the time.
var seals = []store.Seal{actSeal, auditSeal, rowSeal, findingSeal, siteSeal, auditorSeal, templateSeal}

var auditSeal = store.Seal{Kind: kindAudit, Table: "audits", Of: []string{"audit_document"}, Parts: []store.SealPart{
	{Name: "plan", Query: `SELECT id, number, kind, title, objectives, criteria, method, period, planned_from, planned_to, created_by, created_at,
		programme_row_id, programme_month FROM audits WHERE id IN (?0)`},
	{Name: "state", Query: `SELECT id, state, announced_at, started_at, reported_at, closed_at, cancelled_at, cancel_reason, notice_required, notice_given,
		notice_reason, conclusion, strengths, report_due FROM audits WHERE id IN (?0)`},
	{Name: "scope", Query: `SELECT audit_id, 'cycle' AS what, CAST(cycle_id AS TEXT), 0 AS place FROM audit_cycles WHERE audit_id IN (?0)
		UNION ALL SELECT audit_id, 'code', code, 0 FROM audit_codes WHERE audit_id IN (?0)
		UNION ALL SELECT audit_id, 'department', CAST(department_id AS TEXT), position FROM audit_departments WHERE audit_id IN (?0)
		UNION ALL SELECT audit_id, 'site', CAST(site_id AS TEXT), 0 FROM audit_sites WHERE audit_id IN (?0)`},
	{Name: "criteria", Query: `SELECT audit_id, version_id FROM audit_documents WHERE audit_id IN (?0)`},
	{Name: "team", Query: `SELECT audit_id, user_id, role, exception_id, checked_at FROM audit_team WHERE audit_id IN (?0)`},
	{Name: "exceptions", Query: `SELECT audit_id, id, user_id, conflicts, reason, decided_by, decided_at FROM independence_exceptions WHERE audit_id IN (?0)`},
	{Name: "checks", Query: `SELECT audit_id, id, user_id, seq, at, stage, conflicts, exception_id FROM independence_checks WHERE audit_id IN (?0)`},
	{Name: "guests", Query: `SELECT audit_id, id, role, user_id, name, organisation, task, added_by, added_at FROM audit_guests WHERE audit_id IN (?0)`},
	{Name: "sessions", Query: `SELECT s.audit_id, s.id, s.day, s.from_time, s.to_time, s.department_id, s.place, s.topic, s.codes, s.added_by, s.added_at, p.user_id, p.auditing
		FROM audit_sessions s LEFT JOIN audit_session_people p ON p.session_id = s.id WHERE s.audit_id IN (?0)`},
	{Name: "meetings", Query: `SELECT id, opening_at, opening_note, closing_at, closing_note FROM audits WHERE id IN (?0)`},
	{Name: "attendance", Query: `SELECT audit_id, closing, position, user_id, name, post_az, post_en, unit FROM audit_attendance WHERE audit_id IN (?0)`},
	{Name: "questions", Query: `SELECT audit_id, id, template_id, position, no, gsbpm, clause, question_az, question_en, guidance_az, guidance_en, own, sources,
		last_finding_id FROM audit_rows WHERE audit_id IN (?0)`},
}}

// rowSeal is of rows that somebody has answered. Before an audit begins rows
// come and go with its checklist.
var rowSeal = store.Seal{Kind: kindRow, Table: "audit_rows", MayGo: true,
	Rows: `SELECT id FROM audit_rows WHERE version > 1 OR answer <> 'open' OR note <> '' OR answered_by IS NOT NULL
		UNION SELECT row_id FROM row_evidence UNION SELECT row_id FROM row_files`,
	Parts: []store.SealPart{
		{Name: "answers", Query: `SELECT id, answer, note, population, sample, sample_method, sample_result, answered_by, answered_at, version FROM audit_rows WHERE id IN (?0)`},
		{Name: "evidence", Query: `SELECT row_id, submission_id, added_by, added_at FROM row_evidence WHERE row_id IN (?0)`},
		{Name: "files", Query: `SELECT l.row_id, l.file_id, l.position, l.added_by, l.added_at, f.sha256, f.size FROM row_files l JOIN files f ON f.id = l.file_id WHERE l.row_id IN (?0)`},
	}}

var findingSeal = store.Seal{Kind: kindFinding, Table: "findings", Parts: []store.SealPart{
	{Name: "text", Query: `SELECT id, audit_id, row_id, no, grade, standard, edition, clause, gsbpm, cycle_id, department_id, statement, recommendation, topic,
		created_by, created_at FROM findings WHERE id IN (?0)`},
	{Name: "state", Query: `SELECT id, state, state_at, version, merged_into, repeat_of, view, view_by, view_at, view_due, team_view FROM findings WHERE id IN (?0)`},
	{Name: "evidence", Query: `SELECT finding_id, submission_id FROM finding_evidence WHERE finding_id IN (?0)`},
	{Name: "steps", Query: `SELECT finding_id, id, seq, at, actor_id, actor, verb, from_state, to_state, note FROM finding_events WHERE finding_id IN (?0)`},
}}

var siteSeal = store.Seal{Kind: "site", Table: "sites", Parts: []store.SealPart{
	{Name: "text", Query: `SELECT id, code, name_az, name_en, kind, department_id, created_at, archived_at FROM sites WHERE id IN (?0)`},
}}

// auditorSeal is of the people about whom an auditor's record says anything.
var auditorSeal = store.Seal{Kind: kindAuditor, Table: "auditor_records",
	Rows: `SELECT user_id AS id FROM auditor_records UNION SELECT user_id FROM auditor_trainings UNION SELECT user_id FROM auditor_conflicts
		UNION SELECT user_id FROM auditor_evaluations`,
	Parts: []store.SealPart{
		{Name: "competence", Query: `SELECT user_id, education, experience, years, languages, standards, note, version, changed_by, changed_at FROM auditor_records WHERE user_id IN (?0)`},
		{Name: "trainings", Query: `SELECT user_id, id, title, provider, document, leads, held, valid_to, added_by, added_at, removed_at FROM auditor_trainings WHERE user_id IN (?0)`},
		{Name: "conflicts", Query: `SELECT user_id, id, kind, department_id, process_id, person_id, reason, from_day, to_day, added_by, added_at FROM auditor_conflicts WHERE user_id IN (?0)`},
		{Name: "evaluations", Query: `SELECT user_id, id, audit_id, day, knowledge, skill, conduct, reporting, note, by_id, at FROM auditor_evaluations WHERE user_id IN (?0)`},
	}}

// templateSeal is of the templates of checklists. Drafts are given up at will;
// what stands for the questions that audits add by themselves is no template.
var templateSeal = store.Seal{Kind: "checklist", Table: "checklist_templates", MayGo: true,
	Rows: `SELECT id FROM checklist_templates WHERE state <> 'own'`,
	Parts: []store.SealPart{
		{Name: "text", Query: `SELECT id, code, version, standard, edition, valid_from, title_az, title_en, note_az, note_en, from_id, created_by, created_at FROM checklist_templates WHERE id IN (?0)`},
		{Name: "state", Query: `SELECT id, state, revision, published_at, published_by, withdrawn_at, withdrawn_by, withdraw_reason FROM checklist_templates WHERE id IN (?0)`},
		{Name: "questions", Query: `SELECT template_id, id, position, no, gsbpm, clause, question_az, question_en, guidance_az, guidance_en FROM checklist_template_rows WHERE template_id IN (?0)`},
	}}

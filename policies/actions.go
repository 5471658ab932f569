package policies

// Action names one thing a person may do: context:object:verb.
type Action string

// Public marks a route that needs no one signed in. It is no action of the
// policy: nobody can be granted or refused it.
const Public Action = "public"

// The actions, by context. policy.csv grants them to roles; a test compares
// both lists.
const (
	SelfUse Action = "kis:self:use" // my work, my settings, sign out

	DepartmentRead  Action = "kis:department:read"
	DepartmentWrite Action = "kis:department:write"
	UserRead        Action = "kis:user:read"
	UserWrite       Action = "kis:user:write"
	TrailRead       Action = "kis:trail:read"
	JobRead         Action = "kis:job:read"  // what runs behind the pages: mail, daily digests
	JobRetry        Action = "kis:job:retry" // let a job that was given up be tried again

	ProcessRead      Action = "kis:process:read"
	ProcessImport    Action = "kis:process:import"
	SupplierDecide   Action = "kis:supplier:decide" // who an unknown supplier of a description is: spelling of a department, new external body, text only
	CycleRead        Action = "kis:cycle:read"
	CyclePlan        Action = "kis:cycle:plan"      // create a cycle and set its due dates
	CycleMove        Action = "kis:cycle:move"      // start, evaluate, close
	EvidenceRead     Action = "kis:evidence:read"   // see and download what is not confidential
	EvidenceSecret   Action = "kis:evidence:secret" // see and download confidential evidence
	EvidenceSubmit   Action = "kis:evidence:submit"
	EvidenceWithdraw Action = "kis:evidence:withdraw"
	EvidenceReview   Action = "kis:evidence:review"
	QuarantineRead   Action = "kis:quarantine:read"   // see what the virus scanner caught
	QuarantineDelete Action = "kis:quarantine:delete" // give up its bytes
	GatePass         Action = "kis:gate:pass"
	GateWaive        Action = "kis:gate:waive"
	GateReopen       Action = "kis:gate:reopen"
	IndicatorRead    Action = "kis:indicator:read"
	IndicatorEnter   Action = "kis:indicator:enter" // values of a cycle of an own process
	IndicatorSet     Action = "kis:indicator:set"   // targets and what applies to a process

	RequestRead        Action = "kis:request:read"        // evidence requests that are not confidential
	RequestAsk         Action = "kis:request:ask"         // ask a department or one of its people for evidence
	RequestAnswer      Action = "kis:request:answer"      // answer what one was asked
	RequestStandIn     Action = "kis:request:stand_in"    // answer what was asked of the own department or its people
	RequestDecide      Action = "kis:request:decide"      // accept, return, close, withdraw; assigned: what one asked oneself
	CommentRead        Action = "kis:comment:read"        // on what one may see
	CommentWrite       Action = "kis:comment:write"       //
	DiscrepancyRead    Action = "kis:discrepancy:read"    // notes of GSBPM 6.2
	DiscrepancyWrite   Action = "kis:discrepancy:write"   // note, explain, correct
	DiscrepancyConfirm Action = "kis:discrepancy:confirm" // confirm or refuse an explanation
	DiscrepancyPromote Action = "kis:discrepancy:promote" // make a nonconformity of it

	ProgrammeRead    Action = "audit:programme:read"
	ProgrammeDraft   Action = "audit:programme:draft" // write, submit, change after approval, close
	ProgrammeApprove Action = "audit:programme:approve"
	AuditorRead      Action = "audit:auditor:read"
	AuditorRecord    Action = "audit:auditor:record"   // competence, training, standing conflicts
	AuditorEvaluate  Action = "audit:auditor:evaluate" // after an audit or for a year
	ObserverInvite   Action = "audit:observer:invite"  // links by which outside auditors read

	AuditRead       Action = "audit:audit:read"
	AuditPlan       Action = "audit:audit:plan"  // create, set scope, team, checklist
	AuditExcept     Action = "audit:team:except" // record an exception from independence
	AuditMove       Action = "audit:audit:move"  // announce, start, report, close
	AuditCancel     Action = "audit:audit:cancel"
	ChecklistAnswer Action = "audit:checklist:answer"
	TemplateRead    Action = "audit:template:read"  // the library of checklist templates
	TemplateWrite   Action = "audit:template:write" // write, publish and withdraw templates
	FindingRaise    Action = "audit:finding:raise"
	FindingShare    Action = "audit:finding:share" // show findings to the audited department, take one back
	FindingView     Action = "audit:finding:view"  // say what the department thinks of a finding
	ActDraft        Action = "audit:act:draft"     // draft an act that comes from no audit
	ActRead         Action = "audit:act:read"
	ActIssue        Action = "audit:act:issue"
	ActAcknowledge  Action = "audit:act:acknowledge"
	ActObject       Action = "audit:act:object"
	ActResolve      Action = "audit:act:resolve" // uphold or dismiss an objection
	ActRespond      Action = "audit:act:respond" // correction, cause, similar cases, corrective actions
	ActApprove      Action = "audit:act:approve" // accept the plan of corrective action
	ActionReport    Action = "audit:action:report"
	ActionVerify    Action = "audit:action:verify"
	ActionExtend    Action = "audit:action:extend" // decide on moving the term of a corrective action
	ActEffect       Action = "audit:act:effect"    // judge effectiveness
	ActClose        Action = "audit:act:close"
	ActReopen       Action = "audit:act:reopen"
	ActAddendum     Action = "audit:act:addendum"

	RecommendationRead    Action = "planning:recommendation:read"
	RecommendationPropose Action = "planning:recommendation:propose"
	RecommendationDecide  Action = "planning:recommendation:decide"
	PlanRead              Action = "planning:plan:read"
	PlanDraft             Action = "planning:plan:draft"
	PlanAgree             Action = "planning:plan:agree"
	PlanApprove           Action = "planning:plan:approve"
	PlanReport            Action = "planning:plan:report"
	PlanAccept            Action = "planning:plan:accept" // accept or return reports on items, check the impact
	ReviewRead            Action = "planning:review:read"
	ReviewPrepare         Action = "planning:review:prepare"
	ReviewSign            Action = "planning:review:sign"
	EvaluationRead        Action = "planning:evaluation:read"   // of a cycle (GSBPM 8)
	EvaluationWrite       Action = "planning:evaluation:write"  // begin, judge, recommend
	EvaluationFinish      Action = "planning:evaluation:finish" // decide where the next cycle starts, and lock
	AssessmentRead        Action = "planning:assessment:read"   // self-assessment of a process
	AssessmentFill        Action = "planning:assessment:fill"
	SurveyRead            Action = "planning:survey:read"   // surveys of users and their results
	SurveyManage          Action = "planning:survey:manage" // open, close
	RiskRead              Action = "planning:risk:read"     // risks and opportunities of a department
	RiskWrite             Action = "planning:risk:write"    // enter, assess, treat, report what was done
	RiskDecide            Action = "planning:risk:decide"   // check the effect, retain, close, open again
	ObjectiveRead         Action = "planning:objective:read"
	ObjectiveWrite        Action = "planning:objective:write"   // set, change, decide
	ObjectiveMeasure      Action = "planning:objective:measure" // enter what was measured
	QualityRead           Action = "planning:quality:read"      // quality reports of processes
	QualityWrite          Action = "planning:quality:write"     // begin, write, submit, begin a new version
	QualityApprove        Action = "planning:quality:approve"   // approve or give back what somebody else submitted
	QualityPublish        Action = "planning:quality:publish"   // make an approved one public, withdraw it
	DocumentRead          Action = "planning:document:read"     // controlled documents in force
	DocumentConfirm       Action = "planning:document:confirm"  // confirm that one has read a document
	DocumentWrite         Action = "planning:document:write"    // enter, draft versions, name the readers, review
	DocumentApprove       Action = "planning:document:approve"  // bring into force, give back, withdraw
	MeasureRead           Action = "planning:measure:read"
	MeasureImport         Action = "planning:measure:import"
	MeasureReport         Action = "planning:measure:report"
	MeasureDecide         Action = "planning:measure:decide"

	ScorecardRead    Action = "eservice:scorecard:read"
	AssessmentImport Action = "eservice:assessment:import"

	SchemeRead         Action = "eservice:scheme:read"
	SchemeWrite        Action = "eservice:scheme:write"
	CampaignRead       Action = "eservice:campaign:read"
	CampaignManage     Action = "eservice:campaign:manage"  // plan, staff, draw the sample, send opinions, finalise, cancel
	CampaignPublish    Action = "eservice:campaign:publish" // make final results known
	AssessmentScore    Action = "eservice:assessment:score" // give points, read a second time, visit, write the opinion
	OpinionReply       Action = "eservice:opinion:reply"    // for the body the opinion is about
	ShortcomingPromote Action = "eservice:shortcoming:promote"

	AgencyRead      Action = "eservice:agency:read"
	AgencyEdit      Action = "eservice:agency:edit"     // addresses, contacts, units, payment details (2.5)
	AgencyChange    Action = "eservice:agency:change"   // create, rename, merge, split, abolish
	RegisterRead    Action = "eservice:register:read"   // services with their history, applications
	RegisterFill    Action = "eservice:register:fill"   // fill in an application, use of a service per year
	RegisterSign    Action = "eservice:register:sign"   // confirm the information and send it
	RegisterCheck   Action = "eservice:register:check"  // note defects, send the notice, enter into the register, refuse
	RegisterImport  Action = "eservice:register:import" // enter services from a sheet
	DuplicateDecide Action = "eservice:duplicate:decide"
	CodeWrite       Action = "eservice:code:write" // values of the code lists of the register
)

// Actions lists every action in the order of this file.
func Actions() []Action {
	return []Action{
		SelfUse, DepartmentRead, DepartmentWrite, UserRead, UserWrite, TrailRead, JobRead, JobRetry,
		ProcessRead, ProcessImport, SupplierDecide, CycleRead, CyclePlan, CycleMove,
		EvidenceRead, EvidenceSecret, EvidenceSubmit, EvidenceWithdraw, EvidenceReview, QuarantineRead, QuarantineDelete,
		GatePass, GateWaive, GateReopen, IndicatorRead, IndicatorEnter, IndicatorSet,
		RequestRead, RequestAsk, RequestAnswer, RequestStandIn, RequestDecide, CommentRead, CommentWrite,
		DiscrepancyRead, DiscrepancyWrite, DiscrepancyConfirm, DiscrepancyPromote,
		ProgrammeRead, ProgrammeDraft, ProgrammeApprove, AuditorRead, AuditorRecord, AuditorEvaluate, ObserverInvite,
		AuditRead, AuditPlan, AuditExcept, AuditMove, AuditCancel, ChecklistAnswer, TemplateRead, TemplateWrite, FindingRaise, FindingShare, FindingView,
		ActRead, ActDraft, ActIssue, ActAcknowledge, ActObject, ActResolve, ActRespond, ActApprove,
		ActionReport, ActionVerify, ActionExtend, ActEffect, ActClose, ActReopen, ActAddendum,
		RecommendationRead, RecommendationPropose, RecommendationDecide,
		PlanRead, PlanDraft, PlanAgree, PlanApprove, PlanReport, PlanAccept,
		ReviewRead, ReviewPrepare, ReviewSign,
		EvaluationRead, EvaluationWrite, EvaluationFinish, AssessmentRead, AssessmentFill, SurveyRead, SurveyManage,
		RiskRead, RiskWrite, RiskDecide, ObjectiveRead, ObjectiveWrite, ObjectiveMeasure,
		QualityRead, QualityWrite, QualityApprove, QualityPublish, DocumentRead, DocumentConfirm, DocumentWrite, DocumentApprove,
		MeasureRead, MeasureImport, MeasureReport, MeasureDecide,
		ScorecardRead, AssessmentImport,
		SchemeRead, SchemeWrite, CampaignRead, CampaignManage, CampaignPublish, AssessmentScore, OpinionReply, ShortcomingPromote,
		AgencyRead, AgencyEdit, AgencyChange, RegisterRead, RegisterFill, RegisterSign, RegisterCheck, RegisterImport, DuplicateDecide, CodeWrite,
	}
}

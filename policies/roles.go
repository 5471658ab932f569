package policies

// Role is what a person is in the office for the policy. A person may hold
// several, each with its own department or agency and dates of validity.
type Role string

// The roles of the office.
const (
	Employee         Role = "employee"          // uploads evidence, answers acts, updates measures of the own department
	Head             Role = "head"              // heads a department: acknowledges, objects, proposes, agrees
	Auditor          Role = "auditor"           // answers checklists, raises findings, verifies
	LeadAuditor      Role = "lead_auditor"      // plans audits, issues acts
	QualityManager   Role = "quality_manager"   // process models, cycles, review of evidence, plan, management review
	Management       Role = "management"        // approves programme and plan, signs the review, reads everything
	RegisterOperator Role = "register_operator" // keeps the Electronic Register
	AgencyOfficer    Role = "agency_officer"    // məsul şəxs: own agency only
	Assessor         Role = "assessor"          // assesses e-services
	MeasuresOfficer  Role = "measures_officer"  // yearly report on national-plan measures
	Coordinator      Role = "coordinator"       // publication desk
	Moderator        Role = "moderator"         // publication desk
	Administrator    Role = "administrator"     // users, departments, settings; no business decision
	Observer         Role = "observer"          // outside auditor: read-only, one object, an expiry date
	TrustedObserver  Role = "trusted_observer"  // the same with confidential evidence; only by a link that says so, never given to a person
)

// Roles lists the roles of people in the order of this file.
func Roles() []Role {
	return []Role{Employee, Head, Auditor, LeadAuditor, QualityManager, Management, RegisterOperator,
		AgencyOfficer, Assessor, MeasuresOfficer, Coordinator, Moderator, Administrator, Observer}
}

// AllRoles are the roles of people and TrustedObserver, which is none.
func AllRoles() []Role { return append(Roles(), TrustedObserver) }

// Departmental says whether the role means little without a department.
func (r Role) Departmental() bool { return r == Employee || r == Head }

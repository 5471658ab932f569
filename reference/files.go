package reference

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Process description of 1-elektron xidmət and the model behind it.
const (
	Process           = "process-1-elektron-xidmet.csv" // the official description, 160 rows at three levels
	PhaseGates        = "phase-gates.csv"               // the sentence that closes each of phases 1-7
	GSBPM             = "gsbpm.csv"                     // 8 phases and 44 sub-processes, English names of 5.0, 5.1 and 5.2
	Departments       = "departments.csv"               // codes of departments and bodies
	DepartmentAliases = "department-aliases.csv"        // other spellings met in documents, to the code
	Glossary          = "glossary.csv"                  // terms in Azerbaijani, Kazakh and English

	FileTypes = "file-types.csv" // endings of files that are taken, what may be in them, how they are shown

	RetentionTerms = "retention-terms.csv" // how long evidence is kept, by class, with the legal basis

	DescriptionHeadings = "description-headings.csv" // how the columns of the six-column table are headed
	DescriptionWords    = "description-words.csv"    // misspellings met in descriptions, and how "not applicable" is written
	DescriptionLists    = "description-lists.csv"    // phrases that stand for several products, or for one in spite of a comma
)

// Audit.
const (
	Standards        = "standards.csv"         // standard and edition with its national adoption
	Clauses          = "clauses.csv"           // clauses by standard, edition and number, short titles of our own
	Checklists       = "checklists.csv"        // checklist templates and their versions
	ChecklistRows    = "checklist-rows.csv"    // questions of the templates
	FindingGrades    = "finding-grades.csv"    // grades of a finding
	AuditKinds       = "audit-kinds.csv"       // kinds of audit
	CauseCategories  = "cause-categories.csv"  // branches of a diagram of causes
	EscalationLevels = "escalation-levels.csv" // whom a late action is brought before, and after how many working days
	EvidenceClasses  = "evidence-classes.csv"  // confidentiality classes of evidence

	ProgrammeFactors = "programme-factors.csv" // what the priority of a row of the audit programme is weighed by
	Sites            = "sites.csv"             // places that are certified and audited by themselves
)

// Planning.
const (
	ReviewInputs    = "review-inputs.csv"             // twelve inputs of ISO 9001 9.3.2
	DecisionKinds   = "decision-kinds.csv"            // three kinds of decision of ISO 9001 9.3.3
	Questionnaires  = "questionnaires.csv"            // self-assessment of a process, satisfaction of users
	NationalPlans   = "national-plans.csv"            // plans whose measures are reported on
	OpenGovernment  = "open-government-2020-2022.csv" // measures of plan AH-2020-2022 as reported for 2022
	MeasureStatuses = "measure-statuses.csv"          // statuses of a measure with the share of steps that proposes them
	RiskScale       = "risk-scale.csv"                // versions of likelihood, impact and level of risks
	QualityConcepts = "quality-concepts.csv"          // concepts of a quality report, by version
	DocumentKinds   = "document-kinds.csv"            // kinds of controlled documents
)

// E-services.
const (
	AssessmentTotals      = "eservice-assessment-2013-2015.csv" // totals of three years
	AssessmentBreaks      = "assessment-breaks.csv"             // years in which the series breaks
	RatingSchemes         = "rating-schemes.csv"                // dated schemes of assessment
	RatingBands           = "rating-bands.csv"                  // bands of a scheme by lower bound
	RatingCriteria        = "rating-criteria.csv"               // criteria and stages of a scheme
	RatingParameters      = "rating-parameters.csv"             // what points are given for, provisional
	AssessmentsSample     = "assessments-2025-sample.csv"       // invented services of six invented agencies, for the demo
	RegisterFields        = "register-fields.csv"               // items of the Electronic Register
	RegisterRules         = "register-rules.csv"                // rules of the Electronic Register
	RegisterCodeLists     = "register-code-lists.csv"           // values of register items that are chosen from a list
	ElectronisationLevels = "electronisation-levels.csv"        // values of item 2.3.21, provisional
	AutomationLevels      = "automation-levels.csv"             // values of item 2.3.22, provisional
)

// Publication desk.
const (
	PublicationRules         = "publication-rules.csv"          // rules of the Kazakh methodology
	PublicationRequestFields = "publication-request-fields.csv" // fields of its request form
)

// Deadlines.
const (
	Indicators     = "indicators.csv"       // quality indicators by sub-process, with definition and formula
	DueTemplates   = "due-templates.csv"    // when the phases of a cycle are due, in working days from its period or release
	Timers         = "timers.csv"           // terms with unit, legal basis and validity
	CalendarYears  = "calendar-years.csv"   // which country and year has a calendar, and whether it is confirmed
	CalendarAZ2025 = "calendar-az-2025.csv" // days that differ from the plain week
	CalendarAZ2026 = "calendar-az-2026.csv" // days that differ from the plain week
	CalendarKZ2026 = "calendar-kz-2026.csv" // days that differ from the plain week
)

// CalendarFile names the calendar of a country (AZ, KZ) and year, whether or not there is one.
func CalendarFile(country string, year int) string {
	return fmt.Sprintf("calendar-%s-%d.csv", strings.ToLower(country), year)
}

// Names lists the files, sorted.
func Names() []string { return slices.Sorted(maps.Keys(headers)) }

// Columns gives the header of a file, nil for an unknown name.
func Columns(name string) []string {
	header, ok := headers[name]
	if !ok {
		return nil
	}
	return strings.Split(header, ",")
}

// headers is the schema: a file whose header is another is refused.
var headers = map[string]string{
	Process:                  "code,level,parent,name_az,work_az,inputs_az,suppliers,outputs_az,applicable,name_en",
	PhaseGates:               "phase,statement_az,statement_en",
	GSBPM:                    "code,level,parent,name_az,name_en_5_0,name_en_5_1,name_en_5_2",
	Departments:              "code,name_az,name_en,kind",
	DepartmentAliases:        "alias,code",
	Glossary:                 "term_az,term_kk,term_en,meaning_en,source",
	FileTypes:                "ending,content_types,taken,shown",
	RetentionTerms:           "code,classes,years,name_az,name_en,basis_az,basis_en,confirmed",
	DescriptionHeadings:      "column,heading,since",
	DescriptionWords:         "kind,written,right,since",
	DescriptionLists:         "phrase,items,since",
	Standards:                "code,edition,name,title_az,title_en,national_adoption,note_az,note_en",
	Clauses:                  "standard,edition,number,parent,title_az,title_en,record_required,document_required",
	Checklists:               "template,version,standard,edition,valid_from,title_az,title_en,note_az,note_en",
	ChecklistRows:            "template,version,no,gsbpm,clause,question_az,question_en,guidance_az,guidance_en",
	FindingGrades:            "code,order,name_az,name_en,nonconformity,needs_act,confirmed",
	AuditKinds:               "code,order,name_az,name_en",
	CauseCategories:          "code,name_az,name_en",
	EscalationLevels:         "whom,after_days,name_az,name_en",
	EvidenceClasses:          "code,order,name_az,name_en,meaning_az,meaning_en",
	ProgrammeFactors:         "version,valid_from,factor,weight,steps,source_az,source_en",
	Sites:                    "code,name_az,name_en,kind,department",
	ReviewInputs:             "letter,order,standard,edition,clause,name_az,name_en",
	DecisionKinds:            "letter,order,standard,edition,clause,name_az,name_en",
	Questionnaires:           "code,version,kind,chapter,no,component,answer,text_az,text_en,option1_az,option2_az,option3_az,option4_az,option5_az,option1_en,option2_en,option3_en,option4_en,option5_en",
	NationalPlans:            "code,title_az,title_en,act_az,act_en,act_date,period_from,period_to,report_due,report_to_az,report_to_en,status,source",
	OpenGovernment:           "number,title_az,title_en,period,kind,facts_en,evidence_hint_en",
	RiskScale:                "version,valid_from,part,points,code,name_az,name_en,text_az,text_en,source_az,source_en",
	QualityConcepts:          "version,valid_from,code,kind,indicator,how,unit,name_az,name_en,guide_az,guide_en,source_az,source_en",
	DocumentKinds:            "code,prefix,name_az,name_en,text_az,text_en,review_months,read_days",
	MeasureStatuses:          "code,order,name_az,name_en,irm_en,share_from,share_to,ongoing_only,needs_act",
	AssessmentTotals:         "year,agencies,services,electronised,not_electronised,unsatisfactory,satisfactory,good,excellent",
	AssessmentBreaks:         "year,scheme_before,scheme_after,reason_az,reason_en,source",
	RatingSchemes:            "code,title_az,title_en,act_az,act_en,valid_from,valid_to,scale,max_score,confirmed,note_az,note_en",
	RatingBands:              "scheme,code,order,min,min_inclusive,label_az,label_en,confirmed",
	RatingCriteria:           "scheme,code,order,kind,name_az,name_en,weight,max_points,weight_confirmed",
	RatingParameters:         "scheme,code,criterion,order,name_az,name_en,max_points,weight,confirmed",
	AssessmentsSample:        "agency,agency_name_az,agency_name_en,service_code,service_name_az,service_name_en,year,scheme,electronised,electronisation_level,score",
	RegisterFields:           "clause,name_az,name_en,section,type,required,note",
	RegisterRules:            "clause,rule_en,actor,deadline,trigger",
	RegisterCodeLists:        "clause,code,order,name_az,name_en,confirmed,basis_az,basis_en",
	ElectronisationLevels:    "code,order,name_az,name_en,electronised,confirmed,basis_az,basis_en",
	AutomationLevels:         "code,order,name_az,name_en,confirmed,basis_az,basis_en",
	PublicationRules:         "paragraph,rule_en,actor,deadline,trigger",
	PublicationRequestFields: "number,name_kk,name_ru,name_en,type,note",
	Indicators:               "code,version,gsbpm,unit,direction,decimals,lowest,highest,computed,name_az,name_en,definition_az,definition_en,formula_az,formula_en,valid_from",
	DueTemplates:             "code,number,frequency,standard,name_az,name_en,valid_from,phase,anchor,days",
	Timers:                   "code,value,unit,name_az,name_en,legal_basis_az,legal_basis_en,valid_from,valid_to,confirmed",
	CalendarYears:            "country,year,confirmed,act,note_az,note_en",
	CalendarAZ2025:           "date,kind,reason_az,reason_en,act",
	CalendarAZ2026:           "date,kind,reason_az,reason_en,act",
	CalendarKZ2026:           "date,kind,reason_az,reason_en,act",
}

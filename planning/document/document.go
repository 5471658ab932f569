// Package document owns the controlled documents of the system (ISO 9001:2015
// 7.5): the quality manual, procedures, standards and maps of processes,
// policies; their versions, who approved them, who must read them and who has.
//
// It may import kis and what kis may import. Invariants: nobody approves what
// they submitted; an approved version never changes, in the database too; at
// most one version is in force on a day; a confirmed reading is never taken
// back; who may only read sees approved versions alone.
package document

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Object is what the trail calls a document.
const Object = "controlled_document"

// Lengths of texts, in characters, and other bounds.
const (
	maxNumber     = 40
	maxTitle      = 300
	maxText       = 4000
	minWhy        = 5
	maxReaders    = 200     // lines of who must read
	longestReview = 5 * 366 // days until the next review
	reviewSoon    = 30      // days before a review in which it shows up as work
)

// Service is the controlled documents.
type Service struct {
	KIS    *kis.Service
	DB     *store.DB
	Audits Audits // nil: no audit names documents
}

// New makes the service and has the trail keep what documents hold.
func New(k *kis.Service) *Service {
	k.DB.Seal(seal)
	k.SealReference(kis.ReferencePart("document_kinds", `SELECT code, position, prefix, name_az, name_en, text_az, text_en, review_months, read_days FROM document_kinds`))
	return &Service{KIS: k, DB: k.DB}
}

// Document is what a document is; what it says stands in its versions.
type Document struct {
	bun.BaseModel `bun:"table:controlled_documents,alias:d"`

	ID           string    `bun:"id,pk"`
	Kind         string    `bun:"kind"`   // code of a Kind
	Number       string    `bun:"number"` // KİS SP-07
	TitleAZ      string    `bun:"title_az"`
	TitleEN      string    `bun:"title_en"`
	DepartmentID string    `bun:"department_id"` // that owns it
	ProcessID    string    `bun:"process_id,nullzero"`
	CreatedBy    string    `bun:"created_by"`
	CreatedAt    time.Time `bun:"created_at"`
	Version      int       `bun:"version"` // of the row
	SearchKey    string    `bun:"search_key"`
	SortKey      string    `bun:"sort_key"`
}

// Title is the title in a language.
func (d Document) Title(lang string) string { return i18n.InLang(lang, d.TitleAZ, d.TitleEN) }

// State is where a version stands.
type State string

// The states that are stored.
const (
	Draft     State = "draft"     // being prepared
	Approval  State = "approval"  // submitted; waits for a decision
	InForce   State = "in_force"  // approved: holds from its day until the next one does
	Withdrawn State = "withdrawn" // taken out of force, with the reason
)

// Standings that are derived from the days of an approved version.
const (
	Upcoming   State = "upcoming"   // approved, its day has not come
	Superseded State = "superseded" // another version holds instead
)

// States lists what a version can be said to be, in the order of its life.
func States() []State {
	return []State{Draft, Approval, Upcoming, InForce, Superseded, Withdrawn}
}

// Transitions is the life of a version. Upcoming and superseded are derived
// from the days of an approved one.
var Transitions = []office.Transition[State]{
	{From: "", To: Draft, Action: policies.DocumentWrite, Verb: "begin"},
	{From: Draft, To: Approval, Action: policies.DocumentWrite, Verb: "submit"},
	{From: Approval, To: Draft, Action: policies.DocumentApprove, Verb: "return"},
	{From: Approval, To: InForce, Action: policies.DocumentApprove, Verb: "approve"},
	{From: InForce, To: Withdrawn, Action: policies.DocumentApprove, Verb: "withdraw"},
}

// Version is one version of a document.
type Version struct {
	bun.BaseModel `bun:"table:document_versions,alias:v"`

	ID           string    `bun:"id,pk"`
	DocumentID   string    `bun:"document_id"`
	No           int       `bun:"no"`
	State        State     `bun:"state"`
	StateAt      time.Time `bun:"state_at"`
	Changes      string    `bun:"changes"` // what is new
	FileID       string    `bun:"file_id,nullzero"`
	Link         string    `bun:"link"`
	Effective    day.Day   `bun:"effective,nullzero"`  // first day
	Until        day.Day   `bun:"until_day,nullzero"`  // first day on which it holds no more
	ReviewDue    day.Day   `bun:"review_due,nullzero"` // by when it is to be looked at again
	ReadDue      day.Day   `bun:"read_due,nullzero"`   // by when it is to be read
	CreatedBy    string    `bun:"created_by"`
	CreatedAt    time.Time `bun:"created_at"`
	SubmittedBy  string    `bun:"submitted_by,nullzero"`
	SubmittedAt  time.Time `bun:"submitted_at,nullzero"`
	ApprovedBy   string    `bun:"approved_by,nullzero"`
	ApprovedName string    `bun:"approved_name"`
	ApprovedAt   time.Time `bun:"approved_at,nullzero"`
	Reason       string    `bun:"reason"`
	Row          int       `bun:"version"` // version of the row

	CreatedName   string `bun:"created_name,scanonly"`
	SubmittedName string `bun:"submitted_name,scanonly"`
	FileName      string `bun:"file_name,scanonly"`
	FileSize      int64  `bun:"file_size,scanonly"`
	SHA256        string `bun:"sha256,scanonly"`
}

// Standing is what a version is on a day.
func (v Version) Standing(today day.Day) State {
	switch {
	case v.State != InForce:
		return v.State
	case v.Until != "" && v.Until <= today:
		return Superseded
	case v.Effective > today:
		return Upcoming
	}
	return InForce
}

// ReviewLate says whether the version should have been looked at again.
func (v Version) ReviewLate(today day.Day) bool {
	return v.State == InForce && v.Until == "" && v.ReviewDue < today
}

// seal is what the trail keeps of a document.
var seal = store.Seal{Kind: Object, Table: "controlled_documents", Parts: []store.SealPart{
	{Name: "text", Query: `SELECT id, kind, number, title_az, title_en, department_id, process_id, created_by, created_at, version FROM controlled_documents WHERE id IN (?0)`},
	{Name: "versions", Query: `SELECT v.document_id, v.id, v.no, v.state, v.changes, v.link, v.effective, v.until_day, v.review_due, v.read_due, v.submitted_by, v.approved_by,
		v.approved_name, v.approved_at, v.reason, v.version FROM document_versions v WHERE v.document_id IN (?0)`},
	{Name: "version_days", Later: true, Query: `SELECT v.document_id, v.id, v.created_by, v.created_at, v.submitted_at, v.state_at FROM document_versions v WHERE v.document_id IN (?0)`},
	{Name: "files", Query: `SELECT v.document_id, v.id, f.id, f.sha256, f.size, f.name FROM document_versions v JOIN files f ON f.id = v.file_id WHERE v.document_id IN (?0)`},
	{Name: "readers", Query: `SELECT document_id, position, kind, department_id, role, user_id FROM document_readers WHERE document_id IN (?0)`},
	{Name: "acknowledgements", Query: `SELECT v.document_id, a.version_id, a.user_id, a.at FROM document_acknowledgements a JOIN document_versions v ON v.id = a.version_id
		WHERE v.document_id IN (?0)`},
	{Name: "reviews", Query: `SELECT v.document_id, r.id, r.version_id, r.note, r.next_due, r.reviewed_by, r.reviewed_at FROM document_reviews r
		JOIN document_versions v ON v.id = r.version_id WHERE v.document_id IN (?0)`},
}}

// conflict is the answer to a step that the state does not allow.
func conflict(s State) error {
	return apperr.New(apperr.Conflict, "error.conflict.state", "object", Object, "state", string(s))
}

// person is who acts; the program itself writes no document.
func person(ctx context.Context) (actor.Actor, error) {
	who := actor.From(ctx)
	switch {
	case who.Nobody():
		return who, apperr.New(apperr.Unauthenticated, "error.unauthenticated")
	case who.UserID == "":
		return who, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	return who, nil
}

// drafts says whether a person sees what is not approved yet of a department.
func drafts(a actor.Actor, departmentID string) bool {
	return policies.For(a, policies.DocumentWrite).Department(departmentID) || policies.For(a, policies.DocumentApprove).Any
}

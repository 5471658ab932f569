package kis

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/retention"
	"github.com/kis-platform/kis/policies"
)

// SubmissionState is where a submission of evidence stands.
type SubmissionState string

// The states of a submission.
const (
	Submitted  SubmissionState = "submitted"  // in review
	Accepted   SubmissionState = "accepted"   // counts
	Returned   SubmissionState = "returned"   // sent back with a reason; a new version is due
	Superseded SubmissionState = "superseded" // a later version was accepted
	Withdrawn  SubmissionState = "withdrawn"  // taken back before it was reviewed
)

// SubmissionTransitions is the life of a submission. Superseding is done by
// the acceptance of a later version, not by a person.
var SubmissionTransitions = []office.Transition[SubmissionState]{
	{From: "", To: Submitted, Action: policies.EvidenceSubmit, Verb: "submit"},
	{From: Submitted, To: Accepted, Action: policies.EvidenceReview, Verb: "accept"},
	{From: Submitted, To: Returned, Action: policies.EvidenceReview, Verb: "return"},
	{From: Submitted, To: Withdrawn, Action: policies.EvidenceWithdraw, Verb: "withdraw"},
	{From: Accepted, To: Superseded, Action: policies.EvidenceReview, Verb: "supersede"},
}

// EvidenceKind says what the evidence is made of.
type EvidenceKind string

// The kinds.
const (
	EvidenceFile EvidenceKind = "file"   // one or more files
	EvidenceLink EvidenceKind = "link"   // an address on the web
	EvidenceMade EvidenceKind = "record" // made by the system itself, see Record
)

// EvidenceClass is the confidentiality of evidence.
type EvidenceClass string

// The classes.
const (
	ClassPublic       EvidenceClass = "public"       // açıq
	ClassInternal     EvidenceClass = "internal"     // xidməti
	ClassConfidential EvidenceClass = "confidential" // məxfi: own department, quality manager, assigned auditors
)

// Bounds of a submission's texts.
const (
	maxEvidenceTitle  = 300
	maxEvidenceNote   = 2000
	maxEvidencePeriod = 60
	maxLink           = 2000
)

// Submission is evidence handed in for outputs in a cycle.
type Submission struct {
	bun.BaseModel `bun:"table:submissions,alias:s"`

	ID              string          `bun:"id,pk"`
	CycleID         string          `bun:"cycle_id"`
	DepartmentID    string          `bun:"department_id"`
	Version         int             `bun:"version"`
	ReplacesID      string          `bun:"replaces_id,nullzero"`
	Title           string          `bun:"title"`
	Kind            EvidenceKind    `bun:"kind"`
	Link            string          `bun:"link"`
	RecordKind      string          `bun:"record_kind"`
	RecordID        string          `bun:"record_id"`
	RecordLabel     string          `bun:"record_label"`  // its number when it was handed in
	RecordSHA256    string          `bun:"record_sha256"` // of its content then, see recordSeal; empty where it has none
	ReferencePeriod string          `bun:"reference_period"`
	EffectiveDay    day.Day         `bun:"effective_day"`
	ValidUntil      day.Day         `bun:"valid_until"` // last day; empty: without an end
	Validity        Validity        `bun:"validity"`    // who said so
	Retention       string          `bun:"retention"`   // term of keeping; empty where there was none
	KeptUntil       day.Day         `bun:"kept_until"`  // last day; empty: for good
	KeptBy          retention.By    `bun:"kept_by"`     // the term, or a person's decision
	Class           EvidenceClass   `bun:"class"`
	Note            string          `bun:"note"`
	State           SubmissionState `bun:"state"`
	SubmittedBy     string          `bun:"submitted_by"`
	ReceivedAt      time.Time       `bun:"received_at"` // set by the server
	DecidedBy       string          `bun:"decided_by,nullzero"`
	DecidedAt       time.Time       `bun:"decided_at,nullzero"`
	SupersededAt    time.Time       `bun:"superseded_at,nullzero"`
	WithdrawnAt     time.Time       `bun:"withdrawn_at,nullzero"`
	Reason          string          `bun:"reason"`     // of a return
	SearchKey       string          `bun:"search_key"` // words, see searchWords

	// What the library sorts and filters by, kept in step with where it comes from.
	ActivityID string  `bun:"activity_id,nullzero"` // the task
	ProcessID  string  `bun:"process_id,nullzero"`
	Due        day.Day `bun:"due"` // of the phase
	TitleKey   string  `bun:"title_key"`
}

// taskRoot is under which the trail keeps what happens to the evidence of a task.
func taskRoot(cycleID, code string) (kind, id string) { return "task", cycleID + ":" + code }

// facts is the SHA-256 of what the sender said, by which the trail proves it
// without telling it.
func (sub Submission) facts() string {
	own := sub.ValidUntil
	if sub.Validity != ValidityOwn {
		own = "" // a rule moves it
	}
	text, _ := json.Marshal([]string{sub.Title, sub.Link, sub.recordRef(), sub.RecordLabel, sub.RecordSHA256, sub.ReferencePeriod, string(sub.EffectiveDay), sub.Note, string(own), sub.Retention})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// change is the trail entry of a submission. Titles, names and notes of
// confidential evidence stay out of it: the trail is read by people who may
// not read the evidence.
func (sub Submission) change(act policies.Action, at place, from, to SubmissionState, files []File) store.Change {
	kind, root := taskRoot(sub.CycleID, at.code)
	c := store.Change{Action: string(act), Kind: "submission", ID: sub.ID, Label: at.code, RootKind: kind, RootID: root}
	after := map[string]any{"state": to, "version": sub.Version, "outputs": at.outputs}
	if from != "" {
		c.Before = map[string]any{"state": from}
		c.After = after
		return c
	}
	after["class"], after["kind"], after["department"], after["facts"] = sub.Class, sub.Kind, sub.DepartmentID, sub.facts()
	var list []map[string]any
	for _, f := range files {
		m := map[string]any{"sha256": f.SHA256, "size": f.Size}
		if sub.Class != ClassConfidential {
			m["name"] = f.Name
		}
		list = append(list, m)
	}
	if list != nil {
		after["files"] = list
	}
	if sub.Class != ClassConfidential {
		after["title"] = sub.Title
		if sub.Link != "" {
			after["link"] = sub.Link
		}
		if sub.RecordKind != "" {
			after["record"], after["record_number"] = sub.recordRef(), sub.RecordLabel
		}
	}
	c.After = after
	return c
}

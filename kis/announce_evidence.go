package kis

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Announcements says whom an entry of the spine concerns: evidence handed in, those
// who review it; evidence decided, who handed it in; a gate reopened, those
// who deliver to the phase or review it.
func (s *Service) Announcements(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	switch policies.Action(e.Action) {
	case policies.EvidenceSubmit:
		return announceSubmitted(ctx, db, e)
	case policies.EvidenceReview:
		return announceDecided(ctx, db, e)
	case policies.GateReopen:
		return announceReopened(ctx, db, e)
	case trailCatch:
		return announceCaught(ctx, db, e)
	}
	return nil, nil
}

// toldOf is what an announcement says of evidence or a gate.
type toldOf struct {
	CycleID string
	Period  string
	TitleAZ string `bun:"title_az"`
	TitleEN string `bun:"title_en"`
	Code    string
	NameAZ  string `bun:"name_az"`
	NameEN  string `bun:"name_en"`

	SubmittedBy  string
	DepartmentID string
	Class        EvidenceClass
}

func (t toldOf) args(e office.Event) map[string]string {
	return map[string]string{"who": e.ActorName, "code": t.Code, "name_az": t.NameAZ, "name_en": t.NameEN,
		"where_az": t.TitleAZ + ", " + t.Period, "where_en": t.TitleEN + ", " + t.Period, "note": e.Note}
}

func (t toldOf) href() string { return "/cycles/" + t.CycleID + "/tasks/" + t.Code }

// submission gives back what decides who may see it.
func (t toldOf) submission(id string) Submission {
	return Submission{ID: id, CycleID: t.CycleID, DepartmentID: t.DepartmentID, SubmittedBy: t.SubmittedBy, Class: t.Class}
}

// toldOfSubmission reads a submission with the task it serves first.
func toldOfSubmission(ctx context.Context, db bun.IDB, id string) (toldOf, error) {
	var t toldOf
	err := db.NewRaw(`SELECT c.id AS cycle_id, c.period, p.title_az, p.title_en, a.code, a.name_az, a.name_en, s.submitted_by, s.department_id, s.class
		FROM submissions s JOIN cycles c ON c.id = s.cycle_id JOIN processes p ON p.id = c.process_id
		JOIN activities a ON a.id = (SELECT o.activity_id FROM submission_outputs so JOIN outputs o ON o.id = so.output_id WHERE so.submission_id = s.id ORDER BY o.position LIMIT 1)
		WHERE s.id = ?`, id).Scan(ctx, &t)
	return t, store.MapError(err, "submission of an entry")
}

func announceSubmitted(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	t, err := toldOfSubmission(ctx, db, e.ID)
	if err != nil {
		return nil, err
	}
	sub := t.submission(e.ID)
	return []office.Announcement{{Kind: "evidence_review", Key: "kis.notice.evidence.submitted", Args: t.args(e), Href: t.href(),
		For: func(a actor.Actor) bool {
			return a.UserID != t.SubmittedBy && policies.For(a, policies.EvidenceReview).Department(t.DepartmentID) && mayReadEvidence(a, sub)
		}}}, nil
}

func announceDecided(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	kind, key := "", ""
	switch SubmissionState(e.Facts()["state"]) {
	case Accepted:
		kind, key = "evidence_accepted", "kis.notice.evidence.accepted"
	case Returned:
		kind, key = "evidence_returned", "kis.notice.evidence.returned"
	default:
		return nil, nil
	}
	t, err := toldOfSubmission(ctx, db, e.ID)
	if err != nil {
		return nil, err
	}
	sub := t.submission(e.ID)
	return []office.Announcement{{Kind: kind, Key: key, Args: t.args(e), Href: t.href(),
		For: func(a actor.Actor) bool { return a.UserID == t.SubmittedBy && mayReadEvidence(a, sub) }}}, nil
}

// announceReopened tells those who deliver to a phase whose gate is open again.
func announceReopened(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	phase := e.ID[len(e.RootID)+1:] // the id is cycle:phase
	var t toldOf
	err := db.NewRaw(`SELECT c.id AS cycle_id, c.period, p.title_az, p.title_en, a.code, a.name_az, a.name_en
		FROM cycles c JOIN processes p ON p.id = c.process_id JOIN activities a ON a.version_id = c.version_id AND a.code = ? WHERE c.id = ?`,
		phase, e.RootID).Scan(ctx, &t)
	if err != nil {
		return nil, store.MapError(err, "gate of an entry")
	}
	var departments []string
	err = db.NewRaw(`SELECT DISTINCT ad.department_id FROM cycles c JOIN activities a ON a.version_id = c.version_id AND a.phase = ? AND a.level = 'task' AND a.applicable
		JOIN activity_departments ad ON ad.activity_id = a.id AND ad.responsible WHERE c.id = ?`, phase, e.RootID).Scan(ctx, &departments)
	if err != nil {
		return nil, store.MapError(err, "departments of a phase")
	}
	return []office.Announcement{{Kind: "gate", Key: "kis.notice.gate.reopened", Args: t.args(e), Href: "/cycles/" + t.CycleID + "#gate-" + phase,
		For: func(a actor.Actor) bool {
			if policies.For(a, policies.GatePass).Any {
				return true
			}
			scope := policies.For(a, policies.EvidenceSubmit)
			for _, d := range departments {
				if scope.Department(d) {
					return true
				}
			}
			return false
		}}}, nil
}

package audit

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// kindAuditor is what the trail calls a person's record as an auditor.
const kindAuditor = "auditor"

// Record is what is known of an auditor's competence (ISO 19011:2018, 7.2).
// Audits done are not written down but counted.
type Record struct {
	bun.BaseModel `bun:"table:auditor_records,alias:ar"`

	UserID     string    `bun:"user_id,pk"`
	Education  string    `bun:"education"`
	Experience string    `bun:"experience"`
	Years      int       `bun:"years"` // of work in auditing or quality management
	Languages  string    `bun:"languages"`
	Standards  string    `bun:"standards"` // codes, separated by blanks: "ISO19011 ISO9001"
	Note       string    `bun:"note"`
	Version    int       `bun:"version"` // 0 when there is no record yet
	ChangedBy  string    `bun:"changed_by,nullzero"`
	ChangedAt  time.Time `bun:"changed_at"`
}

// Training is one that the person took. LeadsAudits says that it trains for
// leading audits, which a lead auditor must have, valid on the audit's days.
type Training struct {
	bun.BaseModel `bun:"table:auditor_trainings,alias:tn"`

	ID        string    `bun:"id,pk"`
	UserID    string    `bun:"user_id"`
	Title     string    `bun:"title"`
	Provider  string    `bun:"provider"`
	Document  string    `bun:"document"` // number of the certificate
	Leads     bool      `bun:"leads"`
	Held      day.Day   `bun:"held"`
	ValidTo   day.Day   `bun:"valid_to,nullzero"` // last day; empty = without end
	AddedBy   string    `bun:"added_by,nullzero"`
	AddedAt   time.Time `bun:"added_at"`
	RemovedAt time.Time `bun:"removed_at,nullzero"`
}

// Valid says whether the training counts on a day.
func (t Training) Valid(on day.Day) bool { return t.Held <= on && (t.ValidTo == "" || t.ValidTo >= on) }

// NewRecord is a record as it is to be kept. Version is that of the record it
// was filled from, 0 for the first.
type NewRecord struct {
	Education, Experience string
	Years                 int
	Languages             string
	Standards             []string // codes
	Note                  string
	Version               int
}

// SaveRecord keeps the competence record of somebody who holds an auditor's
// role. It is a Conflict when somebody else has changed it meanwhile.
func (s *Service) SaveRecord(ctx context.Context, userID string, n NewRecord) error {
	if _, err := office.Allowed(ctx, policies.AuditorRecord); err != nil {
		return err
	}
	var c apperr.Check
	r := Record{UserID: userID, Education: c.Text("education", n.Education, 3, maxText), Experience: c.Text("experience", n.Experience, 0, maxText), Years: n.Years,
		Languages: c.Text("languages", n.Languages, 2, maxTitle), Note: c.Text("note", n.Note, 0, maxText)}
	if n.Years < 0 || n.Years > 70 {
		c.Add("years", "error.field.range", "min", 0, "max", 70)
	}
	slices.Sort(n.Standards)
	r.Standards = strings.Join(slices.Compact(n.Standards), " ")
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		name, err := s.auditorToChange(ctx, tx, userID)
		if err != nil {
			return err
		}
		known, err := standardCodes(ctx, tx)
		if err != nil {
			return err
		}
		for _, code := range strings.Fields(r.Standards) {
			if !slices.Contains(known, code) {
				return apperr.InvalidField("standards", "error.field.choice")
			}
		}
		old, err := recordOf(ctx, tx, userID)
		if err != nil {
			return err
		}
		r.Version, r.ChangedBy, r.ChangedAt = n.Version+1, tx.Actor.UserID, tx.Now
		if err := putRecord(ctx, tx, r, n.Version); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.AuditorRecord), Kind: kindAuditor, ID: userID, Label: name, Before: old.facts(), After: r.facts()})
		return nil
	})
}

// facts is what the trail keeps of a record.
func (r Record) facts() map[string]any {
	if r.Version == 0 {
		return nil
	}
	return map[string]any{"education": r.Education, "experience": r.Experience, "years": r.Years, "languages": r.Languages, "standards": r.Standards, "note": r.Note}
}

// auditorToChange is auditorName of somebody whose record is about to be changed.
func (s *Service) auditorToChange(ctx context.Context, tx *store.Tx, userID string) (string, error) {
	name, err := s.auditorName(ctx, tx, userID)
	if err != nil {
		return "", err
	}
	return name, tx.Seen(ctx, kindAuditor, userID)
}

// auditorName gives the name of somebody who holds an auditor's role today.
func (s *Service) auditorName(ctx context.Context, db bun.IDB, userID string) (string, error) {
	if !store.IsID(userID) {
		return "", apperr.Missing(kindAuditor)
	}
	found, err := auditorRoles(ctx, db, []string{userID}, s.KIS.Today())
	if err != nil {
		return "", err
	}
	if len(found[userID].Roles) == 0 {
		return "", apperr.Missing(kindAuditor)
	}
	return found[userID].Name, nil
}

// NewTraining is a training to add.
type NewTraining struct {
	Title, Provider, Document string
	Leads                     bool
	Held, ValidTo             day.Day // ValidTo may be empty
}

// AddTraining adds a training to somebody's record.
func (s *Service) AddTraining(ctx context.Context, userID string, n NewTraining) (Training, error) {
	if _, err := office.Allowed(ctx, policies.AuditorRecord); err != nil {
		return Training{}, err
	}
	var c apperr.Check
	t := Training{ID: store.NewID(), UserID: userID, Title: c.Text("title", n.Title, 3, maxTitle), Provider: c.Text("provider", n.Provider, 2, maxTitle),
		Document: c.Text("document", n.Document, 0, maxTitle), Leads: n.Leads, Held: n.Held, ValidTo: n.ValidTo}
	switch {
	case n.Held == "":
		c.Add("held", "error.field.date")
	case n.Held > s.KIS.Today():
		c.Add("held", "audit.error.future")
	case n.ValidTo != "" && n.ValidTo < n.Held:
		c.Add("valid_to", "error.field.date_after", "date", n.Held.Format())
	}
	if err := c.Err(); err != nil {
		return Training{}, err
	}
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		name, err := s.auditorToChange(ctx, tx, userID)
		if err != nil {
			return err
		}
		t.AddedBy, t.AddedAt = tx.Actor.UserID, tx.Now
		if _, err := tx.NewInsert().Model(&t).Exec(ctx); err != nil {
			return store.MapError(err, "insert training")
		}
		tx.Record(store.Change{Action: string(policies.AuditorRecord), Kind: kindAuditor, ID: userID, Label: name,
			After: map[string]any{"training": t.Title, "provider": t.Provider, "held": t.Held, "valid_to": t.ValidTo, "leads": t.Leads}})
		return nil
	})
	return t, err
}

// RemoveTraining takes a training that was entered by mistake out of the
// record; the reason stays in the trail.
func (s *Service) RemoveTraining(ctx context.Context, userID, trainingID, reason string) error {
	if _, err := office.Allowed(ctx, policies.AuditorRecord); err != nil {
		return err
	}
	var c apperr.Check
	reason = c.Text("reason", reason, 3, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		name, err := s.auditorToChange(ctx, tx, userID)
		if err != nil {
			return err
		}
		if !store.IsID(trainingID) {
			return apperr.Missing("training")
		}
		n, err := store.Affected(tx.NewUpdate().Model((*Training)(nil)).Set("removed_at = ?", tx.Now).
			Where("id = ? AND user_id = ? AND removed_at IS NULL", trainingID, userID).Exec(ctx))
		if err != nil {
			return store.MapError(err, "remove training")
		}
		if n == 0 {
			return apperr.Missing("training")
		}
		tx.Record(store.Change{Action: string(policies.AuditorRecord), Kind: kindAuditor, ID: userID, Label: name, Note: reason,
			Before: map[string]any{"training_id": trainingID}})
		return nil
	})
}

// NewEvaluation is a judgement of an auditor's work, each mark 1 to 5.
type NewEvaluation struct {
	AuditID                            string // after which; empty = of the year
	Knowledge, Skill, Conduct, Reports int
	Note                               string
}

// Evaluation is a judgement that was kept.
type Evaluation struct {
	bun.BaseModel `bun:"table:auditor_evaluations,alias:ev"`

	ID        string    `bun:"id,pk"`
	UserID    string    `bun:"user_id"`
	AuditID   string    `bun:"audit_id,nullzero"`
	Day       day.Day   `bun:"day"`
	Knowledge int       `bun:"knowledge"`
	Skill     int       `bun:"skill"`
	Conduct   int       `bun:"conduct"`
	Reports   int       `bun:"reporting"`
	Note      string    `bun:"note"`
	ByID      string    `bun:"by_id"`
	At        time.Time `bun:"at"`

	AuditNumber string `bun:"audit_number,scanonly"`
	ByName      string `bun:"by_name,scanonly"`
}

// Evaluate keeps a judgement of an auditor's work; nobody judges themselves,
// and only after an audit that the person was on the team of.
func (s *Service) Evaluate(ctx context.Context, userID string, n NewEvaluation) error {
	if _, err := office.Allowed(ctx, policies.AuditorEvaluate); err != nil {
		return err
	}
	var c apperr.Check
	for _, m := range []struct {
		field string
		mark  int
	}{{"knowledge", n.Knowledge}, {"skill", n.Skill}, {"conduct", n.Conduct}, {"reporting", n.Reports}} {
		if m.mark < 1 || m.mark > 5 {
			c.Add(m.field, "error.field.range", "min", 1, "max", 5)
		}
	}
	e := Evaluation{ID: store.NewID(), UserID: userID, AuditID: n.AuditID, Day: s.KIS.Today(), Knowledge: n.Knowledge, Skill: n.Skill, Conduct: n.Conduct,
		Reports: n.Reports, Note: c.Text("note", n.Note, 3, maxText), ByID: me(ctx)}
	if userID == me(ctx) {
		c.Add("user", "audit.error.own_evaluation")
	}
	if n.AuditID != "" && !store.IsID(n.AuditID) {
		c.Add("audit", "error.field.choice")
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		name, err := s.auditorToChange(ctx, tx, userID)
		if err != nil {
			return err
		}
		if n.AuditID != "" {
			part, err := partOf(ctx, tx, n.AuditID, userID)
			if err != nil {
				return err
			}
			if part == "" {
				return apperr.InvalidField("audit", "audit.error.not_of_audit", "name", name)
			}
		}
		e.At = tx.Now
		if _, err := tx.NewInsert().Model(&e).Exec(ctx); err != nil {
			return store.MapError(err, "insert evaluation")
		}
		tx.Record(store.Change{Action: string(policies.AuditorEvaluate), Kind: kindAuditor, ID: userID, Label: name, Note: e.Note,
			After: map[string]any{"knowledge": e.Knowledge, "skill": e.Skill, "conduct": e.Conduct, "reporting": e.Reports, "audit": e.AuditID}})
		return nil
	})
}

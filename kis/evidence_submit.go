package kis

import (
	"cmp"
	"context"
	"slices"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/retention"
	"github.com/kis-platform/kis/policies"
)

// NewSubmission is evidence to hand in for one or more outputs of one task.
type NewSubmission struct {
	CycleID         string
	OutputIDs       []string
	DepartmentID    string // for whom; empty = the one department of the actor that is responsible
	Title           string // empty = the name of the first output
	Kind            EvidenceKind
	Link            string // of kind link: http or https
	UploadIDs       []string
	Record          string  // of kind record: Ref of one that the actor may see
	ReferencePeriod string  // empty = that of the cycle
	EffectiveDay    day.Day // date of the document; empty = today
	ValidUntil      day.Day // last day it is valid; empty = by the rule for the task, see ValidityRule
	Class           EvidenceClass
	Retention       string // code of the term of keeping; empty = the one proposed for the class
	Note            string
	Replaces        string // submission that this is the next version of; empty = the last one for the outputs
}

// Submit hands evidence in. The department must be in the actor's scope (else
// it is not found) and responsible for the task or the owner of the process
// (else Forbidden). While an earlier version is in review, or the phase's gate
// is closed, or the cycle is not open, it is a Conflict.
func (s *Service) Submit(ctx context.Context, in NewSubmission) (Submission, error) {
	scope, err := office.Allowed(ctx, policies.EvidenceSubmit)
	if err != nil {
		return Submission{}, err
	}
	if actor.From(ctx).UserID == "" {
		return Submission{}, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	if err := in.check(s.Limits.Files, s.Today()); err != nil {
		return Submission{}, err
	}
	var rec Record
	if in.Kind == EvidenceMade {
		if rec, err = s.RecordByRef(ctx, in.Record); apperr.Is(err, apperr.NotFound) {
			return Submission{}, apperr.InvalidField("record", "kis.record.gone")
		} else if err != nil {
			return Submission{}, err
		}
	}
	var sub Submission
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		cy, err := lockCycle(ctx, tx, in.CycleID)
		if err != nil {
			return err
		}
		task, err := taskOfOutputs(ctx, tx, cy, in.OutputIDs)
		if err != nil {
			return err
		}
		if err := submittable(cy, task); err != nil {
			return err
		}
		dept, err := submitFor(scope, in.DepartmentID, task, cy.Owner)
		if err != nil {
			return err
		}
		prev, version, err := previousVersion(ctx, tx, cy.ID, in.OutputIDs, in.Replaces)
		if err != nil {
			return err
		}
		files, err := AttachUploads(ctx, tx, in.UploadIDs)
		if err != nil {
			return err
		}
		if err := s.Limits.checkTotal(files); err != nil {
			return err
		}
		sub = in.submission(tx, cy, task, dept)
		sub.ReplacesID, sub.Version = prev, version
		if sub.RecordKind, sub.RecordID, sub.RecordLabel = rec.Kind, rec.ID, rec.Number; rec.Kind != "" {
			if sub.RecordSHA256, err = s.recordSeal(ctx, tx, rec.Kind, rec.ID); err != nil {
				return err
			}
		}
		if err := sub.becomeValid(ctx, tx, task.Code); err != nil {
			return err
		}
		terms, err := retention.Terms(ctx, tx)
		if err != nil {
			return err
		}
		if err := sub.becomeKept(terms, in.Retention); err != nil {
			return err
		}
		sub.index(task.Code, task.NameAZ, task.Outputs, files)
		if err := insertSubmission(ctx, tx, sub, in.OutputIDs, files); err != nil {
			return err
		}
		tx.Record(sub.change(policies.EvidenceSubmit, task.place(), "", Submitted, files))
		return refreshDuties(ctx, tx, cy.ID, task.Phase)
	})
	return sub, err
}

// check fills in what was left out and notes what is wrong with the form.
func (in *NewSubmission) check(maxFiles int, today day.Day) error {
	if maxFiles <= 0 {
		maxFiles = DefaultFiles
	}
	var c apperr.Check
	in.OutputIDs = office.CleanIDs(in.OutputIDs)
	if len(in.OutputIDs) == 0 {
		c.Add("output", "error.field.required")
	}
	in.Title = c.Text("title", in.Title, 0, maxEvidenceTitle)
	in.Note = c.Text("note", in.Note, 0, maxEvidenceNote)
	in.ReferencePeriod = c.Text("reference_period", in.ReferencePeriod, 0, maxEvidencePeriod)
	in.Link = c.Text("link", in.Link, 0, maxLink)
	if in.Kind == "" && in.Record != "" {
		in.Kind = EvidenceMade
	} else if in.Kind == "" && in.Link != "" && len(in.UploadIDs) == 0 {
		in.Kind = EvidenceLink
	} else if in.Kind == "" {
		in.Kind = EvidenceFile
	}
	switch in.Kind {
	case EvidenceFile:
		if len(in.UploadIDs) == 0 {
			c.Add("upload", "error.upload.none")
		}
		if len(in.UploadIDs) > maxFiles {
			c.Add("upload", "error.upload.too_many", "max", maxFiles)
		}
		in.Link = ""
	case EvidenceLink:
		if !apperr.WebAddress(in.Link) {
			c.Add("link", "kis.evidence.link")
		}
		if len(in.UploadIDs) > 0 {
			c.Add("link", "kis.evidence.link_or_file")
		}
	case EvidenceMade:
		if in.Record == "" {
			c.Add("record", "error.field.required")
		}
		if len(in.UploadIDs) > 0 || in.Link != "" {
			c.Add("record", "kis.record.alone")
		}
	default:
		c.Add("kind", "error.field.choice")
	}
	if in.EffectiveDay == "" {
		in.EffectiveDay = today
	} else if d, ok := day.Parse(string(in.EffectiveDay)); !ok {
		c.Add("effective_day", "error.field.date")
	} else if in.EffectiveDay = d; d > today {
		c.Add("effective_day", "kis.evidence.future")
	}
	if d, ok := day.Parse(string(in.ValidUntil)); in.ValidUntil != "" && !ok {
		c.Add("valid_until", "error.field.date")
	} else if in.ValidUntil = d; d != "" && d < in.EffectiveDay {
		c.Add("valid_until", "kis.validity.before")
	}
	if in.Class == "" {
		in.Class = ClassInternal
	}
	c.OneOf("class", string(in.Class), string(ClassPublic), string(ClassInternal), string(ClassConfidential))
	return c.Err()
}

// submittable refuses where nothing can be handed in now.
func submittable(cy Cycle, task taskOf) error {
	p, _ := cy.Phase(task.Phase)
	switch {
	case !task.Applicable:
		return apperr.New(apperr.Conflict, "kis.evidence.not_applicable")
	case !cy.Open():
		return apperr.New(apperr.Conflict, "kis.cycle.not_open")
	case p.closed():
		return apperr.New(apperr.Conflict, "kis.evidence.gate_closed", "phase", p.Phase)
	}
	return nil
}

// submitFor finds for which department the actor hands in: it must be in the
// actor's scope, and responsible for the task or the owner of the process.
func submitFor(scope policies.Scope, wanted string, task taskOf, owner office.Department) (string, error) {
	may := append(slices.Clone(task.Responsible), owner)
	if wanted != "" {
		if !scope.Department(wanted) {
			return "", apperr.Missing("department")
		}
		if !slices.ContainsFunc(may, func(d office.Department) bool { return d.ID == wanted }) {
			return "", notResponsible(may)
		}
		return wanted, nil
	}
	for _, d := range may { // responsible ones first, in the printed order
		if scope.Department(d.ID) {
			return d.ID, nil
		}
	}
	return "", notResponsible(may)
}

func notResponsible(may []office.Department) error {
	var codes []string
	for _, d := range may {
		if !slices.Contains(codes, d.Code) {
			codes = append(codes, d.Code)
		}
	}
	return apperr.New(apperr.Forbidden, "kis.evidence.not_responsible", "departments", join(codes))
}

// submission makes the row to store.
func (in NewSubmission) submission(tx *store.Tx, cy Cycle, task taskOf, dept string) Submission {
	sub := Submission{ID: store.NewID(), CycleID: cy.ID, DepartmentID: dept, Title: in.Title, Kind: in.Kind, Link: in.Link,
		ReferencePeriod: cmp.Or(in.ReferencePeriod, cy.ReferencePeriod), EffectiveDay: in.EffectiveDay, ValidUntil: in.ValidUntil, Class: in.Class, Note: in.Note,
		State: Submitted, SubmittedBy: tx.Actor.UserID, ReceivedAt: tx.Now}
	sub.ActivityID, sub.ProcessID = task.ID, cy.Process.ID
	if p, ok := cy.Phase(task.Phase); ok {
		sub.Due = p.Due
	}
	for _, o := range task.Outputs {
		sub.Title = cmp.Or(sub.Title, i18n.Shorten(o.NameAZ, maxEvidenceTitle-1))
	}
	return sub
}

package document

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Fields are what a person writes about a document.
type Fields struct {
	Kind         string // code
	Number       string // as the office has it; empty takes the next of its kind
	TitleAZ      string
	TitleEN      string // may be empty
	DepartmentID string
	ProcessID    string // "" = of the system as a whole
}

func (f Fields) check(c *apperr.Check) Fields {
	line := func(field, value string, low, high int) string {
		return strings.Join(strings.Fields(c.Text(field, value, low, high)), " ")
	}
	f.Number = line("number", f.Number, 0, maxNumber)
	f.TitleAZ = line("title_az", f.TitleAZ, minWhy, maxTitle)
	f.TitleEN = line("title_en", f.TitleEN, 0, maxTitle)
	if !store.IsID(f.DepartmentID) {
		c.Add("department", "error.field.choice")
	}
	if f.ProcessID != "" && !store.IsID(f.ProcessID) {
		c.Add("process", "error.field.choice")
	}
	return f
}

// Enter enters a document with an empty draft of its first version. Whoever
// writes only for the own department is refused another.
func (s *Service) Enter(ctx context.Context, f Fields) (Document, error) {
	scope, err := office.Allowed(ctx, policies.DocumentWrite)
	if err != nil {
		return Document{}, err
	}
	who, err := person(ctx)
	if err != nil {
		return Document{}, err
	}
	var c apperr.Check
	if f = f.check(&c); c.Count() == 0 && !scope.Department(f.DepartmentID) {
		c.Add("department", "error.field.choice")
	}
	if err := c.Err(); err != nil {
		return Document{}, err
	}
	var d Document
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := belongs(ctx, tx, f); err != nil {
			return err
		}
		kind, err := kindBy(ctx, tx, f.Kind)
		if err != nil {
			return err
		}
		if f.Number == "" {
			if f.Number, err = nextNumber(ctx, tx, kind); err != nil {
				return err
			}
		}
		d = Document{ID: store.NewID(), CreatedBy: who.UserID, CreatedAt: tx.Now, Version: 1}
		d.put(f)
		if err := insertDocument(ctx, tx, &d); err != nil {
			return err
		}
		v := draftOf(d.ID, 1, tx)
		tx.Record(store.Change{Action: string(policies.DocumentWrite), Kind: Object, ID: d.ID, Label: d.Number, After: map[string]any{"step": "enter", "kind": d.Kind,
			"title": d.TitleAZ, "department": d.DepartmentID, "process": d.ProcessID}})
		return insertVersion(ctx, tx, &v)
	})
	return d, err
}

// nextNumber is the next number of a kind that no document has.
func nextNumber(ctx context.Context, tx *store.Tx, k Kind) (string, error) {
	for {
		n, err := tx.NextNumber(ctx, Object+"_"+k.Code, 0)
		if err != nil {
			return "", err
		}
		number := fmt.Sprintf("%s-%02d", k.Prefix, n)
		if taken, err := numberTaken(ctx, tx, number); err != nil || !taken {
			return number, err
		}
	}
}

// put takes over what was written.
func (d *Document) put(f Fields) {
	d.Kind, d.Number, d.TitleAZ, d.TitleEN, d.DepartmentID, d.ProcessID = f.Kind, f.Number, f.TitleAZ, f.TitleEN, f.DepartmentID, f.ProcessID
	d.SearchKey = i18n.Fold(strings.Join([]string{d.Number, d.TitleAZ, d.TitleEN}, " "))
	d.SortKey = i18n.SortKey(d.Number)
}

func draftOf(documentID string, no int, tx *store.Tx) Version {
	return Version{ID: store.NewID(), DocumentID: documentID, No: no, State: Draft, StateAt: tx.Now, CreatedBy: tx.Actor.UserID, CreatedAt: tx.Now, Row: 1}
}

// Change writes anew what a document is. version is that of the page the form
// was filled from; when somebody has changed it since, it is a Conflict.
func (s *Service) Change(ctx context.Context, id string, version int, f Fields) error {
	var c apperr.Check
	f = f.check(&c)
	if f.Number == "" {
		c.Add("number", "error.field.required")
	}
	return s.with(ctx, id, policies.DocumentWrite, func(tx *store.Tx, d *Document) error {
		if err := c.Err(); err != nil {
			return err
		}
		if d.Version != version {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		if f.DepartmentID != d.DepartmentID && !policies.For(tx.Actor, policies.DocumentWrite).Department(f.DepartmentID) {
			return apperr.InvalidField("department", "error.field.choice")
		}
		if _, err := kindBy(ctx, tx, f.Kind); err != nil {
			return err
		}
		if err := belongs(ctx, tx, f); err != nil {
			return err
		}
		before := map[string]any{"kind": d.Kind, "number": d.Number, "title": d.TitleAZ, "title_en": d.TitleEN, "department": d.DepartmentID, "process": d.ProcessID}
		d.put(f)
		tx.Record(store.Change{Action: string(policies.DocumentWrite), Kind: Object, ID: d.ID, Label: d.Number, Before: before, After: map[string]any{"step": "change", "kind": d.Kind,
			"number": d.Number, "title": d.TitleAZ, "title_en": d.TitleEN, "department": d.DepartmentID, "process": d.ProcessID}})
		return setDocument(ctx, tx, d)
	})
}

// Content is what a person puts into a draft.
type Content struct {
	Seen      int      // version of the row that was seen
	Changes   string   // what is new
	UploadIDs []string // at most one; none keeps the file that is there
	Link      string   // instead of a file
	Effective day.Day
}

// Edit fills the draft of a document: one file that the actor has sent, or a
// link. Conflict when somebody changed the draft since it was seen.
func (s *Service) Edit(ctx context.Context, id string, in Content) error {
	var c apperr.Check
	today := s.KIS.Today()
	in.Changes = c.Text("changes", in.Changes, minWhy, maxText)
	in.Link = strings.TrimSpace(in.Link)
	switch {
	case in.Link != "" && len(in.UploadIDs) > 0:
		c.Add("link", "document.error.one_of")
	case in.Link != "" && (len(in.Link) > 2000 || !apperr.WebAddress(in.Link)):
		c.Add("link", "error.field.url")
	case len(in.UploadIDs) > 1:
		c.Add("upload", "document.error.one_file")
	}
	switch {
	case in.Effective == "":
		c.Add("effective", "error.field.required")
	case in.Effective < today:
		c.Add("effective", "error.field.date_after", "date", today.Add(-1).Format())
	case in.Effective > today.Add(longestReview):
		c.Add("effective", "error.field.date_before", "date", today.Add(longestReview+1).Format())
	}
	return s.with(ctx, id, policies.DocumentWrite, func(tx *store.Tx, d *Document) error {
		if err := c.Err(); err != nil {
			return err
		}
		v, err := openVersion(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		if v.State != Draft {
			return conflict(v.State)
		}
		if v.Row != in.Seen {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		v.Changes, v.Effective = in.Changes, in.Effective
		switch {
		case len(in.UploadIDs) == 1:
			files, err := kis.AttachUploads(ctx, tx, in.UploadIDs)
			if err != nil {
				return err
			}
			v.FileID, v.Link = files[0].ID, ""
		case in.Link != "":
			v.FileID, v.Link = "", in.Link
		default:
			v.Link = ""
		}
		if v.FileID == "" && v.Link == "" {
			return apperr.InvalidField("upload", "document.error.no_content")
		}
		tx.Record(store.Change{Action: string(policies.DocumentWrite), Kind: Object, ID: d.ID, Label: d.Number, After: map[string]any{"step": "edit", "no": strconv.Itoa(v.No), "effective": v.Effective,
			"file": v.FileID, "link": v.Link, "changes": v.Changes}})
		return setVersion(ctx, tx, &v, Draft)
	})
}

// Begin begins the next version of a document. Conflict when one is being
// prepared.
func (s *Service) Begin(ctx context.Context, id string) error {
	return s.with(ctx, id, policies.DocumentWrite, func(tx *store.Tx, d *Document) error {
		list, err := versionsOf(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		no := 1
		if len(list) > 0 {
			if list[0].State == Draft || list[0].State == Approval {
				return conflict(list[0].State)
			}
			no = list[0].No + 1
		}
		v := draftOf(d.ID, no, tx)
		tx.Record(store.Change{Action: string(policies.DocumentWrite), Kind: Object, ID: d.ID, Label: d.Number, After: map[string]any{"step": "begin", "no": strconv.Itoa(no)}})
		return insertVersion(ctx, tx, &v)
	})
}

// with locks a document that the actor may do an action to and lets something
// be done with it. One they may not see is not found.
func (s *Service) with(ctx context.Context, id string, act policies.Action, do func(tx *store.Tx, d *Document) error) error {
	scope, err := office.Allowed(ctx, act)
	if err != nil {
		return err
	}
	if _, err := person(ctx); err != nil {
		return err
	}
	if !store.IsID(id) {
		return apperr.Missing(Object)
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		d, err := lockDocument(ctx, tx, id)
		if err != nil {
			return err
		}
		if act != policies.DocumentConfirm && !scope.Department(d.DepartmentID) {
			if known, err := approvedOnce(ctx, tx, d.ID); err != nil || !known {
				return orMissing(err)
			}
			return apperr.New(apperr.Forbidden, "document.error.not_department")
		}
		return do(tx, &d)
	})
}

func orMissing(err error) error {
	if err != nil {
		return err
	}
	return apperr.Missing(Object)
}

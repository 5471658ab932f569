package inquiry

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Object is what is commented on.
type Object struct {
	Kind string // of the Comment kinds
	ID   string // of a task: cycle and code, "…:6.2.1"
}

// The kinds of objects with comments.
const (
	OnSubmission  = "submission"
	OnRequest     = "request"
	OnDiscrepancy = "discrepancy"
	OnTask        = "task" // a cell of a cycle
)

// Kinds lists them.
func Kinds() []string { return []string{OnSubmission, OnRequest, OnDiscrepancy, OnTask} }

// maxComment bounds a comment, maxMentions whom one may name in it.
const (
	maxComment  = 4000
	maxMentions = 20
)

// editTime is how long a comment may be changed unless the office has a term
// for it.
const editTime = 15 * time.Minute

// Comment is what somebody said about an object. A changed one keeps what it
// said before, a deleted one leaves its place.
type Comment struct {
	bun.BaseModel `bun:"table:comments,alias:m"`

	ID            string    `bun:"id,pk"`
	Kind          string    `bun:"kind"`
	SubmissionID  string    `bun:"submission_id,nullzero"`
	RequestID     string    `bun:"request_id,nullzero"`
	DiscrepancyID string    `bun:"discrepancy_id,nullzero"`
	CycleID       string    `bun:"cycle_id,nullzero"`
	Code          string    `bun:"code"`
	Text          string    `bun:"text"` // empty once deleted
	AuthorID      string    `bun:"author_id"`
	CreatedAt     time.Time `bun:"created_at"`
	Edits         int       `bun:"edits"`
	EditedAt      time.Time `bun:"edited_at,nullzero"`
	DeletedAt     time.Time `bun:"deleted_at,nullzero"`
}

// Object is what the comment is on.
func (c Comment) Object() Object {
	switch c.Kind {
	case OnSubmission:
		return Object{c.Kind, c.SubmissionID}
	case OnRequest:
		return Object{c.Kind, c.RequestID}
	case OnDiscrepancy:
		return Object{c.Kind, c.DiscrepancyID}
	}
	return Object{OnTask, c.CycleID + ":" + c.Code}
}

// on makes the comment one on an object.
func (c Comment) on(o Object) Comment {
	c.Kind = o.Kind
	switch o.Kind {
	case OnSubmission:
		c.SubmissionID = o.ID
	case OnRequest:
		c.RequestID = o.ID
	case OnDiscrepancy:
		c.DiscrepancyID = o.ID
	case OnTask:
		c.CycleID, c.Code = o.task()
	}
	return c
}

// NewComment is something to say. People are mentioned by id, by a name picked
// from the list, or in the text as @Name Surname.
type NewComment struct {
	Text       string
	MentionIDs []string
	Mention    string // picked: "Aytən Məmmədova (SSS)", several separated by ;
}

// AddComment says something about an object; NotFound when the actor may not
// see it. A mention of who may not see it either is Invalid and names the person.
func (s *Service) AddComment(ctx context.Context, o Object, n NewComment) (Comment, error) {
	if _, err := office.Allowed(ctx, policies.CommentWrite); err != nil {
		return Comment{}, err
	}
	who, err := me(ctx)
	if err != nil {
		return Comment{}, err
	}
	var m Comment
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		pl, err := s.place(ctx, tx, o, who)
		if err != nil {
			return err
		}
		text, mentioned, err := s.said(ctx, tx, pl, n)
		if err != nil {
			return err
		}
		m = Comment{ID: store.NewID(), Text: text, AuthorID: who.UserID, CreatedAt: tx.Now}.on(o)
		if err := insertComment(ctx, tx, m, mentioned); err != nil {
			return err
		}
		tx.Record(pl.change(m, "add", mentioned))
		return nil
	})
	return m, err
}

// EditComment changes what the actor said, within the term for it; whoever was
// mentioned before stays told. Later it is a Conflict, and so is a change of
// what was changed meanwhile (seen is Comment.Edits as it was read).
func (s *Service) EditComment(ctx context.Context, id string, seen int, n NewComment) (Object, error) {
	return s.change(ctx, id, func(tx *store.Tx, pl place, m Comment) error {
		if m.Edits != seen {
			return apperr.New(apperr.Conflict, "inquiry.comment.changed")
		}
		if tx.Now.Sub(m.CreatedAt) > s.EditTime() {
			return apperr.New(apperr.Conflict, "inquiry.comment.late", "minutes", int(s.EditTime().Minutes()))
		}
		text, mentioned, err := s.said(ctx, tx, pl, n)
		if err != nil {
			return err
		}
		if text == m.Text {
			return store.ErrNoChange
		}
		before, err := mentionsOf(ctx, tx, m.ID)
		if err != nil {
			return err
		}
		mentioned = slices.DeleteFunc(mentioned, func(u string) bool { return slices.Contains(before, u) })
		if err := replaceText(ctx, tx, m, text, mentioned); err != nil {
			return err
		}
		tx.Record(pl.change(m, "edit", mentioned))
		return nil
	})
}

// DeleteComment takes back what the actor said; its place stays, with who and
// when. What was deleted is a Conflict.
func (s *Service) DeleteComment(ctx context.Context, id string) (Object, error) {
	return s.change(ctx, id, func(tx *store.Tx, pl place, m Comment) error {
		if err := eraseText(ctx, tx, m); err != nil {
			return err
		}
		tx.Record(pl.change(m, "delete", nil))
		return nil
	})
}

// change lets do change a comment of the actor's own.
func (s *Service) change(ctx context.Context, id string, do func(tx *store.Tx, pl place, m Comment) error) (o Object, err error) {
	if _, err := office.Allowed(ctx, policies.CommentWrite); err != nil {
		return o, err
	}
	who, err := me(ctx)
	if err != nil {
		return o, err
	}
	if !store.IsID(id) {
		return o, apperr.Missing("comment")
	}
	return o, s.DB.Write(ctx, func(tx *store.Tx) error {
		m, err := lockComment(ctx, tx, id)
		if err != nil {
			return err
		}
		o = m.Object()
		pl, err := s.place(ctx, tx, o, who)
		if apperr.Is(err, apperr.NotFound) {
			return apperr.Missing("comment")
		}
		if err != nil {
			return err
		}
		if m.AuthorID != who.UserID {
			return apperr.New(apperr.Forbidden, "inquiry.comment.not_yours")
		}
		if !m.DeletedAt.IsZero() {
			return apperr.New(apperr.Conflict, "inquiry.comment.deleted_already")
		}
		return do(tx, pl, m)
	})
}

// EditTime is how long a comment may be changed.
func (s *Service) EditTime() time.Duration {
	if t, err := s.KIS.Timer("comment.edit"); err == nil && t.Unit == office.Minute {
		return time.Duration(t.N()) * time.Minute
	}
	return editTime
}

// Conversation is what was said about an object, oldest first.
type Conversation struct {
	Object
	Label    string // what the object is called
	Href     string // its page
	Comments []CommentView
	People   []Person // who may see the object: they can be mentioned
	CanWrite bool
}

// Person is somebody who can be mentioned.
type Person struct{ ID, Name, Department string }

// Pick is how the person is picked from the list.
func (p Person) Pick() string {
	if p.Department == "" {
		return p.Name
	}
	return p.Name + " (" + p.Department + ")"
}

// CommentView is a comment as the actor sees it.
type CommentView struct {
	Comment
	AuthorName string
	Mentioned  []string // names
	Before     []CommentVersion
	CanEdit    bool
	CanDelete  bool
}

// CommentVersion is what a comment said before it was changed.
type CommentVersion struct {
	CommentID string
	Text      string
	WrittenAt time.Time
}

// Comments gives the conversation about an object; NotFound when the actor may
// not see it.
func (s *Service) Comments(ctx context.Context, o Object) (Conversation, error) {
	if _, err := office.Allowed(ctx, policies.CommentRead); err != nil {
		return Conversation{}, err
	}
	db, who := s.DB.Read(), actor.From(ctx)
	pl, err := s.place(ctx, db, o, who)
	if err != nil {
		return Conversation{}, err
	}
	v := Conversation{Object: o, Label: pl.label(who.Lang), Href: pl.href, CanWrite: who.UserID != "" && policies.Can(who, policies.CommentWrite)}
	if v.Comments, err = commentViews(ctx, db, o); err != nil {
		return v, err
	}
	now := s.DB.Now()
	for i := range v.Comments {
		c := &v.Comments[i]
		c.CanDelete = v.CanWrite && c.AuthorID == who.UserID && c.DeletedAt.IsZero()
		c.CanEdit = c.CanDelete && now.Sub(c.CreatedAt) <= s.EditTime()
		if !c.DeletedAt.IsZero() {
			c.Before = nil // what was deleted is not shown
		}
	}
	if !v.CanWrite {
		return v, nil
	}
	readers, err := s.readers(ctx, db, pl)
	if err != nil {
		return v, err
	}
	v.People, err = s.persons(ctx, db, readers, who.UserID)
	return v, err
}

// persons names actors with the codes of their departments, without one.
func (s *Service) persons(ctx context.Context, db bun.IDB, list []actor.Actor, without string) ([]Person, error) {
	var ids []string
	for _, a := range list {
		ids = append(ids, a.DepartmentID)
	}
	departments, err := office.DepartmentsByID(ctx, db, ids)
	var out []Person
	for _, a := range list {
		if a.UserID != without {
			out = append(out, Person{a.UserID, a.Name, departments[a.DepartmentID].Code})
		}
	}
	return out, err
}

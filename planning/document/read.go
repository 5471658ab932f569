package document

import (
	"context"
	"slices"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Page is one document with its versions.
type Page struct {
	Row
	KindOf   Kind
	Versions []Version // newest first; only approved ones for who may only read
	Standing *Version  // in force or about to be; nil when none is
	Open     *Version  // being prepared or waiting for a decision; nil when none is
	Readers  []Reader
	Must     bool // the actor must read the standing version
	Read     bool // and has, or read it unasked
	MustRead int  // how many must read it, for who may see the list
	HaveRead int
	Steps    []string // verbs that the actor may take now
	Own      bool     // the actor submitted the open version and so cannot approve it
	Drafts   bool     // the actor sees what is not approved
	History  []office.Event
}

// Can says whether the actor may take a step now.
func (p Page) Can(verb string) bool { return slices.Contains(p.Steps, verb) }

// Document gives one document; NotFound when the actor may not see it, which
// holds for one that was never approved unless they write or approve it.
func (s *Service) Document(ctx context.Context, id string) (Page, error) {
	var p Page
	if _, err := office.Allowed(ctx, policies.DocumentRead); err != nil {
		return p, err
	}
	if !store.IsID(id) {
		return p, apperr.Missing(Object)
	}
	db, who, today := s.DB.Read(), actor.From(ctx), s.KIS.Today()
	rows, err := rowsBy(ctx, db, today, db.NewSelect().TableExpr("controlled_documents AS d").Column("d.id").Where("d.id = ?", id))
	if err != nil {
		return p, err
	}
	if len(rows) == 0 {
		return p, apperr.Missing(Object)
	}
	p.Row = rows[0]
	p.Drafts = drafts(who, p.DepartmentID)
	if p.KindOf, err = kindBy(ctx, db, p.Kind); err != nil {
		return p, err
	}
	all, err := versionsOf(ctx, db, id)
	if err != nil {
		return p, err
	}
	for _, v := range all {
		if v.ApprovedAt.IsZero() && !p.Drafts {
			continue
		}
		p.Versions = append(p.Versions, v)
		switch {
		case v.State == Draft || v.State == Approval:
			p.Open = &v
		case v.State == InForce && v.Until == "":
			p.Standing = &v
		}
	}
	if len(p.Versions) == 0 {
		return p, apperr.Missing(Object)
	}
	if p.Readers, err = readersOf(ctx, db, id); err != nil {
		return p, err
	}
	if p.Standing != nil {
		list, err := readings(ctx, db, id, p.Standing.ID, today)
		if err != nil {
			return p, err
		}
		for _, r := range list {
			if r.UserID == who.UserID {
				p.Must, p.Read = r.Must, !r.At.IsZero()
			}
			if r.Must {
				p.MustRead++
				if !r.At.IsZero() {
					p.HaveRead++
				}
			}
		}
	}
	p.steps(who)
	p.History, err = s.KIS.History(ctx, Object, id, 80)
	return p, err
}

// steps says what the actor may do now.
func (p *Page) steps(who actor.Actor) {
	if who.UserID == "" {
		return
	}
	write := policies.For(who, policies.DocumentWrite).Department(p.DepartmentID)
	decide := policies.For(who, policies.DocumentApprove).Department(p.DepartmentID)
	add := func(ok bool, verbs ...string) {
		if ok {
			p.Steps = append(p.Steps, verbs...)
		}
	}
	add(write, "change", "readers")
	if p.Open != nil {
		p.Own = p.Open.SubmittedBy == who.UserID
		add(write && p.Open.State == Draft, "edit")
		add(write && p.Open.State == Draft && (p.Open.FileID != "" || p.Open.Link != ""), "submit")
		add(decide && p.Open.State == Approval, "return")
		add(decide && p.Open.State == Approval && !p.Own, "approve")
	}
	add(write && p.Open == nil, "begin")
	if p.Standing != nil {
		add(decide, "withdraw")
		add(write, "review")
		add(write && p.HaveRead < p.MustRead, "remind")
		add(!p.Read && policies.Can(who, policies.DocumentConfirm), "confirm")
	}
}

// File gives the file of a version that the actor may see. old is true when
// that version is no longer in force: what is taken away says so.
func (s *Service) File(ctx context.Context, id, versionID string) (f kis.File, standing State, no int, err error) {
	p, err := s.Document(ctx, id)
	if err != nil {
		return f, "", 0, err
	}
	for _, v := range p.Versions {
		if v.ID != versionID || v.FileID == "" {
			continue
		}
		files, err := kis.FilesByID(ctx, s.DB.Read(), []string{v.FileID})
		if err != nil {
			return f, "", 0, err
		}
		if f, ok := files[v.FileID]; ok {
			return f, v.Standing(s.KIS.Today()), v.No, nil
		}
	}
	return f, "", 0, apperr.Missing("file")
}

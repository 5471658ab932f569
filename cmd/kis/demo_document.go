package main

import (
	"strings"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/planning/document"
	"github.com/kis-platform/kis/policies"
)

// demoDocument is a controlled document of the story.
type demoDocument struct {
	Kind, AZ, EN, Department, Writer, Approver string
	Process                                    bool // of the process, not of the system
	Readers                                    struct {
		All         bool
		Departments []string
		Roles       []string
	}
	Versions []struct {
		Submitted string // when
		Approved  string // when; empty: not yet
		Effective day.Day
		Changes   string
		Text      string // of the file
		Link      string // instead of a file
	}
	Read []string // who has read the last version
	Left string   // until when it stays a draft that is not submitted
}

// documents is the story of the documents of the system: in force, replaced,
// about to be approved and being prepared.
func (d *demo) documents() error {
	var list []demoDocument
	if err := readDemo("documents", &list); err != nil {
		return err
	}
	for _, x := range list {
		d.spawn(func(d *demo) error { return named(x.AZ, d.oneDocument(x)) })
	}
	return nil
}

func (d *demo) oneDocument(x demoDocument) error {
	s := d.app.controlled
	f := document.Fields{Kind: x.Kind, TitleAZ: x.AZ, TitleEN: x.EN, DepartmentID: d.dep[x.Department].ID}
	if x.Process {
		f.ProcessID = d.cycle.Process.ID
	}
	var doc document.Document
	for i, v := range x.Versions {
		d.at(v.Submitted)
		writer := d.as(x.Writer)
		if i == 0 {
			var err error
			if doc, err = s.Enter(writer, f); err != nil {
				return err
			}
			r := document.Readers{All: x.Readers.All}
			for _, code := range x.Readers.Departments {
				r.Departments = append(r.Departments, d.dep[code].ID)
			}
			for _, role := range x.Readers.Roles {
				r.Roles = append(r.Roles, policies.Role(role))
			}
			if err := s.SetReaders(writer, doc.ID, 1, r); err != nil {
				return err
			}
		} else if err := s.Begin(writer, doc.ID); err != nil {
			return err
		}
		page, err := s.Document(writer, doc.ID)
		if err != nil {
			return err
		}
		in := document.Content{Seen: page.Open.Row, Changes: v.Changes, Effective: v.Effective, Link: v.Link}
		if v.Text != "" {
			up, err := d.app.kis.StageUpload(writer, doc.Number+".txt", strings.NewReader(v.Text))
			if err != nil {
				return err
			}
			in.UploadIDs = []string{up.ID}
		}
		if err := s.Edit(writer, doc.ID, in); err != nil || x.Left != "" && i == len(x.Versions)-1 {
			return err
		}
		if err := s.Submit(writer, doc.ID); err != nil || v.Approved == "" {
			return err
		}
		d.at(v.Approved)
		if err := s.Approve(d.as(x.Approver), doc.ID); err != nil {
			return err
		}
	}
	for _, who := range x.Read {
		page, err := s.Document(d.as(who), doc.ID)
		if err != nil {
			return err
		}
		if err := s.Confirm(d.as(who), doc.ID, page.Standing.ID); err != nil {
			return err
		}
	}
	return nil
}

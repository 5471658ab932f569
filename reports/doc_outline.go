package reports

import (
	"bytes"
	"fmt"
	"io"
	"sync"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// withoutConfigDir keeps pdfcpu from making a folder in the home directory.
var withoutConfigDir = sync.OnceFunc(api.DisableConfigDir)

// finish adds what maroto cannot: bookmarks, the language, and the title in the
// window. The outline is built here because pdfcpu's own finds its targets by
// title, and two sections may share one.
func finish(w io.Writer, raw []byte, d *Doc, l *layout) error {
	withoutConfigDir()
	conf := model.NewDefaultConfiguration()
	conf.Optimize, conf.OptimizeBeforeWriting = false, false
	ctx, err := api.ReadContext(bytes.NewReader(raw), conf)
	if err != nil {
		return err
	}
	if err := ctx.EnsurePageCount(); err != nil {
		return err
	}
	if ctx.PageCount != len(l.pages) {
		return fmt.Errorf("%d pages were laid out but %d drawn", len(l.pages), ctx.PageCount)
	}
	root, err := ctx.Catalog()
	if err != nil {
		return err
	}
	if d.Lang != "" {
		root["Lang"] = types.StringLiteral(asciiOnly(d.Lang))
	}
	root["ViewerPreferences"] = types.Dict{"DisplayDocTitle": types.Boolean(true)}
	if len(l.marks) > 0 {
		if err := addOutline(ctx, root, l); err != nil {
			return err
		}
	}
	return api.WriteContext(ctx, w)
}

// entry is a bookmark with its place in the tree of objects.
type entry struct {
	ref  types.IndirectRef
	dict types.Dict
	kids []*entry
}

// addOutline writes the bookmarks as a tree of two levels.
func addOutline(ctx *model.Context, root types.Dict, l *layout) error {
	top := &entry{dict: types.Dict{"Type": types.Name("Outlines")}}
	ref, err := ctx.IndRefForNewObject(top.dict)
	if err != nil {
		return err
	}
	top.ref = *ref
	for _, m := range l.marks {
		e, err := newEntry(ctx, m, l.h)
		if err != nil {
			return fmt.Errorf("bookmark %q: %w", m.Title, err)
		}
		parent := top
		if m.Level > 1 && len(top.kids) > 0 {
			parent = top.kids[len(top.kids)-1]
		}
		parent.kids = append(parent.kids, e)
	}
	for _, e := range top.kids {
		e.link()
	}
	top.link()
	root["Outlines"] = top.ref
	return nil
}

// newEntry makes the object of one bookmark; it opens the page at the heading.
func newEntry(ctx *model.Context, m Mark, pageH float64) (*entry, error) {
	_, page, _, err := ctx.PageDict(m.Page, false)
	if err != nil {
		return nil, err
	}
	title, err := types.EscapedUTF16String(m.Title)
	if err != nil {
		return nil, err
	}
	y := types.Float((pageH - m.Y + 2) / mmPerPt)
	e := &entry{dict: types.Dict{
		"Title": types.StringLiteral(*title),
		"Dest":  types.Array{*page, types.Name("XYZ"), nil, y, nil},
	}}
	ref, err := ctx.IndRefForNewObject(e.dict)
	if err != nil {
		return nil, err
	}
	e.ref = *ref
	return e, nil
}

// link ties an entry to its children and them to each other. Nothing is folded
// open below the first level.
func (e *entry) link() {
	if len(e.kids) == 0 {
		return
	}
	e.dict["First"], e.dict["Last"] = e.kids[0].ref, e.kids[len(e.kids)-1].ref
	e.dict["Count"] = types.Integer(len(e.kids))
	if e.dict["Type"] == nil {
		e.dict["Count"] = types.Integer(-len(e.kids))
	}
	for i, kid := range e.kids {
		kid.dict["Parent"] = e.ref
		if i > 0 {
			kid.dict["Prev"] = e.kids[i-1].ref
		}
		if i < len(e.kids)-1 {
			kid.dict["Next"] = e.kids[i+1].ref
		}
	}
}

// asciiOnly drops what may not stand in a language tag.
func asciiOnly(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if r == '-' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			out = append(out, r)
		}
	}
	return string(out)
}

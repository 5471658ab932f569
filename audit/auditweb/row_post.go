package auditweb

import (
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// savedRow is the answer to a row that was sent by script.
type savedRow struct {
	Version   int               `json:"version"`
	Fields    map[string]string `json:"fields,omitempty"` // as they are now
	Hint      string            `json:"hint,omitempty"`
	Conflicts []rowConflict     `json:"conflicts,omitempty"`
	Message   string            `json:"message,omitempty"`
}

// rowConflict is a field that somebody else has changed meanwhile.
type rowConflict struct {
	Field  string `json:"field"`
	Head   string `json:"head"` // who and when, as a sentence
	Mine   string `json:"mine"` // for people
	Theirs string `json:"theirs"`
	Value  string `json:"value"` // theirs, for the field
}

// saveRow writes the fields of the form, and no others, to a row. A script is
// answered with the row as it is now, or with the conflicts; a browser without
// script goes back to the page.
func (p pages) saveRow(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	row, err := c.ID("row")
	if err != nil {
		return err
	}
	if user := c.Form("user"); user != "" && user != c.Actor().UserID {
		// Typed by somebody who has signed out since: not to be sent in the name of another.
		return apperr.New(apperr.Unauthenticated, "audit.error.other_person")
	}
	patch := audit.RowPatch{RowID: row, Request: c.Form("request"), After: strings.Fields(c.Form("after")), Fields: map[audit.RowField]string{}}
	patch.Version, _ = strconv.Atoi(c.Form("version")) // anything else is a version nobody saw: a Conflict
	values := c.FormValues()
	for _, field := range audit.RowFields() {
		if list, sent := values[string(field)]; sent {
			patch.Fields[field] = strings.Join(list, " ")
		}
	}
	if values.Get("has_evidence") != "" && len(values["evidence"]) == 0 {
		patch.Fields[audit.FieldEvidence] = ""
	}
	saved, conflicts, err := p.svc.SaveRow(c.Ctx(), patch)
	script := strings.HasPrefix(c.Request().Header.Get("Accept"), "application/json")
	if !script {
		return p.savedByForm(c, id, row, conflicts, err)
	}
	if err != nil {
		return err
	}
	page := c.Page("")
	out := savedRow{Version: saved.Version}
	for _, f := range conflicts {
		out.Conflicts = append(out.Conflicts, rowConflict{Field: string(f.Field), Value: f.Theirs, Mine: fieldText(page, f.Field, f.Mine), Theirs: fieldText(page, f.Field, f.Theirs),
			Head: page.T("audit.fill.conflict", "field", page.T("audit.fill.field."+string(f.Field)), "name", f.By, "time", page.Time(f.At))})
	}
	if len(out.Conflicts) > 0 {
		out.Message = page.T("error.conflict")
		return c.JSON(http.StatusConflict, out)
	}
	out.Fields = map[string]string{}
	for field, text := range audit.RowTexts(saved.Row, saved.Evidence) {
		out.Fields[string(field)] = text
	}
	return c.JSON(http.StatusOK, out)
}

// savedByForm answers a browser without script.
func (p pages) savedByForm(c *web.Context, id, row string, conflicts []audit.RowConflict, err error) error {
	if len(conflicts) > 0 {
		f := conflicts[0]
		err = apperr.New(apperr.Conflict, "audit.fill.conflict_form", "field", c.Page("").T("audit.fill.field."+string(f.Field)), "name", f.By, "theirs", fieldText(c.Page(""), f.Field, f.Theirs))
	}
	if form, status, ok := c.Refused(err); ok {
		return p.showFill(c, status, &fillBack{row: row, form: form})
	}
	back := "/audits/" + id + "/checklist"
	if q := c.Form("query"); q != "" {
		back += "?" + q
	}
	return c.Done(err, "audit.checklist.saved", back+"#row-"+row, nil)
}

// fieldText is a field as people read it.
func fieldText(p ui.Page, field audit.RowField, text string) string {
	switch {
	case text == "":
		return "–"
	case field == audit.FieldAnswer:
		return p.T("audit.answer." + text)
	}
	return text
}

// liveRow is a row that somebody has changed, for the script of the page.
type liveRow struct {
	Row     string            `json:"row"`
	Version int               `json:"version"`
	Fields  map[string]string `json:"fields"`
	Hint    string            `json:"hint,omitempty"`
}

// live says what has changed since a number; nothing new is 304, which costs
// one read of an index.
func (p pages) live(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	after, err := strconv.Atoi(c.Query("after"))
	if err != nil || after < 0 {
		return apperr.InvalidField("after", "error.field.number")
	}
	last, err := p.svc.LastChange(c.Ctx(), id)
	if err != nil {
		return err
	}
	tag := `"` + strconv.Itoa(last) + `"`
	c.Writer().Header().Set("ETag", tag)
	if last == after || c.Request().Header.Get("If-None-Match") == tag {
		c.Writer().WriteHeader(http.StatusNotModified)
		return nil
	}
	rows, next, err := p.svc.Live(c.Ctx(), id, after)
	if err != nil {
		return err
	}
	page := c.Page("")
	out := struct {
		Next int       `json:"next"`
		Rows []liveRow `json:"rows"`
	}{Next: next, Rows: []liveRow{}}
	for _, r := range rows {
		l := liveRow{Row: r.RowID, Version: r.Version, Fields: map[string]string{}}
		for field, text := range r.Fields {
			l.Fields[string(field)] = text
		}
		if r.UserID != c.Actor().UserID {
			l.Hint = page.T("audit.fill.changed", "name", r.By, "time", page.Time(r.At))
		}
		out.Rows = append(out.Rows, l)
	}
	return c.JSON(http.StatusOK, out)
}

// attach keeps the files of a body and attaches them to the row at once.
func (p pages) attach(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	row, err := c.ID("row")
	if err != nil {
		return err
	}
	ids, err := p.uploads(c)
	if err == nil {
		err = p.svc.AttachToRow(c.Ctx(), id, row, ids)
	}
	if strings.HasPrefix(c.Request().Header.Get("Accept"), "application/json") {
		if err != nil {
			return err
		}
		return c.JSON(http.StatusCreated, map[string]string{"id": ids[0]})
	}
	if form, status, ok := c.Refused(err); ok {
		return p.showFill(c, status, &fillBack{row: row, form: form})
	}
	return c.Done(err, "audit.fill.attached", "/audits/"+id+"/checklist#row-"+row, nil)
}

// detach takes a file off the row.
func (p pages) detach(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	row, err := c.ID("row")
	if err != nil {
		return err
	}
	if err := p.svc.DetachFromRow(c.Ctx(), id, row, c.Param("file")); err != nil {
		return err
	}
	if c.HTMX() {
		return p.pane(c)
	}
	return c.Done(nil, "audit.fill.detached", "/audits/"+id+"/checklist#row-"+row, nil)
}

// rowFile downloads a file of a row.
func (p pages) rowFile(c *web.Context) error {
	f, err := p.fileOfRow(c)
	if err != nil {
		return err
	}
	r, err := p.svc.KIS.OpenFile(c.Ctx(), f)
	if err != nil {
		return err
	}
	defer r.Close()
	return c.Download(f.Name, f.ContentType, f.Size, r)
}

func (p pages) fileOfRow(c *web.Context) (f kis.File, err error) {
	id, err := c.ID("id")
	if err != nil {
		return f, err
	}
	row, err := c.ID("row")
	if err != nil {
		return f, err
	}
	return p.svc.RowFile(c.Ctx(), id, row, c.Param("file"))
}

// picturePolicy is the content policy of a picture shown by itself: nothing
// runs, nobody else frames it.
const picturePolicy = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"

// picture shows a photo of a row inside the page. What is no picture is not
// found here: it can be downloaded.
func (p pages) picture(c *web.Context) error {
	f, err := p.fileOfRow(c)
	if err != nil {
		return err
	}
	if f.Shown != kis.ShownPicture {
		return apperr.Missing("file")
	}
	r, err := p.svc.KIS.OpenFile(c.Ctx(), f)
	if err != nil {
		return err
	}
	defer r.Close()
	head := c.Writer().Header()
	head.Set("Content-Security-Policy", picturePolicy)
	head.Set("Content-Type", f.ContentType)
	head.Set("Content-Disposition", "inline")
	head.Set("Cache-Control", "private, no-store")
	c.Writer().WriteHeader(http.StatusOK)
	_, _ = io.Copy(c.Writer(), r) // the reader went away: nobody is left to tell
	return nil
}

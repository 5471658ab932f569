package qualityweb

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/planning/quality"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// savedConcept is the answer to the script that keeps what is typed; what its
// members mean is said in web/assets/README.md.
type savedConcept struct {
	Version   int               `json:"version,omitempty"`
	Fields    map[string]string `json:"fields,omitempty"`
	Hint      string            `json:"hint,omitempty"`
	Conflicts []conceptConflict `json:"conflicts,omitempty"`
	Message   string            `json:"message,omitempty"`
}

type conceptConflict struct {
	Field  string `json:"field"`
	Value  string `json:"value"`
	Mine   string `json:"mine"`
	Theirs string `json:"theirs"`
	Head   string `json:"head"`
}

// save stores what was typed under a concept. The script sends the fields that
// were touched; the form without script sends all.
func (p pages) save(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	if user := c.Form("user"); user != "" && user != c.Actor().UserID {
		// Typed by somebody who has signed out since: not to be sent in the name of another.
		return apperr.New(apperr.Unauthenticated, "error.unauthenticated")
	}
	patch := patchOf(c)
	e, clashes, err := p.svc.Save(c.Ctx(), id, patch)
	if !strings.HasPrefix(c.Request().Header.Get("Accept"), "application/json") {
		return p.savedByForm(c, id, patch.Code, clashes, err)
	}
	if err != nil {
		return err
	}
	page := c.Page("")
	if len(clashes) > 0 {
		out := savedConcept{Version: e.Version, Message: page.T("error.conflict")}
		for _, x := range clashes {
			out.Conflicts = append(out.Conflicts, conceptConflict{Field: x.Field, Value: x.Theirs, Mine: worded(page, x.Field, x.Mine), Theirs: worded(page, x.Field, x.Theirs),
				Head: page.T("quality.clash", "field", page.T("quality.field."+x.Field), "name", x.By)})
		}
		return c.JSON(http.StatusConflict, out)
	}
	fields := map[string]string{"na": "", "text_az": e.TextAZ, "text_en": e.TextEN, "value": e.Value}
	if e.NA {
		fields["na"] = "1"
	}
	return c.JSON(http.StatusOK, savedConcept{Version: max(e.Version, 1), Fields: fields, Hint: page.T("quality.write.saved_by", "name", e.EditedName, "at", page.DateTime(e.EditedAt))})
}

// patchOf reads the fields that were sent. An unticked box is not sent by a
// form; the hidden field "whole" says that all fields are there.
func patchOf(c *web.Context) quality.Patch {
	patch := quality.Patch{Code: c.Param("code")}
	patch.Version, _ = strconv.Atoi(c.Form("version")) // anything else is a version nobody saw
	values := c.FormValues()
	if _, sent := values["na"]; sent || values.Has("whole") {
		yes := values.Get("na") == "1"
		patch.NA = &yes
	}
	for name, to := range map[string]**string{"text_az": &patch.TextAZ, "text_en": &patch.TextEN, "value": &patch.Value} {
		if _, sent := values[name]; sent {
			text := values.Get(name)
			*to = &text
		}
	}
	return patch
}

// savedByForm answers a browser without script.
func (p pages) savedByForm(c *web.Context, id, code string, clashes []quality.Clash, err error) error {
	chapter := quality.Concept{Code: code}.Chapter()
	if len(clashes) > 0 {
		err = clashed(c, clashes[0])
	}
	if f, status, ok := c.Refused(err); ok {
		return p.showWrite(c, status, chapter, code, f)
	}
	if err != nil {
		return err
	}
	c.Flash("good", "quality.done.save")
	return c.Redirect("/quality/" + id + "/write?chapter=" + chapter + "#c-" + code)
}

// worded is a field as people read it.
func worded(p ui.Page, field, value string) string {
	switch {
	case field == "na" && value == "1":
		return p.T("quality.na")
	case field == "na":
		return p.T("quality.applies")
	case value == "":
		return p.T("quality.empty")
	}
	return value
}

// clashed says in one sentence what somebody else wrote meanwhile.
func clashed(c *web.Context, x quality.Clash) error {
	page := c.Page("")
	return apperr.New(apperr.Conflict, "quality.error.clash", "field", page.T("quality.field."+x.Field), "name", x.By, "theirs", worded(page, x.Field, x.Theirs))
}

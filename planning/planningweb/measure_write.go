package planningweb

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/web"
)

// write keeps the entry; with do=submit it is handed in too. Without script
// the files come with the form.
func (p measurePages) write(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	var uploads []string
	values, err := c.Multipart(web.Limits{Files: p.svc.KIS.Limits.Files, FileBytes: p.svc.KIS.Limits.FileBytes}, func(f *web.File) error {
		up, err := p.svc.KIS.StageUpload(c.Ctx(), f.Name, f)
		uploads = append(uploads, up.ID)
		return err
	})
	year, yerr := measureYear(values.Get("year"))
	if yerr != nil {
		return yerr
	}
	key := "planning.measure.flash.saved"
	if err == nil {
		var check apperr.Check
		text := measureText(values, &check)
		text.UploadIDs = append(values["uploaded"], uploads...)
		if text.Submit {
			key = "planning.measure.flash.submitted"
		}
		if err = check.Err(); err == nil {
			_, err = p.svc.WriteMeasure(c.Ctx(), id, year, text)
		}
	}
	return p.done(c, err, year, key, formEntry)
}

// measureText reads the form of an entry.
func measureText(v url.Values, check *apperr.Check) planning.MeasureText {
	date := func(name string) day.Day {
		s := strings.TrimSpace(v.Get(name))
		if s == "" {
			return ""
		}
		d, ok := web.ParseDate(s)
		if !ok {
			check.Add(name, "error.field.date")
		}
		return d
	}
	version, _ := strconv.Atoi(v.Get("version")) // anything else is a version nobody has
	t := planning.MeasureText{Version: version, Narrative: v.Get("narrative"), Figures: v.Get("figures"),
		Dated: date("dated"), Remove: v["remove"], Submit: v.Get("do") == "submit", FileDates: map[string]day.Day{}}
	for i := 1; v.Has(fmt.Sprint("milestone_", i)); i++ {
		t.Milestones = append(t.Milestones, planning.MeasureMilestone{Text: v.Get(fmt.Sprint("milestone_", i)), Done: v.Has(fmt.Sprint("done_", i))})
	}
	for i := 1; v.Has(fmt.Sprint("link_", i)); i++ {
		t.Links = append(t.Links, planning.MeasureLink{URL: v.Get(fmt.Sprint("link_", i)), Dated: date(fmt.Sprint("link_date_", i))})
	}
	for name := range v {
		if id, ok := strings.CutPrefix(name, "file_date_"); ok {
			t.FileDates[id] = date(name)
		}
	}
	return t
}

// upload takes one file of the form by itself and answers with its id.
func (p measurePages) upload(c *web.Context) error {
	if _, err := c.ID("id"); err != nil {
		return err
	}
	var id string
	_, err := c.Multipart(web.Limits{Files: 1, FileBytes: p.svc.KIS.Limits.FileBytes}, func(f *web.File) error {
		up, err := p.svc.KIS.StageUpload(c.Ctx(), f.Name, f)
		id = up.ID
		return err
	})
	if err == nil && id == "" {
		err = apperr.InvalidField("upload", "error.upload.none")
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]string{"id": id})
}

func (p measurePages) file(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	fileID, err := c.ID("file")
	if err != nil {
		return err
	}
	info, f, err := p.svc.MeasureFile(c.Ctx(), id, fileID)
	if err != nil {
		return err
	}
	defer f.Close()
	return c.Download(info.Name, info.ContentType, info.Size, f)
}

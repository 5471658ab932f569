package auditweb_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/audit/auditweb"
	"github.com/kis-platform/kis/audit/checklist"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// plainSheets stands for the writer of workbooks, which is tested with reports.
type plainSheets struct{}

func (plainSheets) ChecklistTemplate(w io.Writer, t checklist.Sheet) error {
	_, err := fmt.Fprint(w, t.Code)
	return err
}

func (plainSheets) ChecklistAnswers(w io.Writer, title string, lines [][]string) error {
	_, err := fmt.Fprint(w, title, len(lines))
	return err
}

// TestBrowserLibrary goes through the pages of the library and of building, in
// both languages, light and dark, wide and narrow.
func TestBrowserLibrary(t *testing.T) {
	db := storetest.Open(t)
	o := audittest.New(t, db)
	lib := checklist.New(o.Audit)
	site := bureau{o, webtest.New(t, func(r *web.Router) {
		auditweb.Register(r, o.Audit)
		auditweb.RegisterChecklists(r, lib, plainSheets{})
	}, func(opt *web.Options) { opt.Clock, opt.Zone = db.Now, o.Zone })}
	a := o.Planned()
	nigar, gunel := site.as("nigar"), site.as("gunel")
	shelves, _, err := lib.Library(o.Be("nigar"), checklist.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	conf := shelves[0].Newest()
	nigar.Get("/checklists?q=gizletme").Want(http.StatusOK).Has("table", "gizlətmə")
	page := nigar.Follow(nigar.Post("/checklists/" + conf.ID + "/version").Want(http.StatusSeeOther)).Want(http.StatusOK)
	page.Has("h1", "Layihə").Has("#f-head-title_az, [name=title_az]")
	gunel.Post("/checklists/" + conf.ID + "/version").Want(http.StatusForbidden)
	gunel.Get("/checklists/" + conf.ID + "/xlsx").Want(http.StatusOK)
	site.as("aytan").Get("/checklists").Want(http.StatusForbidden)
	draft, err := lib.Show(o.Be("nigar"), conf.ID)
	if err != nil || draft.Draft() == nil {
		t.Fatal("no draft", err)
	}
	d := draft.Draft()
	nigar.Post("/checklists/"+d.ID+"/questions", "revision", "1", "no", "MX-01", "clause", "8.6", "question_az", "Yeni sual?").Want(http.StatusUnprocessableEntity).Has(".k-err", "MX-01")
	nigar.Follow(nigar.Post("/checklists/"+d.ID+"/questions", "revision", "1", "no", "MX-99", "clause", "8.6", "question_az", "Yeni sual?").Want(http.StatusSeeOther)).Has("table", "MX-99")
	nigar.Get("/checklists/"+d.ID+"/compare?with="+conf.ID).Want(http.StatusOK).Has("table", "Əlavə olunub", "MX-99")
	address, b := site.site.Listen(), webtest.NewBrowser(t)
	b.SignIn(address, o.ID("nigar")+"@stat.test", webtest.Password)
	for _, look := range []struct {
		width       int64
		lang, theme string
	}{{1440, "az", "dark"}, {390, "en", "light"}} {
		b.Width(look.width)
		b.Do(chromedp.Evaluate[chromedp.Void](`fetch('/preferences', {method: 'POST', headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body: 'lang=`+look.lang+`&theme=`+look.theme+`'})`, chromedp.EvalAwaitPromise))
		for name, path := range map[string]string{"library": "/checklists?q=m%C9%99xfi", "template": "/checklists/" + conf.ID, "draft": "/checklists/" + d.ID, "compare": "/checklists/" + d.ID + "/compare?with=" + conf.ID,
			"new": "/checklists/new", "import": "/checklists/import?into=" + d.ID, "build": "/audits/" + a.ID + "/checklist/build?templates=" + conf.ID + "&by_department=1"} {
			b.Open(address + path)
			name = fmt.Sprintf("%s-%s-%s-%d", name, look.lang, look.theme, look.width)
			b.Check(name)
			b.Picture(*pictures, name)
		}
	}
}

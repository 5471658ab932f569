package auditweb_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/audit/auditweb"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

var pictures = flag.String("pictures", "", "folder to write screenshots into")

// office is an office with the pages of audits over it.
type bureau struct {
	*audittest.Office
	site *webtest.Site
}

func open(t testing.TB, db *store.DB) bureau {
	return around(t, audittest.New(t, db))
}

// around puts the pages over an office that there is.
func around(t testing.TB, o *audittest.Office) bureau {
	return bureau{o, webtest.New(t, func(r *web.Router) { auditweb.Register(r, o.Audit); auditweb.RegisterAuditors(r, o.Audit) }, func(opt *web.Options) {
		opt.Clock, opt.Zone = o.DB.Now, o.Zone
		opt.Unit = func(ctx context.Context, id string) string {
			list, _ := o.Departments(o.System())
			for _, d := range list {
				if d.ID == id {
					return d.Code
				}
			}
			return ""
		}
	})}
}

// as is a person's browser.
func (o bureau) as(key string) *webtest.Visitor {
	a, err := o.ActorOf(context.Background(), o.ID(key))
	if err != nil {
		o.T.Fatal(err)
	}
	return o.site.As(a)
}

func TestAnAuditIsPlannedAndAPersonOfTheAuditedDepartmentIsRefusedForTheTeam(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		gunel := o.as("gunel")
		gunel.Get("/audits/new").Want(http.StatusOK).Has("h1", "Yeni audit")
		list, _ := o.Audit.Templates(o.Be("gunel"))
		form := url.Values{"kind": {"internal"}, "title": {"SSS-in auditi"}, "objectives": {"Uyğunluq"}, "criteria": {"ISO 9001"}, "period": {"2026"},
			"from": {"16.06.2026"}, "to": {"27.06.2026"}, "department": {o.Dept("SSS")}, "lead": {o.ID("gunel")}, "members": {o.ID("farida")},
			"phases": {"4"}, "cycles": {o.Cycle.ID}, "templates": {list[0].ID}}
		a := gunel.PostForm("/audits", form).Want(http.StatusUnprocessableEntity)
		a.Has(".k-quote.k-bad li", "Fəridə Mustafayeva müstəqil deyil", "audit olunan şöbədə (SSS) çalışır")
		if a.Value("title") != "SSS-in auditi" {
			t.Error("what was typed is lost")
		}
		form.Set("members", o.ID("samir"))
		page := gunel.Follow(gunel.PostForm("/audits", form).Want(http.StatusSeeOther)).Want(http.StatusOK)
		page.Has("h1", "DA-2026-01", "Planlaşdırılıb").Has("table", "Samir Rzayev", "Müstəqildir")
		gunel.Get("/audits").Want(http.StatusOK).Has("td", "SSS-in auditi")
		// The audited department hears of it when it is announced.
		o.as("elchin").Get("/audits").Want(http.StatusOK).HasNot("td", "SSS-in auditi")
	})
}

func TestAWrongFormComesBackWithItsErrorsAndNothingIsWritten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		gunel := o.as("gunel")
		a := gunel.PostForm("/audits", url.Values{"title": {strings.Repeat("x", 301)}, "from": {"31.02.2026"}, "codes": {"9.9"}, "lead": {"x"}})
		a.Want(http.StatusUnprocessableEntity).Has("li", "çox uzundur").Has("li", "tarix gg.aa.iiii").Has("li", "“9.9” GSBPM kodu deyil")
		gunel.Get("/audits").Has(".k-empty", "Audit yoxdur")
		for _, path := range []string{"/audits/x", "/audits/0198f2c0-0000-7000-8000-000000000001", "/acts/0198f2c0-0000-7000-8000-000000000001", "/acts?department=x"} {
			gunel.Get(path).Want(http.StatusNotFound)
		}
		gunel.Get("/acts?after=zz").Want(http.StatusOK) // a broken place in the list begins it anew
	})
}

func TestAFindingFromARowBecomesAnActThatIsWalkedToItsEndOnPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		au := o.Started()
		row := o.Row(au.ID, "4.4-a")
		samir, gunel, elchin, aytan := o.as("samir"), o.as("gunel"), o.as("elchin"), o.as("aytan")
		samir.Get("/audits/"+au.ID+"?row="+row.ID).Want(http.StatusOK).Has("aside h3", "4.4-a").Has("aside .k-idle", "sübut yüklənməyib")

		raised := samir.Post("/audits/"+au.ID+"/rows/"+row.ID, "version", "1", "answer", "nonconforms", "do", "act", "grade", "minor",
			"department", o.Dept("SSS"), "statement", "Materiallar təhvil verilməyib", "objective_evidence", "siyahıda imza yoxdur", "recommendation", "Jurnal aparmaq").
			Want(http.StatusSeeOther)
		path, _, _ := strings.Cut(raised.Location, "#")
		samir.Get(path).Want(http.StatusOK).Has(".k-sel", "Akt layihəsi hazırlanır").Has("table", "Jurnal aparmaq")
		// The same row, sent again from a page that is no longer true.
		samir.Post("/audits/"+au.ID+"/rows/"+row.ID, "version", "1", "answer", "conforms", "do", "save").Want(http.StatusConflict)

		list, err := o.Audit.Acts(o.Be("gunel"), audit.ActFilter{})
		if err != nil || len(list.Items) != 1 {
			t.Fatal(list, err)
		}
		act := "/acts/" + list.Items[0].ID
		samir.Post(act+"/issue", "checked", "1").Want(http.StatusForbidden)
		elchin.Get(act).Want(http.StatusNotFound)
		gunel.Post(act+"/issue").Want(http.StatusUnprocessableEntity).Has("dialog[open] .k-err", "təsdiqlənməlidir")
		gunel.Follow(gunel.Post(act+"/issue", "checked", "1")).Has("h1", "UA-2026-001", "Rəsmiləşdirilib")
		elchin.Get(act).Want(http.StatusOK).Has(".btn-primary", "Tanış ol")
		elchin.Follow(elchin.Post(act+"/acknowledge")).Has("h1", "Tanış olunub")
		elchin.Post(act+"/acknowledge").Want(http.StatusConflict).Has(".k-quote", "Bu addım indi mümkün deyil", "tədbirlər planını təqdim etmək")

		aytan.Post(act+"/submit").Want(http.StatusUnprocessableEntity).Has(".k-quote.k-bad li", "Kök səbəb", "doldurulmalıdır").Has("li", "Düzəldici tədbirlər")
		// Each question follows from the answer above it, unless something else is chosen.
		blank := aytan.Get(act + "/response").Want(http.StatusOK)
		for i := 1; i < 6; i++ {
			if got := blank.Attr(fmt.Sprintf("#parent-%d option[selected]", i), "value"); got != fmt.Sprint(i) {
				t.Errorf("question %d follows from answer %s", i+1, got)
			}
		}
		version := blank.Attr("input[name=version]", "value")
		form := url.Values{"version": {version}, "correction": {"Təhvil verildi"}, "correction_day": {"15.06.2026"}, "cause_method": {"five_why"},
			"question": {"Niyə?"}, "why": {"Məsul yoxdur"}, "root_cause": {"Prosedurda müddət yoxdur"}, "similar_checked": {"1"}, "similar_where": {"Başqa proseslər"},
			"effect_measure": {"Vaxtında təhvil"}, "effect_target": {"100%"}}
		aytan.Follow(aytan.PostForm(act+"/response", form).Want(http.StatusSeeOther)).Want(http.StatusOK)
		aytan.PostForm(act+"/response", form).Want(http.StatusConflict)
		aytan.Post(act+"/actions", "text", "Jurnal", "owner", o.ID("aytan"), "due", "01.01.2020").Want(http.StatusUnprocessableEntity).Has("li", "Son tarix")
		aytan.Post(act+"/actions", "text", "Jurnal", "owner", o.ID("aytan"), "due", "15.09.2026").Want(http.StatusSeeOther)
		elchin.Follow(elchin.Post(act+"/submit")).Has("h1", "Tədbirlər təsdiqdədir")
		gunel.Follow(gunel.Post(act+"/approve", "effect_months", "0")).Has("h1", "Tədbirlər icra olunur")

		action := aytan.Get(act).Attr(".k-head a[href*='/actions/']", "href")
		aytan.PostFiles(action+"/report", url.Values{"result": {"Jurnal açıldı"}}).Want(http.StatusUnprocessableEntity).Has(".k-err", "ən azı bir fayl")
		aytan.Follow(aytan.PostFiles(action+"/report", url.Values{"result": {"Jurnal açıldı"}}, webtest.Upload{Field: "files", Name: "jurnal.csv", Content: "a,b\n1,2\n"}).
			Want(http.StatusSeeOther)).Has("td a", "jurnal.csv")
		file := samir.Get(act).Attr("td a[href*='/files/']", "href")
		if got := samir.Get(file).Want(http.StatusOK); got.Body != "a,b\n1,2\n" || !strings.Contains(got.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("download: %q %v", got.Body, got.Header)
		}
		samir.Post(action+"/verdict", "decision", "reject").Want(http.StatusUnprocessableEntity).Has("dialog[open] .k-err", "doldurulmalıdır")
		samir.Follow(samir.Post(action+"/verdict", "decision", "verify", "note", "baxıldı")).Has("h1", "Tədbirlər icra olunub")
		samir.Post(act+"/effect", "decision", "confirm", "result", "100% vaxtında").Want(http.StatusForbidden) // who verified does not judge
		gunel.Follow(gunel.Post(act+"/effect", "decision", "confirm", "result", "100% vaxtında")).Has("h1", "Nəticəlidir")
		nigar := o.as("nigar")
		nigar.Follow(nigar.Post(act+"/close")).Has("h1", "Bağlanıb").Has(".k-log", "Nigar Əliyeva", "aktı bağladı")
		nigar.Get(act).Has(".k-kv a[href^='/findings/']", au.Number)
		nigar.Get("/findings?q=təhvil").Has("td a", "UA-2026-001").HasNot("main", "/findings/export.xlsx") // nothing writes it here
		nigar.Get("/findings?q=bambaşqa").Has(".k-empty", "tapılmadı")
		nigar.Get("/acts").Has(".k-head .btn[aria-current=page]", "Reyestr")
		nigar.Get("/acts?q=TƏHVİL").Has("th a", "UA-2026-001")
		nigar.Get("/acts?q=bambaşqa").Has(".k-empty", "tapılmadı")
		o.as("vugar").Get(act).Want(http.StatusNotFound)
		o.as("vugar").Get(file).Want(http.StatusNotFound)
	})
}

// TestBrowserPagesOfAudit opens every page in a browser, in both languages
// and themes and at both widths.
func TestBrowserPagesOfAudit(t *testing.T) {
	db := storetest.Open(t)
	o, programmes := openProgrammes(t, db)
	planned := o.Planned()
	au := o.Started()
	o.Act(au.ID, "4.1-a", audit.ActObjected)
	running := o.Act(au.ID, "4.2-a", audit.ActInProgress)
	o.Report("elchin", o.View(running.ID).Actions[1].ID)
	closed := o.Act(au.ID, "4.3-a", audit.ActClosed)
	answering := o.Act(au.ID, "4.3-b", audit.ActAcknowledged)
	draft := o.Draft(au.ID, "4.4-a")
	made, err := programmes.Create(o.Be("nigar"), 2026, programme.Texts{Objectives: "Uyğunluğu yoxlamaq", Criteria: "AZS ISO 9001:2020", Methods: "müsahibə", Resources: "60 gün", Version: 1,
		Risks: []programme.Risk{{Kind: "risk", Text: "Müstəqil auditor azdır", Treatment: "Təlim keçmək"}}})
	if err != nil {
		t.Fatal(err)
	}
	full, err := programmes.Programme(o.Be("nigar"), made.ID)
	if err != nil {
		t.Fatal(err)
	}
	template := o.Rows(au.ID)[0].TemplateID
	o.as("gunel")
	site := o.site.Listen()
	b := webtest.NewBrowser(t)
	b.SignIn(site, o.ID("gunel")+"@stat.test", webtest.Password)
	visit := func(who string, pages map[string]string) {
		for name, path := range pages {
			for _, look := range []struct {
				lang, theme string
				width       int64
			}{{"az", "light", 1440}, {"az", "light", 390}, {"en", "dark", 1440}} {
				webtest.Eval[bool](b, `fetch('/preferences', {method: 'POST', headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body: 'lang=`+look.lang+`'}).then(() => true)`)
				webtest.Eval[bool](b, `fetch('/preferences', {method: 'POST', headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body: 'theme=`+look.theme+`'}).then(() => true)`)
				b.Width(look.width)
				b.Open(site + path)
				label := fmt.Sprintf("%s-%s-%s-%d", name, who, look.lang, look.width)
				b.Check(label)
				b.Picture(*pictures, label)
			}
		}
	}
	visit("lead", map[string]string{"audits": "/audits", "new": "/audits/new", "audit": "/audits/" + au.ID, "team": "/audits/" + au.ID + "/team",
		"acts": "/acts", "findings": "/findings?year=2026", "board": "/acts/board", "ageing": "/acts/ageing", "calendar": "/audits/calendar", "matrix": "/audits/matrix", "act-new": "/acts/new",
		"finding": "/findings/" + draft.FindingID, "plan": "/audits/" + planned.ID + "/plan", "edit": "/audits/" + planned.ID + "/edit", "planned": "/audits/" + planned.ID,
		"build": "/audits/" + planned.ID + "/checklist/build", "fill": "/audits/" + au.ID + "/checklist", "checklists": "/checklists", "template": "/checklists/" + template,
		"programmes": "/programmes", "programme": "/programmes/2026", "weights": "/programmes/weights", "sites": "/programmes/sites", "auditors": "/auditors",
		"auditor": "/auditors/" + o.ID("gunel"), "draft": "/acts/" + draft.ID, "running": "/acts/" + running.ID, "closed": "/acts/" + closed.ID})
	o.as("nigar")
	webtest.Eval[bool](b, `fetch('/sign-out', {method: 'POST'}).then(() => true)`)
	b.SignIn(site, o.ID("nigar")+"@stat.test", webtest.Password)
	visit("manager", map[string]string{"programme": "/programmes/2026", "row": "/programmes/2026/rows/" + full.Rows[0].ID, "programme-edit": "/programmes/2026/edit", "auditor": "/auditors/" + o.ID("gunel")})
	o.as("aytan")
	webtest.Eval[bool](b, `fetch('/sign-out', {method: 'POST'}).then(() => true)`)
	b.SignIn(site, o.ID("aytan")+"@stat.test", webtest.Password)
	action := ""
	for _, a := range o.View(running.ID).Actions {
		if a.OwnerID == o.ID("aytan") {
			action = a.ID
		}
	}
	visit("employee", map[string]string{"response": "/acts/" + answering.ID + "/response", "report": "/acts/" + running.ID + "/actions/" + action, "seen": "/audits/" + au.ID})
}

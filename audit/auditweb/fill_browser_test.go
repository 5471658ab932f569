package auditweb_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/web/webtest"
)

// desk is a person at a window, on the page on which a checklist is filled.
type desk struct {
	*webtest.Browser
	o   bureau
	row string // id of the row worked on
}

// types writes into a field of a row as a person does, without waiting for
// what becomes of it.
func (d desk) types(name, text string) {
	d.o.T.Helper()
	d.Do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
		const e = document.querySelector('#k-%s [name=%s]');
		e.focus(); e.value = %q;
		e.dispatchEvent(new Event('input', {bubbles: true}));
	})()`, d.row, name, text)))
}

func (d desk) chooses(a audit.Answer) {
	d.o.T.Helper()
	d.Do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector('#k-%s [name=answer][value=%s]').click()`, d.row, a)))
}

// state waits until the row is in a state, and the person sees it.
func (d desk) state(want string) {
	d.o.T.Helper()
	d.Until(fmt.Sprintf(`document.getElementById('k-%[1]s').dataset.kState === '%[2]s' && !document.querySelector('#k-%[1]s [data-k-kept=%[2]s]').hidden`, d.row, want))
}

// shows waits until a field shows a text.
func (d desk) shows(name, text string) {
	d.o.T.Helper()
	d.Until(fmt.Sprintf(`document.querySelector('#k-%s [name=%s]').value === %q`, d.row, name, text))
}

// bar waits for what the page says about everything that was typed.
func (d desk) bar(want string) {
	d.o.T.Helper()
	d.Until(fmt.Sprintf(`document.querySelector('[data-k-kept-bar]').dataset.kState === '%s'`, want))
}

// kept is the number of rows that this browser keeps.
func (d desk) kept() int {
	return webtest.Eval[int](d.Browser, `Object.keys(localStorage).filter(k => k.startsWith('kis-keep:')).length`)
}

// at seats a person before the checklist of an audit.
func (o bureau) at(b *webtest.Browser, site, key, auditID, row string) desk {
	o.T.Helper()
	o.as(key)
	b.SignIn(site, o.ID(key)+"@stat.test", webtest.Password)
	b.Open(site + "/audits/" + auditID + "/checklist")
	return desk{b, o, row}
}

// TestBrowserTwoPeopleFillOneChecklist: two browsers write to the same
// checklist at once, also to the same row; one loses the network, types on,
// reloads, and comes back; a session ends in the middle. Nothing is lost.
func TestBrowserTwoPeopleFillOneChecklist(t *testing.T) {
	o := open(t, storetest.Open(t))
	a := o.Started()
	site := o.site.Listen()
	b := webtest.NewBrowser(t)
	row := o.Row(a.ID, "4.1-a").ID
	stored := func(id string) audit.Row {
		t.Helper()
		list, err := o.Audit.Checklist(o.Be("gunel"), a.ID, audit.RowFilter{Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list.Rows {
			if r.ID == id {
				return r.Row
			}
		}
		t.Fatal("no such row")
		return audit.Row{}
	}
	samir := o.at(b, site, "samir", a.ID, row)
	gunel := o.at(b.Beside(), site, "gunel", a.ID, row)

	// Different fields of one row at the same time.
	samir.types("note", "Siyahıya baxıldı")
	gunel.chooses(audit.Conforms)
	gunel.types("population", "46")
	samir.state("saved")
	gunel.state("saved")
	if r := stored(row); r.Note != "Siyahıya baxıldı" || r.Answer != audit.Conforms || *r.Population != 46 || r.Version < 3 {
		t.Fatalf("two people, one row: %+v", r)
	}
	// Each sees what the other did, and who it was.
	samir.shows("population", "46")
	samir.Until(fmt.Sprintf(`document.querySelector('#k-%s [data-k-hint]').textContent.includes('Günel Abbasova')`, row))
	gunel.shows("note", "Siyahıya baxıldı")

	// The same field: both texts are shown, nothing is overwritten.
	samir.types("note", "Siyahıya baxıldı, 2 vahid çatışmır")
	gunel.types("note", "Siyahı köhnədir")
	winner, loser, theirs := samir, gunel, "Siyahıya baxıldı, 2 vahid çatışmır"
	samir.Until(fmt.Sprintf(`['saved', 'conflict'].includes(document.getElementById('k-%s').dataset.kState)`, row))
	gunel.Until(fmt.Sprintf(`['saved', 'conflict'].includes(document.getElementById('k-%s').dataset.kState)`, row))
	if webtest.Eval[string](samir.Browser, fmt.Sprintf(`document.getElementById('k-%s').dataset.kState`, row)) == "conflict" {
		winner, loser, theirs = gunel, samir, "Siyahı köhnədir"
	}
	winner.state("saved")
	loser.state("conflict")
	loser.bar("stopped")
	loser.Until(fmt.Sprintf(`document.querySelector('#k-%s [data-k=theirs]').textContent === %q`, row, theirs))
	if r := stored(row); r.Note != theirs {
		t.Errorf("a conflict wrote: %q", r.Note)
	}
	loser.Browser.Check("fill-conflict")
	loser.Do(chromedp.Click(chromedp.CSS("#k-" + row + " [data-k=take]")))
	loser.state("saved")
	loser.shows("note", theirs)
	loser.bar("saved")
	if n := loser.kept(); n != 0 {
		t.Errorf("%d rows stay in the browser", n)
	}

	// The network is cut. Samir types in two rows; Günel goes on.
	second := o.Row(a.ID, "4.2-a").ID
	there, other := samir, samir
	other.row = second
	samir.Offline(true)
	there.types("note", "yol gedirəm, siyahı kağızda")
	there.chooses(audit.Observed)
	other.types("note", "plana baxıldı")
	there.state("unsent") // tried, and did not get through
	other.state("unsent")
	there.bar("offline")
	gunel.types("sample", "5")
	gunel.state("saved")
	if r := stored(second); r.Note != "" {
		t.Error("something went through a cut network")
	}
	if n := samir.kept(); n != 2 {
		t.Errorf("%d rows kept offline, want 2", n)
	}
	// The window is closed and opened again before the connection is back: what was typed is there.
	samir.Do(chromedp.Evaluate[chromedp.Void](`window.stop(); document.documentElement.dataset.old = '1'`))
	samir.Offline(false)
	there.state("saved")
	other.state("saved")
	samir.bar("saved")
	if r := stored(row); r.Note != "yol gedirəm, siyahı kağızda" || r.Answer != audit.Observed || *r.Sample != 5 || *r.Population != 46 {
		t.Errorf("after the network was back: %+v", r)
	}
	if r := stored(second); r.Note != "plana baxıldı" {
		t.Errorf("the second row: %+v", r)
	}

	// Typed offline, and the page is left before it could be sent: the next page that is opened restores and sends it.
	samir.Offline(true)
	other.types("sample_result", "3-dən 3-ü")
	other.state("unsent")
	samir.Do(chromedp.Navigate("about:blank"))
	samir.Offline(false)
	samir.Open(site + "/audits/" + a.ID + "/checklist")
	other.shows("sample_result", "3-dən 3-ü")
	samir.bar("saved")
	if r := stored(second); r.SampleResult != "3-dən 3-ü" {
		t.Errorf("typed before the reload: %+v", r)
	}

	// The session ends while somebody types. After signing in again it is sent.
	storetest.ClockOf(o.Audit.DB).Add(13 * time.Hour)
	other.types("note", "plana baxıldı, imza var")
	other.state("signin")
	other.bar("signin")
	samir.Check("fill-signin")
	if r := stored(second); r.Note != "plana baxıldı" {
		t.Errorf("saved without a session: %q", r.Note)
	}
	samir.Do(chromedp.Click(chromedp.CSS("[data-k-kept-all=signin] a")))
	samir.Until(`location.pathname === '/sign-in'`)
	samir.Do(chromedp.SendKeys(chromedp.CSS("#f-email"), o.ID("samir")+"@stat.test"), chromedp.SendKeys(chromedp.CSS("#f-password"), webtest.Password),
		chromedp.Click(chromedp.CSS("form[action='/sign-in'] button[type=submit]")))
	samir.Until(`location.pathname.endsWith('/checklist')`)
	other.shows("note", "plana baxıldı, imza var")
	other.state("saved")
	if r := stored(second); r.Note != "plana baxıldı, imza var" {
		t.Errorf("after signing in again: %q", r.Note)
	}

	// What is kept belongs to one person: signing out forgets it, and it is never sent under another.
	samir.Offline(true)
	other.types("note", "heç kimə")
	other.state("unsent")
	samir.Offline(false)
	other.state("saved")
	samir.Do(chromedp.Evaluate[chromedp.Void](`localStorage.setItem('kis-keep:' + document.body.dataset.kUser + ':/nowhere', JSON.stringify({url: '/nowhere', fields: {}, sent: [], stop: 'refused', at: Date.now()})); window.confirm = () => true`))
	samir.Do(chromedp.Click(chromedp.CSS("header form[action='/sign-out'] button")))
	samir.Until(`location.pathname === '/sign-in'`)
	if n := samir.kept(); n != 0 {
		t.Errorf("%d rows stay after signing out", n)
	}
}

// TestBrowserChecklistOnATablet opens the page as it is used: in both
// languages, light and dark, on a desk, a tablet and a telephone; with a photo
// and evidence linked from the pane.
func TestBrowserChecklistOnATablet(t *testing.T) {
	o := open(t, storetest.Open(t))
	o.Hand("aytan", o.Cycle.ID, "4.4.1")
	a := o.Started()
	site := o.site.Listen()
	row := o.Row(a.ID, "4.4-a").ID
	samir := o.at(webtest.NewBrowser(t), site, "samir", a.ID, row)
	photo := filepath.Join(t.TempDir(), "anbar.png")
	if err := os.WriteFile(photo, pixel, 0o600); err != nil {
		t.Fatal(err)
	}
	samir.Width(820)
	samir.Do(chromedp.Evaluate[chromedp.Void](`document.getElementById('row-` + row + `').scrollIntoView()`))
	samir.Until(`document.querySelector('#pane-` + row + ` input[name=evidence]')`)
	samir.Do(chromedp.Click(chromedp.CSS("#pane-" + row + " input[name=evidence]")))
	samir.state("saved")
	samir.Do(chromedp.SetUploadFiles(chromedp.CSS("#pane-"+row+" input[type=file]"), []string{photo}))
	samir.Until(`document.querySelector('#pane-` + row + ` img.k-photo')?.naturalWidth > 0`)
	panel, err := o.Audit.Row(o.Be("gunel"), a.ID, row)
	if err != nil || len(panel.Linked) != 1 || len(panel.Files) != 1 || panel.Files[0].Name != "anbar.png" {
		t.Fatalf("linked %v, files %v, %v", panel.Linked, panel.Files, err)
	}
	for _, look := range []struct {
		width       int64
		lang, theme string
	}{{1440, "az", "dark"}, {1440, "en", "light"}, {820, "az", "light"}, {390, "az", "light"}, {390, "en", "dark"}} {
		samir.Width(look.width)
		samir.Do(chromedp.Evaluate[chromedp.Void](`fetch('/preferences', {method: 'POST', headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body: 'lang=`+look.lang+`&theme=`+look.theme+`'})`, chromedp.EvalAwaitPromise))
		samir.Open(site + "/audits/" + a.ID + "/checklist?phase=4")
		samir.Do(chromedp.Evaluate[chromedp.Void](`document.getElementById('row-` + row + `').scrollIntoView()`))
		samir.Until(`document.querySelector('#pane-` + row + ` img.k-photo')`)
		name := fmt.Sprintf("fill-%s-%s-%d", look.lang, look.theme, look.width)
		samir.Check(name)
		samir.Picture(*pictures, name)
		if small := webtest.Eval[string](samir.Browser, `[...document.querySelectorAll('.k-touch > label')].filter(e => e.getBoundingClientRect().height < 43.5).map(e => e.textContent).join()`); small != "" {
			t.Errorf("%s: too small for a finger: %s", name, small)
		}
	}
}

// pixel is the smallest picture that a browser draws.
var pixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82")

// TestAChecklistIsFilledWithoutScript: the same forms, sent by hand.
func TestAChecklistIsFilledWithoutScript(t *testing.T) {
	o := open(t, storetest.Open(t))
	a := o.Started()
	row := o.Row(a.ID, "4.4-a")
	samir, page := o.as("samir"), "/audits/"+a.ID+"/checklist"
	samir.Get(page).Want(http.StatusOK).Has("form[data-k-keep]", "Qeyd").Has("#row-"+row.ID, row.QuestionAZ)
	save := page[:len(page)-len("/checklist")] + "/rows/" + row.ID + "/save"
	samir.Post(save, "version", "1", "note", "baxıldı", "sample", "2", "population", "4", "query", "phase=4").WantRedirect(page + "?phase=4#row-" + row.ID)
	samir.Get(page).Has("#n-"+row.ID, "baxıldı")
	again := samir.Post(save, "version", "2", "note", "baxıldı", "sample", "9").Want(http.StatusUnprocessableEntity)
	again.Has("#row-"+row.ID+" .k-err", "4")
	if !strings.Contains(again.Body, `value="9"`) {
		t.Error("what was typed is lost")
	}
	o.as("gunel").Post(save, "version", "2", "note", "İmza yoxdur").WantRedirect(page + "#row-" + row.ID)
	samir.Post(save, "version", "2", "note", "Arxivdədir").Want(http.StatusConflict).Has("#row-"+row.ID+" .k-quote.k-bad", "Günel Abbasova", "İmza yoxdur").Has("#n-"+row.ID, "Arxivdədir")
	// Nobody else fills it, and the department does not see it.
	o.as("elchin").Get(page).Want(http.StatusNotFound)
	o.as("aysel").Post(save, "version", "3", "note", "x").Want(http.StatusForbidden)
	o.as("aysel").Get(page + "/changes?after=0").Want(http.StatusOK)
	if got := samir.Get(page + "/changes?after=99"); got.Status != http.StatusOK {
		t.Errorf("changes: %d", got.Status)
	}
	samir.Get(page + "/changes?after=x").Want(http.StatusUnprocessableEntity)
}

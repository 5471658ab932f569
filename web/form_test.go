package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
	"github.com/kis-platform/kis/web/webtest"
)

// formSite takes a form with a title, a date, a choice and boxes, and refuses
// what breaks a rule.
func formSite(t *testing.T) *webtest.Site {
	show := func(c *web.Context, status int, f ui.Form) error {
		p := c.Page("web.me.title")
		inputs := templ.Join(
			ui.Input(p, f, ui.In{Name: "title", Label: "Ad", Required: true, Max: 20}),
			ui.DateField(p, f, ui.In{Name: "due", Label: "Son tarix"}),
			ui.Textarea(p, f, ui.In{Name: "note", Label: "Qeyd"}),
			ui.Select(p, f, ui.In{Name: "class", Label: "Dərəcə", Value: "b"}, []ui.Option{{Value: "a", Label: "A"}, {Value: "b", Label: "B"}}),
			ui.Radios(p, f, ui.In{Name: "d", Label: "Qərar"}, []ui.Option{{Value: "yes", Label: "Hə", Tone: "good"}, {Value: "no", Label: "Yox", Tone: "warn"}}),
			ui.Checks(p, f, ui.In{Name: "m", Label: "Kim"}, []ui.Option{{Value: "1", Label: "Bir"}, {Value: "2", Label: "İki"}}),
			ui.Check(p, f, ui.In{Name: "sure", Label: "Əminəm"}),
		)
		form := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			return ui.PostForm(p, f, ui.Action{Href: "/things"}).Render(templ.WithChildren(ctx, inputs), w)
		})
		return c.Render(status, form)
	}
	return webtest.New(t, func(r *web.Router) {
		r.GET("/things", policies.Public, func(c *web.Context) error { return show(c, http.StatusOK, ui.Form{}) })
		r.POST("/things", policies.Public, func(c *web.Context) error {
			var check apperr.Check
			check.Text("title", c.Form("title"), 1, 20)
			c.FormDate(&check, "due", true)
			check.Text("note", c.Form("note"), 0, 100)
			check.OneOf("d", c.Form("d"), "yes", "no")
			err := check.Err()
			if c.Form("note") == "conflict" {
				err = apperr.New(apperr.Conflict, "error.conflict")
			}
			if e, status, ok := web.FormError(err); ok {
				return show(c, status, c.FormOf(e))
			}
			return c.Redirect("/things")
		})
	})
}

func TestAFormComesBackWithWhatWasTypedAndWhatIsWrong(t *testing.T) {
	v := formSite(t).Nobody()
	if v.Get("/things").Want(http.StatusOK).Value("class") != "b" {
		t.Error("what is known is not shown in an empty form")
	}
	a := v.PostForm("/things", url.Values{"title": {strings.Repeat("ə", 21)}, "due": {"31.02.2026"}, "note": {"\n\"<b>\nson"}, "class": {"a"}, "m": {"2"}, "sure": {"1"}})
	a.Want(http.StatusUnprocessableEntity)
	for name, want := range map[string]string{"title": strings.Repeat("ə", 21), "due": "31.02.2026", "note": "\n\"<b>\nson", "class": "a", "m": "2", "sure": "1", "d": ""} {
		if got := a.Value(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	a.Has("[role=alert]", "3 sahə düzəldilməlidir").
		Has("[role=alert] a[href='#f-title']", "Ad: çox uzundur: 21 simvol yazılıb, ən çoxu 20").
		Has("[role=alert] a[href='#f-due']", "Son tarix: tarix gg.aa.iiii").
		Has("[role=alert] a[href='#f-d']", "Qərar: doldurulmalıdır").
		Has("#f-title-error", "çox uzundur").Has("input#f-title.is-invalid[aria-invalid=true]")
	if a.Attr("#f-due", "aria-describedby") != "f-due-hint f-due-error" {
		t.Errorf("described by %q", a.Attr("#f-due", "aria-describedby"))
	}
	v.Post("/things", "title", "ad", "due", "1.2.2026", "d", "yes").WantRedirect("/things")
}

func TestAConflictKeepsTheTypedTextAndIsNoMistake(t *testing.T) {
	a := formSite(t).Nobody().Post("/things", "title", "ad", "due", "1.2.2026", "d", "yes", "note", "conflict").Want(http.StatusConflict)
	a.Has("[role=alert].k-warn", "Yazdığınız mətn itməyib")
	if a.Value("note") != "conflict" {
		t.Error("the text is lost")
	}
}

func TestFormsThatAreNoTextOrTooLargeAreRefused(t *testing.T) {
	v := formSite(t).Nobody()
	v.PostForm("/things", url.Values{"title": {"a\x00b"}}).Want(http.StatusUnprocessableEntity).Has("li", "Başlıq: icazə verilməyən simvol var")
	v.PostForm("/things", url.Values{"title": {"a\xff"}}).Want(http.StatusUnprocessableEntity)
	v.PostForm("/things", url.Values{"\xff": {"a"}}).Want(http.StatusUnprocessableEntity)
	v.PostForm("/things", url.Values{"title": {"a\x07b"}, "due": {"1.2.2026"}, "d": {"no"}}).Want(http.StatusUnprocessableEntity).Has("#f-title-error", "icazə verilməyən")
	v.PostForm("/things", url.Values{"note": {strings.Repeat("x", 1<<20)}}).Want(http.StatusRequestEntityTooLarge).Has("h1", "həddindən böyükdür")
	v.PostForm("/things", url.Values{"m": make([]string, 3000)}).Want(http.StatusUnprocessableEntity)
	raw := func(kind, body string) *webtest.Answer {
		r := httptest.NewRequest(http.MethodPost, "/things", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		return v.Do(r)
	}
	raw("application/x-www-form-urlencoded", "title=%zz").Want(http.StatusUnprocessableEntity)
	raw("multipart/form-data", "x").Want(http.StatusUnprocessableEntity)
	raw("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\ncut").Want(http.StatusUnprocessableEntity)
	raw("a/b/c;;;", "title=x").Want(http.StatusUnprocessableEntity)
	v.PostFiles("/things", url.Values{"title": {"ad"}, "due": {"1.2.2026"}, "d": {"yes"}}).WantRedirect("/things")
}

func TestDatesAsPeopleTypeThem(t *testing.T) {
	for in, want := range map[string]day.Day{" 24.11.2026 ": "2026-11-24", "1.2.2026": "2026-02-01", "2026-11-24": "2026-11-24", "24.11.26": "", "32.01.2026": "", "": "", "x": ""} {
		if d, ok := web.ParseDate(in); d != want || ok != (want != "") {
			t.Errorf("%q: %q %v", in, d, ok)
		}
	}
}

func TestACursorThatIsNoneBeginsAtTheStart(t *testing.T) {
	var got []string
	var limit int
	var next, first string
	s := webtest.New(t, func(r *web.Router) {
		r.GET("/list", policies.Public, func(c *web.Context) error {
			got, limit, next, first = c.Cursor(2), c.Limit(), c.NextHref("ə", "id"), c.FirstHref()
			return ok(c)
		})
	})
	v := s.Nobody()
	v.Get("/list?state=open&limit=10")
	if got != nil || limit != 10 || first != "" || !strings.HasPrefix(next, "/list?after=") || !strings.Contains(next, "state=open") {
		t.Errorf("%q %d %q %q", got, limit, next, first)
	}
	v.Get(next)
	if len(got) != 2 || got[0] != "ə" || first != "/list?limit=10&state=open" {
		t.Errorf("%q %q", got, first)
	}
	for _, bad := range []string{"x", "!!!", web.EncodeCursor("a"), web.EncodeCursor("a", "b", "c"), web.EncodeCursor("a\x00", "b"), strings.Repeat("A", 9000), "bnVsbA"} {
		v.Get("/list?limit=-1&after=" + bad).Want(http.StatusOK)
		if got != nil || limit != web.PageSize {
			t.Errorf("%.20q: %q %d", bad, got, limit)
		}
	}
}

func TestADownloadIsKeptNotShown(t *testing.T) {
	s := webtest.New(t, func(r *web.Router) {
		r.GET("/file", policies.Public, func(c *web.Context) error {
			return c.Download("Nəzarət \"1\"\r\n.pdf", "text/html", 5, strings.NewReader("<b>hi"))
		})
		r.GET("/short", policies.Public, func(c *web.Context) error {
			return c.Download("a", "", 50, strings.NewReader("short"))
		})
	})
	a := s.Nobody().Get("/short")
	if !a.Aborted {
		t.Error("a file that came out short looks whole")
	}
	r := httptest.NewRequest(http.MethodGet, "/file", nil)
	w := httptest.NewRecorder()
	s.Server.Handler().ServeHTTP(w, r)
	if got, want := w.Header().Get("Content-Disposition"), `attachment; filename="N_zar_t _1___.pdf"; filename*=UTF-8''N%C9%99zar%C9%99t%20%221%22__.pdf`; got != want {
		t.Errorf("%s\n%s", got, want)
	}
	if csp := w.Header().Get("Content-Security-Policy"); csp != "default-src 'none'; sandbox" {
		t.Errorf("policy %q", csp)
	}
}

// What fails before a file has begun is told as an error, not kept as an empty
// file; what fails later never looks whole.
func TestAFileThatIsWrittenOnTheWayOut(t *testing.T) {
	fill := func(n int, err error) web.Handler {
		return func(c *web.Context) error {
			return c.Send("Siyahı.csv", func(_ context.Context, w io.Writer) error {
				if _, e := io.WriteString(w, strings.Repeat("x", n)); e != nil {
					return e
				}
				return err
			})
		}
	}
	bad := apperr.InvalidField("q", "error.field.choice")
	s := webtest.New(t, func(r *web.Router) {
		r.GET("/whole", policies.Public, fill(200_000, nil))
		r.GET("/empty", policies.Public, fill(0, nil))
		r.GET("/refused", policies.Public, fill(0, bad))
		r.GET("/early", policies.Public, fill(1000, bad))
		r.GET("/late", policies.Public, fill(200_000, bad))
	})
	for path, size := range map[string]int{"/whole": 200_000, "/empty": 0} {
		a := s.Nobody().Get(path)
		if a.Status != http.StatusOK || a.Aborted || len(a.Body) != size {
			t.Errorf("%s: %d with %d bytes, cut off: %t", path, a.Status, len(a.Body), a.Aborted)
		}
		if got := a.Header.Get("Content-Type") + " " + a.Header.Get("Content-Disposition"); got != `text/csv; charset=utf-8 attachment; filename="Siyah_.csv"; filename*=UTF-8''Siyah%C4%B1.csv` {
			t.Errorf("%s: %s", path, got)
		}
	}
	for _, path := range []string{"/refused", "/early"} {
		a := s.Nobody().Get(path)
		if a.Status != http.StatusUnprocessableEntity || a.Aborted || a.Header.Get("Content-Disposition") != "" {
			t.Errorf("%s: %d, %s, cut off: %t", path, a.Status, a.Header.Get("Content-Disposition"), a.Aborted)
		}
	}
	if a := s.Nobody().Get("/late"); !a.Aborted {
		t.Error("a file that failed on the way looks whole")
	}
}

// A step that a person may take in general, but not on this thing, comes back
// with the form and says why; what they may not do at all does not.
func TestARefusalComesBackWithTheForm(t *testing.T) {
	answer := func(err error) web.Handler {
		return func(c *web.Context) error {
			return c.Done(err, "kis.user.flash.saved", "/done", func(f ui.Form, status int) error {
				return c.JSON(status, map[string]any{"key": f.Errors.Key, "fields": len(f.Errors.Fields)})
			})
		}
	}
	s := webtest.New(t, func(r *web.Router) {
		r.GET("/good", policies.Public, answer(nil))
		r.GET("/field", policies.Public, answer(apperr.InvalidField("q", "error.field.choice")))
		r.GET("/own", policies.Public, answer(apperr.New(apperr.Forbidden, "audit.error.own_verification")))
		r.GET("/never", policies.Public, answer(apperr.New(apperr.Forbidden, "error.forbidden")))
		r.GET("/broken", policies.Public, answer(errors.New("disk")))
	})
	for path, want := range map[string]string{"/good": "303 ", "/field": `422 {"fields":1,"key":"error.invalid"}`, "/own": `403 {"fields":0,"key":"audit.error.own_verification"}`} {
		a := s.Nobody().Get(path)
		if got := fmt.Sprintf("%d %s", a.Status, strings.TrimSpace(a.Body)); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	for path, status := range map[string]int{"/never": 403, "/broken": 500} {
		if a := s.Nobody().Get(path); a.Status != status || strings.HasPrefix(a.Body, "{") {
			t.Errorf("%s: %d %.40s", path, a.Status, a.Body)
		}
	}
}

func uploadSite(t *testing.T, got *[]string) *webtest.Site {
	return webtest.New(t, func(r *web.Router) {
		r.STREAM("/up", policies.Public, func(c *web.Context) error {
			values, err := c.Multipart(web.Limits{Files: 2, FileBytes: 100, TextBytes: 200}, func(f *web.File) error {
				raw, err := io.ReadAll(f)
				if err != nil {
					return apperr.Wrap(err, "store")
				}
				*got = append(*got, f.Field+":"+f.Name+":"+string(raw)+":"+f.Values.Get("note"))
				return nil
			})
			if err != nil {
				return err
			}
			*got = append(*got, "note="+values.Get("note")+"="+c.Form("note"))
			return c.Redirect("/")
		})
	})
}

func TestUploadsArriveAsStreamsInOrder(t *testing.T) {
	var got []string
	v := uploadSite(t, &got).Nobody()
	v.PostFiles("/up", url.Values{"note": {"qeyd"}}, webtest.Upload{Field: "files", Name: "a.pdf", Content: "AA"}, webtest.Upload{Field: "files", Name: `C:\x\ə.pdf`, Content: "B"}).WantRedirect("/")
	if want := "files:a.pdf:AA:qeyd|files:ə.pdf:B:qeyd|note=qeyd=qeyd"; strings.Join(got, "|") != want {
		t.Errorf("%q", got)
	}
	got = nil
	v.PostFiles("/up", url.Values{"note": {"tək"}}, webtest.Upload{Field: "files", Name: "", Content: ""}).WantRedirect("/")
	v.Post("/up", "note", "sadə").WantRedirect("/")
	v.PostFiles("/up", url.Values{}, webtest.Upload{Field: "files", Name: "../../x", Content: "B"}).WantRedirect("/")
	if want := "note=tək=tək|note=sadə=sadə|files:x:B:|note=="; strings.Join(got, "|") != want {
		t.Errorf("%q", got)
	}
}

func TestABadUploadIsToldByNameAndLeavesNothingMore(t *testing.T) {
	var got []string
	v := uploadSite(t, &got).Nobody()
	one := func(name, content string) *webtest.Answer {
		return v.PostFiles("/up", nil, webtest.Upload{Field: "files", Name: name, Content: content})
	}
	one("boş.pdf", "").Want(http.StatusUnprocessableEntity).Has("main li", "“boş.pdf” faylı boşdur")
	one(strings.Repeat("u", 300)+".pdf", "x").Want(http.StatusUnprocessableEntity).Has("main li", "ən çoxu 200 simvol")
	one("a\x01b", "x").Want(http.StatusUnprocessableEntity).Has("main", "forma oxunmadı")
	one("..", "x").Want(http.StatusUnprocessableEntity)
	one("böyük.bin", strings.Repeat("x", 101)).Want(http.StatusRequestEntityTooLarge).Has("main li", "“böyük.bin” faylı həddindən böyükdür: ən çoxu 100 B")
	one("tam.bin", strings.Repeat("x", 100)).WantRedirect("/")
	v.PostFiles("/up", url.Values{"note": {strings.Repeat("x", 300)}}).Want(http.StatusRequestEntityTooLarge)
	v.PostFiles("/up", url.Values{"note": {"a\x00"}}).Want(http.StatusUnprocessableEntity)
	got = nil
	f := webtest.Upload{Field: "files", Name: "a", Content: "x"}
	v.PostFiles("/up", nil, f, f, f).Want(http.StatusUnprocessableEntity).Has("main li", "fayl çoxdur: ən çoxu 2")

	// Cut off at every place: never a fault, never taken for whole.
	body, kind := webtest.MultipartBody(url.Values{"note": {"q"}}, webtest.Upload{Field: "files", Name: "a.pdf", Content: strings.Repeat("y", 60)})
	for n := 1; n < len(body)-4; n += 7 {
		got = nil
		r := httptest.NewRequest(http.MethodPost, "/up", bytes.NewReader(body[:n]))
		r.Header.Set("Content-Type", kind)
		a := v.Do(r)
		if a.Status != http.StatusUnprocessableEntity || len(got) > 0 && strings.HasPrefix(got[len(got)-1], "note=") {
			t.Errorf("cut at %d of %d: status %d, %q", n, len(body), a.Status, got)
		}
	}
}

func TestARefusalWithoutAPlaceOnThePageIsSaidOnTop(t *testing.T) {
	site := webtest.New(t, func(r *web.Router) {
		r.POST("/steps/:place", policies.Public, func(c *web.Context) error {
			e, status, _ := web.FormError(apperr.New(apperr.Conflict, "error.conflict"))
			f, p := c.FormOf(e), c.Page("web.me.title")
			form := templ.Component(templ.NopComponent)
			if c.Param("place") == "kept" {
				form = ui.PostForm(p, f, ui.Action{Href: "/steps/kept"})
			}
			return c.Render(status, templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
				return ui.Layout(p).Render(templ.WithChildren(ctx, form), w)
			}))
		})
	})
	for _, place := range []string{"gone", "kept"} {
		a := site.Nobody().PostForm("/steps/"+place, nil).Want(http.StatusConflict).Has("main [role=alert]", "bu arada başqası dəyişib")
		if n := a.Count("[role=alert][data-k-focus]"); n != 1 {
			t.Errorf("form %s: said %d times", place, n)
		}
	}
}

// TestWhatWasTypedBehindARefusedFileComesBack sends a form whose file field
// stands before its texts, as a browser without script does.
func TestWhatWasTypedBehindARefusedFileComesBack(t *testing.T) {
	var typed []string
	s := webtest.New(t, func(r *web.Router) {
		r.STREAM("/up", policies.Public, func(c *web.Context) error {
			_, err := c.Multipart(web.Limits{Files: 3, FileBytes: 100}, func(f *web.File) error {
				_, err := io.Copy(io.Discard, f)
				if err == nil && f.Name == "pis.pdf" {
					err = apperr.InvalidField("file", "error.upload.name")
				}
				if err == nil && f.Name == "no.pdf" {
					err = errors.New("no disk")
				}
				return err
			})
			typed = append(typed, c.Form("note"))
			return err
		})
	})
	send := func(names ...string) *webtest.Answer {
		t.Helper()
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for _, name := range names {
			part, err := w.CreateFormFile("file", name)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(part, strings.Repeat("x", len(name)*12))
		}
		_ = w.WriteField("note", "yazılan söz")
		_ = w.Close()
		r := httptest.NewRequest(http.MethodPost, "/up", &body)
		r.Header.Set("Content-Type", w.FormDataContentType())
		return s.Nobody().Do(r)
	}
	send("pis.pdf", "a.pdf").Want(http.StatusUnprocessableEntity)
	send("ən uzun ad.pdf", "b.pdf").Want(http.StatusRequestEntityTooLarge) // 16 characters: 204 bytes
	send("a.pdf", "b.pdf", "c.pdf", "d.pdf").Want(http.StatusUnprocessableEntity)
	for i, note := range typed {
		if note != "yazılan söz" {
			t.Errorf("refusal %d brings back %q", i+1, note)
		}
	}
	send("no.pdf").Want(http.StatusInternalServerError)
	if typed[3] != "" {
		t.Error("a fault of the server reads on")
	}
}

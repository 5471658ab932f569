package webtest

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

// Visitor is one browser: it keeps cookies and follows nothing by itself.
type Visitor struct {
	Header http.Header // sent with every request
	Secure bool        // as if over https

	site    *Site
	cookies map[string]string
}

// Get asks for a page.
func (v *Visitor) Get(path string) *Answer {
	v.site.t.Helper()
	return v.Do(httptest.NewRequest(http.MethodGet, path, nil))
}

// Follow asks for the page that an answer leads to.
func (v *Visitor) Follow(a *Answer) *Answer {
	v.site.t.Helper()
	if a.Location == "" {
		v.site.t.Fatalf("status %d leads nowhere\n%s", a.Status, a.Body)
	}
	return v.Get(a.Location)
}

// Post sends a form of name-value pairs.
func (v *Visitor) Post(path string, pairs ...string) *Answer {
	v.site.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return v.PostForm(path, values)
}

// PostForm sends a form.
func (v *Visitor) PostForm(path string, values url.Values) *Answer {
	v.site.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.Do(r)
}

// Upload is one file of a multipart form.
type Upload struct {
	Field, Name string
	Content     string
}

// PostFiles sends a multipart form: texts first, then files, in order.
func (v *Visitor) PostFiles(path string, values url.Values, files ...Upload) *Answer {
	v.site.t.Helper()
	body, kind := MultipartBody(values, files...)
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.Do(r)
}

// MultipartBody writes a multipart form and its content type, to be sent whole
// or cut somewhere.
func MultipartBody(values url.Values, files ...Upload) (body []byte, contentType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, vs := range values {
		for _, s := range vs {
			_ = w.WriteField(k, s) // a buffer takes everything
		}
	}
	for _, f := range files {
		part, _ := w.CreateFormFile(f.Field, f.Name)
		_, _ = io.WriteString(part, f.Content)
	}
	_ = w.Close()
	return b.Bytes(), w.FormDataContentType()
}

// Do sends a request with the visitor's cookies and keeps those that come
// back.
func (v *Visitor) Do(r *http.Request) *Answer {
	v.site.t.Helper()
	for k, vs := range v.Header {
		if r.Header.Get(k) == "" {
			r.Header[k] = vs
		}
	}
	for k, val := range v.cookies {
		r.AddCookie(&http.Cookie{Name: k, Value: val})
	}
	w := httptest.NewRecorder()
	a := &Answer{t: v.site.t}
	func() {
		defer func() {
			// The server breaks a connection by this panic; a reader sees an answer cut off.
			if p := recover(); p == http.ErrAbortHandler {
				a.Aborted = true
			} else if p != nil {
				panic(p)
			}
		}()
		v.site.Server.Handler().ServeHTTP(w, r)
	}()
	res := w.Result()
	for _, c := range res.Cookies() {
		if c.MaxAge < 0 || c.Value == "" {
			delete(v.cookies, c.Name)
		} else {
			v.cookies[c.Name] = c.Value
		}
	}
	a.Status, a.Header, a.Location, a.Body = res.StatusCode, res.Header, res.Header.Get("Location"), w.Body.String()
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(a.Body))
		if err != nil {
			v.site.t.Fatal(err)
		}
		a.Doc = doc
		a.checkTexts()
	}
	return a
}

// Cookie is the value of a cookie the visitor holds.
func (v *Visitor) Cookie(name string) string { return v.cookies[name] }

// SetCookie puts a cookie into the visitor's browser.
func (v *Visitor) SetCookie(name, value string) { v.cookies[name] = value }

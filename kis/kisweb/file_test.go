package kisweb_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/clamd"
	"github.com/kis-platform/kis/internal/clamd/clamdtest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/web/webtest"
)

// png is a picture of one pixel.
const png = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"

// shownFiles is confidential evidence with one file of each kind, by name.
func shownFiles(t *testing.T, s site) (id string, files map[string]string) {
	t.Helper()
	c := s.office.Running("2026")
	in := kis.NewSubmission{CycleID: c.ID, OutputIDs: s.office.OutputIDs(c.ID, "1.1.1"), Class: kis.ClassConfidential}
	for name, content := range map[string]string{"a.txt": "Mərhələ\n<script>alert(1)</script>", "a.csv": "kod;ad\n1;=1+1\n", "a.png": png, "a.pdf": "%PDF-1.4 x", "a.html": "<html><script>alert(1)</script>", "a.zip": "PK\x05\x06", "pis.xlsx": ""} {
		if name == "pis.xlsx" {
			content = "PK\x03\x04[Content_Types].xml xl/workbook.xml"
		}
		in.UploadIDs = append(in.UploadIDs, s.office.Upload("aytan", name, content))
	}
	sub, err := s.office.Submit(s.office.As(t.Context(), "aytan"), in)
	if err != nil {
		t.Fatal(err)
	}
	page, err := s.office.Submission(s.office.As(t.Context(), "aytan"), sub.ID)
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	for _, f := range page.Files {
		files[f.Name] = "/evidence/" + sub.ID + "/files/" + f.ID
	}
	return sub.ID, files
}

func TestFilesAreLookedAtUnderTheRuleOfTheirDownload(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		id, files := shownFiles(t, s)
		aytan, nigar := s.as("aytan"), s.as("nigar")
		for name, f := range files {
			for _, who := range []string{"tural", "rafael", "gunel"} { // confidential: not found
				for _, tail := range []string{"", "/preview", "/view"} {
					s.as(who).Get(f + tail).Want(http.StatusNotFound)
				}
			}
			page := aytan.Get(f+"/preview").Want(http.StatusOK).Has("h1", name)
			shown := name != "a.html" && name != "a.zip"
			if frame := strings.Contains(page.Body, "<iframe"); frame != shown {
				t.Errorf("%s has a frame: %v", name, frame)
			}
			if sandboxed := strings.Contains(page.Body, `sandbox="allow-same-origin"`); sandboxed != (shown && name != "a.pdf") {
				t.Errorf("%s is sandboxed: %v", name, sandboxed)
			}
			view := aytan.Get(f + "/view").Want(http.StatusOK)
			csp := view.Header.Get("Content-Security-Policy")
			if !strings.HasPrefix(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'self'") || strings.Contains(csp, "script-src") || strings.Contains(csp, "sandbox") != (name != "a.pdf") {
				t.Errorf("%s: %s", name, csp)
			}
			if view.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s may be sniffed", name)
			}
			want := map[string]string{"a.txt": "&lt;script&gt;alert(1)", "a.csv": "<td>=1+1", "a.png": png, "a.pdf": "%PDF-1.4 x", "a.html": "Bu fayl səhifədə göstərilmir", "a.zip": "Bu fayl səhifədə göstərilmir", "pis.xlsx": "k-view-note"}[name]
			if !strings.Contains(view.Body, want) || strings.Contains(view.Body, "<script") {
				t.Errorf("%s shows %q", name, view.Body)
			}
			down := aytan.Get(f).Want(http.StatusOK)
			if !strings.HasPrefix(down.Header.Get("Content-Disposition"), "attachment") || down.Header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
				t.Errorf("%s: %v", name, down.Header)
			}
		}
		nigar.Get(files["a.txt"] + "/view").Want(http.StatusOK)
		page := nigar.Get("/evidence/" + id).Want(http.StatusOK)
		page.Has("main", "Nigar Əliyeva", "Aytən Məmmədova", "a.txt, səhifədə baxış", "a.html, yükləmə", "Yalnız yükləmək üçün")
		if strings.Contains(s.as("nigar").Get("/trail").Body, "a.txt") {
			t.Error("the trail names a confidential file")
		}
	})
}

func TestTheUploaderIsToldAndTheQuarantineIsShown(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		d := clamdtest.New(t, "tcp", "")
		scanner, err := clamd.New(d.Addr())
		if err != nil {
			t.Fatal(err)
		}
		s.as("rauf").Get("/admin/quarantine").Want(http.StatusOK).Has("main", "Virus yoxlaması qoşulmayıb")
		s.office.Scanner = scanner
		aytan := s.as("aytan")
		aytan.Header.Set("Accept", "application/json")
		a := aytan.PostFiles("/uploads", nil, webtest.Upload{Field: "upload", Name: "pis.txt", Content: clamdtest.Harmful}).Want(http.StatusUnprocessableEntity)
		if !strings.Contains(a.Body, "zərərli məzmun tapıldı") || !strings.Contains(a.Body, clamdtest.Signature) {
			t.Errorf("the uploader is told %s", a.Body)
		}
		aytan.Get("/admin/quarantine").Want(http.StatusForbidden)
		list, err := s.office.Quarantine(s.office.As(t.Context(), "nigar"))
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		for _, who := range []string{"rauf", "nigar"} {
			s.as(who).Get("/admin/quarantine").Want(http.StatusOK).Has("main", "pis.txt", clamdtest.Signature, "Aytən Məmmədova (SSS)", "Birdəfəlik sil")
		}
		s.as("rauf").Post("/admin/quarantine/" + list[0].ID + "/delete").WantRedirect("/admin/quarantine")
		s.as("nigar").Post("/admin/quarantine/" + list[0].ID + "/delete").Want(http.StatusConflict)
		s.as("rauf").Get("/admin/quarantine").Has("main", "Silinib")

		up := aytan.PostFiles("/uploads", nil, webtest.Upload{Field: "upload", Name: "a.txt", Content: "a"}).Want(http.StatusCreated)
		id := up.Body[strings.Index(up.Body, `"id":"`)+6:][:36]
		s.as("tural").Post("/uploads/" + id + "/discard").Want(http.StatusNotFound)
		aytan.Post("/uploads/" + id + "/discard").Want(http.StatusOK)
		if n, err := s.office.DB.Read().NewSelect().Table("uploads").Count(t.Context()); err != nil || n != 0 {
			t.Errorf("%d uploads, %v", n, err)
		}
	})
}

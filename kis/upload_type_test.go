package kis_test

import (
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
)

func TestContentHasToBeWhatTheEndingSays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		aytan := o.As(t.Context(), "aytan")
		for _, tc := range []struct {
			name, content string
			shown         kis.Shown // empty: refused
			want          string    // type, or key of the refusal
		}{
			{"Hesabat.pdf", "%PDF-1.7", kis.ShownPDF, "application/pdf"},
			{"HESABAT.PDF", "%PDF-1.7", kis.ShownPDF, "application/pdf"},
			{"Hesabat.pdf", "MZ\x90\x00\x03\x00\x00\x00", "", "kis.upload.mismatch"},
			{"Hesabat.pdf", "<html><script>alert(1)</script>", "", "kis.upload.mismatch"},
			{"Hesabat.docx", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "", "kis.upload.protected"},
			{"şəkil.png", "\x89PNG\r\n\x1a\n", kis.ShownPicture, "image/png"},
			{"şəkil.png", `<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>`, "", "kis.upload.mismatch"},
			{"sxem.svg", `<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>`, kis.ShownActive, "image/svg+xml"},
			{"səhifə.html", "<html><script>", kis.ShownActive, "text/html"},
			{"cədvəl.csv", "kod,ad\n1,a\n", kis.ShownTable, "text/csv; charset=utf-8"},
			{"qeyd.txt", "mətn", kis.ShownText, "text/plain; charset=utf-8"},
			{"qeyd.txt", "<html>", "", "kis.upload.mismatch"},
			{"məktub.docx", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), "", "kis.upload.protected"},
			{"makros.docx", "PK\x03\x04[Content_Types].xml word/document.xml word/vbaProject.bin", "", "kis.upload.macros"},
			{"proqram.exe", "MZ\x90\x00", "", "kis.upload.ending"},
			{"proqram.EXE. ", "MZ\x90\x00", "", "kis.upload.ending"},
			{"model.sas7bdat", "\x00\x00\x00\x01", kis.ShownNot, "application/octet-stream"},
			{"adsız", "MZ\x90\x00\x03\x00\x00\x00", kis.ShownActive, "application/vnd.microsoft.portable-executable"},
			{"hesabla.js", "alert(1)", kis.ShownActive, "text/plain"},
		} {
			up, err := o.StageUpload(aytan, tc.name, strings.NewReader(tc.content))
			if tc.shown == "" {
				if f := apperr.As(err).Fields; len(f) != 1 || f[0].Key != tc.want || f[0].Name != "upload" {
					t.Errorf("%s: %+v, %v", tc.name, up, err)
				}
				continue
			}
			if err != nil || up.Shown != tc.shown || up.ContentType != tc.want {
				t.Errorf("%s: %s, %s, %v", tc.name, up.Shown, up.ContentType, err)
			}
		}
		if n := rowsIn(t, db, "uploads"); n != 10 {
			t.Errorf("%d uploads", n)
		}
		// What the office changes holds at once, and loading the reference again leaves it.
		err := db.Write(o.System(), func(tx *store.Tx) error {
			tx.Record(store.Change{Action: "test", Kind: "test", ID: "x"})
			_, err := tx.ExecContext(t.Context(), `UPDATE file_types SET taken = FALSE WHERE ending = 'zip'`)
			return err
		})
		if err == nil {
			err = o.LoadReference(o.System())
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.StageUpload(aytan, "a.zip", strings.NewReader("PK\x05\x06")); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("zip: %v", err)
		}
	})
}

func TestBoundsOfWhatOnePersonLeavesAndOneSubmissionHolds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		o.Limits.WaitingBytes, o.Limits.TotalBytes = 100, 50
		aytan := o.As(t.Context(), "aytan")
		send := func(n int) (string, error) {
			up, err := o.StageUpload(aytan, "a.txt", strings.NewReader(strings.Repeat("a", n)))
			return up.ID, err
		}
		one, err := send(40)
		if err != nil {
			t.Fatal(err)
		}
		two, err := send(41)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := send(42); !apperr.Is(err, apperr.TooMany) || apperr.As(err).Key != "kis.upload.waiting_full" {
			t.Errorf("more than may wait: %v", err)
		}
		in := kis.NewSubmission{CycleID: c.ID, OutputIDs: o.OutputIDs(c.ID, "1.1.1"), UploadIDs: []string{one, two}}
		_, err = o.Submit(aytan, in)
		if f := apperr.As(err).Fields; len(f) != 1 || f[0].Key != "kis.upload.total" {
			t.Errorf("too large together: %v", err)
		}
		if rowsIn(t, db, "uploads") != 2 || rowsIn(t, db, "files", "submissions") != 0 {
			t.Error("a refused submission left something or took the uploads")
		}
		in.UploadIDs = in.UploadIDs[:1]
		if _, err := o.Submit(aytan, in); err != nil {
			t.Error(err)
		}
		if _, err := send(42); err != nil {
			t.Errorf("what was attached does not wait any more: %v", err)
		}
	})
}

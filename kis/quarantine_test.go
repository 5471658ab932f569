package kis_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/clamd"
	"github.com/kis-platform/kis/internal/clamd/clamdtest"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
)

// scanned is an office with a scanner.
func scanned(t *testing.T, db *store.DB) (*kistest.Office, *clamdtest.Daemon) {
	t.Helper()
	o, d := kistest.NewOffice(t, db), clamdtest.New(t, "tcp", "")
	s, err := clamd.New(d.Addr())
	if err != nil {
		t.Fatal(err)
	}
	s.Patience = 300 * time.Millisecond
	o.Scanner = s
	return o, d
}

func fieldKey(err error) string {
	if f := apperr.As(err).Fields; len(f) == 1 {
		return f[0].Key
	}
	return ""
}

func TestWhatTheScannerFindsGoesIntoQuarantine(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, _ := scanned(t, db)
		aytan := o.As(t.Context(), "aytan")
		up, err := o.StageUpload(aytan, "təmiz.txt", strings.NewReader("təmiz"))
		if err != nil || up.Scan != kis.ScanClean {
			t.Fatalf("%+v, %v", up, err)
		}
		_, err = o.StageUpload(aytan, "pis.txt", strings.NewReader("x "+clamdtest.Harmful))
		if fieldKey(err) != "kis.upload.infected" || !strings.Contains(err.Error(), "upload") {
			t.Fatalf("harmful: %v", err)
		}
		if rowsIn(t, db, "uploads") != 1 || rowsIn(t, db, "quarantine") != 1 {
			t.Error("what was caught can be attached")
		}
		for _, who := range []string{"aytan", "elchin", "rafael", "gunel"} {
			if _, err := o.Quarantine(o.As(t.Context(), who)); !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("%s sees the quarantine: %v", who, err)
			}
		}
		list, err := o.Quarantine(o.As(t.Context(), "rauf"))
		if err != nil || len(list) != 1 || list[0].Name != "pis.txt" || list[0].Signature != clamdtest.Signature || list[0].Sender != "Aytən Məmmədova" || list[0].Department.Code != "SSS" {
			t.Fatalf("%+v, %v", list, err)
		}
		if err := o.DeleteQuarantined(o.As(t.Context(), "aytan"), list[0].ID); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("deleted by the sender: %v", err)
		}
		if err := o.DeleteQuarantined(o.As(t.Context(), "nigar"), list[0].ID); err != nil {
			t.Error(err)
		}
		if err := o.DeleteQuarantined(o.As(t.Context(), "rauf"), list[0].ID); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("deleted twice: %v", err)
		}
		if err := o.DeleteQuarantined(o.As(t.Context(), "rauf"), store.NewID()); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("nothing: %v", err)
		}
		if list, err = o.Quarantine(o.As(t.Context(), "rauf")); err != nil || list[0].DeletedAt.IsZero() || list[0].DeletedName != "Nigar Əliyeva" {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

func TestWithoutTheScannerNothingPasses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, d := scanned(t, db)
		c := o.Running("2026")
		aytan := o.As(t.Context(), "aytan")
		for name, mood := range map[string]clamdtest.Mood{"silent": clamdtest.Silent, "hasty": clamdtest.Hasty, "broken": clamdtest.Broken} {
			d.Be(mood)
			if _, err := o.StageUpload(aytan, "a.txt", strings.NewReader(name)); fieldKey(err) != "kis.upload.scanner" {
				t.Errorf("%s: %v", name, err)
			}
		}
		o.HoldUnscanned = true
		good, bad := o.Upload("aytan", "yaxşı.txt", "yaxşı"), o.Upload("aytan", "pis.txt", clamdtest.Harmful)
		loose := o.Upload("aytan", "başqa.txt", clamdtest.Harmful)
		if _, _, err := o.OpenUpload(aytan, good); apperr.As(err).Key != "kis.file.waiting" {
			t.Errorf("opened before it was scanned: %v", err)
		}
		sub, err := o.Submit(aytan, kis.NewSubmission{CycleID: c.ID, OutputIDs: o.OutputIDs(c.ID, "1.1.1"), UploadIDs: []string{good, bad}, Class: kis.ClassConfidential})
		if err != nil {
			t.Fatal(err)
		}
		open := func(i int) error {
			page, err := o.Submission(aytan, sub.ID)
			if err != nil {
				t.Fatal(err)
			}
			f, err := o.OpenFile(aytan, kis.File{ID: page.Files[i].ID, Name: page.Files[i].Name}) // read without its state
			if err == nil {
				_ = f.Close()
			}
			return err
		}
		for i := range 2 {
			if err := open(i); !apperr.Is(err, apperr.Conflict) || apperr.As(err).Key != "kis.file.waiting" {
				t.Errorf("file %d before it was scanned: %v", i, err)
			}
		}
		if n, err := o.ScanWaiting(o.System()); n != 0 || err == nil {
			t.Errorf("scanned without a scanner: %d, %v", n, err)
		}
		if _, err := o.ScanWaiting(aytan); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("by a person: %v", err)
		}
		d.Be(clamdtest.Well)
		if n, err := o.ScanWaiting(o.System()); n != 2 || err != nil { // equal bytes once
			t.Errorf("%d scanned, %v", n, err)
		}
		told := map[string]string{} // of what was caught later the sender is told, and nobody else
		events, err := office.EventsAfter(t.Context(), db.Read(), 0, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Action != "kis:quarantine:catch" {
				continue
			}
			list, err := o.Announcements(o.System(), db.Read(), e)
			if err != nil || len(list) != 1 || !list[0].For(actor.From(aytan)) || list[0].For(actor.From(o.As(t.Context(), "elchin"))) || list[0].For(actor.From(o.As(t.Context(), "nigar"))) {
				t.Fatalf("%+v, %v", list, err)
			}
			told[list[0].Args["file"]] = list[0].Href
		}
		if len(told) != 2 || told["pis.txt"] != "/evidence/"+sub.ID || told["başqa.txt"] != "/work" {
			t.Errorf("told of %v", told)
		}
		if err := open(0); err != nil {
			t.Errorf("clean: %v", err)
		}
		if err := open(1); apperr.As(err).Key != "kis.file.held" {
			t.Errorf("harmful: %v", err)
		}
		if err := o.DiscardUpload(aytan, loose); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("what was caught is no upload any more: %v", err)
		}
		list, err := o.Quarantine(o.As(t.Context(), "nigar"))
		if err != nil || len(list) != 2 || rowsIn(t, db, "uploads") != 0 {
			t.Fatalf("%+v, %v", list, err)
		}
		admin, err := o.Quarantine(o.As(t.Context(), "rauf"))
		if err != nil {
			t.Fatal(err)
		}
		for i, q := range list {
			attached := q.Submission != ""
			if q.Name == "" || attached != (q.Name == "pis.txt") || (admin[i].Name == "") != attached || admin[i].Submission != "" {
				t.Errorf("quality manager %+v, administrator %+v", q, admin[i])
			}
			if err := o.DeleteQuarantined(o.As(t.Context(), "rauf"), q.ID); err != nil {
				t.Error(err)
			}
		}
		if err := open(1); apperr.As(err).Key != "kis.file.held" {
			t.Errorf("given up: %v", err)
		}
		ageBlobs(t, o)
		if n, _, err := o.SweepBytes(o.System()); err != nil || n != 4 { // the harmful one and the three that were refused
			t.Errorf("%d swept, %v", n, err)
		}
		if n, err := o.VerifyFiles(t.Context(), func(f store.Fault) { t.Errorf("%+v", f) }); n != 1 || err != nil {
			t.Errorf("%d files, %v", n, err)
		}
	})
}

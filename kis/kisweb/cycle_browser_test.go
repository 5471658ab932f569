package kisweb_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/web/webtest"
)

// year is an office in the middle of its year: phases 1 to 3 confirmed, phase
// 4 nearly complete and late, work of every state in phases 5 and 6.
func year(t *testing.T) (site, kis.Cycle) {
	t.Helper()
	db := storetest.Open(t)
	s := open(t, db)
	clock := storetest.ClockOf(db)
	clock.SetDay("2026-01-12")
	c := s.office.Running("2026")
	nigar := s.office.As(t.Context(), "nigar")
	for phase, on := range map[string]string{"1": "2026-02-06", "2": "2026-03-13", "3": "2026-05-15"} {
		clock.SetDay(on)
		s.office.AcceptPhase(c.ID, phase)
		if err := s.office.PassGate(nigar, c.ID, phase); err != nil {
			t.Fatal(err)
		}
	}
	clock.SetDay("2026-09-10")
	if err := s.office.SetDue(nigar, c.ID, map[string]day.Day{"5": "2026-11-25", "6": "2026-11-20", "7": "2026-12-11"}); err != nil {
		t.Fatal(err)
	}
	accept := func(codes ...string) {
		for _, code := range codes {
			sub := s.office.Hand("aytan", c.ID, code)
			if err := s.office.Accept(nigar, sub.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	accept("4.2.1", "4.2.2", "4.2.3", "4.2.4", "4.2.5", "4.3.1", "4.3.2", "4.3.3", "4.3.4", "4.4.1")
	clock.SetDay("2026-11-17")
	accept("5.1.1", "5.2.1", "5.2.2", "5.3.1", "5.5.1", "5.7.1", "6.1.1", "7.4.1")
	for _, code := range []string{"4.3.5", "5.5.2", "5.8.1", "6.2.1", "7.5.1"} {
		s.office.Hand("aytan", c.ID, code)
	}
	// 5.3.2: one output in review, the other returned with a reason.
	outs := s.office.OutputIDs(c.ID, "5.3.2")
	one := s.office.NewEvidence("aytan", c.ID, "5.3.2")
	one.OutputIDs, one.Class = outs[1:], kis.ClassConfidential
	sub, err := s.office.Submit(s.office.As(t.Context(), "aytan"), one)
	if err == nil {
		clock.SetDay("2026-11-23")
		err = s.office.Return(nigar, sub.ID, "Cədvəldə hesabat dövrü göstərilməyib; pozulan qaydaların siyahısı əlavə edilməlidir.")
	}
	if err != nil {
		t.Fatal(err)
	}
	two := s.office.NewEvidence("tural", c.ID, "5.3.2")
	two.OutputIDs, two.UploadIDs = outs[:1], []string{s.office.Upload("aytan", "Nezaret_protokolu_2025_v2.pdf", "%PDF-1.4 protokol")}
	if _, err := s.office.Submit(s.office.As(t.Context(), "aytan"), two); err != nil {
		t.Fatal(err)
	}
	clock.SetDay("2026-11-24")
	return s, c
}

// TestBrowserCycle opens the pages of cycles and evidence in a real browser.
func TestBrowserCycle(t *testing.T) {
	s, c := year(t)
	cycle := "/cycles/" + c.ID
	processes, err := s.office.Processes(s.office.As(t.Context(), "nigar"))
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.office.Evidence(s.office.As(t.Context(), "nigar"), kis.EvidenceFilter{Query: "5.3.2", State: kis.Returned})
	if err != nil || len(found.Rows) != 1 {
		t.Fatalf("%d, %v", len(found.Rows), err)
	}
	address := s.Listen()
	for key, pages := range map[string]map[string]string{
		"nigar": {"cycle": cycle, "cycle-table": cycle + "?view=table", "cycle-late": cycle + "?state=overdue", "cycles": "/cycles", "cycle-new": "/cycles/new", "cycle-dates": cycle + "/dates", "task-review": cycle + "/tasks/5.3.2",
			"gate": cycle + "/gates/4", "gate-passed": cycle + "/gates/3", "processes": "/processes", "process": "/processes/" + processes[0].ID, "import": "/processes/import",
			"evidence-list": "/evidence", "evidence": "/evidence/" + found.Rows[0].ID},
		"aytan": {"task": cycle + "/tasks/5.3.2", "task-many": cycle + "/tasks/6.3.1", "task-na": cycle + "/tasks/1.1.2"},
		"tural": {"task-other": cycle + "/tasks/5.3.2", "evidence-none": "/evidence?q=yoxdur"},
	} {
		b := webtest.NewBrowser(t)
		b.SignIn(address, kistest.Email(key), kistest.Password)
		for name, path := range pages {
			for _, look := range looksOf(name) {
				b.Width(look.width)
				b.Do(chromedp.Evaluate[chromedp.Void](`fetch('/preferences', {method: 'POST', headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body: 'lang=`+look.lang+`&theme=`+look.theme+`'})`, chromedp.EvalAwaitPromise))
				b.Open(address + path)
				b.Check(fmt.Sprint(name, look))
				b.Picture(*pictures, fmt.Sprintf("%s-%s-%s-%d", name, look.lang, look.theme, look.width))
			}
		}
	}
}

// look is one way to look at a page.
type look struct {
	lang, theme string
	width       int64
}

// looksOf says how a page is looked at: all of them wide and narrow in
// Azerbaijani, the two main ones also dark and in English.
func looksOf(name string) []look {
	looks := []look{{"az", "light", 1440}, {"az", "light", 390}}
	if name == "cycle" || name == "task" {
		looks = append(looks, look{"az", "dark", 1440}, look{"en", "light", 1440}, look{"en", "dark", 390})
	}
	return looks
}

// TestBrowserUpload hands evidence in as a person does: two files that go
// ahead by themselves, one of them removed again, then the form.
func TestBrowserUpload(t *testing.T) {
	db := storetest.Open(t)
	s := open(t, db)
	c := s.office.Running("2026")
	dir := t.TempDir()
	var files []string
	for _, name := range []string{"Hesabat.pdf", "Əlavə cədvəl.pdf", "artıq.pdf"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("%PDF-1.4 "+name), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}
	address := s.Listen()
	b := webtest.NewBrowser(t)
	b.SignIn(address, kistest.Email("aytan"), kistest.Password)
	task := address + "/cycles/" + c.ID + "/tasks/1.1.1"
	b.Open(task)
	b.Do(chromedp.SetUploadFiles(chromedp.CSS("form[data-k-upload] input[type=file]"), files))
	b.Until(`document.querySelectorAll('[data-k-files] [data-k=done]:not([hidden])').length === 3`)
	b.Check("uploaded")
	b.Picture(*pictures, "task-uploaded")
	b.Do(chromedp.Click(chromedp.CSS("[data-k-files] li:nth-child(3) [data-k=remove]")))
	b.Until(`document.querySelectorAll('[data-k-files] li').length === 2`)
	b.Do(chromedp.Click(chromedp.CSS("form[data-k-upload] button[type=submit]")))
	b.Until(`document.querySelectorAll('.k-vers:not(.k-up) .k-file').length === 2`)
	page, err := s.office.Task(s.office.As(t.Context(), "aytan"), c.ID, "1.1.1")
	if err != nil {
		t.Fatal(err)
	}
	v := page.Outputs[0].Versions[0]
	if len(v.Files) != 2 || v.Files[1].Name != "Əlavə cədvəl.pdf" || v.State != kis.Submitted {
		t.Errorf("%+v", v)
	}
}

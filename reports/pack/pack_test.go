package pack_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/reports/pack"
)

// office is an office with a running cycle and evidence of every kind.
type bureau struct {
	*kistest.Office
	t     *testing.T
	cycle kis.Cycle
}

func newOffice(t *testing.T, db *store.DB) bureau {
	o := kistest.NewOffice(t, db)
	return bureau{o, t, o.Running("2026")}
}

// hand submits files, name by text, for all outputs of a task.
func (o bureau) hand(who, code string, class kis.EvidenceClass, title string, files ...string) kis.Submission {
	o.t.Helper()
	in := kis.NewSubmission{CycleID: o.cycle.ID, OutputIDs: o.OutputIDs(o.cycle.ID, code), Title: title, Class: class}
	for i := 0; i < len(files); i += 2 {
		in.UploadIDs = append(in.UploadIDs, o.Upload(who, files[i], files[i+1]))
	}
	sub, err := o.Submit(o.As(context.Background(), who), in)
	if err != nil {
		o.t.Fatal(err)
	}
	return sub
}

// make gives the pack that a person gets.
func (o bureau) make(who string) (*pack.Pack, []byte) {
	o.t.Helper()
	ctx := o.System()
	if who != "" {
		ctx = o.As(context.Background(), who)
	}
	p, err := pack.New(o.Service).Prepare(ctx, o.cycle.ID, "az")
	if err != nil {
		o.t.Fatal(err)
	}
	var b bytes.Buffer
	if err := p.Write(ctx, &b); err != nil {
		o.t.Fatal(err)
	}
	return p, b.Bytes()
}

// unpack writes a pack into a folder and gives the paths in it.
func unpack(t *testing.T, raw []byte) (dir string, paths []string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	for _, f := range z.File {
		paths = append(paths, f.Name)
		to := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir, paths
}

// check runs the program that people check packs with.
func check(t *testing.T, dir string) (string, error) {
	t.Helper()
	cmd := exec.Command("sha256sum", "-c", "SHA256SUMS")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		t.Fatal(err)
	}
	return string(out), err
}

// facts is what the tests read of a manifest.
type facts struct {
	TrailHead struct {
		Seq  int64
		Hash string
	} `json:"trail_head"`
	Whole       bool
	Files       int
	Submissions []struct {
		Task, State, Class, Title, Reason string
		SubmittedBy                       string `json:"submitted_by"`
		DecidedBy                         string `json:"decided_by"`
		KeptUntil                         string `json:"kept_until"`
		KeptBy                            string `json:"kept_by"`
		Link                              string
		Version                           int
		Files                             []struct {
			Path, Name string
			SHA256     string `json:"sha256"`
			LeftOut    string `json:"left_out"`
		}
	}
}

func manifestOf(t *testing.T, dir string) facts {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m facts
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAPackIsCheckedWithoutTheSystem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		nigar := o.As(t.Context(), "nigar")
		sub := o.hand("aytan", "1.1.1", kis.ClassInternal, "=HYPERLINK(1)", "Şəkil ığ?.txt", "bir", "ŞƏKİL IĞ_.TXT", "iki", "con.txt", "üç")
		if err := o.Return(nigar, sub.ID, "İmza yoxdur, təkrar göndərin"); err != nil {
			t.Fatal(err)
		}
		next := o.hand("aytan", "1.1.1", kis.ClassInternal, "İkinci", "hesabat.csv", "a,b\n1,2\n")
		if err := o.Accept(nigar, next.ID); err != nil {
			t.Fatal(err)
		}
		in := kis.NewSubmission{CycleID: o.cycle.ID, OutputIDs: o.OutputIDs(o.cycle.ID, "1.1.3"), Link: "https://stat.example/x"}
		if _, err := o.Submit(o.As(t.Context(), "aytan"), in); err != nil {
			t.Fatal(err)
		}
		var head kis.TrailHead
		if err := db.Read().NewRaw(`SELECT seq, hash FROM trail_head`).Scan(t.Context(), &head); err != nil {
			t.Fatal(err)
		}
		p, raw := o.make("nigar")
		if p.Name != "subutlar-1-elektron-xidmet-2026.zip" || p.Files != 4 {
			t.Errorf("%s with %d files", p.Name, p.Files)
		}
		dir, paths := unpack(t, raw)
		all := strings.Join(paths, "\n")
		for _, want := range []string{"OXUYUN.txt", "README.txt", "sübutlar/1 ", "/1.1.1/SSS v1 Qaytarılıb/Şəkil ığ_.txt", "/1.1.1/SSS v1 Qaytarılıb/ŞƏKİL IĞ_ (2).TXT", "/_con.txt", "/SSS v2 Qəbul edilib/hesabat.csv"} {
			if !strings.Contains(all, want) {
				t.Errorf("no %s in\n%s", want, all)
			}
		}
		if out, err := check(t, dir); err != nil || strings.Count(out, ": OK") != len(paths)-1 {
			t.Errorf("the pack does not check: %v\n%s", err, out)
		}
		m := manifestOf(t, dir)
		if len(m.Submissions) != 3 || m.TrailHead.Seq != head.Seq || m.TrailHead.Hash != head.Hash || !m.Whole {
			t.Fatalf("manifest %+v, head %+v", m, head)
		}
		first, link := m.Submissions[0], m.Submissions[2]
		if first.State != "returned" || first.Reason != "İmza yoxdur, təkrar göndərin" || first.SubmittedBy != "Aytən Məmmədova" || first.DecidedBy != "Nigar Əliyeva" ||
			first.Files[0].Name != "Şəkil ığ?.txt" || link.Link != "https://stat.example/x" || len(link.Files) != 0 || m.Submissions[1].Version != 2 {
			t.Errorf("submissions %+v", m.Submissions)
		}
		if first.KeptUntil != "2031-12-31" || first.KeptBy != "term" { // an internal document of 2026, five years
			t.Errorf("kept until %q by %q", first.KeptUntil, first.KeptBy)
		}
		table, err := os.ReadFile(filepath.Join(dir, "manifest.csv"))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(table, []byte("\ufeff")))).ReadAll()
		if err != nil || len(rows) != 1+3+1+1 || rows[1][9] != "'=HYPERLINK(1)" || rows[1][24] != first.Files[0].Path || rows[1][26] != first.Files[0].SHA256 {
			t.Errorf("table %v: %v", rows, err)
		}
		// The trail can say whether this is the pack that was taken.
		sums, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
		if err != nil {
			t.Fatal(err)
		}
		events, err := o.Trail(o.System(), office.TrailFilter{Action: kis.TrailPack})
		if err != nil || len(events.Events) != 1 || !strings.Contains(string(events.Events[0].After), sum(sums)) {
			t.Errorf("trail %+v: %v", events.Events, err)
		}
		// One changed letter, and a file that is gone, are named.
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(first.Files[0].Path)), []byte("biR"), 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := check(t, dir); err == nil || !strings.Contains(out, first.Files[0].Path+": FAILED") {
			t.Errorf("a changed file was not found: %v\n%s", err, out)
		}
		if err := os.Remove(filepath.Join(dir, "manifest.csv")); err != nil {
			t.Fatal(err)
		}
		if out, err := check(t, dir); err == nil || !strings.Contains(out, "manifest.csv: FAILED open or read") {
			t.Errorf("a file that is gone was not found: %v\n%s", err, out)
		}
		if _, err := db.VerifyTrail(t.Context(), func(f store.Fault) { t.Errorf("fault %+v", f) }); err != nil {
			t.Error(err)
		}
	})
}

func TestAPackHoldsWhatThePersonMayRead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		o.hand("aytan", "1.1.1", kis.ClassInternal, "", "a.txt", "açıq")
		o.hand("aytan", "1.1.3", kis.ClassConfidential, "Gizli başlıq", "gizli-ad.txt", "gizli bayt")
		o.hand("tural", "4.2.5", kis.ClassInternal, "", "b.txt", "başqa")
		opened := func() (n int) {
			events, err := o.Trail(o.System(), office.TrailFilter{Action: "kis:evidence:open"})
			if err != nil {
				t.Fatal(err)
			}
			return len(events.Events)
		}
		for who, want := range map[string]struct {
			subs   int
			whole  bool
			secret bool
		}{"": {3, true, true}, "nigar": {3, true, true}, "aytan": {2, false, true}, "tural": {1, false, false}, "rafael": {2, false, false}, "gunel": {2, false, false}} {
			before := opened()
			_, raw := o.make(who)
			if n := opened() - before; (n == 1) != want.secret || n > 1 {
				t.Errorf("%s: %d openings in the trail", who, n)
			}
			dir, paths := unpack(t, raw)
			m := manifestOf(t, dir)
			if len(m.Submissions) != want.subs || m.Whole != want.whole {
				t.Errorf("%s: %d submissions, whole %v", who, len(m.Submissions), m.Whole)
			}
			told := strings.Join(paths, "\n")
			for _, p := range paths {
				body, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(p)))
				if err != nil {
					t.Fatal(err)
				}
				told += string(body)
			}
			if strings.Contains(strings.ToLower(told), "gizli") != want.secret {
				t.Errorf("%s: what is confidential is told: %v, want %v", who, !want.secret, want.secret)
			}
		}
		for who, kind := range map[string]apperr.Kind{"kamran": apperr.Forbidden, "rauf": apperr.Forbidden, "orxan": apperr.Forbidden} {
			if _, err := pack.New(o.Service).Prepare(o.As(t.Context(), who), o.cycle.ID, "az"); !apperr.Is(err, kind) {
				t.Errorf("%s: %v", who, err)
			}
		}
		if _, err := pack.New(o.Service).Prepare(o.System(), store.NewID(), "az"); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("no such cycle: %v", err)
		}
	})
}

func TestBytesThatAreGoneOrChangedMakeNoPack(t *testing.T) {
	o := newOffice(t, storetest.Open(t))
	sub := o.hand("aytan", "1.1.1", kis.ClassInternal, "", "a.txt", "birinci", "b.txt", "ikinci")
	page, err := o.Submission(o.As(t.Context(), "aytan"), sub.ID)
	if err != nil {
		t.Fatal(err)
	}
	of := func(i int) string {
		sha := page.Files[i].SHA256
		return filepath.Join(o.Blobs.Dir(), sha[:2], sha[2:4], sha)
	}
	nigar := o.As(t.Context(), "nigar")
	// Other bytes of the same length are found on the way: the file has no directory.
	write(t, of(1), "IKINCI")
	p, err := pack.New(o.Service).Prepare(nigar, o.cycle.ID, "en")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := p.Write(nigar, &b); !apperr.Is(err, apperr.Conflict) || !strings.Contains(err.Error(), "b.txt") {
		t.Errorf("changed bytes: %v", err)
	}
	if _, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len())); err == nil {
		t.Error("a pack that was cut off opens as a ZIP")
	}
	trail := func() int {
		events, err := o.Trail(o.System(), office.TrailFilter{Action: kis.TrailPack})
		if err != nil {
			t.Fatal(err)
		}
		return len(events.Events)
	}
	before := trail()
	write(t, of(1), "ikinci, uzun")
	if err := os.Remove(of(0)); err != nil {
		t.Fatal(err)
	}
	_, err = pack.New(o.Service).Prepare(nigar, o.cycle.ID, "en")
	if !apperr.Is(err, apperr.Conflict) || !strings.Contains(err.Error(), "a.txt") || !strings.Contains(err.Error(), "b.txt") || !strings.Contains(err.Error(), "n=2") {
		t.Errorf("missing bytes: %v", err)
	}
	if trail() != before {
		t.Error("a pack that was not made is in the trail")
	}
	ctx, stop := context.WithCancel(nigar)
	stop()
	if err := p.Write(ctx, &bytes.Buffer{}); err == nil {
		t.Error("a reader that went away does not end the pack")
	}
}

func write(t *testing.T, path, body string) {
	t.Helper()
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
}

// zeros are many bytes that nobody holds.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func TestAPackOfLargeFilesHoldsNoneOfThem(t *testing.T) {
	o := newOffice(t, storetest.Open(t))
	const size = 96 << 20
	in := kis.NewSubmission{CycleID: o.cycle.ID, OutputIDs: o.OutputIDs(o.cycle.ID, "1.1.1")}
	for i := range 3 {
		head := strings.NewReader("%PDF-1.4 " + string(rune('a'+i)) + "\n")
		up, err := o.StageUpload(o.As(t.Context(), "aytan"), "böyük.pdf", io.MultiReader(head, io.LimitReader(zeros{}, size)))
		if err != nil {
			t.Fatal(err)
		}
		in.UploadIDs = append(in.UploadIDs, up.ID)
	}
	if _, err := o.Submit(o.As(t.Context(), "aytan"), in); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p, err := pack.New(o.Service).Prepare(o.As(t.Context(), "nigar"), o.cycle.ID, "az")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Write(o.As(t.Context(), "nigar"), io.Discard); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if p.Bytes < 3*size {
		t.Fatalf("%d bytes in the pack", p.Bytes)
	}
	// All that was ever allocated, given back or not.
	if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
		t.Errorf("%d MiB were allocated for %d MiB of files", used>>20, p.Bytes>>20)
	}
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

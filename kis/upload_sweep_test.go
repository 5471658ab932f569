package kis_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/blob"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
)

// ageBlobs dates all stored bytes back, past the grace.
func ageBlobs(t *testing.T, o *kistest.Office) (n int) {
	t.Helper()
	then := time.Now().Add(-2 * blob.Grace)
	err := filepath.WalkDir(o.Blobs.Dir(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		n++
		return os.Chtimes(path, then, then)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestBytesThatNothingRefersToAreSwept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock := storetest.ClockOf(db)
		clock.SetDay("2026-02-02")
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		aytan := o.As(t.Context(), "aytan")
		sub := o.Hand("aytan", c.ID, "1.1.1")
		o.Upload("aytan", "eyni.pdf", "%PDF-1.4 1.1.1 aytan") // the bytes of the evidence, never attached
		o.Upload("aytan", "köhnə.txt", "köhnə")
		discarded := o.Upload("aytan", "ləğv.txt", "ləğv")
		if err := o.DiscardUpload(aytan, discarded); err != nil {
			t.Fatal(err)
		}
		if _, err := o.StageUpload(aytan, "a.exe", strings.NewReader("MZ refused")); !apperr.Is(err, apperr.Invalid) {
			t.Fatal(err)
		}
		if n, _, err := o.SweepBytes(o.System()); n != 0 || err != nil {
			t.Errorf("%d swept within the grace, %v", n, err)
		}
		o.Limits.Keep = 24 * time.Hour
		clock.SetDay("2026-02-04")
		o.Upload("aytan", "təzə.txt", "təzə")
		if n, err := o.SweepUploads(o.System()); n != 2 || err != nil {
			t.Errorf("%d uploads swept, %v", n, err)
		}
		if all := ageBlobs(t, o); all != 5 {
			t.Errorf("%d files before", all)
		}
		trail := rowsIn(t, db, "trail")
		n, bytes, err := o.SweepBytes(o.System())
		if n != 3 || bytes != int64(len("köhnə")+len("ləğv")+len("MZ refused")) || err != nil || rowsIn(t, db, "trail") != trail+1 {
			t.Errorf("%d files of %d bytes swept, %v", n, bytes, err)
		}
		if _, _, err := o.SweepBytes(aytan); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("by a person: %v", err)
		}
		if n, err := o.VerifyFiles(t.Context(), func(f store.Fault) { t.Errorf("%+v", f) }); n != 2 || err != nil {
			t.Errorf("%d files, %v", n, err)
		}
		page, err := o.Submission(aytan, sub.ID)
		if err != nil {
			t.Fatal(err)
		}
		f, err := o.OpenFile(aytan, page.Files[0])
		if err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
	})
}

// TestASweepNeverTakesWhatIsSentAgainMeanwhile: the same bytes are sent,
// discarded and swept over and over, at once; whoever was told that a file has
// arrived has it.
func TestASweepNeverTakesWhatIsSentAgainMeanwhile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		aytan := o.As(t.Context(), "aytan")
		for round := range 12 {
			text := fmt.Sprint("dövrə ", round)
			if err := o.DiscardUpload(aytan, o.Upload("aytan", "a.txt", text)); err != nil {
				t.Fatal(err)
			}
			ageBlobs(t, o)
			var wg sync.WaitGroup
			var mu sync.Mutex
			var ups []kis.Upload
			for range 3 {
				wg.Go(func() {
					up, err := o.StageUpload(aytan, "b.txt", strings.NewReader(text))
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					ups = append(ups, up)
					mu.Unlock()
				})
			}
			for range 2 {
				wg.Go(func() {
					if _, _, err := o.SweepBytes(o.System()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			for _, up := range ups {
				if _, f, err := o.OpenUpload(aytan, up.ID); err != nil {
					t.Errorf("round %d: %v", round, err)
				} else {
					_ = f.Close()
				}
			}
		}
		if _, err := o.VerifyFiles(t.Context(), func(f store.Fault) { t.Errorf("%+v", f) }); err != nil {
			t.Error(err)
		}
	})
}

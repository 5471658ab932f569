package kis_test

import (
	"io"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
)

func TestUploadsThatCannotBeTaken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		aytan := o.As(t.Context(), "aytan")
		o.Limits.FileBytes = 1 << 20
		for name, tc := range map[string]struct {
			name string
			r    io.Reader
			key  string
		}{
			"empty":     {"boş.pdf", strings.NewReader(""), "error.upload.empty"},
			"long name": {strings.Repeat("ə", 300), strings.NewReader("x"), "kis.upload.name_long"},
			"no name":   {"../..", strings.NewReader("x"), "error.upload.name"},
			"too large": {"böyük.bin", io.LimitReader(zeros{}, 1<<20+1), "error.upload.too_large"},
			"cut":       {"kəsik.pdf", io.MultiReader(strings.NewReader("%PDF-"), cutReader{}), "error.upload.cut"},
		} {
			_, err := o.StageUpload(aytan, tc.name, tc.r)
			if f := apperr.As(err).Fields; !apperr.Is(err, apperr.Invalid) || len(f) != 1 || f[0].Key != tc.key || f[0].Name != "upload" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if rowsIn(t, db, "uploads") != 0 {
			t.Error("a refused upload left a row")
		}
		up, err := o.StageUpload(aytan, "../../x", strings.NewReader("<html><script>alert(1)</script>"))
		if err != nil || up.Name != "x" || up.ContentType != "text/html" || up.Shown != kis.ShownActive || up.Size != 31 {
			t.Errorf("%+v, %v", up, err)
		}
		if _, _, err := o.OpenUpload(o.As(t.Context(), "tural"), up.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("somebody else's upload: %v", err)
		}
		if err := o.DiscardUpload(o.As(t.Context(), "tural"), up.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("somebody else's upload: %v", err)
		}
		if err := o.DiscardUpload(aytan, up.ID); err != nil {
			t.Error(err)
		}
		clock := storetest.ClockOf(db)
		clock.SetDay("2026-02-02")
		o.Upload("aytan", "köhnə.txt", "köhnə")
		clock.SetDay("2026-02-08")
		o.Upload("aytan", "təzə.txt", "təzə")
		clock.SetDay("2026-02-10")
		if n, err := o.SweepUploads(o.System()); n != 1 || err != nil || rowsIn(t, db, "uploads") != 1 {
			t.Errorf("swept %d, %v", n, err)
		}
		if _, err := o.SweepUploads(aytan); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("swept by a person: %v", err)
		}
	})
}

// zeros is an endless stream of zero bytes.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// cutReader is a connection that breaks off.
type cutReader struct{}

func (cutReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

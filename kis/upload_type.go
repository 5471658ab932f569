package kis

import (
	"context"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/content"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/reference"
)

// Shown is how a file may be looked at without downloading it.
type Shown string

// The ways.
const (
	ShownNot     Shown = "none"    // only as a download
	ShownPDF     Shown = "pdf"     // by the browser's own viewer
	ShownPicture Shown = "picture" // PNG, JPEG, GIF, WebP
	ShownText    Shown = "text"
	ShownTable   Shown = "table"  // the first rows of CSV and XLSX
	ShownActive  Shown = "active" // only as a download, and marked: it may run when it is opened
)

// fileType is what the office takes under one ending.
type fileType struct {
	bun.BaseModel `bun:"table:file_types,alias:ft"`

	Ending       string `bun:"ending,pk"`
	ContentTypes string `bun:"content_types"` // with " | " between; empty = anything
	Taken        bool   `bun:"taken"`
	Shown        Shown  `bun:"shown"`
}

// officeEndings are those of documents that are archives unless they are
// protected by a password.
var officeEndings = []string{"docx", "xlsx", "pptx"}

// judge says what a stored upload is and how it is shown, or refuses it:
// an ending that is not taken, or content that is not what the ending says. An
// ending that the office has not listed is taken and only ever downloaded.
func (s *Service) judge(ctx context.Context, first []byte, up *Upload) error {
	tail, err := s.tailOf(*up)
	if err != nil {
		return err
	}
	found := content.Type(first, tail)
	ending := strings.ToLower(strings.TrimPrefix(path.Ext(up.Name), "."))
	var rows []fileType
	if err := s.DB.Read().NewSelect().Model(&rows).Where("ft.ending = ?", ending).Scan(ctx); err != nil {
		return store.MapError(err, "file type")
	}
	refuse := func(key string) error {
		return apperr.InvalidField("upload", key, "file", i18n.Shorten(up.Name, 60), "ending", ending, "type", found)
	}
	up.ContentType, up.Shown = found, ShownNot
	if len(rows) == 1 {
		t := rows[0]
		types := splitTypes(t.ContentTypes)
		switch {
		case !t.Taken:
			return refuse("kis.upload.ending")
		case len(types) > 0 && found == content.Macros && !slices.Contains(types, found):
			return refuse("kis.upload.macros")
		case found == content.OLE && slices.Contains(officeEndings, ending):
			return refuse("kis.upload.protected") // the old container around an encrypted document
		case len(types) > 0 && !slices.Contains(types, found):
			return refuse("kis.upload.mismatch")
		case len(types) > 0 && found != content.Unknown:
			up.ContentType = types[0]
		}
		up.Shown = t.Shown
	}
	if content.Active(found) {
		up.Shown = ShownActive
	}
	if strings.HasPrefix(up.ContentType, "text/") && up.Shown != ShownActive {
		up.ContentType += "; charset=utf-8"
	}
	return nil
}

// tailOf reads the last bytes of a stored file.
func (s *Service) tailOf(up Upload) ([]byte, error) {
	f, err := s.Blobs.Get(up.SHA256)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	tail := make([]byte, min(content.Tail, up.Size))
	if _, err := f.ReadAt(tail, up.Size-int64(len(tail))); err != nil && err != io.EOF {
		return nil, apperr.Wrap(err, "read upload")
	}
	return tail, nil
}

func splitTypes(list string) (out []string) {
	for t := range strings.SplitSeq(list, "|") {
		if t = strings.TrimSpace(t); t != "" {
			out = append(out, t)
		}
	}
	return out
}

// loadFileTypes adds the endings that are not there yet.
func loadFileTypes(ctx context.Context, tx *store.Tx) (changed bool, err error) {
	rows, err := reference.Rows(reference.FileTypes)
	if err != nil {
		return false, apperr.Wrap(err, "reference")
	}
	var have []string
	if err := tx.NewSelect().Model((*fileType)(nil)).Column("ending").Scan(ctx, &have); err != nil {
		return false, store.MapError(err, "file types")
	}
	var add []fileType
	var endings []string
	for _, r := range rows {
		if slices.Contains(have, r["ending"]) {
			continue
		}
		add = append(add, fileType{Ending: r["ending"], ContentTypes: r["content_types"], Taken: r["taken"] == "true", Shown: Shown(r["shown"])})
		endings = append(endings, r["ending"])
	}
	if len(add) == 0 {
		return false, nil
	}
	if _, err := tx.NewInsert().Model(&add).Exec(ctx); err != nil {
		return false, store.MapError(err, "insert file types")
	}
	tx.Record(store.Change{Action: office.TrailReferenceLoad, Kind: "file_types", ID: "file_types", After: map[string]any{"endings": endings}})
	return true, nil
}

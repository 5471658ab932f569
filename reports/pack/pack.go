// Package pack owns evidence packs: all the evidence of a cycle that one
// person may read, as a ZIP that can be checked without the system.
//
// It may import kis, reports and what they stand on. Invariants: what the
// person may not read is not in the pack; nothing is written before all bytes
// were found; every byte that is written was hashed on the way and is what the
// database says, else the pack ends without its directory and is no ZIP;
// memory does not grow with the size of files.
package pack

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
)

// Service makes packs.
type Service struct{ kis *kis.Service }

// New makes the service.
func New(k *kis.Service) *Service { return &Service{kis: k} }

// Pack is evidence that was found whole and is ready to be written.
type Pack struct {
	Name    string // of the file, with its ending
	Files   int    // of evidence
	Bytes   int64  // of these
	texts   []text
	entries []entry
	kis     *kis.Service
}

// text is a small file made for the pack.
type text struct {
	path string
	body []byte
	at   time.Time
}

// entry is a file of evidence with its place in the pack.
type entry struct {
	path string
	file kis.File
	at   time.Time
}

// Prepare reads the evidence of a cycle, looks for all its bytes and leaves in
// the trail that it is taken away. A file whose bytes are gone or have another
// length is a Conflict that names it. Files in quarantine, or waiting for the
// virus scanner, stay out; the manifest says so.
func (s *Service) Prepare(ctx context.Context, cycleID, lang string) (*Pack, error) {
	ev, err := s.kis.CycleEvidence(ctx, cycleID)
	if err != nil {
		return nil, err
	}
	now := s.kis.DB.Now().UTC().Truncate(time.Second)
	p := &Pack{kis: s.kis, Name: i18n.T(lang, "pack.name", "process", ev.Cycle.Process.Code, "period", ev.Cycle.Period) + ".zip"}
	m := newManifest(ev, lang, actor.From(ctx).Signature(), now)
	p.entries = m.place(ev, lang)
	for _, e := range p.entries {
		p.Files++
		p.Bytes += e.file.Size
	}
	if err := p.present(ctx); err != nil {
		return nil, err
	}
	sums, err := p.describe(m, lang, now)
	if err != nil {
		return nil, err
	}
	packed := map[string]bool{}
	for _, e := range p.entries {
		packed[e.file.ID] = true
	}
	return p, s.kis.PackTaken(ctx, ev, kis.PackContent{SHA256: sums, Files: p.Files, Bytes: p.Bytes}, func(f kis.File) bool { return packed[f.ID] })
}

// maxNamed is how many missing files an error names.
const maxNamed = 5

// present looks for the bytes of every file, without reading them.
func (p *Pack) present(ctx context.Context) error {
	var missing []string
	for _, e := range p.entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		size, err := p.size(e.file)
		if apperr.Is(err, apperr.NotFound) || (err == nil && size != e.file.Size) {
			missing = append(missing, e.path)
		} else if err != nil {
			return err
		}
	}
	if len(missing) == 0 {
		return nil
	}
	n := len(missing)
	return apperr.New(apperr.Conflict, "pack.missing", "n", n, "files", strings.Join(missing[:min(n, maxNamed)], "; "))
}

func (p *Pack) size(f kis.File) (int64, error) {
	r, err := p.kis.Blobs.Get(f.SHA256)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	info, err := r.Stat()
	if err != nil {
		return 0, apperr.Wrap(err, "size of a file")
	}
	return info.Size(), nil
}

// describe makes the texts of the pack and gives the hash of the last, the
// list of hashes.
func (p *Pack) describe(m manifest, lang string, now time.Time) (string, error) {
	asJSON, err := m.json()
	if err != nil {
		return "", err
	}
	asCSV, err := m.csv()
	if err != nil {
		return "", err
	}
	add := func(path string, body []byte) { p.texts = append(p.texts, text{path, body, now}) }
	for _, l := range []string{"az", "en"} {
		add(i18n.T(l, "pack.readme.name"), []byte(m.readme(l)))
	}
	add("manifest.json", asJSON)
	add("manifest.csv", asCSV)
	var sums strings.Builder
	for _, t := range p.texts {
		fmt.Fprintf(&sums, "%s  %s\n", hash(t.body), t.path)
	}
	for _, e := range p.entries {
		fmt.Fprintf(&sums, "%s  %s\n", e.file.SHA256, e.path)
	}
	add("SHA256SUMS", []byte(sums.String()))
	return hash([]byte(sums.String())), nil
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Write streams the pack. On an error the archive has no directory: no program
// takes it for a whole one.
func (p *Pack) Write(ctx context.Context, w io.Writer) error {
	z := zip.NewWriter(w)
	for _, t := range p.texts {
		out, err := z.CreateHeader(&zip.FileHeader{Name: t.path, Method: zip.Deflate, Modified: t.at})
		if err == nil {
			_, err = out.Write(t.body)
		}
		if err != nil {
			return apperr.Wrap(err, "write pack")
		}
	}
	buffer := make([]byte, 256<<10)
	for _, e := range p.entries {
		if err := p.copy(ctx, z, e, buffer); err != nil {
			return err
		}
	}
	return apperr.Wrap(z.Close(), "write pack")
}

// copy writes one file and proves on the way that it is what it should be.
func (p *Pack) copy(ctx context.Context, z *zip.Writer, e entry, buffer []byte) error {
	r, err := p.kis.Blobs.Get(e.file.SHA256)
	if err != nil {
		return apperr.New(apperr.Conflict, "pack.missing", "n", 1, "files", e.path)
	}
	defer r.Close()
	out, err := z.CreateHeader(&zip.FileHeader{Name: e.path, Method: method(e.file), Modified: e.at})
	if err != nil {
		return apperr.Wrap(err, "write pack")
	}
	h := sha256.New()
	n, err := io.CopyBuffer(struct{ io.Writer }{io.MultiWriter(h, out)}, &reader{ctx, r}, buffer)
	if err != nil {
		return apperr.Wrap(err, "write pack")
	}
	if n != e.file.Size || hex.EncodeToString(h.Sum(nil)) != e.file.SHA256 {
		return apperr.New(apperr.Conflict, "pack.changed", "file", e.path)
	}
	return nil
}

// reader ends a copy when its context ends.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (c *reader) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(b)
}

// method compresses texts and tables; what is compressed already is stored as
// it is.
func method(f kis.File) uint16 {
	kind, _, _ := strings.Cut(f.ContentType, ";")
	if strings.HasPrefix(kind, "text/") || kind == "application/json" || kind == "application/xml" {
		return zip.Deflate
	}
	return zip.Store
}

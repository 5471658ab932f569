package reports

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
)

// Print is one printed document in the register. It never changes.
type Print struct {
	ID            string
	Code          string  // 7F3A-91C2-D8E5, on paper and behind the QR code
	Kind          string  // act, audit, …
	ObjectID      string  // what it is about
	Number        string  // of the object
	Title         string  // as printed; not for the public
	Dated         day.Day // official date of the object; empty while there is none
	State         string  // key of the words of the object's state when it was printed; may be empty
	Lang          string
	SHA256        string // of the bytes that were handed out
	ContentSHA256 string // of what it says; its ends stand in the foot of each page
	Size          int64  // bytes
	PrintedAt     time.Time
	PrintedBy     string // user id; empty for the command line
	PrintedName   string
}

// newCode makes a code of 60 random bits in three groups of letters and
// digits that cannot be mistaken for each other (A-Z, 2-7).
func newCode() string {
	s := store.NewSecret()
	return s[0:4] + "-" + s[4:8] + "-" + s[8:12]
}

// lookalikes are read as what a code can hold.
var lookalikes = strings.NewReplacer("0", "O", "1", "I", "8", "B", "-", "", " ", "", "\u2013", "", "\u00a0", "")

// cleanCode reads a code as people type it: small letters, with or without
// hyphens, 0 for O. Empty when it cannot be one.
func cleanCode(typed string) string {
	s := lookalikes.Replace(strings.ToUpper(strings.TrimSpace(typed)))
	if len(s) != 12 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		return ""
	}
	return s[0:4] + "-" + s[4:8] + "-" + s[8:12]
}

// print lays out the document with its code in it, and registers the bytes in
// the same unit of work that leaves the trail. out holds them only when that
// has been committed, so nothing is handed out that is not registered.
func (s *Service) print(ctx context.Context, r Request, m material, out *bytes.Buffer) (Print, error) {
	d := m.doc()
	hash, err := contentHash(d)
	if err != nil {
		return Print{}, apperr.Wrap(err, "fingerprint")
	}
	w := s.words(r.Lang)
	p := Print{ID: store.NewID(), Code: newCode(), Kind: r.Kind, ObjectID: m.object, Number: m.number, Title: d.Title, Dated: m.dated,
		State: m.state, Lang: r.Lang, ContentSHA256: hash, PrintedAt: s.kis.DB.Now()}
	d.Fingerprint = w.T("report.label.fingerprint", "hash", short(hash))
	d.Printed = w.DateTime(p.PrintedAt)
	d.VerifyCode, d.VerifyURL, d.VerifyAt = p.Code, s.verifyURL(p.Code), s.verifyAt()
	var pdf bytes.Buffer
	if err := WritePDF(&pdf, d); err != nil {
		return p, apperr.Wrap(err, "print "+r.Kind)
	}
	sum := sha256.Sum256(pdf.Bytes())
	p.SHA256, p.Size = hex.EncodeToString(sum[:]), int64(pdf.Len())
	err = s.kis.DB.Write(ctx, func(tx *store.Tx) error {
		p.PrintedBy, p.PrintedName = tx.Actor.UserID, tx.Actor.Name
		if err := insertPrint(ctx, tx, p); err != nil {
			return err
		}
		tx.Record(store.Change{Action: "reports:document:print", Kind: "document", ID: p.ID, Label: Joined(" ", p.Kind, p.Number),
			RootKind: p.Kind, RootID: p.ObjectID, After: map[string]any{"code": p.Code, "lang": p.Lang, "sha256": p.SHA256, "size": p.Size}})
		return nil
	})
	if err == nil {
		_, err = pdf.WriteTo(out)
	}
	return p, err
}

// Verified is what anybody who holds a print may know of it.
type Verified struct {
	Code, Kind, Number string
	Dated              day.Day
	State              string // key of the words of the state when it was printed; may be empty
	Lang               string
	SHA256             string // of the file
	ContentSHA256      string // of what it says
	PrintedAt          time.Time
	Newer              bool // the same document was printed again later, in other words
}

// Genuine compares a SHA-256 that a person has worked out, in capitals or
// not, with that of the file.
func (v Verified) Genuine(sha string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(sha), ""), v.SHA256)
}

// Footmark is the shortened fingerprint that stands in the foot of each page.
func (v Verified) Footmark() string { return short(v.ContentSHA256) }

// Verify finds a print by its code, for anybody. NotFound when no print has
// the code.
func (s *Service) Verify(ctx context.Context, code string) (Verified, error) {
	code = cleanCode(code)
	if code == "" {
		return Verified{}, apperr.Missing("document")
	}
	p, newer, err := printByCode(ctx, s.kis.DB, code)
	if err != nil {
		return Verified{}, err
	}
	return Verified{Code: p.Code, Kind: p.Kind, Number: p.Number, Dated: p.Dated, State: p.State, Lang: p.Lang, SHA256: p.SHA256,
		ContentSHA256: p.ContentSHA256, PrintedAt: p.PrintedAt, Newer: newer}, nil
}

// words are those of a language, for the office of the service.
func (s *Service) words(lang string) Words {
	return Words{Lang: lang, Zone: s.kis.Zone, Today: s.kis.Today(), place: s.Place, inst: s.Institution}
}

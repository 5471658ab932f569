package kis

import (
	"context"
	"path"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/content"
	"github.com/kis-platform/kis/internal/i18n"
)

// Bounds of a comparison of two versions.
const (
	maxCompared  = 10      // files that are opened
	compareRows  = 2000    // rows of a table
	maxCompareMB = 8 << 20 // a larger text or table is only told apart by its hash
)

// Comparison is two versions of evidence beside each other.
type Comparison struct {
	Old, New SubmissionPage
	Files    []FileComparison
}

// How two files were compared.
const (
	ComparedHash  = "hash" // size, type and hash only
	ComparedText  = "text"
	ComparedTable = "table"
	ComparedPDF   = "pdf" // shown side by side
)

// FileComparison is a file of one version beside the one that became of it.
type FileComparison struct {
	Old, New *File  // nil where there is none
	Same     bool   // equal bytes
	How      string // of those above
	Lines    []content.Line
	Rows     []content.Row
	More     bool   // only the beginning of one was compared
	Reason   string // message key: why there is no more to show than the hashes
}

// CompareEvidence compares two versions of evidence for the same outputs. Both
// must be readable, else they are not found; opening confidential files leaves
// its entries in the trail. Texts and tables are compared within bounds, PDFs
// are for showing side by side, of all else it says whether the bytes are
// equal.
func (s *Service) CompareEvidence(ctx context.Context, oldID, newID string) (Comparison, error) {
	var c Comparison
	var err error
	if c.New, err = s.Submission(ctx, newID); err != nil {
		return c, err
	}
	found := false
	for _, v := range c.New.Versions {
		found = found || (v.ID == oldID && v.ID != newID)
	}
	if !found {
		return c, apperr.Missing("submission")
	}
	if c.Old, err = s.Submission(ctx, oldID); err != nil {
		return c, err
	}
	c.Files = pairFiles(c.Old.Files, c.New.Files)
	opened := 0
	for i := range c.Files {
		f := &c.Files[i]
		if f.Old == nil || f.New == nil || f.Same {
			continue
		}
		if opened++; opened > maxCompared {
			f.Reason = "kis.compare.file.many"
			continue
		}
		if err := s.compareFiles(ctx, c.Old.Version.ID, c.New.Version.ID, f); err != nil {
			return c, err
		}
	}
	return c, nil
}

// pairFiles puts together what belongs together: equal bytes, then equal
// names, then what is left by its ending in order.
func pairFiles(before, after []File) []FileComparison {
	var out []FileComparison
	taken := make([]bool, len(before))
	pair := make([]int, len(after))
	for i := range pair {
		pair[i] = -1
	}
	for _, alike := range []func(a, b File) bool{
		func(a, b File) bool { return a.SHA256 == b.SHA256 },
		func(a, b File) bool { return i18n.Fold(a.Name) == i18n.Fold(b.Name) },
		func(a, b File) bool { return strings.EqualFold(path.Ext(a.Name), path.Ext(b.Name)) },
	} {
		for i, f := range after {
			for j, g := range before {
				if pair[i] < 0 && !taken[j] && alike(g, f) {
					pair[i], taken[j] = j, true
				}
			}
		}
	}
	for i := range after {
		c := FileComparison{New: &after[i], How: ComparedHash}
		if j := pair[i]; j >= 0 {
			c.Old, c.Same = &before[j], before[j].SHA256 == after[i].SHA256
		}
		out = append(out, c)
	}
	for j := range before {
		if !taken[j] {
			out = append(out, FileComparison{Old: &before[j], How: ComparedHash})
		}
	}
	return out
}

// compareFiles compares the content of two files where both are of a kind that
// can be.
func (s *Service) compareFiles(ctx context.Context, oldSub, newSub string, c *FileComparison) error {
	text := func(f *File) bool { return f.Shown == ShownText || f.ContentType == "text/html" }
	switch {
	case c.Old.Scan.open("") != nil || c.New.Scan.open("") != nil:
		c.Reason = "kis.compare.file.shut"
		return nil
	case c.Old.Shown == ShownPDF && c.New.Shown == ShownPDF:
		if c.How = ComparedPDF; !c.Old.MayPreview() || !c.New.MayPreview() {
			c.How, c.Reason = ComparedHash, "kis.compare.file.large"
		}
		return nil
	case text(c.Old) && text(c.New):
		c.How = ComparedText
	case c.Old.Shown == ShownTable && c.New.Shown == ShownTable:
		c.How = ComparedTable
	default:
		c.Reason = "kis.compare.file.kind"
		return nil
	}
	if max(c.Old.Size, c.New.Size) > maxCompareMB {
		c.How, c.Reason = ComparedHash, "kis.compare.file.large"
		return nil
	}
	var texts [2]string
	var tables [2]content.Sheet
	for i, of := range []struct {
		sub  string
		file *File
	}{{oldSub, c.Old}, {newSub, c.New}} {
		f, err := s.evidenceFile(ctx, of.sub, of.file.ID, "compare")
		if err != nil {
			return err
		}
		r, err := s.OpenFile(ctx, f)
		if err != nil {
			return err
		}
		more := false
		if c.How == ComparedText {
			texts[i], more, err = content.Text(r)
		} else {
			tables[i], err = content.Table(r, f.Size, f.ContentType == "text/csv; charset=utf-8", compareRows)
			more = tables[i].More
		}
		_ = r.Close()
		if apperr.Is(err, apperr.Invalid) { // a table that cannot be read as one
			c.How, c.Reason = ComparedHash, apperr.As(err).Key
			return nil
		}
		if err != nil {
			return err
		}
		c.More = c.More || more
	}
	ok := false
	if c.How == ComparedText {
		c.Lines, ok = content.Lines(texts[0], texts[1])
	} else {
		c.Rows, ok = content.Rows(tables[0], tables[1])
	}
	if !ok {
		c.How, c.Reason = ComparedHash, "kis.compare.file.different"
	}
	return nil
}

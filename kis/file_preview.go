package kis

import (
	"context"
	"io"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/content"
)

// PreviewRows is how many rows of a table are shown.
const PreviewRows = 200

// maxPicture is the largest picture or PDF that is shown in the page; a larger
// one is for downloading.
const maxPicture = 64 << 20

// Preview is what is shown of a file without downloading it. Which fields are
// filled follows File.Shown: bytes for a PDF and a picture, a text or a table.
type Preview struct {
	File  File
	Bytes io.ReadSeekCloser
	Text  string
	Table content.Sheet
	More  bool // there is more than is shown
}

// MayPreview says whether a file is shown at all: its kind can be, it is not
// too large, and it does not wait for the scanner or lie in quarantine.
func (f File) MayPreview() bool {
	if f.Scan.open(f.Name) != nil {
		return false
	}
	switch f.Shown {
	case ShownPDF, ShownPicture:
		return f.Size <= maxPicture
	case ShownText, ShownTable:
		return true
	}
	return false
}

// EvidencePreview opens a file of a submission to be looked at, under the same
// rule as its download and with the same entry in the trail. A kind that is
// only downloaded is a Conflict; what cannot be read as a table is Invalid.
func (s *Service) EvidencePreview(ctx context.Context, submissionID, fileID string) (Preview, error) {
	f, err := s.evidenceFile(ctx, submissionID, fileID, "preview")
	if err != nil {
		return Preview{}, err
	}
	if err := f.Scan.open(f.Name); err != nil {
		return Preview{}, err
	}
	if !f.MayPreview() {
		return Preview{}, apperr.New(apperr.Conflict, "kis.file.no_preview")
	}
	r, err := s.OpenFile(ctx, f)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{File: f}
	switch f.Shown {
	case ShownText:
		p.Text, p.More, err = content.Text(r)
	case ShownTable:
		p.Table, err = content.Table(r, f.Size, f.ContentType == "text/csv; charset=utf-8", PreviewRows)
		p.More = p.Table.More
	default:
		p.Bytes = r
		return p, nil
	}
	_ = r.Close()
	return p, err
}

// EvidenceFileFacts gives a file of a submission without opening it: for the
// page around a preview. The same rule as for the download decides.
func (s *Service) EvidenceFileFacts(ctx context.Context, submissionID, fileID string) (SubmissionPage, File, error) {
	page, err := s.Submission(ctx, submissionID)
	if err != nil {
		return page, File{}, err
	}
	for _, f := range page.Files {
		if f.ID == fileID {
			return page, f, nil
		}
	}
	return page, File{}, apperr.Missing("file")
}

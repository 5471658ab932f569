package process

import (
	"context"
	"fmt"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// CopyRequest asks for a description to become the start of another process.
type CopyRequest struct {
	From             string // id or code of the process to copy
	Version          int    // 0: the newest
	Code             string // of the new process
	TitleAZ, TitleEN string
	OwnerCode        string // department that owns the new process
	EffectiveFrom    day.Day
}

// CopyProcess makes a new process whose first version is a copy of another
// one's: the rows, what applies, the suppliers and the gates. The new owner
// answers where the old one stood in. Invalid names the fields; a code in use
// is Invalid too.
func (s *Model) CopyProcess(ctx context.Context, req CopyRequest) (ProcessRef, error) {
	if _, err := office.Allowed(ctx, policies.ProcessImport); err != nil {
		return ProcessRef{}, err
	}
	im := importing{today: s.Today(), req: ImportRequest{Code: req.Code, TitleAZ: req.TitleAZ, TitleEN: req.TitleEN,
		OwnerCode: req.OwnerCode, EffectiveFrom: req.EffectiveFrom}}
	if err := checkCopy(&im.req, im.today); err != nil {
		return ProcessRef{}, err
	}
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		page, err := loadProcess(ctx, tx, req.From, req.Version)
		if err != nil {
			return err
		}
		for _, a := range page.Activities {
			im.rows = append(im.rows, rowOf(a))
		}
		if err := im.resolve(ctx, tx); err != nil {
			return err
		}
		if im.process != nil {
			return apperr.InvalidField("code", "error.field.taken")
		}
		im.gates = page.Gates
		im.content = im.hash()
		im.format, im.copied, im.source = FormatCopy, page.Version.ID, page.Version.SourceSHA256
		im.req.Name = fmt.Sprintf("%s v%d", page.Code, page.Version.Number)
		return im.write(ctx, tx)
	})
	return im.res.Process, err
}

// checkCopy checks what a person typed.
func checkCopy(req *ImportRequest, today day.Day) error {
	var c apperr.Check
	if req.Code == "" {
		c.Add("code", "error.field.required")
	}
	req.TitleAZ = c.Text("title_az", req.TitleAZ, 1, maxProcessTitle)
	if req.OwnerCode == "" {
		c.Add("owner", "error.field.required")
	}
	checkProcess(&c, req, today)
	return c.Err()
}

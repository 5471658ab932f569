package audit

import (
	"context"
	"slices"
	"time"
)

// LiveRow is a row that was changed while somebody looked at the checklist.
type LiveRow struct {
	RowID   string
	Version int
	By      string // who changed it last
	UserID  string
	At      time.Time
	Fields  map[RowField]string // what was changed, as it is now
}

// maxLive bounds what one look brings; the next brings the rest.
const maxLive = 500

// LastChange is the number of the last change of a checklist: as long as it
// stays, Live has nothing new. It costs one read of an index.
func (s *Service) LastChange(ctx context.Context, auditID string) (int, error) {
	if err := s.working(ctx, auditID); err != nil {
		return 0, err
	}
	return lastChange(ctx, s.DB.Read(), auditID)
}

// Live gives the rows changed after a number, and the number to ask with next
// time.
func (s *Service) Live(ctx context.Context, auditID string, after int) (rows []LiveRow, next int, err error) {
	if err := s.working(ctx, auditID); err != nil {
		return nil, 0, err
	}
	changes, err := changesAfter(ctx, s.DB.Read(), auditID, after, maxLive)
	next = after
	for _, c := range changes {
		i := slices.IndexFunc(rows, func(r LiveRow) bool { return r.RowID == c.RowID })
		if i < 0 {
			i = len(rows)
			rows = append(rows, LiveRow{RowID: c.RowID, Fields: map[RowField]string{}})
		}
		r := &rows[i]
		r.Version, r.By, r.UserID, r.At, next = c.Version, c.By, c.UserID, c.At, c.Seq
		r.Fields[c.Field] = c.After
	}
	return rows, next, err
}

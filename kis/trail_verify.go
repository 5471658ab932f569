package kis

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
)

// VerifyRecords compares evidence, roles, tokens and files with what the trail says
// was done, and reports rows that were changed, added or removed past the
// program: other bytes under a file, a decision that nobody made, a role that
// nobody gave. It gives the number of rows compared. Memory does not grow
// with the evidence; it holds the hashes of the files that are no evidence.
func (s *Service) VerifyRecords(ctx context.Context, report func(store.Fault)) (n int64, err error) {
	for _, part := range []func(context.Context, func(store.Fault)) (int64, error){s.verifySubmissions, s.verifyGrants, s.verifyTokens, s.verifyStaged} {
		m, err := part(ctx, report)
		n += m
		if err != nil {
			return n, err
		}
	}
	for _, r := range []struct{ kind, action, table string }{{"submission", "kis:evidence:submit", "submissions"}, {"grant", office.TrailUserGrant, "user_roles"}, {"token", office.TrailTokenCreate, "api_tokens"}} {
		if err := VerifyNoneGone(ctx, s.DB, r.kind, r.action, r.table, report); err != nil {
			return n, err
		}
	}
	return n, nil
}

// VerifyNoneGone reports rows of a table that the trail says were added and
// that are not there. Without an action any entry says so.
func VerifyNoneGone(ctx context.Context, db *store.DB, kind, action, table string, report func(store.Fault)) error {
	gone, err := noneGone(ctx, db, kind, action, bun.Ident(table))
	for _, id := range gone {
		report(store.Fault{Where: table + ":" + id, Key: "verify.record.gone", Args: apperr.Pairs("id", id)})
	}
	return err
}

// noneGone gives the objects of entries that a table or query does not hold.
func noneGone(ctx context.Context, db *store.DB, kind, action string, from any) (gone []string, err error) {
	there := db.Read().NewSelect().TableExpr("? AS x", from).ColumnExpr("CAST(x.id AS TEXT)")
	q := db.Read().NewSelect().TableExpr("trail AS t").ColumnExpr("t.object_id").Where("t.kind = ? AND t.object_id <> ''", kind)
	if action != "" {
		q.Where("t.action = ?", action)
	}
	err = q.Except(there).Scan(ctx, &gone) // EXCEPT, since PostgreSQL walks a long NOT IN once for each row
	return gone, store.MapError(err, "rows that are gone")
}

// TrailOf reads the entries about objects of a kind, oldest first, by id.
func TrailOf(ctx context.Context, db bun.IDB, kind string, ids []string) (map[string][]store.TrailBody, error) {
	out := map[string][]store.TrailBody{}
	var rows []string
	err := db.NewRaw(`SELECT t.body FROM trail t WHERE t.kind = ? AND t.object_id IN (?) ORDER BY t.seq`, kind, bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, store.MapError(err, "trail of records")
	}
	for _, text := range rows {
		var b store.TrailBody
		if json.Unmarshal([]byte(text), &b) == nil { // what is no entry is named by the walk along the chain
			out[b.ID] = append(out[b.ID], b)
		}
	}
	return out, nil
}

// entryAt says whether an entry of the trail is of a moment.
func entryAt(b store.TrailBody, at time.Time) bool {
	t, err := time.Parse(time.RFC3339Nano, b.At)
	return err == nil && t.Equal(at)
}

// evidenceEntry is what an entry says of evidence, see Submission.change.
type evidenceEntry struct {
	State      SubmissionState
	Class      EvidenceClass
	Kind       EvidenceKind
	Department string
	Version    int
	Title      string
	Link       string
	Record     string
	Files      []fileEntry
	Facts      string // see Submission.facts; empty in entries of earlier versions
	Outputs    []int  // positions
}

type fileEntry struct {
	SHA256 string
	Size   int64
}

// verifyRows goes through a table by id and reports what differ finds in its
// rows. Rows are compared anew before they are reported: others go on
// writing, and a step taken between reading a row and its trail is no fault.
func verifyRows(ctx context.Context, db bun.IDB, table string, differ func(ids []string) (map[string][]store.Fault, error), report func(store.Fault)) (n int64, err error) {
	return verifyRowsOf(ctx, db, bun.Ident(table), table, differ, report)
}

// verifyRowsOf is verifyRows for the ids that from gives: a table or a query,
// always of the program.
func verifyRowsOf(ctx context.Context, db bun.IDB, from any, table string, differ func(ids []string) (map[string][]store.Fault, error), report func(store.Fault)) (n int64, err error) {
	for last := ""; ; {
		var ids []string
		q := db.NewSelect().TableExpr("? AS x", from).ColumnExpr("x.id").OrderExpr("x.id").Limit(verifyPage)
		if last != "" {
			q.Where("x.id > ?", last)
		}
		if err := q.Scan(ctx, &ids); err != nil || len(ids) == 0 {
			return n, store.MapError(err, "rows to compare")
		}
		n += int64(len(ids))
		last = ids[len(ids)-1]
		var found map[string][]store.Fault
		for try := 0; try < 3 && len(ids) > 0; try++ {
			if found, err = differ(ids); err != nil {
				return n, err
			}
			ids = slices.Sorted(maps.Keys(found))
		}
		for _, id := range ids {
			for _, f := range found[id] {
				f.Where = table + ":" + id
				report(f)
			}
		}
	}
}

// recordFault is the one fault of a row.
func recordFault(id, key string) []store.Fault {
	return []store.Fault{{Key: key, Args: apperr.Pairs("id", id)}}
}

// verifySubmissions compares each submission with its entries.
func (s *Service) verifySubmissions(ctx context.Context, report func(store.Fault)) (n int64, err error) {
	db := s.DB.Read()
	return verifyRows(ctx, db, "submissions", func(ids []string) (map[string][]store.Fault, error) {
		var rows []Submission
		if err := db.NewSelect().Model(&rows).ExcludeColumn("search_key").Where("s.id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
			return nil, store.MapError(err, "evidence to compare")
		}
		entries, err := TrailOf(ctx, db, "submission", ids)
		if err != nil {
			return nil, err
		}
		places, err := placesOfSubmissions(ctx, db, ids)
		if err != nil {
			return nil, err
		}
		files, err := filesOfSubmissions(ctx, db, ids)
		out := map[string][]store.Fault{}
		for _, r := range rows {
			if key := r.differs(entries[r.ID], files[r.ID], places[r.ID]); key != "" {
				out[r.ID] = recordFault(r.ID, key)
			}
		}
		return out, err
	}, report)
}

func filesOfSubmissions(ctx context.Context, db bun.IDB, ids []string) (map[string][]fileEntry, error) {
	var rows []struct {
		SubmissionID string
		SHA256       string `bun:"sha256"`
		Size         int64
	}
	err := db.NewRaw(`SELECT sf.submission_id, f.sha256, f.size FROM submission_files sf JOIN files f ON f.id = sf.file_id
		WHERE sf.submission_id IN (?) ORDER BY sf.submission_id, sf.position`, bun.List(ids)).Scan(ctx, &rows)
	out := map[string][]fileEntry{}
	for _, r := range rows {
		out[r.SubmissionID] = append(out[r.SubmissionID], fileEntry{r.SHA256, r.Size})
	}
	return out, store.MapError(err, "files of evidence")
}

// placesOfSubmissions gives the task and the positions of the outputs that
// submissions serve.
func placesOfSubmissions(ctx context.Context, db bun.IDB, ids []string) (map[string]place, error) {
	var rows []struct {
		SubmissionID, Code string
		Position           int
	}
	err := db.NewRaw(`SELECT so.submission_id, a.code, o.position FROM submission_outputs so JOIN outputs o ON o.id = so.output_id JOIN activities a ON a.id = o.activity_id
		WHERE so.submission_id IN (?) ORDER BY so.submission_id, o.position`, bun.List(ids)).Scan(ctx, &rows)
	out := map[string]place{}
	for _, r := range rows {
		at := out[r.SubmissionID]
		if at.code != "" && at.code != r.Code {
			r.Code += " " + at.code // of two tasks: none that an entry names
		}
		at.code, at.outputs = r.Code, append(at.outputs, r.Position)
		out[r.SubmissionID] = at
	}
	return out, store.MapError(err, "outputs of evidence")
}

// differs gives the key of what is not as the trail says, or nothing.
func (sub Submission) differs(trail []store.TrailBody, files []fileEntry, at place) string {
	var first, now evidenceEntry
	var decided *store.TrailBody
	for i, b := range trail {
		if b.Action == trailOpenFile {
			continue
		}
		var e evidenceEntry
		if json.Unmarshal(b.After, &e) != nil {
			return "verify.record.differs"
		}
		if now.State == "" {
			first = e
			if e.Facts != "" && (e.Facts != sub.facts() || b.Label != at.code || !slices.Equal(sortedInts(e.Outputs), at.outputs)) {
				return "verify.record.differs"
			}
			if b.ActorID != sub.SubmittedBy || !entryAt(b, sub.ReceivedAt) {
				return "verify.record.differs"
			}
		}
		if now = e; e.State == Accepted || e.State == Returned {
			decided = &trail[i]
		}
	}
	switch {
	case now.State == "":
		return "verify.record.unknown"
	case !slices.Equal(first.Files, files):
		return "verify.record.files"
	case now.State != sub.State || first.Class != sub.Class || first.Kind != sub.Kind || first.Department != sub.DepartmentID || first.Version != sub.Version,
		sub.Class != ClassConfidential && (first.Title != sub.Title || first.Link != sub.Link || first.Record != sub.recordRef()),
		(decided != nil) != !sub.DecidedAt.IsZero(),
		decided != nil && sub.Class != ClassConfidential && decided.Note != sub.Reason,
		decided != nil && (decided.ActorID != sub.DecidedBy || !entryAt(*decided, sub.DecidedAt)):
		return "verify.record.differs"
	}
	return ""
}

func sortedInts(list []int) []int {
	out := slices.Clone(list)
	slices.Sort(out)
	return out
}

// verifyGrants compares each role with the entries that gave and ended it.
func (s *Service) verifyGrants(ctx context.Context, report func(store.Fault)) (n int64, err error) {
	db := s.DB.Read()
	return verifyRows(ctx, db, "user_roles", func(ids []string) (map[string][]store.Fault, error) {
		var rows []struct {
			office.Grant `bun:",extend"`
			Code         string // of the department
		}
		err := db.NewSelect().Model(&rows).ColumnExpr("r.*").ColumnExpr("COALESCE(d.code, '') AS code").
			Join("LEFT JOIN departments AS d ON d.id = r.department_id").Where("r.id IN (?)", bun.List(ids)).Scan(ctx)
		if err != nil {
			return nil, store.MapError(err, "roles to compare")
		}
		entries, err := TrailOf(ctx, db, "grant", ids)
		out := map[string][]store.Fault{}
		for _, r := range rows {
			if key := grantDiffers(r.Grant, entries[r.ID], r.Code); key != "" {
				out[r.ID] = recordFault(r.ID, key)
			}
		}
		return out, err
	}, report)
}

// grantDiffers is differs of a role.
func grantDiffers(g office.Grant, trail []store.TrailBody, department string) string {
	if len(trail) == 0 || trail[0].Action != office.TrailUserGrant {
		return "verify.record.unknown"
	}
	var first, now office.GrantFacts
	for i, b := range trail {
		if now = (office.GrantFacts{}); json.Unmarshal(b.After, &now) != nil {
			return "verify.record.differs"
		}
		if i == 0 {
			first = now
		}
	}
	if trail[0].RootID != g.UserID || first.Role != g.Role || first.Department != department || first.ObjectKind != g.ObjectKind ||
		first.ObjectID != g.ObjectID || first.From != g.From || now.To != g.To {
		return "verify.record.differs"
	}
	return ""
}

// verifyStaged looks for the upload of each file that is no evidence: bytes
// that nobody has sent cannot belong to a record.
func (s *Service) verifyStaged(ctx context.Context, report func(store.Fault)) (n int64, err error) {
	var files []struct {
		ID, Name string
		SHA256   string `bun:"sha256"`
		Size     int64
	}
	err = s.DB.Read().NewRaw(`SELECT f.id, f.name, f.sha256, f.size FROM files f WHERE NOT EXISTS (SELECT 1 FROM submission_files sf WHERE sf.file_id = f.id)
		ORDER BY f.id`).Scan(ctx, &files)
	if err != nil || len(files) == 0 {
		return 0, store.MapError(err, "files to compare")
	}
	sent := make(map[fileEntry]bool, len(files))
	for _, f := range files {
		sent[fileEntry{f.SHA256, f.Size}] = false
	}
	rows, err := s.DB.Read().QueryContext(ctx, `SELECT body FROM trail WHERE action = '`+trailStage+`'`)
	if err != nil {
		return 0, store.MapError(err, "uploads in the trail")
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return 0, store.MapError(err, "uploads in the trail")
		}
		var b struct{ After fileEntry }
		if json.Unmarshal([]byte(text), &b) == nil {
			if _, asked := sent[b.After]; asked {
				sent[b.After] = true
			}
		}
	}
	for _, f := range files {
		if !sent[fileEntry{f.SHA256, f.Size}] {
			report(store.Fault{Where: "files:" + f.ID, Key: "verify.record.never_sent", Args: apperr.Pairs("name", f.Name)})
		}
	}
	return int64(len(files)), store.MapError(rows.Err(), "uploads in the trail")
}

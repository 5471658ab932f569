package audit

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Person is somebody as pages and documents name them.
type Person struct {
	ID                     string
	Name                   string
	PositionAZ, PositionEN string
	Department             office.Department
}

// Position is the official position in a language.
func (p Person) Position(lang string) string { return i18n.InLang(lang, p.PositionAZ, p.PositionEN) }

// people reads persons with their departments in two queries; ids may repeat
// and may be empty.
func people(ctx context.Context, db bun.IDB, ids []string) (map[string]Person, error) {
	users, err := office.UsersByID(ctx, db, known(ids))
	if err != nil {
		return nil, err
	}
	var deps []string
	for _, u := range users {
		deps = append(deps, u.DepartmentID)
	}
	departments, err := office.DepartmentsByID(ctx, db, known(deps))
	if err != nil {
		return nil, err
	}
	out := map[string]Person{}
	for id, u := range users {
		out[id] = Person{ID: id, Name: u.Name, PositionAZ: u.PositionAZ, PositionEN: u.PositionEN, Department: departments[u.DepartmentID]}
	}
	return out, nil
}

// known drops what is empty or repeated.
func known(ids []string) []string {
	var out []string
	for _, id := range ids {
		if id != "" {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// CycleRef names a cycle: a process and its year of work.
type CycleRef struct {
	ID          string `bun:"id"`
	ProcessCode string `bun:"process_code"`
	TitleAZ     string `bun:"title_az"`
	TitleEN     string `bun:"title_en"`
	Period      string `bun:"period"`
	State       string `bun:"state"`
}

// Title is the title of the process in a language.
func (c CycleRef) Title(lang string) string { return i18n.InLang(lang, c.TitleAZ, c.TitleEN) }

// cycleRefs reads cycles by id in the order of their processes; nil ids reads
// all that are not closed.
func cycleRefs(ctx context.Context, db bun.IDB, ids []string) ([]CycleRef, error) {
	if ids != nil && len(ids) == 0 {
		return nil, nil
	}
	q := db.NewSelect().TableExpr("cycles AS y").ColumnExpr("y.id, p.code AS process_code, p.title_az, p.title_en, y.period, y.state").
		Join("JOIN processes AS p ON p.id = y.process_id").Order("p.sort_key", "y.period", "y.id")
	if ids == nil {
		q.Where("y.state <> 'closed'")
	} else {
		q.Where("y.id IN (?)", bun.List(ids))
	}
	var out []CycleRef
	err := q.Scan(ctx, &out)
	return out, store.MapError(err, "cycles")
}

// Evidence is a submission that a row, finding or act refers to.
type Evidence struct {
	ID              string    `bun:"id"`
	Title           string    `bun:"title"`
	Version         int       `bun:"version"`
	State           string    `bun:"state"` // of the submission: accepted, returned …
	Class           string    `bun:"class"` // public, internal, confidential
	Link            string    `bun:"link"`
	ReferencePeriod string    `bun:"reference_period"`
	ReceivedAt      time.Time `bun:"received_at"`
	SubmittedBy     string    `bun:"submitted_by"`
	SubmittedName   string    `bun:"submitted_name"`
	CycleID         string    `bun:"cycle_id"`
	DepartmentID    string    `bun:"department_id"`
	DepartmentCode  string    `bun:"department_code"`

	Codes  []string   `bun:"-"` // GSBPM codes of the tasks it serves
	Open   bool       `bun:"-"` // the actor may open its page
	Hidden bool       `bun:"-"` // confidential and not for the actor: title, files and link are left out
	Files  []kis.File `bun:"-"`
}

// evidence reads submissions with files and codes in three queries, and a
// fourth when one is confidential. What is confidential is shown in full only
// to those who may open it; of the rest there is only that it exists.
func (s *Service) evidence(ctx context.Context, db bun.IDB, ids []string) (map[string]Evidence, error) {
	out := map[string]Evidence{}
	if ids = known(ids); len(ids) == 0 {
		return out, nil
	}
	list, err := submissions(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	files, err := filesOfSubmissions(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	codes, err := codesOfSubmissions(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	closed, err := closedEvidence(ctx, db, list)
	if err != nil {
		return nil, err
	}
	read := policies.For(actor.From(ctx), policies.EvidenceRead)
	for _, e := range list {
		e.Codes, e.Files = codes[e.ID], files[e.ID]
		e.Open = !closed[e.ID] && (read.Department(e.DepartmentID) || read.Object("cycle", e.CycleID) || read.Object("submission", e.ID))
		if closed[e.ID] {
			e.Hidden, e.Title, e.Files, e.Link = true, "", nil, ""
		}
		out[e.ID] = e
	}
	return out, nil
}

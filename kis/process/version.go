package process

import (
	"context"
	"sync"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/describe"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// VersionPage is one version of a process with how it came about and what
// stands on it.
type VersionPage struct {
	ProcessPage
	Notes []ReadingNote  // what the import put right or was not sure of
	From  *VersionSource // the version it is a copy of; nil for an import
}

// VersionSource names the version of another process.
type VersionSource struct {
	ProcessID, Code string
	TitleAZ         string `bun:"title_az"`
	TitleEN         string `bun:"title_en"`
	Number          int
}

// Title is the name of that process in a language.
func (v VersionSource) Title(lang string) string { return i18n.InLang(lang, v.TitleAZ, v.TitleEN) }

// ProcessVersion gives a process by id or code with a version in full.
func (s *Model) ProcessVersion(ctx context.Context, idOrCode string, number int) (VersionPage, error) {
	if _, err := office.Allowed(ctx, policies.ProcessRead); err != nil {
		return VersionPage{}, err
	}
	if number < 1 {
		return VersionPage{}, apperr.Missing("process")
	}
	db := s.DB.Read()
	page, err := loadProcess(ctx, db, idOrCode, number)
	if err != nil {
		return VersionPage{}, err
	}
	v := VersionPage{ProcessPage: page}
	if v.Notes, err = versionNotes(ctx, db, page.Version.ID); err != nil {
		return v, err
	}
	if page.Version.CopiedFrom != "" {
		v.From, err = versionSource(ctx, db, page.Version.CopiedFrom)
	}
	return v, err
}

// ExportedProcess is a description to be taken away.
type ExportedProcess struct {
	ProcessPage
	Paper describe.Paper
}

// ExportProcess gives a version of a process in the form that imports again
// without loss; number 0 is the newest. The gates that a reader could not know
// of itself are rows of the exact form; a text gets all of them.
func (s *Model) ExportProcess(ctx context.Context, idOrCode string, number int, allGates bool) (ExportedProcess, error) {
	page, err := s.Process(ctx, idOrCode, number)
	if err != nil {
		return ExportedProcess{}, err
	}
	p := describe.Paper{Title: page.TitleAZ, None: describe.None, Headings: describe.Headings()}
	var rows []importRow
	for _, a := range page.Activities {
		row := rowOf(a)
		rows = append(rows, row)
		p.Rows = append(p.Rows, row.Row)
	}
	known, err := phaseGates(rows, nil)
	if err != nil {
		return ExportedProcess{}, err
	}
	for _, g := range page.Gates {
		official := false
		for _, k := range known {
			official = official || k == g
		}
		if allGates || !official {
			p.Gates = append(p.Gates, describe.Gate{Phase: g.Phase, StatementAZ: g.StatementAZ, StatementEN: g.StatementEN})
		}
	}
	return ExportedProcess{page, p}, nil
}

// DescriptionTemplate is a description to fill in: the phases and sub-processes
// of the model by name, and the first task of each, empty.
func DescriptionTemplate() (describe.Paper, error) {
	model, err := GSBPM()
	if err != nil {
		return describe.Paper{}, err
	}
	p := describe.Paper{None: describe.None, Headings: describe.Headings()}
	for _, m := range model {
		p.Rows = append(p.Rows, describe.Row{Code: m.Code, NameAZ: m.NameAZ, NameEN: m.Names["5.0"], Applicable: true})
		if m.Level == Subprocess {
			p.Rows = append(p.Rows, describe.Row{Code: m.Code + ".1", Applicable: true})
		}
	}
	return p, nil
}

// ModelEditions are the editions of GSBPM whose names are known, oldest first.
var ModelEditions = []string{"5.0", "5.1", "5.2"}

// ModelName is a phase or sub-process of GSBPM: the national name and the
// English one of each edition. Codes are the same in all of them.
type ModelName struct {
	Code   string
	Level  Level
	NameAZ string
	Names  map[string]string // by edition
}

// Changed tells whether the name differs from that of the edition before.
func (m ModelName) Changed(edition string) bool {
	for i, e := range ModelEditions {
		if e == edition && i > 0 {
			return m.Names[e] != m.Names[ModelEditions[i-1]]
		}
	}
	return false
}

// GSBPM lists the phases and sub-processes of the model in the order of their codes.
var GSBPM = sync.OnceValues(func() ([]ModelName, error) {
	rows, err := reference.Rows(reference.GSBPM)
	if err != nil {
		return nil, apperr.Wrap(err, "gsbpm")
	}
	out := make([]ModelName, len(rows))
	for i, r := range rows {
		out[i] = ModelName{Code: r["code"], Level: Level(r["level"]), NameAZ: r["name_az"],
			Names: map[string]string{"5.0": r["name_en_5_0"], "5.1": r["name_en_5_1"], "5.2": r["name_en_5_2"]}}
	}
	return out, nil
})

package kisweb

import (
	"strings"

	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/web/ui"
)

// processFacts is the line under the title of a process.
func processFacts(p processShowPage) string {
	return p.T("kis.process.facts", "owner", departmentName(p.Page, p.Owner), "version", p.Version.Number, "from", p.Version.EffectiveFrom)
}

// phaseCount is how many tasks of a phase apply, of all.
func phaseCount(p ui.Page, ph processPhase) string {
	n, all := 0, 0
	for _, a := range ph.Rows {
		if a.Level != kis.Task {
			continue
		}
		if all++; a.Applicable {
			n++
		}
	}
	return p.T("kis.process.tasks_of", "n", n, "all", all)
}

// importCounts are the numbers of the preview.
func importCounts(p importPage) []ui.KVRow {
	r := p.Result
	count := func(key string, n int) ui.KVRow { return ui.KVRow{Term: p.T(key), Value: p.Int(int64(n))} }
	rows := []ui.KVRow{
		{Term: p.T("kis.process.code"), Value: r.Process.Code, Mut: p.T(map[bool]string{true: "kis.import.new", false: "kis.import.known"}[r.New])},
		{Term: p.T("kis.process.title"), Value: r.Process.Title(p.Lang)},
		{Term: p.T("kis.process.owner"), Value: departmentName(p.Page, r.Owner)},
		{Term: p.T("kis.process.version"), Value: p.Int(int64(r.Version)), Mut: p.T("kis.process.from", "from", r.EffectiveFrom)},
		count("kis.import.phases", r.Phases), count("kis.import.subprocesses", r.Subprocesses), count("kis.import.tasks", r.Tasks),
		count("kis.import.na", r.NotApplicable), count("kis.import.gates", r.Gates), count("kis.import.outputs", r.TaskOutputs),
	}
	codes := make([]string, len(r.Suppliers))
	for i, d := range r.Suppliers {
		codes[i] = d.Code
	}
	rows = append(rows, ui.KVRow{Term: p.T("kis.process.suppliers"), Value: strings.Join(codes, ", ")})
	for _, d := range []struct {
		key   string
		codes []string
	}{{"kis.import.added", r.Added}, {"kis.import.altered", r.Altered}, {"kis.import.removed", r.Removed}} {
		if len(d.codes) > 0 {
			rows = append(rows, ui.KVRow{Term: p.T(d.key), Value: strings.Join(d.codes, ", ")})
		}
	}
	return rows
}

// importOwners are the departments that may own a process; the first lets the
// file decide.
func importOwners(p importPage) []ui.Option {
	return departmentOptions(p.Page, p.Departments, "kis.import.owner_auto")
}

// importCarry are the fields that the confirmation sends again.
var importCarry = []string{"code", "title_az", "title_en", "owner", "effective_from"}

// markState says how a row differs from the version before.
func markState(p ui.Page, r kis.ImportedRow) ui.State {
	switch {
	case r.Mark == "added":
		return ui.State{Tone: "info", Icon: "plus", Word: p.T("kis.import.mark.added")}
	case r.Mark == "altered":
		return ui.State{Tone: "warn", Icon: "pencil", Word: p.T("kis.import.mark.altered")}
	case !r.Applicable:
		return taskState(p, kis.TaskNotApplicable)
	}
	return ui.State{}
}

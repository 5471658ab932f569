package kisweb

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/process"
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
		if a.Level != process.Task {
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
		{Term: p.T("kis.import.format"), Value: r.Format},
		count("kis.import.phases", r.Phases), count("kis.import.subprocesses", r.Subprocesses), count("kis.import.tasks", r.Tasks),
		count("kis.import.na", r.NotApplicable), count("kis.import.gates", r.Gates), count("kis.import.outputs", r.TaskOutputs),
	}
	if p.Uploaded == "" { // no chips over the rows then
		for _, s := range process.RowStates() {
			rows = append(rows, count("kis.import.state."+string(s), r.Count(s)))
		}
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
func markState(p ui.Page, r process.ImportedRow) ui.State {
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

// processIcons are those of the forms a description is taken away in.
var processIcons = map[string]string{"pdf": "file-type-pdf", "xlsx": "file-spreadsheet", "docx": "file-type-docx", "csv": "file-type-csv"}

// href is an address under the process, with the version that is shown.
func (p processShowPage) href(what string) string {
	return "/processes/" + p.ProcessRef.ID + "/" + what + p.versionQuery()
}

func (p processShowPage) versionQuery() string {
	return "?version=" + strconv.Itoa(p.Version.Number)
}

// Outdated tells that a newer version is there.
func (p processShowPage) Outdated() bool { return p.Version.Number != p.Versions[0].Number }

// sourceRows tell where a version comes from.
func sourceRows(p processShowPage) []ui.KVRow {
	v := p.Version
	rows := []ui.KVRow{{Term: p.T("kis.version.format"), Value: p.T("kis.version.format." + v.Format), Mut: v.SourceName},
		{Term: p.T("kis.version.made"), Value: p.DateTime(v.CreatedAt), Mut: v.CreatedBy}}
	if p.From != nil {
		rows = append(rows, ui.KVRow{Term: p.T("kis.version.copy_of"), Value: p.From.Title(p.Lang), Mut: p.T("kis.version.one", "number", p.From.Number)})
	}
	return append(rows, ui.KVRow{Term: "SHA-256", Value: v.SourceSHA256})
}

// rows are the rows the preview shows: those of the state that was chosen, and
// of a refused file those that say why.
func (p importPage) rows() []process.ImportedRow {
	var out []process.ImportedRow
	for _, r := range p.Result.Rows {
		if p.Uploaded == "" && r.State == process.RowRead || p.State != "" && r.State != p.State {
			continue
		}
		out = append(out, r)
	}
	return out
}

// stateOfRowChips filter the preview by what became of the rows.
func stateOfRowChips(p importPage) []ui.Chip {
	var out []ui.Chip
	for _, s := range process.RowStates() {
		state, current := rowState(p.Page, s), p.State == s
		q := url.Values{"file": {p.Uploaded}}
		for _, name := range importCarry {
			if v := p.Form.Value(name); v != "" {
				q.Set(name, v)
			}
		}
		if !current {
			q.Set("state", string(s))
		}
		out = append(out, ui.Chip{Label: state.Word, Icon: state.Icon, Tone: state.Tone, Count: p.Result.Count(s), Current: current, Href: "/processes/import/preview?" + q.Encode()})
	}
	return out
}

// rowState says in a word what became of a row.
func rowState(p ui.Page, s process.RowState) ui.State {
	look := map[process.RowState]ui.Look{process.RowRead: {Tone: "good", Icon: "check"}, process.RowRepaired: {Tone: "info", Icon: "tool"},
		process.RowDoubtful: {Tone: "warn", Icon: "help-circle"}, process.RowRefused: {Tone: "bad", Icon: "x"}}[s]
	return look.State(p, "kis.import.state."+string(s))
}

// noteState says in a word how much a note matters.
func noteState(p ui.Page, n process.ReadingNote) ui.State {
	if process.Question(n) {
		return ui.Look{Tone: "warn", Icon: "help-circle"}.State(p, "kis.import.question")
	}
	look := map[process.NoteWeight]ui.Look{process.NoteForm: {Tone: "off", Icon: "language"}, process.NoteRepair: {Tone: "info", Icon: "tool"},
		process.NoteDoubt: {Tone: "warn", Icon: "help-circle"}, process.NoteFault: {Tone: "bad", Icon: "x"}}[n.Weight]
	return look.State(p, "kis.import.weight."+string(n.Weight))
}

// notesOf are the notes of a row: those on the form of words, or the others.
func notesOf(r process.ImportedRow, form bool) (out []process.ReadingNote) {
	for _, n := range r.Notes {
		if (n.Weight == process.NoteForm) == form {
			out = append(out, n)
		}
	}
	return out
}

func hasDoubt(notes []process.ReadingNote) bool {
	return slices.ContainsFunc(notes, func(n process.ReadingNote) bool {
		return n.Weight == process.NoteDoubt || n.Weight == process.NoteFault
	})
}

// noteWords is a note with the column it is about.
func noteWords(p ui.Page, n process.ReadingNote) string {
	text := p.T(n.Key, apperr.Flat(n.Args)...)
	if word := columnWord(p, n.Column); word != "" {
		return word + ": " + text
	}
	return text
}

// columnKeys are the columns of a description with what they are called.
var columnKeys = map[string]string{"code": "kis.column.code", "level": "kis.column.level", "parent": "kis.column.parent", "name_az": "kis.process.activity", "name_en": "kis.column.name_en",
	"work_az": "kis.process.work", "inputs_az": "kis.process.input", "suppliers": "kis.process.supplier", "outputs_az": "kis.process.output",
	"applicable": "kis.column.applicable", "gate": "kis.column.gate"}

// columnWord names a column of a description as the official table does.
func columnWord(p ui.Page, column string) string {
	key := columnKeys[column]
	if key == "" {
		return ""
	}
	return p.T(key)
}

func lineNumber(n int) string {
	if n == 0 {
		return "–"
	}
	return strconv.Itoa(n)
}

// supplierOptions are the answers to a supplier nobody knows; nothing is chosen
// for the person.
func supplierOptions(p importPage, u process.UnknownSupplier) []ui.Option {
	out := []ui.Option{{Value: "", Label: p.T("kis.import.choice_none")},
		{Value: string(process.SupplierText), Label: p.T("kis.import.choice_text")},
		{Value: string(process.SupplierExternal), Label: p.T("kis.import.choice_external")}}
	for _, d := range p.Everybody {
		out = append(out, ui.Option{Value: "code:" + d.Code, Label: p.T("kis.import.choice_is", "code", d.Code, "name", d.Name(p.Lang))})
	}
	return out
}

// likeHint names a department that is called nearly so.
func likeHint(p ui.Page, u process.UnknownSupplier) string {
	if u.Like == "" {
		return ""
	}
	return p.T("kis.import.choice_like", "code", u.Like)
}

// compareFacts is the line under the title of a comparison.
func compareFacts(p comparePage) string {
	return p.T("kis.compare.facts", "title", p.ProcessRef.Title(p.Lang), "from", p.From.Number, "to", p.To.Number)
}

// changeChips filter a comparison by what changed.
func changeChips(p comparePage) []ui.Chip {
	var out []ui.Chip
	for _, k := range process.ChangeKinds() {
		n := p.Count(k)
		if n == 0 {
			continue
		}
		state, current := changeState(p.Page, k), p.Kind == k
		href := fmt.Sprintf("/processes/%s/versions/%d/compare?with=%d", p.ProcessRef.ID, p.To.Number, p.From.Number)
		if !current {
			href += "&kind=" + string(k)
		}
		out = append(out, ui.Chip{Label: state.Word, Icon: state.Icon, Tone: state.Tone, Count: n, Current: current, Href: href})
	}
	return out
}

// changeState says in a word what kind of change it is.
func changeState(p ui.Page, k process.ChangeKind) ui.State {
	look := map[process.ChangeKind]ui.Look{process.ChangeAdded: {Tone: "good", Icon: "plus"}, process.ChangeRemoved: {Tone: "bad", Icon: "minus"},
		process.ChangeMoved: {Tone: "info", Icon: "switch-horizontal"}, process.ChangeRenamed: {Tone: "info", Icon: "pencil"}, process.ChangeOutputs: {Tone: "warn", Icon: "file-export"},
		process.ChangeApplicable: {Tone: "warn", Icon: "variable-off"}, process.ChangeOther: {Tone: "off", Icon: "dots"}}[k]
	return look.State(p, "kis.compare.kind."+string(k))
}

func applicableWord(p ui.Page, v string) string { return p.T("kis.compare.applicable." + v) }

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// subsOf are the sub-processes of a phase.
func subsOf(ph processPhase) (out []process.Activity) {
	for _, a := range ph.Rows {
		if a.Level == process.Subprocess {
			out = append(out, a)
		}
	}
	return out
}

// taskCount is how many tasks of a sub-process apply, of all.
func taskCount(p ui.Page, ph processPhase, sub process.Activity) string {
	n, all := 0, 0
	for _, a := range ph.Rows {
		if a.Level == process.Task && strings.HasPrefix(a.Code, sub.Code+".") {
			if all++; a.Applicable {
				n++
			}
		}
	}
	return p.T("kis.process.tasks_short", "n", n, "all", all)
}

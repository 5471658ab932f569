package kisweb

import (
	"path"
	"strings"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/web/ui"
)

// look is how a state is shown: tone, icon, and the icon in a small square.
type look struct{ tone, icon, pip string }

// taskLooks shows what the evidence of a task amounts to.
var taskLooks = map[kis.TaskState]look{
	kis.TaskOverdue:       {"bad", "alert-triangle", "exclamation-mark"},
	kis.TaskReturned:      {"warn", "arrow-back-up", "arrow-back-up"},
	kis.TaskReview:        {"info", "hourglass", "hourglass"},
	kis.TaskMissing:       {"idle", "circle-dashed", "point"},
	kis.TaskAccepted:      {"good", "circle-check", "check"},
	kis.TaskNotApplicable: {"off", "ban", "minus"},
}

// taskState is the state word of a task, an output or a sub-process.
func taskState(p ui.Page, s kis.TaskState) ui.State {
	l := taskLooks[s]
	return ui.State{Tone: l.tone, Icon: l.icon, Word: p.T("kis.state." + string(s))}
}

// taskPip is the same for the small square.
func taskPip(p ui.Page, s kis.TaskState) ui.State {
	l := taskLooks[s]
	return ui.State{Tone: l.tone, Icon: l.pip, Word: p.T("kis.state." + string(s))}
}

// submissionLooks shows where a submission stands.
var submissionLooks = map[kis.SubmissionState]look{
	kis.Submitted:  {"info", "hourglass", ""},
	kis.Accepted:   {"good", "circle-check", ""},
	kis.Returned:   {"warn", "arrow-back-up", ""},
	kis.Superseded: {"off", "archive", ""},
	kis.Withdrawn:  {"off", "archive", ""},
}

func submissionState(p ui.Page, s kis.SubmissionState) ui.State {
	l := submissionLooks[s]
	return ui.State{Tone: l.tone, Icon: l.icon, Word: p.T("kis.evidence.state." + string(s))}
}

// cycleLooks shows where a cycle stands.
var cycleLooks = map[kis.CycleState]look{
	kis.CyclePlanned:    {"idle", "calendar", ""},
	kis.CycleRunning:    {"info", "player-play", ""},
	kis.CycleEvaluating: {"info", "report-analytics", ""},
	kis.CycleClosed:     {"good", "lock", ""},
}

func cycleState(p ui.Page, s kis.CycleState) ui.State {
	l := cycleLooks[s]
	return ui.State{Tone: l.tone, Icon: l.icon, Word: p.T("kis.cycle.state." + string(s))}
}

// gateLooks shows where a gate stands.
var gateLooks = map[kis.GateState]look{
	kis.GateOpen:   {"idle", "lock", ""},
	kis.GatePassed: {"good", "flag-check", ""},
	kis.GateWaived: {"warn", "lock-open", ""},
	kis.GateNone:   {"off", "minus", ""},
}

func gateState(p ui.Page, s kis.GateState) ui.State {
	l := gateLooks[s]
	return ui.State{Tone: l.tone, Icon: l.icon, Word: p.T("kis.gate.state." + string(s))}
}

// gateWords is the line under a gate: state with the day, or with what is left.
func gateWords(p ui.Page, ph kis.GridPhase) ui.State {
	s := gateState(p, ph.Gate)
	switch {
	case ph.Gate == kis.GatePassed || ph.Gate == kis.GateWaived:
		s.Word += " " + p.Date(ph.GateAt)
	case ph.Gate == kis.GateOpen && ph.Left > 0:
		s.Word += " · " + p.T("kis.gate.left", "n", ph.Left)
	}
	return s
}

// gateTitle splits the closing sentence as it is printed, "4-cü mərhələnin
// yekunu. Məlumatlar …", into its opening words and the rest.
func gateTitle(p ui.Page, ph kis.CyclePhase) (title, text string) {
	title, text, ok := strings.Cut(ph.Statement(p.Lang), ". ")
	if !ok {
		return p.T("kis.gate.title", "phase", ph.Phase), title
	}
	return title, text
}

// cycleTitle is the title of a cycle's page.
func cycleTitle(p ui.Page, c kis.Cycle) string {
	return p.T("kis.cycle.title", "title", c.Process.Title(p.Lang), "period", c.Period)
}

// cycleLabel is how a cycle is called in paths and lists.
func cycleLabel(p ui.Page, c kis.Cycle) string { return c.Process.Title(p.Lang) + ", " + c.Period }

// cycleFacts is the line under the title of a cycle.
func cycleFacts(p ui.Page, c kis.Cycle) string {
	return p.T("kis.cycle.facts", "reference", c.ReferencePeriod, "owner", departmentName(p, c.Owner), "version", c.Version)
}

// departmentName is name and code: Sosial Statistika Şöbəsi (SSS).
func departmentName(p ui.Page, d office.Department) string {
	return d.Name(p.Lang) + " (" + d.Code + ")"
}

// comma follows all but the last of a list.
func comma(i, n int) string {
	if i < n-1 {
		return ","
	}
	return ""
}

// departmentNames joins several.
func departmentNames(p ui.Page, list []office.Department) string {
	names := make([]string, len(list))
	for i, d := range list {
		names[i] = departmentName(p, d)
	}
	return strings.Join(names, ", ")
}

// ofAll writes "63 / 93".
func ofAll(p ui.Page, n, all int) string { return p.Int(int64(n)) + " / " + p.Int(int64(all)) }

// share writes how much of it is done: 68%, or – where nothing applies.
func share(p ui.Page, n, all int) string { return p.Percent(int64(n), int64(all), 0) }

// barOf lays counts out as the segments of a bar.
func barOf(c kis.Counts) []ui.Segment {
	var out []ui.Segment
	for _, s := range []kis.TaskState{kis.TaskAccepted, kis.TaskReview, kis.TaskReturned, kis.TaskOverdue, kis.TaskMissing} {
		out = append(out, ui.Segment{Tone: taskLooks[s].tone, Count: c[s]})
	}
	return out
}

// barWords says the same in words.
func barWords(p ui.Page, c kis.Counts) string {
	var parts []string
	for _, s := range []kis.TaskState{kis.TaskAccepted, kis.TaskReview, kis.TaskReturned, kis.TaskOverdue, kis.TaskMissing} {
		parts = append(parts, p.T("kis.state."+string(s))+": "+p.Int(int64(c[s])))
	}
	return strings.Join(parts, ", ")
}

// classIcons marks the confidentiality of evidence.
var classIcons = map[kis.EvidenceClass]string{kis.ClassPublic: "world", kis.ClassInternal: "building", kis.ClassConfidential: "lock"}

func classWord(p ui.Page, c kis.EvidenceClass) string { return p.T("kis.evidence.class." + string(c)) }

func classOptions(p ui.Page) []ui.Option {
	var out []ui.Option
	for _, c := range []kis.EvidenceClass{kis.ClassInternal, kis.ClassPublic, kis.ClassConfidential} {
		out = append(out, ui.Option{Value: string(c), Label: p.T("kis.evidence.class." + string(c) + "_long")})
	}
	return out
}

// termOptions are the terms of keeping to choose from; the first is the one
// proposed for the class.
func (p taskPage) termOptions() []ui.Option {
	out := []ui.Option{{Label: p.T("kis.retention.proposed")}}
	for _, t := range p.Terms {
		word := p.T("kis.retention.for_good")
		if t.Years > 0 {
			word = p.T("kis.retention.years_n", "n", t.Years)
		}
		out = append(out, ui.Option{Value: t.Code, Label: t.Name(p.Lang) + ": " + word})
	}
	return out
}

// fileIcon is the icon of a file by the ending of its name.
func fileIcon(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".pdf":
		return "file-type-pdf"
	case ".xlsx", ".xls", ".ods", ".csv":
		return "file-spreadsheet"
	case ".docx", ".doc", ".odt", ".txt", ".rtf":
		return "file-text"
	case ".zip", ".7z", ".rar":
		return "file-zip"
	case ".png", ".jpg", ".jpeg", ".tif", ".tiff":
		return "photo"
	}
	return "file"
}

// shortHash shows the ends of a SHA-256: 9f3c1b7e…a71e.
func shortHash(sha string) string {
	if len(sha) < 16 {
		return sha
	}
	return sha[:8] + "…" + sha[len(sha)-4:]
}

// historyOf writes the trail of a task or cycle in words. Nothing confidential
// is in it: what evidence is called stays on its own page.
func historyOf(p ui.Page, events []office.Event) []ui.LogEntry {
	out := make([]ui.LogEntry, 0, len(events))
	for _, e := range events {
		key := "kis.event." + eventVerb(e)
		if !i18n.Has(key) {
			continue
		}
		out = append(out, ui.LogEntry{At: e.At, Who: e.ActorName, Text: p.T(key, "label", e.Label, "version", eventField(e, "version"), "outputs", eventField(e, "outputs")), Note: e.Note, Tone: eventTone(eventVerb(e))})
	}
	return out
}

// contentWords is what a submission is made of: its file, how many, or a link.
func contentWords(p ui.Page, r kis.EvidenceRow) string {
	switch {
	case r.Kind == kis.EvidenceLink:
		return r.Link
	case r.Kind == kis.EvidenceMade:
		return recordName(p, r.RecordKind, r.RecordLabel)
	case len(r.Files) == 1:
		return r.Files[0].Name + " · " + p.Bytes(r.Files[0].Size)
	case len(r.Files) > 1:
		return r.Files[0].Name + " · " + p.T("kis.evidence.more_files", "n", len(r.Files)-1)
	}
	return ""
}

// evidenceCrumbs is the path of a submission.
func evidenceCrumbs(p evidenceShowPage) []ui.Crumb {
	return []ui.Crumb{{Label: p.T("kis.evidence.list.title"), Href: "/evidence"}, {Label: cycleLabel(p.Page, p.Cycle), Href: "/cycles/" + p.CycleID},
		{Label: p.TaskCode, Href: taskHref(p.CycleID, p.TaskCode)}, {Label: p.T("kis.evidence.version_n", "version", p.Submission.Version)}}
}

// evidenceFacts is the line under the title of a submission.
func evidenceFacts(p evidenceShowPage) string {
	return p.T("kis.evidence.version_n", "version", p.Submission.Version) + " · " + p.TaskCode + " " + p.TaskName(p.Lang) + " · " + cycleLabel(p.Page, p.Cycle)
}

// evidenceButton leads to the task, where what can be done is done.
func evidenceButton(p evidenceShowPage) string {
	if p.CanReview {
		return p.T("kis.work.verb.review")
	}
	return p.T("kis.evidence.to_task")
}

func evidenceButtonKind(p evidenceShowPage) string {
	if p.CanReview {
		return "primary"
	}
	return "plain"
}

// evidenceRows are the facts of a submission.
func evidenceRows(p evidenceShowPage) []ui.KVRow {
	rows := []ui.KVRow{
		{Term: p.T("kis.task.outputs"), Value: strings.Join(p.OutputNames, "\n")},
		{Term: p.T("kis.evidence.submitter"), Value: p.SubmitterName, Mut: departmentName(p.Page, p.Department)},
		{Term: p.T("kis.evidence.received"), Value: p.DateTime(p.ReceivedAt)},
		{Term: p.T("kis.evidence.period"), Value: p.ReferencePeriod},
		{Term: p.T("kis.evidence.date"), Value: p.Day(p.EffectiveDay)},
		{Term: p.T("kis.evidence.class"), Value: p.T("kis.evidence.class." + string(p.Class) + "_long")},
	}
	if p.ValidUntil != "" {
		origin := p.T("kis.validity.by_rule")
		if p.Validity == kis.ValidityOwn {
			origin = p.T("kis.validity.by_sender")
		}
		rows = append(rows, ui.KVRow{Term: p.T("kis.validity.until"), Value: p.Day(p.ValidUntil), Mut: origin, State: freshState(p.Page, p.Freshness(p.Today()))})
	}
	if p.DeciderName != "" {
		rows = append(rows, ui.KVRow{Term: p.T("kis.evidence.decider"), Value: p.DeciderName, Mut: p.DateTime(p.DecidedAt)})
	}
	return rows
}

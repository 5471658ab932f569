package reports

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/i18n"
)

// actDocument is the act as official paper (Uyğunsuzluqlara dair akt): the
// blocks of ISO 19011:2018 A.18 and ISO 9001:2015 10.2.
func actDocument(v audit.ActView, w Words) Doc {
	number := ""
	if v.Number != "" {
		number = "№ " + v.Number
	}
	d := w.Doc(w.T("report.act.title"), w.T("report.act.running"), number)
	d.ShortName = Joined(" ", w.T("report.act.short"), number)
	if v.IssuedAt.IsZero() {
		d.Subtitle = w.T("report.act.draft")
	}
	w.At(&d, w.DayOf(v.IssuedAt))
	n := 0
	d.Add(KeyValue{Pairs: 2, Rows: actHead(v, w)},
		w.Section(&n, "report.act.criterion"), w.Box(actCriterion(v, w)),
		w.Section(&n, "report.act.statement"), w.Box(v.Statement),
		w.Section(&n, "report.act.evidence"))
	d.Add(actEvidence(v, w)...)
	d.Add(w.Section(&n, "report.act.position"), actPosition(v, w),
		w.Section(&n, "report.act.correction"), actCorrection(v, w),
		w.Section(&n, actCauseTitle(v)), actCause(v, w),
		w.Section(&n, "report.act.similar"), w.Box(actSimilar(v, w)),
		w.Section(&n, "report.act.actions"), actActions(v, w))
	d.Add(actExtensions(v, w)...)
	d.Add(w.Section(&n, "report.act.effect"), KeyValue{Rows: actEffect(v, w)},
		w.Section(&n, "report.act.closing"), KeyValue{Rows: actClosing(v, w)})
	if len(v.Addenda) > 0 {
		d.Add(w.Section(&n, "report.act.addenda"), actAddenda(v, w))
	}
	d.Add(w.Section(&n, "report.signatures"), Signatures{actSigners(v, w)})
	if !v.IssuedAt.IsZero() {
		d.Add(Paragraph{Small: true, Text: T(w.T("report.act.fixed", "date", w.Date(v.IssuedAt), "n", len(v.Addenda)))})
	}
	return d
}

// actHead are the facts at the top, the left column first.
func actHead(v audit.ActView, w Words) []KV {
	from := w.T("report.act.origin.finding")
	if v.Origin != audit.OfFinding {
		from = Joined(", ", w.T("audit.origin."+string(v.Origin)), v.From.Label)
	}
	if v.Audit.Number != "" {
		from = Joined(", ", v.Audit.Number, w.Code("audit.kind", string(v.Audit.Kind)))
		if v.Audit.RowNo != "" {
			from = Joined(", ", from, w.T("report.act.row", "row", v.Audit.RowNo))
		}
	}
	process := ""
	if v.Cycle.ID != "" {
		process = Joined(", ", w.Quoted(v.Cycle.Title(w.Lang)), v.Cycle.Period)
	}
	repeat := w.T("report.act.first")
	if v.Repeats.Number != "" {
		repeat = w.T("report.act.repeat", "number", v.Repeats.Number)
	}
	state := w.Code("audit.act.state", string(v.State))
	if v.Reopened > 0 {
		state = Joined("; ", state, w.T("report.act.reopened", "n", v.Reopened))
	}
	return []KV{
		{w.T("report.act.audit"), T(w.Or(from))},
		{w.T("report.act.department"), T(w.Department(v.Department))},
		{w.T("report.act.process"), T(w.Or(process))},
		{w.T("report.act.grade"), T(Joined(", ", w.Code("audit.grade", string(v.Grade)), repeat))},
		{w.T("report.act.state"), T(state)},
		{w.T("report.act.task"), T(w.Or(Joined(" ", v.GSBPM, i18n.InLang(w.Lang, v.ActivityAZ, v.ActivityEN))))},
	}
}

// Clause writes a requirement with its national adoption and its name.
func (w Words) Clause(s audit.Standard, code, edition, number, title string) string {
	name := s.Name
	if name == "" {
		name = Joined(":", code, edition)
	}
	if s.NationalAdoption != "" {
		name = Named(s.NationalAdoption, name)
	}
	if number == "" {
		return name
	}
	clause := w.T("report.clause", "number", number)
	if title != "" {
		clause += " “" + title + "”"
	}
	return Joined(", ", name, clause)
}

func actCriterion(v audit.ActView, w Words) string {
	standard := ""
	if v.Standard != "" || v.Clause != "" {
		standard = w.Clause(v.StandardName, v.Standard, v.Edition, v.Clause, v.ClauseName.Title(w.Lang))
	}
	return Joined("\n", standard, v.Criterion)
}

// actEvidence is what was seen: in words, and the submissions with the hash of
// each file. Of confidential ones the reader may not see the files.
func actEvidence(v audit.ActView, w Words) []Block {
	var out []Block
	if v.ObjectiveEvidence != "" || len(v.Evidence) == 0 {
		out = append(out, w.Box(v.ObjectiveEvidence))
	}
	if len(v.Evidence) > 0 {
		out = append(out, evidenceTable(v.Evidence, w))
	}
	return out
}

// evidenceTitle is the title of a submission, or of which tasks it is when it
// is confidential and not for the reader.
func evidenceTitle(e audit.Evidence, w Words) string {
	if e.Hidden {
		return w.T("audit.evidence.hidden", "code", Joined(", ", e.Codes...))
	}
	return e.Title
}

// evidenceTable lists submissions file by file.
func evidenceTable(evidence []audit.Evidence, w Words) Table {
	t := Table{Columns: []Column{{Title: "№", Width: 6}, {Title: w.T("report.evidence.document"), Width: 54},
		{Title: w.T("report.evidence.version"), Width: 46}, {Title: "SHA-256", Width: 70}}}
	add := func(document Text, about string, mark Text) {
		t.Rows = append(t.Rows, Row{Cells: []Text{T(fmt.Sprint(len(t.Rows) + 1)), document, T(about), mark}})
	}
	for _, e := range evidence {
		about := Joined("\n", w.T("report.evidence.about", "version", e.Version, "date", w.Date(e.ReceivedAt)),
			Joined(", ", e.SubmittedName, e.DepartmentCode))
		switch {
		case e.Hidden:
			add(T(evidenceTitle(e, w)), about, T(w.T("report.evidence.hidden")))
		case len(e.Files) == 0:
			add(T(e.Title), about, Code(w.Or(e.Link)))
		}
		for _, f := range e.Files {
			if e.Hidden {
				break
			}
			add(Join(T(e.Title+"\n"), Code(f.Name)), about, Code(f.SHA256))
		}
	}
	return t
}

// blank is room to write by hand.
const blank = "____________________________"

// actPosition is what the audited department answered, and what became of an
// objection.
func actPosition(v audit.ActView, w Words) Box {
	var b Blocks
	who := func(id string, at string) string { return Joined(", ", v.Person(id).Name, at) }
	if v.Objection != "" {
		b = append(b, Paragraph{Text: Join(B("☒ "+w.T("report.act.objects")+" "), T(v.Objection))},
			Paragraph{Small: true, Text: T(who(v.ObjectedBy, w.DateTime(v.ObjectedAt)))})
		if !v.ResolvedAt.IsZero() {
			key := "report.act.dismissed"
			if v.State == audit.ActWithdrawn {
				key = "report.act.upheld"
			}
			b = append(b, Paragraph{Text: Join(B(w.T(key)+" "), T(v.Resolution))},
				Paragraph{Small: true, Text: T(who(v.ResolvedBy, w.DateTime(v.ResolvedAt)))})
		}
	}
	if !v.AcknowledgedAt.IsZero() {
		b = append(b, Paragraph{Text: B("☑ " + w.T("report.act.agrees"))}, Paragraph{Small: true, Text: T(who(v.AcknowledgedBy, w.DateTime(v.AcknowledgedAt)))})
	}
	if len(b) == 0 {
		text := w.T("report.act.not_answered")
		if v.AnswerDue != "" {
			text = w.T("report.act.answer_due", "date", w.Day(v.AnswerDue))
		}
		b = append(b, Paragraph{Text: T("☐ " + w.T("report.act.agrees") + "\n☐ " + w.T("report.act.objects") + " " + blank)}, Paragraph{Small: true, Text: T(text)})
	}
	return Box{b}
}

func actCorrection(v audit.ActView, w Words) Box {
	b := w.Box(v.Correction)
	if v.Correction != "" && v.CorrectionDay != "" {
		b.Blocks = append(b.Blocks, Paragraph{Small: true, Text: T(w.T("report.act.corrected", "date", w.Day(v.CorrectionDay)))})
	}
	return b
}

// actSigners are those whose steps made the act what it is; who has not taken
// the step yet is named by the part alone.
func actSigners(v audit.ActView, w Words) []Signature {
	lead := v.Lead
	if v.IssuedBy != "" {
		lead = v.Person(v.IssuedBy)
	}
	out := []Signature{w.Signed("report.sign.lead", lead.Name, "report.signed.issued", w.DateTime(v.IssuedAt))}
	if v.CreatedBy != "" && v.CreatedBy != lead.ID {
		out = append(out, w.Signed("report.sign.auditor", v.Person(v.CreatedBy).Name, "report.signed.raised", w.DateTime(v.CreatedAt)))
	}
	switch {
	case !v.AcknowledgedAt.IsZero():
		out = append(out, w.Signed("report.sign.head", v.Person(v.AcknowledgedBy).Name, "report.signed.acknowledged", w.DateTime(v.AcknowledgedAt)))
	case !v.ObjectedAt.IsZero():
		out = append(out, w.Signed("report.sign.head", v.Person(v.ObjectedBy).Name, "report.signed.objected", w.DateTime(v.ObjectedAt)))
	default:
		out = append(out, w.Signed("report.sign.head", "", "", ""))
	}
	for _, id := range actVerifiers(v) {
		marks, last := verdicts(v, id, w)
		line := w.Signed("report.sign.verifier", v.Person(id).Name, "", "")
		line.State, line.Date = w.T("report.signed.verified", "actions", strings.Join(marks, ", ")), w.DateTime(last)
		out = append(out, line)
	}
	if !v.EffectAt.IsZero() {
		out = append(out, w.Signed("report.sign.effect", v.Person(v.EffectBy).Name, "report.signed.judged", w.DateTime(v.EffectAt)))
	}
	return append(out, w.Signed("report.sign.closing", v.Person(v.ClosedBy).Name, "report.signed.closed", w.DateTime(v.ClosedAt)))
}

// actVerifiers are those who verified actions, in the order they first did.
func actVerifiers(v audit.ActView) (ids []string) {
	for _, a := range v.Actions {
		if id := a.Action.VerifiedBy; a.State == audit.ActionVerified && id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// verdicts are the actions of the act that somebody verified, and when that
// was last done.
func verdicts(v audit.ActView, id string, w Words) (marks []string, last time.Time) {
	for _, a := range v.Actions {
		if a.Action.VerifiedBy != id || a.State != audit.ActionVerified {
			continue
		}
		marks = append(marks, w.actionMark(a.No))
		if a.VerifiedAt.After(last) {
			last = a.VerifiedAt
		}
	}
	return marks, last
}

// actionMark is how an action is called: DT-1.
func (w Words) actionMark(no int) string {
	return fmt.Sprintf("%s-%d", w.T("report.act.action_mark"), no)
}

// Signed is a line of the signature table. What the system recorded stands
// beside the room for the pen; a step that was not taken is awaited.
func (w Words) Signed(roleKey, name, stepKey, at string) Signature {
	s := Signature{Role: w.T(roleKey), Name: name, State: w.T("report.signed.awaited")}
	if name != "" && at != "–" && stepKey != "" {
		s.State, s.Date = w.T(stepKey), at
	}
	return s
}

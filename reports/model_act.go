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
func actDocument(v audit.ActView, w words) Doc {
	number := ""
	if v.Number != "" {
		number = "№ " + v.Number
	}
	d := w.doc(w.t("report.act.title"), w.t("report.act.running"), number)
	d.ShortName = list(" ", w.t("report.act.short"), number)
	if v.IssuedAt.IsZero() {
		d.Subtitle = w.t("report.act.draft")
	}
	w.at(&d, w.dayOf(v.IssuedAt))
	n := 0
	d.Add(KeyValue{Pairs: 2, Rows: actHead(v, w)},
		w.section(&n, "report.act.criterion"), w.box(actCriterion(v, w)),
		w.section(&n, "report.act.statement"), w.box(v.Statement),
		w.section(&n, "report.act.evidence"))
	d.Add(actEvidence(v, w)...)
	d.Add(w.section(&n, "report.act.position"), actPosition(v, w),
		w.section(&n, "report.act.correction"), actCorrection(v, w),
		w.section(&n, actCauseTitle(v)), actCause(v, w),
		w.section(&n, "report.act.similar"), w.box(actSimilar(v, w)),
		w.section(&n, "report.act.actions"), actActions(v, w),
		w.section(&n, "report.act.effect"), KeyValue{Rows: actEffect(v, w)},
		w.section(&n, "report.act.closing"), KeyValue{Rows: actClosing(v, w)})
	if len(v.Addenda) > 0 {
		d.Add(w.section(&n, "report.act.addenda"), actAddenda(v, w))
	}
	d.Add(w.section(&n, "report.signatures"), Signatures{actSigners(v, w)})
	if !v.IssuedAt.IsZero() {
		d.Add(Paragraph{Small: true, Text: T(w.t("report.act.fixed", "date", w.date(v.IssuedAt), "n", len(v.Addenda)))})
	}
	return d
}

// actHead are the facts at the top, the left column first.
func actHead(v audit.ActView, w words) []KV {
	from := w.t("report.act.origin.finding")
	if v.Origin != audit.OfFinding {
		from = list(", ", w.t("audit.origin."+string(v.Origin)), v.From.Label)
	}
	if v.Audit.Number != "" {
		from = list(", ", v.Audit.Number, w.code("audit.kind", string(v.Audit.Kind)))
		if v.Audit.RowNo != "" {
			from = list(", ", from, w.t("report.act.row", "row", v.Audit.RowNo))
		}
	}
	process := ""
	if v.Cycle.ID != "" {
		process = list(", ", w.quoted(v.Cycle.Title(w.lang)), v.Cycle.Period)
	}
	repeat := w.t("report.act.first")
	if v.Repeats.Number != "" {
		repeat = w.t("report.act.repeat", "number", v.Repeats.Number)
	}
	state := w.code("audit.act.state", string(v.State))
	if v.Reopened > 0 {
		state = list("; ", state, w.t("report.act.reopened", "n", v.Reopened))
	}
	return []KV{
		{w.t("report.act.audit"), T(w.or(from))},
		{w.t("report.act.department"), T(w.department(v.Department))},
		{w.t("report.act.process"), T(w.or(process))},
		{w.t("report.act.grade"), T(list(", ", w.code("audit.grade", string(v.Grade)), repeat))},
		{w.t("report.act.state"), T(state)},
		{w.t("report.act.task"), T(w.or(list(" ", v.GSBPM, i18n.InLang(w.lang, v.ActivityAZ, v.ActivityEN))))},
	}
}

// clause writes a requirement with its national adoption and its name.
func (w words) clause(s audit.Standard, code, edition, number, title string) string {
	name := s.Name
	if name == "" {
		name = list(":", code, edition)
	}
	if s.NationalAdoption != "" {
		name = named(s.NationalAdoption, name)
	}
	if number == "" {
		return name
	}
	clause := w.t("report.clause", "number", number)
	if title != "" {
		clause += " “" + title + "”"
	}
	return list(", ", name, clause)
}

func actCriterion(v audit.ActView, w words) string {
	standard := ""
	if v.Standard != "" || v.Clause != "" {
		standard = w.clause(v.StandardName, v.Standard, v.Edition, v.Clause, v.ClauseName.Title(w.lang))
	}
	return list("\n", standard, v.Criterion)
}

// actEvidence is what was seen: in words, and the submissions with the hash of
// each file. Of confidential ones the reader may not see the files.
func actEvidence(v audit.ActView, w words) []Block {
	var out []Block
	if v.ObjectiveEvidence != "" || len(v.Evidence) == 0 {
		out = append(out, w.box(v.ObjectiveEvidence))
	}
	if len(v.Evidence) > 0 {
		out = append(out, evidenceTable(v.Evidence, w))
	}
	return out
}

// evidenceTitle is the title of a submission, or of which tasks it is when it
// is confidential and not for the reader.
func evidenceTitle(e audit.Evidence, w words) string {
	if e.Hidden {
		return w.t("audit.evidence.hidden", "code", list(", ", e.Codes...))
	}
	return e.Title
}

// evidenceTable lists submissions file by file.
func evidenceTable(evidence []audit.Evidence, w words) Table {
	t := Table{Columns: []Column{{Title: "№", Width: 6}, {Title: w.t("report.evidence.document"), Width: 54},
		{Title: w.t("report.evidence.version"), Width: 46}, {Title: "SHA-256", Width: 70}}}
	add := func(document Text, about string, mark Text) {
		t.Rows = append(t.Rows, Row{Cells: []Text{T(fmt.Sprint(len(t.Rows) + 1)), document, T(about), mark}})
	}
	for _, e := range evidence {
		about := list("\n", w.t("report.evidence.about", "version", w.nth(e.Version), "date", w.date(e.ReceivedAt)),
			list(", ", e.SubmittedName, e.DepartmentCode))
		switch {
		case e.Hidden:
			add(T(evidenceTitle(e, w)), about, T(w.t("report.evidence.hidden")))
		case len(e.Files) == 0:
			add(T(e.Title), about, Code(w.or(e.Link)))
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
func actPosition(v audit.ActView, w words) Box {
	var b Blocks
	who := func(id string, at string) string { return list(", ", v.Person(id).Name, at) }
	if v.Objection != "" {
		b = append(b, Paragraph{Text: Join(B("☒ "+w.t("report.act.objects")+" "), T(v.Objection))},
			Paragraph{Small: true, Text: T(who(v.ObjectedBy, w.dateTime(v.ObjectedAt)))})
		if !v.ResolvedAt.IsZero() {
			key := "report.act.dismissed"
			if v.State == audit.ActWithdrawn {
				key = "report.act.upheld"
			}
			b = append(b, Paragraph{Text: Join(B(w.t(key)+" "), T(v.Resolution))},
				Paragraph{Small: true, Text: T(who(v.ResolvedBy, w.dateTime(v.ResolvedAt)))})
		}
	}
	if !v.AcknowledgedAt.IsZero() {
		b = append(b, Paragraph{Text: B("☑ " + w.t("report.act.agrees"))}, Paragraph{Small: true, Text: T(who(v.AcknowledgedBy, w.dateTime(v.AcknowledgedAt)))})
	}
	if len(b) == 0 {
		text := w.t("report.act.not_answered")
		if v.AnswerDue != "" {
			text = w.t("report.act.answer_due", "date", w.day(v.AnswerDue))
		}
		b = append(b, Paragraph{Text: T("☐ " + w.t("report.act.agrees") + "\n☐ " + w.t("report.act.objects") + " " + blank)}, Paragraph{Small: true, Text: T(text)})
	}
	return Box{b}
}

func actCorrection(v audit.ActView, w words) Box {
	b := w.box(v.Correction)
	if v.Correction != "" && v.CorrectionDay != "" {
		b.Blocks = append(b.Blocks, Paragraph{Small: true, Text: T(w.t("report.act.corrected", "date", w.day(v.CorrectionDay)))})
	}
	return b
}

// actSigners are those whose steps made the act what it is; who has not taken
// the step yet is named by the part alone.
func actSigners(v audit.ActView, w words) []Signature {
	lead := v.Lead
	if v.IssuedBy != "" {
		lead = v.Person(v.IssuedBy)
	}
	out := []Signature{w.signed("report.sign.lead", lead.Name, "report.signed.issued", w.dateTime(v.IssuedAt))}
	if v.CreatedBy != "" && v.CreatedBy != lead.ID {
		out = append(out, w.signed("report.sign.auditor", v.Person(v.CreatedBy).Name, "report.signed.raised", w.dateTime(v.CreatedAt)))
	}
	switch {
	case !v.AcknowledgedAt.IsZero():
		out = append(out, w.signed("report.sign.head", v.Person(v.AcknowledgedBy).Name, "report.signed.acknowledged", w.dateTime(v.AcknowledgedAt)))
	case !v.ObjectedAt.IsZero():
		out = append(out, w.signed("report.sign.head", v.Person(v.ObjectedBy).Name, "report.signed.objected", w.dateTime(v.ObjectedAt)))
	default:
		out = append(out, w.signed("report.sign.head", "", "", ""))
	}
	for _, id := range actVerifiers(v) {
		marks, last := verdicts(v, id, w)
		line := w.signed("report.sign.verifier", v.Person(id).Name, "", "")
		line.State, line.Date = w.t("report.signed.verified", "actions", strings.Join(marks, ", ")), w.dateTime(last)
		out = append(out, line)
	}
	if !v.EffectAt.IsZero() {
		out = append(out, w.signed("report.sign.effect", v.Person(v.EffectBy).Name, "report.signed.judged", w.dateTime(v.EffectAt)))
	}
	return append(out, w.signed("report.sign.closing", v.Person(v.ClosedBy).Name, "report.signed.closed", w.dateTime(v.ClosedAt)))
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
func verdicts(v audit.ActView, id string, w words) (marks []string, last time.Time) {
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
func (w words) actionMark(no int) string {
	return fmt.Sprintf("%s-%d", w.t("report.act.action_mark"), no)
}

// signed is a line of the signature table. What the system recorded stands
// beside the room for the pen; a step that was not taken is awaited.
func (w words) signed(roleKey, name, stepKey, at string) Signature {
	s := Signature{Role: w.t(roleKey), Name: name, State: w.t("report.signed.awaited")}
	if name != "" && at != "–" && stepKey != "" {
		s.State, s.Date = w.t(stepKey), at
	}
	return s
}

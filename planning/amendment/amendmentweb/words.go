package amendmentweb

import (
	"github.com/kis-platform/kis/planning/amendment"
	"github.com/kis-platform/kis/web/ui"
)

// dash stands for nothing.
func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// changeTitle says what is done to which item.
func (v page) changeTitle(x amendment.Change) string {
	if x.ItemNo == 0 {
		return v.T("planning.amendment.kind.add_new")
	}
	return v.T("planning.amendment.kind."+string(x.Kind), "no", x.ItemNo)
}

// facts are who proposed and decided, and when.
func (v page) facts() []ui.KVRow {
	var rows []ui.KVRow
	if !v.ProposedAt.IsZero() {
		rows = append(rows, ui.KVRow{Term: v.T("planning.amendment.proposed_by"), Value: v.ProposedName, Mut: v.DateTime(v.ProposedAt)})
	}
	if !v.DecidedAt.IsZero() {
		rows = append(rows, ui.KVRow{Term: v.T("planning.amendment.decided_by"), Value: v.DecidedName, Mut: v.DateTime(v.DecidedAt)})
	}
	if v.Note != "" {
		rows = append(rows, ui.KVRow{Term: v.T("planning.field.reason"), Value: v.Note})
	}
	return rows
}

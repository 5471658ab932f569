package auditweb

import (
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/web/ui"
)

// why says in words why something was proposed as similar.
func why(p ui.Page, s audit.Similar) string {
	var parts []string
	if s.DepartmentCode != "" {
		parts = append(parts, s.DepartmentCode)
	}
	if s.ActState != "" {
		parts = append(parts, p.T("audit.act.state."+string(s.ActState)))
	}
	if s.Score > 0 {
		parts = append(parts, p.T("audit.similar.score", "n", s.Score))
	}
	for _, l := range s.Like {
		words := ""
		if l == "text" {
			words = strings.Join(s.Shared[:min(len(s.Shared), 4)], ", ")
		}
		parts = append(parts, p.T("audit.similar.like."+l, "clause", s.Clause, "code", s.GSBPM, "words", words))
	}
	return strings.Join(parts, " · ")
}

func (v responsePage) why(s audit.Similar) string { return why(v.Page, s) }

// repeatable are the earlier acts of the department that a draft may repeat,
// most alike first.
func (v actPage) repeatable() []ui.Option {
	out := []ui.Option{{Label: v.T("audit.act.first_time")}}
	if v.RepeatOf != "" {
		out = append(out, ui.Option{Value: v.RepeatOf, Label: v.Repeats.Number})
	}
	for _, s := range v.like {
		if s.DepartmentID == v.DepartmentID && s.ActID != v.RepeatOf {
			text := []rune(s.Statement)
			out = append(out, ui.Option{Value: s.ActID, Label: s.Number + ": " + string(text[:min(len(text), 90)]) + ", " + v.T("audit.similar.score", "n", s.Score)})
		}
	}
	return out
}

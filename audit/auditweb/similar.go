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

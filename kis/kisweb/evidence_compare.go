package kisweb

import (
	"net/http"

	"github.com/kis-platform/kis/internal/content"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

func registerEvidenceCompare(r *web.Router, s *kis.Service) {
	h := evidencePages{s, r}
	r.GET("/evidence/:id/compare/:other", policies.EvidenceRead, h.compare)
}

// evidenceComparePage is two versions beside each other.
type evidenceComparePage struct {
	ui.Page
	kis.Comparison
	Fields []fieldPair
}

// fieldPair is a field that is not the same in both versions.
type fieldPair struct{ Label, Old, New string }

// compare shows what differs between an earlier version, :other, and :id.
func (h evidencePages) compare(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	other, err := c.ID("other")
	if err != nil {
		return err
	}
	p := evidenceComparePage{Page: c.Page("kis.compare.evidence")}
	if p.Comparison, err = h.kis.CompareEvidence(c.Ctx(), other, id); err != nil {
		return err
	}
	p.Fields = p.fields()
	head := c.Writer().Header()
	head.Set("Content-Security-Policy", head.Get("Content-Security-Policy")+framePolicy)
	return c.Render(http.StatusOK, evidenceCompare(p))
}

// fields are those that changed.
func (p evidenceComparePage) fields() []fieldPair {
	a, b := p.Old.Submission, p.New.Submission
	var out []fieldPair
	for _, f := range []fieldPair{
		{p.T("kis.file.title"), a.Title, b.Title}, {p.T("kis.evidence.period"), a.ReferencePeriod, b.ReferencePeriod},
		{p.T("kis.evidence.date"), p.Day(a.EffectiveDay), p.Day(b.EffectiveDay)}, {p.T("kis.validity.until"), p.Day(a.ValidUntil), p.Day(b.ValidUntil)},
		{p.T("kis.evidence.class"), classWord(p.Page, a.Class), classWord(p.Page, b.Class)}, {p.T("kis.evidence.link_label"), a.Link, b.Link},
		{p.T("kis.record.one"), a.RecordLabel, b.RecordLabel}, {p.T("kis.evidence.note"), a.Note, b.Note},
	} {
		if f.Old != f.New {
			out = append(out, f)
		}
	}
	return out
}

// pairName names a file, and what it was called before.
func pairName(c kis.FileComparison) string {
	switch {
	case c.Old == nil:
		return c.New.Name
	case c.New == nil || c.Old.Name == c.New.Name:
		return c.Old.Name
	}
	return c.Old.Name + " → " + c.New.Name
}

// pairState is what became of a file.
func (p evidenceComparePage) pairState(c kis.FileComparison) ui.State {
	switch {
	case c.Old == nil:
		return ui.State{Tone: "good", Icon: "plus", Word: p.T("kis.compare.file.added")}
	case c.New == nil:
		return ui.State{Tone: "warn", Icon: "minus", Word: p.T("kis.compare.file.removed")}
	case c.Same:
		return ui.State{Tone: "off", Icon: "equal", Word: p.T("kis.compare.file.same")}
	}
	return ui.State{Tone: "info", Icon: "git-compare", Word: p.T("kis.compare.file.changed")}
}

// sign is what stands before a line or row, and its word.
func sign(p ui.Page, e content.Edit) (sign, word string) {
	switch e {
	case content.Removed:
		return "−", p.T("kis.compare.kind.removed")
	case content.Added:
		return "+", p.T("kis.compare.kind.added")
	case content.Changed:
		return "±", p.T("kis.compare.file.changed")
	}
	return "", ""
}

// number is a number of a line; nothing where it does not stand.
func number(p ui.Page, n int) string {
	if n == 0 {
		return ""
	}
	return p.Text(n)
}

// widest is how many cells the widest row has.
func widest(rows []content.Row) int {
	n := 1
	for _, r := range rows {
		n = max(n, len(r.Cells))
	}
	return n
}

package campaign

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/store"
)

// Signs of the cell of shortcomings: one a line, "parameter: what is wanting →
// what is proposed", parameter and proposal where there are any; a line break
// within is written ⏎.
const (
	proposalSign = " → "
	breakSign    = "⏎"
)

// wantingOf gives the cell of shortcomings of each result that has any. One
// query.
func wantingOf(ctx context.Context, db bun.IDB, ids []string) (map[string]string, error) {
	var list []Shortcoming
	if err := db.NewSelect().Model(&list).Where("h.assessment_id IN (?)", bun.List(ids)).OrderExpr("h.id").Scan(ctx); err != nil {
		return nil, store.MapError(err, "shortcomings")
	}
	out := map[string]string{}
	for _, h := range list {
		line := h.Text
		if h.Parameter != "" {
			line = h.Parameter + ": " + line
		}
		if h.Proposal != "" {
			line += proposalSign + h.Proposal
		}
		if out[h.AssessmentID] != "" {
			out[h.AssessmentID] += "\n"
		}
		out[h.AssessmentID] += strings.ReplaceAll(line, "\n", breakSign)
	}
	return out, nil
}

// readWanting reads the cell of shortcomings.
func readWanting(scheme eservice.Scheme, cell string) (out []Shortcoming) {
	for line := range strings.SplitSeq(cell, "\n") {
		var h Shortcoming
		if code, rest, ok := strings.Cut(line, ": "); ok {
			if _, known := scheme.Parameter(strings.TrimSpace(code)); known {
				h.Parameter, line = strings.TrimSpace(code), rest
			}
		}
		text, proposal, _ := strings.Cut(line, strings.TrimSpace(proposalSign))
		h.Text = strings.TrimSpace(strings.ReplaceAll(text, breakSign, "\n"))
		h.Proposal = strings.TrimSpace(strings.ReplaceAll(proposal, breakSign, "\n"))
		if h.Text != "" || h.Proposal != "" {
			out = append(out, h)
		}
	}
	return out
}

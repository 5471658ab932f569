package quality

import (
	"context"
	"math/big"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/kis/indicator"
)

// Figure is what the cycle gives for an indicator.
type Figure struct {
	bun.BaseModel `bun:"table:quality_figures,alias:f"`

	ReportID string            `bun:"report_id,pk"`
	Code     string            `bun:"code,pk"`
	Applies  bool              `bun:"applies"`
	WhyNot   string            `bun:"why_not"` // the office's reason; empty when the sub-process does not exist
	Value    string            `bun:"value"`   // exact decimal; empty when none is known
	Decimals int               `bun:"decimals"`
	Target   string            `bun:"target"`
	Verdict  indicator.Verdict `bun:"verdict"`
	GSBPM    string            `bun:"gsbpm"`
}

// Rounded is the value as it is shown; empty when none is known.
func (f Figure) Rounded() string {
	if f.Value == "" {
		return ""
	}
	return indicator.Round(f.Value, f.Decimals)
}

// figures takes the indicators of a structure from the cycle, by concept. The
// number of queries is that of the sheet of indicators.
func (s *Service) figures(ctx context.Context, cycleID string, st Structure) (map[string]Figure, error) {
	sheet, err := s.Indicators.Cycle(ctx, cycleID)
	if err != nil {
		return nil, err
	}
	lines := map[string]indicator.Line{}
	for _, l := range sheet.Lines {
		lines[l.Indicator.Code] = l
	}
	out := map[string]Figure{}
	for _, c := range st.Concepts {
		l, ok := lines[c.Indicator]
		if c.Kind != Indicator || c.Indicator == "" || !ok {
			continue
		}
		f := Figure{Code: c.Code, Applies: l.Applies, WhyNot: l.WhyNot, Decimals: l.Decimals, Target: l.Target, Verdict: l.Verdict, GSBPM: l.GSBPM}
		if l.Value != nil {
			f.Value = l.Value.Value
		}
		if c.How == Rest {
			f.Value, f.Target = rest(f.Value), rest(f.Target)
		}
		out[c.Code] = f
	}
	return out, nil
}

// rest is 100 minus an exact decimal; nothing stays nothing.
func rest(value string) string {
	r, ok := new(big.Rat).SetString(value)
	if !ok {
		return ""
	}
	out := new(big.Rat).Sub(big.NewRat(100, 1), r).FloatString(12)
	return strings.TrimSuffix(strings.TrimRight(out, "0"), ".")
}

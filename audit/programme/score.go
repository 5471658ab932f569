package programme

// Factor is what the priority of a row is weighed by (ISO 9001:2015, 9.2.2 a;
// ISO 19011:2018, 5.1).
type Factor string

// The factors.
const (
	Importance Factor = "importance" // judged by people, 0 to 4
	Changes    Factor = "changes"    // versions of the description and transfers since the last audit
	RiskFactor Factor = "risk"       // the heaviest open risk, and what went wrong in the last twelve months
	Result     Factor = "result"     // findings of the last audit by grade
	Time       Factor = "time"       // months since the last audit
)

// Factors lists the factors in the order they are shown.
func Factors() []Factor { return []Factor{Importance, Changes, RiskFactor, Result, Time} }

// Never is the figure of Time where there was no audit yet.
const Never = -1

// maxScore is what a factor counts at most.
const maxScore = 4

// Weight is how much a factor counts, and from which figures it counts 1 to 4.
type Weight struct {
	Factor Factor
	Weight int    // 0 to 100
	Steps  [4]int // rising
}

// Score is a factor of a row: what was counted, what it counts, how much.
type Score struct {
	Factor Factor
	Figure int // Never for Time without an audit
	Score  int // 0 to 4
	Weight int
}

// Points is what the factor adds to the priority, in hundredths of the whole.
func (s Score) Points(total int) int {
	if total == 0 {
		return 0
	}
	return (100*s.Weight*s.Score + 2*total) / (maxScore * total)
}

// score gives what a figure counts by the steps of a factor.
func (w Weight) score(figure int) int {
	if w.Factor == Time && figure == Never {
		return maxScore
	}
	n := 0
	for _, from := range w.Steps {
		if figure >= from {
			n++
		}
	}
	return n
}

// Priority is the share of what could be counted, 0 to 100, rounded; halves
// go up. Without weights it is 0.
func Priority(scores []Score) int {
	sum, total := 0, 0
	for _, s := range scores {
		sum += s.Weight * s.Score
		total += s.Weight
	}
	if total == 0 {
		return 0
	}
	return (100*sum*2 + maxScore*total) / (2 * maxScore * total)
}

// TotalWeight adds up the weights.
func TotalWeight(scores []Score) (total int) {
	for _, s := range scores {
		total += s.Weight
	}
	return total
}

// Band is a priority in a word.
type Band string

// The bands: a high row is audited each year, a middle one within two years,
// a low one within three, which is the span of a certificate.
const (
	High   Band = "high"   // from 60
	Middle Band = "middle" // from 35
	Low    Band = "low"
)

// BandOf gives the band of a priority.
func BandOf(priority int) Band {
	switch {
	case priority >= 60:
		return High
	case priority >= 35:
		return Middle
	}
	return Low
}

// scores makes the factors of a row out of its figures.
func scores(weights []Weight, figures map[Factor]int) []Score {
	out := make([]Score, 0, len(weights))
	for _, f := range Factors() {
		for _, w := range weights {
			if w.Factor == f {
				out = append(out, Score{Factor: f, Figure: figures[f], Score: w.score(figures[f]), Weight: w.Weight})
			}
		}
	}
	return out
}

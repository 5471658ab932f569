package kis

import (
	"context"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
)

// GateRecords gives the statements of phases whose gate was passed or waived,
// for evidence. An id is that of the cycle, a colon and the phase.
type GateRecords struct{ KIS *Service }

// RecordKind is that of gates in the trail.
func (g GateRecords) RecordKind() string { return "gate" }

// FindRecords lists the statements of the cycle that evidence is looked for.
func (g GateRecords) FindRecords(ctx context.Context, q RecordQuery) ([]Record, error) {
	if q.CycleID == "" {
		return nil, nil
	}
	cy, err := g.KIS.Cycle(ctx, q.CycleID)
	if err != nil {
		return nil, err
	}
	var out []Record
	for _, p := range cy.Phases {
		if r := g.record(ctx, cy, p); p.closed() && HoldsText(q.Text, r.Number, r.Title) {
			out = append(out, r)
		}
	}
	return out, nil
}

// OneRecord gives the statement of one phase; NotFound while its gate is open.
func (g GateRecords) OneRecord(ctx context.Context, id string) (Record, error) {
	cycle, phase, _ := strings.Cut(id, ":")
	if !store.IsID(cycle) {
		return Record{}, apperr.Missing("gate")
	}
	cy, err := g.KIS.Cycle(ctx, cycle)
	if err != nil {
		return Record{}, err
	}
	p, ok := cy.Phase(phase)
	if !ok || !p.closed() {
		return Record{}, apperr.Missing("gate")
	}
	return g.record(ctx, cy, p), nil
}

func (g GateRecords) record(ctx context.Context, cy Cycle, p CyclePhase) Record {
	lang := actor.From(ctx).Lang
	r := Record{Kind: g.RecordKind(), ID: cy.ID + ":" + p.Phase, Number: cy.Process.Code + " " + cy.Period + " / " + p.Phase, Title: p.Statement(lang),
		State: RecordState{"good", "flag-check", "kis.gate.state." + string(p.Gate)}, Href: "/cycles/" + cy.ID + "/gates/" + p.Phase, Day: day.Of(p.GateAt, g.KIS.Zone)}
	if p.Gate == GateWaived {
		r.State.Tone, r.State.Icon = "warn", "lock-open"
	}
	return r
}

// HoldsText says whether all words of a query begin words of the texts, folded
// as the library of evidence folds them.
func HoldsText(query string, texts ...string) bool {
	return holdsWords(i18n.Words(strings.Join(texts, " ")), i18n.Words(i18n.Shorten(query, 200)))
}

func holdsWords(words, query []string) bool {
	for _, w := range query {
		if !slices.ContainsFunc(words, func(x string) bool { return strings.HasPrefix(x, w) }) {
			return false
		}
	}
	return true
}

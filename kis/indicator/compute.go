package indicator

import (
	"context"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
)

// compute works out all computed indicators of a cycle today: two queries, and
// those of the sources. What has nothing to count has no entry.
func (s *Service) compute(ctx context.Context, db bun.IDB, cy kis.Cycle, list []Indicator) (map[string]Value, error) {
	own, err := s.ownNumbers(ctx, db, cy)
	if err != nil {
		return nil, err
	}
	out := map[string]Value{}
	for _, i := range list {
		n, ok := own[i.Computed]
		if src := s.sources[i.Computed]; src != nil {
			if n, ok, err = src(ctx, db, cy); err != nil {
				return nil, err
			}
		}
		if i.Computed == "" || !ok || (n.Share && n.Den == 0) {
			continue
		}
		v := Value{Value: strconv.FormatInt(n.Num, 10), Source: Computed, Version: i.Number}
		if n.Share {
			v.Numerator, v.Denominator = v.Value, strconv.FormatInt(n.Den, 10)
			v.Value = share(v.Numerator, v.Denominator)
		}
		out[i.Code] = v
	}
	return out, nil
}

// computable says whether an indicator is worked out, so that nobody enters it.
func (s *Service) computable(i Indicator) bool {
	switch i.Computed {
	case "":
		return false
	case "inputs.complete", "inputs.punctual", "inputs.returned", "gates.punctual":
		return true
	}
	return s.sources[i.Computed] != nil
}

// ownNumbers counts tasks, outputs, submissions and gates of a cycle.
func (s *Service) ownNumbers(ctx context.Context, db bun.IDB, cy kis.Cycle) (map[string]Numbers, error) {
	var rows []struct {
		ActivityID, OutputID, Phase string
		State                       kis.SubmissionState `bun:",nullzero"`
		ReceivedAt                  time.Time           `bun:",nullzero"`
	}
	err := db.NewRaw(`SELECT a.id AS activity_id, o.id AS output_id, a.phase, s.state, s.received_at FROM activities a JOIN outputs o ON o.activity_id = a.id
		LEFT JOIN submission_outputs so ON so.output_id = o.id AND so.submission_id IN (SELECT x.id FROM submissions x WHERE x.cycle_id = ? AND x.state IN ('accepted', 'superseded'))
		LEFT JOIN submissions s ON s.id = so.submission_id
		WHERE a.version_id = ? AND a.level = 'task' AND a.applicable`, cy.ID, cy.VersionID).Scan(ctx, &rows)
	if err != nil {
		return nil, store.MapError(err, "outputs to count")
	}
	today := s.kis.Today()
	type output struct {
		task           string
		due            day.Day
		accepted, good bool
	}
	outputs := map[string]output{}
	for _, r := range rows {
		p, _ := cy.Phase(r.Phase)
		o := outputs[r.OutputID]
		o.task, o.due = r.ActivityID, p.Due
		o.accepted = o.accepted || r.State == kis.Accepted
		// An earlier version that was accepted in time keeps the output in time.
		o.good = o.good || r.State != "" && day.Of(r.ReceivedAt, s.kis.Zone) <= p.Due
		outputs[r.OutputID] = o
	}
	open := map[string]bool{} // task: something is not accepted
	var punctual Numbers
	for _, o := range outputs {
		open[o.task] = open[o.task] || !o.accepted
		if o.due < today || o.good {
			punctual.Den++
			if o.good {
				punctual.Num++
			}
		}
	}
	complete := Numbers{Den: int64(len(open)), Share: true}
	for _, is := range open {
		if !is {
			complete.Num++
		}
	}
	punctual.Share = true
	// Of single submissions only those are counted of which everybody may know.
	var returned Numbers
	err = db.NewRaw(`SELECT COUNT(CASE WHEN state = 'returned' THEN 1 END) AS num, COUNT(*) AS den FROM submissions
		WHERE cycle_id = ? AND class <> 'confidential' AND state IN ('accepted', 'superseded', 'returned')`, cy.ID).Scan(ctx, &returned.Num, &returned.Den)
	if err != nil {
		return nil, store.MapError(err, "decisions to count")
	}
	returned.Share = true
	return map[string]Numbers{"inputs.complete": complete, "inputs.punctual": punctual, "inputs.returned": returned, "gates.punctual": s.gates(cy, today)}, nil
}

// gates counts the phases whose day has come, and those confirmed by it.
func (s *Service) gates(cy kis.Cycle, today day.Day) Numbers {
	n := Numbers{Share: true}
	for _, p := range cy.Phases {
		good := p.Gate == kis.GatePassed && day.Of(p.GateAt, s.kis.Zone) <= p.Due
		if p.Gate == kis.GateNone || !good && p.Due >= today {
			continue
		}
		n.Den++
		if good {
			n.Num++
		}
	}
	return n
}

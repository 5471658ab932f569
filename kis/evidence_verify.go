package kis

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

// VerifyDerived compares what is kept for speed with the evidence it was made
// of: what departments owe, which phases are complete, by which words
// evidence is found, until when it is valid and until when it is kept. A difference would show wrong work or hide evidence; it
// names the cycle. It gives the number of cycles and submissions compared.
// Memory does not grow with their number.
func (s *Service) VerifyDerived(ctx context.Context, report func(store.Fault)) (n int64, err error) {
	for _, part := range []func(context.Context, func(store.Fault)) (int64, error){s.verifyDuties, s.verifyIndexes, s.verifyValidity, s.verifyRetention} {
		m, err := part(ctx, report)
		n += m
		if err != nil {
			return n, err
		}
	}
	return n, s.verifyWords(ctx, report)
}

// verifyDuties works out the duties and complete phases of each cycle anew. A
// cycle that is only planned has none yet.
func (s *Service) verifyDuties(ctx context.Context, report func(store.Fault)) (int64, error) {
	db := s.DB.Read()
	return verifyRows(ctx, db, "cycles", func(ids []string) (map[string][]store.Fault, error) {
		list := bun.List(ids)
		out := map[string][]store.Fault{}
		for _, q := range []struct {
			key string
			sql *bun.RawQuery
		}{
			{"verify.derived.duties", db.NewRaw(`WITH want AS (`+owed+` WHERE c.id IN (?)`+owing+`),
				have AS (SELECT department_id, due, cycle_id, activity_id, phase, returned FROM evidence_duties WHERE cycle_id IN (?)),
				differ AS (SELECT cycle_id, phase FROM (SELECT * FROM want EXCEPT SELECT * FROM have) AS w
					UNION SELECT cycle_id, phase FROM (SELECT * FROM have EXCEPT SELECT * FROM want) AS h)
				SELECT d.cycle_id, d.phase, p.code, c.period FROM differ d JOIN cycles c ON c.id = d.cycle_id JOIN processes p ON p.id = c.process_id ORDER BY d.cycle_id, d.phase`, list, list)},
			{"verify.derived.complete", db.NewRaw(`SELECT cycle_phases.cycle_id, cycle_phases.phase, p.code, k.period FROM cycle_phases
				JOIN cycles k ON k.id = cycle_phases.cycle_id JOIN processes p ON p.id = k.process_id
				WHERE cycle_phases.cycle_id IN (?) AND k.state <> 'planned' AND (cycle_phases.complete <> (`+complete+`) OR cycle_phases.accepted <> `+acceptedTasks+` OR cycle_phases.waiting <> `+waitingTasks+`) ORDER BY cycle_phases.cycle_id, cycle_phases.phase`, list)},
		} {
			var rows []struct{ CycleID, Phase, Code, Period string }
			if err := q.sql.Scan(ctx, &rows); err != nil {
				return nil, store.MapError(err, "compare what is owed")
			}
			for _, r := range rows {
				out[r.CycleID] = append(out[r.CycleID], store.Fault{Key: q.key, Args: apperr.Pairs("cycle", r.Code+" "+r.Period, "phase", r.Phase)})
			}
		}
		return out, nil
	}, report)
}

// verifyIndexes works out anew by which words each submission is found and
// where it stands by its title.
func (s *Service) verifyIndexes(ctx context.Context, report func(store.Fault)) (int64, error) {
	db := s.DB.Read()
	return verifyRows(ctx, db, "submissions", func(ids []string) (map[string][]store.Fault, error) {
		var subs []Submission
		if err := db.NewSelect().Model(&subs).Where("s.id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
			return nil, store.MapError(err, "evidence to compare")
		}
		before := make(map[string]Submission, len(subs))
		for _, sub := range subs {
			before[sub.ID] = sub
		}
		if err := indexAll(ctx, db, subs); err != nil {
			return nil, err
		}
		out := map[string][]store.Fault{}
		for _, sub := range subs {
			if b := before[sub.ID]; b.SearchKey == sub.SearchKey && b.TitleKey == sub.TitleKey {
				continue
			}
			label, err := cycleLabel(ctx, db, sub.CycleID)
			if err != nil {
				return nil, err
			}
			out[sub.ID] = []store.Fault{{Key: "verify.derived.index", Args: apperr.Pairs("id", sub.ID, "cycle", label)}}
		}
		return out, nil
	}, report)
}

// cycleLabel names a cycle as the trail does.
func cycleLabel(ctx context.Context, db bun.IDB, id string) (label string, err error) {
	err = db.NewRaw(`SELECT p.code || ' ' || c.period FROM cycles c JOIN processes p ON p.id = c.process_id WHERE c.id = ?`, id).Scan(ctx, &label)
	return label, store.MapError(err, "name of a cycle")
}

// verifyWords finds submissions whose rows of words are not the words of
// their search key: one pass over all words, in one statement, so that what is
// written meanwhile is seen whole or not at all.
func (s *Service) verifyWords(ctx context.Context, report func(store.Fault)) error {
	rows, err := s.DB.Read().QueryContext(ctx, `SELECT s.id, p.code || ' ' || c.period FROM submissions s
		LEFT JOIN (SELECT w.submission_id, COUNT(*) AS n,
				SUM(CASE WHEN w.received_at = x.received_at AND REPLACE(x.search_key || ' ', ' ' || w.word || ' ', '') <> x.search_key || ' ' THEN 1 ELSE 0 END) AS fit
			FROM evidence_words w JOIN submissions x ON x.id = w.submission_id GROUP BY w.submission_id) AS k ON k.submission_id = s.id
		JOIN cycles c ON c.id = s.cycle_id JOIN processes p ON p.id = c.process_id
		WHERE k.n IS NULL OR k.n <> k.fit OR k.n <> LENGTH(s.search_key) - LENGTH(REPLACE(s.search_key, ' ', '')) ORDER BY s.id`)
	if err != nil {
		return store.MapError(err, "compare words")
	}
	defer rows.Close()
	for rows.Next() {
		var id, cycle string
		if err := rows.Scan(&id, &cycle); err != nil {
			return store.MapError(err, "compare words")
		}
		report(store.Fault{Where: "submissions:" + id, Key: "verify.derived.words", Args: apperr.Pairs("id", id, "cycle", cycle)})
	}
	return store.MapError(rows.Err(), "compare words")
}

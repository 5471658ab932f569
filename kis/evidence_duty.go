package kis

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
)

// delivered says of an output o in a cycle c that something stands or is in
// review for it.
const delivered = `EXISTS (SELECT 1 FROM submission_outputs x JOIN submissions y ON y.id = x.submission_id
	WHERE x.output_id = o.id AND y.cycle_id = c.id AND y.state IN ('accepted', 'submitted'))`

// owed gives what departments owe, narrowed by a WHERE on the cycle c and its
// phase cp that ends with owing.
const (
	owed = `SELECT ad.department_id, cp.due, c.id AS cycle_id, a.id AS activity_id, a.phase, EXISTS (
			SELECT 1 FROM outputs o JOIN submission_outputs so ON so.output_id = o.id JOIN submissions s ON s.id = so.submission_id
			WHERE o.activity_id = a.id AND s.cycle_id = c.id AND s.state = 'returned' AND NOT ` + delivered + `) AS returned
		FROM cycles c JOIN cycle_phases cp ON cp.cycle_id = c.id AND cp.gate NOT IN ('passed', 'waived')
		JOIN activities a ON a.version_id = c.version_id AND a.phase = cp.phase AND a.level = 'task' AND a.applicable
		JOIN activity_departments ad ON ad.activity_id = a.id AND ad.responsible`
	owing = ` AND c.state IN ('running', 'evaluating') AND EXISTS (SELECT 1 FROM outputs o WHERE o.activity_id = a.id AND NOT ` + delivered + `)`
)

// complete says of a row of cycle_phases that every applicable output of the
// phase has accepted evidence.
const complete = `NOT EXISTS (
		SELECT 1 FROM cycles c JOIN activities a ON a.version_id = c.version_id JOIN outputs o ON o.activity_id = a.id
		WHERE c.id = cycle_phases.cycle_id AND a.phase = cycle_phases.phase AND a.level = 'task' AND a.applicable AND NOT EXISTS (
			SELECT 1 FROM submission_outputs x JOIN submissions y ON y.id = x.submission_id WHERE x.output_id = o.id AND y.cycle_id = c.id AND y.state = 'accepted'))`

// acceptedTasks counts for a row of cycle_phases the applicable tasks none of
// whose outputs lacks accepted evidence.
const acceptedTasks = `(
		SELECT COUNT(*) FROM cycles c JOIN activities a ON a.version_id = c.version_id
		WHERE c.id = cycle_phases.cycle_id AND a.phase = cycle_phases.phase AND a.level = 'task' AND a.applicable AND NOT EXISTS (
			SELECT 1 FROM outputs o WHERE o.activity_id = a.id AND NOT EXISTS (
				SELECT 1 FROM submission_outputs x JOIN submissions y ON y.id = x.submission_id WHERE x.output_id = o.id AND y.cycle_id = c.id AND y.state = 'accepted')))`

// waitingTasks counts for a row of cycle_phases the tasks that have evidence in
// review for an output without accepted evidence.
const waitingTasks = `(
		SELECT COUNT(DISTINCT s.activity_id) FROM submissions s JOIN activities a ON a.id = s.activity_id JOIN submission_outputs so ON so.submission_id = s.id
		WHERE s.cycle_id = cycle_phases.cycle_id AND s.state = 'submitted' AND a.phase = cycle_phases.phase AND NOT EXISTS (
			SELECT 1 FROM submission_outputs x JOIN submissions y ON y.id = x.submission_id WHERE x.output_id = so.output_id AND y.cycle_id = s.cycle_id AND y.state = 'accepted'))`

// refreshDuties works out anew, for a phase of a cycle or with "" for all of
// it, which tasks still owe evidence and how complete the phases are. Every unit
// of work that changes evidence, a gate, a due day or the state of a cycle
// ends with it, while it holds the cycle.
func refreshDuties(ctx context.Context, tx *store.Tx, cycleID, phase string) error {
	of := func(column string) bun.Safe { // narrows to the phase
		if phase == "" {
			return "1 = 1"
		}
		return bun.Safe(column + " = '" + phase + "'")
	}
	if phase != "" && !isPhase(phase) {
		return nil
	}
	_, err := tx.NewRaw(`DELETE FROM evidence_duties WHERE cycle_id = ? AND ?`, cycleID, of("phase")).Exec(ctx)
	if err != nil {
		return store.MapError(err, "clear duties")
	}
	_, err = tx.NewRaw(`INSERT INTO evidence_duties (department_id, due, cycle_id, activity_id, phase, returned) `+owed+` WHERE c.id = ? AND ?`+owing,
		cycleID, of("cp.phase")).Exec(ctx)
	if err != nil {
		return store.MapError(err, "write duties")
	}
	_, err = tx.NewRaw(`UPDATE cycle_phases SET complete = `+complete+`, accepted = `+acceptedTasks+`, waiting = `+waitingTasks+` WHERE cycle_id = ? AND ?`, cycleID, of("phase")).Exec(ctx)
	return store.MapError(err, "complete phases")
}

func isPhase(s string) bool { return len(s) == 1 && s[0] >= '1' && s[0] <= '8' }

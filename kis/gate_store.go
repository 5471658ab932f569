package kis

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
)

// unacceptedTasks lists the codes of the applicable tasks of a phase that have
// an output without accepted evidence.
func unacceptedTasks(ctx context.Context, db bun.IDB, cy Cycle, phase string) ([]string, error) {
	var codes []string
	err := db.NewRaw(`SELECT a.code FROM activities a WHERE a.version_id = ? AND a.phase = ? AND a.level = 'task' AND a.applicable
		AND EXISTS (SELECT 1 FROM outputs o WHERE o.activity_id = a.id AND NOT EXISTS (
			SELECT 1 FROM submission_outputs so JOIN submissions s ON s.id = so.submission_id
			WHERE so.output_id = o.id AND s.cycle_id = ? AND s.state = 'accepted'))
		ORDER BY a.position`, cy.VersionID, phase, cy.ID).Scan(ctx, &codes)
	return codes, store.MapError(err, "tasks without accepted evidence")
}

// updateGate moves a gate along an arrow. Passing and waiving keep who and
// when; reopening clears that and counts.
func updateGate(ctx context.Context, tx *store.Tx, cycleID, phase string, arrow office.Transition[GateState], note string) error {
	q := tx.NewUpdate().Table("cycle_phases").Set("gate = ?, gate_note = ?", arrow.To, note).
		Where("cycle_id = ? AND phase = ? AND gate = ?", cycleID, phase, arrow.From)
	if arrow.To == GateOpen {
		q.Set("gate_at = NULL, gate_by = NULL, reopenings = reopenings + 1, reopened_at = ?", tx.Now)
	} else {
		q.Set("gate_at = ?, gate_by = ?", tx.Now, bun.NullZero(tx.Actor.UserID))
	}
	n, err := store.Affected(q.Exec(ctx))
	return store.Moved(n, err, "gate", string(arrow.From))
}

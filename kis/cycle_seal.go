package kis

import "github.com/kis-platform/kis/internal/store"

// cycleSeal is what the trail keeps of a cycle, its gates and the values of its
// indicators, whose table stands beneath kis/indicator. Whether a phase
// is complete is worked out from the evidence and not kept.
var cycleSeal = store.Seal{Kind: "cycle", Table: "cycles", Of: []string{"gate", "indicator_value"}, Parts: []store.SealPart{
	{Name: "state", Query: `SELECT id, process_id, version_id, period, reference_period, state, created_at, running_at, evaluating_at, closed_at
		FROM cycles WHERE id IN (?0)`},
	{Name: "schedule", Later: true, Query: `SELECT id, frequency, first_day, release_day, template_id, copied_from, recurring FROM cycles WHERE id IN (?0)`},
	{Name: "indicators", Later: true, Query: `SELECT c.id, iv.indicator_id, iv.version_id, iv.value, iv.numerator, iv.denominator, iv.target, iv.source, iv.note, iv.revision, iv.recorded_by, iv.recorded_at
		FROM cycles c LEFT JOIN indicator_values iv ON iv.cycle_id = c.id WHERE c.id IN (?0)`},
	{Name: "gates", Query: `SELECT cycle_id, phase, due, gate, gate_at, gate_by, gate_note, reopenings, reopened_at FROM cycle_phases WHERE cycle_id IN (?0)`},
}}

package planning

// The one rule of what counts as carried out, in SQL and in Go: the
// responsible department reported the end of an item, and somebody else
// accepted that. An end that was reported before verdicts were kept (of no
// quarter) counts as it stands. Nothing else may count items that are done.

// accepted is what follows SELECT: the accepted ends of the item i.
const accepted = `FROM plan_reports w LEFT JOIN plan_report_verdicts v ON v.report_id = w.id
	WHERE w.item_id = i.id AND w.to_state = 'done' AND (w.quarter = 0 OR v.accepted)`

// CarriedOut is true of an item, under the alias i, that was carried out.
const CarriedOut = `(i.state = 'done' AND EXISTS (SELECT 1 ` + accepted + `))`

// ShownState is how the item i stands, for people: as its state says, but
// Reported while its end waits to be accepted; NULL without an item.
const ShownState = `(CASE WHEN i.state = 'done' AND NOT EXISTS (SELECT 1 ` + accepted + `) THEN 'reported' ELSE i.state END)`

// Reported is how an item is shown whose end nobody has accepted yet. It is
// stored nowhere: the state of such an item is Done.
const Reported ItemState = "reported"

// ShownStates lists how items may be shown, in the order of their life.
func ShownStates() []ItemState { return []ItemState{NotStarted, InProgress, Postponed, Reported, Done} }

// CarriedOut says whether the end of the item was reported and accepted.
func (i Item) CarriedOut() bool { return i.State == Done && i.EndsAccepted > 0 }

// Shown is the state by which people know the item.
func (i Item) Shown() ItemState {
	if i.State == Done && !i.CarriedOut() {
		return Reported
	}
	return i.State
}

package kis

import "github.com/kis-platform/kis/internal/day"

// WorkItem is one thing that waits for the actor, as the page "my work" shows
// it. Keys are message keys; texts are in the actor's language or as people
// wrote them. Each context gives its own with Work(ctx) ([]WorkItem, error).
type WorkItem struct {
	Due     day.Day // empty when there is no term
	KindKey string  // what kind of work, e.g. "kis.work.kind.evidence"
	Icon    string  // beside the kind, e.g. "file-upload"
	Title   string  // number or code, and name
	Reason  string  // one line: where it belongs, who asked
	Quote   string  // somebody's words that must be answered, e.g. why evidence was returned
	Href    string  // page where it is done
	VerbKey string  // on the button, e.g. "kis.work.verb.submit"
	Overdue bool    // past its term
	Awaited bool    // the actor waits for somebody else: shown beside, without a button
	More    bool    // the last of its kind that is listed; there are more of it
	State   WorkState
}

// WorkState is the state word of something awaited.
type WorkState struct{ Tone, Icon, Key string }

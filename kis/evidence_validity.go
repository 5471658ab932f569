package kis

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/describe"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
)

// Validity says where the last day of evidence comes from.
type Validity string

// The origins.
const (
	ValidityNone   Validity = ""     // without an end
	ValidityOwn    Validity = "own"  // said by the sender
	ValidityByRule Validity = "rule" // worked out by the rule for the task
)

// Freshness says whether accepted evidence is still valid on a day. It is
// worked out at each look and stored nowhere.
type Freshness string

// The states of freshness.
const (
	Fresh    Freshness = ""         // valid, or without an end, or not accepted
	Expiring Freshness = "expiring" // its last day is within ExpiringDays
	Expired  Freshness = "expired"  // its last day has passed
)

// ExpiringDays is how many days before its last day evidence begins to be
// called expiring.
const ExpiringDays = 30

// Freshness is how fresh the submission is on a day.
func (sub Submission) Freshness(today day.Day) Freshness {
	switch {
	case sub.State != Accepted || sub.ValidUntil == "":
		return Fresh
	case sub.ValidUntil < today:
		return Expired
	case sub.ValidUntil <= today.Add(ExpiringDays):
		return Expiring
	}
	return Fresh
}

// ValidityRule says for how many months after the day of the document evidence
// of some tasks of a process is valid. Of several rules that of the longest
// code counts.
type ValidityRule struct {
	bun.BaseModel `bun:"table:validity_rules,alias:v"`

	ID        string    `bun:"id,pk"`
	ProcessID string    `bun:"process_id"`
	Code      string    `bun:"code"`   // of a phase, sub-process or task; empty: all of the process
	Months    int       `bun:"months"` // 0: without an end
	SetBy     string    `bun:"set_by,nullzero"`
	SetAt     time.Time `bun:"set_at"`
}

// covers says whether the rule is about a task.
func (r ValidityRule) covers(code string) bool {
	return r.Code == "" || r.Code == code || strings.HasPrefix(code, r.Code+".")
}

// until is the last day of a document of a day; empty when there is none.
func (r ValidityRule) until(from day.Day) day.Day {
	if r.Months == 0 || from == "" {
		return ""
	}
	return from.AddMonths(r.Months)
}

// ruleFor gives the rule that counts for a task; the zero rule when none does.
func ruleFor(rules []ValidityRule, code string) ValidityRule {
	var best ValidityRule
	found := false
	for _, r := range rules {
		if r.covers(code) && (!found || len(r.Code) > len(best.Code)) {
			best, found = r, true
		}
	}
	return best
}

func validityRules(ctx context.Context, db bun.IDB, processID string) ([]ValidityRule, error) {
	var rules []ValidityRule
	err := db.NewSelect().Model(&rules).Where("v.process_id = ?", processID).Scan(ctx)
	slices.SortFunc(rules, func(a, b ValidityRule) int { return compareCodes(a.Code, b.Code) })
	return rules, store.MapError(err, "rules of validity")
}

// compareCodes orders codes by their numbers: 4.2 before 4.10.
func compareCodes(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		n, _ := strconv.Atoi(x[i])
		m, _ := strconv.Atoi(y[i])
		if n != m {
			return n - m
		}
	}
	return len(a) - len(b)
}

// becomeValid sets the last day of a new submission: as its sender said, else
// by the rule for the task.
func (sub *Submission) becomeValid(ctx context.Context, tx *store.Tx, code string) error {
	if sub.ValidUntil != "" {
		sub.Validity = ValidityOwn
		return nil
	}
	rules, err := validityRules(ctx, tx, sub.ProcessID)
	if err != nil {
		return err
	}
	if sub.ValidUntil = ruleFor(rules, code).until(sub.EffectiveDay); sub.ValidUntil != "" {
		sub.Validity = ValidityByRule
	}
	return nil
}

// ValidityRules lists the rules of a process by code.
func (s *Service) ValidityRules(ctx context.Context, processID string) ([]ValidityRule, error) {
	if _, err := office.Allowed(ctx, policies.ProcessRead); err != nil {
		return nil, err
	}
	return validityRules(ctx, s.DB.Read(), processID)
}

// NewValidityRule is a rule to set; Months "" takes it away.
type NewValidityRule struct {
	Code   string
	Months string // whole number, 0 to 240
}

// maxValidity is the longest validity in months.
const maxValidity = 240

// SetValidityRule sets, changes or takes away the rule for a code of a process
// and moves the last day of all its evidence that follows rules. What its
// sender gave a day stays. The same again is no change.
func (s *Service) SetValidityRule(ctx context.Context, processID string, in NewValidityRule) error {
	if err := office.AllowedAny(ctx, policies.CyclePlan); err != nil {
		return err
	}
	var c apperr.Check
	in.Code = strings.Trim(strings.TrimSpace(in.Code), ".")
	if in.Code != "" && !describe.IsCode(in.Code) {
		c.Add("code", "kis.validity.code")
	}
	months, err := strconv.Atoi(strings.TrimSpace(in.Months))
	gone := strings.TrimSpace(in.Months) == ""
	if !gone && (err != nil || months < 0 || months > maxValidity) {
		c.Add("months", "error.field.range", "min", 0, "max", maxValidity)
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		p, err := process.FindProcess(ctx, tx, processID)
		if err != nil {
			return err
		}
		if p == nil || p.ID != processID {
			return apperr.Missing("process")
		}
		rules, err := validityRules(ctx, tx, processID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(rules, func(r ValidityRule) bool { return r.Code == in.Code })
		var before any
		switch {
		case i < 0 && gone, i >= 0 && !gone && rules[i].Months == months:
			return store.ErrNoChange
		case i >= 0:
			before = map[string]any{"code": in.Code, "months": rules[i].Months}
			if _, err := tx.NewDelete().Model((*ValidityRule)(nil)).Where("id = ?", rules[i].ID).Exec(ctx); err != nil {
				return store.MapError(err, "rule of validity")
			}
			rules = slices.Delete(rules, i, i+1)
		}
		var after any
		if !gone {
			r := ValidityRule{ID: store.NewID(), ProcessID: processID, Code: in.Code, Months: months, SetBy: tx.Actor.UserID, SetAt: tx.Now}
			if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
				return store.MapError(err, "rule of validity")
			}
			rules, after = append(rules, r), map[string]any{"code": in.Code, "months": months}
		}
		n, err := moveValidity(ctx, tx, processID, rules)
		if err != nil {
			return err
		}
		tx.Record(store.Change{Action: TrailValidity, Kind: "validity", ID: processID + ":" + in.Code, Label: strings.TrimSpace(p.Code + " " + in.Code), RootKind: "process", RootID: processID,
			Before: before, After: after, Note: strconv.Itoa(n)})
		return nil
	})
}

// TrailValidity is what the trail calls a change of a rule of validity.
const TrailValidity = "kis:validity:set"

// moveValidity works out anew the last day of evidence of a process that
// follows rules, and gives how many submissions got another one.
func moveValidity(ctx context.Context, tx *store.Tx, processID string, rules []ValidityRule) (moved int, err error) {
	var subs []struct {
		ID, Code     string
		EffectiveDay day.Day
		ValidUntil   day.Day
	}
	err = tx.NewRaw(`SELECT s.id, a.code, s.effective_day, s.valid_until FROM submissions s JOIN activities a ON a.id = s.activity_id
		WHERE s.process_id = ? AND s.validity <> ?`, processID, ValidityOwn).Scan(ctx, &subs)
	if err != nil {
		return 0, store.MapError(err, "evidence that follows rules")
	}
	to := map[day.Day][]string{}
	for _, sub := range subs {
		if until := ruleFor(rules, sub.Code).until(sub.EffectiveDay); until != sub.ValidUntil {
			to[until] = append(to[until], sub.ID)
		}
	}
	for until, ids := range to { // as many as there are days, not submissions
		origin := ValidityByRule
		if until == "" {
			origin = ValidityNone
		}
		for part := range slices.Chunk(ids, 500) {
			if _, err := tx.NewUpdate().Table("submissions").Set("valid_until = ?, validity = ?", until, origin).Where("id IN (?)", bun.List(part)).Exec(ctx); err != nil {
				return 0, store.MapError(err, "move validity")
			}
		}
		moved += len(ids)
	}
	return moved, nil
}

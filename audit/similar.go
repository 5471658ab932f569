package audit

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Similar is an act or a finding that is like another, and why. It is a
// proposal: a person decides whether it is the same thing again.
type Similar struct {
	FindingID      string // empty for an act from elsewhere
	ActID          string // empty for a finding that made none
	Number         string // of the act, or of the audit with the finding's number: "DA-2026-01, 3"
	Statement      string
	DepartmentID   string
	DepartmentCode string
	Process        string // code; empty when it concerns no cycle
	Clause         string
	GSBPM          string
	Grade          Grade
	ActState       ActState
	CreatedAt      time.Time

	Score  int      // 0 to 100
	Like   []string // what is the same: "department", "process", "clause", "code", "sub_process", "text"
	Shared []string // words that both have, folded, longest first
}

// sought is what something is compared with.
type sought struct {
	findingID, actID, auditID, departmentID, process, clause, gsbpm, text string
}

// Weights of what is the same; together 100. What is less alike than
// leastScore is not proposed.
const (
	likeDepartment = 15
	likeProcess    = 10
	likeClause     = 25 // half of it for a clause of the same group: 7.5.2 and 7.5.3
	likeCode       = 20 // half of it for a task of the same sub-process
	likeText       = 30
	leastScore     = 40
	mostSimilar    = 8
)

// score fills in how alike a candidate is.
func (w sought) score(c *Similar) {
	add := func(points int, why string) { c.Score += points; c.Like = append(c.Like, why) }
	if c.DepartmentID == w.departmentID {
		add(likeDepartment, "department")
	}
	if c.Process != "" && c.Process == w.process {
		add(likeProcess, "process")
	}
	switch {
	case c.Clause == "" || w.clause == "":
	case c.Clause == w.clause:
		add(likeClause, "clause")
	case group(c.Clause) == group(w.clause):
		add(likeClause/2, "clause_group")
	}
	switch {
	case c.GSBPM == "" || w.gsbpm == "":
	case c.GSBPM == w.gsbpm:
		add(likeCode, "code")
	case group(c.GSBPM) == group(w.gsbpm) && strings.Contains(group(w.gsbpm), "."):
		add(likeCode/2, "sub_process")
	}
	var share float64
	share, c.Shared = sameWords(w.text, c.Statement)
	if points := int(share*likeText*2 + 0.5); points >= 6 { // half of the words is as good as all
		add(min(points, likeText), "text")
	}
}

// group is the first two parts of a clause or code: 7.5 of 7.5.3.
func group(code string) string {
	code, _, _ = strings.Cut(code, " ") // "9.2.2 c"
	if parts := strings.SplitN(code, ".", 3); len(parts) > 2 {
		return parts[0] + "." + parts[1]
	}
	return code
}

// sameWords compares two texts by the stems of their folded words, and gives
// the share of stems that both have among all, and the words.
func sameWords(a, b string) (share float64, words []string) {
	x, y := stems(a), stems(b)
	if len(x) == 0 || len(y) == 0 {
		return 0, nil
	}
	for stem, word := range x {
		if _, ok := y[stem]; ok {
			words = append(words, word)
		}
	}
	slices.SortFunc(words, func(a, b string) int {
		return cmp.Or(cmp.Compare(utf8.RuneCountInString(b), utf8.RuneCountInString(a)), strings.Compare(a, b))
	})
	return float64(len(words)) / float64(len(x)+len(y)-len(words)), words
}

// stems are the beginnings of the words of a text that say something: endings
// change in Azerbaijani, and short words are mostly particles.
func stems(text string) map[string]string {
	out := map[string]string{}
	for _, w := range strings.FieldsFunc(i18n.Fold(text), func(r rune) bool { return !('a' <= r && r <= 'z') && !('0' <= r && r <= '9') && r < 0x80 }) {
		r := []rune(w)
		if len(r) < 4 {
			continue
		}
		out[string(r[:min(len(r), 6)])] = w
	}
	return out
}

// SimilarActs proposes acts that are like one, most alike first: acts issued,
// not withdrawn, that the actor may see.
func (s *Service) SimilarActs(ctx context.Context, actID string) ([]Similar, error) {
	sc, err := office.Allowed(ctx, policies.ActRead)
	if err != nil {
		return nil, err
	}
	db := s.DB.Read()
	a, err := s.seenAct(ctx, db, actID)
	if err != nil {
		return nil, err
	}
	w := sought{actID: a.ID, findingID: a.FindingID, departmentID: a.DepartmentID, clause: a.Clause, gsbpm: a.GSBPM, text: a.Statement}
	if w.process, err = processOf(ctx, db, a.CycleID); err != nil {
		return nil, err
	}
	found, err := likeActs(ctx, db, sc, w)
	return best(w, found), err
}

// EarlierFindings proposes earlier findings and acts that a finding may
// repeat, most alike first. For those who see the working papers.
func (s *Service) EarlierFindings(ctx context.Context, findingID string) ([]Similar, error) {
	sc, err := office.Allowed(ctx, policies.ActRead)
	if err != nil {
		return nil, err
	}
	db := s.DB.Read()
	f, err := s.seenFinding(ctx, db, findingID)
	if err != nil || !sc.Any {
		return nil, err
	}
	w := sought{findingID: f.ID, auditID: f.AuditID, departmentID: f.DepartmentID, clause: f.Clause, gsbpm: f.GSBPM, text: f.Statement}
	if w.process, err = processOf(ctx, db, f.CycleID); err != nil {
		return nil, err
	}
	acts, err := likeActs(ctx, db, sc, w)
	if err != nil {
		return nil, err
	}
	findings, err := likeFindings(ctx, db, w)
	return best(w, append(acts, findings...)), err
}

// best keeps the most alike, the newer of two that are equally so.
func best(w sought, list []Similar) []Similar {
	for i := range list {
		w.score(&list[i])
	}
	list = slices.DeleteFunc(list, func(c Similar) bool { return c.Score < leastScore })
	slices.SortFunc(list, func(a, b Similar) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), b.CreatedAt.Compare(a.CreatedAt), strings.Compare(b.Number, a.Number))
	})
	return list[:min(len(list), mostSimilar)]
}

// DecideRepeat says that a draft finding repeats an earlier one, or, with an
// empty id, that it happened for the first time. A draft act of it follows
// when the earlier one made an act in the same department.
func (s *Service) DecideRepeat(ctx context.Context, findingID, earlierID string) error {
	if _, err := office.Allowed(ctx, policies.FindingRaise); err != nil {
		return err
	}
	return s.changeFinding(ctx, findingID, 0, []FindingState{FindingDraft}, func(tx *store.Tx, f *Finding) error {
		repeats := ""
		if earlierID != "" {
			e, err := findingByID(ctx, tx, earlierID)
			if err != nil || e.ID == f.ID || !e.State.Shown() || e.CreatedAt.After(f.CreatedAt) {
				return apperr.InvalidField("repeat_of", "error.field.choice")
			}
			if repeats, err = actOfFinding(ctx, tx, e.ID); err != nil {
				return err
			}
		}
		f.RepeatOf = earlierID
		if err := updateFinding(ctx, tx, *f, f.State, "repeat_of"); err != nil {
			return err
		}
		if err := recordFinding(ctx, tx, *f, f.State, "repeat", policies.FindingRaise, "", map[string]any{"repeat_of": earlierID}); err != nil {
			return err
		}
		return s.repeatAct(ctx, tx, *f, repeats)
	})
}

// repeatAct has the draft act of a finding repeat an act.
func (s *Service) repeatAct(ctx context.Context, tx *store.Tx, f Finding, repeats string) error {
	id, err := actOfFinding(ctx, tx, f.ID)
	if err != nil || id == "" {
		return err
	}
	a, err := actByID(ctx, tx, id)
	if err != nil || a.State != ActDraft {
		return err
	}
	if repeats != "" {
		if ok, err := earlierAct(ctx, tx, repeats, a.DepartmentID); err != nil || !ok {
			return err
		}
	}
	a.RepeatOf = repeats
	a.Version++
	tx.Record(store.Change{Action: string(policies.FindingRaise), Kind: kindAct, ID: a.ID, After: map[string]any{"repeat_of": repeats}})
	return updateAct(ctx, tx, a, []string{"repeat_of"})
}

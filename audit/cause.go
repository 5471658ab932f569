package audit

import (
	"context"
	"fmt"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// Bounds of the way to a root cause.
const (
	maxCauses = 60 // questions or causes of one act
	maxDepth  = 10 // questions one after another
)

// tree puts the causes of a form in order: those without an answer fall away,
// and what followed from one of them follows from what that followed from.
// Parent counts the rows of the form from 1, and must name an earlier row.
func tree(c *apperr.Check, given []Cause, method CauseMethod) []Cause {
	at := make([]int, len(given)+1) // place in the result of each row of the form
	depth := map[int]int{}
	var out []Cause
	for i, ca := range given {
		ca.Question = c.Text("causes", ca.Question, 0, maxTitle)
		ca.Answer = c.Text("causes", ca.Answer, 0, maxText)
		if ca.Parent < 0 || ca.Parent > i {
			c.Add("causes", "audit.error.cause_parent", "n", i+1)
			ca.Parent = 0
		}
		parent := at[ca.Parent]
		if ca.Answer == "" {
			at[i+1] = parent
			continue
		}
		if method == Ishikawa {
			parent = 0
			if ca.Category == "" {
				c.Add("causes", "audit.error.cause_category", "n", i+1)
			}
		} else {
			ca.Category = ""
		}
		ca.Parent, ca.Position = parent, len(out)+1
		depth[ca.Position] = depth[parent] + 1
		if depth[ca.Position] > maxDepth {
			c.Add("causes", "audit.error.cause_depth", "max", maxDepth)
		}
		out = append(out, ca)
		at[i+1] = ca.Position
	}
	if len(out) > maxCauses {
		c.Add("causes", "error.field.range", "min", 0, "max", maxCauses)
	}
	return out
}

// CauseBranch is a cause with its number in the tree, "1.2", and how deep it
// lies, from 0.
type CauseBranch struct {
	Cause

	No    string
	Depth int
	Leaf  bool // nothing follows from it: it may be the root
}

// Category names the branch of a diagram that a cause stands under, in a
// language; the code itself when nobody knows it.
func (v ActView) Category(code, lang string) string {
	for _, k := range v.Categories {
		if k.Code == code {
			return k.Name(lang)
		}
	}
	return code
}

// Chain says whether each question follows from the answer before it.
func (v ActView) Chain() bool {
	for i, c := range v.Causes {
		if c.Parent != i {
			return false
		}
	}
	return true
}

// Branches gives the causes of an act as a tree, each answer right before what
// follows from it.
func (v ActView) Branches() []CauseBranch { return branches(v.Causes, 0, "", 0) }

func branches(all []Cause, parent int, no string, depth int) (out []CauseBranch) {
	n := 0
	for _, c := range all {
		if c.Parent != parent || c.Position <= parent {
			continue
		}
		n++
		b := CauseBranch{Cause: c, No: no + strconv.Itoa(n), Depth: depth}
		under := branches(all, c.Position, b.No+".", depth+1)
		b.Leaf = len(under) == 0
		out = append(append(out, b), under...)
	}
	return out
}

// CauseCategory is a branch of an Ishikawa diagram. They are data: an office
// may have others.
type CauseCategory struct {
	bun.BaseModel `bun:"table:cause_categories,alias:k"`

	Code     string `bun:"code,pk"`
	Position int    `bun:"position"`
	NameAZ   string `bun:"name_az"`
	NameEN   string `bun:"name_en"`
	Active   bool   `bun:"active"` // can be chosen; old answers keep one that cannot
}

// Name is the name in a language.
func (k CauseCategory) Name(lang string) string { return i18n.InLang(lang, k.NameAZ, k.NameEN) }

// CauseCategories lists the branches, also those that are no longer chosen.
func (s *Service) CauseCategories(ctx context.Context) ([]CauseCategory, error) {
	if _, err := office.Allowed(ctx, policies.ActRead); err != nil {
		return nil, err
	}
	return causeCategories(ctx, s.DB.Read())
}

func causeCategories(ctx context.Context, db bun.IDB) ([]CauseCategory, error) {
	var out []CauseCategory
	err := db.NewSelect().Model(&out).Order("k.position", "k.code").Scan(ctx)
	return out, store.MapError(err, "cause categories")
}

// knownCategories refuses a cause under a branch that cannot be chosen.
func knownCategories(ctx context.Context, db bun.IDB, causes []Cause) error {
	list, err := causeCategories(ctx, db)
	if err != nil {
		return err
	}
	active := map[string]bool{"": true}
	for _, k := range list {
		active[k.Code] = k.Active
	}
	for _, c := range causes {
		if !active[c.Category] {
			return apperr.InvalidField("causes", "error.field.choice")
		}
	}
	return nil
}

// loadCodes fills the branches of causes and the levels of escalation. What is
// there stays as it is.
func loadCodes(ctx context.Context, tx *store.Tx) (added int64, err error) {
	rows, err := reference.Rows(reference.CauseCategories)
	if err != nil {
		return 0, err
	}
	var categories []CauseCategory
	for i, r := range rows {
		categories = append(categories, CauseCategory{Code: r["code"], Position: i + 1, NameAZ: r["name_az"], NameEN: r["name_en"], Active: true})
	}
	if added, err = store.Affected(tx.NewInsert().Model(&categories).On("CONFLICT (code) DO NOTHING").Exec(ctx)); err != nil {
		return 0, store.MapError(err, "insert cause categories")
	}
	if rows, err = reference.Rows(reference.EscalationLevels); err != nil {
		return 0, err
	}
	var levels []EscalationLevel
	for i, r := range rows {
		days, err := strconv.Atoi(r["after_days"])
		if err != nil {
			return 0, fmt.Errorf("%s:%d: after_days: %w", reference.EscalationLevels, i+2, err)
		}
		levels = append(levels, EscalationLevel{Level: i + 1, AfterDays: days, Whom: r["whom"], NameAZ: r["name_az"], NameEN: r["name_en"], Active: true})
	}
	more, err := store.Affected(tx.NewInsert().Model(&levels).On("CONFLICT (level) DO NOTHING").Exec(ctx))
	return added + more, store.MapError(err, "insert escalation levels")
}

package audit

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// EscalationLevel says whom a late action is brought before, and when. The
// levels are data of the office.
type EscalationLevel struct {
	bun.BaseModel `bun:"table:escalation_levels,alias:l"`

	Level     int    `bun:"level,pk"`
	AfterDays int    `bun:"after_days"` // working days after the term
	Whom      string `bun:"whom"`       // owner, head, quality_manager, management
	NameAZ    string `bun:"name_az"`
	NameEN    string `bun:"name_en"`
	Active    bool   `bun:"active"`
}

// Name is the name in a language.
func (l EscalationLevel) Name(lang string) string { return i18n.InLang(lang, l.NameAZ, l.NameEN) }

// Whom a level brings an action before.
const (
	toOwner          = "owner"
	toHead           = "head"
	toQualityManager = "quality_manager"
	toManagement     = "management"
)

// EscalationLevels lists the levels, first one first.
func (s *Service) EscalationLevels(ctx context.Context) ([]EscalationLevel, error) {
	if _, err := office.Allowed(ctx, policies.ActRead); err != nil {
		return nil, err
	}
	return escalationLevels(ctx, s.DB.Read())
}

func escalationLevels(ctx context.Context, db bun.IDB) ([]EscalationLevel, error) {
	var out []EscalationLevel
	err := db.NewSelect().Model(&out).Where("l.active = TRUE").Order("l.after_days", "l.level").Scan(ctx)
	return out, store.MapError(err, "escalation levels")
}

// Escalate brings every action that is late before the next level that it has
// reached, and gives how many were. It may run at any time and on any node:
// each level is reached once for a term, and the notice of it follows from the
// trail. An action that nobody looked at for weeks goes straight to the highest
// level reached. The program does it, in its own name.
func (s *Service) Escalate(ctx context.Context) (n int, err error) {
	ctx = actor.With(ctx, actor.Program("escalation"))
	db, today := s.DB.Read(), s.KIS.Today()
	levels, err := escalationLevels(ctx, db)
	if err != nil || len(levels) == 0 {
		return 0, err
	}
	// The last terms after which the working days of a level have passed: the
	// day before the first of that many working days that end today. On a day
	// off nothing becomes later than it was.
	terms := make([]day.Day, len(levels))
	for i, l := range levels {
		first, _, err := office.AddWorkingDays(ctx, db, s.KIS.Country, today.Add(1), -l.AfterDays)
		if err != nil {
			return 0, err
		}
		terms[i] = first.Add(-1)
	}
	late, err := lateActions(ctx, db, levels, terms)
	if err != nil {
		return 0, err
	}
	for _, ac := range late {
		reached := 0
		for i := range levels {
			if ac.Due <= terms[i] {
				reached = i + 1
			}
		}
		if reached == 0 || levels[reached-1].Level <= ac.Escalation {
			continue
		}
		did, err := s.escalate(ctx, ac, levels[reached-1])
		if err != nil {
			return n, err
		}
		if did {
			n++
		}
	}
	return n, nil
}

// escalate brings one action before a level, unless it moved meanwhile.
func (s *Service) escalate(ctx context.Context, seen Action, level EscalationLevel) (did bool, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := lock(ctx, tx, "acts", seen.ActID); err != nil {
			return err
		}
		ac, err := actionByID(ctx, tx, seen.ID)
		if err != nil {
			return err
		}
		a, err := actByID(ctx, tx, seen.ActID)
		if err != nil {
			return err
		}
		if a.State != ActInProgress || !slices.Contains(extendable, ac.State) || ac.Due != seen.Due || ac.Escalation >= level.Level {
			return store.ErrNoChange
		}
		ac.Escalation, ac.EscalatedAt = level.Level, tx.Now
		if err := moveAction(ctx, tx, ac, ac.State, []string{"escalation", "escalated_at"}); err != nil {
			return err
		}
		did = true
		return recordAction(ctx, tx, a, ac, ac.State, "escalate", policies.ActionReport, level.NameAZ, map[string]any{"level": level.Level, "whom": level.Whom})
	})
	return did, err
}

// lateActions reads the actions of acts in progress that have reached a level
// before which they were not brought yet: those whose term was no later than
// the one of the level.
func lateActions(ctx context.Context, db bun.IDB, levels []EscalationLevel, terms []day.Day) ([]Action, error) {
	var out []Action
	err := db.NewSelect().Model(&out).Join("JOIN acts AS c ON c.id = ac.act_id").
		Where("ac.due <= ? AND ac.state IN ('planned', 'in_progress', 'rejected')", terms[0]).
		WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			for i, l := range levels {
				q.WhereOr("ac.due <= ? AND ac.escalation < ?", terms[i], l.Level)
			}
			return q
		}).
		Where("c.state = ?", ActInProgress).Order("ac.due", "ac.id").Scan(ctx)
	return out, store.MapError(err, "late actions")
}

// announceEscalation tells whom a late action is brought before, and all those
// of the levels beneath.
func announceEscalation(ctx context.Context, db bun.IDB, t toldAct, ac Action, whom string) (func(actor.Actor) bool, error) {
	owners, err := ownersOf(ctx, db, ac)
	if err != nil {
		return nil, err
	}
	reach := []string{toOwner, toHead, toQualityManager, toManagement}
	reach = reach[:slices.Index(reach, whom)+1]
	return func(a actor.Actor) bool {
		for _, r := range reach {
			switch r {
			case toOwner:
				if slices.ContainsFunc(owners, func(o ActionOwner) bool { return o.UserID == a.UserID }) {
					return true
				}
			case toHead:
				heads := policies.For(a, policies.ActAcknowledge)
				if slices.ContainsFunc(owners, func(o ActionOwner) bool { return heads.Department(o.DepartmentID) }) || heads.Department(t.DepartmentID) {
					return true
				}
			case toQualityManager:
				if t.reads(a) && policies.For(a, policies.ActClose).Any {
					return true
				}
			case toManagement:
				if t.reads(a) && policies.Can(a, policies.PlanApprove) {
					return true
				}
			}
		}
		return false
	}, nil
}

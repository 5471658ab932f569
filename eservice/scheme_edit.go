package eservice

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// SchemeState is where a version of a scheme stands.
type SchemeState string

// The states of a scheme. An active scheme never changes again but for its
// last day.
const (
	SchemeDraft     SchemeState = "draft"     // being written; nothing is assessed by it
	SchemeActive    SchemeState = "active"    // in force for its days
	SchemeDiscarded SchemeState = "discarded" // a draft that was given up
)

// SchemeTransitions is the life of a version of a scheme.
var SchemeTransitions = []office.Transition[SchemeState]{
	{From: "", To: SchemeDraft, Action: policies.SchemeWrite, Verb: "copy"},
	{From: SchemeDraft, To: SchemeActive, Action: policies.SchemeWrite, Verb: "activate"},
	{From: SchemeDraft, To: SchemeDiscarded, Action: policies.SchemeWrite, Verb: "discard"},
}

const kindScheme = "rating_scheme"

// Schemes lists the schemes, newest first; drafts only for who may write them.
func (s *Service) Schemes(ctx context.Context) ([]Scheme, error) {
	if _, err := office.Allowed(ctx, policies.SchemeRead); err != nil {
		return nil, err
	}
	all, err := s.allSchemes(ctx)
	if err != nil {
		return nil, err
	}
	_, err = office.Allowed(ctx, policies.SchemeWrite)
	var out []Scheme
	for _, x := range all {
		if x.State == SchemeActive || (err == nil && x.State == SchemeDraft) {
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(a, b Scheme) int {
		return cmp.Or(cmp.Compare(b.ValidFrom, a.ValidFrom), cmp.Compare(a.Family, b.Family), cmp.Compare(b.Version, a.Version))
	})
	return out, nil
}

// Scheme gives one scheme.
func (s *Service) Scheme(ctx context.Context, code string) (Scheme, error) {
	all, err := s.Schemes(ctx)
	if err != nil {
		return Scheme{}, err
	}
	for _, x := range all {
		if x.Code == code {
			return x, nil
		}
	}
	return Scheme{}, apperr.Missing("scheme")
}

// CopyScheme begins a draft: the next version of a scheme, with all it holds.
func (s *Service) CopyScheme(ctx context.Context, code string) (draft Scheme, err error) {
	if _, err := office.Allowed(ctx, policies.SchemeWrite); err != nil {
		return Scheme{}, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		all, err := loadSchemes(ctx, tx)
		if err != nil {
			return err
		}
		from, ok := all[code]
		if !ok || from.State != SchemeActive {
			return apperr.Missing("scheme")
		}
		draft = from
		for _, x := range all {
			if x.Family == from.Family {
				draft.Version = max(draft.Version, x.Version+1)
			}
		}
		draft.Code, draft.State, draft.BasedOn, draft.Revision = fmt.Sprintf("%s-v%d", from.Family, draft.Version), SchemeDraft, from.Code, 1
		draft.ValidFrom, draft.ValidTo, draft.Confirmed, draft.EditedBy = s.KIS.Today(), "", false, tx.Actor.Signature()
		if err := kis.ReferenceChanges(ctx, tx, policies.SchemeWrite, draft.Code); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&draft).Exec(ctx); err != nil {
			return store.MapError(err, "insert scheme")
		}
		tx.Record(store.Change{Action: string(policies.SchemeWrite), Kind: kindScheme, ID: draft.Code, Label: draft.TitleAZ, After: map[string]any{"state": SchemeDraft, "based_on": from.Code}})
		return insertParts(ctx, tx, &draft)
	})
	return draft, err
}

// SaveScheme keeps a draft as it was written. Bands that overlap or leave a
// hole, and anything else that does not fit, are refused by field. Conflict
// when somebody saved it since revision.
func (s *Service) SaveScheme(ctx context.Context, in Scheme, revision int) (Scheme, error) {
	if _, err := office.Allowed(ctx, policies.SchemeWrite); err != nil {
		return Scheme{}, err
	}
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		old, err := draftOf(ctx, tx, in.Code)
		if err != nil {
			return err
		}
		if old.Revision != revision {
			return apperr.New(apperr.Conflict, "eservice.scheme.error.changed", "who", old.EditedBy)
		}
		in.State, in.Family, in.Version, in.BasedOn, in.Revision, in.EditedBy = old.State, old.Family, old.Version, old.BasedOn, old.Revision+1, tx.Actor.Signature()
		if err := in.check(false); err != nil {
			return err
		}
		if err := kis.ReferenceChanges(ctx, tx, policies.SchemeWrite, in.Code); err != nil {
			return err
		}
		n, err := store.Affected(tx.NewUpdate().Model(&in).WherePK().Where("state = ? AND revision = ?", SchemeDraft, revision).Exec(ctx))
		if err := store.Moved(n, err, "scheme", string(SchemeDraft)); err != nil {
			return err
		}
		for _, m := range []any{(*Parameter)(nil), (*Criterion)(nil), (*Band)(nil)} {
			if _, err := tx.NewDelete().Model(m).Where("scheme = ?", in.Code).Exec(ctx); err != nil {
				return store.MapError(err, "parts of a scheme")
			}
		}
		tx.Record(store.Change{Action: string(policies.SchemeWrite), Kind: kindScheme, ID: in.Code, Label: in.TitleAZ, Before: old.facts(), After: in.facts()})
		return insertParts(ctx, tx, &in)
	})
	return in, err
}

// facts are what the trail keeps of a scheme.
func (s Scheme) facts() map[string]any {
	f := map[string]any{"title": s.TitleAZ, "act": s.ActAZ, "valid_from": s.ValidFrom, "valid_to": s.ValidTo, "max": MilliText(s.MaxMilli, 3), "confirmed": s.Confirmed}
	for _, b := range s.Bands {
		f["band "+b.Code] = fmt.Sprintf("%v %s–%s %v", b.MinInclusive, MilliText(b.MinMilli, 3), MilliText(b.MaxMilli, 3), b.MaxInclusive)
	}
	for _, c := range s.Criteria {
		f["criterion "+c.Code] = MilliText(c.WeightMilli, 3)
	}
	for _, m := range s.Parameters {
		f["parameter "+m.Code] = MilliText(m.MaxMilli, 3) + " × " + MilliText(m.WeightMilli, 3)
	}
	return f
}

// ActivateScheme puts a draft into force from its first day. The version it
// was copied from ends the day before, if the draft ends when that one would
// have; any other scheme of the same scale whose days it would share is a
// Conflict.
func (s *Service) ActivateScheme(ctx context.Context, code string) error {
	return s.moveScheme(ctx, code, "activate", "", func(tx *store.Tx, d *Scheme) error {
		if err := d.check(true); err != nil {
			return err
		}
		all, err := loadSchemes(ctx, tx)
		if err != nil {
			return err
		}
		for _, x := range all {
			if x.Code == d.Code || x.State != SchemeActive || x.Scale != d.Scale || (x.ValidTo != "" && x.ValidTo < d.ValidFrom) || (d.ValidTo != "" && d.ValidTo < x.ValidFrom) {
				continue
			}
			if x.Code != d.BasedOn || x.ValidTo != d.ValidTo || x.ValidFrom >= d.ValidFrom {
				return apperr.New(apperr.Conflict, "eservice.scheme.error.days", "scheme", x.Code)
			}
			before := x.ValidTo
			x.ValidTo = d.ValidFrom.Add(-1)
			if _, err := tx.NewUpdate().Model(&x).Column("valid_to").WherePK().Exec(ctx); err != nil {
				return store.MapError(err, "end of a scheme")
			}
			tx.Record(store.Change{Action: string(policies.SchemeWrite), Kind: kindScheme, ID: x.Code, Label: x.TitleAZ, Before: map[string]any{"valid_to": before}, After: map[string]any{"valid_to": x.ValidTo}})
		}
		return nil
	})
}

// DiscardScheme gives a draft up.
func (s *Service) DiscardScheme(ctx context.Context, code, reason string) error {
	var check apperr.Check
	reason = check.Text("reason", reason, 3, 2000)
	if err := check.Err(); err != nil {
		return err
	}
	return s.moveScheme(ctx, code, "discard", reason, func(*store.Tx, *Scheme) error { return nil })
}

func (s *Service) moveScheme(ctx context.Context, code, verb, note string, change func(*store.Tx, *Scheme) error) error {
	if _, err := office.Allowed(ctx, policies.SchemeWrite); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		d, err := draftOf(ctx, tx, code)
		if err != nil {
			return err
		}
		t, ok := office.Arrow(SchemeTransitions, d.State, verb)
		if !ok {
			return apperr.New(apperr.Conflict, "error.conflict.state", "object", "scheme", "state", string(d.State))
		}
		if err := kis.ReferenceChanges(ctx, tx, policies.SchemeWrite, d.Code); err != nil {
			return err
		}
		if err := change(tx, &d); err != nil {
			return err
		}
		d.State = t.To
		n, err := store.Affected(tx.NewUpdate().Model(&d).Column("state").WherePK().Where("state = ?", t.From).Exec(ctx))
		if err := store.Moved(n, err, "scheme", string(t.From)); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(t.Action), Kind: kindScheme, ID: d.Code, Label: d.TitleAZ, Note: note, Before: map[string]any{"state": t.From}, After: map[string]any{"state": t.To}})
		return nil
	})
}

// draftOf finds a draft and holds it. A scheme in force is a Conflict.
func draftOf(ctx context.Context, tx *store.Tx, code string) (Scheme, error) {
	if _, err := tx.NewUpdate().Model((*Scheme)(nil)).Set("revision = revision").Where("code = ?", code).Exec(ctx); err != nil {
		return Scheme{}, store.MapError(err, "hold scheme")
	}
	all, err := loadSchemes(ctx, tx)
	if err != nil {
		return Scheme{}, err
	}
	d, ok := all[code]
	switch {
	case !ok:
		return d, apperr.Missing("scheme")
	case d.State != SchemeDraft:
		return d, apperr.New(apperr.Conflict, "eservice.scheme.error.not_draft")
	}
	return d, nil
}

// insertParts writes bands, criteria and parameters of a scheme.
func insertParts(ctx context.Context, tx *store.Tx, s *Scheme) error {
	for i := range s.Bands {
		s.Bands[i].Scheme = s.Code
	}
	for i := range s.Criteria {
		s.Criteria[i].Scheme = s.Code
	}
	for i := range s.Parameters {
		s.Parameters[i].Scheme = s.Code
	}
	for _, p := range []struct {
		n    int
		rows any
	}{{len(s.Bands), &s.Bands}, {len(s.Criteria), &s.Criteria}, {len(s.Parameters), &s.Parameters}} {
		if p.n == 0 {
			continue
		}
		if _, err := tx.NewInsert().Model(p.rows).Exec(ctx); err != nil {
			return store.MapError(err, "parts of a scheme")
		}
	}
	return nil
}

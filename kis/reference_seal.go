package kis

import (
	"context"
	"encoding/json"
	"maps"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// The data that an office starts from and that the other records are counted
// and worded by is one object of the trail: each table, or what belongs
// together, is a part of its seal. Contexts add the parts that are theirs.
const (
	kindReference = "reference"
	referenceID   = "01900000-0000-7000-8000-000000000001"
)

// ReferencePart is a part of the seal of the reference data: the rows that a
// query of plain columns gives.
func ReferencePart(name, query string) store.SealPart {
	return store.SealPart{Name: name, Later: true, Query: "SELECT r.id, x.* FROM reference_states AS r CROSS JOIN (" + query + ") AS x WHERE r.id IN (?0)"}
}

var referenceSeal = store.Seal{Kind: kindReference, Table: "reference_states", Parts: []store.SealPart{
	ReferencePart("calendar_years", `SELECT country, year, confirmed, act FROM calendar_years`),
	ReferencePart("calendar_days", `SELECT country, day, kind, reason_az, reason_en, act FROM calendar_days`),
	ReferencePart("due_templates", `SELECT t.id, t.code, t.number, t.frequency, t.standard, t.name_az, t.name_en, t.valid_from, t.created_at, t.created_by, p.phase, p.anchor, p.days
		FROM due_templates t LEFT JOIN due_template_phases p ON p.template_id = t.id`),
	ReferencePart("file_types", `SELECT ending, content_types, taken, shown FROM file_types`),
}}

// ReferenceState is what the reference data held at a moment.
type ReferenceState struct {
	parts map[string]string
	seq   int64 // of the last entry of the trail
}

// ReferenceNow reads the state of the reference data.
func (s *Service) ReferenceNow(ctx context.Context) (ReferenceState, error) {
	if err := office.AllowedAny(ctx, policies.DepartmentWrite); err != nil {
		return ReferenceState{}, err
	}
	db := s.DB.Read()
	var out ReferenceState
	if err := db.NewRaw(`SELECT seq FROM trail_head WHERE id = 1`).Scan(ctx, &out.seq); err != nil {
		return out, store.MapError(err, "head of the trail")
	}
	for _, seal := range s.DB.Seals() {
		if seal.Kind != kindReference {
			continue
		}
		parts, err := seal.Read(ctx, db, []string{referenceID})
		if err != nil {
			return out, err
		}
		out.parts = parts[referenceID]
	}
	return out, nil
}

// KeepReference seals the reference data after it was loaded: the entry says
// what it held before, so that nothing is taken for loaded that was changed past
// the program. Nothing happens when the trail has no new entry, or the last seal
// fits.
func (s *Service) KeepReference(ctx context.Context, before ReferenceState) error {
	if err := office.AllowedAny(ctx, policies.DepartmentWrite); err != nil {
		return err
	}
	last, err := lastReference(ctx, s.DB.Read())
	if err != nil {
		return err
	}
	now, err := s.ReferenceNow(ctx)
	if err != nil || (last != nil && (now.seq == before.seq || maps.Equal(last, now.parts))) {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.NewRaw(`INSERT INTO reference_states (id) VALUES (?) ON CONFLICT (id) DO NOTHING`, referenceID).Exec(ctx); err != nil {
			return store.MapError(err, "state of the reference data")
		}
		if _, err := holdReference(ctx, tx); err != nil {
			return err
		}
		last, err := lastReference(ctx, tx)
		if err != nil {
			return err
		}
		switch {
		case last != nil && maps.Equal(last, now.parts):
			return store.ErrNoChange // another node has kept it
		case last != nil:
			tx.Was(kindReference, referenceID, before.parts)
		}
		tx.Record(store.Change{Action: office.TrailReferenceLoad, Kind: kindReference, ID: referenceID, Label: kindReference})
		return nil
	})
}

// lastReference gives the parts of the last seal, nil when there is none.
func lastReference(ctx context.Context, db bun.IDB) (map[string]string, error) {
	var rows []string
	err := db.NewRaw(`SELECT t.body FROM trail t WHERE t.kind = ? AND t.object_id = ? ORDER BY t.seq DESC LIMIT 1`, kindReference, referenceID).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return nil, store.MapError(err, "last seal of the reference data")
	}
	var b store.TrailBody
	err = json.Unmarshal([]byte(rows[0]), &b)
	return b.Seal, apperr.Wrap(err, "entry about the reference data")
}

// holdReference keeps others from changing the reference data until the unit
// of work ends; false when nothing of it was sealed yet.
func holdReference(ctx context.Context, tx *store.Tx) (bool, error) {
	var ids []string
	err := store.Lock(tx.NewSelect().TableExpr("reference_states AS r").ColumnExpr("r.id").Where("r.id = ?", referenceID)).Scan(ctx, &ids)
	return len(ids) == 1, store.MapError(err, "state of the reference data")
}

// SealReference adds parts that a context keeps to the seal of the reference
// data.
func (s *Service) SealReference(parts ...store.SealPart) { s.DB.SealParts(kindReference, parts...) }

// ReferenceChanges is said in a unit of work before a person changes reference
// data: what it held is noted, and an entry carries its new seal.
func ReferenceChanges(ctx context.Context, tx *store.Tx, action policies.Action, label string) error {
	if held, err := holdReference(ctx, tx); err != nil || !held {
		return err
	}
	if err := tx.Seen(ctx, kindReference, referenceID); err != nil {
		return err
	}
	tx.Record(store.Change{Action: string(action), Kind: kindReference, ID: referenceID, Label: label})
	return nil
}

package kis

import (
	"context"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// write stores the new version in the unit of work.
func (im *importing) write(ctx context.Context, tx *store.Tx) error {
	before, err := im.writeProcess(ctx, tx)
	if err != nil {
		return err
	}
	p := im.res.Process
	v := versionRow{ID: store.NewID(), ProcessID: p.ID, Number: im.res.Version, EffectiveFrom: im.req.EffectiveFrom,
		SourceName: i18n.Shorten(cleanNameOr(im.req.Name, "process.csv"), 250), SourceSHA256: im.source, ContentSHA256: im.content, CreatedAt: tx.Now}
	if _, err := tx.NewInsert().Model(&v).Exec(ctx); err != nil {
		return store.MapError(err, "insert version")
	}
	if err := im.writeRows(ctx, tx, v.ID); err != nil {
		return err
	}
	tx.Record(store.Change{Action: string(policies.ProcessImport), Kind: "process", ID: p.ID, Label: p.Code, Before: before,
		After: map[string]any{"title_az": p.TitleAZ, "title_en": p.TitleEN, "owner": im.owner.Code, "version": v.Number, "effective_from": v.EffectiveFrom,
			"source": v.SourceName, "sha256": v.SourceSHA256, "rows": len(im.rows), "not_applicable": im.res.NotApplicable}})
	return nil
}

// writeProcess inserts the process or brings its title and owner up to date;
// before is what they were, nil for a new one.
func (im *importing) writeProcess(ctx context.Context, tx *store.Tx) (before any, err error) {
	ref := &im.res.Process
	if im.process == nil {
		ref.ID = store.NewID()
		row := processRow{ID: ref.ID, Code: ref.Code, TitleAZ: ref.TitleAZ, TitleEN: ref.TitleEN, OwnerID: ref.OwnerID,
			SortKey: i18n.SortKey(ref.TitleAZ), CreatedAt: tx.Now}
		_, err = tx.NewInsert().Model(&row).Exec(ctx)
		return nil, store.MapError(err, "insert process")
	}
	old := *im.process
	_, err = tx.NewUpdate().Model((*processRow)(nil)).Where("id = ?", old.ID).
		Set("title_az = ?, title_en = ?, owner_id = ?, sort_key = ?", ref.TitleAZ, ref.TitleEN, ref.OwnerID, i18n.SortKey(ref.TitleAZ)).Exec(ctx)
	return map[string]any{"title_az": old.TitleAZ, "title_en": old.TitleEN, "version": im.res.Version - 1}, store.MapError(err, "update process")
}

// writeRows inserts activities with inputs, departments and outputs, and the gates.
func (im *importing) writeRows(ctx context.Context, tx *store.Tx, versionID string) error {
	var (
		acts  []activityRow
		ins   []inputRow
		deps  []activityDepartmentRow
		outs  []outputRow
		gates []gateRow
	)
	ids := map[string]string{}
	for i, r := range im.rows { // in order of codes: parents first
		id := store.NewID()
		ids[r.code] = id
		acts = append(acts, activityRow{ID: id, VersionID: versionID, ParentID: ids[parentOf(r.code)], Code: r.code, Level: r.level, Phase: phaseOf(r.code),
			Position: i, NameAZ: r.nameAZ, NameEN: r.nameEN, WorkAZ: r.workAZ, Applicable: r.applicable,
			SearchKey: i18n.Fold(r.code + " " + r.nameAZ + " " + r.nameEN)})
		for n, name := range r.inputs {
			ins = append(ins, inputRow{ActivityID: id, Position: n + 1, NameAZ: name})
		}
		for n, name := range r.outputs {
			outs = append(outs, outputRow{ID: store.NewID(), ActivityID: id, Position: n + 1, NameAZ: name})
		}
		deps = append(deps, responsible(id, r, im.owner.ID)...)
	}
	for _, g := range im.gates {
		gates = append(gates, gateRow{VersionID: versionID, Phase: g.Phase, StatementAZ: g.StatementAZ, StatementEN: g.StatementEN})
	}
	return store.MapError(insertAll(ctx, tx, acts, ins, deps, outs, gates), "insert description")
}

// responsible gives the departments of a row: the suppliers as printed, the
// internal ones of them responsible; the owner where none is internal.
func responsible(activityID string, r importRow, ownerID string) []activityDepartmentRow {
	var out []activityDepartmentRow
	internal := false
	for n, d := range r.departments {
		out = append(out, activityDepartmentRow{ActivityID: activityID, DepartmentID: d.ID, Position: n, Supplier: true, Responsible: d.Kind == Internal})
		internal = internal || d.Kind == Internal
	}
	if r.applicable && !internal {
		out = append(out, activityDepartmentRow{ActivityID: activityID, DepartmentID: ownerID, Position: -1, Responsible: true})
	}
	return out
}

// insertAll inserts the rows of several tables, each in one statement, in an
// order that references allow.
func insertAll(ctx context.Context, tx *store.Tx, acts []activityRow, ins []inputRow, deps []activityDepartmentRow, outs []outputRow, gates []gateRow) error {
	for _, t := range []struct {
		n    int
		rows any
	}{{len(acts), &acts}, {len(ins), &ins}, {len(deps), &deps}, {len(outs), &outs}, {len(gates), &gates}} {
		if t.n == 0 {
			continue
		}
		if _, err := tx.NewInsert().Model(t.rows).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func orText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

package process

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/content"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/describe"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// write stores the new version in the unit of work.
func (im *importing) write(ctx context.Context, tx *store.Tx) error {
	if im.process != nil {
		if err := tx.Seen(ctx, kindProcess, im.process.ID); err != nil {
			return err
		}
	}
	before, err := im.writeProcess(ctx, tx)
	if err != nil {
		return err
	}
	p := im.res.Process
	name, err := content.CleanName(im.req.Name)
	if err != nil {
		name = "process.csv" // sent without a name
	}
	v := versionRow{ID: store.NewID(), ProcessID: p.ID, Number: im.res.Version, EffectiveFrom: im.req.EffectiveFrom,
		SourceName: i18n.Shorten(name, 250), SourceSHA256: im.source, ContentSHA256: im.content, CreatedAt: tx.Now,
		Format: im.format, CreatedBy: tx.Actor.UserID, CopiedFrom: im.copied}
	if _, err := tx.NewInsert().Model(&v).Exec(ctx); err != nil {
		return store.MapError(err, "insert version")
	}
	if err := im.writeRows(ctx, tx, p.ID, v.ID); err != nil {
		return err
	}
	if err := im.writeNotes(ctx, tx, v.ID); err != nil {
		return err
	}
	tx.Record(store.Change{Action: string(policies.ProcessImport), Kind: kindProcess, ID: p.ID, Label: p.Code, Before: before,
		After: map[string]any{"title_az": p.TitleAZ, "title_en": p.TitleEN, "owner": im.owner.Code, "version": v.Number, "effective_from": v.EffectiveFrom,
			"source": v.SourceName, "sha256": v.SourceSHA256, "format": im.format, "rows": len(im.rows), "not_applicable": im.res.NotApplicable,
			"repairs": count(im.res.Notes, NoteRepair), "doubts": count(im.res.Notes, NoteDoubt)}})
	return nil
}

// writeProcess inserts the process or brings its title and owner up to date;
// before is what they were, nil for a new one.
func (im *importing) writeProcess(ctx context.Context, tx *store.Tx) (before any, err error) {
	ref := &im.res.Process
	if im.process == nil {
		ref.ID = store.NewID()
		row := ProcessRow{ID: ref.ID, Code: ref.Code, TitleAZ: ref.TitleAZ, TitleEN: ref.TitleEN, OwnerID: ref.OwnerID,
			SortKey: i18n.SortKey(ref.TitleAZ), CreatedAt: tx.Now}
		_, err = tx.NewInsert().Model(&row).Exec(ctx)
		return nil, store.MapError(err, "insert process")
	}
	old := *im.process
	_, err = tx.NewUpdate().Model((*ProcessRow)(nil)).Where("id = ?", old.ID).
		Set("title_az = ?, title_en = ?, owner_id = ?, sort_key = ?", ref.TitleAZ, ref.TitleEN, ref.OwnerID, i18n.SortKey(ref.TitleAZ)).Exec(ctx)
	return map[string]any{"title_az": old.TitleAZ, "title_en": old.TitleEN, "version": im.res.Version - 1}, store.MapError(err, "update process")
}

// writeRows inserts activities with inputs, departments, outputs and words, and
// the gates.
func (im *importing) writeRows(ctx context.Context, tx *store.Tx, processID, versionID string) error {
	var (
		acts  []ActivityRow
		ins   []InputRow
		deps  []activityDepartmentRow
		outs  []OutputRow
		gates []gateRow
		names []supplierNameRow
	)
	ids := map[string]string{}
	for i, r := range im.rows { // in order of codes: parents first
		id := store.NewID()
		ids[r.Code] = id
		acts = append(acts, ActivityRow{ID: id, VersionID: versionID, ParentID: ids[r.Parent], Code: r.Code, Level: r.Level, Phase: describe.PhaseOf(r.Code),
			Position: i, NameAZ: r.NameAZ, NameEN: r.NameEN, WorkAZ: r.WorkAZ, Applicable: r.Applicable,
			SearchKey: i18n.Fold(r.Code + " " + r.NameAZ + " " + r.NameEN)})
		for n, name := range r.Inputs {
			ins = append(ins, InputRow{ActivityID: id, Position: n + 1, NameAZ: name})
		}
		for n, name := range r.Outputs {
			outs = append(outs, OutputRow{ID: store.NewID(), ActivityID: id, Position: n + 1, NameAZ: name})
		}
		deps = append(deps, responsible(id, r, im.owner.ID)...)
		for n, s := range r.suppliers {
			if s.department.ID == "" {
				names = append(names, supplierNameRow{ActivityID: id, Position: n, NameAZ: s.name})
			}
		}
	}
	for _, g := range im.gates {
		gates = append(gates, gateRow{VersionID: versionID, Phase: g.Phase, StatementAZ: g.StatementAZ, StatementEN: g.StatementEN})
	}
	if err := insertAll(ctx, tx, acts, ins, deps, outs, gates, names); err != nil {
		return store.MapError(err, "insert description")
	}
	return writeActivityWords(ctx, tx, processID, versionID, acts)
}

// responsible gives the departments of a row: the suppliers as printed, the
// internal ones of them responsible; the owner where none is internal.
func responsible(activityID string, r importRow, ownerID string) []activityDepartmentRow {
	var out []activityDepartmentRow
	internal := false
	for n, s := range r.suppliers {
		d := s.department
		if d.ID == "" {
			continue
		}
		out = append(out, activityDepartmentRow{ActivityID: activityID, DepartmentID: d.ID, Position: n, Supplier: true, Responsible: d.Kind == office.Internal})
		internal = internal || d.Kind == office.Internal
	}
	if r.Applicable && !internal {
		out = append(out, activityDepartmentRow{ActivityID: activityID, DepartmentID: ownerID, Position: -1, Responsible: true})
	}
	return out
}

// insertAll inserts the rows of several tables, each in one statement, in an
// order that references allow.
func insertAll(ctx context.Context, tx *store.Tx, acts []ActivityRow, ins []InputRow, deps []activityDepartmentRow, outs []OutputRow, gates []gateRow, names []supplierNameRow) error {
	for _, t := range []struct {
		n    int
		rows any
	}{{len(acts), &acts}, {len(ins), &ins}, {len(deps), &deps}, {len(outs), &outs}, {len(gates), &gates}, {len(names), &names}} {
		if t.n == 0 {
			continue
		}
		if _, err := tx.NewInsert().Model(t.rows).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// writeNotes keeps what the reading put right or was not sure of.
func (im *importing) writeNotes(ctx context.Context, tx *store.Tx, versionID string) error {
	var rows []versionNoteRow
	for _, n := range im.res.Notes {
		args, err := json.Marshal(n.Args)
		if err != nil {
			return apperr.Wrap(err, "note")
		}
		rows = append(rows, versionNoteRow{VersionID: versionID, Position: len(rows), Weight: n.Weight, Line: n.Row, Code: n.Code, Place: n.Column,
			Message: n.Key, Args: string(args), TextBefore: n.Before, TextAfter: n.After})
	}
	for part := range slices.Chunk(rows, 500) { // what one statement may hold
		if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
			return store.MapError(err, "insert notes")
		}
	}
	return nil
}

func count(notes []ReadingNote, w describe.Weight) (n int) {
	for _, x := range notes {
		if x.Weight == w {
			n++
		}
	}
	return n
}

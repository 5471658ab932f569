package process

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/describe"
)

// versionNoteRow is what the import of a version put right or was not sure of.
type versionNoteRow struct {
	bun.BaseModel `bun:"table:version_notes,alias:vn"`

	VersionID  string          `bun:"version_id,pk"`
	Position   int             `bun:"position,pk"`
	Weight     describe.Weight `bun:"weight"`
	Line       int             `bun:"line"`
	Code       string          `bun:"code"`
	Place      string          `bun:"place"`
	Message    string          `bun:"message"`
	Args       string          `bun:"args"`
	TextBefore string          `bun:"text_before"`
	TextAfter  string          `bun:"text_after"`
}

// supplierNameRow is a supplier that was left as a name.
type supplierNameRow struct {
	bun.BaseModel `bun:"table:activity_supplier_names,alias:sn"`

	ActivityID string `bun:"activity_id,pk"`
	Position   int    `bun:"position,pk"`
	NameAZ     string `bun:"name_az"`
}

// versionNotes reads the notes of a version.
func versionNotes(ctx context.Context, db bun.IDB, versionID string) ([]ReadingNote, error) {
	var rows []versionNoteRow
	if err := db.NewSelect().Model(&rows).Where("vn.version_id = ?", versionID).OrderExpr("vn.position").Scan(ctx); err != nil {
		return nil, store.MapError(err, "version notes")
	}
	out := make([]ReadingNote, len(rows))
	for i, r := range rows {
		var args []apperr.Arg
		if err := json.Unmarshal([]byte(r.Args), &args); err != nil {
			return nil, apperr.Wrap(err, "version notes")
		}
		for j, a := range args {
			if f, ok := a.Value.(float64); ok { // JSON knows no whole numbers
				args[j].Value = int(f)
			}
		}
		out[i] = ReadingNote{Weight: r.Weight, Row: r.Line, Code: r.Code, Column: r.Place, Key: r.Message, Args: args, Before: r.TextBefore, After: r.TextAfter}
	}
	return out, nil
}

// namedSuppliers reads the suppliers of a version that are only names, by activity.
func namedSuppliers(ctx context.Context, db bun.IDB, versionID string) (map[string][]NamedSupplier, error) {
	var rows []supplierNameRow
	err := db.NewSelect().Model(&rows).Join("JOIN activities AS a ON a.id = sn.activity_id").Where("a.version_id = ?", versionID).
		OrderExpr("sn.activity_id, sn.position").Scan(ctx)
	out := map[string][]NamedSupplier{}
	for _, r := range rows {
		out[r.ActivityID] = append(out[r.ActivityID], NamedSupplier{r.Position, r.NameAZ})
	}
	return out, store.MapError(err, "supplier names")
}

// versionSource names a version of any process.
func versionSource(ctx context.Context, db bun.IDB, versionID string) (*VersionSource, error) {
	var out VersionSource
	err := db.NewRaw(`SELECT p.id AS process_id, p.code, p.title_az, p.title_en, v.number FROM process_versions v JOIN processes p ON p.id = v.process_id
		WHERE v.id = ?`, versionID).Scan(ctx, &out)
	return &out, store.MapError(err, "source of a version")
}

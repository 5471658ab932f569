package kis_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/reference"
)

// TestADescriptionCannotBeChangedUnseen changes each table of a description
// past the program.
func TestADescriptionCannotBeChangedUnseen(t *testing.T) {
	for _, c := range []struct{ change, want string }{
		{`UPDATE processes SET title_az = 'Başqa'`, "facts"},
		{`UPDATE process_versions SET effective_from = '2020-01-01'`, "description"},
		{`UPDATE activities SET work_az = 'Başqa iş' WHERE code = '4.2.2'`, "description"},
		{`UPDATE activity_inputs SET name_az = 'Başqa' WHERE position = 1`, "process_inputs"},
		{`UPDATE outputs SET name_az = 'Başqa' WHERE position = 1`, "process_outputs"},
		{`UPDATE activity_departments SET position = position + 1`, "suppliers"},
		{`UPDATE process_gates SET statement_az = 'Başqa'`, "gates"},
		{`INSERT INTO indicator_targets (process_id, indicator_id, target, applicable, reason, changed_at) SELECT p.id, i.id, '1', TRUE, '', p.created_at FROM processes p, indicators i WHERE i.code = 'x'`, "indicator_targets"},
	} {
		t.Run(c.want, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				o := kistest.NewOffice(t, db)
				o.Running("2026")
				past(t, db, o, `INSERT INTO indicators (id, code, gsbpm, position) VALUES ('00000000-0000-7000-8000-000000000001', 'x', '4.3', 1)`)
				found := func() (out []string) {
					if _, err := o.VerifySeals(t.Context(), func(f store.Fault) { out = append(out, f.Key) }); err != nil {
						t.Fatal(err)
					}
					return out
				}
				// Another version of the description is no fault.
				text := strings.Replace(officialText(t), "Kadrların seçilməsi", "Kadrların yenidən seçilməsi", 1)
				if _, err := o.ImportProcess(o.As(t.Context(), "nigar"), process.ImportRequest{Reader: strings.NewReader(text), Name: "b.csv", Code: kistest.ProcessCode, TitleAZ: "Yeni ad"}); err != nil {
					t.Fatal(err)
				}
				if got := found(); len(got) != 0 {
					t.Fatalf("before anything was changed: %v", got)
				}
				past(t, db, o, c.change)
				if got := found(); !slices.Contains(got, "verify.seal.part."+c.want) {
					t.Errorf("%s: found %v", c.change, got)
				}
			})
		})
	}
}

// officialText is the official description in the exact columns.
func officialText(t *testing.T) string {
	t.Helper()
	raw, err := reference.FS.ReadFile(reference.Process)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

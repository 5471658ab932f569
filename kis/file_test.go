package kis_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/blob"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
)

func TestVerificationNamesFilesThatAreGoneOrChanged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		dir := t.TempDir()
		blobs, err := blob.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		o.Blobs = blobs
		c := o.Running("2026")
		for _, code := range []string{"1.1.1", "1.1.3", "1.1.4"} {
			o.Hand("aytan", c.ID, code)
		}
		o.Upload("aytan", "gözləyir.txt", "hələ qoşulmayıb")
		verify := func() (n int64, found []string) {
			n, err := o.VerifyFiles(t.Context(), func(f store.Fault) { found = append(found, f.Key+" "+f.Where[:strings.Index(f.Where, ":")]) })
			if err != nil {
				t.Fatal(err)
			}
			return n, found
		}
		if n, found := verify(); n != 4 || len(found) != 0 {
			t.Fatalf("%d files, faults %v", n, found)
		}
		var all []string
		if err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				all = append(all, path)
			}
			return err
		}); err != nil || len(all) != 4 {
			t.Fatalf("%v, %v", all, err)
		}
		raw, err := os.ReadFile(all[0])
		if err != nil {
			t.Fatal(err)
		}
		raw[len(raw)-1] ^= 1
		if err := os.WriteFile(all[0], raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(all[1]); err != nil {
			t.Fatal(err)
		}
		if n, found := verify(); n != 4 || len(found) != 2 || strings.Count(strings.Join(found, " "), "verify.file.changed") != 1 || strings.Count(strings.Join(found, " "), "verify.file.missing") != 1 {
			t.Errorf("%d files, faults %v", n, found)
		}
	})
}

func TestVerificationNamesRowsThatDoNotFit(t *testing.T) {
	o := kistest.NewOffice(t, storetest.Open(t))
	c := o.Running("2026")
	sub := o.Hand("aytan", c.ID, "1.1.1")
	for key, change := range map[string]string{
		"verify.submission.times":   `UPDATE submissions SET state = 'accepted' WHERE id = '` + sub.ID + `'`,
		"verify.submission.content": `DELETE FROM submission_files WHERE submission_id = '` + sub.ID + `'`,
		"verify.submission.output":  `DELETE FROM submission_outputs WHERE submission_id = '` + sub.ID + `'`,
		"verify.cycle.times":        `UPDATE cycles SET state = 'closed' WHERE id = '` + c.ID + `'`,
		"verify.gate.evidence":      `UPDATE cycle_phases SET gate = 'passed', gate_at = reopened_at WHERE cycle_id = '` + c.ID + `' AND phase = '4'`,
		"verify.activity.output":    `DELETE FROM outputs WHERE activity_id = (SELECT id FROM activities WHERE code = '8.2.1')`,
	} {
		if err := o.DB.Write(o.System(), func(tx *store.Tx) error {
			tx.Record(store.Change{Action: "test", Kind: "test", ID: "x"})
			_, err := tx.ExecContext(t.Context(), change)
			return err
		}); err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		var found []string
		if _, err := o.VerifyReferences(t.Context(), func(f store.Fault) { found = append(found, f.Key) }); err != nil || !strings.Contains(strings.Join(found, " "), key) {
			t.Errorf("%s was not found: %v, %v", key, found, err)
		}
	}
}

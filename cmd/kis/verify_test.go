package main

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"
)

// harm opens the database of a folder behind the program's back.
func harm(t *testing.T, dir string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "kis.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.ExecContext(context.Background(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestVerifyFindsAndNamesWhatWasChangedBehindTheProgram(t *testing.T) {
	open := []string{"DROP TRIGGER trail_no_update", "DROP TRIGGER trail_no_delete"}
	for name, c := range map[string]struct {
		harm func(t *testing.T, dir string)
		says []string
	}{
		"one byte of a file": {func(t *testing.T, dir string) {
			files, err := filepath.Glob(filepath.Join(dir, "files", "*", "*", "*"))
			if err != nil || len(files) == 0 {
				t.Fatal(files, err)
			}
			raw, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			raw[len(raw)/2] ^= 1
			if err := os.WriteFile(files[0], raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}, []string{"files:"}},
		"a file taken away": {func(t *testing.T, dir string) {
			files, _ := filepath.Glob(filepath.Join(dir, "files", "*", "*", "*"))
			if err := os.Remove(files[0]); err != nil {
				t.Fatal(err)
			}
		}, []string{"files:"}},
		"the text of a trail row": {func(t *testing.T, dir string) {
			harm(t, dir, append(open, `UPDATE trail SET body = REPLACE(body, 'Nigar', 'Nigār') WHERE seq = 100`, `UPDATE trail SET body = body || ' ' WHERE seq = 100`)...)
		}, []string{"trail:100"}},
		"a column of a trail row": {func(t *testing.T, dir string) {
			harm(t, dir, append(open, `UPDATE trail SET actor = 'Somebody' WHERE seq = 200`)...)
		}, []string{"trail:200"}},
		"a trail row taken out": {func(t *testing.T, dir string) {
			harm(t, dir, append(open, `DELETE FROM trail WHERE seq = 300`)...)
		}, []string{"trail:300"}},
		"the last trail row taken out": {func(t *testing.T, dir string) {
			harm(t, dir, append(open, `DELETE FROM trail WHERE seq = (SELECT MAX(seq) FROM trail)`)...)
		}, []string{"trail:"}},
		"a trail row put in": {func(t *testing.T, dir string) {
			harm(t, dir, `INSERT INTO trail SELECT 1000000, at, actor_id, actor, action, kind, object_id, root_kind, root_id, body, hash FROM trail WHERE seq = 5`)
		}, []string{"trail:"}},
		"a reference that points nowhere": {func(t *testing.T, dir string) {
			harm(t, dir, "PRAGMA foreign_keys = OFF", `UPDATE submission_outputs SET output_id = '00000000-0000-7000-8000-000000000000' WHERE rowid = (SELECT MIN(rowid) FROM submission_outputs)`)
		}, []string{"submission_outputs"}},
		"work that nobody owes any more": {func(t *testing.T, dir string) {
			harm(t, dir, `DELETE FROM evidence_duties`)
		}, []string{"cycles:", "“1-elektron-xidmet 2026”"}},
		"words by which evidence is found": {func(t *testing.T, dir string) {
			harm(t, dir, `DELETE FROM evidence_words WHERE word = (SELECT MAX(word) FROM evidence_words)`)
		}, []string{"submissions:", "the words by which evidence"}},
		"a role that nobody gave": {func(t *testing.T, dir string) {
			harm(t, dir, `INSERT INTO user_roles (id, user_id, role, from_day) SELECT '00000000-0000-7000-8000-000000000000', id, 'quality_manager', '2026-01-01' FROM users WHERE email LIKE 'aytan%'`)
		}, []string{"user_roles:00000000"}},
		"a document in the register of prints": {func(t *testing.T, dir string) {
			harm(t, dir, `INSERT INTO documents (id, code, kind, object_id, number, title, dated, state, lang, sha256, content_sha256, size, printed_at, printed_name)
				SELECT '00000000-0000-7000-8000-000000000000', 'AAAA-AAAA-AAAA', 'act', id, number, 'x', '', '', 'az', printf('%064d', 1), printf('%064d', 2), 1, '2026-01-01 00:00:00+00:00', '' FROM acts LIMIT 1`)
		}, []string{"documents:00000000"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := demoOffice(t)
			dir := a.config.DataDir
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			code, out, errs := kisCLI(t, dir, "verify")
			want(t, "before", code, exitDone, out+errs, "No fault found")
			c.harm(t, dir)
			code, out, errs = kisCLI(t, dir, "verify")
			want(t, "after", code, exitFailed, errs, c.says...)
			_ = out
		})
	}
}

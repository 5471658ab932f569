package kis_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// TestRowsThatTheTrailDoesNotKnowAreNamed changes tables past the program, as
// somebody with the database in hand would, and looks for each change.
func TestRowsThatTheTrailDoesNotKnowAreNamed(t *testing.T) {
	other := strings.Repeat("ab", 32)
	for name, c := range map[string]struct {
		change string // {sub}, {user} are put in
		want   string
	}{
		"a decision nobody made": {`UPDATE submissions SET state = 'accepted', decided_at = received_at, decided_by = '{user}' WHERE id = '{sub}'`, "verify.record.differs submissions"},
		"another class":          {`UPDATE submissions SET class = 'public' WHERE id = '{sub}'`, "verify.record.differs submissions"},
		"other bytes": {`UPDATE files SET sha256 = '` + other + `' WHERE id IN (SELECT file_id FROM submission_files WHERE submission_id = '{sub}')`,
			"verify.record.files submissions"},
		"a file taken off":   {`DELETE FROM submission_files WHERE submission_id = '{sub}'`, "verify.record.files submissions"},
		"a role nobody gave": {`INSERT INTO user_roles (id, user_id, role, from_day) VALUES ('00000000-0000-7000-8000-000000000001', '{user}', 'management', '2026-01-01')`, "verify.record.unknown user_roles"},
		"a role made longer": {`UPDATE user_roles SET to_day = NULL WHERE to_day IS NOT NULL`, "verify.record.differs user_roles"},
		"a role taken":       {`DELETE FROM user_roles WHERE user_id = '{user}'`, "verify.record.gone user_roles"},
		"a file nobody sent": {`INSERT INTO files (id, name, size, sha256, content_type, added_at) SELECT '00000000-0000-7000-8000-000000000002', 'x', 1, '` + other + `', 'text/plain', received_at FROM submissions WHERE id = '{sub}'`,
			"verify.record.never_sent files"},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				o := kistest.NewOffice(t, db)
				cy := o.Running("2026")
				sub := o.Hand("aytan", cy.ID, "1.1.1")
				returned := o.Hand("aytan", cy.ID, "1.1.3")
				if err := o.Return(o.As(t.Context(), "nigar"), returned.ID, "İmza çatışmır"); err != nil {
					t.Fatal(err)
				}
				again := o.Hand("aytan", cy.ID, "1.1.3")
				if err := o.Accept(o.As(t.Context(), "nigar"), again.ID); err != nil {
					t.Fatal(err)
				}
				if err := o.GrantRole(o.As(t.Context(), "rauf"), o.ID("samir"), office.NewGrant{Role: policies.Assessor, To: o.Today().Add(30)}); err != nil {
					t.Fatal(err)
				}
				found := func() (out []string) {
					if _, err := o.VerifyRecords(t.Context(), func(f store.Fault) {
						table, _, _ := strings.Cut(f.Where, ":")
						out = append(out, f.Key+" "+table)
					}); err != nil {
						t.Fatal(err)
					}
					return out
				}
				if got := found(); len(got) != 0 {
					t.Fatalf("before anything was changed: %v", got)
				}
				change := strings.NewReplacer("{sub}", sub.ID, "{user}", o.ID("nigar")).Replace(c.change)
				if err := db.Write(o.System(), func(tx *store.Tx) error {
					tx.Record(store.Change{Action: "test", Kind: "test", ID: "x"})
					_, err := tx.ExecContext(t.Context(), change)
					return err
				}); err != nil {
					t.Fatal(err)
				}
				if got := found(); !slices.Contains(got, c.want) {
					t.Errorf("found %v, want %s", got, c.want)
				}
			})
		})
	}
}

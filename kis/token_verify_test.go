package kis_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
)

// TestATokenThatNobodyMadeIsFound changes tokens past the program in the ways
// that would let somebody in, or keep somebody in.
func TestATokenThatNobodyMadeIsFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		live, _, err := o.CreateToken(o.As(t.Context(), "aytan"), office.NewToken{Name: "hesabat"})
		if err != nil {
			t.Fatal(err)
		}
		ended, _, err := o.CreateToken(o.As(t.Context(), "aytan"), office.NewToken{Name: "köhnə"})
		if err != nil {
			t.Fatal(err)
		}
		if err := o.RevokeToken(o.As(t.Context(), "aytan"), ended.ID); err != nil {
			t.Fatal(err)
		}
		found := func() (out []string) {
			if _, err := o.VerifyRecords(t.Context(), func(f store.Fault) { out = append(out, f.Key+" "+f.Where) }); err != nil {
				t.Fatal(err)
			}
			return out
		}
		if got := found(); len(got) != 0 {
			t.Fatalf("before anything was changed: %v", got)
		}
		other := "'" + strings.Repeat("ab", 32) + "'"
		for _, c := range []struct{ change, back, want string }{
			{`UPDATE api_tokens SET hash = ` + other + ` WHERE id = '{live}'`, `UPDATE api_tokens SET hash = '` + live.Hash + `' WHERE id = '{live}'`, "differs api_tokens:" + live.ID},
			{`UPDATE api_tokens SET to_day = '2031-01-01' WHERE id = '{live}'`, `UPDATE api_tokens SET to_day = '` + string(live.To) + `' WHERE id = '{live}'`, "differs api_tokens:" + live.ID},
			{`UPDATE api_tokens SET user_id = '{boss}' WHERE id = '{live}'`, `UPDATE api_tokens SET user_id = '{owner}' WHERE id = '{live}'`, "differs api_tokens:" + live.ID},
			{`INSERT INTO api_tokens (id, user_id, name, hash, start, to_day, created_at) SELECT '00000000-0000-7000-8000-000000000001', user_id, 'x', ` + other + `, 'kis_ABCD', to_day, created_at FROM api_tokens WHERE id = '{live}'`,
				`DELETE FROM api_tokens WHERE name = 'x'`, "unknown api_tokens:00000000-0000-7000-8000-000000000001"},
			{`UPDATE api_tokens SET revoked_at = NULL WHERE id = '{ended}'`, ``, "differs api_tokens:" + ended.ID},
			{`DELETE FROM api_tokens WHERE id = '{live}'`, ``, "gone api_tokens:" + live.ID},
		} {
			named := strings.NewReplacer("{live}", live.ID, "{ended}", ended.ID, "{boss}", o.ID("rauf"), "{owner}", o.ID("aytan"))
			past(t, db, o, named.Replace(c.change))
			if got := found(); !slices.Contains(got, "verify.record."+c.want) {
				t.Errorf("%s: found %v, want %s", c.change, got, c.want)
			}
			if c.back != "" {
				past(t, db, o, named.Replace(c.back))
				if got := found(); len(got) != 0 {
					t.Fatalf("%s: still %v", c.back, got)
				}
			}
		}
	})
}

// TestTheScheduleOfACycleIsSealed changes what no later step of the program
// changes: the day of release and whether the cycle came about by itself.
func TestTheScheduleOfACycleIsSealed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		found := func() (out []string) {
			if _, err := o.VerifySeals(t.Context(), func(f store.Fault) { out = append(out, f.Key+" "+f.Where) }); err != nil {
				t.Fatal(err)
			}
			return out
		}
		if got := found(); len(got) != 0 {
			t.Fatalf("before anything was changed: %v", got)
		}
		for _, change := range []string{`UPDATE cycles SET release_day = '2031-01-01'`, `UPDATE cycles SET release_day = '', recurring = NOT recurring`} {
			past(t, db, o, change)
			if got := found(); !slices.Contains(got, "verify.seal.part.schedule cycles:"+c.ID) {
				t.Errorf("%s: found %v", change, got)
			}
		}
	})
}

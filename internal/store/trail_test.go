package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// raw does what an intruder with access to the database would.
func raw(t testing.TB, db *store.DB, statement string) error {
	t.Helper()
	_, err := db.Raw().ExecContext(context.Background(), statement)
	return store.MapError(err, "raw")
}

func must(t testing.TB, db *store.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if err := raw(t, db, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// unlock takes the triggers away, as only the owner of the database can.
func unlock(t testing.TB, db *store.DB) {
	t.Helper()
	if db.Postgres() {
		must(t, db, `ALTER TABLE trail DISABLE TRIGGER USER`)
		return
	}
	must(t, db, `DROP TRIGGER trail_no_update`, `DROP TRIGGER trail_no_delete`)
}

func TestTheDatabaseItselfKeepsTheTrailAppendOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		add(t, db, "A1")
		add(t, db, "A2")
		tries := []string{
			`UPDATE trail SET actor = 'somebody else' WHERE seq = 1`,
			`UPDATE trail SET seq = 7 WHERE seq = 1`,
			`DELETE FROM trail WHERE seq = 2`,
			`DELETE FROM trail`,
			`DELETE FROM trail_head`,
		}
		if db.Postgres() {
			tries = append(tries, `TRUNCATE trail`,
				`INSERT INTO trail SELECT * FROM trail WHERE seq = 1 ON CONFLICT (seq) DO UPDATE SET actor = 'x'`)
		} else {
			tries = append(tries, `INSERT OR REPLACE INTO trail SELECT * FROM trail WHERE seq = 1`)
		}
		for _, s := range tries {
			if err := raw(t, db, s); !apperr.Is(err, apperr.Conflict) || apperr.As(err).Key != "error.conflict.immutable" {
				t.Errorf("%s: %v; want it refused as immutable", s, err)
			}
		}
		if faults, n := verify(t, db); len(faults) > 0 || n != 2 {
			t.Errorf("after the tries: %v over %d rows", faults, n)
		}
	})
}

func TestVerifyNamesWhatWasDoneToTheTrail(t *testing.T) {
	const insert = `INSERT INTO trail (seq, at, actor_id, actor, action, kind, object_id, root_kind, root_id, body, hash)
		SELECT %d, at, actor_id, actor, action, kind, object_id, root_kind, root_id, body, hash FROM trail WHERE seq = 4`
	for name, c := range map[string]struct {
		do   []string
		want string
	}{
		"one letter of a text":          {[]string{`UPDATE trail SET body = REPLACE(body, 'A3', 'B3') WHERE seq = 3`}, "trail:3 verify.trail.hash, trail:3 verify.trail.columns"},
		"white space of a text":         {[]string{`UPDATE trail SET body = body || ' ' WHERE seq = 2`}, "trail:2 verify.trail.hash"},
		"a text that is no longer JSON": {[]string{`UPDATE trail SET body = 'x' WHERE seq = 5`}, "trail:5 verify.trail.hash, trail:5 verify.trail.columns"},
		"only a column":                 {[]string{`UPDATE trail SET actor = 'Leyla' WHERE seq = 4`}, "trail:4 verify.trail.columns"},
		"only the time":                 {[]string{`UPDATE trail SET at = '2020-01-01 00:00:00+00:00' WHERE seq = 4`}, "trail:4 verify.trail.columns"},
		"a hash":                        {[]string{`UPDATE trail SET hash = 'x' WHERE seq = 2`}, "trail:2 verify.trail.hash, trail:3 verify.trail.hash"},
		"a row in the middle gone":      {[]string{`DELETE FROM trail WHERE seq = 3`}, "trail:3 verify.trail.missing"},
		"the first rows gone":           {[]string{`DELETE FROM trail WHERE seq <= 2`}, "trail:1 verify.trail.missing_range"},
		"the last row gone":             {[]string{`DELETE FROM trail WHERE seq = 5`}, "trail:5 verify.trail.missing"},
		"all gone":                      {[]string{`DELETE FROM trail`}, "trail:1 verify.trail.missing_range"},
		"tail gone and head set back":   {[]string{`DELETE FROM trail WHERE seq = 5`, `UPDATE trail_head SET seq = 4`}, "trail:4 verify.trail.head"},
		"a row added behind":            {[]string{fmt.Sprintf(insert, 6)}, "trail:6 verify.trail.added"},
		"a row added before":            {[]string{fmt.Sprintf(insert, 0)}, "trail:0 verify.trail.added"},
		"the head's hash":               {[]string{`UPDATE trail_head SET hash = 'x'`}, "trail:5 verify.trail.head"},
		"two rows changed places": {[]string{`UPDATE trail SET seq = 9 WHERE seq = 2`, `UPDATE trail SET seq = 2 WHERE seq = 3`, `UPDATE trail SET seq = 3 WHERE seq = 9`},
			"trail:2 verify.trail.hash, trail:2 verify.trail.columns, trail:3 verify.trail.hash, trail:3 verify.trail.columns, trail:4 verify.trail.hash"},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				for i := 1; i <= 5; i++ {
					add(t, db, fmt.Sprint("A", i))
				}
				unlock(t, db)
				must(t, db, c.do...)
				faults, _ := verify(t, db)
				if got := strings.Join(faults, ", "); got != c.want {
					t.Errorf("found %q\nwant  %q", got, c.want)
				}
			})
		})
	}
}

func TestVerifyWhileOthersWriteFindsNothingWrong(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			for i := range 150 {
				add(t, db, fmt.Sprint("A", i))
			}
		}()
		defer func() { <-done }()
		for running := true; running; {
			select {
			case <-done:
				running = false
			default:
			}
			if faults, _ := verify(t, db); len(faults) > 0 {
				t.Fatalf("a trail that grows is said to be broken: %v", faults)
			}
		}
	})
}

func TestTextsAreKeptAsPeopleWroteThem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := as(`Ülviyyə "Ü" O'Nəbiyeva`)
		note := "Səbəb: <b>ə & Ə</b> \\ ' \" ? %\n\tikinci sətir 😀"
		err := db.Write(ctx, func(tx *store.Tx) error {
			tx.Record(store.Change{Action: "a", Kind: "x", ID: "?", Label: "50% ?", Note: note})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if faults, n := verify(t, db); len(faults) > 0 || n != 1 {
			t.Errorf("verify: %v, %d rows", faults, n)
		}
		var body string
		if err := db.Read().NewSelect().Table("trail").Column("body").Scan(ctx, &body); err != nil || !strings.Contains(body, "<b>ə & Ə</b>") {
			t.Errorf("body %s, %v", body, err)
		}
	})
}

// BenchmarkWrite is the price of a unit of work with one row and its trail.
func BenchmarkWrite(b *testing.B) {
	db := storetest.Open(b)
	ctx := as("Aytən")
	for b.Loop() {
		if err := db.Write(ctx, func(tx *store.Tx) error {
			tx.Record(store.Change{Action: "a", Kind: "agency", ID: "1", After: map[string]string{"code": "A"}})
			return agency(ctx, tx, store.NewID())
		}); err != nil {
			b.Fatal(err)
		}
	}
}

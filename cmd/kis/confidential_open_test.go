package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/pgtest"
	"github.com/kis-platform/kis/kis/office"
)

// TestEachOpeningOfAConfidentialFileIsInTheTrail opens a file in all the ways
// there are and asks the trail who did it, how and which bytes they were.
func TestEachOpeningOfAConfidentialFileIsInTheTrail(t *testing.T) {
	eachFixedApp(t, eachOpening)
}

func eachOpening(t *testing.T, a *app) {
	host := httptest.NewServer(a.handler())
	defer host.Close()
	s := makeSecret(t, a, besideAccepted)
	system := actor.With(t.Context(), actor.Program("test"))
	reader, err := a.kis.UserByEmail(system, demoPerson{Key: "nigar"}.email())
	if err != nil {
		t.Fatal(err)
	}
	v, stranger := visit(t, host.URL, reader.Email), visit(t, host.URL, demoPerson{Key: "tural"}.email())
	if _, v.token, err = a.kis.CreateToken(system, office.NewToken{UserID: reader.ID, Name: "opens"}); err != nil {
		t.Fatal(err)
	}
	opened := func(how string) (n int) {
		t.Helper()
		err := a.db.Read().NewRaw(`SELECT COUNT(*) FROM trail WHERE action = 'kis:evidence:open' AND object_id IN (?, ?) AND body LIKE ?`,
			s.ids["submission"], s.ids["next version"], `%"`+how+`"%`).Scan(t.Context(), &n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	file := "/evidence/" + s.ids["submission"] + "/files/" + s.ids["file"]
	for _, x := range []struct {
		path, how string
		times     int
	}{
		{file, "download", 1}, {"/api/v1" + file, "download", 1}, {file + "/view", "preview", 1},
		{"/evidence/" + s.ids["next version"] + "/compare/" + s.ids["submission"], "compare", 2},
		{"/evidence/" + s.ids["next version"] + "/files/" + s.ids["file of the next version"] + "/view", "preview", 1},
		{"/cycles/" + one(t, a, "SELECT cycle_id FROM submissions WHERE id = '"+s.ids["submission"]+"'") + "/evidence.zip", "pack", 2},
	} {
		was := opened(x.how)
		if status, _, _ := stranger.do(t, "GET", x.path, nil); status == http.StatusOK && x.how != "pack" {
			t.Errorf("%s is open to a stranger", x.path)
		}
		if now := opened(x.how); now != was {
			t.Errorf("%s left an opening in the trail though nothing was opened", x.path)
		}
		status, _, body := v.do(t, "GET", x.path, nil)
		if now := opened(x.how); status != http.StatusOK || now != was+x.times {
			t.Errorf("%s answers %d and leaves %d openings (%s) in the trail, not %d: %s", x.path, status, now-was, x.how, x.times, around(body, 0))
		}
	}
}

// eachFixedApp runs a test on the demonstration, whose clock stands still, on
// both databases.
func eachFixedApp(t *testing.T, test func(*testing.T, *app)) {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	run := func(t *testing.T, c Config) {
		a, err := openApp(context.Background(), c, slog.New(slog.DiscardHandler), func() time.Time { return at })
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = a.Close() })
		test(t, a)
	}
	t.Run("sqlite", func(t *testing.T) {
		from, err := filled()
		if err != nil {
			t.Fatal(err)
		}
		c := defaults()
		c.DataDir = t.TempDir()
		if err := os.CopyFS(c.DataDir, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
		run(t, c)
	})
	t.Run("postgres", func(t *testing.T) {
		url, ok := pgtest.NewDatabase(t)
		if !ok {
			return
		}
		c := defaults()
		c.DataDir, c.DatabaseURL = t.TempDir(), url
		if err := fillDemo(t.Context(), c, demoPassword); err != nil {
			t.Fatal(err)
		}
		run(t, c)
	})
}

package store_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kis-platform/kis/internal/pgtest"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/migrations"
)

// each runs a test on an empty database of each kind, given by its URL.
func each(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, "sqlite://"+filepath.Join(t.TempDir(), "new", "kis.db")) })
	if url, ok := pgtest.NewDatabase(t); ok {
		t.Run("postgres", func(t *testing.T) { test(t, url) })
	}
}

func open(t *testing.T, url string) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestMigratingTwiceDoesNothingTheSecondTime(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		db, ctx := open(t, url), context.Background()
		if steps, err := db.Migrate(ctx, migrations.FS); err != nil || len(steps) < 3 {
			t.Fatalf("first time: %v, %v", steps, err)
		}
		add(t, db, "A1")
		if steps, err := db.Migrate(ctx, migrations.FS); err != nil || len(steps) != 0 {
			t.Errorf("second time: %v, %v", steps, err)
		}
		if count(t, db, "agencies") != 1 {
			t.Error("the data did not survive")
		}
	})
}

// urlForChild names the database in a child process, which migrates it.
const urlForChild = "KIS_TEST_MIGRATE"

func TestMain(m *testing.M) {
	if url := os.Getenv(urlForChild); url != "" {
		db, err := store.Open(context.Background(), url)
		if err == nil {
			_, err = db.Migrate(context.Background(), migrations.FS)
		}
		if err != nil {
			_, _ = os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestTwoProcessesMayMigrateAtOnce(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		var children []*exec.Cmd
		var texts []*strings.Builder
		for range 3 {
			c, b := exec.Command(os.Args[0]), &strings.Builder{}
			c.Env, c.Stderr = append(os.Environ(), urlForChild+"="+url), b
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			children, texts = append(children, c), append(texts, b)
		}
		for i, c := range children {
			if err := c.Wait(); err != nil {
				t.Errorf("process %d: %v: %s", i, err, texts[i])
			}
		}
		db := open(t, url)
		if steps, err := db.Migrate(context.Background(), migrations.FS); err != nil || len(steps) != 0 {
			t.Errorf("something was left to do: %v, %v", steps, err)
		}
		add(t, db, "A1")
	})
}

func TestAStepThatFailsLeavesTheSchemaAsItWas(t *testing.T) {
	good := &fstest.MapFile{Data: []byte("CREATE TABLE one (x INTEGER)")}
	bad := &fstest.MapFile{Data: []byte("CREATE TABLE two (x INTEGER);\n--bun:split\nCREATE TABLE one (x INTEGER);\n")}
	each(t, func(t *testing.T, url string) {
		db, ctx := open(t, url), context.Background()
		files := fstest.MapFS{"20260101000001_one.tx.up.sql": good, "20260101000002_two.tx.up.sql": bad}
		if _, err := db.Migrate(ctx, files); err == nil {
			t.Fatal("a broken step passed")
		}
		if _, err := db.Read().NewSelect().Table("two").Count(ctx); err == nil {
			t.Error("half of the broken step stayed")
		}
		files["20260101000002_two.tx.up.sql"] = &fstest.MapFile{Data: []byte("CREATE TABLE two (x INTEGER)")}
		if steps, err := db.Migrate(ctx, files); err != nil || len(steps) != 1 || steps[0] != "20260101000002_two" {
			t.Errorf("mended: %v, %v", steps, err)
		}
	})
}

func TestURLsThatNameNoDatabaseAreRefused(t *testing.T) {
	for _, url := range []string{"", "kis.db", "sqlite:", "sqlite://", "mysql://host/db", "postgres://user:pw@127.0.0.1:1/none?connect_timeout=1"} {
		if db, err := store.Open(context.Background(), url); err == nil {
			_ = db.Close()
			t.Errorf("%q was opened", url)
		}
	}
}

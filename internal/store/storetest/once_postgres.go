package storetest

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
)

// postgresUntouched says whether the trail is empty and the user may put rows
// past the triggers, as the user of scripts/test may.
func postgresUntouched(db *store.DB) (fresh bool, err error) {
	err = db.Read().NewRaw(`SELECT seq = 0 AND current_setting('is_superuser') = 'on' FROM trail_head`).Scan(context.Background(), &fresh)
	return fresh, err
}

// rowsOf are the rows of the tables that had any, in the binary form of COPY.
type rowsOf map[string][]byte

func takePostgres(db *store.DB) (content, error) {
	rows := rowsOf{}
	err := onConn(db, func(ctx context.Context, c *pgconn.PgConn) error {
		tables, err := filledTables(ctx, c)
		for _, name := range tables {
			var b bytes.Buffer
			if _, err = c.CopyTo(ctx, &b, `COPY `+name+` TO STDOUT (FORMAT binary)`); err != nil {
				return err
			}
			rows[name] = b.Bytes()
		}
		return err
	})
	return rows, err
}

// filledTables are the tables that have rows, quoted.
func filledTables(ctx context.Context, c *pgconn.PgConn) ([]string, error) {
	all, err := column(ctx, c, `SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'`)
	if err != nil {
		return nil, err
	}
	for i, name := range all {
		all[i] = `SELECT '` + strings.ReplaceAll(name, `'`, `''`) + `' WHERE EXISTS (SELECT 1 FROM ` + name + `)`
	}
	return column(ctx, c, strings.Join(all, ` UNION ALL `))
}

// column gives the texts of the only column of a query.
func column(ctx context.Context, c *pgconn.PgConn, query string) (out []string, err error) {
	results, err := c.Exec(ctx, query).ReadAll()
	if err != nil {
		return nil, err
	}
	for _, row := range results[0].Rows {
		out = append(out, string(row[0]))
	}
	return out, nil
}

// put replaces the rows of these tables; triggers and references rest
// meanwhile, as they have looked at the rows before.
func (rows rowsOf) put(_ testing.TB, db *store.DB) error {
	return onConn(db, func(ctx context.Context, c *pgconn.PgConn) error {
		begin := `BEGIN; SET LOCAL session_replication_role = replica;`
		for name := range rows {
			begin += ` DELETE FROM ` + name + `;`
		}
		_, err := c.Exec(ctx, begin).ReadAll()
		for name, raw := range rows {
			if err == nil {
				_, err = c.CopyFrom(ctx, bytes.NewReader(raw), `COPY `+name+` FROM STDIN (FORMAT binary)`)
			}
		}
		if err == nil {
			_, err = c.Exec(ctx, `COMMIT`).ReadAll()
		}
		return err
	})
}

// onConn gives a connection of the pool of a database.
func onConn(db *store.DB, use func(ctx context.Context, c *pgconn.PgConn) error) error {
	ctx := context.Background()
	conn, err := db.Read().(*bun.DB).Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(driver any) error { return use(ctx, driver.(*stdlib.Conn).Conn().PgConn()) })
}

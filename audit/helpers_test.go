package audit_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/policies"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func text(s string) io.Reader { return strings.NewReader(s) }

func actorOf(o *audittest.Office, key string) actor.Actor {
	a, err := o.ActorOf(context.Background(), o.ID(key))
	if err != nil {
		o.T.Fatal(err)
	}
	return a
}

// contexts are those of the people in who, made once.
func contexts(o *audittest.Office) map[policies.Role]context.Context {
	out := map[policies.Role]context.Context{}
	for role, key := range who {
		out[role] = o.Be(key)
	}
	return out
}

// stateOf is the state of an object as it stands in the database.
func stateOf(t *testing.T, o *audittest.Office, table, id string) (state string) {
	t.Helper()
	must(t, o.DB.Read().NewRaw("SELECT state FROM ? WHERE id = ?", bun.Ident(table), id).Scan(context.Background(), &state))
	return state
}

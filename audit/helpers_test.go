package audit_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/actor"
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

package store_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

func TestASessionLastsUntilItEndsOrExpires(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, s := context.Background(), store.NewSessions(db)
		storetest.ClockOf(db).SetDay("2031-01-01") // says nothing about sessions
		expect := func(when, token string, want []byte) {
			t.Helper()
			got, ok, err := s.FindCtx(ctx, token)
			if err != nil || ok != (want != nil) || !bytes.Equal(got, want) {
				t.Errorf("%s: %q %v %v, want %q", when, got, ok, err, want)
			}
		}
		commit := func(token string, data []byte, expiry time.Time) {
			t.Helper()
			if err := s.CommitCtx(ctx, token, data, expiry); err != nil {
				t.Fatal(err)
			}
		}
		data := []byte{0, 1, 0xff, '\'', '\\', '?'}
		expect("before", "tok", nil)
		commit("tok", []byte("first"), time.Now().Add(time.Hour))
		commit("tok", data, time.Now().Add(time.Hour))
		commit("other", []byte("o"), time.Now().Add(time.Hour).In(time.FixedZone("x", -9*3600)))
		commit("old", []byte("x"), time.Now().Add(-time.Second).In(time.FixedZone("x", 9*3600)))
		expect("overwritten", "tok", data)
		expect("of another zone", "other", []byte("o"))
		expect("expired", "old", nil)
		if n, err := s.Sweep(ctx); n != 1 || err != nil {
			t.Errorf("swept %d, %v; want the expired one", n, err)
		}
		if err := s.DeleteCtx(ctx, "other"); err != nil {
			t.Fatal(err)
		}
		expect("deleted", "other", nil)
		expect("the first still", "tok", data)
		if err := s.Delete("other"); err != nil {
			t.Errorf("deleting twice: %v", err)
		}
	})
}

func TestTriesAreLimitedWithinTheWindow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, clock := context.Background(), storetest.ClockOf(db)
		clock.SetDay("2026-11-24")
		a := store.NewAttempts(db, 15*time.Minute)
		account, address := store.Subject{Name: "account:a", Limit: 3}, store.Subject{Name: "address:1", Limit: 4}
		take := func(want time.Duration, subjects ...store.Subject) {
			t.Helper()
			wait, err := a.Take(ctx, subjects...)
			if err != nil || wait != want {
				t.Errorf("wait %v, %v; want %v", wait, err, want)
			}
		}
		take(0, account, address)
		clock.Add(5 * time.Minute)
		take(0, account, address)
		take(0, account, address)
		take(10*time.Minute, account, address) // the first leaves the window then
		take(10*time.Minute, account, address) // what was refused is not counted
		take(0, store.Subject{Name: "account:b", Limit: 3}, address)
		take(10*time.Minute, store.Subject{Name: "account:c", Limit: 3}, address) // the address is full
		clock.Add(10 * time.Minute)
		take(0, account, address)
		take(5*time.Minute, account, address)
		if err := a.Succeeded(ctx, account, address); err != nil {
			t.Fatal(err)
		}
		take(0, account)
		take(0, address)
	})
}

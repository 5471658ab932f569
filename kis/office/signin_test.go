package office_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
)

// signIns gives action, person and typed e-mail of the newest entries about
// signing in.
func signIns(t *testing.T, o *kistest.Office, n int) string {
	t.Helper()
	page, err := o.Trail(o.As(context.Background(), "nigar"), office.TrailFilter{Limit: n})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range page.Events {
		out = append(out, e.Action+" by "+e.ActorName+" "+string(e.After))
	}
	return strings.Join(out, "\n")
}

func TestSigningInAndFailingToLeaveATrail(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx := context.Background()
		id, err := o.SignIn(ctx, " AYTAN@stat.example", kistest.Password, "192.0.2.1")
		if err != nil || id != o.ID("aytan") {
			t.Fatalf("%q, %v", id, err)
		}
		if err := o.DisableUser(o.As(ctx, "rauf"), o.ID("tural")); err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, try := range [][2]string{
			{kistest.Email("aytan"), "yanlis-parol-2026"}, {"nobody@stat.example", kistest.Password}, {kistest.Email("tural"), kistest.Password},
			{kistest.Email("aytan"), ""}, {"", ""}, {"my-secret-password", "x"}, {kistest.Email("aytan"), strings.Repeat("x", 1<<20)}} {
			_, err := o.SignIn(ctx, try[0], try[1], "192.0.2.2")
			wantKind(t, "sign in as "+try[0], err, apperr.Unauthenticated, "")
			texts = append(texts, fmt.Sprint(err))
		}
		for _, s := range texts {
			if s != texts[0] {
				t.Errorf("one failure says %q, another %q", texts[0], s)
			}
		}
		want := strings.Join([]string{
			`kis:session:refuse by sign-in {"email":"aytan@stat.example","address":"192.0.2.2","account_known":true}`,
			`kis:session:refuse by sign-in {"address":"192.0.2.2","account_known":false}`,
			`kis:session:refuse by sign-in {"address":"192.0.2.2","account_known":false}`,
			`kis:session:refuse by sign-in {"email":"aytan@stat.example","address":"192.0.2.2","account_known":true}`,
			`kis:session:refuse by sign-in {"email":"tural@stat.example","address":"192.0.2.2","account_known":true,"account_disabled":true}`,
			`kis:session:refuse by sign-in {"email":"nobody@stat.example","address":"192.0.2.2","account_known":false}`,
			`kis:session:refuse by sign-in {"email":"aytan@stat.example","address":"192.0.2.2","account_known":true}`,
			`kis:user:disable by Rauf Axundov `,
			`kis:session:open by Aytən Məmmədova {"email":"aytan@stat.example","address":"192.0.2.1","account_known":true}`,
		}, "\n")
		if got := signIns(t, o, 9); got != want {
			t.Errorf("trail\n%s\nwant\n%s", got, want)
		}
	})
}

func TestAnAccountHasFiveTriesInAQuarterOfAnHour(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx, clock := context.Background(), storetest.ClockOf(o.DB)
		email := kistest.Email("aytan")
		// All at once, from different addresses: no more than five are heard.
		var wg sync.WaitGroup
		var mu sync.Mutex
		heard, refused := 0, 0
		for i := range 12 {
			wg.Go(func() {
				_, err := o.SignIn(ctx, email, "yanlis-parol", fmt.Sprint("192.0.2.", i))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case apperr.Is(err, apperr.Unauthenticated):
					heard++
				case apperr.Is(err, apperr.TooMany):
					refused++
				default:
					t.Errorf("unexpected %v", err)
				}
			})
		}
		wg.Wait()
		if heard != office.SignInPerAccount || refused != 12-heard {
			t.Errorf("%d tries heard, %d refused", heard, refused)
		}
		_, err := o.SignIn(ctx, email, kistest.Password, "192.0.2.200")
		wantKind(t, "the right password now", err, apperr.TooMany, "")
		if wait, ok := apperr.As(err).Args[0].Value.(time.Duration); !ok || wait <= 0 || wait > office.SignInWindow {
			t.Errorf("wait %v", apperr.As(err).Args)
		}
		if _, err := o.SignIn(ctx, kistest.Email("tural"), kistest.Password, "192.0.2.200"); err != nil {
			t.Errorf("somebody else: %v", err)
		}
		clock.Add(office.SignInWindow)
		if _, err := o.SignIn(ctx, email, kistest.Password, "192.0.2.1"); err != nil {
			t.Errorf("a quarter of an hour later: %v", err)
		}
		for range office.SignInPerAccount - 1 {
			_, _ = o.SignIn(ctx, email, "yanlis-parol", "192.0.2.1")
		}
		if _, err := o.SignIn(ctx, email, kistest.Password, "192.0.2.1"); err != nil {
			t.Errorf("success after four failures: %v", err)
		}
		_, err = o.SignIn(ctx, email, "yanlis-parol", "192.0.2.1")
		wantKind(t, "success begins the count anew", err, apperr.Unauthenticated, "")
	})
}

func TestAnAddressHasThirtyTries(t *testing.T) {
	db := storetest.Open(t)
	storetest.ClockOf(db).SetDay("2026-11-24")
	o := kistest.NewOffice(t, db)
	for i := range office.SignInPerAddress {
		_, err := o.SignIn(context.Background(), fmt.Sprintf("a%d@stat.example", i), "x", "192.0.2.1")
		wantKind(t, fmt.Sprint("try ", i), err, apperr.Unauthenticated, "")
	}
	_, err := o.SignIn(context.Background(), kistest.Email("aytan"), kistest.Password, "192.0.2.1")
	wantKind(t, "one more from there", err, apperr.TooMany, "")
	if _, err := o.SignIn(context.Background(), kistest.Email("aytan"), kistest.Password, "192.0.2.2"); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
}

// processorTime is what the process has used so far; unlike the time of day it
// does not grow while other programs have the processor.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano())
}

func TestAnUnknownAccountTakesAsLongAsAWrongPassword(t *testing.T) {
	db := storetest.Open(t)
	o := kistest.NewOffice(t, db)
	clock := storetest.ClockOf(db)
	spent := func(email string) time.Duration {
		begin := processorTime(t)
		for range 10 {
			clock.Add(time.Hour) // no limit in the way
			_, err := o.SignIn(context.Background(), email, "yanlis-parol-2026", "192.0.2.1")
			wantKind(t, email, err, apperr.Unauthenticated, "")
		}
		return processorTime(t) - begin
	}
	known, unknown := spent(kistest.Email("aytan")), spent("nobody@stat.example")
	// Without hashing the answer takes a tenth; half leaves room for the garbage collector.
	if unknown < known/2 || known < unknown/2 {
		t.Errorf("ten tries on an unknown account take %v, on a known one %v", unknown, known)
	}
}

func TestSessionsEndWhenThePersonSaysSo(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx, clock := o.As(context.Background(), "aytan"), storetest.ClockOf(o.DB)
		began := o.DB.Now().UnixMilli()
		load := func(epoch int64) error {
			a, lang, theme, err := o.Load(context.Background(), o.ID("aytan"), epoch)
			if err == nil && (a.Name != "Aytən Məmmədova" || lang != "az" || theme != "light") {
				t.Errorf("loaded %+v %s %s", a, lang, theme)
			}
			return err
		}
		if err := load(began); err != nil {
			t.Fatal(err)
		}
		clock.Add(time.Minute)
		if err := o.SignOutEverywhere(ctx); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "an old session", load(began), apperr.Unauthenticated, "")
		if err := load(o.DB.Now().UnixMilli()); err != nil {
			t.Errorf("a new session: %v", err)
		}
		clock.Add(time.Minute)
		before := o.DB.Now().Add(-time.Millisecond).UnixMilli()
		if err := o.SetPassword(o.As(context.Background(), "rauf"), o.ID("aytan"), "baska-parol-2027"); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "after an administrator set the password", load(before), apperr.Unauthenticated, "")
		for _, id := range []string{"", "none", "01930000-0000-7000-8000-000000000009"} {
			_, _, _, err := o.Load(context.Background(), id, began)
			wantKind(t, "a person who is not there", err, apperr.Unauthenticated, "")
		}
	})
}

func TestPreferencesAreThePersonsOwn(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx := o.As(context.Background(), "aytan")
		for name, value := range map[string]string{"lang": "en", "theme": "dark"} {
			if err := o.SetPreference(ctx, name, value); err != nil {
				t.Fatal(err)
			}
		}
		_, lang, theme, err := o.Load(ctx, o.ID("aytan"), o.DB.Now().UnixMilli())
		if err != nil || lang != "en" || theme != "dark" {
			t.Errorf("%s %s %v", lang, theme, err)
		}
		wantKind(t, "unknown language", o.SetPreference(ctx, "lang", "xx"), apperr.Invalid, "lang")
		wantKind(t, "another column", o.SetPreference(ctx, "password_hash", "en"), apperr.Invalid, "password_hash")
		wantKind(t, "the program", o.SetPreference(o.System(), "lang", "en"), apperr.Forbidden, "")
		wantKind(t, "nobody", o.SetPreference(context.Background(), "lang", "en"), apperr.Unauthenticated, "")
	})
}

func TestChangingThePassword(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx := o.As(context.Background(), "aytan")
		const next = "yeni uzun şifrə"
		for field, c := range map[string][2]string{"old": {"yanlis-parol-2026", next}, "new": {kistest.Password, "qisa"}} {
			wantKind(t, field, o.ChangePassword(ctx, c[0], c[1]), apperr.Invalid, field)
		}
		wantKind(t, "the same again", o.ChangePassword(ctx, kistest.Password, kistest.Password), apperr.Invalid, "new")
		wantKind(t, "own e-mail", o.ChangePassword(ctx, kistest.Password, kistest.Email("aytan")), apperr.Invalid, "new")
		wantKind(t, "nobody", o.ChangePassword(context.Background(), "a", "b"), apperr.Unauthenticated, "")
		if err := o.ChangePassword(ctx, kistest.Password, next); err != nil {
			t.Fatal(err)
		}
		_, err := o.SignIn(ctx, kistest.Email("aytan"), kistest.Password, "192.0.2.1")
		wantKind(t, "the old one", err, apperr.Unauthenticated, "")
		// Typed on another keyboard the letters come in two parts.
		if _, err := o.SignIn(ctx, kistest.Email("aytan"), "yeni uzun s\u0327ifrə", "192.0.2.1"); err != nil {
			t.Errorf("the new one: %v", err)
		}
		for range office.SignInPerAccount {
			_ = o.ChangePassword(ctx, "yanlis-parol-2026", "daha uzun bir sifre")
		}
		wantKind(t, "guessing the old one", o.ChangePassword(ctx, next, "daha uzun bir sifre"), apperr.TooMany, "")
	})
}

func TestAResetPasswordIsShownOnceAndWorks(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx := o.As(context.Background(), "rauf")
		first, err := o.ResetPassword(ctx, o.ID("aytan"))
		if err != nil || len(first) < 20 {
			t.Fatalf("%q, %v", first, err)
		}
		if _, err := o.SignIn(ctx, kistest.Email("aytan"), first, "192.0.2.1"); err != nil {
			t.Errorf("it does not work: %v", err)
		}
		second, err := o.ResetPassword(ctx, o.ID("aytan"))
		if err != nil || second == first {
			t.Errorf("the second is %q, %v", second, err)
		}
		_, err = o.ResetPassword(ctx, "01930000-0000-7000-8000-000000000009")
		wantKind(t, "of nobody", err, apperr.NotFound, "")
		events, err := o.History(ctx, "user", o.ID("aytan"), 20)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if strings.Contains(string(e.After)+string(e.Before)+e.Note+e.Label, first) || strings.Contains(string(e.After), "argon2") {
				t.Error("the trail holds the password")
			}
		}
	})
}

func TestWithoutAPasswordNobodySignsIn(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		u, err := o.CreateUser(o.System(), newUser())
		if err != nil {
			t.Fatal(err)
		}
		_, err = o.SignIn(context.Background(), u.Email, "", "192.0.2.1")
		wantKind(t, "with an empty password", err, apperr.Unauthenticated, "")
		if err := o.SetPassword(actor.With(context.Background(), actor.Program("cli")), u.ID, "birinci-parol-1"); err != nil {
			t.Fatal(err)
		}
		if _, err := o.SignIn(context.Background(), u.Email, "birinci-parol-1", "192.0.2.1"); err != nil {
			t.Error(err)
		}
	})
}

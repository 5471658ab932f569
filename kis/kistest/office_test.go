package kistest_test

import (
	"context"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
)

func TestTheOfficeHasPeopleWhoCanSignIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		for _, p := range kistest.People {
			a := actor.From(o.As(context.Background(), p.Key))
			if a.Name != p.Name || len(a.Grants) != 1 || !a.HasRole(string(p.Role)) || a.DepartmentID != o.Dept(p.Department) {
				t.Errorf("%s acts as %+v", p.Key, a)
			}
		}
		id, err := o.SignIn(context.Background(), kistest.Email("aytan"), kistest.Password, "192.0.2.1")
		if err != nil || id != o.ID("aytan") {
			t.Errorf("sign in: %q, %v", id, err)
		}
	})
}

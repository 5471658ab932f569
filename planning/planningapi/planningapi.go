// Package planningapi owns the API of the register of recommendations and of
// management reviews. That of plans lies beside the pages of carrying them out.
//
// It may import planning, kis, web and what they may import; no SQL.
// Invariants: an operation asks the same method as the page, with the same
// action, and answers with what it changed as it is now.
package planningapi

import (
	"context"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/web"
)

type operations struct{ svc *planning.Service }

// Register adds the operations.
func Register(r *web.Router, svc *planning.Service) {
	o := operations{svc}
	r.API(o.recommendations()...)
	r.API(o.reviews()...)
}

// reading reads the body and does something with it and the object of the
// address.
func reading[T any](do func(ctx context.Context, id string, in T) error) func(c *web.Context, id string) error {
	return func(c *web.Context, id string) error {
		var in T
		if err := c.ReadJSON(&in); err != nil {
			return err
		}
		return do(c.Ctx(), id, in)
	}
}

// planned turns the key in a body into one: what is none is Invalid.
func planned(key string) (planning.Key, error) {
	k := planning.Key(key)
	if k.Year() == 0 {
		return "", apperr.InvalidField("plan", "error.field.choice")
	}
	return k, nil
}

// apiUnit is a department as the API names it.
type apiUnit struct {
	ID   string `json:"id"`
	Code string `json:"code"`
	Name string `json:"name"`
}

func unitIn(lang, id, code, az, en string) apiUnit {
	return apiUnit{id, code, office.Department{NameAZ: az, NameEN: en}.Name(lang)}
}

type apiReason struct {
	Reason string `json:"reason"`
}

// apiPlace is where something stands in a plan.
type apiPlace struct {
	Plan   string `json:"plan"` // key
	ItemID string `json:"item_id"`
	No     int    `json:"no"`
}

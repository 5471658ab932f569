package office

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/policies"
)

// InScope narrows a list to the departments of a scope: nothing is added for
// a scope of everything, nothing is found for one without departments. What
// the actor is only assigned to is for the caller to add.
func InScope(q *bun.SelectQuery, scope policies.Scope, column string) *bun.SelectQuery {
	switch {
	case scope.Any:
		return q
	case len(scope.Departments) == 0:
		return q.Where("1 = 0")
	}
	return q.Where("? IN (?)", bun.Ident(column), bun.List(scope.Departments))
}

// AllowedAny is Allowed for actions that make sense only over everything,
// such as keeping the list of users.
func AllowedAny(ctx context.Context, act policies.Action) error {
	scope, err := Allowed(ctx, act)
	if err != nil {
		return err
	}
	if !scope.Any {
		return apperr.New(apperr.Forbidden, "error.forbidden")
	}
	return nil
}

// OnlyPerson gives the person who acts, for what people do with their own
// account; nobody and the program itself have none.
func OnlyPerson(ctx context.Context, act policies.Action) (actor.Actor, error) {
	if err := AllowedAny(ctx, act); err != nil {
		return actor.Actor{}, err
	}
	who := actor.From(ctx)
	if who.UserID == "" {
		return actor.Actor{}, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	return who, nil
}

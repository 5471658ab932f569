package ui

import "context"

// Refusal is why a form was refused, while its page is made. The page says it
// where the form stands; when it has no such form any more, because somebody
// else was first, Layout says it above everything.
type Refusal struct {
	Errors *Errors
	OnTop  bool // Layout says it
	Said   bool // the page has said it
}

type refusalKey struct{}

// WithRefusal lets the components of a page know of a refusal.
func WithRefusal(ctx context.Context, r *Refusal) context.Context {
	return context.WithValue(ctx, refusalKey{}, r)
}

// said notes that the page tells why a form was refused.
func said(ctx context.Context) {
	if r, ok := ctx.Value(refusalKey{}).(*Refusal); ok {
		r.Said = true
	}
}

// onTop gives what Layout has to say, or nothing.
func onTop(ctx context.Context) (f Form, ok bool) {
	r, ok := ctx.Value(refusalKey{}).(*Refusal)
	if !ok || !r.OnTop || r.Said {
		return Form{}, false
	}
	return Form{Errors: r.Errors}, true
}

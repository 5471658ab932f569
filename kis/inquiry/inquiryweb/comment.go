package inquiryweb

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// conversationPage is a conversation, on a page of its own or as a part of the
// page of its object.
type conversationPage struct {
	ui.Page
	inquiry.Conversation
	Form  ui.Form
	Edit  string // id of the comment whose form came back
	Alone bool   // a page of its own
}

// object is what the address is about.
func object(c *web.Context) inquiry.Object {
	return inquiry.Object{Kind: c.Param("kind"), ID: c.Param("id")}
}

// commentPanel draws the conversation on the pages of a kind of object.
func (h pages) commentPanel(kind string) web.Panel {
	return func(c *web.Context, id string) (templ.Component, error) {
		if !c.Can(policies.CommentRead) {
			return nil, nil
		}
		v, err := h.svc.Comments(c.Ctx(), inquiry.Object{Kind: kind, ID: id})
		if err != nil {
			return nil, err
		}
		return conversation(conversationPage{Page: c.Page(""), Conversation: v}), nil
	}
}

// conversation shows the comments alone: where a refused one comes back.
func (h pages) conversation(c *web.Context) error { return h.talk(c, http.StatusOK, ui.Form{}, "") }

func (h pages) talk(c *web.Context, status int, f ui.Form, edit string) error {
	v, err := h.svc.Comments(c.Ctx(), object(c))
	if err != nil {
		return err
	}
	return c.Render(status, conversationAlone(conversationPage{Page: c.Page("inquiry.comment.title"), Conversation: v, Form: f, Edit: edit, Alone: true}))
}

func (h pages) comment(c *web.Context) error {
	o := object(c)
	m, err := h.svc.AddComment(c.Ctx(), o, inquiry.NewComment{Text: c.Form("text"), Mention: c.Form("mention")})
	if f, status, ok := c.Refused(err); ok {
		return h.talk(c, status, f, "")
	}
	if err != nil {
		return err
	}
	c.Flash("good", "inquiry.comment.done.add")
	return h.back(c, o, "#comment-"+m.ID)
}

func (h pages) editComment(c *web.Context) error {
	id, err := c.ID("comment")
	if err != nil {
		return err
	}
	seen, err := strconv.Atoi(c.Form("edits"))
	if err != nil {
		seen = -1
	}
	o, err := h.svc.EditComment(c.Ctx(), id, seen, inquiry.NewComment{Text: c.Form("text"), Mention: c.Form("mention")})
	if f, status, ok := c.Refused(err); ok {
		return h.talk(c, status, f, id)
	}
	if err != nil {
		return err
	}
	c.Flash("good", "inquiry.comment.done.edit")
	return h.back(c, o, "#comment-"+id)
}

func (h pages) deleteComment(c *web.Context) error {
	id, err := c.ID("comment")
	if err != nil {
		return err
	}
	o, err := h.svc.DeleteComment(c.Ctx(), id)
	if f, status, ok := c.Refused(err); ok {
		return h.talk(c, status, f, "")
	}
	if err != nil {
		return err
	}
	c.Flash("good", "inquiry.comment.done.delete")
	return h.back(c, o, "#comments")
}

// back goes to the page of the object, where the comment stands.
func (h pages) back(c *web.Context, o inquiry.Object, at string) error {
	v, err := h.svc.Comments(c.Ctx(), o)
	if apperr.Is(err, apperr.NotFound) {
		return c.Redirect("/work")
	}
	if err != nil {
		return err
	}
	return c.Redirect(v.Href + at)
}

// href is where the conversation's forms go.
func (p conversationPage) href() string { return "/comments/" + p.Kind + "/" + p.ID }

// formOf is the form of a comment, with what was typed when it came back.
func (p conversationPage) formOf(id string) ui.Form {
	if p.Edit == id {
		return p.Form
	}
	return ui.Form{}
}

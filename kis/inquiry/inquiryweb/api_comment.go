package inquiryweb

import (
	"net/http"
	"time"

	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/web"
)

// apiComments is a conversation.
type apiCommentList struct {
	Items []apiCommentRow `json:"items"` // oldest first
}

type apiCommentRow struct {
	ID        string    `json:"id"`
	Text      string    `json:"text"` // "" once deleted
	Author    string    `json:"author"`
	At        time.Time `json:"at"`
	EditedAt  time.Time `json:"edited_at,omitzero"`
	DeletedAt time.Time `json:"deleted_at,omitzero"`
	Mentioned []string  `json:"mentioned"` // names
}

func (h pages) apiComments(c *web.Context) error { return h.apiTalk(c, http.StatusOK) }

func (h pages) apiTalk(c *web.Context, status int) error {
	v, err := h.svc.Comments(c.Ctx(), object(c))
	if err != nil {
		return err
	}
	out := apiCommentList{Items: []apiCommentRow{}}
	for _, m := range v.Comments {
		out.Items = append(out.Items, apiCommentRow{m.ID, m.Text, m.AuthorName, m.CreatedAt, m.EditedAt, m.DeletedAt, append([]string{}, m.Mentioned...)})
	}
	return c.JSON(status, out)
}

type apiNewComment struct {
	Text       string   `json:"text"`
	MentionIDs []string `json:"mention_ids,omitempty"`
}

func (h pages) apiComment(c *web.Context) error {
	var in apiNewComment
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	if _, err := h.svc.AddComment(c.Ctx(), object(c), inquiry.NewComment{Text: in.Text, MentionIDs: in.MentionIDs}); err != nil {
		return renamed(err, "mention", "mention_ids")
	}
	return h.apiTalk(c, http.StatusCreated)
}

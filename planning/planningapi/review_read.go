package planningapi

import (
	"net/http"
	"time"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/web"
)

// apiReviewLine is a review in a list.
type apiReviewLine struct {
	ID           string    `json:"id"`
	Number       string    `json:"number"`
	State        string    `json:"state"`
	From         day.Day   `json:"from"`
	To           day.Day   `json:"to"`
	MeetingAt    time.Time `json:"meeting_at"`
	Chair        string    `json:"chair"`
	Participants int       `json:"participants"`
	Decisions    int       `json:"decisions"`
	SignedAt     time.Time `json:"signed_at,omitzero"`
}

type apiReviews struct {
	Items []apiReviewLine `json:"items"`
}

// apiReview is a review in full.
type apiReview struct {
	apiReviewLine
	Version    int               `json:"version"`
	Place      string            `json:"place,omitempty"`
	ChairID    string            `json:"chair_id"`
	People     []apiParticipant  `json:"people"` // the chair first
	FiguresAt  time.Time         `json:"figures_at,omitzero"`
	Open       []apiOpenDecision `json:"open_decisions"` // of earlier reviews, when the figures were taken
	Inputs     []apiInput        `json:"inputs"`         // the twelve
	Decided    []apiDecision     `json:"decided"`
	Suitable   bool              `json:"suitable"`
	Adequate   bool              `json:"adequate"`
	Effective  bool              `json:"effective"`
	Conclusion string            `json:"conclusion,omitempty"`
	Returned   string            `json:"returned,omitempty"` // why it came back
	SignedBy   string            `json:"signed_by,omitempty"`
	Addenda    []apiAddendum     `json:"addenda"`
}

type apiParticipant struct {
	UserID     string `json:"user_id"`
	Name       string `json:"name"`
	Post       string `json:"post"`
	Department string `json:"department,omitempty"` // code
}

type apiOpenDecision struct {
	Review     string  `json:"review"` // number
	No         int     `json:"no"`
	Kind       string  `json:"kind"`
	Text       string  `json:"text"`
	Owner      string  `json:"owner"`
	Department string  `json:"department"` // code
	Due        day.Day `json:"due"`
	Late       bool    `json:"late"`
	State      string  `json:"state,omitempty"` // of the item of the plan it is in
	Plan       string  `json:"plan,omitempty"`
	ItemNo     int     `json:"item_no,omitempty"`
}

type apiInput struct {
	Letter  string      `json:"letter"`
	Clause  string      `json:"clause"`
	Name    string      `json:"name"`
	Comment string      `json:"comment,omitempty"`
	Empty   bool        `json:"empty"`
	Figures []apiFigure `json:"figures"`
}

// apiFigure is a figure as it was taken: a share when den is not 0, a text when
// value is set, else a count.
type apiFigure struct {
	Words string     `json:"words"`
	Num   int64      `json:"num"`
	Den   int64      `json:"den"`
	Value string     `json:"value,omitempty"`
	Past  []apiPoint `json:"past"` // in earlier reviews, the oldest first
	Trend string     `json:"trend,omitempty"`
	Href  string     `json:"href,omitempty"` // the page behind it
}

type apiPoint struct {
	Review string `json:"review"` // number
	Num    int64  `json:"num"`
	Den    int64  `json:"den"`
	Value  string `json:"value,omitempty"`
}

type apiDecision struct {
	ID         string    `json:"id"`
	No         int       `json:"no"`
	Kind       string    `json:"kind"`
	Text       string    `json:"text"`
	OwnerID    string    `json:"owner_id"`
	Owner      string    `json:"owner"`
	Department apiUnit   `json:"department"`
	Due        day.Day   `json:"due"`
	Item       *apiPlace `json:"item,omitempty"` // of a plan, that carries it out
	State      string    `json:"state,omitempty"`
}

type apiAddendum struct {
	No   int       `json:"no"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Text string    `json:"text"`
}

func lineIn(r planning.Review) apiReviewLine {
	return apiReviewLine{r.ID, r.Number, string(r.State), r.From, r.To, r.MeetingAt, r.ChairName, r.Participants, r.Decisions, r.SignedAt}
}

func (o operations) listReviews(c *web.Context) error {
	list, err := o.svc.Reviews(c.Ctx())
	if err != nil {
		return err
	}
	out := apiReviews{Items: []apiReviewLine{}}
	for _, r := range list {
		out.Items = append(out.Items, lineIn(r))
	}
	return c.JSON(http.StatusOK, out)
}

func (o operations) review(c *web.Context, status int, idOrNumber string) error {
	d, err := o.svc.ReviewDossier(c.Ctx(), idOrNumber)
	if err != nil {
		return err
	}
	lang := c.Lang()
	out := apiReview{apiReviewLine: lineIn(d.Review), Version: d.Version, Place: d.Place, ChairID: d.ChairID, People: []apiParticipant{}, FiguresAt: d.FiguresAt, Open: []apiOpenDecision{},
		Inputs: []apiInput{}, Decided: []apiDecision{}, Suitable: d.Suitable, Adequate: d.Adequate, Effective: d.Effective, Conclusion: d.Conclusion, Returned: d.ReturnNote,
		SignedBy: d.SignedName, Addenda: []apiAddendum{}}
	out.Participants, out.Decisions = len(d.People), len(d.DecisionList)
	for _, x := range d.People {
		out.People = append(out.People, apiParticipant{x.UserID, x.Name, x.Post(lang), x.Unit})
	}
	for _, x := range d.OpenBefore {
		out.Open = append(out.Open, apiOpenDecision{x.Review, x.No, string(x.Kind), x.Text, x.Owner, x.Department, x.Due, x.Late, string(x.State), string(x.Plan), x.ItemNo})
	}
	for _, in := range d.Inputs {
		out.Inputs = append(out.Inputs, inputIn(lang, in))
	}
	for _, x := range d.DecisionList {
		row := apiDecision{ID: x.ID, No: x.No, Kind: string(x.Kind), Text: x.Text, OwnerID: x.OwnerID, Owner: x.OwnerName,
			Department: unitIn(lang, x.DepartmentID, x.DepartmentCode, x.DepartmentNameAZ, x.DepartmentNameEN), Due: x.Due, State: string(x.ItemState)}
		if x.ItemID != "" {
			row.Item = &apiPlace{string(x.ItemPlan), x.ItemID, x.ItemNo}
		}
		out.Decided = append(out.Decided, row)
	}
	for _, a := range d.Addenda {
		out.Addenda = append(out.Addenda, apiAddendum{a.No, a.At, a.Author, a.Text})
	}
	return c.JSON(status, out)
}

func inputIn(lang string, in planning.Input) apiInput {
	out := apiInput{Letter: in.Letter, Clause: in.Clause, Name: in.Name(lang), Comment: in.Comment, Empty: in.Empty(), Figures: []apiFigure{}}
	for _, f := range in.Figures {
		x := apiFigure{Words: f.Words(lang), Num: f.Num, Den: f.Den, Value: f.Value, Past: []apiPoint{}, Trend: string(f.Trend()), Href: f.Href}
		for _, p := range f.Past {
			x.Past = append(x.Past, apiPoint{p.Number, p.Num, p.Den, p.Value})
		}
		out.Figures = append(out.Figures, x)
	}
	return out
}

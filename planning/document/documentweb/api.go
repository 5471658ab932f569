package documentweb

import (
	"net/http"
	"time"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/planning/document"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// registerAPI adds the operations; they ask the same methods as the pages.
// Files are put into a draft on the page, or by their link here.
func (p pages) registerAPI(r *web.Router) {
	id := web.Param{Name: "id", Kind: web.ParamID, Text: "api.param.document"}
	states := []string{}
	for _, s := range document.States() {
		states = append(states, string(s))
	}
	step := func(verb string, act policies.Action, op string, body any, do func(c *web.Context, id string) error) web.Operation {
		return web.Operation{Method: http.MethodPost, Path: "/api/v1/documents/:id/" + verb, Action: act, ID: op, Group: "documents", Text: "api.op.document_" + verb,
			Params: []web.Param{id}, Body: body, Answer: apiDocument{}, Do: func(c *web.Context) error {
				x, err := c.ID("id")
				if err == nil {
					err = do(c, x)
				}
				if err != nil {
					return err
				}
				return p.apiOne(c, http.StatusOK, x)
			}}
	}
	because := func(do func(c *web.Context, id, reason string) error) func(c *web.Context, id string) error {
		return func(c *web.Context, id string) error {
			var in apiReason
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return do(c, id, in.Reason)
		}
	}
	r.API(
		web.Operation{Method: http.MethodGet, Path: "/api/v1/documents", Action: policies.DocumentRead, ID: "listDocuments", Group: "documents", Text: "api.op.documents",
			Params: []web.Param{{Name: "q", Kind: web.ParamText, Text: "api.param.q"}, {Name: "kind", Kind: web.ParamText, Max: 20, Text: "api.param.document_kind"}, {Name: "state", Of: states, Text: "api.param.document_state"},
				{Name: "department", Kind: web.ParamID, Text: "api.param.department"}, {Name: "process", Kind: web.ParamID, Text: "api.param.risk_process"},
				{Name: "unread", Of: []string{"1"}, Text: "api.param.document_unread"}, web.AfterParam(2), web.LimitParam}, Answer: apiList{}, Do: p.apiList},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/documents", Action: policies.DocumentWrite, ID: "enterDocument", Group: "documents", Text: "api.op.document_enter",
			Body: apiNew{}, Status: http.StatusCreated, Answer: apiDocument{}, Do: p.apiEnter},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/documents/:id", Action: policies.DocumentRead, ID: "getDocument", Group: "documents", Text: "api.op.document",
			Params: []web.Param{id}, Answer: apiDocument{}, Do: func(c *web.Context) error {
				x, err := c.ID("id")
				if err != nil {
					return err
				}
				return p.apiOne(c, http.StatusOK, x)
			}},
		step("change", policies.DocumentWrite, "changeDocument", apiChanged{}, func(c *web.Context, id string) error {
			var in apiChanged
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.svc.Change(c.Ctx(), id, in.Version, in.fields())
		}),
		step("readers", policies.DocumentWrite, "setDocumentReaders", apiMustRead{}, func(c *web.Context, id string) error {
			var in apiMustRead
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			roles := make([]policies.Role, len(in.Roles))
			for i, x := range in.Roles {
				roles[i] = policies.Role(x)
			}
			return p.svc.SetReaders(c.Ctx(), id, in.Version, document.Readers{All: in.All, Departments: in.Departments, Roles: roles, People: in.People})
		}),
		step("draft", policies.DocumentWrite, "editDocumentDraft", apiDraft{}, func(c *web.Context, id string) error {
			var in apiDraft
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.svc.Edit(c.Ctx(), id, document.Content{Seen: in.Seen, Changes: in.Changes, UploadIDs: in.Uploads, Link: in.Link, Effective: in.Effective})
		}),
		step("begin", policies.DocumentWrite, "beginDocumentVersion", nil, func(c *web.Context, id string) error { return p.svc.Begin(c.Ctx(), id) }),
		step("submit", policies.DocumentWrite, "submitDocumentVersion", nil, func(c *web.Context, id string) error { return p.svc.Submit(c.Ctx(), id) }),
		step("return", policies.DocumentApprove, "returnDocumentVersion", apiReason{}, because(func(c *web.Context, id, reason string) error { return p.svc.Return(c.Ctx(), id, reason) })),
		step("approve", policies.DocumentApprove, "approveDocumentVersion", nil, func(c *web.Context, id string) error { return p.svc.Approve(c.Ctx(), id) }),
		step("withdraw", policies.DocumentApprove, "withdrawDocument", apiReason{}, because(func(c *web.Context, id, reason string) error { return p.svc.Withdraw(c.Ctx(), id, reason) })),
		step("confirm", policies.DocumentConfirm, "confirmDocumentRead", apiConfirm{}, func(c *web.Context, id string) error {
			var in apiConfirm
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.svc.Confirm(c.Ctx(), id, in.VersionID)
		}),
		step("review", policies.DocumentWrite, "reviewDocument", apiReview{}, func(c *web.Context, id string) error {
			var in apiReview
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.svc.Review(c.Ctx(), id, in.Note, in.Next)
		}),
		step("remind", policies.DocumentWrite, "remindDocumentReaders", nil, func(c *web.Context, id string) error {
			_, err := p.svc.Remind(c.Ctx(), id)
			return err
		}),
		web.Operation{Method: http.MethodGet, Path: "/api/v1/documents/:id/readers", Action: policies.DocumentWrite, ID: "listDocumentReaders", Group: "documents", Text: "api.op.document_readers",
			Params: []web.Param{id}, Answer: apiReaders{}, Do: p.apiReaders},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/documents/:id/versions/:version", Action: policies.DocumentRead, ID: "getDocumentFile", Group: "documents", Text: "api.op.document_file",
			Params: []web.Param{id, {Name: "version", Kind: web.ParamID, Text: "api.param.document_version"}}, Do: p.file},
	)
}

type apiReason struct {
	Reason string `json:"reason"`
}

type apiConfirm struct {
	VersionID string `json:"version_id"` // that was read
}

type apiReview struct {
	Note string  `json:"note"`
	Next day.Day `json:"next"`
}

type apiDraft struct {
	Seen      int      `json:"seen"` // row of the draft that was read
	Changes   string   `json:"changes"`
	Uploads   []string `json:"uploads,omitempty"` // at most one; none keeps the file that is there
	Link      string   `json:"link,omitempty"`    // instead of a file
	Effective day.Day  `json:"effective"`
}

type apiNew struct {
	Kind         string `json:"kind"`
	Number       string `json:"number,omitempty"` // the next of its kind when left out
	TitleAZ      string `json:"title_az"`
	TitleEN      string `json:"title_en,omitempty"`
	DepartmentID string `json:"department_id"`
	ProcessID    string `json:"process_id,omitempty"`
}

func (n apiNew) fields() document.Fields {
	return document.Fields{Kind: n.Kind, Number: n.Number, TitleAZ: n.TitleAZ, TitleEN: n.TitleEN, DepartmentID: n.DepartmentID, ProcessID: n.ProcessID}
}

type apiChanged struct {
	apiNew
	Version int `json:"version"` // that was read
}

// apiMustRead is who must read a document.
type apiMustRead struct {
	Version     int      `json:"version"` // of the document that was read
	All         bool     `json:"all,omitempty"`
	Departments []string `json:"departments,omitempty"` // ids
	Roles       []string `json:"roles,omitempty"`
	People      []string `json:"people,omitempty"` // ids
}

// apiSummary is a document in a list.
type apiSummary struct {
	ID         string  `json:"id"`
	Number     string  `json:"number"`
	Kind       string  `json:"kind"`
	TitleAZ    string  `json:"title_az"`
	TitleEN    string  `json:"title_en,omitempty"`
	Department string  `json:"department"` // code
	ProcessID  string  `json:"process_id,omitempty"`
	State      string  `json:"state"`
	No         int     `json:"no,omitempty"` // of the version in force
	VersionID  string  `json:"version_id,omitempty"`
	Effective  day.Day `json:"effective,omitempty"`
	ReviewDue  day.Day `json:"review_due,omitempty"`
}

type apiList struct {
	Items []apiSummary `json:"items"`
	Total int          `json:"total"`
	Next  string       `json:"next"`
}

type apiVersion struct {
	ID         string    `json:"id"`
	No         int       `json:"no"`
	Row        int       `json:"row"` // what "seen" of a draft names
	State      string    `json:"state"`
	Changes    string    `json:"changes"`
	Link       string    `json:"link,omitempty"`
	File       string    `json:"file,omitempty"`
	SHA256     string    `json:"sha256,omitempty"`
	Effective  day.Day   `json:"effective,omitempty"`
	Until      day.Day   `json:"until,omitempty"`
	ApprovedBy string    `json:"approved_by,omitempty"`
	ApprovedAt time.Time `json:"approved_at,omitzero"`
	Reason     string    `json:"reason,omitempty"`
}

// apiDocument is a document with its versions.
type apiDocument struct {
	apiSummary
	Version  int          `json:"version"`
	MustRead bool         `json:"must_read"`
	Read     bool         `json:"read"`
	Versions []apiVersion `json:"versions"`
}

type apiReading struct {
	UserID     string    `json:"user_id"`
	Name       string    `json:"name"`
	Department string    `json:"department"`
	Must       bool      `json:"must"`
	At         time.Time `json:"at,omitzero"`
}

type apiReaders struct {
	Items []apiReading `json:"items"`
}

func summaryIn(r document.Row) apiSummary {
	return apiSummary{ID: r.ID, Number: r.Number, Kind: r.Kind, TitleAZ: r.TitleAZ, TitleEN: r.TitleEN, Department: r.DepartmentCode, ProcessID: r.ProcessID, State: string(r.StandingAt),
		No: r.No, VersionID: r.VersionID, Effective: r.Effective, ReviewDue: r.ReviewDue}
}

func (p pages) apiList(c *web.Context) error {
	list, err := p.svc.Documents(c.Ctx(), filterOf(c))
	if err != nil {
		return err
	}
	out := apiList{Items: []apiSummary{}, Total: list.Total}
	if list.Next != nil {
		out.Next = web.EncodeCursor(list.Next...)
	}
	for _, r := range list.Rows {
		out.Items = append(out.Items, summaryIn(r))
	}
	return c.JSON(http.StatusOK, out)
}

func (p pages) apiEnter(c *web.Context) error {
	var in apiNew
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	d, err := p.svc.Enter(c.Ctx(), in.fields())
	if err != nil {
		return err
	}
	return p.apiOne(c, http.StatusCreated, d.ID)
}

func (p pages) apiOne(c *web.Context, status int, id string) error {
	d, err := p.svc.Document(c.Ctx(), id)
	if err != nil {
		return err
	}
	out := apiDocument{apiSummary: summaryIn(d.Row), Version: d.Version, MustRead: d.Must, Read: d.Read, Versions: []apiVersion{}}
	today := day.Of(c.Now(), p.svc.KIS.Zone)
	for _, v := range d.Versions {
		out.Versions = append(out.Versions, apiVersion{ID: v.ID, No: v.No, Row: v.Row, State: string(v.Standing(today)), Changes: v.Changes, Link: v.Link, File: v.FileName, SHA256: v.SHA256,
			Effective: v.Effective, Until: v.Until, ApprovedBy: v.ApprovedName, ApprovedAt: v.ApprovedAt, Reason: v.Reason})
	}
	return c.JSON(status, out)
}

func (p pages) apiReaders(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	_, list, err := p.svc.Readings(c.Ctx(), id)
	if err != nil {
		return err
	}
	out := apiReaders{Items: []apiReading{}}
	for _, r := range list {
		out.Items = append(out.Items, apiReading{r.UserID, r.Name, r.DepartmentCode, r.Must, r.At})
	}
	return c.JSON(http.StatusOK, out)
}

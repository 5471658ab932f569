// Package incomingweb owns the pages and the API by which sheets of e-services
// come in: services of the register, bodies, campaigns, results of assessments
// and schemes. A sheet is first shown row by row, with what would become of
// each row or what is wrong with it, and taken over only when it is confirmed.
//
// It may import eservice, its campaigns and the register, kis, policies, web
// and web/ui. Invariants: nothing is written before the confirmation; what is
// confirmed is the file that was shown, looked through again; it comes in whole
// or not at all.
package incomingweb

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// Services are those that sheets go to.
type Services struct {
	KIS      *kis.Service
	Register *register.Service
	Schemes  *eservice.Service
	Campaign *campaign.Service
}

// row says what becomes of a row of a sheet.
type row struct {
	Line    int    `json:"row"`     // of the file, from 1
	Outcome string `json:"outcome"` // new, changed or same
	Code    string `json:"code"`
	Name    string `json:"name"`
	Detail  string `json:"detail"` // what changes
}

// counts say how many rows become what.
type counts struct {
	New     int `json:"new"`
	Changed int `json:"changed"`
	Same    int `json:"same"`
}

// sheet is a file that is read.
type sheet struct {
	id   string // of the campaign in the address, else empty
	file io.ReaderAt
	size int64
	name string
	dry  bool
	each func(row)
}

// kind is one kind of sheet.
type kind struct {
	code   string // services, agencies, campaign, assessments, scheme
	path   string // of its page
	action policies.Action
	back   string // page to go to afterwards; the campaign's own has its id
	label  string // message key of that page
	empty  string // address of an empty sheet; "" there is none
	read   func(ctx context.Context, s Services, in sheet) (counts, error)
}

// kinds are the kinds of sheets.
var kinds = []kind{
	{"services", "/services/import", policies.RegisterImport, "/services", "register.list.title", "/services/template.xlsx", readServices},
	{"agencies", "/agencies/import", policies.AgencyChange, "/agencies", "register.agency.title", "/agencies/export.xlsx", readAgencies},
	{"campaign", "/campaigns/:id/import", policies.AssessmentImport, "/campaigns/", "campaign.title", "", readCampaign},
	{"assessments", "/scorecards/import", policies.AssessmentImport, "/scorecards", "eservice.scorecard.title", "", readAssessments},
	{"scheme", "/schemes/import", policies.SchemeWrite, "/schemes", "eservice.schemes.title", "/schemes/2025/export.xlsx", readScheme},
}

func readServices(ctx context.Context, s Services, in sheet) (counts, error) {
	res, err := s.Register.Import(ctx, register.ImportRequest{File: in.file, Size: in.size, Name: in.name, DryRun: in.dry, Each: outcomes(in.each)})
	return counts{res.New, res.Changed, res.Same}, err
}

func readAgencies(ctx context.Context, s Services, in sheet) (counts, error) {
	res, err := s.Register.ImportAgencies(ctx, register.ImportRequest{File: in.file, Size: in.size, Name: in.name, DryRun: in.dry, Each: outcomes(in.each)})
	return counts{res.New, res.Changed, res.Same}, err
}

// outcomes takes rows of the register.
func outcomes(each func(row)) func(register.RowOutcome) {
	if each == nil {
		return nil
	}
	return func(o register.RowOutcome) {
		r := row{Line: o.Line, Outcome: string(o.Outcome), Code: o.Code, Name: o.Name, Detail: strings.Join(o.Clauses, ", ")}
		if r.Code == "" {
			r.Code = o.Agency
		}
		each(r)
	}
}

func readCampaign(ctx context.Context, s Services, in sheet) (counts, error) {
	var n counts
	_, err := s.Campaign.Import(ctx, campaign.ImportRequest{CampaignID: in.id, File: in.file, Size: in.size, Name: in.name, DryRun: in.dry, Each: func(o campaign.SheetOutcome) {
		r := row{Line: o.Line, Outcome: o.Outcome, Code: o.Code, Detail: o.After}
		if o.Outcome == string(register.RowChanged) {
			r.Detail = o.Before + " → " + o.After
		}
		n.add(r)
		if in.each != nil {
			in.each(r)
		}
	}})
	return n, err
}

func readAssessments(ctx context.Context, s Services, in sheet) (counts, error) {
	var n counts
	_, err := s.Schemes.Import(ctx, eservice.ImportRequest{Reader: io.NewSectionReader(in.file, 0, in.size), Name: in.name, DryRun: in.dry, Each: func(line int, what, name string, fresh bool) {
		r := row{Line: line, Outcome: string(register.RowSame), Code: what, Name: name}
		if fresh {
			r.Outcome = string(register.RowNew)
		}
		n.add(r)
		if in.each != nil {
			in.each(r)
		}
	}})
	return n, err
}

func readScheme(ctx context.Context, s Services, in sheet) (counts, error) {
	var n counts
	_, err := s.Schemes.ImportScheme(ctx, eservice.ImportRequest{Reader: io.NewSectionReader(in.file, 0, in.size), Name: in.name, DryRun: in.dry, Each: func(line int, what, name string, _ bool) {
		r := row{Line: line, Outcome: string(register.RowNew), Code: what, Name: name}
		n.add(r)
		if in.each != nil {
			in.each(r)
		}
	}})
	return n, err
}

func (n *counts) add(r row) {
	switch register.Outcome(r.Outcome) {
	case register.RowNew:
		n.New++
	case register.RowChanged:
		n.Changed++
	default:
		n.Same++
	}
}

// Register adds the routes.
func Register(r *web.Router, s Services) {
	for _, k := range kinds {
		p := pages{s, k}
		r.GET(k.path, k.action, p.form)
		r.STREAM(k.path, k.action, p.preview)
		r.POST(k.path+"/confirm", k.action, p.confirm)
		var params []web.Param
		if strings.Contains(k.path, ":id") {
			params = append(params, web.Param{Name: "id", Kind: web.ParamID, Text: "api.param.campaign_id"})
		}
		params = append(params, web.Param{Name: "dry_run", Of: []string{"1"}, Text: "api.param.dry_run"}, web.Param{Name: "name", Kind: web.ParamText, Text: "api.param.name"})
		r.API(web.Operation{Method: http.MethodPost, Path: "/api/v1" + k.path, Action: k.action, ID: "import_" + k.code, Group: "register", Text: "api.op.import_" + k.code,
			Params: params, Upload: true, Answer: apiImport{}, Do: p.api})
	}
}

// pages answers the requests about one kind of sheet.
type pages struct {
	Services
	kind
}

// id is the campaign of the address; empty for other kinds.
func (p pages) id(c *web.Context) (string, error) {
	if !strings.Contains(p.path, ":id") {
		return "", nil
	}
	id, err := c.ID("id")
	if err != nil {
		return "", err
	}
	if _, err := p.Campaign.View(c.Ctx(), id, nil); err != nil {
		return "", err
	}
	return id, nil
}

// maxSheet is the most bytes of a sheet.
const maxSheet = 256 << 20

// staged keeps the one file of a body as an upload of the person.
func (p pages) staged(c *web.Context) (up kis.Upload, err error) {
	_, err = c.Multipart(web.Limits{Files: 1, FileBytes: maxSheet}, func(f *web.File) (err error) {
		up, err = p.KIS.StageUpload(c.Ctx(), f.Name, f)
		return err
	})
	if err == nil && up.ID == "" {
		err = apperr.InvalidField("file", "error.upload.none")
	}
	return up, err
}

// take reads a sheet that was kept; an upload of somebody else is not found.
func (p pages) take(ctx context.Context, id, upload string, dry bool, each func(row)) (n counts, err error) {
	if !store.IsID(upload) {
		return n, apperr.InvalidField("file", "error.upload.none")
	}
	up, f, err := p.KIS.OpenUpload(ctx, upload)
	if err != nil {
		return n, err
	}
	defer f.Close()
	return p.read(ctx, p.Services, sheet{id: id, file: f, size: up.Size, name: up.Name, dry: dry, each: each})
}

// forget drops a sheet that was looked at; at worst it is swept away in a week.
func (p pages) forget(ctx context.Context, upload string) {
	_ = p.KIS.DiscardUpload(ctx, upload)
}

// apiImport says what an import did, or would do.
type apiImport struct {
	counts
	Rows []row `json:"rows"` // new and changed ones, the first 1,000
}

// maxAnswered rows are named to a program.
const maxAnswered = 1000

// api reads a sheet sent by a program: the body itself, or the file of a form.
func (p pages) api(c *web.Context) error {
	id, err := p.id(c)
	if err != nil {
		return err
	}
	var up kis.Upload
	keep := func(f *web.File) (err error) {
		up, err = p.KIS.StageUpload(c.Ctx(), f.Name, f)
		return err
	}
	if strings.HasPrefix(c.Request().Header.Get("Content-Type"), "multipart/form-data") {
		_, err = c.Multipart(web.Limits{Files: 1, FileBytes: maxSheet}, keep)
	} else {
		err = c.Body(c.Query("name"), maxSheet, keep)
	}
	if err == nil && up.ID == "" {
		err = apperr.InvalidField("file", "error.upload.none")
	}
	if err != nil {
		return err
	}
	defer p.forget(c.Ctx(), up.ID)
	out := apiImport{Rows: []row{}}
	out.counts, err = p.take(c.Ctx(), id, up.ID, c.Query("dry_run") == "1", func(r row) {
		if r.Outcome != string(register.RowSame) && len(out.Rows) < maxAnswered {
			out.Rows = append(out.Rows, r)
		}
	})
	if err != nil {
		return err
	}
	slices.SortFunc(out.Rows, func(a, b row) int { return a.Line - b.Line })
	return c.JSON(http.StatusOK, out)
}

package main

import (
	"context"
	"net/http"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/auditweb"
	"github.com/kis-platform/kis/audit/checklist"
	"github.com/kis-platform/kis/audit/outside"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/eservice/eserviceweb"
	"github.com/kis-platform/kis/eservice/incomingweb"
	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/eservice/register/registerweb"
	"github.com/kis-platform/kis/eservice/register/request"
	"github.com/kis-platform/kis/internal/blob"
	"github.com/kis-platform/kis/internal/mail"
	"github.com/kis-platform/kis/internal/outbox"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/duty"
	"github.com/kis-platform/kis/kis/indicator"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/kis/inquiry/inquiryweb"
	"github.com/kis-platform/kis/kis/kisweb"
	"github.com/kis-platform/kis/kis/notice"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/retention/retentionweb"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/assessment"
	"github.com/kis-platform/kis/planning/assessment/assessmentweb"
	"github.com/kis-platform/kis/planning/document"
	"github.com/kis-platform/kis/planning/evaluation"
	"github.com/kis-platform/kis/planning/evaluation/evaluationweb"
	"github.com/kis-platform/kis/planning/planningweb"
	"github.com/kis-platform/kis/planning/quality"
	"github.com/kis-platform/kis/planning/risk"
	"github.com/kis-platform/kis/planning/risk/riskweb"
	"github.com/kis-platform/kis/reports"
	"github.com/kis-platform/kis/reports/agenda"
	"github.com/kis-platform/kis/reports/cycledoc"
	"github.com/kis-platform/kis/reports/pack"
	"github.com/kis-platform/kis/reports/reportsweb"
	reportrisks "github.com/kis-platform/kis/reports/risks"
	"github.com/kis-platform/kis/web"
)

// services are the contexts over one database, and the adapters by which one
// asks another without importing it.
type services struct {
	kis      *kis.Service
	audit    *audit.Service
	planning *planning.Service
	eservice *eservice.Service
	register *register.Service
	requests *request.Service // of the operator of the register
	campaign *campaign.Service
	reports  *reports.Service
	notices  *notice.Service
	duties   *duty.Service

	programmes  *programme.Service
	indicators  *indicator.Service
	inquiry     *inquiry.Service
	packs       *pack.Service
	evaluations *evaluation.Service
	assessments *assessment.Service
	risks       *risk.Service
	quality     *quality.Service
	controlled  *document.Service
	sessions    *store.Sessions
}

// wire makes the services and joins them.
func wire(db *store.DB, blobs *blob.Store, c Config) services {
	k := kis.New(db, blobs, c.zone(), c.Country)
	var err error
	if k.Limits, err = c.limits(); err != nil {
		panic(err) // readConfig has refused it
	}
	if k.Scanner, k.HoldUnscanned, err = c.scanner(); err != nil {
		panic(err)
	}
	s := services{kis: k, audit: audit.New(k), planning: planning.New(k), eservice: eservice.New(k), register: register.New(k), sessions: store.NewSessions(db)}
	k.Assigned = s.audit
	s.programmes = programme.New(s.audit)
	db.Seal(outside.Seal, agenda.Seal)
	s.planning.Findings = findings{s.audit, k}
	s.planning.AddInputs(processFigures{k})
	s.planning.AddInputs(auditFigures{s.audit})
	s.planning.AddInputs(eserviceFigures{s.eservice})
	s.reports = reports.New(k, s.audit, s.planning, s.eservice, c.publicURL())
	s.reports.Institution = c.Office
	s.reports.Register = s.register
	s.requests = request.New(s.register)
	s.indicators = indicator.New(k)
	s.reports.Indicators = s.indicators
	s.inquiry = wireInquiry(s)
	s.campaign = wireCampaign(s)
	s.reports.Campaigns = s.campaign
	s.reports.Inquiry = s.inquiry
	s.evaluations = wireEvaluation(s)
	s.assessments = wireAssessment(s)
	cycledoc.Add(s.reports, s.evaluations)
	wireDocuments(s)
	s.risks = wireRisk(s)
	s.quality = wireQuality(s)
	s.controlled = wireControlled(s)
	s.packs = pack.New(k)
	k.Records = wireRecords(s)
	s.duties = wireDuties(s)
	s.notices = wireNotices(s, c)
	return s
}

// wireNotices makes the notices: each context announces its events and says
// what waits.
func wireNotices(s services, c Config) *notice.Service {
	var sender mail.Sender // stays nil without a server
	server, err := c.mailServer()
	if err != nil {
		panic(err) // readConfig has refused it
	}
	if server != nil {
		sender = server
	}
	n := notice.New(s.kis, outbox.NewQueue(s.kis.DB, nil), sender, c.publicURL())
	n.AddSources(s.kis, s.audit, s.programmes, s.planning, s.inquiry, s.register, s.requests, s.risks, s.campaign, s.quality, s.controlled)
	n.AddWork(s.duties)
	n.Counts = s.duties.Counts
	return n
}

// loadReference brings in what every office starts from; what is there stays.
func (s services) loadReference(ctx context.Context) error {
	before, err := s.kis.ReferenceNow(ctx)
	if err != nil {
		return err
	}
	for _, load := range []func(context.Context) error{
		s.kis.LoadReference, s.audit.LoadReference, s.programmes.LoadReference, s.planning.LoadMeasuresReference, s.eservice.LoadReference, s.register.LoadReference, s.indicators.LoadReference, s.assessments.LoadReference, s.risks.LoadReference, s.quality.LoadReference, s.controlled.LoadReference,
	} {
		if err := load(ctx); err != nil {
			return err
		}
	}
	return s.kis.KeepReference(ctx, before)
}

// handler is the whole HTTP side.
func (a *app) handler() http.Handler { return a.server().Handler() }

// server makes the HTTP side with all its routes.
func (a *app) server() *web.Server {
	proxies, err := a.config.proxies()
	if err != nil {
		panic(err) // readConfig has refused it
	}
	srv := web.New(web.Options{
		Proxies: proxies, Origins: a.config.origins(),
		Sessions: a.sessions, Users: a.kis, Tokens: a.kis, Zone: a.kis.Zone, Clock: a.db.Now, Logger: a.log, Ready: a.db.Ping,
		Secure: strings.HasPrefix(a.config.publicURL(), "https://"), Unit: a.kis.DepartmentCode, Office: a.config.Office,
		Unread: a.notices.Unread, Waiting: notice.NewWaiting(a.notices).Of,
	})
	r := srv.Router()
	kisweb.Register(r, a.kis)
	registerDuties(r, a.services)
	registerAgenda(r, a.services, a.config.publicURL())
	registerOverview(r, a.services)
	kisweb.RegisterIndicators(r, a.indicators)
	kisweb.RegisterAPI(r, a.kis)
	kisweb.RegisterIndicatorAPI(r, a.indicators)
	kisweb.RegisterNotices(r, a.notices)
	kisweb.RegisterExports(r, a.reports)
	retentionweb.Register(r, a.kis)
	inquiryweb.Register(r, a.inquiry, a.reports)
	auditweb.Register(r, a.audit)
	auditweb.RegisterAPI(r, a.audit)
	auditweb.RegisterExports(r, a.reports)
	auditweb.RegisterSources(r, a.audit, sources(a.services))
	auditweb.RegisterProgrammes(r, a.programmes)
	auditweb.RegisterAuditors(r, a.audit)
	auditweb.RegisterAuditAPI(r, a.programmes)
	auditweb.RegisterChecklists(r, checklist.New(a.audit), a.reports)
	planningweb.Register(r, a.planning)
	planningweb.RegisterMeasures(r, a.planning)
	registerPlans(r, a.services)
	planningweb.RegisterSheets(r, a.planning, a.reports)
	registerQuality(r, a.services)
	registerControlled(r, a.services)
	riskweb.Register(r, a.risks, reportrisks.Writer{Service: a.reports})
	riskweb.RegisterObjectiveFiles(r, reportrisks.Writer{Service: a.reports})
	evaluationweb.Register(r, a.evaluations)
	assessmentweb.Register(r, a.assessments, a.config.publicURL())
	eserviceweb.Register(r, a.eservice, a.campaign, a.reports)
	registerweb.Register(r, a.register, a.requests)
	incomingweb.Register(r, incomingweb.Services{KIS: a.kis, Register: a.register, Schemes: a.eservice, Campaign: a.campaign})
	reportsweb.Register(r, a.reports)
	reportsweb.RegisterServices(r, a.reports)
	reportsweb.RegisterPack(r, a.packs)
	a.registerDocuments(r)
	return srv
}

// checks are the parts of "kis verify".
func (a *app) checks() []check {
	return []check{
		{"cli.verify.trail", func(ctx context.Context, report func(store.Fault)) (int64, error) {
			return a.db.VerifyTrail(ctx, report)
		}},
		{"cli.verify.files", a.kis.VerifyFiles},
		{"cli.verify.references", a.kis.VerifyReferences},
		{"cli.verify.records", a.kis.VerifyRecords},
		{"cli.verify.seals", a.kis.VerifySeals},
		{"cli.verify.derived", a.kis.VerifyDerived},
		{"cli.verify.prints", a.reports.VerifyPrints},
		{"cli.verify.scorecards", a.eservice.VerifySummaries},
		{"cli.verify.register", a.register.VerifyVersions},
		{"cli.verify.acts", a.audit.VerifyFigures},
	}
}

// findings lets planning ask the audit context for recommendations.
type findings struct {
	audit *audit.Service
	kis   *kis.Service
}

// OpenRecommendations gives what findings recommend, with the codes of the
// departments.
func (f findings) OpenRecommendations(ctx context.Context) ([]planning.FoundRecommendation, error) {
	found, err := f.audit.Recommendations(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range found {
		ids = append(ids, r.DepartmentID)
	}
	departments, err := office.DepartmentsByID(ctx, f.kis.DB.Read(), ids)
	if err != nil {
		return nil, err
	}
	out := make([]planning.FoundRecommendation, 0, len(found))
	for _, r := range found {
		label := r.ActNumber
		if label == "" {
			label = r.AuditNumber
		}
		out = append(out, planning.FoundRecommendation{FindingID: r.FindingID, ActID: r.ActID, Label: label, Text: r.Text,
			DepartmentID: r.DepartmentID, DepartmentCode: departments[r.DepartmentID].Code, GSBPM: r.GSBPM, Clause: r.Clause})
	}
	return out, nil
}

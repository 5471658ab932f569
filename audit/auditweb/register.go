// Package auditweb owns the pages of internal audit: the registers of audits
// and acts, the page of an audit with its checklist, the page of an act with
// its steps.
//
// It may import audit, kis, policies, web and internal packages other than
// store. Invariants: a handler decides nothing; every change goes through
// audit.Service, which asks again who may do it; a refused form comes back as
// it was typed, with what was wrong.
package auditweb

import (
	"strings"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

type pages struct {
	svc *audit.Service
	r   *web.Router
}

// Register adds the routes of audits and acts.
func Register(r *web.Router, svc *audit.Service) {
	p := pages{svc: svc, r: r}
	r.Panel("task_facts", p.criteria)
	r.GET("/audits", policies.AuditRead, p.audits)
	r.GET("/audits/new", policies.AuditPlan, p.newAudit)
	r.POST("/audits", policies.AuditPlan, p.planAudit)
	r.GET("/audits/:id", policies.AuditRead, p.audit)
	r.POST("/audits/:id/announce", policies.AuditMove, p.announce)
	r.POST("/audits/:id/start", policies.AuditMove, p.start)
	r.POST("/audits/:id/meetings", policies.AuditMove, p.meeting)
	r.POST("/audits/:id/report", policies.AuditMove, p.report)
	r.POST("/audits/:id/close", policies.AuditMove, p.closeAudit)
	r.POST("/audits/:id/cancel", policies.AuditCancel, p.cancel)
	r.GET("/audits/:id/edit", policies.AuditPlan, p.editAudit)
	r.POST("/audits/:id/edit", policies.AuditPlan, p.saveEdit)
	r.GET("/audits/:id/team", policies.AuditPlan, p.team)
	r.POST("/audits/:id/team", policies.AuditPlan, p.setTeam)
	r.POST("/audits/:id/exceptions", policies.AuditExcept, p.except)
	r.POST("/audits/:id/rows/:row", policies.ChecklistAnswer, p.answer)
	registerFill(r, p)
	registerBuild(r, p)

	registerFindings(r, p)
	registerBoards(r, p)

	r.GET("/acts", policies.ActRead, p.acts)
	r.GET("/acts/new", policies.ActDraft, p.newAct)
	r.POST("/acts", policies.ActDraft, p.draftAct)
	r.GET("/acts/:id", policies.ActRead, p.act)
	r.GET("/acts/:id/files/:file", policies.ActRead, p.file)
	r.POST("/acts/:id/edit", policies.FindingRaise, p.editDraft)
	r.POST("/acts/:id/issue", policies.ActIssue, p.issue)
	r.POST("/acts/:id/discard", policies.ActIssue, p.discard)
	r.POST("/acts/:id/acknowledge", policies.ActAcknowledge, p.acknowledge)
	r.POST("/acts/:id/object", policies.ActObject, p.object)
	r.POST("/acts/:id/resolve", policies.ActResolve, p.resolve)
	r.GET("/acts/:id/response", policies.ActRespond, p.response)
	r.POST("/acts/:id/response", policies.ActRespond, p.saveResponse)
	r.POST("/acts/:id/actions", policies.ActRespond, p.addAction)
	r.POST("/acts/:id/actions/:action/remove", policies.ActRespond, p.removeAction)
	r.POST("/acts/:id/submit", policies.ActRespond, p.submit)
	r.POST("/acts/:id/approve", policies.ActApprove, p.approve)
	r.POST("/acts/:id/return", policies.ActApprove, p.returnPlan)
	r.GET("/acts/:id/actions/:action", policies.ActionReport, p.action)
	r.POST("/acts/:id/actions/:action/start", policies.ActionReport, p.startAction)
	r.STREAM("/acts/:id/actions/:action/report", policies.ActionReport, p.reportAction)
	r.STREAM("/acts/:id/actions/:action/files", policies.ActionReport, p.upload)
	r.POST("/acts/:id/actions/:action/verdict", policies.ActionVerify, p.verdict)
	r.POST("/acts/:id/actions/:action/extend", policies.ActionReport, p.requestExtension)
	r.POST("/acts/:id/actions/:action/extension", policies.ActionExtend, p.decideExtension)
	r.POST("/acts/:id/effect", policies.ActEffect, p.effect)
	r.POST("/acts/:id/close", policies.ActClose, p.closeAct)
	r.POST("/acts/:id/reopen", policies.ActReopen, p.reopen)
	r.POST("/acts/:id/addendum", policies.ActAddendum, p.addendum)
}

// criteria is what the page of a task says of the clauses of its sub-process.
func (p pages) criteria(c *web.Context, id string) (templ.Component, error) {
	_, code, _ := strings.Cut(id, ":")
	if parts := strings.SplitN(code, ".", 3); len(parts) == 3 {
		code = parts[0] + "." + parts[1]
	}
	list, err := p.svc.CriteriaOf(c.Ctx(), code)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return taskCriteria(c.Page(""), list), nil
}

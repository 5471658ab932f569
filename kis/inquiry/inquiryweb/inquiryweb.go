// Package inquiryweb holds the pages and the API of evidence requests,
// comments and discrepancy notes, and the panels by which they show on the
// pages of evidence, tasks and cycles.
//
// It may import inquiry, kis, web and what they may import; no SQL.
// Invariants: a handler reads the request, asks the service and shows what
// came back; a refused form comes back as it was typed, with what was wrong.
package inquiryweb

import (
	"context"
	"io"

	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// ListWriter writes lists as files; reports does, which stands above this
// package.
type ListWriter interface {
	// RequestList and DiscrepancyList write a list under a filter as "xlsx" or "csv".
	RequestList(ctx context.Context, w io.Writer, format, lang string, f inquiry.RequestFilter) error
	DiscrepancyList(ctx context.Context, w io.Writer, format, lang string, f inquiry.DiscrepancyFilter) error
}

type pages struct {
	svc   *inquiry.Service
	lists ListWriter
}

// Register adds the pages, the panels and the operations of the API.
func Register(r *web.Router, svc *inquiry.Service, lists ListWriter) {
	p := pages{svc, lists}
	r.GET("/requests", policies.RequestRead, p.requests)
	r.GET("/requests/export.xlsx", policies.RequestRead, p.exportRequests("xlsx"))
	r.GET("/requests/export.csv", policies.RequestRead, p.exportRequests("csv"))
	r.GET("/requests/new", policies.RequestAsk, p.newRequest)
	r.POST("/requests", policies.RequestAsk, p.ask)
	r.GET("/requests/:id", policies.RequestRead, p.request)
	r.POST("/requests/:id/answer", policies.RequestAnswer, p.answer)
	r.POST("/requests/:id/decision", policies.RequestDecide, p.decide)
	r.POST("/requests/:id/withdraw", policies.RequestDecide, p.withdraw)
	r.POST("/requests/:id/close", policies.RequestDecide, p.close)

	r.GET("/discrepancies", policies.DiscrepancyRead, p.discrepancies)
	r.GET("/discrepancies/export.xlsx", policies.DiscrepancyRead, p.exportDiscrepancies("xlsx"))
	r.GET("/discrepancies/export.csv", policies.DiscrepancyRead, p.exportDiscrepancies("csv"))
	r.GET("/discrepancies/new", policies.DiscrepancyWrite, p.newDiscrepancy)
	r.POST("/discrepancies", policies.DiscrepancyWrite, p.note)
	r.GET("/discrepancies/:id", policies.DiscrepancyRead, p.discrepancy)
	r.POST("/discrepancies/:id/explain", policies.DiscrepancyWrite, p.explain)
	r.POST("/discrepancies/:id/decision", policies.DiscrepancyConfirm, p.confirm)
	r.POST("/discrepancies/:id/promote", policies.DiscrepancyPromote, p.promote)

	r.GET("/comments/:kind/:id", policies.CommentRead, p.conversation)
	r.POST("/comments/:kind/:id", policies.CommentWrite, p.comment)
	r.POST("/comments/:kind/:id/:comment/edit", policies.CommentWrite, p.editComment)
	r.POST("/comments/:kind/:id/:comment/delete", policies.CommentWrite, p.deleteComment)

	for _, kind := range inquiry.Kinds() {
		r.Panel(kind, p.commentPanel(kind))
	}
	r.Panel(inquiry.OnTask, p.taskPanel)
	r.Panel("audit", p.auditPanel)
	r.Find(p.findRequests)
	r.Find(p.findDiscrepancies)
	p.registerAPI(r)
}

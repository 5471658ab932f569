package main

import (
	"context"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/planning/document"
	"github.com/kis-platform/kis/planning/document/documentweb"
	"github.com/kis-platform/kis/reports/controlled"
	"github.com/kis-platform/kis/web"
)

// wireControlled makes the controlled documents and has their lists made as
// sheets.
func wireControlled(s services) *document.Service {
	d := document.New(s.kis)
	controlled.Add(s.reports, d)
	d.Audits = namedAudits{s.audit}
	s.audit.Documents = namedDocuments{d}
	return d
}

// registerControlled adds their pages.
func registerControlled(r *web.Router, s services) {
	documentweb.Register(r, s.controlled, controlled.Writer{Service: s.reports})
}

// namedDocuments lets audits show the controlled documents that are their
// criteria.
type namedDocuments struct{ documents *document.Service }

// NamedDocuments lists them by number.
func (n namedDocuments) NamedDocuments(ctx context.Context, auditID string) ([]audit.NamedDocument, error) {
	list, err := n.documents.Criteria(ctx, auditID)
	out := make([]audit.NamedDocument, len(list))
	for i, c := range list {
		out[i] = audit.NamedDocument{DocumentID: c.DocumentID, Number: c.Number, TitleAZ: c.TitleAZ, TitleEN: c.TitleEN, No: c.No}
	}
	return out, err
}

// namedAudits lets documents be named as criteria of an audit that is planned
// or announced.
type namedAudits struct{ audit *audit.Service }

// MayName gives the number of the audit.
func (n namedAudits) MayName(ctx context.Context, auditID string) (string, error) {
	v, err := n.audit.Audit(ctx, auditID)
	if err != nil {
		return "", err
	}
	if v.State != audit.Planned && v.State != audit.Announced {
		return "", apperr.New(apperr.Conflict, "error.conflict.state", "object", "audit", "state", string(v.State))
	}
	return v.Number, nil
}

package audit

import (
	"context"

	"github.com/kis-platform/kis/internal/i18n"
)

// DocumentSource says which controlled documents are criteria of an audit. They
// belong to another context; cmd/kis fills this in.
type DocumentSource interface {
	// NamedDocuments lists them by number, for whoever may see the audit.
	NamedDocuments(ctx context.Context, auditID string) ([]NamedDocument, error)
}

// NamedDocument is a version of a controlled document that is a criterion of an
// audit (ISO 19011:2018, 3.7).
type NamedDocument struct {
	DocumentID       string
	Number           string
	TitleAZ, TitleEN string
	No               int // of the version
}

// Title is its title in a language.
func (d NamedDocument) Title(lang string) string { return i18n.InLang(lang, d.TitleAZ, d.TitleEN) }

// Words name it as documents do: number, title and version.
func (d NamedDocument) Words(lang string) string {
	return i18n.T(lang, "audit.criteria.document", "number", d.Number, "title", d.Title(lang), "no", d.No)
}

// namedDocuments are the controlled documents that are criteria of an audit.
func (s *Service) namedDocuments(ctx context.Context, auditID string) ([]NamedDocument, error) {
	if s.Documents == nil {
		return nil, nil
	}
	return s.Documents.NamedDocuments(ctx, auditID)
}

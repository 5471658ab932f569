// Package auditdoc makes the documents of internal audit beside the act and
// the report of an audit, which stand in reports: the programme of a year, the
// plan of an audit, the report of surveillance and follow-up, the register of
// acts and the summary of a year.
//
// It may import reports, the contexts of audit, kis and plumbing beneath them.
// Each document is a collector that reads with the rights of whoever asks, in
// a fixed number of queries, and a pure model that makes the Doc and the
// sheets of what was read; golden files hold what the models say.
package auditdoc

import (
	"context"
	"strconv"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/summary"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/reports"
)

// The kinds of documents.
const (
	Programme = "audit_programme" // Year
	Plan      = "audit_plan"      // Key is the number or id of the audit
	FollowUp  = "follow_up"       // the same
	Acts      = "acts"            // register; Filter as on its page
	Summary   = "audit_summary"   // Year
)

// Sources are the contexts that the documents read.
type Sources struct {
	KIS     *kis.Service
	Audit   *audit.Service
	Summary *summary.Service
	Inquiry *inquiry.Service // nil: nothing is said of documents asked for beforehand
}

// Kinds are the documents of the package, for reports.Service.Add.
func Kinds(s Sources) []reports.Kind {
	return []reports.Kind{
		{Name: Programme, Formats: []string{reports.PDF, reports.XLSX, reports.CSV, reports.JSON}, Year: true, Collect: s.programme},
		{Name: Plan, Formats: []string{reports.PDF, reports.XLSX, reports.CSV, reports.JSON}, Key: true, Collect: s.plan},
		{Name: FollowUp, Formats: []string{reports.PDF, reports.XLSX, reports.CSV, reports.JSON}, Key: true, Collect: s.followUp},
		{Name: Acts, Formats: []string{reports.PDF, reports.XLSX, reports.CSV, reports.JSON}, Filter: ActFilters(), Collect: s.acts},
		{Name: Summary, Formats: []string{reports.PDF, reports.XLSX, reports.CSV, reports.JSON}, Year: true, Collect: s.summary},
	}
}

func (s Sources) programme(ctx context.Context, r reports.Request, w reports.Words) (reports.Material, error) {
	id, err := s.Summary.Programmes.ByYear(ctx, r.Year)
	if err != nil {
		return reports.Material{}, err
	}
	v, err := s.Summary.Programmes.Programme(ctx, id)
	if err != nil {
		return reports.Material{}, err
	}
	year := strconv.Itoa(v.Year)
	return reports.Material{Object: v.ID, Number: year, Dated: w.DayOf(v.ApprovedAt), State: "audit.programme.state." + string(v.State), Name: w.T("report.file.audit_programme", "year", year),
		Doc: func() reports.Doc { return programmeDocument(v, w) }, Sheets: func() []reports.Sheet { return programmeSheets(v, w) }}, nil
}

func (s Sources) plan(ctx context.Context, r reports.Request, w reports.Words) (reports.Material, error) {
	v, err := s.Audit.AuditDossier(ctx, r.Key)
	if err != nil {
		return reports.Material{}, err
	}
	var asked []inquiry.RequestRow
	if s.Inquiry != nil {
		if asked, err = s.Inquiry.RequestsOfAudit(ctx, v.ID); apperr.Is(err, apperr.Forbidden) {
			err = nil // whoever sees the audit may not see requests
		}
		if err != nil {
			return reports.Material{}, err
		}
	}
	return reports.Material{Object: v.ID, Number: v.Number, Dated: w.DayOf(v.AnnouncedAt), State: "audit.audit.state." + string(v.State),
		Name: w.T("report.file.audit_plan", "number", v.Number), Doc: func() reports.Doc { return planDocument(v, asked, w) },
		Sheets: func() []reports.Sheet { return planSheets(v, asked, w) }}, nil
}

func (s Sources) followUp(ctx context.Context, r reports.Request, w reports.Words) (reports.Material, error) {
	f, err := s.Summary.FollowUp(ctx, r.Key)
	if err != nil {
		return reports.Material{}, err
	}
	return reports.Material{Object: f.ID, Number: f.Number, Dated: w.Today, State: "audit.audit.state." + string(f.State),
		Name: w.T("report.file.follow_up", "number", f.Number), Doc: func() reports.Doc { return followUpDocument(f, w) },
		Sheets: func() []reports.Sheet { return followUpSheets(f, w) }}, nil
}

func (s Sources) acts(ctx context.Context, r reports.Request, w reports.Words) (reports.Material, error) {
	filter, err := actFilter(r.Filter, w)
	if err != nil {
		return reports.Material{}, err
	}
	var list []audit.ActBrief
	for a, err := range s.Audit.EachAct(ctx, filter) {
		if err != nil {
			return reports.Material{}, err
		}
		if list = append(list, a); len(list) > mostActs && r.Format == reports.PDF {
			return reports.Material{}, apperr.InvalidField("filter", "report.error.acts", "max", mostActs)
		}
	}
	var narrowed []string
	departments, err := s.KIS.Departments(ctx)
	if err != nil && !apperr.Is(err, apperr.Forbidden) {
		return reports.Material{}, err
	}
	var categories []audit.CauseCategory
	if r.Filter.Get("cause") != "" {
		if categories, err = s.Audit.CauseCategories(ctx); err != nil {
			return reports.Material{}, err
		}
	}
	narrowed = filterWords(r.Filter, departments, categories, w)
	return reports.Material{Object: "acts:" + r.Filter.Encode(), Number: reports.Joined("; ", narrowed...), Dated: w.Today, Name: w.T("report.file.acts", "date", string(w.Today)),
		Doc: func() reports.Doc { return actsDocument(list, narrowed, w) }, Sheets: func() []reports.Sheet { return []reports.Sheet{actsSheet(list, w)} }}, nil
}

func (s Sources) summary(ctx context.Context, r reports.Request, w reports.Words) (reports.Material, error) {
	v, err := s.Summary.Year(ctx, r.Year)
	if err != nil {
		return reports.Material{}, err
	}
	year := strconv.Itoa(v.Year)
	return reports.Material{Object: year, Number: year, Dated: w.Today, Name: w.T("report.file.audit_summary", "year", year),
		Doc: func() reports.Doc { return summaryDocument(v, w) }, Sheets: func() []reports.Sheet { return summarySheets(v, w) }}, nil
}

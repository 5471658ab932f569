// Package scoredoc makes the documents of the assessment of e-services: the
// opinion (rəy) of a body, the scorecard of a body on one page, the summary
// report and the list of services by grade.
//
// It may import eservice, eservice/campaign and reports; it knows nothing of
// requests. Invariants: models are pure, what they are made of is read before;
// a document shows only what its reader may see; over a change of method no
// document draws a trend.
package scoredoc

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/reports"
)

// The kinds of documents.
const (
	Opinion = "opinion"            // Key is the number or id of the campaign, Key2 the code or id of the body
	Card    = "agency_card"        // Agency, Year
	Summary = "assessment_summary" // From, To
	Grades  = "services_by_grade"  // Year, Agency
)

// maxPrinted is the most services that a list is printed with; longer lists
// are taken away as sheets.
const maxPrinted = 3000

// source is what documents are read from.
type source struct {
	eservice *eservice.Service
	campaign *campaign.Service
}

// Add lets the service make the documents.
func Add(s *reports.Service, e *eservice.Service, k *campaign.Service) {
	src := source{e, k}
	all := []string{reports.PDF, reports.XLSX, reports.CSV, reports.JSON}
	s.Add(
		reports.Kind{Name: Opinion, Formats: []string{reports.PDF, reports.JSON, reports.XLSX, reports.CSV}, Key: true, Collect: src.opinion},
		reports.Kind{Name: Card, Formats: all, Collect: src.card},
		reports.Kind{Name: Summary, Formats: all, Collect: src.summary},
		reports.Kind{Name: Grades, Formats: all, Collect: src.grades},
	)
}

func (s source) opinion(ctx context.Context, r reports.Request, w reports.Words) (reports.Material, error) {
	v, err := s.campaign.Opinion(ctx, r.Key, r.Key2)
	if err != nil {
		return reports.Material{}, err
	}
	dated := w.DayOf(v.SentAt)
	return reports.Material{Object: v.CampaignID + ":" + v.AgencyID, Number: reports.Joined(", ", v.Campaign.Number, v.Code), Dated: dated, State: "campaign.body." + string(v.BodyRow.State),
		Name: w.T("scoredoc.opinion.file", "number", v.Campaign.Number, "agency", v.Code),
		Doc:  func() reports.Doc { return opinionLetter(v, w) }, Sheets: func() []reports.Sheet { return opinionSheets(v, w) }}, nil
}

func (s source) card(ctx context.Context, r reports.Request, w reports.Words) (reports.Material, error) {
	c, err := s.eservice.Scorecard(ctx, eservice.ScorecardFilter{From: r.From, To: r.To, Year: r.Year, Agency: r.Agency})
	if err == nil && (c.Agency == nil || c.Focus() == nil) {
		err = apperr.Missing("agency")
	}
	if err != nil {
		return reports.Material{}, err
	}
	return reports.Material{Object: fmt.Sprintf("%s:%d", c.Agency.Code, c.Year), Number: reports.Joined(", ", c.Agency.Code, strconv.Itoa(c.Year)), Dated: w.Today,
		Name: w.T("scoredoc.card.file", "agency", c.Agency.Code, "year", c.Year),
		Doc:  func() reports.Doc { return agencyCard(c, w) }, Sheets: func() []reports.Sheet { return cardSheets(c, w) }}, nil
}

func (s source) summary(ctx context.Context, r reports.Request, w reports.Words) (reports.Material, error) {
	c, err := s.eservice.Scorecard(ctx, eservice.ScorecardFilter{From: r.From, To: r.To, Year: r.Year})
	if err == nil && (c.Agency != nil || len(c.Years) == 0) {
		err = apperr.Missing("year")
	}
	if err != nil {
		return reports.Material{}, err
	}
	m := national{Scorecard: c}
	if m.Tally, err = s.campaign.TallyOf(ctx, c.Year); err != nil && !apperr.Is(err, apperr.Forbidden) {
		return reports.Material{}, err
	}
	span := yearsOf(c)
	return reports.Material{Object: "all:" + span, Number: span, Dated: w.Today, Name: w.T("scoredoc.summary.file", "years", span),
		Doc: func() reports.Doc { return summaryReport(m, w) }, Sheets: func() []reports.Sheet { return []reports.Sheet{yearSheet(c, w), bodySheet(c, w)} }}, nil
}

func (s source) grades(ctx context.Context, r reports.Request, w reports.Words) (reports.Material, error) {
	y, rows, err := s.eservice.Graded(ctx, r.Year, r.Agency)
	if err != nil {
		return reports.Material{}, err
	}
	g := graded{Year: y, agency: r.Agency, rows: rows}
	if r.Format == reports.PDF {
		if y.Services > maxPrinted {
			return reports.Material{}, apperr.InvalidField("format", "scoredoc.grades.too_long", "services", y.Services, "max", maxPrinted)
		}
		for row, err := range rows {
			if err != nil {
				return reports.Material{}, err
			}
			g.list = append(g.list, row)
		}
		sortGraded(g.list)
	}
	of := cmp.Or(r.Agency, "all")
	return reports.Material{Object: fmt.Sprintf("%s:%d:grades", of, y.Year), Number: reports.Joined(", ", r.Agency, strconv.Itoa(y.Year)), Dated: w.Today,
		Name: w.T("scoredoc.grades.file", "year", reports.Joined("-", r.Agency, strconv.Itoa(y.Year))),
		Doc:  func() reports.Doc { return gradeList(g, w) }, Sheets: func() []reports.Sheet { return []reports.Sheet{gradeSheet(g, w)} }}, nil
}

// graded is a year with its services: as they are read, or in order of print.
type graded struct {
	Year   eservice.YearResult
	agency string
	rows   iter.Seq2[eservice.Graded, error]
	list   []eservice.Graded
}

// sortGraded puts services into the order of print: by grade as they came,
// then by body and name.
func sortGraded(list []eservice.Graded) {
	position := func(g eservice.Graded) int {
		if g.Grade == nil {
			return 0
		}
		return g.Grade.Position
	}
	slices.SortStableFunc(list, func(a, b eservice.Graded) int {
		return cmp.Or(-cmp.Compare(position(a), position(b)), cmp.Compare(a.Agency.SortKey, b.Agency.SortKey), cmp.Compare(a.Service.SortKey, b.Service.SortKey), cmp.Compare(a.Service.Code, b.Service.Code))
	})
}

// yearsOf is the range of years shown: 2013–2015.
func yearsOf(c eservice.Scorecard) string {
	first, last := c.Years[0].Year, c.Years[len(c.Years)-1].Year
	if first == last {
		return strconv.Itoa(first)
	}
	return fmt.Sprintf("%d–%d", first, last)
}

package reports

import (
	"context"
	"net/url"

	"github.com/kis-platform/kis/kis"
)

// collectOverview takes the filter of the page of the same name.
func (s *Service) collectOverview(ctx context.Context, r Request, w Words) (material, error) {
	f := kis.ReadOverviewFilter(r.Filter)
	o, err := s.kis.OverviewAll(ctx, f)
	if err != nil {
		return material{}, err
	}
	return material{object: r.Filter.Encode(), dated: s.kis.Today(), name: fileName(Joined("-", w.T("report.file.overview"), f.Period, string(w.Today))),
		doc: func() Doc { return w.Doc(w.T("kis.overview.title"), w.T("kis.overview.title"), f.Period) }, sheets: func() []Sheet { return overviewSheets(o, w) }}, nil
}

// overviewSheets has a line for each phase of each cycle, so that it can be
// filtered and summed.
func overviewSheets(o kis.Overview, w Words) []Sheet {
	out := Sheet{Name: w.T("kis.overview.title"), Title: w.T("kis.overview.title"), Columns: []SheetColumn{
		{Key: "process", Title: w.T("kis.process.one"), Width: 40}, {Key: "period", Title: w.T("kis.cycle.period_one"), Width: 12},
		{Key: "owner", Title: w.T("report.cycle.owner"), Width: 10}, {Key: "cycle_state", Title: w.T("report.cycle.state"), Width: 16},
		{Key: "phase", Title: w.T("report.cycle.phase"), Width: 9}, {Key: "phase_name", Title: w.T("report.cycle.name"), Width: 30},
		{Key: "phase_state", Title: w.T("report.cycle.gate"), Width: 18}, {Key: "due", Title: w.T("report.cycle.due"), Type: DateCol},
		{Key: "accepted", Title: w.T("report.cycle.accepted_tasks"), Type: IntCol}, {Key: "applicable", Title: w.T("report.cycle.applicable"), Type: IntCol},
		{Key: "share", Title: w.T("report.cycle.accepted_share"), Type: PercentCol}}}
	for _, l := range o.Lines {
		for i, p := range l.Phases {
			out.Rows = append(out.Rows, []any{l.Cycle.Process.Title(w.Lang), l.Cycle.Period, l.Cycle.Owner.Code, w.Code("kis.cycle.state", string(l.Cycle.State)),
				p.Phase, l.Cycle.Phases[i].Name(w.Lang), w.Code("kis.phase.state", string(p.State)), p.Due, p.Accepted, p.Tasks, Ratio{int64(p.Accepted), int64(p.Tasks)}})
		}
	}
	return []Sheet{out}
}

// filterOf copies the values that a sheet's filter may have.
func filterOf(v url.Values, names ...string) url.Values {
	out := url.Values{}
	for _, n := range names {
		if t := v.Get(n); t != "" && len(t) <= 100 {
			out.Set(n, t)
		}
	}
	return out
}

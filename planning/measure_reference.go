package planning

import (
	"context"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// LoadMeasuresReference brings the statuses and the national plans of the
// reference data into the database. What is there already, by code, stays as
// the office has it; loading again changes nothing.
func (s *Service) LoadMeasuresReference(ctx context.Context) error {
	if _, err := office.Allowed(ctx, policies.MeasureImport); err != nil {
		return err
	}
	statuses, err := referenceStatuses()
	if err != nil {
		return err
	}
	plans, err := referencePlans()
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		fresh, err := insertStatuses(ctx, tx, statuses)
		if err != nil {
			return err
		}
		if fresh > 0 {
			tx.Record(store.Change{Action: "planning:measure:statuses", Kind: "measure_status", ID: "reference", Label: reference.MeasureStatuses,
				After: map[string]any{"statuses": fresh}})
		}
		for _, p := range plans {
			p.ID, p.CreatedAt = store.NewID(), tx.Now
			added, err := insertNationalPlan(ctx, tx, p)
			if err != nil {
				return err
			}
			if added {
				tx.Record(store.Change{Action: "planning:measure:plan", Kind: kindNationalPlan, ID: p.ID, Label: p.Code,
					After: map[string]any{"title": p.TitleAZ, "act": p.ActAZ, "from": p.From, "to": p.To, "report_due": p.ReportDue}})
				fresh++
			}
		}
		if fresh == 0 {
			return store.ErrNoChange
		}
		return nil
	})
}

func referenceStatuses() ([]MeasureStatusRule, error) {
	rows, err := reference.Rows(reference.MeasureStatuses)
	if err != nil {
		return nil, apperr.Wrap(err, "reference")
	}
	var out []MeasureStatusRule
	for _, r := range rows {
		st := MeasureStatusRule{Code: MeasureStatus(r["code"]), NameAZ: r["name_az"], NameEN: r["name_en"],
			OngoingOnly: r.Bool("ongoing_only"), NeedsAct: r.Bool("needs_act")}
		if st.Position, err = strconv.Atoi(r["order"]); err != nil {
			return nil, apperr.Wrap(err, "reference status")
		}
		if r["share_from"] != "" {
			from, err1 := strconv.Atoi(r["share_from"])
			to, err2 := strconv.Atoi(r["share_to"])
			if err1 != nil || err2 != nil {
				return nil, apperr.New(apperr.Internal, "error.internal", "status", r["code"])
			}
			st.ShareFrom, st.ShareTo = &from, &to
		}
		out = append(out, st)
	}
	return out, nil
}

func referencePlans() ([]NationalPlan, error) {
	rows, err := reference.Rows(reference.NationalPlans)
	if err != nil {
		return nil, apperr.Wrap(err, "reference")
	}
	var out []NationalPlan
	for _, r := range rows {
		p := NationalPlan{Code: r["code"], TitleAZ: r["title_az"], TitleEN: r["title_en"], ActAZ: r["act_az"], ActEN: r["act_en"],
			ActDate: day.Day(r["act_date"]), ReportDue: r["report_due"], ReportToAZ: r["report_to_az"], ReportToEN: r["report_to_en"]}
		from, err1 := strconv.Atoi(r["period_from"])
		to, err2 := strconv.Atoi(r["period_to"])
		if err1 != nil || err2 != nil {
			return nil, apperr.New(apperr.Internal, "error.internal", "plan", r["code"])
		}
		p.From, p.To = from, to
		out = append(out, p)
	}
	return out, nil
}

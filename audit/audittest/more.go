package audittest

import (
	"github.com/kis-platform/kis/audit"
)

// Rows are the rows of an audit's checklist in order.
func (o *Office) Rows(auditID string) (out []audit.Row) {
	o.T.Helper()
	list, err := o.Audit.Checklist(o.Be("gunel"), auditID, audit.RowFilter{Limit: 500})
	o.must(err)
	for _, r := range list.Rows {
		out = append(out, r.Row)
	}
	return out
}

// Observe is an observation on SSS, raised by Samir from the n-th row of the
// audit; rows begin anew after the last.
func (o *Office) Observe(auditID string, n int) audit.Finding {
	o.T.Helper()
	rows := o.Rows(auditID)
	r := rows[n%len(rows)]
	f, _, err := o.Audit.RaiseFinding(o.Be("samir"), audit.NewFinding{Row: audit.RowAnswer{RowID: r.ID, Version: r.Version}, Grade: audit.Observation,
		DepartmentID: o.Dept("SSS"), Statement: "Jurnal kağızda aparılır, itə bilər.", Recommendation: "Jurnalı elektron aparmaq"})
	o.must(err)
	return f
}

// Complete answers every open row and records both meetings.
func (o *Office) Complete(a audit.Audit) {
	o.T.Helper()
	for _, r := range o.Rows(a.ID) {
		if r.Answer != audit.Open {
			continue
		}
		_, err := o.Audit.Answer(o.Be("samir"), audit.RowAnswer{RowID: r.ID, Version: r.Version, Answer: audit.Conforms})
		o.must(err)
	}
	now := o.DB.Now()
	o.must(o.Audit.RecordMeeting(o.Be("gunel"), a.ID, audit.Meeting{At: now, Note: "iştirakçılar: 5"}))
	o.must(o.Audit.RecordMeeting(o.Be("gunel"), a.ID, audit.Meeting{Closing: true, At: now, Note: "iştirakçılar: 5"}))
}

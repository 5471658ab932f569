package planningtest

import (
	"context"
	"time"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/planning"
)

// Proposal is a recommendation of SSS from elsewhere.
func (o *Office) Proposal(text string) planning.Recommendation {
	o.t.Helper()
	r, err := o.Propose(o.By("aytan"), planning.NewRecommendation{Text: text, Basis: planning.FromOther, BasisLabel: "şöbənin iclası", DepartmentID: o.Dept("SSS")})
	o.Must(err)
	return r
}

// ReviewFields are those of a review chaired by Rafael on 13.11.2026.
func (o *Office) ReviewFields() planning.ReviewFields {
	return planning.ReviewFields{From: "2026-05-01", To: "2026-10-31", MeetingAt: time.Date(2026, time.November, 13, 10, 0, 0, 0, time.UTC),
		Place: "iclas zalı", ChairID: o.ID("rafael"), Participants: []string{o.ID("nigar"), o.ID("elchin")}}
}

// Review is a draft with one decision of each of two kinds.
func (o *Office) Review() planning.ReviewDossier {
	o.t.Helper()
	r, err := o.OpenReview(o.By("nigar"), o.ReviewFields())
	o.Must(err)
	for _, n := range []planning.NewDecision{
		{Kind: planning.Improvement, Text: "Xəta verən vahidlərin payını 5,0%-dək azaltmaq", OwnerID: o.ID("elchin"), Due: "2027-12-15"},
		{Kind: planning.Resource, Text: "3 yeni daxili auditor hazırlamaq", OwnerID: o.ID("nigar"), Due: "2027-02-26"},
	} {
		_, err := o.AddDecision(o.By("nigar"), r.ID, n)
		o.Must(err)
	}
	return o.Dossier(r.ID)
}

// Dossier reads a review.
func (o *Office) Dossier(id string) planning.ReviewDossier {
	o.t.Helper()
	d, err := o.ReviewDossier(o.By("nigar"), id)
	o.Must(err)
	return d
}

// Prepared is a review that waits for the chair.
func (o *Office) Prepared() planning.ReviewDossier {
	o.t.Helper()
	r := o.Review()
	o.Must(o.PrepareReview(o.By("nigar"), r.ID, planning.Verdict{Suitable: true, Adequate: true, Effective: true, Conclusion: "KİS yararlı, adekvat və nəticəlidir"}))
	return o.Dossier(r.ID)
}

// Signed is a review signed by its chair.
func (o *Office) Signed() planning.ReviewDossier {
	o.t.Helper()
	r := o.Prepared()
	o.Must(o.SignReview(o.By("rafael"), r.ID, planning.Signature{Number: r.Number, Confirmed: true}))
	return o.Dossier(r.ID)
}

// Findings is a source of recommendations with real rows behind them.
type Findings []planning.FoundRecommendation

// OpenRecommendations gives them all.
func (f Findings) OpenRecommendations(context.Context) ([]planning.FoundRecommendation, error) {
	return f, nil
}

// AddFinding writes an audit with one finding about a department and makes it
// the source of the office.
func (o *Office) AddFinding(department string) planning.FoundRecommendation {
	o.t.Helper()
	f := planning.FoundRecommendation{FindingID: store.NewID(), Label: "DA-2026-05", Text: "Prosesin 8-ci mərhələsi üçün yekun cümləsini müəyyənləşdirmək",
		DepartmentID: o.Dept(department), DepartmentCode: department, GSBPM: "8.3", Clause: "9.1.1"}
	audit := store.NewID()
	o.Must(o.Service.DB.Write(o.System(), func(tx *store.Tx) error {
		if _, err := tx.ExecContext(context.Background(), `INSERT INTO audits (id, number, kind, title, objectives, criteria, method, period, planned_from, planned_to, state, created_at, search_key)
			VALUES (?, ?, 'internal', 'audit', '-', '-', '-', '2026', '2026-10-01', '2026-10-05', 'reported', ?, '')`, audit, "DA-"+audit[24:], tx.Now); err != nil {
			return err
		}
		if _, err := tx.ExecContext(context.Background(), `INSERT INTO findings (id, audit_id, no, grade, standard, edition, clause, gsbpm, department_id, statement, recommendation, created_at)
			VALUES (?, ?, 1, 'opportunity', 'ISO9001', '2015', ?, ?, ?, '-', ?, ?)`, f.FindingID, audit, f.Clause, f.GSBPM, f.DepartmentID, f.Text, tx.Now); err != nil {
			return err
		}
		tx.Record(store.Change{Action: "audit:finding:raise", Kind: "finding", ID: f.FindingID})
		return nil
	}))
	all, _ := o.Service.Findings.(Findings)
	o.Service.Findings = append(all, f)
	return f
}

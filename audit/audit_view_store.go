package audit

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

func fields(s string) []string { return strings.Fields(s) }

// sortPeople sorts by name as Azerbaijani does.
func sortPeople(list []Candidate) {
	slices.SortFunc(list, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(i18n.SortKey(a.Name), i18n.SortKey(b.Name)), cmp.Compare(a.ID, b.ID))
	})
}

// standardsOf reads the standards of an audit's checklist.
func standardsOf(ctx context.Context, db bun.IDB, auditID string) ([]Standard, error) {
	var out []Standard
	err := db.NewSelect().Model(&out).
		Where("EXISTS (SELECT 1 FROM audit_rows r JOIN checklist_templates t ON t.id = r.template_id WHERE r.audit_id = ? AND t.standard = st.code AND t.edition = st.edition)", auditID).
		Order("st.code", "st.edition").Scan(ctx)
	return out, store.MapError(err, "standards")
}

// rowCounts counts the rows of a checklist by answer and lists their phases.
func rowCounts(ctx context.Context, db bun.IDB, auditID string) (map[Answer]int, []string, error) {
	var rows []struct {
		Phase  string
		Answer Answer
		N      int
	}
	err := db.NewRaw("SELECT SUBSTR(gsbpm, 1, 1) AS phase, answer, COUNT(*) AS n FROM audit_rows WHERE audit_id = ? GROUP BY 1, 2 ORDER BY 1, 2", auditID).Scan(ctx, &rows)
	counts, phases := map[Answer]int{}, []string{}
	for _, r := range rows {
		counts[r.Answer] += r.N
		if r.Phase != "" && !slices.Contains(phases, r.Phase) {
			phases = append(phases, r.Phase)
		}
	}
	return counts, phases, store.MapError(err, "row counts")
}

// findingsOf reads the findings of an audit with the act each has made; with
// rows, only those raised from one of them.
func findingsOf(ctx context.Context, db bun.IDB, auditID string, rowIDs ...string) ([]FindingView, error) {
	var rows []struct {
		F         Finding `bun:"embed:"`
		RowNo     string
		ActID     string
		ActNumber string
		ActState  ActState
		By        string
	}
	q := db.NewSelect().TableExpr("findings AS f").ColumnExpr("f.*").
		ColumnExpr("COALESCE(r.no, '') AS row_no, COALESCE(CAST(c.id AS TEXT), '') AS act_id, COALESCE(c.number, '') AS act_number, COALESCE(c.state, '') AS act_state, COALESCE(u.name, '') AS by").
		Join("LEFT JOIN audit_rows AS r ON r.id = f.row_id").Join("LEFT JOIN acts AS c ON c.finding_id = f.id").
		Join("LEFT JOIN users AS u ON u.id = f.created_by").
		Where("f.audit_id = ?", auditID).Order("f.no")
	if len(rowIDs) > 0 {
		q.Where("f.row_id IN (?)", bun.List(rowIDs))
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, store.MapError(err, "findings")
	}
	var out []FindingView
	var ids []string
	for _, r := range rows {
		out = append(out, FindingView{Finding: r.F, RowNo: r.RowNo, ActID: r.ActID, ActNumber: r.ActNumber, ActState: r.ActState, By: r.By})
		ids = append(ids, r.ActID)
	}
	return out, closeActs(ctx, db, out, known(ids))
}

// closeActs takes from findings what the actor may not see of their acts: the
// way to one that is issued, everything of one that is not.
func closeActs(ctx context.Context, db bun.IDB, list []FindingView, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	var seen []string
	err := actsInScope(ctx, db.NewSelect().TableExpr("acts AS c"), policies.For(actor.From(ctx), policies.ActRead)).
		ColumnExpr("c.id").Where("c.id IN (?)", bun.List(ids)).Scan(ctx, &seen)
	for i, f := range list {
		if f.ActID == "" || slices.Contains(seen, f.ActID) {
			continue
		}
		if list[i].ActID = ""; f.ActNumber == "" {
			list[i].ActState = ""
		}
	}
	return store.MapError(err, "acts of findings")
}

// allExceptions reads the decisions of an audit in order of time.
func allExceptions(ctx context.Context, db bun.IDB, auditID string) ([]Exception, error) {
	var xs []Exception
	err := db.NewSelect().Model(&xs).Where("x.audit_id = ?", auditID).Order("x.decided_at", "x.id").Scan(ctx)
	return xs, store.MapError(err, "exceptions")
}

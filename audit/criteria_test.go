package audit_test

import (
	"slices"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

func TestTheCriteriaOfASubProcessAreTheClausesOfItsQuestions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		list, err := o.Audit.CriteriaOf(o.Be("aytan"), "1.1")
		if err != nil || len(list) == 0 {
			t.Fatal(list, err)
		}
		if !slices.ContainsFunc(list, func(c audit.Criterion) bool {
			return c.Standard == "ISO 9001:2015" && c.Number == "8.2.2" && c.NationalAdoption == "AZS ISO 9001:2020" && c.Title("az") != "" && c.Title("en") != ""
		}) {
			t.Errorf("8.2.2 is not among %+v", list)
		}
		if list, err := o.Audit.CriteriaOf(o.Be("aytan"), "9.9"); err != nil || len(list) != 0 {
			t.Errorf("of what does not exist: %+v, %v", list, err)
		}
		if _, err := o.Audit.CriteriaOf(t.Context(), "1.1"); !apperr.Is(err, apperr.Unauthenticated) && !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("of nobody: %v", err)
		}
	})
}

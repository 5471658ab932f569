package inquiry_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/inquiry"
)

func TestOfTwoAnswersAtOnceOneWinsAndTheOtherIsTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		r := o.ask(nil)
		who := []string{"aytan", "elchin"}
		errs := make([]error, len(who))
		var all sync.WaitGroup
		for i, name := range who {
			ctx := o.as(name)
			all.Add(1)
			go func() {
				defer all.Done()
				errs[i] = o.Answer(ctx, r.ID, inquiry.NewAnswer{Text: fmt.Sprintf("Cavab %d", i)})
			}()
		}
		all.Wait()
		won := slices.IndexFunc(errs, func(err error) bool { return err == nil })
		if won < 0 || errs[1-won] == nil {
			t.Fatalf("both or none: %v", errors.Join(errs...))
		}
		fails(t, "the other", errs[1-won], apperr.Conflict, "error.conflict.state")
		p, err := o.Request(o.as("nigar"), r.ID)
		if err != nil || len(p.Answers) != 1 || p.Answers[0].Text != fmt.Sprintf("Cavab %d", won) {
			t.Errorf("answers: %v %+v", err, p.Answers)
		}
	})
}

func TestRequestsArePagedByKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		for range 7 {
			o.ask(nil)
		}
		c := storetest.CountQueries(db)
		var numbers []string
		f := inquiry.RequestFilter{Limit: 3}
		for {
			c.Reset()
			list, err := o.Requests(o.as("nigar"), f)
			must(t, "list", err)
			if c.N() > 6 { // those of the list, and those that make the actor
				t.Errorf("%d queries for a page", c.N())
			}
			for _, r := range list.Rows {
				numbers = append(numbers, r.Number)
			}
			if list.Total != 7 {
				t.Errorf("total %d", list.Total)
			}
			if f.After = list.Next; f.After == "" {
				break
			}
		}
		if len(numbers) != 7 || numbers[0] != "SS-2026-007" || numbers[6] != "SS-2026-001" {
			t.Errorf("%v", numbers)
		}
	})
}

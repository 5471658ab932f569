package planning_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/planningtest"
)

func TestWhoProposedIsToldWhatBecameOfIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		o.Draft(2027)
		nigar := o.By("nigar")
		accepted, rejected, merged := o.Proposal("Qaydanı təsdiq etmək"), o.Proposal("Siyahını əlavə etmək"), o.Proposal("Qaydanı təsdiqləmək")
		_, err := o.AcceptRecommendation(nigar, accepted.ID, "2027", o.Fields(2027))
		o.Must(err)
		o.Must(o.RejectRecommendation(nigar, rejected.ID, "Siyahı artıq var"))
		o.Must(o.MergeRecommendation(nigar, merged.ID, accepted.Number, ""))
		events, err := office.EventsAfter(t.Context(), db.Read(), 0, 1000)
		o.Must(err)
		people, err := o.Actors(t.Context(), db.Read())
		o.Must(err)
		var told []string
		for _, e := range events {
			list, err := o.Announcements(t.Context(), db.Read(), e)
			o.Must(err)
			for _, a := range list {
				if a.Kind != "recommendation" {
					continue
				}
				for _, p := range people {
					if a.For(p) {
						if p.UserID != o.ID("aytan") {
							t.Errorf("%s is told of %s", p.Name, a.Key)
						}
						told = append(told, strings.TrimPrefix(a.Key, "planning.notice.recommendation.")+" "+a.Args["number"]+" "+a.Args["note"])
					}
				}
			}
		}
		want := []string{"accept " + accepted.Number + " ", "reject " + rejected.Number + " Siyahı artıq var", "merge " + merged.Number + " "}
		if !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
	})
}

func TestTheRegisterIsPagedFromBothEndsAndWalked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		var all []string
		for range 5 {
			all = append(all, o.Proposal("Təklif olunan iş").Number)
		}
		for oldest, want := range map[bool][]string{true: all, false: {all[4], all[3], all[2], all[1], all[0]}} {
			var got []string
			f := planning.RecommendationFilter{Oldest: oldest, Limit: 2}
			for {
				page, err := o.Recommendations(o.By("nigar"), f)
				o.Must(err)
				for _, r := range page.Rows {
					got = append(got, r.Number)
				}
				if f.After = page.Next; f.After == nil {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("oldest %t: %v", oldest, got)
			}
		}
		n := 0
		for _, err := range o.EachRecommendation(o.By("nigar"), planning.RecommendationFilter{}) {
			o.Must(err)
			n++
		}
		if n != 5 {
			t.Errorf("walked %d", n)
		}
	})
}

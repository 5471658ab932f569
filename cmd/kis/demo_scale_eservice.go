package main

import (
	"fmt"
	"iter"
	"math/rand/v2"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
)

// scaleAssessed are the years of assessments of a large office; in each the
// services of all bodies are assessed by ten parameters, in the last one by
// the rules of 2025, which have twelve.
var scaleAssessed = [2]int{2017, 2026}

// The scheme that the assessments go by: a version of the rules of 2016, of
// which only bands are known, with the parameters of those before.
const (
	scaleScheme     = "2016"
	scaleParameters = "2014"
	scaleStars      = "2025"
)

// scaleBodies gives how many bodies and services a large office of n processes
// assesses: up to sixteen processes as many as in 2014, then 5 bodies for two
// processes with a hundred services each, up to a thousand bodies.
func scaleBodies(n int) (bodies, services int) {
	if n <= 16 {
		return 40, 438
	}
	bodies = min(5*n/2, 1000)
	return bodies, 100 * bodies
}

// country is what a large office assesses.
type country struct {
	services []eservice.EService
	quality  map[string]int // of a body, 0 to 99
	scheme   string         // of the years before the rules of 2025
}

// country enters bodies and services and writes the scheme.
func (s *scale) country(n int) error {
	s.at("2016-12-05 10:00")
	c := &country{quality: map[string]int{}}
	count, all := scaleBodies(n)
	bodies := make([]eservice.Agency, count)
	r := rand.New(rand.NewPCG(5, uint64(n)))
	for i := range bodies {
		bodies[i] = eservice.Agency{ID: store.NewID(), Code: fmt.Sprintf("Q%04d", i+1), NameAZ: fmt.Sprintf("Qurum %04d", i+1), NameEN: fmt.Sprintf("Agency %04d", i+1)}
		c.quality[bodies[i].ID] = r.IntN(100)
	}
	for i := range all {
		b, t := bodies[i*count/all], s.list.Services[i%len(s.list.Services)]
		c.services = append(c.services, eservice.EService{ID: store.NewID(), AgencyID: b.ID, Code: fmt.Sprintf("%s-%06d", b.Code, i+1), NameAZ: fmt.Sprintf("%s, %d", t.AZ, i+1), NameEN: fmt.Sprintf("%s, %d", t.EN, i+1)})
	}
	s.land = c
	if err := s.app.eservice.Fill(s.system(), bodies, c.services); err != nil {
		return err
	}
	return s.rules()
}

// rules puts the version of the scheme into force.
func (s *scale) rules() error {
	nigar, es := s.as("nigar"), s.app.eservice
	draft, err := es.CopyScheme(nigar, scaleScheme)
	if err != nil {
		return err
	}
	from, err := es.SchemeByCode(nigar, scaleParameters)
	if err != nil {
		return err
	}
	old, err := es.SchemeByCode(nigar, scaleScheme)
	if err != nil {
		return err
	}
	draft.ValidFrom, draft.ValidTo = "2017-01-01", old.ValidTo
	draft.Criteria, draft.Parameters = from.Criteria, from.Parameters
	if draft, err = es.SaveScheme(nigar, draft, draft.Revision); err != nil {
		return err
	}
	s.land.scheme = draft.Code
	return es.ActivateScheme(nigar, draft.Code)
}

// assess fills the campaign of a year, and finalises and publishes it as
// people do.
func (s *scale) assess(year int) error {
	code := s.land.scheme
	if year >= 2026 {
		code = scaleStars
	}
	s.on(day.Make(year, 10, 20), "11:00")
	scheme, err := s.app.eservice.SchemeByCode(s.system(), code)
	if err != nil {
		return err
	}
	c, n, err := s.app.campaign.Fill(s.system(), campaign.Filled{
		Plan:    campaign.Plan{Year: year, Title: fmt.Sprintf("Elektron xidmətlərin qiymətləndirilməsi, %d", year), Basis: scheme.ActAZ, Scheme: code, From: day.Make(year, 3, 1), To: day.Make(year, 10, 15), SamplePercent: 5},
		Opinion: "Xidmətlərin təşkili və göstərilməsi vəziyyəti öyrənilmiş, çatışmazlıqlar parametrlər üzrə qeyd edilmişdir.", Proposals: "Qeyd edilmiş çatışmazlıqların növbəti qiymətləndirməyə qədər aradan qaldırılması.",
		Reply: "Rəylə razıyıq.", Assessors: []actor.Actor{s.actorOf("orxan")}, Results: s.land.results(scheme, year)})
	if err != nil {
		return err
	}
	s.rows += n
	if err := s.app.campaign.Finalise(s.as("nigar"), c.ID); err != nil {
		return err
	}
	return s.app.campaign.Publish(s.as("rafael"), c.ID)
}

// scaleReasons say why a service did not get all points.
var scaleReasons = []string{"Məlumat natamamdır.", "İnteqrasiya tam deyil.", "Sənəd kağızda da tələb olunur.", "Müddət göstərilməyib.", "Bölmə yenilənməyib.", "Nəticə elektron verilmir."}

// results are the results of a year: bodies differ, and grow better with time.
func (c *country) results(scheme eservice.Scheme, year int) iter.Seq[campaign.FilledResult] {
	return func(yield func(campaign.FilledResult) bool) {
		r := rand.New(rand.NewPCG(uint64(year), 7))
		for _, v := range c.services {
			good := c.quality[v.AgencyID] + 3*(year-scaleAssessed[0])
			x := campaign.FilledResult{ServiceID: v.ID, AgencyID: v.AgencyID, Level: eservice.NoLevel}
			if r.IntN(160) < 60+good {
				x.Level, x.Automation = []string{"informative", "interactive", "full"}[r.IntN(3)], []string{"manual", "partial", "full"}[r.IntN(3)]
				for _, m := range scheme.Parameters {
					p := eservice.Point{Parameter: m.Code, Milli: m.MaxMilli * int64(min(10, 2+r.IntN(5)+good/16)) / 10}
					if p.Milli < m.MaxMilli {
						p.Reason = scaleReasons[r.IntN(len(scaleReasons))]
					}
					x.Points = append(x.Points, p)
				}
			}
			if !yield(x) {
				return
			}
		}
	}
}

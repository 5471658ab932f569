package campaign

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
)

// land is a country of bodies with their services, for fills.
type land struct {
	t        testing.TB
	s        *Service
	ctx      context.Context
	bodies   []eservice.Agency
	services []eservice.EService
}

// newLand makes bodies with services spread over them evenly.
func newLand(t testing.TB, db *store.DB, bodies, services int) *land {
	t.Helper()
	storetest.ClockOf(db).SetDay("2016-10-20")
	k := kis.New(db, nil, nil, "")
	es := eservice.New(k)
	l := &land{t: t, s: New(k, es), ctx: actor.With(context.Background(), actor.Program("test"))}
	for _, load := range []func(context.Context) error{k.LoadReference, es.LoadReference} {
		if err := load(l.ctx); err != nil {
			t.Fatal(err)
		}
	}
	for i := range bodies {
		l.bodies = append(l.bodies, eservice.Agency{ID: store.NewID(), Code: fmt.Sprintf("B%04d", i+1), NameAZ: fmt.Sprintf("Qurum %d", i+1), NameEN: fmt.Sprintf("Body %d", i+1)})
	}
	for i := range services {
		b := l.bodies[i*bodies/services]
		l.services = append(l.services, eservice.EService{ID: store.NewID(), AgencyID: b.ID, Code: fmt.Sprintf("X%06d", i+1), NameAZ: fmt.Sprintf("Xidmət %d", i+1), NameEN: fmt.Sprintf("Service %d", i+1)})
	}
	if err := es.Fill(l.ctx, l.bodies, l.services); err != nil {
		t.Fatal(err)
	}
	return l
}

// year fills the campaign of a year under the scheme of 2014, ten parameters
// each, and gives its id.
func (l *land) year(year int) string {
	l.t.Helper()
	scheme, err := l.s.Schemes.SchemeByCode(l.ctx, "2014")
	if err != nil {
		l.t.Fatal(err)
	}
	c, n, err := l.s.Fill(l.ctx, Filled{Plan: Plan{Year: year, Title: "Qiymətləndirmə", Basis: "Qaydalar", Scheme: "2014", From: day.Make(year, 9, 1), To: day.Make(year, 10, 20)},
		Opinion: "Xidmətlər əsasən elektrondur.", Proposals: "İnteqrasiya tamamlansın.", Reply: "Razıyıq.", Results: l.results(scheme, year)})
	if err != nil || n != len(l.services) {
		l.t.Fatalf("%d of %d: %v", n, len(l.services), err)
	}
	return c.ID
}

func (l *land) results(scheme eservice.Scheme, year int) iter.Seq[FilledResult] {
	return func(yield func(FilledResult) bool) {
		r := rand.New(rand.NewPCG(uint64(year), 1))
		for _, v := range l.services {
			x := FilledResult{ServiceID: v.ID, AgencyID: v.AgencyID, Level: []string{"none", "informative", "interactive", "full", "full"}[r.IntN(5)]}
			if x.Level != "none" {
				x.Automation = []string{"manual", "partial", "full"}[r.IntN(3)]
				for _, m := range scheme.Parameters {
					x.Points = append(x.Points, eservice.Point{Parameter: m.Code, Milli: int64(3+r.IntN(8)) * 1000, Reason: "Portalda axıra qədər göstərilmir."})
				}
			}
			if !yield(x) {
				return
			}
		}
	}
}

func (l *land) finalise(id string) time.Duration {
	l.t.Helper()
	began := time.Now()
	if err := l.s.Finalise(l.ctx, id); err != nil {
		l.t.Fatal(err)
	}
	return time.Since(began)
}

func TestAFilledCampaignIsAsIfItHadBeenScored(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		l := newLand(t, db, 7, 60)
		for year := 2014; year <= 2016; year++ {
			l.finalise(l.year(year))
		}
		n, err := l.s.Schemes.VerifySummaries(l.ctx, func(f store.Fault) { t.Errorf("%s %s", f.Key, f.Where) })
		if err != nil || n != 180 {
			t.Fatalf("%d results looked at: %v", n, err)
		}
		card, err := l.s.Schemes.Scorecard(l.ctx, eservice.ScorecardFilter{})
		if err != nil || len(card.Years) != 3 || len(card.Agencies) != 7 || card.Focus().Services != 60 {
			t.Fatalf("%+v %v", card.Years, err)
		}
		if y := card.Focus(); y.GradeSum() != y.Electronised || y.Electronised == 0 || y.Electronised == 60 {
			t.Errorf("%d graded of %d electronised", y.GradeSum(), y.Electronised)
		}
		people := actor.With(l.ctx, actor.Actor{UserID: store.NewID()})
		if _, _, err := l.s.Fill(people, Filled{}); err == nil {
			t.Error("a person fills")
		}
	})
}

// years fills and finalises campaigns of years one after the other, under one
// scheme that is in force in all of them.
func (l *land) years(first, last int) {
	l.t.Helper()
	err := l.s.DB.Write(l.ctx, func(tx *store.Tx) error {
		tx.Record(store.Change{Action: "test", Kind: "test", ID: store.NewID()})
		_, err := tx.NewRaw("UPDATE rating_schemes SET valid_to = '2030-12-31' WHERE code = '2014'").Exec(l.ctx)
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
	for year := first; year <= last; year++ {
		l.finalise(l.year(year))
	}
	if err := l.s.DB.Analyze(l.ctx); err != nil {
		l.t.Fatal(err)
	}
}

// on runs a benchmark on each database that is there, with an empty one for
// each call of open.
func on(b *testing.B, run func(b *testing.B, open func() *store.DB)) {
	b.Run("sqlite", func(b *testing.B) { run(b, func() *store.DB { return storetest.Open(b) }) })
	if _, ok := storetest.OpenPostgres(b); ok {
		b.Run("postgres", func(b *testing.B) {
			run(b, func() *store.DB { db, _ := storetest.OpenPostgres(b); return db })
		})
	}
}

// BenchmarkScorecards asks for the national summary with its matrix and its
// first page of bodies, for one body's card with a page of services, and for
// the services behind figures, of a small country and of a large one, ten years
// each, by turns, so that both meet the same machine: the large one may cost
// twice what the small one does. The figures are medians in milliseconds, how
// many times as much, and how many queries each asks.
func BenchmarkScorecards(b *testing.B) {
	on(b, func(b *testing.B, open func() *store.DB) {
		var lands [2]*land
		var counts [2]*storetest.Counter
		for i, size := range [][2]int{{40, 438}, {1000, 100_000}} {
			db := open()
			lands[i], counts[i] = newLand(b, db, size[0], size[1]), storetest.CountQueries(db)
			lands[i].years(2015, 2024)
		}
		card := func(f eservice.ScorecardFilter) func(l *land) error {
			return func(l *land) error { _, err := l.s.Schemes.Scorecard(l.ctx, f); return err }
		}
		behind := func(f eservice.BehindFilter) func(l *land) error {
			f.Limit = 40
			return func(l *land) error { _, err := l.s.Schemes.Behind(l.ctx, f); return err }
		}
		for _, q := range []struct {
			name string
			ask  func(l *land) error
		}{
			{"national", card(eservice.ScorecardFilter{Limit: 40})}, {"card", card(eservice.ScorecardFilter{Agency: "B0020", Limit: 40})},
			{"card-grade", card(eservice.ScorecardFilter{Agency: "B0020", Grade: "good", Limit: 40})},
			{"body-grade", behind(eservice.BehindFilter{Agency: "B0020", Grade: "good"})}, {"grade", behind(eservice.BehindFilter{Grade: "good"})},
			{"no-grade", behind(eservice.BehindFilter{Grade: "none"})}, {"level", behind(eservice.BehindFilter{Level: "none"})},
			{"automation", behind(eservice.BehindFilter{Automation: "manual"})}, {"all", behind(eservice.BehindFilter{})},
		} {
			b.Run(q.name, func(b *testing.B) {
				var took [2][]float64
				for b.Loop() {
					for i, l := range lands {
						counts[i].Reset()
						began := time.Now()
						if err := q.ask(l); err != nil {
							b.Fatal(err)
						}
						took[i] = append(took[i], time.Since(began).Seconds()*1000)
					}
				}
				var ms [2]float64
				for i, name := range []string{"small", "large"} {
					slices.Sort(took[i])
					ms[i] = took[i][len(took[i])/2]
					b.ReportMetric(ms[i], name+"-ms")
					b.ReportMetric(float64(counts[i].N()), name+"-queries")
				}
				b.ReportMetric(ms[1]/ms[0], "ratio")
				b.ReportMetric(0, "ns/op")
			})
		}
	})
}

// BenchmarkFinalise finalises a campaign of 100,000 results, by turns with one
// GROUP BY over the same rows, so that both meet the same machine; and how many
// results a second Fill writes. The figures are medians.
func BenchmarkFinalise(b *testing.B) {
	on(b, func(b *testing.B, open func() *store.DB) {
		db := open()
		l := newLand(b, db, 1000, 100_000)
		began := time.Now()
		id := l.year(2015)
		filled := time.Since(began)
		if err := db.Analyze(l.ctx); err != nil {
			b.Fatal(err)
		}
		group := func() time.Duration {
			began := time.Now()
			var n int
			if err := db.Read().NewRaw(`SELECT COUNT(*) FROM (SELECT a.agency_id, a.grade, COUNT(*), SUM(a.score_milli) FROM assessments a WHERE a.campaign_id = ? GROUP BY a.agency_id, a.grade) g`, id).Scan(l.ctx, &n); err != nil {
				b.Fatal(err)
			}
			return time.Since(began)
		}
		group() // what it reads is in memory for both
		var took, groups []time.Duration
		for b.Loop() {
			groups = append(groups, group())
			took = append(took, l.finalise(id))
			groups = append(groups, group())
			if err := db.Write(l.ctx, func(tx *store.Tx) error { // once more
				tx.Record(store.Change{Action: "test", Kind: "test", ID: store.NewID()})
				_, err := tx.NewRaw("UPDATE assessment_campaigns SET state = 'opinions' WHERE id = ?", id).Exec(l.ctx)
				return err
			}); err != nil {
				b.Fatal(err)
			}
		}
		middle := func(d []time.Duration) float64 {
			slices.Sort(d)
			return d[len(d)/2].Seconds() * 1000
		}
		b.ReportMetric(middle(took), "finalise-ms")
		b.ReportMetric(middle(groups), "group-by-ms")
		b.ReportMetric(middle(took)/middle(groups), "ratio")
		b.ReportMetric(100_000/filled.Seconds(), "filled/s")
		b.ReportMetric(0, "ns/op")
	})
}

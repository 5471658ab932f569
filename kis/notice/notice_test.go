package notice_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/outbox"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/notice"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

func TestEvidenceTellsReviewersAndTheirDecisionTellsItsSender(t *testing.T) {
	with(t, func(t *testing.T, o bureau) {
		c := o.Running("2026")
		sub := o.Hand("aytan", c.ID, "1.1.3")
		own := o.Hand("nigar", c.ID, "8.1.1")
		o.catchUp()
		for key, want := range map[string]int{"nigar": 1, "leyla": 2, "aytan": 0, "elchin": 0, "tural": 0, "rauf": 0, "rafael": 0, "gunel": 0} {
			if got := o.told(key, "az"); len(got) != want {
				t.Errorf("%s is told %q, want %d", key, got, want)
			}
		}
		if got := o.told("nigar", "az"); !strings.HasPrefix(got[0], "Aytən Məmmədova sübut təqdim etdi: 1.1.3 ") {
			t.Errorf("nigar is told %q", got)
		}
		if got := o.told("nigar", "en"); !strings.HasPrefix(got[0], "Aytən Məmmədova submitted evidence: 1.1.3 ") {
			t.Errorf("in English %q", got)
		}
		if err := o.Return(o.as("nigar"), sub.ID, "İmza yoxdur {who}"); err != nil {
			t.Fatal(err)
		}
		if err := o.Accept(o.as("leyla"), own.ID); err != nil {
			t.Fatal(err)
		}
		o.catchUp()
		p, err := o.List(o.as("aytan"), "az", notice.Filter{})
		if err != nil || len(p.Notices) != 1 {
			t.Fatalf("%+v, %v", p, err)
		}
		n := p.Notices[0]
		if !strings.HasPrefix(n.Text, "Nigar Əliyeva sübutu düzəliş üçün qaytardı: 1.1.3 ") || n.Note != "İmza yoxdur {who}" || n.Where != "1-elektron xidmət, 2026" ||
			n.Href != "/cycles/"+c.ID+"/tasks/1.1.3" || n.Read || n.Kind != "evidence_returned" {
			t.Errorf("%+v", n)
		}
		if got := o.told("nigar", "az"); len(got) != 2 || !strings.HasPrefix(got[0], "Leyla Kərimova sübutu qəbul etdi: 8.1.1 ") {
			t.Errorf("nigar is told %q", got)
		}
		if len(o.letters("aytan")) != 0 {
			t.Error("mail before the queue ran")
		}
		o.work()
		got := o.letters("aytan")
		if len(got) == 0 || got[0].Subject() != n.Text || !strings.Contains(got[0].Text, base+n.Href) || !strings.Contains(got[0].HTML, "İmza yoxdur {who}") {
			t.Errorf("letters %+v", got)
		}
	})
}

func TestAConfidentialTitleIsInNobodysNotice(t *testing.T) {
	with(t, func(t *testing.T, o bureau) {
		const secret = "Respondentlərin gizli siyahısı"
		c := o.Running("2026")
		n := o.NewEvidence("aytan", c.ID, "1.1.3")
		n.Class, n.Title, n.Note = kis.ClassConfidential, secret, secret
		sub, err := o.Submit(o.as("aytan"), n)
		if err != nil {
			t.Fatal(err)
		}
		o.choose("nigar", "evidence_review", notice.Now)
		if err := o.Return(o.as("nigar"), sub.ID, secret+" natamamdır"); err != nil {
			t.Fatal(err)
		}
		o.work()
		all := ""
		if err := o.DB.Read().NewRaw(`SELECT COUNT(*) FROM notices WHERE args LIKE ?`, "%"+secret+"%").Scan(t.Context(), &all); err != nil || all != "0" {
			t.Errorf("%s notices hold it, %v", all, err)
		}
		told := 0
		for _, p := range kistest.People {
			told += len(o.told(p.Key, "az"))
		}
		if told != 3 { // nigar and leyla of the submission, aytan of the return
			t.Errorf("%d notices", told)
		}
		for _, m := range o.post.Mails() {
			if strings.Contains(m.Text+m.HTML+m.Subject(), secret) {
				t.Errorf("a letter to %v tells it", m.To)
			}
		}
		if len(o.post.Mails()) == 0 {
			t.Error("no letter at all")
		}
	})
}

func TestAReopenedGateTellsThoseWhoDeliver(t *testing.T) {
	with(t, func(t *testing.T, o bureau) {
		c := o.Running("2026")
		if err := o.WaiveGate(o.as("nigar"), c.ID, "4", "Mərhələ bu il keçirilmir"); err != nil {
			t.Fatal(err)
		}
		if err := o.ReopenGate(o.as("nigar"), c.ID, "4", "Mərhələ yenə keçirilir"); err != nil {
			t.Fatal(err)
		}
		o.catchUp()
		for _, key := range []string{"aytan", "leyla"} {
			if got := o.told(key, "az"); len(got) != 1 || !strings.HasPrefix(got[0], "Nigar Əliyeva mərhələnin yekununu yenidən açdı: 4 ") {
				t.Errorf("%s is told %q", key, got)
			}
		}
		if got := append(o.told("nigar", "az"), o.told("gunel", "az")...); len(got) != 0 {
			t.Errorf("also told: %q", got)
		}
	})
}

func TestEachEntryIsToldOnceHoweverManyNodesRead(t *testing.T) {
	with(t, func(t *testing.T, o bureau) {
		o.AddSources(things{o.ID("aytan")})
		nodes := []*notice.Service{o.Service}
		for range 2 {
			s := service(t, o.Office.Service, o.post)
			s.AddSources(o.Office.Service, things{o.ID("aytan")})
			nodes = append(nodes, s)
		}
		var all sync.WaitGroup
		for _, s := range nodes {
			all.Add(1)
			go func() {
				defer all.Done()
				for range 40 {
					if err := s.CatchUp(t.Context()); err != nil {
						t.Error(err)
					}
					time.Sleep(time.Millisecond)
				}
			}()
		}
		const n = 30
		for i := range n {
			happen(t, o.DB, fmt.Sprintf("T-%02d", i))
		}
		all.Wait()
		o.catchUp()
		got := o.told("aytan", "en")
		slices.Sort(got)
		if len(got) != n || len(slices.Compact(got)) != n {
			t.Errorf("%d notices", len(got))
		}
		o.work()
		told := 0
		for _, m := range o.letters("aytan") {
			told += strings.Count(m.Text, "signed management review T-") + strings.Count(m.Text, "imzaladı")
		}
		if told != n {
			t.Errorf("letters tell of %d", told)
		}
	})
}

func TestWhatIsPassedOverIsToldToNobody(t *testing.T) {
	with(t, func(t *testing.T, o bureau) {
		o.AddSources(things{o.ID("aytan")})
		happen(t, o.DB, "FILLED")
		if err := o.Skip(t.Context()); err != nil {
			t.Fatal(err)
		}
		happen(t, o.DB, "AFTER")
		o.catchUp()
		if got := o.told("aytan", "en"); len(got) != 1 || !strings.Contains(got[0], "AFTER") {
			t.Errorf("told %q", got)
		}
	})
}

func TestWhatHappenedLongAgoIsNoNews(t *testing.T) {
	with(t, func(t *testing.T, o bureau) {
		o.AddSources(things{o.ID("aytan")})
		happen(t, o.DB, "OLD")
		o.clock.Add(15 * 24 * time.Hour)
		happen(t, o.DB, "NEW")
		o.catchUp()
		if n, err := o.Unread(o.as("aytan")); err != nil || n != 1 {
			t.Errorf("unread %d, %v", n, err)
		}
		if got := o.told("aytan", "en"); len(got) != 2 {
			t.Errorf("told %q", got)
		}
		if o.jobs(outbox.Ready) != 1 {
			t.Error("an old event goes out by mail")
		}
	})
}

func TestEverybodyChoosesAndOnlyForThemselves(t *testing.T) {
	with(t, func(t *testing.T, o bureau) {
		o.AddSources(things{o.ID("aytan")})
		for i, x := range []struct {
			ch            notice.Channel
			told, letters int
		}{{notice.Off, 0, 0}, {notice.App, 1, 0}, {notice.Digest, 2, 0}, {notice.Now, 3, 1}} {
			o.choose("aytan", "act", x.ch)
			happen(t, o.DB, fmt.Sprintf("T-%d", i))
			o.catchUp()
			if _, err := o.Queue.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := o.told("aytan", "az"); len(got) != x.told || len(o.letters("aytan")) != x.letters {
				t.Errorf("%s: told %q, %d letters", x.ch, got, len(o.letters("aytan")))
			}
		}
		s, err := o.Settings(o.as("aytan"))
		if err != nil || !s.Mail || s.Hour != notice.UsualHour {
			t.Fatalf("%+v, %v", s, err)
		}
		for _, c := range s.Choices {
			if c.Kind.Code == "act" && c.Channel != notice.Now || c.Kind.Code == "evidence_review" {
				t.Errorf("aytan is offered %s: %s", c.Kind.Code, c.Channel)
			}
		}
		s, _ = o.Settings(o.as("elchin"))
		for _, c := range s.Choices {
			if c.Kind.Code == "plan" && c.Channel != notice.Digest {
				t.Errorf("elchin gets plan by %s", c.Channel)
			}
		}
		err = o.Choose(o.as("aytan"), map[string]notice.Channel{"act": "sms", notice.KindWork: notice.Now}, 24)
		if e := apperr.As(err); !apperr.Is(err, apperr.Invalid) || len(e.Fields) != 3 {
			t.Errorf("%v", err)
		}
		if err := o.Choose(o.System(), nil, 8); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("the program chose for itself: %v", err)
		}
		page, err := o.Trail(o.as("nigar"), office.TrailFilter{Action: notice.TrailChoose})
		if err != nil || len(page.Events) != 4 {
			t.Errorf("%d entries, %v", len(page.Events), err)
		}
	})
}

func TestReadingOnesOwn(t *testing.T) {
	with(t, func(t *testing.T, o bureau) {
		o.AddSources(things{o.ID("aytan")})
		for i := range 5 {
			happen(t, o.DB, fmt.Sprintf("T-%d", i))
		}
		o.catchUp()
		first, err := o.List(o.as("aytan"), "az", notice.Filter{Limit: 2})
		if err != nil || len(first.Notices) != 2 || first.Next == "" {
			t.Fatalf("%+v %v", first, err)
		}
		second, err := o.List(o.as("aytan"), "az", notice.Filter{Limit: 3, After: first.Next})
		if err != nil || len(second.Notices) != 3 || second.Next != "" || !strings.Contains(second.Notices[2].Text, "T-0") {
			t.Fatalf("%+v %v", second, err)
		}
		id := first.Notices[0].ID
		if _, err := o.Read(o.as("elchin"), id); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("somebody else's: %v", err)
		}
		for range 2 {
			if href, err := o.Read(o.as("aytan"), id); err != nil || href != "/reviews/t-4" {
				t.Errorf("%s %v", href, err)
			}
		}
		if p, _ := o.List(o.as("aytan"), "az", notice.Filter{Unread: true}); len(p.Notices) != 4 {
			t.Errorf("%d unread", len(p.Notices))
		}
		if n, err := o.ReadAll(o.as("aytan")); n != 4 || err != nil {
			t.Errorf("%d %v", n, err)
		}
		if n, err := o.Unread(o.as("aytan")); n != 0 || err != nil {
			t.Errorf("%d %v", n, err)
		}
		o.clock.Add(366 * 24 * time.Hour)
		if err := o.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := o.told("aytan", "az"); len(got) != 0 {
			t.Errorf("read a year ago and kept: %q", got)
		}
	})
}

func TestWithoutAMailServerNothingPilesUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db, nil)
		o.AddSources(things{o.ID("aytan")})
		o.choose("aytan", "act", notice.Now)
		happen(t, o.DB, "T-1")
		o.work()
		if got := o.told("aytan", "az"); len(got) != 1 {
			t.Errorf("told %q", got)
		}
		if o.jobs(outbox.Ready) != 0 {
			t.Error("jobs wait for a server that is not there")
		}
		var waiting int
		if err := db.Read().NewRaw(`SELECT COUNT(*) FROM notices WHERE mail <> 'none'`).Scan(t.Context(), &waiting); err != nil || waiting != 0 {
			t.Errorf("%d notices wait for mail, %v", waiting, err)
		}
		o.clock.Add(15 * 24 * time.Hour)
		if err := o.Sweep(t.Context()); err != nil || o.jobs(outbox.Done) != 0 {
			t.Errorf("%d jobs kept, %v", o.jobs(outbox.Done), err)
		}
	})
}

func TestTheQueueIsSeenAndRetriedByAdministratorsOnly(t *testing.T) {
	with(t, func(t *testing.T, o bureau) {
		o.AddSources(things{o.ID("aytan")})
		happen(t, o.DB, "T-1")
		o.catchUp()
		o.post.Fail(550, "no such user")
		if _, err := o.Queue.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := o.Jobs(o.as("nigar"), outbox.Filter{}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("a quality manager: %v", err)
		}
		items, counts, _, err := o.Jobs(o.as("rauf"), outbox.Filter{State: outbox.Dead})
		if err != nil || len(items) != 1 || counts[outbox.Dead] != 1 || !strings.Contains(items[0].LastError, "no such user") {
			t.Fatalf("%+v %v %v", items, counts, err)
		}
		if err := o.Retry(o.as("nigar"), items[0].ID); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("a quality manager retried: %v", err)
		}
		o.post.Fail(0, "")
		if err := o.Retry(o.as("rauf"), items[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := o.Retry(o.as("rauf"), items[0].ID); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("twice: %v", err)
		}
		if _, err := o.Queue.Drain(t.Context()); err != nil || len(o.letters("aytan")) != 1 {
			t.Errorf("%d letters, %v", len(o.letters("aytan")), err)
		}
		page, err := o.Trail(o.as("nigar"), office.TrailFilter{Action: string(policies.JobRetry)})
		if err != nil || len(page.Events) != 1 {
			t.Errorf("%d entries, %v", len(page.Events), err)
		}
	})
}

func TestTheBellCostsOneQueryAndTheFollowerAFewPerBatch(t *testing.T) {
	with(t, func(t *testing.T, o bureau) {
		o.AddSources(things{o.ID("aytan")})
		ctx := o.as("aytan")
		count := storetest.CountQueries(o.DB)
		if _, err := o.Unread(ctx); err != nil || count.N() != 1 {
			t.Errorf("the bell: %d queries\n%s", count.N(), count)
		}
		var cost [2]int
		for i, n := range []int{5, 50} {
			for range n {
				happen(t, o.DB, "T")
			}
			count.Reset()
			o.catchUp()
			cost[i] = count.N()
		}
		if cost[0] != cost[1] {
			t.Errorf("5 entries cost %d queries, 50 cost %d", cost[0], cost[1])
		}
	})
}

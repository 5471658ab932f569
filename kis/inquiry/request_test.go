package inquiry_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/kis/office"
)

func TestARequestIsAskedAnsweredReturnedAcceptedAndClosed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		_, place := o.told(0)
		r := o.ask(nil)
		if r.Number != "SS-2026-001" || r.State != inquiry.RequestOpen || r.Due != "2026-11-24" {
			t.Fatalf("asked: %+v", r)
		}
		list, err := o.Requests(o.as("aytan"), inquiry.RequestFilter{Mine: inquiry.MineAnswer})
		if err != nil || len(list.Rows) != 1 || list.Rows[0].Code != "4.3.1" || list.Rows[0].AskedByName != "Nigar Əliyeva" || list.Rows[0].Period != "2026" {
			t.Fatalf("aytan's list: %v %+v", err, list)
		}
		sub := o.Hand("aytan", o.cycle.ID, "4.3.1")
		p, err := o.Request(o.as("aytan"), r.ID)
		must(t, "page", err)
		if !p.Can("answer") || p.Can("accept") || len(p.Choices) != 1 || p.Choices[0].ID != sub.ID {
			t.Fatalf("page of aytan: %v %+v", p.Steps, p.Choices)
		}
		must(t, "answer", o.Answer(o.as("aytan"), r.ID, inquiry.NewAnswer{Text: "Göndərilir.", SubmissionIDs: []string{sub.ID}}))
		must(t, "return", o.Return(o.as("nigar"), r.ID, "13-cü sətir yoxdur"))
		if p, err = o.Request(o.as("aytan"), r.ID); err != nil || p.State != inquiry.RequestReturned || p.Reason != "13-cü sətir yoxdur" || p.Answers[0].Verdict != "returned" || !p.Can("answer") {
			t.Fatalf("returned: %v %+v", err, p)
		}
		must(t, "answer again", o.Answer(o.as("elchin"), r.ID, inquiry.NewAnswer{Text: "13-cü sətir əlavə olundu."})) // the head stands in
		must(t, "accept", o.Accept(o.as("nigar"), r.ID))
		must(t, "close", o.Close(o.as("nigar"), r.ID))
		p, err = o.Request(o.as("nigar"), r.ID)
		if err != nil || p.State != inquiry.RequestClosed || len(p.Answers) != 2 || p.Answers[0].ByName != "Elçin Həsənov" || p.Answers[0].Verdict != "accepted" || len(p.Answers[1].Evidence) != 1 ||
			len(p.Steps) != 0 || len(p.History) != 6 || p.ClosedAt.IsZero() || p.FirstAnsweredAt.IsZero() {
			t.Fatalf("closed: %v %+v", err, p)
		}
		told, _ := o.told(place)
		for who, want := range map[string][]string{
			"aytan":  {"inquiry.notice.request.ask", "inquiry.notice.request.return", "inquiry.notice.request.accept"},
			"nigar":  {"inquiry.notice.request.answer", "inquiry.notice.request.answer"},
			"elchin": {"inquiry.notice.request.accept"},
		} {
			if !slices.Equal(told[who], want) {
				t.Errorf("%s is told %v, want %v", who, told[who], want)
			}
		}
		if len(told) != 3 {
			t.Errorf("others are told too: %v", told)
		}
	})
}

func TestWhatWaitsForWhomInRequests(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		named := o.ask(nil)
		head := o.ask(func(n *inquiry.NewRequest) { n.AddresseeID, n.Due = "", "2026-11-20" })
		work := func(who string) (mine, awaited []string) {
			items, err := o.Work(o.as(who))
			must(t, "work", err)
			for _, w := range items {
				if w.Awaited {
					awaited = append(awaited, w.Href)
				} else {
					mine = append(mine, w.Href+" "+string(w.Due))
				}
			}
			return mine, awaited
		}
		if mine, _ := work("aytan"); !slices.Equal(mine, []string{"/requests/" + named.ID + " 2026-11-24"}) {
			t.Errorf("aytan: %v", mine)
		}
		if mine, _ := work("elchin"); !slices.Equal(mine, []string{"/requests/" + head.ID + " 2026-11-20"}) {
			t.Errorf("elchin: %v", mine)
		}
		if mine, awaited := work("nigar"); len(mine) != 0 || len(awaited) != 2 {
			t.Errorf("nigar: %v %v", mine, awaited)
		}
		for _, who := range []string{"tural", "vugar", "rauf", "leyla"} {
			if mine, awaited := work(who); len(mine)+len(awaited) != 0 {
				t.Errorf("%s: %v %v", who, mine, awaited)
			}
		}
		must(t, "answer", o.Answer(o.as("aytan"), named.ID, inquiry.NewAnswer{Text: "Budur."}))
		if mine, awaited := work("nigar"); !slices.Equal(mine, []string{"/requests/" + named.ID + " "}) || len(awaited) != 1 {
			t.Errorf("nigar after the answer: %v %v", mine, awaited)
		}
		// What is late is found as late, and only while an answer is due.
		storetest.ClockOf(db).SetDay("2026-11-25")
		list, err := o.Requests(o.as("nigar"), inquiry.RequestFilter{Overdue: true})
		if err != nil || len(list.Rows) != 1 || list.Rows[0].ID != head.ID {
			t.Errorf("late: %v %+v", err, list.Rows)
		}
	})
}

func TestEveryStepThatARequestDoesNotAllowIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		nigar, aytan := o.as("nigar"), o.as("aytan")
		steps := map[string]func(id string) error{
			"answer":   func(id string) error { return o.Answer(aytan, id, inquiry.NewAnswer{Text: "Cavab"}) },
			"accept":   func(id string) error { return o.Accept(nigar, id) },
			"return":   func(id string) error { return o.Return(nigar, id, "Kifayət deyil") },
			"withdraw": func(id string) error { return o.Withdraw(nigar, id, "Daha lazım deyil") },
			"close":    func(id string) error { return o.Close(nigar, id) },
		}
		ways := map[inquiry.RequestState][]string{inquiry.RequestOpen: nil, inquiry.RequestAnswered: {"answer"}, inquiry.RequestReturned: {"answer", "return"},
			inquiry.RequestAccepted: {"answer", "accept"}, inquiry.RequestClosed: {"answer", "accept", "close"}, inquiry.RequestWithdrawn: {"withdraw"}}
		if len(ways) != len(inquiry.RequestStates()) {
			t.Fatal("a state is not tried")
		}
		for state, way := range ways {
			for verb, step := range steps {
				r := o.ask(nil)
				for _, v := range way {
					must(t, v, steps[v](r.ID))
				}
				arrow, ok := office.Arrow(inquiry.RequestTransitions, state, verb)
				err := step(r.ID)
				if !ok {
					fails(t, string(state)+" "+verb, err, apperr.Conflict, "error.conflict.state")
					continue
				}
				must(t, string(state)+" "+verb, err)
				if p, err := o.Request(nigar, r.ID); err != nil || p.State != arrow.To {
					t.Errorf("%s %s: %v %s", state, verb, err, p.State)
				}
			}
		}
	})
}

func TestWhoMayDoWhatWithARequest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		everybody := []string{"aytan", "elchin", "tural", "vugar", "nigar", "leyla", "gunel", "samir", "farida", "rafael", "sevda", "orxan", "ulviyya", "kamran", "zohra", "rauf"}
		may := func(act string, list ...string) {
			t.Helper()
			for _, who := range everybody {
				r := o.ask(nil)
				var err error
				switch act {
				case "ask":
					_, err = o.Ask(o.as(who), o.wanted())
				case "answer":
					err = o.Answer(o.as(who), r.ID, inquiry.NewAnswer{Text: "Cavab"})
				case "withdraw":
					err = o.Withdraw(o.as(who), r.ID, "Daha lazım deyil")
				default:
					must(t, "answer", o.Answer(o.as("aytan"), r.ID, inquiry.NewAnswer{Text: "Cavab"}))
					switch act {
					case "accept":
						err = o.Accept(o.as(who), r.ID)
					case "return":
						err = o.Return(o.as(who), r.ID, "Kifayət deyil")
					case "close":
						must(t, "accept", o.Accept(o.as("nigar"), r.ID))
						err = o.Close(o.as(who), r.ID)
					}
				}
				allowed := slices.Contains(list, who)
				refused := apperr.Is(err, apperr.Forbidden) || apperr.Is(err, apperr.NotFound)
				if allowed && err != nil || !allowed && !refused {
					t.Errorf("%s by %s: %v", act, who, err)
				}
			}
		}
		may("ask", "nigar", "leyla", "gunel", "samir", "farida")
		may("answer", "aytan", "elchin")
		may("accept", "nigar", "leyla")
		may("return", "nigar", "leyla")
		may("close", "nigar", "leyla")
		may("withdraw", "nigar", "leyla")

		// An auditor decides about what they asked, and about nothing else.
		n := o.wanted()
		r, err := o.Ask(o.as("samir"), n)
		must(t, "samir asks", err)
		must(t, "answer", o.Answer(o.as("aytan"), r.ID, inquiry.NewAnswer{Text: "Cavab"}))
		fails(t, "gunel accepts samir's", o.Accept(o.as("gunel"), r.ID), apperr.Forbidden, "inquiry.request.not_yours")
		must(t, "samir accepts", o.Accept(o.as("samir"), r.ID))
		if _, err := o.Ask(o.System(), n); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("the program asks: %v", err)
		}
		if _, err := o.Ask(t.Context(), n); !apperr.Is(err, apperr.Unauthenticated) {
			t.Errorf("nobody asks: %v", err)
		}
	})
}

func TestWhoSeesARequest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		open := o.ask(nil)
		secret := o.ask(func(n *inquiry.NewRequest) { n.Confidential, n.Title = true, "Gizliqurğu" })
		both, first := []string{open.ID, secret.ID}, []string{open.ID}
		for who, want := range map[string][]string{"aytan": both, "elchin": both, "nigar": both, "leyla": both, "gunel": first, "samir": first, "rafael": first, "farida": first,
			"tural": nil, "vugar": nil, "rauf": nil, "zohra": nil, "orxan": nil} {
			ctx := o.as(who)
			list, err := o.Requests(ctx, inquiry.RequestFilter{})
			if who == "rauf" || who == "zohra" || who == "orxan" {
				fails(t, who, err, apperr.Forbidden, "")
			} else if err != nil {
				t.Errorf("%s: %v", who, err)
			}
			var got []string
			for _, r := range list.Rows {
				got = append(got, r.ID)
			}
			slices.Sort(got)
			if !slices.Equal(got, want) || list.Total != len(want) || list.Counts[inquiry.RequestOpen] != len(want) {
				t.Errorf("%s sees %v of %d (%v), want %v", who, got, list.Total, list.Counts, want)
			}
			if found, err := o.Requests(ctx, inquiry.RequestFilter{Query: "gizliqurgu"}); err == nil && (len(found.Rows) == 1) != (len(want) == 2) {
				t.Errorf("%s finds %d", who, len(found.Rows))
			}
			n := 0
			for _, err := range o.EachRequest(ctx, inquiry.RequestFilter{}) {
				if err == nil {
					n++
				}
			}
			if n != len(want) {
				t.Errorf("%s takes %d away, want %d", who, n, len(want))
			}
			for _, id := range both {
				_, err := o.Request(ctx, id)
				if seen := err == nil; seen != slices.Contains(want, id) {
					t.Errorf("%s opens: %v", who, err)
				} else if !seen && !apperr.Is(err, apperr.NotFound) && !apperr.Is(err, apperr.Forbidden) {
					t.Errorf("%s opens: %v", who, err)
				}
			}
		}
		// Who asked sees what they asked, also confidentially and without seeing secrets.
		n := o.wanted()
		n.Confidential = true
		mine, err := o.Ask(o.as("samir"), n)
		must(t, "samir asks", err)
		if _, err := o.Request(o.as("samir"), mine.ID); err != nil {
			t.Errorf("samir: %v", err)
		}
		if _, err := o.Request(o.as("gunel"), mine.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("gunel: %v", err)
		}
		// Nothing confidential is in the trail.
		var bodies []string
		must(t, "trail", db.Read().NewRaw(`SELECT body FROM trail WHERE kind = 'evidence_request'`).Scan(t.Context(), &bodies))
		if all := strings.Join(bodies, "\n"); strings.Contains(all, "Gizliqurğu") || !strings.Contains(all, "Form üzrə") {
			t.Error("the trail tells a secret, or nothing at all")
		}
	})
}

func TestConfidentialEvidenceOfAnAnswerIsSeenByThoseWhoMay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		r := o.ask(nil)
		n := o.NewEvidence("aytan", o.cycle.ID, "4.3.1")
		n.Class, n.Title = kis.ClassConfidential, "Məxfi cədvəl"
		sub, err := o.Submit(o.as("aytan"), n)
		must(t, "submit", err)
		must(t, "answer", o.Answer(o.as("aytan"), r.ID, inquiry.NewAnswer{SubmissionIDs: []string{sub.ID}}))
		for who, want := range map[string]int{"aytan": 1, "nigar": 1, "elchin": 1, "gunel": 0, "rafael": 0} {
			p, err := o.Request(o.as(who), r.ID)
			if err != nil || len(p.Answers) != 1 || len(p.Answers[0].Evidence) != want {
				t.Errorf("%s: %v %+v", who, err, p.Answers)
			}
		}
	})
}

func TestBadInputOfARequest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		before, trail := rows(t, db, "evidence_requests"), rows(t, db, "trail")
		other := o.OutputIDs(o.cycle.ID, "4.3.1")[0]
		for name, c := range map[string]struct {
			change func(*inquiry.NewRequest)
			key    string
		}{
			"no title":         {func(n *inquiry.NewRequest) { n.Title = " " }, "title"},
			"long title":       {func(n *inquiry.NewRequest) { n.Title = strings.Repeat("ə", 301) }, "error.field.too_long"},
			"1 MiB of text":    {func(n *inquiry.NewRequest) { n.Text = strings.Repeat("a", 1<<20) }, "error.field.too_long"},
			"NUL":              {func(n *inquiry.NewRequest) { n.Text = "a\x00b" }, "error.field.characters"},
			"no department":    {func(n *inquiry.NewRequest) { n.DepartmentID = "" }, "department"},
			"no such unit":     {func(n *inquiry.NewRequest) { n.DepartmentID = store.NewID() }, "department"},
			"no id":            {func(n *inquiry.NewRequest) { n.DepartmentID = "x' OR 1=1" }, "department"},
			"unknown person":   {func(n *inquiry.NewRequest) { n.AddresseeID = store.NewID() }, "addressee"},
			"no right":         {func(n *inquiry.NewRequest) { n.AddresseeID = o.ID("rauf") }, "inquiry.field.cannot_answer"},
			"other department": {func(n *inquiry.NewRequest) { n.AddresseeID = o.ID("tural") }, "inquiry.field.cannot_answer"},
			"oneself":          {func(n *inquiry.NewRequest) { n.AddresseeID = o.ID("nigar") }, "inquiry.field.self"},
			"no head":          {func(n *inquiry.NewRequest) { n.AddresseeID, n.DepartmentID = "", o.Dept("BƏŞ") }, "inquiry.field.no_head"},
			"past":             {func(n *inquiry.NewRequest) { n.Due = "2026-11-18" }, "inquiry.field.past"},
			"Sunday":           {func(n *inquiry.NewRequest) { n.Due = "2026-11-22" }, "inquiry.field.day_off"},
			"far":              {func(n *inquiry.NewRequest) { n.Due = "2029-01-04" }, "inquiry.field.far"},
			"no day":           {func(n *inquiry.NewRequest) { n.Due = "2026-02-30" }, "error.field.date"},
			"no term":          {func(n *inquiry.NewRequest) { n.Due = "" }, "due"},
			"too many days":    {func(n *inquiry.NewRequest) { n.Due, n.WorkingDays = "", 100000 }, "working_days"},
			"negative days":    {func(n *inquiry.NewRequest) { n.Due, n.WorkingDays = "", -1 }, "working_days"},
			"output of none":   {func(n *inquiry.NewRequest) { n.CycleID = "" }, "cycle"},
			"no such cycle":    {func(n *inquiry.NewRequest) { n.CycleID = store.NewID() }, "cycle"},
			"no such output":   {func(n *inquiry.NewRequest) { n.OutputIDs = []string{other, store.NewID()} }, "output"},
			"output no id":     {func(n *inquiry.NewRequest) { n.OutputIDs = []string{"\x00"} }, "output"},
			"no such audit":    {func(n *inquiry.NewRequest) { n.AuditID = store.NewID() }, "audit"},
		} {
			n := o.wanted()
			c.change(&n)
			_, err := o.Ask(o.as("nigar"), n)
			fails(t, name, err, apperr.Invalid, c.key)
		}
		if rows(t, db, "evidence_requests") != before || rows(t, db, "trail") != trail {
			t.Error("something refused left a trace")
		}
		// Working days are counted by the calendar: from a Thursday two are a Monday.
		n := o.wanted()
		n.Due, n.WorkingDays = "", 2
		r, err := o.Ask(o.as("nigar"), n)
		if err != nil || r.Due != "2026-11-23" {
			t.Errorf("two working days: %v %s", err, r.Due)
		}
		hidden := o.Hand("tural", o.cycle.ID, "3.1.1") // of İTŞ
		for name, c := range map[string]struct {
			answer inquiry.NewAnswer
			key    string
		}{
			"nothing":          {inquiry.NewAnswer{Text: " \n"}, "inquiry.field.answer"},
			"NUL":              {inquiry.NewAnswer{Text: "\x00"}, "error.field.characters"},
			"long":             {inquiry.NewAnswer{Text: strings.Repeat("ş", 4001)}, "error.field.too_long"},
			"of another":       {inquiry.NewAnswer{Text: "x", SubmissionIDs: []string{hidden.ID}}, "inquiry.field.submission"},
			"no such evidence": {inquiry.NewAnswer{Text: "x", SubmissionIDs: []string{store.NewID()}}, "inquiry.field.submission"},
			"no id":            {inquiry.NewAnswer{Text: "x", SubmissionIDs: []string{"'"}}, "inquiry.field.submission"},
			"very many":        {inquiry.NewAnswer{Text: "x", SubmissionIDs: many(51)}, "submission"},
		} {
			fails(t, name, o.Answer(o.as("aytan"), r.ID, c.answer), apperr.Invalid, c.key)
		}
		must(t, "answer", o.Answer(o.as("aytan"), r.ID, inquiry.NewAnswer{Text: "Cavab"}))
		for name, reason := range map[string]string{"none": "", "short": "yox", "NUL": "səbəb\x00", "long": strings.Repeat("s", 4001)} {
			fails(t, "return, "+name, o.Return(o.as("nigar"), r.ID, reason), apperr.Invalid, "reason")
		}
		for _, id := range []string{"", "x", store.NewID()} {
			fails(t, "accept "+id, o.Accept(o.as("nigar"), id), apperr.NotFound, "")
		}
	})
}

func many(n int) (ids []string) {
	for range n {
		ids = append(ids, store.NewID())
	}
	return ids
}

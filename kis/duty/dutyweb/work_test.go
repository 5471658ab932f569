package dutyweb_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/duty"
	"github.com/kis-platform/kis/kis/duty/dutyweb"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// site is the page "my work" over an office of its own.
type site struct {
	*webtest.Site
	office *kistest.Office
}

func open(t *testing.T, db *store.DB, work ...duty.Source) site {
	t.Helper()
	storetest.ClockOf(db).SetDay("2026-11-24")
	o := kistest.NewOffice(t, db)
	s := webtest.New(t, func(r *web.Router) { dutyweb.Register(r, duty.New(o.Service, work...), nil) }, func(opt *web.Options) {
		opt.Users, opt.Sessions, opt.Clock, opt.Tokens = o.Service, store.NewSessions(db), db.Now, o.Service
	})
	return site{s, o}
}

// as is a visitor signed in as a person of the office.
func (s site) as(key string) *webtest.Visitor {
	return s.SignIn(kistest.Email(key), kistest.Password)
}

// items is a source of work with these items for one person.
type items struct {
	of   string
	list []kis.WorkItem
	err  error
}

func (w items) Work(ctx context.Context) ([]kis.WorkItem, error) {
	if actor.From(ctx).Name != w.of {
		return nil, nil
	}
	return w.list, w.err
}

// someWork is work of every kind of term.
var someWork = []kis.WorkItem{
	{Due: "2026-12-04", KindKey: "kis.trail.kind.measure", Icon: "flag", Title: "Tədbir 4.1", Reason: "IV rüb məlumatı", Href: "/measures/1", VerbKey: "kis.user.transfer"},
	{Due: "2026-11-20", KindKey: "kis.trail.kind.submission", Icon: "file-upload", Title: "6.2.3 Qeydlər", Reason: "1-elektron xidmət, 2026", Href: "/cycles/1", VerbKey: "kis.user.transfer", Overdue: true},
	{KindKey: "kis.trail.kind.plan", Title: "Plan 2027", Href: "/plans/1", VerbKey: "kis.user.transfer"},
	{Due: "2026-11-24", KindKey: "kis.trail.kind.submission", Icon: "arrow-back-up", Title: "5.3.2 Məlumat", Quote: "Hesabat dövrü göstərilməyib.", Href: "/cycles/2", VerbKey: "kis.user.transfer"},
	{Due: "2026-11-26", KindKey: "kis.trail.kind.submission", Title: "4.4.2 Arxivləşdirmə", Reason: "ÜŞ", Href: "/cycles/3", Awaited: true, State: kis.WorkState{Tone: "info", Icon: "hourglass", Key: "kis.user.state.active"}},
}

func TestMyWorkIsGroupedByTerm(t *testing.T) {
	s := open(t, storetest.Open(t), items{of: "Aytən Məmmədova", list: someWork[:2]}, items{of: "Aytən Məmmədova", err: apperr.New(apperr.Forbidden, "error.forbidden")}, items{of: "Aytən Məmmədova", list: someWork[2:]})
	v := s.as("aytan")
	a := v.Get("/work").Want(http.StatusOK)
	a.Has(".k-head p", "24 noyabr 2026, çərşənbə axşamı · gözləyən işlər: 4, gecikən: 1")
	if got := a.Text(".k-work h3"); got != "6.2.3 Qeydlər5.3.2 MəlumatTədbir 4.1Plan 2027" {
		t.Errorf("in the order %q", got)
	}
	if got := a.Text("h3.k-day"); got != "Gecikibişlər: 17 gün ərzində son gün: 01.12.2026 · işlər: 1Sonra işlər: 1Müddəti olmayan işlər: 1" {
		t.Errorf("headings %q", got)
	}
	a.Has(".k-work li", "20.11.2026", "4 gün gecikib", "6.2.3").Has(".k-work li", "bu gün", "Hesabat dövrü göstərilməyib.").
		Has(".list-group-item", "4.4.2 Arxivləşdirmə", "26.11.2026").Has(".nav-segmented .active", "Mənim (4)").Has(".nav-segmented", "Başqalarından gözlədiklərim (1)").HasNot(".k-work li", "4.4.2")
	if a.Count(".k-work .btn-primary") != 1 || a.Count(".k-work li:first-child .btn-primary") != 1 {
		t.Error("not exactly the first step is blue")
	}
	only := v.Get(a.Attr(".k-chips li:nth-child(2) a", "href")).Want(http.StatusOK)
	if only.Count(".k-work li") != 2 || only.Count(".k-chips li") != 4 {
		t.Errorf("a chip shows %d items and %d chips", only.Count(".k-work li"), only.Count(".k-chips li"))
	}
	v.Get("/work?kind=none").Want(http.StatusOK).Has(".k-empty", "yoxdur")
	v.Post("/preferences", "lang", "en", "next", "/work")
	v.Get("/work").Has(".k-head p", "Tuesday, 24 November 2026 · waiting: 4, overdue: 1")
}

func TestMyWorkOfSomebodyWithoutAny(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		v := s.as("kamran")
		v.Get("/work").Want(http.StatusOK).Has(".k-empty", "Sizi gözləyən iş yoxdur")
		v.Get("/work?tab=department").Want(http.StatusOK).Has(".k-empty", "Şöbənizi gözləyən iş yoxdur")
		v.Get("/work?tab=awaited&after=zzz&limit=x&kind=").Want(http.StatusOK).Has(".k-empty", "gözlədiyiniz heç nə yoxdur")
	})
}

func TestASourceThatFailsIsNotHidden(t *testing.T) {
	s := open(t, storetest.Open(t), items{of: "Aytən Məmmədova", err: errors.New("broken")})
	s.as("aytan").Get("/work").Want(http.StatusInternalServerError)
	s.as("tural").Get("/work").Want(http.StatusOK)
}

func TestAListIsPagedByKeyOverAllItsParts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		storetest.ClockOf(db).SetDay("2026-03-20")
		c := o.Running("2026")
		o.Hand("aytan", c.ID, "1.1.1")
		own := items{of: "Aytən Məmmədova", list: []kis.WorkItem{
			{Due: "2026-01-31", KindKey: "kis.trail.kind.plan", Title: "Erkən", Href: "/plans/1"}, {Due: "2026-02-10", KindKey: "kis.trail.kind.plan", Title: "Orta", Href: "/plans/2"},
			{KindKey: "kis.trail.kind.plan", Title: "Müddətsiz", Href: "/plans/3"}}}
		s := duty.New(o.Service, o.Service, own)
		ctx := o.As(t.Context(), "aytan")
		whole, err := s.List(ctx, duty.Filter{Limit: 200})
		if err != nil || whole.Next != nil {
			t.Fatal(err, whole.Next)
		}
		n := len(whole.Items)
		if n < 20 || n != whole.Found.N || whole.Items[n-1].Title != "Müddətsiz" || whole.All[kis.WorkAwaited].N != 1 {
			t.Fatalf("%d items of %+v, %+v", n, whole.Found, whole.All)
		}
		var paged []kis.WorkItem
		f := duty.Filter{Limit: 3}
		for {
			page, err := s.List(ctx, f)
			if err != nil {
				t.Fatal(err)
			}
			if paged = append(paged, page.Items...); page.Next == nil {
				break
			}
			f.After = page.Next
		}
		late := 0
		for i := range whole.Items {
			if i >= len(paged) || paged[i] != whole.Items[i] {
				t.Fatalf("page by page %d items, at %d not the same", len(paged), i)
			}
			w := whole.Items[i]
			if i > 0 && w.Due != "" && (whole.Items[i-1].Due > w.Due || whole.Items[i-1].Due == "") {
				t.Errorf("%s of %s stands after %s", w.Title, w.Due, whole.Items[i-1].Due)
			}
			if w.Due != "" && w.Due < "2026-03-20" {
				late++
			}
		}
		if len(paged) != n || late != whole.Found.Late || late == 0 {
			t.Errorf("%d items page by page, %d in one; %d late, counted %d", len(paged), n, late, whole.Found.Late)
		}
		sum := 0
		for _, k := range whole.Kinds {
			only, err := s.List(ctx, duty.Filter{Kind: k.Key, Limit: 200})
			if err != nil || len(only.Items) != k.N || only.Found.N != k.N {
				t.Errorf("%s: %d counted, %d listed, %v", k.Key, k.N, len(only.Items), err)
			}
			sum += k.N
		}
		if sum != n {
			t.Errorf("the kinds make %d of %d", sum, n)
		}
		code, _, _ := strings.Cut(whole.Items[5].Title, " ")
		some, err := s.List(ctx, duty.Filter{Query: code + " ELEKTRON", Limit: 200})
		if err != nil || len(some.Items) != 1 || some.Found.N != 1 || some.Items[0] != whole.Items[5] {
			t.Errorf("searched: %+v %v", some.Items, err)
		}
		var each int
		for w, err := range s.Each(ctx, duty.Filter{}) {
			if err != nil || w != whole.Items[each] {
				t.Fatal(w, err)
			}
			each++
		}
		if each != n {
			t.Errorf("a file has %d of %d", each, n)
		}
		menu, err := s.Counts(ctx)
		if err != nil || menu["/work"] != n {
			t.Errorf("the menu says %v, the list has %d: %v", menu, n, err)
		}
		// The department has what its people have to hand in, whoever looks.
		elchin, err := s.List(o.As(t.Context(), "elchin"), duty.Filter{Tab: kis.WorkDepartment, Limit: 200})
		if err != nil || elchin.Found.N != n-3 {
			t.Errorf("the head sees %d of the department, want %d: %v", elchin.Found.N, n-3, err)
		}
		for _, after := range [][]string{{"2026-01-31", "kis.duty", "x", "y"}, {"2026-13-31", "kis.duty", "x", "y"}, {"2026-01-31", "none", "x", "y"}} {
			if page, err := s.List(ctx, duty.Filter{After: after}); err != nil || len(page.Items) == 0 {
				t.Errorf("a place that is none, %v: %d items, %v", after, len(page.Items), err)
			}
		}
	})
}

func TestAListTakesTheSameQueriesForFewAndMany(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		storetest.ClockOf(db).SetDay("2026-03-20")
		c := o.Running("2026")
		s := duty.New(o.Service, o.Service)
		ctx := o.As(t.Context(), "aytan")
		ask := func() int {
			if _, err := s.List(store.Remember(ctx), duty.Filter{}); err != nil { // names are known from now on
				t.Fatal(err)
			}
			count := storetest.CountQueries(db)
			if _, err := s.List(store.Remember(ctx), duty.Filter{}); err != nil {
				t.Fatal(err)
			}
			return count.N()
		}
		few := ask()
		for _, code := range []string{"1.1.1", "1.1.3"} {
			o.Hand("aytan", c.ID, code)
		}
		o.Running("2025")
		o.Running("2024")
		if many := ask(); many > few || few > 6 {
			t.Errorf("%d queries, then %d", few, many)
		}
	})
}

func TestTheAPIGivesTheSameList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db, items{of: "Aytən Məmmədova", list: someWork})
		_, secret, err := s.office.CreateToken(s.office.As(t.Context(), "aytan"), office.NewToken{Name: "işlər"})
		if err != nil {
			t.Fatal(err)
		}
		get := func(path string, want int) (out struct {
			Items []map[string]any `json:"items"`
			Total int              `json:"total"`
			Next  string           `json:"next"`
		}) {
			r, _ := http.NewRequest(http.MethodGet, path, nil)
			r.Header.Set("Authorization", "Bearer "+secret)
			a := s.Nobody().Do(r)
			if a.Status != want {
				t.Fatalf("%s: %d, want %d", path, a.Status, want)
			}
			if err := json.Unmarshal([]byte(a.Body), &out); err != nil {
				t.Fatal(err)
			}
			return out
		}
		first := get("/api/v1/work?limit=3", http.StatusOK)
		if len(first.Items) != 3 || first.Total != 4 || first.Items[0]["title"] != "6.2.3 Qeydlər" || first.Items[0]["overdue"] != true || first.Next == "" {
			t.Errorf("%+v", first)
		}
		rest := get("/api/v1/work?limit=3&after="+first.Next, http.StatusOK)
		if len(rest.Items) != 1 || rest.Items[0]["title"] != "Plan 2027" || rest.Next != "" {
			t.Errorf("%+v", rest)
		}
		if a := get("/api/v1/work?tab=awaited", http.StatusOK); len(a.Items) != 1 || fmt.Sprint(a.Items[0]["due"]) != "2026-11-26" {
			t.Errorf("%+v", a)
		}
		get("/api/v1/work?tab=all", http.StatusUnprocessableEntity)
		get("/api/v1/work?after=x", http.StatusUnprocessableEntity)
	})
}

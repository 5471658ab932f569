package document_test

import (
	"context"
	"slices"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/planning/document"
	"github.com/kis-platform/kis/policies"
)

// bureau is an office with the kinds of documents, on a Thursday.
type bureau struct {
	*kistest.Office
	*document.Service
	t  *testing.T
	db *store.DB
}

func each(t *testing.T, test func(b bureau)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).SetDay("2026-11-19")
		o := kistest.NewOffice(t, db)
		b := bureau{o, document.New(o.Service), t, db}
		b.must("kinds", b.Service.LoadReference(o.System()))
		test(b)
	})
}

func (b bureau) as(who string) context.Context { return b.As(b.t.Context(), who) }

func (b bureau) must(what string, err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// fails wants an error of a kind with a key, its own or that of a field.
func (b bureau) fails(what string, err error, kind apperr.Kind, key string) {
	b.t.Helper()
	if !apperr.Is(err, kind) {
		b.t.Errorf("%s: %v, want %s", what, err, kind)
		return
	}
	e := apperr.As(err)
	if key != "" && e.Key != key && !slices.ContainsFunc(e.Fields, func(f apperr.Field) bool { return f.Name == key || f.Key == key }) {
		b.t.Errorf("%s: %v, want %s", what, err, key)
	}
}

func second[T any](_ T, err error) error { return err }

func (b bureau) fields() document.Fields {
	return document.Fields{Kind: "procedure", TitleAZ: "Daxili auditin aparılması", TitleEN: "Internal audit", DepartmentID: b.Dept("SSS")}
}

func (b bureau) enter(who string) document.Document {
	b.t.Helper()
	d, err := b.Enter(b.as(who), b.fields())
	b.must("enter", err)
	return d
}

func (b bureau) page(who, id string) document.Page {
	b.t.Helper()
	p, err := b.Document(b.as(who), id)
	b.must("page", err)
	return p
}

// draft fills the open version with a link and a day.
func (b bureau) draft(who, id string, effective day.Day) {
	b.t.Helper()
	b.must("draft", b.Edit(b.as(who), id, document.Content{Seen: b.page(who, id).Open.Row, Changes: "İlk versiya", Link: "https://stat.example/sp.pdf", Effective: effective}))
}

// inForce is a document of SSS whose first version holds from today.
func (b bureau) inForce() document.Document {
	b.t.Helper()
	d := b.enter("elchin")
	b.draft("elchin", d.ID, "2026-11-19")
	b.must("submit", b.Submit(b.as("elchin"), d.ID))
	b.must("approve", b.Approve(b.as("nigar"), d.ID))
	return d
}

func TestADocumentComesIntoForceAndIsReplaced(t *testing.T) {
	each(t, func(b bureau) {
		d := b.enter("elchin")
		if d.Number != "KİS SP-01" {
			t.Fatalf("number: %s", d.Number)
		}
		if _, err := b.Document(b.as("tural"), d.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("a reader sees a draft: %v", err)
		}
		b.fails("nothing in it", b.Submit(b.as("elchin"), d.ID), apperr.Conflict, "document.error.empty_draft")
		b.draft("elchin", d.ID, "2026-11-19")
		b.must("submit", b.Submit(b.as("nigar"), d.ID))
		b.fails("who submitted", b.Approve(b.as("nigar"), d.ID), apperr.Forbidden, "document.error.own")
		b.must("return", b.Return(b.as("leyla"), d.ID, "Əlavələr yoxdur"))
		b.must("submit again", b.Submit(b.as("elchin"), d.ID))
		b.must("approve", b.Approve(b.as("rafael"), d.ID))
		p := b.page("tural", d.ID)
		if p.StandingAt != document.InForce || p.Standing == nil || p.Standing.No != 1 || p.Standing.ReviewDue != "2028-11-19" || p.Standing.ReadDue != "2026-12-03" {
			t.Fatalf("in force: %+v", p.Standing)
		}
		b.must("second", b.Begin(b.as("elchin"), d.ID))
		b.fails("two drafts", b.Begin(b.as("elchin"), d.ID), apperr.Conflict, "error.conflict.state")
		b.draft("elchin", d.ID, "2026-12-01")
		b.must("submit", b.Submit(b.as("elchin"), d.ID))
		b.must("approve", b.Approve(b.as("nigar"), d.ID))
		p = b.page("tural", d.ID)
		if f := p.History[0].Facts(); f["step"] != "approve" || f["no"] != "2" {
			t.Errorf("the history says of the last step: %v", f)
		}
		if p.StandingAt != document.Upcoming || p.Versions[1].Standing("2026-11-30") != document.InForce || p.Versions[1].Standing("2026-12-01") != document.Superseded ||
			p.Versions[0].Standing("2026-12-01") != document.InForce {
			t.Errorf("before its day: %s %+v", p.StandingAt, p.Versions)
		}
		// The one about to come is taken back: the first goes on.
		b.must("withdraw", b.Withdraw(b.as("nigar"), d.ID, "Vaxtı dəqiqləşdirilir"))
		p = b.page("tural", d.ID)
		if p.Standing == nil || p.Standing.No != 1 || p.Standing.Standing("2027-01-01") != document.InForce {
			t.Errorf("after the withdrawal: %+v", p.Standing)
		}
		b.must("withdraw all", b.Withdraw(b.as("nigar"), d.ID, "Sənəd köhnəlib"))
		if p = b.page("tural", d.ID); p.StandingAt != document.Withdrawn || p.Standing != nil {
			t.Errorf("nothing holds: %s", p.StandingAt)
		}
		b.fails("again", b.Withdraw(b.as("nigar"), d.ID, "Bir daha"), apperr.Conflict, "document.error.not_in_force")
		b.must("a third", b.Begin(b.as("elchin"), d.ID))
	})
}

func TestWhoMustReadConfirmsOnceAndOthersAreReminded(t *testing.T) {
	each(t, func(b bureau) {
		d := b.inForce()
		set := func(r document.Readers) error {
			return b.SetReaders(b.as("elchin"), d.ID, b.page("elchin", d.ID).Document.Version, r)
		}
		b.fails("a role that reads nothing", set(document.Readers{Roles: []policies.Role{policies.AgencyOfficer}}), apperr.Invalid, "roles")
		b.fails("old page", b.SetReaders(b.as("elchin"), d.ID, 0, document.Readers{All: true}), apperr.Conflict, "error.conflict")
		b.must("readers", set(document.Readers{Departments: []string{b.Dept("İTŞ")}, Roles: []policies.Role{policies.Auditor}, People: []string{b.ID("tural")}}))
		_, list, err := b.Readings(b.as("elchin"), d.ID)
		b.must("readings", err)
		names := map[string]bool{}
		for _, r := range list {
			names[r.Name] = r.Must && r.At.IsZero()
		}
		// İTŞ: Tural, Vüqar, Orxan, Ülviyyə, but not the administrator, who reads no documents; auditors: Samir, Fəridə.
		if len(list) != 6 || !names["Tural İsmayılov"] || names["Rauf Axundov"] || !names["Fəridə Mustafayeva"] || names["Aytən Məmmədova"] {
			t.Fatalf("%d must read: %v", len(list), names)
		}
		work := func(who string) int {
			items, err := b.Work(b.as(who))
			b.must("work", err)
			n := 0
			for _, w := range items {
				if w.KindKey == "document.work.kind.read" {
					n++
				}
			}
			return n
		}
		if work("tural") != 1 || work("samir") != 1 || work("aytan") != 0 {
			t.Errorf("work: tural %d, samir %d, aytan %d", work("tural"), work("samir"), work("aytan"))
		}
		v := b.page("tural", d.ID).Standing.ID
		b.must("confirm", b.Confirm(b.as("tural"), d.ID, v))
		b.must("confirm twice", b.Confirm(b.as("tural"), d.ID, v))
		b.must("confirm unasked", b.Confirm(b.as("aytan"), d.ID, v))
		p := b.page("tural", d.ID)
		if !p.Must || !p.Read || p.HaveRead != 1 || p.MustRead != 6 || work("tural") != 0 {
			t.Errorf("after it: %v %v %d of %d, work %d", p.Must, p.Read, p.HaveRead, p.MustRead, work("tural"))
		}
		unread, err := b.Documents(b.as("samir"), document.Filter{Unread: true})
		if err != nil || unread.Total != 1 {
			t.Errorf("unread of an auditor: %v %d", err, unread.Total)
		}
		if unread, err = b.Documents(b.as("tural"), document.Filter{Unread: true}); err != nil || unread.Total != 0 {
			t.Errorf("unread of who has read: %v %d", err, unread.Total)
		}
		n, err := b.Remind(b.as("elchin"), d.ID)
		if err != nil || n != 5 {
			t.Errorf("reminded %d: %v", n, err)
		}
		b.fails("a reader asks for the list", second2(b.Readings(b.as("tural"), d.ID)), apperr.Forbidden, "document.error.not_department")
		// A new version is to be read anew.
		b.must("begin", b.Begin(b.as("elchin"), d.ID))
		b.draft("elchin", d.ID, "2026-11-19")
		b.must("submit", b.Submit(b.as("elchin"), d.ID))
		b.must("approve", b.Approve(b.as("nigar"), d.ID))
		b.fails("the old one", b.Confirm(b.as("samir"), d.ID, v), apperr.Conflict, "document.error.newer")
		if work("tural") != 1 {
			t.Errorf("the new version waits for nobody")
		}
	})
}

func second2[A, B any](_ A, _ B, err error) error { return err }

func TestDraftsAreCheckedAndTwoAtOnceAreTold(t *testing.T) {
	each(t, func(b bureau) {
		d := b.enter("elchin")
		seen := b.page("elchin", d.ID).Open.Row
		good := document.Content{Seen: seen, Changes: "İlk versiya", Link: "https://stat.example/sp.pdf", Effective: "2026-12-01"}
		for field, change := range map[string]func(c *document.Content){
			"effective": func(c *document.Content) { c.Effective = "2026-11-18" },
			"link":      func(c *document.Content) { c.Link = "javascript:alert(1)" },
			"changes":   func(c *document.Content) { c.Changes = " " },
			"upload":    func(c *document.Content) { c.Link = "" },
		} {
			in := good
			change(&in)
			b.fails(field, b.Edit(b.as("elchin"), d.ID, in), apperr.Invalid, field)
		}
		up := b.Office.Upload("elchin", "sp.txt", "Prosedurun mətni")
		withFile := good
		withFile.Link, withFile.UploadIDs = "", []string{up}
		b.must("file", b.Edit(b.as("elchin"), d.ID, withFile))
		b.fails("both saw the same", b.Edit(b.as("nigar"), d.ID, good), apperr.Conflict, "error.conflict")
		p := b.page("elchin", d.ID)
		f, standing, no, err := b.File(b.as("elchin"), d.ID, p.Open.ID)
		if err != nil || f.Name != "sp.txt" || standing != document.Draft || no != 1 {
			t.Errorf("file: %v %+v %s", err, f, standing)
		}
		if _, _, _, err := b.File(b.as("tural"), d.ID, p.Open.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("a reader takes a draft: %v", err)
		}
		b.fails("another department", b.Edit(b.as("vugar"), d.ID, good), apperr.NotFound, "")
		b.fails("an employee", b.Edit(b.as("aytan"), d.ID, good), apperr.Forbidden, "")
		other := b.fields()
		other.DepartmentID = b.Dept("İTŞ")
		b.fails("for others", second(b.Enter(b.as("elchin"), other)), apperr.Invalid, "department")
		other = b.fields()
		other.Number = "KİS SP-02"
		second := func() document.Document { d, err := b.Enter(b.as("elchin"), other); b.must("typed", err); return d }()
		if next := b.enter("elchin"); next.Number != "KİS SP-03" || second.Number != "KİS SP-02" {
			t.Errorf("a number given by hand is passed over: %s", next.Number)
		}
		b.fails("a number twice", func() error { _, err := b.Enter(b.as("elchin"), other); return err }(), apperr.Conflict, "")
	})
}

func TestTheListIsSearchedSortedPagedAndScoped(t *testing.T) {
	each(t, func(b bureau) {
		shown := b.inForce()
		for range 3 {
			b.enter("elchin")
		}
		if list, err := b.Documents(b.as("tural"), document.Filter{}); err != nil || list.Total != 1 || list.Rows[0].ID != shown.ID {
			t.Errorf("a reader: %v %d", err, list.Total)
		}
		if list, err := b.Documents(b.as("tural"), document.Filter{State: document.Draft}); err != nil || list.Total != 0 {
			t.Errorf("drafts of a reader: %v %d", err, list.Total)
		}
		for _, sort := range document.Sorts() {
			var seen []string
			f := document.Filter{Sort: sort, Limit: 3}
			for {
				page, err := b.Documents(b.as("elchin"), f)
				b.must("page", err)
				if page.Total != 4 {
					t.Errorf("%q: total %d", sort, page.Total)
				}
				for _, r := range page.Rows {
					seen = append(seen, r.Number)
				}
				if page.Next == nil {
					break
				}
				f.After = page.Next
			}
			slices.Sort(seen)
			if !slices.Equal(seen, []string{"KİS SP-01", "KİS SP-02", "KİS SP-03", "KİS SP-04"}) {
				t.Errorf("%q: %v", sort, seen)
			}
		}
		if list, err := b.Documents(b.as("nigar"), document.Filter{Query: "auditin SP-03"}); err != nil || list.Total != 1 {
			t.Errorf("search: %v %d", err, list.Total)
		}
		if list, err := b.Documents(b.as("nigar"), document.Filter{State: document.InForce}); err != nil || list.Total != 1 || list.Rows[0].StandingAt != document.InForce {
			t.Errorf("in force: %v %d", err, list.Total)
		}
		choices, err := b.Choices(b.as("gunel"))
		if err != nil || len(choices) != 1 || choices[0].Number != "KİS SP-01" || choices[0].No != 1 {
			t.Errorf("criteria: %v %+v", err, choices)
		}
	})
}

func TestAReviewIsDueAndMovesOn(t *testing.T) {
	each(t, func(b bureau) {
		d := b.inForce()
		storetest.ClockOf(b.db).SetDay("2028-11-25")
		if list, err := b.Documents(b.as("nigar"), document.Filter{Late: true}); err != nil || list.Total != 1 {
			t.Errorf("late: %v %d", err, list.Total)
		}
		items, err := b.Work(b.as("elchin"))
		b.must("work", err)
		if !slices.ContainsFunc(items, func(w kis.WorkItem) bool { return w.KindKey == "document.work.kind.review" && w.Overdue }) {
			t.Errorf("no review in the work of the head: %+v", items)
		}
		b.fails("in the past", b.Review(b.as("elchin"), d.ID, "Dəyişiklik lazım deyil", "2028-11-01"), apperr.Invalid, "next")
		b.must("review", b.Review(b.as("elchin"), d.ID, "Dəyişiklik lazım deyil", "2030-11-25"))
		if p := b.page("elchin", d.ID); p.Standing.ReviewDue != "2030-11-25" || p.Standing.ReviewLate("2028-11-25") {
			t.Errorf("reviewed: %+v", p.Standing)
		}
	})
}

func TestWhatIsApprovedStaysInTheDatabase(t *testing.T) {
	each(t, func(b bureau) {
		d := b.inForce()
		b.must("confirm", b.Confirm(b.as("aytan"), d.ID, b.page("aytan", d.ID).Standing.ID))
		for _, q := range []string{"UPDATE document_versions SET link = 'https://başqa.example' WHERE document_id = ?", "UPDATE document_versions SET effective = '2026-01-01' WHERE document_id = ?",
			"DELETE FROM document_acknowledgements WHERE version_id IN (SELECT id FROM document_versions WHERE document_id = ?)", "DELETE FROM controlled_documents WHERE id = ?"} {
			if err := b.db.Unrecorded(t.Context(), func(tx *store.Tx) error { _, err := tx.NewRaw(q, d.ID).Exec(t.Context()); return err }); err == nil {
				t.Errorf("went through: %s", q)
			}
		}
		var faults []string
		look := func() int {
			faults = nil
			_, err := b.KIS.VerifySeals(t.Context(), func(f store.Fault) { faults = append(faults, f.Where+" "+f.Key) })
			b.must("seals", err)
			return len(faults)
		}
		if look() != 0 {
			t.Errorf("seals: %v", faults)
		}
		b.must("tamper", b.db.Unrecorded(t.Context(), func(tx *store.Tx) error {
			_, err := tx.NewRaw("UPDATE controlled_documents SET title_az = 'Başqa ad' WHERE id = ?", d.ID).Exec(t.Context())
			return err
		}))
		if look() != 1 {
			t.Errorf("a changed title is found: %v", faults)
		}
	})
}

package kis_test

import (
	"context"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
)

// papers is a context of its own whose records only some people may see.
type papers map[string][]kis.Record // by name of the person

func (p papers) RecordKind() string { return "act" }

func (p papers) FindRecords(ctx context.Context, q kis.RecordQuery) ([]kis.Record, error) {
	list, ok := p[actor.From(ctx).Name]
	if !ok {
		return nil, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	var out []kis.Record
	for _, r := range list {
		if kis.HoldsText(q.Text, r.Number, r.Title) {
			out = append(out, r)
		}
	}
	return out, nil
}

func (p papers) OneRecord(ctx context.Context, id string) (kis.Record, error) {
	for _, r := range p[actor.From(ctx).Name] {
		if r.ID == id {
			return r, nil
		}
	}
	return kis.Record{}, apperr.Missing("act")
}

func TestARecordOfTheSystemStandsAsEvidence(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		act := kis.Record{Kind: "act", ID: "a1", Number: "UA-2026-007", Title: "Gecikmiş məlumat", Href: "/acts/a1", Day: "2026-05-01"}
		older := kis.Record{Kind: "act", ID: "a0", Number: "UA-2025-001", Title: "Köhnə", Href: "/acts/a0", Day: "2025-05-01"}
		o.Records = []kis.RecordSource{kis.GateRecords{KIS: o.Service}, papers{"Aytən Məmmədova": {older, act}, "Nigar Əliyeva": {act}}}
		aytan, tural := o.As(t.Context(), "aytan"), o.As(t.Context(), "tural")

		found, err := o.FindRecords(aytan, kis.RecordQuery{CycleID: c.ID})
		if err != nil || len(found) != 2 || found[0].Number != act.Number {
			t.Fatalf("aytan may choose from %v, %v", found, err)
		}
		for text, want := range map[string]int{"gecikmis": 1, "UA-2025": 1, "ua": 2, "yoxdur": 0} {
			if list, err := o.FindRecords(aytan, kis.RecordQuery{CycleID: c.ID, Text: text}); err != nil || len(list) != want {
				t.Errorf("%q finds %v, %v", text, list, err)
			}
		}
		if list, err := o.FindRecords(tural, kis.RecordQuery{CycleID: c.ID}); err != nil || len(list) != 0 {
			t.Errorf("tural may choose from %v, %v", list, err)
		}
		if _, err := o.FindRecords(o.As(t.Context(), "rauf"), kis.RecordQuery{CycleID: c.ID}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("an administrator: %v", err)
		}

		in := kis.NewSubmission{CycleID: c.ID, OutputIDs: o.OutputIDs(c.ID, "1.1.1"), Record: act.Ref()}
		for what, bad := range map[string]func(n kis.NewSubmission) kis.NewSubmission{
			"unknown kind": func(n kis.NewSubmission) kis.NewSubmission { n.Record = "plan:1"; return n },
			"no such":      func(n kis.NewSubmission) kis.NewSubmission { n.Record = "act:zz"; return n },
			"an open gate": func(n kis.NewSubmission) kis.NewSubmission { n.Record = "gate:" + c.ID + ":1"; return n },
			"with a link":  func(n kis.NewSubmission) kis.NewSubmission { n.Link = "https://x.example"; return n },
			"with a file": func(n kis.NewSubmission) kis.NewSubmission {
				n.UploadIDs = []string{o.Upload("aytan", "a.txt", "a")}
				return n
			},
			"none": func(n kis.NewSubmission) kis.NewSubmission { n.Record, n.Kind = "", kis.EvidenceMade; return n },
		} {
			if _, err := o.Submit(aytan, bad(in)); !apperr.Is(err, apperr.Invalid) || apperr.As(err).Fields[0].Name != "record" {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := o.Submit(o.As(t.Context(), "elchin"), in); !apperr.Is(err, apperr.Invalid) { // may not see the act
			t.Errorf("a record that the sender may not see: %v", err)
		}
		sub, err := o.Submit(aytan, in)
		if err != nil {
			t.Fatal(err)
		}
		for who, seen := range map[string]bool{"aytan": true, "nigar": true, "elchin": false, "rafael": false} {
			page, err := o.Submission(o.As(t.Context(), who), sub.ID)
			if err != nil || page.Record == nil || page.Record.Seen != seen || page.Record.Number != act.Number {
				t.Fatalf("%s: %+v, %v", who, page.Record, err)
			}
			if (page.Record.Title != "") != seen || (page.Record.Href != "") != seen {
				t.Errorf("%s is told %+v", who, page.Record)
			}
		}
		list, err := o.Evidence(o.As(t.Context(), "nigar"), kis.EvidenceFilter{Query: "UA-2026-007"})
		if err != nil || len(list.Rows) != 1 || list.Rows[0].RecordLabel != act.Number {
			t.Errorf("the library finds %+v, %v", list.Rows, err)
		}
		noFaults(t, o)
		if err := o.Accept(o.As(t.Context(), "nigar"), sub.ID); err != nil {
			t.Fatal(err)
		}

		// The statement of a phase is sealed with its cycle: a change after it was handed in shows.
		if err := o.WaiveGate(o.As(t.Context(), "nigar"), c.ID, "1", "Bu il keçirilmir"); err != nil {
			t.Fatal(err)
		}
		in = kis.NewSubmission{CycleID: c.ID, OutputIDs: o.OutputIDs(c.ID, "8.1.1"), Record: "gate:" + c.ID + ":1"}
		gate, err := o.Submit(aytan, in)
		if err != nil {
			t.Fatal(err)
		}
		changed := func() bool {
			page, err := o.Submission(aytan, gate.ID)
			if err != nil || page.Record == nil || !page.Record.Sealed {
				t.Fatalf("%+v, %v", page.Record, err)
			}
			return page.Record.Changed
		}
		if changed() {
			t.Error("a statement that was not changed is said to be")
		}
		if err := o.WaiveGate(o.As(t.Context(), "nigar"), c.ID, "2", "Bu il keçirilmir"); err != nil {
			t.Fatal(err)
		}
		if !changed() {
			t.Error("a change after it was handed in is not told")
		}
		// Behind the program: another record than the trail says.
		if err := db.Write(o.System(), func(tx *store.Tx) error {
			tx.Record(store.Change{Action: "test", Kind: "test", ID: "x"})
			_, err := tx.NewRaw(`UPDATE submissions SET record_id = 'a0' WHERE id = ?`, sub.ID).Exec(t.Context())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		var faults []string
		if _, err := o.VerifyRecords(o.System(), func(f store.Fault) { faults = append(faults, f.Where+" "+f.Key) }); err != nil || strings.Join(faults, ";") != "submissions:"+sub.ID+" verify.record.differs" {
			t.Errorf("faults %v, %v", faults, err)
		}
	})
}

// noFaults fails when the records are not as the trail says, or what is
// derived is not as it should be.
func noFaults(t *testing.T, o *kistest.Office) {
	t.Helper()
	for _, check := range []func(context.Context, func(store.Fault)) (int64, error){o.VerifyRecords, o.VerifyReferences, o.VerifyDerived} {
		if _, err := check(o.System(), func(f store.Fault) { t.Errorf("fault %+v", f) }); err != nil {
			t.Error(err)
		}
	}
}

package reports

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/planningtest"
	"github.com/kis-platform/kis/reference"
)

// office is an audited office with everything that documents are made of.
type bureau struct {
	*audittest.Office
	svc *Service
}

func newOffice(t *testing.T, db *store.DB) bureau {
	t.Helper()
	o := audittest.New(t, db)
	e := eservice.New(o.Service)
	if err := e.LoadReference(o.System()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{reference.AssessmentTotals, reference.AssessmentsSample} {
		f, err := reference.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Import(o.System(), eservice.ImportRequest{Reader: f, Name: name}); err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
	}
	return bureau{o, New(o.Service, o.Audit, planning.New(o.Service), e, "https://kis.example/")}
}

// rendered makes a document and fails the test on an error.
func (o bureau) rendered(t *testing.T, ctx context.Context, r Request) File {
	t.Helper()
	f, err := o.svc.File(ctx, r)
	if err != nil {
		t.Fatalf("%+v: %v", r, err)
	}
	return f
}

// prints counts the register, and the trail entries about it.
func (o bureau) prints(t *testing.T) (documents, entries int) {
	t.Helper()
	if err := o.DB.Read().NewRaw("SELECT (SELECT COUNT(*) FROM documents), (SELECT COUNT(*) FROM trail WHERE action = 'reports:document:print')").Scan(t.Context(), &documents, &entries); err != nil {
		t.Fatal(err)
	}
	return documents, entries
}

func TestAPrintIsRegisteredBeforeItIsHandedOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		act := o.Act(o.Started().ID, "4.4-a", audit.ActInProgress)
		f := o.rendered(t, o.Be("gunel"), Request{Kind: Act, Key: act.Number, Format: PDF})
		if f.Name != "akt-"+act.Number+".pdf" || f.ContentType != "application/pdf" || f.Print == nil {
			t.Fatalf("name %q, type %q, print %v", f.Name, f.ContentType, f.Print)
		}
		sum := sha256.Sum256(f.Bytes)
		got, err := o.svc.Verify(context.Background(), strings.ToLower(strings.ReplaceAll(f.Print.Code, "-", " ")))
		if err != nil {
			t.Fatal(err)
		}
		if got.SHA256 != hex.EncodeToString(sum[:]) || !got.Genuine(strings.ToUpper(got.SHA256)) || got.Genuine("") || got.Genuine(got.ContentSHA256) {
			t.Errorf("fingerprint %s does not tell this file from others", got.SHA256)
		}
		if got.Kind != Act || got.Number != act.Number || got.Dated != "2026-06-15" || got.State != "audit.act.state.in_progress" || got.Newer {
			t.Errorf("got %+v", got)
		}
		text := strings.Join(readPages(t, save(t, f.Bytes)), "\n")
		inOrder(t, text, act.Number, f.Print.Code, "SHA-256 izi: "+got.Footmark(), "kis.example/verify")
		if d, n := o.prints(t); d != 1 || n != 1 {
			t.Errorf("%d prints, %d entries", d, n)
		}

		// The same again is another print of the same content; a changed act makes it the older one.
		again := o.rendered(t, o.Be("gunel"), Request{Kind: Act, Key: act.ID, Format: PDF})
		if again.Print.Code == f.Print.Code || again.Print.ContentSHA256 != f.Print.ContentSHA256 {
			t.Errorf("codes %s %s, contents %s %s", again.Print.Code, f.Print.Code, again.Print.ContentSHA256, f.Print.ContentSHA256)
		}
		storetest.ClockOf(db).SetDay("2026-07-01")
		if err := o.Audit.AddAddendum(o.Be("gunel"), act.ID, "Jurnalın nüsxəsi tapılıb."); err != nil {
			t.Fatal(err)
		}
		o.rendered(t, o.Be("gunel"), Request{Kind: Act, Key: act.ID, Format: PDF})
		if got, err = o.svc.Verify(context.Background(), f.Print.Code); err != nil || !got.Newer {
			t.Errorf("newer %v, error %v", got.Newer, err)
		}
		for _, sql := range []string{"UPDATE documents SET number = 'UA-2026-999'", "DELETE FROM documents"} {
			err := db.Write(o.Be("gunel"), func(tx *store.Tx) error {
				tx.Record(store.Change{Action: "test", Kind: "document", ID: "x"})
				_, err := tx.NewRaw(sql).Exec(t.Context())
				return store.MapError(err, "change")
			})
			if !apperr.Is(err, apperr.Conflict) {
				t.Errorf("%s: %v", sql, err)
			}
		}
	})
}

func TestNothingIsRegisteredForWhoMayNotSeeIt(t *testing.T) {
	db := storetest.Open(t)
	o := newOffice(t, db)
	a := o.Started()
	draft := o.Draft(a.ID, "4.4-a")
	vugar, nobody := o.Be("vugar"), context.Background() // another department, and nobody
	for name, c := range map[string]struct {
		ctx  context.Context
		req  Request
		kind apperr.Kind
	}{
		"draft of another department": {vugar, Request{Kind: Act, Key: draft.ID, Format: PDF}, apperr.NotFound},
		"audit of another department": {vugar, Request{Kind: Audit, Key: a.Number, Format: PDF}, apperr.NotFound},
		"review of management":        {o.Be("elchin"), Request{Kind: Review, Key: "RT-2026-01", Format: PDF}, apperr.Forbidden},
		"nobody":                      {nobody, Request{Kind: Plan, Key: "2027", Format: PDF}, apperr.Unauthenticated},
		"an act that is not there":    {o.Be("gunel"), Request{Kind: Act, Key: "UA-2026-999", Format: PDF}, apperr.NotFound},
		"an audit that is not there":  {o.Be("gunel"), Request{Kind: Audit, Key: "DA-2031-01", Format: JSON}, apperr.NotFound},
		"a plan that is not there":    {o.Be("gunel"), Request{Kind: Plan, Key: "2031", Format: XLSX}, apperr.NotFound},
		"a cycle that is not there":   {o.Be("gunel"), Request{Kind: Cycle, Key: "1-elektron-xidmet", Key2: "2031", Format: PDF}, apperr.NotFound},
		"measures of no plan":         {o.Be("gunel"), Request{Kind: Measures, Key: "XX", Year: 2022, Format: PDF}, apperr.NotFound},
		"scorecard of no agency":      {o.Be("gunel"), Request{Kind: Scorecard, Agency: "XX", Format: CSV}, apperr.NotFound},
		"scorecard of no year":        {o.Be("gunel"), Request{Kind: Scorecard, Year: 1999, Format: CSV}, apperr.NotFound},
		"scorecard backwards":         {o.Be("gunel"), Request{Kind: Scorecard, From: 2015, To: 2013, Format: CSV}, apperr.Invalid},
	} {
		var out bytes.Buffer
		if err := o.svc.Render(c.ctx, c.req, &out); !apperr.Is(err, c.kind) || out.Len() > 0 {
			t.Errorf("%s: %v after %d bytes, want %s", name, err, out.Len(), c.kind)
		}
	}
	if d, n := o.prints(t); d != 0 || n != 0 {
		t.Errorf("%d prints, %d entries", d, n)
	}
}

// What cannot be registered is not handed out.
func TestAPrintThatCannotBeRegisteredIsKept(t *testing.T) {
	o := newOffice(t, storetest.Open(t))
	a := o.Started()
	if err := o.DB.Write(o.Be("gunel"), func(tx *store.Tx) error {
		tx.Record(store.Change{Action: "test", Kind: "document", ID: "x"})
		_, err := tx.NewRaw("ALTER TABLE documents RENAME TO elsewhere").Exec(t.Context())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := o.svc.Render(o.Be("gunel"), Request{Kind: Audit, Key: a.Number, Format: PDF}, &out); !apperr.Is(err, apperr.Internal) || out.Len() > 0 {
		t.Errorf("%v after %d bytes", err, out.Len())
	}
}

func TestBadRequestsAreRefusedByName(t *testing.T) {
	o := newOffice(t, storetest.Open(t))
	for want, r := range map[string]Request{
		"kind: report.error.kind":     {Kind: "risks", Format: PDF},
		"format: report.error.format": {Kind: Review, Key: "RT-2026-01", Format: XLSX},
		"lang: report.error.lang":     {Kind: Act, Key: "UA-2026-001", Format: PDF, Lang: "fr"},
		"key: error.field.required":   {Kind: Review, Key: "  ", Format: PDF},
		"year: error.field.required":  {Kind: Measures, Key: "AH-2020-2022", Format: PDF},
		"year: error.field.range":     {Kind: Measures, Key: "AH-2020-2022", Year: 20220, Format: PDF},
		"from: error.field.range":     {Kind: Scorecard, From: -1, Format: CSV},
		"key: error.field.too_long":   {Kind: Cycle, Key: strings.Repeat("x", 201), Key2: "2026", Format: PDF},
	} {
		var out bytes.Buffer
		err := o.svc.Render(o.Be("nigar"), r, &out)
		if !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), want) || out.Len() > 0 {
			t.Errorf("%+v: %v, want %q", r, err, want)
		}
	}
	var e *apperr.Error
	if err := o.svc.Render(o.Be("nigar"), Request{Kind: Audit, Key: "x", Format: "docx"}, nil); !errors.As(err, &e) ||
		len(e.Fields) != 1 || e.Fields[0].Args[2].Value != "pdf, xlsx, csv, json" {
		t.Errorf("the refusal does not say what is possible: %v", err)
	}
}

func TestFormatOfAFile(t *testing.T) {
	for name, want := range map[string]string{"akt.pdf": PDF, "C:\\x.y\\Plan.XLSX": XLSX, "/a.b/data.csv": CSV, "x.json": JSON, "pdf": "", "a.pdf/b": "", "Təsvir.docx": DOCX, "x.doc": "", "": ""} {
		got, err := FormatOf(name)
		if got != want || (err == nil) != (want != "") || (err != nil && !apperr.Is(err, apperr.Invalid)) {
			t.Errorf("%q: %q, %v", name, got, err)
		}
	}
}

func TestCodesAreReadAsPeopleTypeThem(t *testing.T) {
	code := newCode()
	if !regexp.MustCompile(`^[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}$`).MatchString(code) || newCode() == code {
		t.Errorf("code %q", code)
	}
	for typed, want := range map[string]string{"abcd-efgh-2345": "ABCD-EFGH-2345", " ABCDEFGH2345 ": "ABCD-EFGH-2345", "ABC0-1FG8-2345": "ABCO-IFGB-2345",
		"ABCD-EFGH-234": "", "ABCD-EFGH-23451": "", "ƏBCD-EFGH-2345": "", "": "", "../../etc/passwd": ""} {
		if got := cleanCode(typed); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

// Every kind in every format, out of a database.
func TestEveryDocumentInEveryFormat(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		a := o.Started()
		act := o.Act(a.ID, "4.4-a", audit.ActImplemented)
		p := planningtest.Office{Office: o.Office.Office, Service: o.svc.planning, Clock: storetest.ClockOf(db)}
		plan := func() {
			if _, err := p.OpenPlan(o.Be("nigar"), planning.NewPlan{Year: 2026, ApproveDue: "2026-12-25"}); err != nil {
				t.Fatal(err)
			}
			if _, err := p.AddItem(o.Be("nigar"), "2026", planning.NewItem{ItemFields: p.Fields(2026), Basis: planning.FromOther, BasisLabel: "təklif"}); err != nil {
				t.Fatal(err)
			}
		}
		plan()
		review, err := p.OpenReview(o.Be("nigar"), p.ReviewFields())
		if err != nil {
			t.Fatal(err)
		}
		if err := p.LoadMeasuresReference(o.System()); err != nil {
			t.Fatal(err)
		}
		printed := 0
		for _, r := range []Request{{Kind: Act, Key: act.Number}, {Kind: Audit, Key: a.Number}, {Kind: Review, Key: review.Number}, {Kind: Plan, Key: "2026"},
			{Kind: Cycle, Key: "1-elektron-xidmet", Key2: "2026"}, {Kind: Cycle, Key: o.Cycle.ID}, {Kind: Scorecard}, {Kind: Scorecard, Agency: "DVX-01"}, {Kind: Measures, Key: "AH-2020-2022", Year: 2022}} {
			if r.Agency != "" {
				r.Agency = anAgency(t, o)
			}
			for _, lang := range []string{"az", "en"} {
				for _, r.Format = range Formats(r.Kind) {
					r.Lang = lang
					f := o.rendered(t, o.System(), r)
					check(t, f, r)
					if r.Format == PDF {
						printed++
					}
				}
			}
		}
		if d, n := o.prints(t); d != printed || n != printed {
			t.Errorf("%d prints, %d entries, want %d", d, n, printed)
		}
	})
}

func anAgency(t *testing.T, o bureau) string {
	t.Helper()
	c, err := o.svc.eservice.Scorecard(o.System(), eservice.ScorecardFilter{})
	if err != nil || len(c.Agencies) == 0 {
		t.Fatalf("no agencies: %v", err)
	}
	return c.Agencies[0].Agency.Code
}

// check reads a file back as its format and looks for texts without words.
func check(t *testing.T, f File, r Request) {
	t.Helper()
	text := string(f.Bytes)
	switch r.Format {
	case PDF:
		text = strings.Join(readPages(t, save(t, f.Bytes)), "\n")
		if !strings.Contains(squeeze(text), f.Print.Code) {
			t.Errorf("%s: the code is not on paper", f.Name)
		}
	case CSV:
		if rows, err := csv.NewReader(strings.NewReader(text)).ReadAll(); err != nil || len(rows) == 0 {
			t.Errorf("%s: %v", f.Name, err)
		}
	case JSON:
		if !json.Valid(f.Bytes) {
			t.Errorf("%s is not JSON", f.Name)
		}
	case XLSX:
		text = ""
		if !bytes.HasPrefix(f.Bytes, []byte("PK")) {
			t.Errorf("%s is not a workbook", f.Name)
		}
	}
	for _, bad := range []string{"⟦", "⟧", "0001", "□□□"} {
		if strings.Contains(text, bad) {
			t.Errorf("%s (%s) holds %q", f.Name, r.Lang, bad)
		}
	}
}

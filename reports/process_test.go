package reports

import (
	"bytes"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/process"
)

// processOffice is an office with the official description.
func processOffice(t *testing.T, db *store.DB) (*kistest.Office, *Service) {
	t.Helper()
	o := kistest.NewOffice(t, db)
	o.Import()
	return o, New(o.Service, nil, nil, nil, "https://kis.example")
}

// TestAProcessThatIsTakenAwayImportsAgainAsTheSame takes a process away in each
// form and imports it, into the same process and as a new one.
func TestAProcessThatIsTakenAwayImportsAgainAsTheSame(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, svc := processOffice(t, db)
		nigar := o.As(t.Context(), "nigar")
		// A version that differs from what the reader knows of itself: other gates, a supplier in words, awkward items.
		var b bytes.Buffer
		_, _ = b.ReadFrom(kistest.Description(t))
		text := strings.Replace(b.String(), "Tələbatların dəqiqləşdirilmiş siyahısı", `"kiçik hərflə, vergüllə; nöqtəli"`, 1)
		text = strings.Replace(text, "İNO,", "Özəl təşkilatlar,", 1) + "1,gate,1,1-ci mərhələnin yekunu. Başqa cümlə,,,,,true,Phase 1 is closed\r\n"
		if _, err := o.ImportProcess(nigar, process.ImportRequest{Reader: strings.NewReader(text), Name: "b.csv", Code: kistest.ProcessCode,
			Suppliers: map[string]process.SupplierChoice{"Özəl təşkilatlar": {Kind: process.SupplierText}}}); err != nil {
			t.Fatal(err)
		}
		for _, version := range []string{"1", "2"} {
			for _, format := range []string{CSV, XLSX, DOCX} {
				f, err := svc.File(nigar, Request{Kind: Process, Key: kistest.ProcessCode, Key2: version, Format: format, Lang: "en"})
				if err != nil {
					t.Fatal(err)
				}
				res, err := o.ImportProcess(nigar, process.ImportRequest{Reader: bytes.NewReader(f.Bytes), Name: f.Name, Code: kistest.ProcessCode, DryRun: true})
				if err != nil {
					t.Fatalf("version %s as %s: %v", version, format, err)
				}
				if version == "2" && (res.Changed || len(res.Altered) > 0) {
					t.Errorf("version %s as %s: altered %v, added %v, removed %v", version, format, res.Altered, res.Added, res.Removed)
				}
				if res.Count(process.RowDoubtful) > 0 || res.Count(process.RowRepaired) > 0 {
					t.Errorf("version %s as %s: %d repaired, %d doubtful", version, format, res.Count(process.RowRepaired), res.Count(process.RowDoubtful))
				}
			}
		}
		for _, bad := range []string{"0", "9", "x", "-1"} {
			if _, err := svc.File(nigar, Request{Kind: Process, Key: kistest.ProcessCode, Key2: bad, Format: CSV}); !apperr.Is(err, apperr.NotFound) {
				t.Errorf("version %s: %v", bad, err)
			}
		}
	})
}

func TestTheStandardAndTheMapOfAProcessAsPDF(t *testing.T) {
	o, svc := processOffice(t, storetest.Open(t))
	nigar := o.As(t.Context(), "nigar")
	for _, kind := range []string{Process, ProcessMap} {
		for _, lang := range []string{"az", "en"} {
			f, err := svc.File(nigar, Request{Kind: kind, Key: kistest.ProcessCode, Format: PDF, Lang: lang})
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.HasPrefix(f.Bytes, []byte("%PDF")) || f.Print == nil || f.Print.Number != kistest.ProcessCode+", 1" {
				t.Errorf("%s: %d bytes, print %+v", kind, len(f.Bytes), f.Print)
			}
		}
		f, err := svc.File(nigar, Request{Kind: kind, Key: kistest.ProcessCode, Format: JSON, Lang: "az"})
		if err != nil {
			t.Fatal(err)
		}
		if kind == ProcessMap && (!bytes.Contains(f.Bytes, []byte("Mövcud deyil")) || !bytes.Contains(f.Bytes, []byte("7-ci mərhələnin yekunu"))) {
			t.Error("the map lacks what does not exist, or a gate")
		}
	}
}

func TestTheTemplateHasTheOfficialHeadingsAndIsNotTakenEmpty(t *testing.T) {
	o, _ := processOffice(t, storetest.Open(t))
	for _, format := range []string{CSV, XLSX, DOCX} {
		var b bytes.Buffer
		if err := Template(format, &b); err != nil {
			t.Fatal(err)
		}
		res, err := o.ImportProcess(o.As(t.Context(), "nigar"), process.ImportRequest{Reader: bytes.NewReader(b.Bytes()), Name: "t." + format, OwnerCode: "SSS", DryRun: true})
		if !apperr.Is(err, apperr.Invalid) || len(res.Rows) != 8+44+44 {
			t.Errorf("%s: %d rows, %v", format, len(res.Rows), err)
		}
		for _, f := range apperr.As(err).Fields {
			if f.Key != "kis.import.no_output" && f.Key != "error.field.required" && f.Key != "kis.import.more" {
				t.Errorf("%s: %+v", format, f)
			}
		}
	}
	if err := Template("pdf", &bytes.Buffer{}); !apperr.Is(err, apperr.Invalid) {
		t.Error(err)
	}
}

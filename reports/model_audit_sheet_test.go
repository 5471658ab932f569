package reports

import (
	"bytes"
	"strings"
	"testing"
)

// TestActsAndAuditsAreSheetsToo: what stands on paper stands in the cells, and
// nothing of evidence that the reader may not see.
func TestActsAndAuditsAreSheetsToo(t *testing.T) {
	w := sampleWords("en")
	csvs := func(sheets []Sheet) string {
		var b bytes.Buffer
		for _, s := range sheets {
			if err := WriteCSV(&b, s); err != nil {
				t.Fatalf("%s: %v", s.Name, err)
			}
		}
		return b.String()
	}
	text := csvs(actSheets(sampleAct(), w))
	for _, want := range []string{"DA-2026-02", "14 riskdən 5-i", "sənədlərin idarə olunması proseduru", "2,\"Qüvvədən düşmüş şablonları", "2026-11-30", "Samir Rzayev,2026-09-18", "35,7%"} {
		if !strings.Contains(text, want) {
			t.Errorf("the act does not say %q:\n%s", want, text)
		}
	}
	text = csvs(auditSheets(sampleAudit(), w))
	for _, want := range []string{"1,Minor nonconformity,6.1.2,1.6.2,1.6-b,SSS,14 riskdən", "Təhvil aktının tarixi son tarixdən sonradır.", "UA-2026-005,SSS,Major nonconformity,Objected,2026-06-30",
		"Samir Rzayev,BƏŞ", "Başqa səriştəli auditor yoxdur.", "4.4-a,Are the materials handed over", "42,12,təsadüfi"} {
		if !strings.Contains(text, want) {
			t.Errorf("the audit does not say %q:\n%s", want, text)
		}
	}
	for _, bad := range []string{"⟦", "0001", "Daxili araşdırma"} {
		if strings.Contains(text, bad) {
			t.Errorf("a sheet holds %q:\n%s", bad, text)
		}
	}
}

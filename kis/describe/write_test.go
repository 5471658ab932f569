package describe

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// awkward are rows whose texts a careless export would change.
func awkward(t *testing.T) Paper {
	rows := want(t)
	for i := range rows {
		rows[i].Line = 0
	}
	change := func(code string, f func(*Row)) {
		for i := range rows {
			if rows[i].Code == code {
				f(&rows[i])
			}
		}
	}
	change("4.2.1", func(r *Row) {
		r.Outputs = []string{"kiçik hərflə, vergüllə"}
		r.Suppliers = []string{"DSK", "Özəl “Ad, MMC”"}
	})
	change("4.2.2", func(r *Row) { r.Outputs = []string{"bir; iki", "üç və dörd"}; r.NameEN = "" })
	change("4.2.3", func(r *Row) { r.WorkAZ = "birinci sətir\nikinci  sətir çıkış program"; r.Inputs = nil })
	change("4.2.4", func(r *Row) {
		r.Outputs = []string{"=1+1", `"düz" dırnaq`, "Statistik məlumatlar və metaməlumatlar"}
	})
	change("4.2.5", func(r *Row) {
		r.Outputs = []string{"Statistik məlumatlar və metaməlumatlar"}
		r.Inputs = []string{"Mövcud deyil sənədi"}
	})
	return Paper{Title: "1-elektron xidmət", None: "Mövcud deyil", Rows: rows,
		Headings: []string{"Nö", "Prosesin adı, fəaliyyət", "İşin adı", "Giriş materialı", "Təchizatçı", "Nəticə", "Prosesin adı (ingiliscə)"},
		Gates:    []Gate{{Phase: "1", StatementAZ: "1-ci mərhələnin yekunu. Başqa cümlə", StatementEN: "End of phase 1"}}}
}

// TestWhatIsWrittenIsReadAgainWithoutLoss writes a description in each form.
func TestWhatIsWrittenIsReadAgainWithoutLoss(t *testing.T) {
	p := awkward(t)
	var csv, docx, xlsx bytes.Buffer
	if err := p.WriteCSV(&csv); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(csv.String()) {
		for cell := range strings.SplitSeq(line, ",") {
			if strings.HasPrefix(strings.Trim(cell, `"`), "=") {
				t.Errorf("a spreadsheet program would run %s", cell)
			}
		}
	}
	if err := p.WriteDOCX(&docx); err != nil {
		t.Fatal(err)
	}
	f := excelize.NewFile()
	for i, record := range p.Records() {
		cell, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := f.SetSheetRow("Sheet1", cell, &record); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Write(&xlsx); err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{"CSV": csv.Bytes(), "Word": docx.Bytes(), "workbook": xlsx.Bytes()} {
		t.Run(name, func(t *testing.T) {
			got, err := Read(bytes.NewReader(raw))
			if err == nil {
				err = got.Err()
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range got.Notes {
				if n.Weight != Form {
					t.Errorf("%+v", n)
				}
			}
			sameRows(t, got.Rows, p.Rows)
			if len(got.Gates) != 1 || got.Gates[0].StatementAZ != p.Gates[0].StatementAZ || got.Gates[0].StatementEN != "End of phase 1" {
				t.Errorf("gates %+v", got.Gates)
			}
		})
	}
	if s := string(unpack(t, docx.Bytes(), "word/document.xml")); strings.Count(s, "<w:tblHeader/>") != 1 {
		t.Error("headings are not repeated on each page")
	}
}

// normal makes empty lists alike.
func normal(r Row) Row {
	for _, l := range []*[]string{&r.Inputs, &r.Suppliers, &r.Outputs} {
		if len(*l) == 0 {
			*l = nil
		}
	}
	return r
}

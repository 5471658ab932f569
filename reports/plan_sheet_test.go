package reports_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/planningtest"
	"github.com/kis-platform/kis/reports"
)

// sheetOf writes the plan of 2027 as a workbook.
func sheetOf(t *testing.T, o *planningtest.Office) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := reports.New(o.Office.Service, nil, o.Service, nil, "").PlanSheet(o.By("nigar"), &out, reports.XLSX, "az", "2027"); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// office converts a file with LibreOffice, as somebody does who opens and saves
// it there.
func bureau(t *testing.T, from, ending string) string {
	t.Helper()
	dir := t.TempDir()
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, "soffice", "-env:UserInstallation=file://"+filepath.ToSlash(dir)+"/profile", "--headless", "--norestore", "--convert-to", ending, "--outdir", dir, from)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("LibreOffice: %v\n%s", err, out)
	}
	return filepath.Join(dir, strings.TrimSuffix(filepath.Base(from), filepath.Ext(from))+"."+ending)
}

// edited is the sheet after it was opened in LibreOffice, changed there and
// saved again. Without LibreOffice it is a failure on the build server, and
// otherwise the test ends with a line in its log.
func edited(t *testing.T, raw []byte, change func(text string) string) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "plan.xlsx")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	flat := bureau(t, file, "fods")
	text, err := os.ReadFile(flat)
	if err != nil {
		t.Fatal(err)
	}
	now := change(string(text))
	if now == string(text) {
		t.Fatal("nothing was changed in the sheet")
	}
	if err := os.WriteFile(flat, []byte(now), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := os.ReadFile(bureau(t, flat, "xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func calc(t *testing.T) bool {
	t.Helper()
	if _, err := exec.LookPath("soffice"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("LibreOffice is not there")
		}
		t.Log("LibreOffice is not there: the sheet is not edited")
		return false
	}
	return true
}

// texts are the items of the plan as its sheet shows them.
func texts(o *planningtest.Office) (out []string) {
	for _, it := range o.Page(2027).Items {
		row := planning.SheetRow(it)
		out = append(out, strings.Join(row[:11], "|"))
	}
	return out
}

func TestAPlanEditedInLibreOfficeComesBackAsItWasEdited(t *testing.T) {
	if !calc(t) {
		return
	}
	db := storetest.Open(t)
	o := planningtest.New(t, db)
	o.Draft(2027)
	before := texts(o)
	raw := edited(t, sheetOf(t, o), func(s string) string {
		s = strings.ReplaceAll(s, "Şablon reyestrini aparmaq", "Şablon reyestrini ə, ı, İ ilə aparmaq")
		return strings.ReplaceAll(s, "2027-09-30", "2027-10-15")
	})
	res, err := o.ImportSheet(o.By("nigar"), "2027", planning.Sheet{Reader: bytes.NewReader(raw)})
	if err != nil || res != (planning.SheetResult{Changed: 2}) {
		t.Fatalf("%+v %v", res, err)
	}
	for i := range before {
		before[i] = strings.ReplaceAll(strings.ReplaceAll(before[i], "Şablon reyestrini aparmaq", "Şablon reyestrini ə, ı, İ ilə aparmaq"), "2027-09-30", "2027-10-15")
	}
	if now := texts(o); strings.Join(now, "\n") != strings.Join(before, "\n") {
		t.Errorf("have\n%s\nwant\n%s", strings.Join(now, "\n"), strings.Join(before, "\n"))
	}
	// The same sheet again is of items that have been changed since.
	_, err = o.ImportSheet(o.By("nigar"), "2027", planning.Sheet{Reader: bytes.NewReader(raw)})
	if !apperr.Is(err, apperr.Invalid) || len(apperr.As(err).Fields) != 2 || apperr.As(err).Fields[0].Name != "version" {
		t.Errorf("a stale sheet: %v", err)
	}
	// What was damaged there is named by cell, and nothing of it is taken over.
	damaged := edited(t, sheetOf(t, o), func(s string) string {
		return strings.ReplaceAll(strings.ReplaceAll(s, "2027-10-15", "2027-13-45"), ">KİEMŞ<", ">XXŞ<")
	})
	_, err = o.ImportSheet(o.By("nigar"), "2027", planning.Sheet{Reader: bytes.NewReader(damaged)})
	got := map[string]int{}
	for _, f := range apperr.As(err).Fields {
		got[f.Name] = f.Row
	}
	if !apperr.Is(err, apperr.Invalid) || len(got) != 2 || got["due"] == 0 || got["responsible"] == 0 {
		t.Errorf("a damaged sheet: %v", err)
	}
	if now := texts(o); strings.Join(now, "\n") != strings.Join(before, "\n") {
		t.Errorf("a damaged sheet changed the plan: %s", strings.Join(now, "\n"))
	}
}

func TestASheetAddsChangesAndTakesOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		o.Sent(2027)
		rows := [][]string{planning.SheetColumns()}
		for _, it := range o.Page(2027).Items {
			rows = append(rows, planning.SheetRow(it))
		}
		csv := func(rows [][]string) *bytes.Reader {
			var b bytes.Buffer
			for _, r := range rows {
				for i, c := range r {
					if i > 0 {
						b.WriteByte(',')
					}
					b.WriteString(`"` + strings.ReplaceAll(c, `"`, `""`) + `"`)
				}
				b.WriteByte('\n')
			}
			return bytes.NewReader(b.Bytes())
		}
		// A day as a workbook counts it: 30.09.2027.
		fresh := []string{"", "people", "Auditorları hazırlamaq", "Hazır auditorlar", "6 auditor", "KİEMŞ", "SSS, İTŞ", "1", "46660", "other", "şöbənin təklifi", "", ""}
		emptied := make([]string, len(fresh)) // as a spreadsheet leaves a row whose cells were cleared
		in := csv([][]string{rows[0], rows[2], fresh, emptied})
		_, err := o.ImportSheet(o.By("nigar"), "2027", planning.Sheet{Reader: in})
		if !apperr.Is(err, apperr.Invalid) || apperr.As(err).Fields[0].Name != "reason" {
			t.Fatalf("taken out without a reason: %v", err)
		}
		in.Seek(0, 0)
		dry, err := o.ImportSheet(o.By("nigar"), "2027", planning.Sheet{Reader: in, Reason: "Birləşdirilib", DryRun: true})
		if err != nil || dry != (planning.SheetResult{Added: 1, Removed: 1, Same: 1}) || len(o.Page(2027).Items) != 2 || o.Page(2027).Revision != 1 {
			t.Fatalf("only looked at: %+v %v", dry, err)
		}
		in.Seek(0, 0)
		res, err := o.ImportSheet(o.By("nigar"), "2027", planning.Sheet{Reader: in, Reason: "Birləşdirilib"})
		if err != nil || res != dry {
			t.Fatalf("%+v %v", res, err)
		}
		p := o.Page(2027)
		if len(p.Items) != 2 || p.Revision < 2 || p.State != planning.PlanAgreeing {
			t.Fatalf("%+v", p.Plan)
		}
		var added planning.Item
		for _, it := range p.Items {
			if it.Text == fresh[2] {
				added = it
			}
		}
		if added.Due != "2027-09-30" || added.Responsible.Code != "KİEMŞ" || len(added.CoExecutors) != 2 {
			t.Errorf("%+v", added)
		}
		for name, bad := range map[string]struct {
			column int
			value  string
		}{"section": {1, "nowhere"}, "text": {2, ""}, "co_executors": {6, "SSS, ???"}, "start_quarter": {7, "5"}, "due": {8, "2028-01-01"}, "id": {11, store.NewID()}, "version": {12, "x"}} {
			row := planning.SheetRow(added)
			row[bad.column] = bad.value
			other := planning.SheetRow(p.Items[0])
			if other[11] == added.ID {
				other = planning.SheetRow(p.Items[1])
			}
			_, err := o.ImportSheet(o.By("nigar"), "2027", planning.Sheet{Reader: csv([][]string{rows[0], other, row}), Reason: "Birləşdirilib"})
			e := apperr.As(err)
			if !apperr.Is(err, apperr.Invalid) || e.Fields[0].Name != name || e.Fields[0].Row != 3 {
				t.Errorf("%s: %v", name, err)
			}
		}
		for who, in := range map[string]string{"elchin": "", "rafael": ""} {
			if _, err := o.ImportSheet(o.By(who), "2027", planning.Sheet{Reader: strings.NewReader(in)}); !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("%s: %v", who, err)
			}
		}
		o.AgreeAll(2027)
		o.Must(o.ApprovePlan(o.By("rafael"), "2027", planning.Approval{Revision: o.Page(2027).Revision, Confirmed: true}))
		in.Seek(0, 0)
		if _, err := o.ImportSheet(o.By("nigar"), "2027", planning.Sheet{Reader: in, Reason: "Birləşdirilib"}); !apperr.Is(err, apperr.Conflict) && !apperr.Is(err, apperr.Invalid) {
			t.Errorf("an approved plan: %v", err)
		}
	})
}

// A plan of another kind goes out and comes back in the same way, and neither
// plan of the year takes the sheet of the other.
func TestASheetOfAnotherKindOfPlan(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		o.Draft(2027)
		p, err := o.OpenPlan(o.By("nigar"), planning.NewPlan{Year: 2027, Kind: "corruption", ApproveDue: "2026-12-25"})
		o.Must(err)
		f := o.Fields(2027)
		f.Text = "Maraqlar toqquşmasının bəyan edilməsi qaydasını tətbiq etmək"
		_, err = o.AddItem(o.By("nigar"), p.Key, planning.NewItem{ItemFields: f, Basis: planning.FromOther, BasisLabel: "risklərin təhlili"})
		o.Must(err)
		var out bytes.Buffer
		o.Must(reports.New(o.Office.Service, nil, o.Service, nil, "").PlanSheet(o.By("nigar"), &out, reports.CSV, "az", p.Key))
		in := strings.ReplaceAll(out.String(), "tətbiq etmək", "tətbiq etmək və yoxlamaq")
		if _, err := o.ImportSheet(o.By("nigar"), "2027", planning.Sheet{Reader: strings.NewReader(in), Reason: "Birləşdirilib"}); !apperr.Is(err, apperr.Invalid) || apperr.As(err).Fields[0].Name != "id" {
			t.Errorf("the other plan of the year took it: %v", err)
		}
		res, err := o.ImportSheet(o.By("nigar"), p.Key, planning.Sheet{Reader: strings.NewReader(in)})
		if err != nil || res != (planning.SheetResult{Changed: 1}) {
			t.Fatalf("%+v %v", res, err)
		}
		page, err := o.Plan(o.By("nigar"), p.Key)
		o.Must(err)
		if len(page.Items) != 1 || page.Items[0].Text != f.Text+" və yoxlamaq" || len(o.Page(2027).Items) != 2 {
			t.Errorf("%+v; %d items of the main plan", page.Items, len(o.Page(2027).Items))
		}
	})
}

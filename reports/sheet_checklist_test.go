package reports

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/audit/checklist"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// templateFile is the sheet of the newest version of a template.
func templateFile(t *testing.T, lib *checklist.Service, ctx context.Context, code string) (checklist.Sheet, []byte) {
	t.Helper()
	shelves, _, err := lib.Library(ctx, checklist.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range shelves {
		if s.Code != code {
			continue
		}
		sheet, err := lib.Show(ctx, s.Newest().ID)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := (&Service{}).ChecklistTemplate(&b, sheet); err != nil {
			t.Fatal(err)
		}
		return sheet, b.Bytes()
	}
	t.Fatalf("no template %s", code)
	return checklist.Sheet{}, nil
}

// TestATemplateGoesOutAndComesBackWithoutLoss: every template of the library,
// as a new one and into a draft.
func TestATemplateGoesOutAndComesBackWithoutLoss(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		lib, nigar := checklist.New(o.Audit), o.Be("nigar")
		for _, code := range []string{"GSBPM", "ISO9001", "CONF"} {
			sheet, raw := templateFile(t, lib, nigar, code)
			draft, err := lib.NewVersion(nigar, sheet.ID)
			if err != nil {
				t.Fatal(err)
			}
			in, _, err := lib.Import(nigar, checklist.ImportRequest{File: bytes.NewReader(raw), ID: draft.ID, Revision: draft.Revision})
			if err != nil || len(in.Diffs) != 0 || in.Same != len(sheet.Questions) {
				t.Errorf("%s into its own draft: %d differences, %v", code, len(in.Diffs), err)
			}
			if in.Head.TitleAZ != sheet.TitleAZ || in.Head.NoteEN != sheet.NoteEN || in.Head.Standard != sheet.Standard {
				t.Errorf("%s: the head came back as %+v", code, in.Head)
			}
			// The same file as a new template.
			renamed := edit(t, raw, func(f *excelize.File) { set(t, f, checklist.HeadSheet, "B2", code+"-X") })
			_, copied, err := lib.Import(nigar, checklist.ImportRequest{File: bytes.NewReader(renamed)})
			if err != nil {
				t.Fatalf("%s as a new template: %v", code, err)
			}
			diff, err := lib.Compare(nigar, sheet.ID, copied.ID)
			if err != nil || len(diff.Diffs) != 0 || diff.Same != len(sheet.Questions) {
				t.Errorf("%s copied by a file: %+v %v", code, diff.Diffs, err)
			}
		}
	})
}

// edit changes a workbook.
func edit(t *testing.T, raw []byte, change func(f *excelize.File)) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	change(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func set(t *testing.T, f *excelize.File, sheet, cell, value string) {
	t.Helper()
	if err := f.SetCellStr(sheet, cell, value); err != nil {
		t.Fatal(err)
	}
}

// TestASheetWithAFaultIsRefusedByRowAndColumn: nothing of it is taken.
func TestASheetWithAFaultIsRefusedByRowAndColumn(t *testing.T) {
	db := storetest.Open(t)
	o := audittest.New(t, db)
	lib, nigar := checklist.New(o.Audit), o.Be("nigar")
	sheet, raw := templateFile(t, lib, nigar, "CONF")
	draft, err := lib.NewVersion(nigar, sheet.ID)
	if err != nil {
		t.Fatal(err)
	}
	const first = "questions"
	many := func(f *excelize.File) {
		for i := range 1100 {
			for col, text := range map[string]string{"A": fmt.Sprintf("Z-%d", i), "C": "8.6", "D": "Sual?"} {
				set(t, f, first, fmt.Sprintf("%s%d", col, i+2), text)
			}
		}
	}
	for name, c := range map[string]struct {
		change func(f *excelize.File)
		row    int
		column string
		key    string
	}{
		"unknown clause":   {func(f *excelize.File) { set(t, f, first, "C3", "8.99") }, 3, "clause", "audit.error.clause"},
		"unknown code":     {func(f *excelize.File) { set(t, f, first, "B4", "6.9") }, 4, "gsbpm", "audit.error.code"},
		"repeated number":  {func(f *excelize.File) { set(t, f, first, "A6", "MX-01") }, 6, "no", "audit.template.error.no_twice"},
		"no question":      {func(f *excelize.File) { set(t, f, first, "D2", "") }, 2, "question_az", "error.field.required"},
		"formula":          {func(f *excelize.File) { must(t, f.SetCellFormula(first, "D5", "=1+1")) }, 5, "question_az", "table.formula"},
		"missing column":   {func(f *excelize.File) { must(t, f.RemoveCol(first, "G")) }, 1, "guidance_en", "table.column_missing"},
		"unknown column":   {func(f *excelize.File) { set(t, f, first, "H1", "colour") }, 1, "colour", "table.column_unknown"},
		"columns in order": {func(f *excelize.File) { set(t, f, first, "A1", "gsbpm"); set(t, f, first, "B1", "no") }, 1, "", "table.column_order"},
		"too many rows":    {many, 1002, "", "table.too_many_rows"},
	} {
		_, _, err := lib.Import(nigar, checklist.ImportRequest{File: bytes.NewReader(edit(t, raw, c.change)), ID: draft.ID, Revision: draft.Revision})
		var e *apperr.Error
		if !errors.As(err, &e) || e.Kind != apperr.Invalid || len(e.Fields) == 0 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if f := e.Fields[0]; f.Row != c.row || c.column != "" && f.Name != c.column || f.Key != c.key {
			t.Errorf("%s: row %d, column %q, %s", name, f.Row, f.Name, f.Key)
		}
	}
	for name, file := range map[string][]byte{"no workbook": []byte("salam"), "macros": withPart(t, raw, "xl/vbaProject.bin", "macro"), "bomb": withPart(t, raw, "xl/worksheets/sheet1.xml", strings.Repeat("<row/>", 20<<20)), "empty": {}} {
		if _, _, err := lib.Import(nigar, checklist.ImportRequest{File: bytes.NewReader(file), ID: draft.ID, Revision: draft.Revision}); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if now, err := lib.Show(nigar, draft.ID); err != nil || now.Revision != draft.Revision || len(now.Questions) != len(sheet.Questions) {
		t.Errorf("something of a refused sheet was taken: %v", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// withPart puts a part into a workbook, in place of one of that name.
func withPart(t *testing.T, raw []byte, name, text string) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	must(t, err)
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range r.File {
		if f.Name != name {
			must(t, w.Copy(f))
		}
	}
	p, err := w.Create(name)
	must(t, err)
	_, err = p.Write([]byte(text))
	must(t, err)
	must(t, w.Close())
	return b.Bytes()
}

// TestAnswersGoOutAndComeBack: filled in away from the program; what somebody
// else changed meanwhile, a changed question, a strange row are refused.
func TestAnswersGoOutAndComeBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		lib, samir := checklist.New(o.Audit), o.Be("samir")
		a := o.Started()
		file := func() []byte {
			lines, err := lib.AnswerLines(samir, a.ID)
			must(t, err)
			var b bytes.Buffer
			must(t, (&Service{}).ChecklistAnswers(&b, a.Number, lines))
			return b.Bytes()
		}
		take := func(raw []byte, dry bool) (checklist.Answered, error) {
			return lib.ImportAnswers(samir, a.ID, bytes.NewReader(raw), dry)
		}
		raw := file()
		if got, err := take(raw, false); err != nil || len(got.Changed) != 0 || got.Rows == 0 {
			t.Fatalf("as it went out: %+v %v", got, err)
		}
		filled := edit(t, raw, func(f *excelize.File) {
			set(t, f, "checklist", "J2", "conforms")
			set(t, f, "checklist", "K2", "Siyahıya baxıldı\nimza var")
			must(t, f.SetCellInt("checklist", "L2", 1200))
			must(t, f.SetCellInt("checklist", "M2", 20))
			set(t, f, "checklist", "N2", "təsadüfi")
		})
		if got, err := take(filled, true); err != nil || len(got.Changed) != 1 || len(got.Changed[0].Fields) != 5 {
			t.Fatalf("preview: %+v %v", got, err)
		}
		no := func() audit.Row { rows, _, _ := o.Audit.ChecklistRows(samir, a.ID); return rows[0] }
		if no().Answer != audit.Open {
			t.Error("a preview wrote something")
		}
		if _, err := take(filled, false); err != nil || no().Note != "Siyahıya baxıldı\nimza var" || *no().Population != 1200 || no().SampleMethod != "təsadüfi" {
			t.Fatalf("taken: %+v %v", no(), err)
		}
		if got, err := take(file(), false); err != nil || len(got.Changed) != 0 {
			t.Errorf("out and in again: %+v %v", got, err)
		}
		// Günel writes a note; the older sheet says something else there.
		stale := edit(t, file(), func(f *excelize.File) {
			set(t, f, "checklist", "K3", "mənim qeydim")
			set(t, f, "checklist", "J4", "conforms")
		})
		rows, _, _ := o.Audit.ChecklistRows(samir, a.ID)
		_, _, err := o.Audit.SaveRow(o.Be("gunel"), audit.RowPatch{RowID: rows[1].ID, Version: rows[1].Version, Fields: map[audit.RowField]string{audit.FieldNote: "Günelin qeydi"}})
		must(t, err)
		refused := func(name string, raw []byte, row int, column, key string) {
			t.Helper()
			_, err := take(raw, false)
			var e *apperr.Error
			if !errors.As(err, &e) || len(e.Fields) == 0 || e.Fields[0].Row != row || e.Fields[0].Name != column || e.Fields[0].Key != key {
				t.Errorf("%s: %v", name, err)
			}
		}
		refused("changed meanwhile", stale, 3, "note", "audit.sheet.error.changed")
		if rows, _, _ = o.Audit.ChecklistRows(samir, a.ID); rows[2].Answer != audit.Open {
			t.Error("half of a sheet was taken")
		}
		now := file()
		refused("question", edit(t, now, func(f *excelize.File) { set(t, f, "checklist", "E2", "Başqa sual?") }), 2, "question_az", "audit.sheet.error.fixed")
		refused("strange row", edit(t, now, func(f *excelize.File) { set(t, f, "checklist", "A3", store.NewID()) }), 3, "id", "audit.sheet.error.row")
		refused("twice", edit(t, now, func(f *excelize.File) { set(t, f, "checklist", "A3", rows[0].ID) }), 3, "id", "audit.sheet.error.twice")
		refused("answer", edit(t, now, func(f *excelize.File) { set(t, f, "checklist", "J5", "bəlkə") }), 5, "answer", "error.field.choice")
		refused("version", edit(t, now, func(f *excelize.File) { must(t, f.SetCellInt("checklist", "Q2", 99)) }), 2, "version", "audit.sheet.error.version")
		if _, err := lib.AnswerLines(o.Be("elchin"), a.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("the department takes the checklist away: %v", err)
		}
	})
}

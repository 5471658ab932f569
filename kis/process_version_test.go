package kis_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/process"
)

func TestVersionsAreComparedAndCyclesStayOnTheirs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		cycle := o.Running("2026")
		nigar := o.As(t.Context(), "nigar")
		text := string(kistestCSV(t))
		lines := strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n")
		at := func(code string) int {
			return slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, code+",") })
		}
		lines[at("1.2.2")] = strings.Replace(lines[at("1.2.2")], "Tələbatların dəqiqləşdirilməsi", "Tələbatların təsdiqi", 1)
		lines[at("1.2.3")] = strings.Replace(lines[at("1.2.3")], "DSK | SSS", "SSS | DSK", 1)
		lines[at("1.1.2")] = "1.1.2,task,1.1,\"Beynəlxalq metodologiya, standart və təcrübələrin öyrənilməsi və tələbatların müəyyənləşdirilməsi\",İş,Giriş,DSK,Hesabat,true,Study"
		moved := strings.Replace(lines[at("1.6.4")], "1.6.4,task,1.6", "1.5.5,task,1.5", 1) // another code, the same name
		lines = slices.Delete(lines, at("1.6.4"), at("1.6.4")+1)
		lines = append(lines, moved, "1,gate,1,1-ci mərhələnin yekunu. Yeni cümlə,,,,,true,New")
		res, err := o.ImportProcess(nigar, process.ImportRequest{Reader: strings.NewReader(strings.Join(lines, "\r\n")), Name: "b.csv", Code: kistest.ProcessCode})
		if err != nil || res.Version != 2 {
			t.Fatal(err)
		}
		d, err := o.CompareVersions(o.As(t.Context(), "aytan"), kistest.ProcessCode, 1, 2)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range d.Activities {
			for _, k := range a.Kinds {
				got = append(got, a.Code+" "+string(k))
			}
		}
		want := []string{"1.1.2 renamed", "1.1.2 applicable", "1.1.2 other", "1.1.2 outputs", "1.2.2 renamed", "1.2.3 other", "1.5.5 moved"}
		if !slices.Equal(got, want) || d.Same != 160-4 || len(d.Gates) != 1 || d.Gates[0].After != "1-ci mərhələnin yekunu. Yeni cümlə" {
			t.Errorf("differs %v, same %d, gates %v", got, d.Same, d.Gates)
		}
		back, err := o.CompareVersions(nigar, kistest.ProcessCode, 2, 1)
		if err != nil || back.Count(process.ChangeMoved) != 1 || back.Count(process.ChangeRenamed) != 2 {
			t.Errorf("the other way: %+v, %v", back.Activities, err)
		}
		for _, n := range [][2]int{{0, 1}, {1, 3}, {-1, 2}} {
			if _, err := o.CompareVersions(nigar, kistest.ProcessCode, n[0], n[1]); !apperr.Is(err, apperr.NotFound) {
				t.Errorf("%v: %v", n, err)
			}
		}
		v, err := o.ProcessVersion(nigar, kistest.ProcessCode, 1)
		if err != nil {
			t.Fatal(err)
		}
		if stand, err := o.CyclesOfVersion(nigar, v.Version.ID); err != nil || len(stand) != 1 || stand[0].ID != cycle.ID || stand[0].Period != "2026" {
			t.Errorf("cycles of version 1: %+v, %v", stand, err)
		}
		if v, err = o.ProcessVersion(nigar, kistest.ProcessCode, 2); err != nil {
			t.Fatal(err)
		}
		if stand, err := o.CyclesOfVersion(nigar, v.Version.ID); err != nil || len(stand) != 0 {
			t.Errorf("cycles of version 2: %+v, %v", stand, err)
		}
	})
}

func TestAProcessIsCopiedAsTheStartOfAnother(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		o.Import()
		nigar := o.As(t.Context(), "nigar")
		req := process.CopyRequest{From: kistest.ProcessCode, Code: "ikinci", TitleAZ: "İkinci proses", OwnerCode: "İTŞ"}
		trail := rowsIn(t, db, "trail")
		ref, err := o.CopyProcess(nigar, req)
		if err != nil {
			t.Fatal(err)
		}
		a, err := o.ProcessVersion(nigar, ref.ID, 1)
		if err != nil {
			t.Fatal(err)
		}
		b, err := o.ProcessVersion(nigar, kistest.ProcessCode, 1)
		if err != nil {
			t.Fatal(err)
		}
		if a.Owner.Code != "İTŞ" || a.From == nil || a.From.Code != kistest.ProcessCode || a.Version.Format != process.FormatCopy || len(a.Activities) != 160 || !slices.Equal(a.Gates, b.Gates) {
			t.Errorf("copied as %+v from %+v", a.Version, a.From)
		}
		for i, x := range a.Activities {
			y := b.Activities[i]
			if x.NameAZ != y.NameAZ || !slices.Equal(x.Outputs, y.Outputs) || !slices.Equal(x.SupplierLabels(), y.SupplierLabels()) || x.OwnerStandsInFor != y.OwnerStandsInFor {
				t.Errorf("%s was copied as %+v", y.Code, x)
			}
			if x.OwnerStandsInFor && x.Responsible[0].Code != "İTŞ" {
				t.Errorf("%s: %v answers", x.Code, x.Responsible)
			}
		}
		if n := rowsIn(t, db, "trail"); n != trail+1 {
			t.Errorf("%d entries in the trail", n-trail)
		}
		for field, change := range map[string]func(*process.CopyRequest){
			"code": func(r *process.CopyRequest) {}, "title_az": func(r *process.CopyRequest) { r.Code, r.TitleAZ = "u", " " },
			"owner": func(r *process.CopyRequest) { r.Code, r.OwnerCode = "u", "ƏN" }, "effective_from": func(r *process.CopyRequest) { r.Code, r.EffectiveFrom = "u", "x" },
		} {
			bad := req
			change(&bad)
			_, err := o.CopyProcess(nigar, bad)
			if f := apperr.As(err).Fields; !apperr.Is(err, apperr.Invalid) || len(f) != 1 || f[0].Name != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		if _, err := o.CopyProcess(o.As(t.Context(), "aytan"), req); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("an employee: %v", err)
		}
		req.Code, req.From = "u", "yox"
		if _, err := o.CopyProcess(nigar, req); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("no such process: %v", err)
		}
	})
}

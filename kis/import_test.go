package kis_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/reference"
)

// rowsIn counts the rows of tables.
func rowsIn(t *testing.T, db *store.DB, tables ...string) (n int) {
	t.Helper()
	for _, table := range tables {
		k, err := db.Read().NewSelect().Table(table).Count(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		n += int(k)
	}
	return n
}

var processTables = []string{"processes", "process_versions", "activities", "activity_inputs", "activity_departments", "outputs", "process_gates"}

func TestImportingTheOfficialDescription(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		nigar := o.As(t.Context(), "nigar")
		req := func(dry bool) process.ImportRequest {
			return process.ImportRequest{Reader: kistest.Description(t), Name: reference.Process, TitleAZ: "1-elektron xidmət", DryRun: dry}
		}
		trail := rowsIn(t, db, "trail")
		dry, err := o.ImportProcess(nigar, req(true))
		if err != nil {
			t.Fatal(err)
		}
		if rowsIn(t, db, processTables...) != 0 || rowsIn(t, db, "trail") != trail {
			t.Error("a dry run left something")
		}
		res, err := o.ImportProcess(nigar, req(false))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []process.ImportResult{dry, res} {
			if r.Phases != 8 || r.Subprocesses != 44 || r.Tasks != 108 || r.NotApplicable != 19 || r.Gates != 7 || r.Outputs != 210 || r.Inputs != 316 {
				t.Errorf("counts: %d phases, %d sub-processes, %d tasks, %d not applicable, %d gates, %d outputs, %d inputs", r.Phases, r.Subprocesses, r.Tasks, r.NotApplicable, r.Gates, r.Outputs, r.Inputs)
			}
			if !r.New || !r.Changed || r.Version != 1 || r.Process.Code != kistest.ProcessCode || r.Owner.Code != "SSS" {
				t.Errorf("new %v, changed %v, version %d, code %s, owner %s", r.New, r.Changed, r.Version, r.Process.Code, r.Owner.Code)
			}
			if len(r.Suppliers) != 10 {
				t.Errorf("%d suppliers: %v", len(r.Suppliers), r.Suppliers)
			}
		}
		if n := rowsIn(t, db, "trail"); n != trail+1 {
			t.Errorf("the import left %d entries in the trail", n-trail)
		}
		page, err := o.Process(o.As(t.Context(), "aytan"), kistest.ProcessCode, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Activities) != 160 || len(page.Gates) != 7 || page.Gates[3].StatementAZ != "4-cü mərhələnin yekunu. Məlumatlar işlənməyə hazırdır" {
			t.Errorf("%d rows, gates %v", len(page.Activities), page.Gates)
		}
		i := slices.IndexFunc(page.Activities, func(a process.Activity) bool { return a.Code == "1.1.1" })
		a := page.Activities[i]
		if len(a.Suppliers) != 1 || a.Suppliers[0].Code != "İNO" || len(a.Responsible) != 1 || a.Responsible[0].Code != "SSS" || !a.OwnerStandsInFor {
			t.Errorf("1.1.1 has no internal supplier, so the owner answers: suppliers %v, responsible %v", a.Suppliers, a.Responsible)
		}
		again, err := o.ImportProcess(nigar, req(false))
		if err != nil || again.Changed || again.Version != 1 || rowsIn(t, db, "process_versions") != 1 {
			t.Errorf("the same file again: changed %v, version %d, %v", again.Changed, again.Version, err)
		}
	})
}

func TestANewVersionTellsWhatDiffers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		o.Import()
		nigar := o.As(t.Context(), "nigar")
		raw, err := reference.FS.ReadFile(reference.Process)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(string(raw), "Tələbatların dəqiqləşdirilməsi", "Tələbatların dəqiqləşdirilməsi və təsdiqi", 1)
		text += "8.3.2,task,8.3,Planın təsdiqi,Planın təsdiqi,Plan,KİEMŞ,Təsdiq edilmiş plan,true,Approve the plan\r\n"
		req := process.ImportRequest{Reader: strings.NewReader(text), Name: "yeni.csv", Code: kistest.ProcessCode, EffectiveFrom: "2026-01-05"}
		res, err := o.ImportProcess(nigar, req)
		if err != nil {
			t.Fatal(err)
		}
		if res.New || res.Version != 2 || !slices.Equal(res.Added, []string{"8.3.2"}) || !slices.Equal(res.Altered, []string{"1.2.2"}) || len(res.Removed) != 0 {
			t.Errorf("version %d, added %v, altered %v, removed %v", res.Version, res.Added, res.Altered, res.Removed)
		}
		if res.Process.TitleAZ != "1-elektron xidmət" || res.Owner.Code != "SSS" {
			t.Errorf("title and owner should stay: %s, %s", res.Process.TitleAZ, res.Owner.Code)
		}
		req.Reader, req.EffectiveFrom = kistest.Description(t), "2023-01-01"
		if _, err := o.ImportProcess(nigar, req); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("a version before the newest: %v", err)
		}
		page, err := o.Process(nigar, kistest.ProcessCode, 1)
		if err != nil || page.Version.Number != 1 || len(page.Activities) != 160 || len(page.Versions) != 2 {
			t.Errorf("the first version: %+v, %v", page.Version, err)
		}
	})
}

func TestARefusedDescriptionLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		nigar := o.As(t.Context(), "nigar")
		raw, err := reference.FS.ReadFile(reference.Process)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(string(raw), "MİHO | DSK | SSS", "MİHO | XYZ | SSS", 1)
		trail := rowsIn(t, db, "trail")
		_, err = o.ImportProcess(nigar, process.ImportRequest{Reader: strings.NewReader(text), Name: "a.csv"})
		if f := apperr.As(err).Fields; len(f) != 1 || f[0].Name != "suppliers" || f[0].Key != "kis.import.supplier" || f[0].Row == 0 {
			t.Errorf("unknown supplier: %v", err)
		}
		for name, req := range map[string]process.ImportRequest{
			"owner":          {Reader: kistest.Description(t), Name: "a.csv", OwnerCode: "YOX"},
			"external owner": {Reader: kistest.Description(t), Name: "a.csv", OwnerCode: "ƏN"},
			"code":           {Reader: kistest.Description(t), Name: "a.csv", Code: "Böyük Kod"},
			"day":            {Reader: kistest.Description(t), Name: "a.csv", EffectiveFrom: "31.02.2026"},
			"title":          {Reader: kistest.Description(t), Name: "a.csv", TitleAZ: strings.Repeat("a", 301)},
			"no file":        {Name: "a.csv"},
		} {
			if _, err := o.ImportProcess(nigar, req); !apperr.Is(err, apperr.Invalid) || len(apperr.As(err).Fields) != 1 {
				t.Errorf("%s: %v", name, err)
			}
		}
		if rowsIn(t, db, processTables...) != 0 || rowsIn(t, db, "trail") != trail {
			t.Error("something was left")
		}
	})
}

func TestOnlyTheQualityManagerImports(t *testing.T) {
	o := kistest.NewOffice(t, storetest.Open(t))
	for _, p := range kistest.People {
		_, err := o.ImportProcess(o.As(t.Context(), p.Key), process.ImportRequest{Reader: kistest.Description(t), Name: "a.csv", DryRun: true})
		if (err == nil) != (p.Role == "quality_manager") {
			t.Errorf("%s: %v", p.Role, err)
		}
		_, err = o.Processes(o.As(t.Context(), p.Key))
		if (err == nil) != (p.Role != "administrator") {
			t.Errorf("%s reads processes: %v", p.Role, err)
		}
	}
	if _, err := o.ImportProcess(t.Context(), process.ImportRequest{Reader: kistest.Description(t), Name: "a.csv"}); !apperr.Is(err, apperr.Unauthenticated) {
		t.Errorf("nobody: %v", err)
	}
}

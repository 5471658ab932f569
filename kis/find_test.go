package kis_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/process"
)

func TestActivitiesAndProcessesAreFoundByWordsAndCodes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		o.Running("2026")
		nigar := o.As(t.Context(), "nigar")
		find := func(query string) string {
			t.Helper()
			list, err := o.FindActivities(nigar, query, "az", 8)
			if err != nil {
				t.Fatal(err)
			}
			var codes []string
			for _, a := range list {
				codes = append(codes, a.Code)
			}
			return strings.Join(codes, " ")
		}
		for query, want := range map[string]string{
			"1.2.2":                           "1.2.2",
			"4.4":                             "4.4 4.4.1 4.4.2",
			"TƏLƏBATLARIN dəqiqləşdirilməsi":  "1.2.2",
			"tələbatların 1.2":                "1.2 1.2.2 1.2.3",
			"deqiqlesdirilmesi zürafə":        "",
			"zürafə":                          "",
			"dəqiqləşdirilmə tələbat 1.2.2 %": "1.2.2",
		} {
			if got := find(query); !strings.HasPrefix(got, want) || (want == "") != (got == "") {
				t.Errorf("%q finds %q", query, got)
			}
		}
		if list, err := o.FindProcesses(nigar, "elektron XİDMƏT", 8); err != nil || len(list) != 1 || list[0].Code != kistest.ProcessCode {
			t.Errorf("processes: %+v, %v", list, err)
		}

		// A new version takes the place of the one before.
		text := strings.Replace(string(kistestCSV(t)), "Tələbatların dəqiqləşdirilməsi", "Zürafələrin sayılması", 1)
		_, err := o.ImportProcess(nigar, process.ImportRequest{Reader: strings.NewReader(text), Name: "b.csv", Code: kistest.ProcessCode, OwnerCode: "SSS", EffectiveFrom: "2026-06-01"})
		if err != nil {
			t.Fatal(err)
		}
		if got := find("zürafə"); got != "1.2.2" {
			t.Errorf("the new name finds %q", got)
		}
		if got := find("tələbatların dəqiqləşdirilməsi 1.2.2"); got != "" {
			t.Errorf("the old name finds %q", got)
		}

		// What an older program wrote is indexed at the start, once.
		err = db.Unrecorded(t.Context(), func(tx *store.Tx) error {
			_, err := tx.NewRaw("DELETE FROM activity_words").Exec(t.Context())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []int{1, 0} {
			if n, err := o.ReindexActivities(actor.With(t.Context(), actor.Program("start"))); n != want || err != nil {
				t.Errorf("%d indexed, %v", n, err)
			}
		}
		if got := find("zürafə"); got != "1.2.2" {
			t.Errorf("after indexing anew: %q", got)
		}
	})
}

func TestFindingTakesAFixedNumberOfQueries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		o.Running("2026")
		nigar, c := o.As(t.Context(), "nigar"), storetest.CountQueries(db)
		measure := func() int {
			c.Reset()
			if list, err := o.FindActivities(nigar, "tələbatların dəqiqləşdirilməsi", "az", 8); err != nil || len(list) == 0 {
				t.Fatal(list, err)
			}
			if list, err := o.FindProcesses(nigar, "xidmət", 8); err != nil || len(list) == 0 {
				t.Fatal(list, err)
			}
			return c.N()
		}
		few := measure()
		for i := range 6 {
			_, err := o.ImportProcess(nigar, process.ImportRequest{Reader: strings.NewReader(string(kistestCSV(t))), Name: "a.csv", Code: fmt.Sprintf("xidmet-%d", i),
				TitleAZ: "Xidmət", OwnerCode: "SSS", EffectiveFrom: "2026-01-01"})
			if err != nil {
				t.Fatal(err)
			}
		}
		if many := measure(); many > few {
			t.Errorf("%d queries, with more processes %d:\n%s", few, many, c)
		}
	})
}

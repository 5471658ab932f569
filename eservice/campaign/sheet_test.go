package campaign

import (
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

func TestAWholeCampaignGoesOutAndComesBackAsASheet(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db, 2, 3)
		c := d.running()
		d.scoreAll(c, 7)
		rows := d.sheet(c)
		if res, err := d.load(c, rows); err != nil || res.Same != 6 || res.Scored != 0 {
			t.Errorf("the same again: %+v %v", res, err)
		}
		column := map[string]int{}
		for i, name := range rows[0] {
			column[name] = i
		}
		first := 0
		for i, r := range rows {
			if i > 0 && r[column["score"]] != "" {
				first = i
				break
			}
		}
		for name, bad := range map[string]struct {
			column, value, key string
		}{
			"above the maximum":   {"security_result", "10.5", "eservice.points.range"},
			"no number":           {"security_result", "on", "eservice.import.score"},
			"a sum that is wrong": {"score", "99.000", "campaign.error.score_sum"},
			"a grade that is not": {"grade", "star1", "campaign.error.grade_sum"},
			"an unknown body":     {"agency", "XX", "campaign.error.agency_unknown"},
			"an unknown service":  {"service_code", "XX", "campaign.error.service_unknown"},
			"a reason left out":   {"security_result.reason", "", "eservice.points.reason"},
			"an unknown level":    {"electronisation_level", "x", "error.field.choice"},
			"no such automation":  {"automation_level", "x", "error.field.choice"},
			"service of another":  {"agency", map[bool]string{true: "B2", false: "B1"}[rows[first][0] == "B1"], "eservice.import.service_of_other"},
		} {
			t.Run(name, func(t *testing.T) {
				changed := make([][]string, len(rows))
				for i := range rows {
					changed[i] = append([]string(nil), rows[i]...)
				}
				changed[first][column[bad.column]] = bad.value
				before := d.one("SELECT CAST(SUM(revision) AS TEXT) FROM assessments")
				_, err := d.load(c, changed)
				d.refused(err, apperr.Invalid, bad.key)
				if e := apperr.As(err); e != nil && len(e.Fields) > 0 && (e.Fields[0].Row != first+1 || e.Fields[0].Name != bad.column) {
					t.Errorf("row %d, column %s", e.Fields[0].Row, e.Fields[0].Name)
				}
				if d.one("SELECT CAST(SUM(revision) AS TEXT) FROM assessments") != before {
					t.Error("something of the file was kept")
				}
			})
		}
		other := append([]string(nil), rows[0]...)
		other[column["security_result"]] = "automation"
		_, err := d.load(c, append([][]string{other}, rows[1:]...))
		d.refused(err, apperr.Invalid, "table.column_unknown")
		for i := range rows[1:] {
			if r := rows[i+1]; r[column["score"]] != "" {
				for name, at := range column {
					if strings.HasPrefix(name, "security_") && !strings.HasSuffix(name, ".reason") {
						r[at] = "10"
					}
				}
				r[column["score"]], r[column["grade"]] = "", ""
			}
		}
		res, err := d.load(c, rows)
		d.ok(err)
		if res.Scored != 5 {
			t.Errorf("%+v", res)
		}
	})
}

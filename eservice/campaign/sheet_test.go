package campaign

import (
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/policies"
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
			"other stars":         {"stars", "5", "campaign.error.grade_sum"},
			"no stars for points": {"stars", "–", "campaign.error.grade_sum"},
			"a dash for a grade":  {"grade", "–", "campaign.error.grade_sum"},
			"a word too short":    {"shortcomings", "x", "error.field.too_short"},
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
		d.marks(c, rows, column)
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
				r[column["score"]], r[column["grade"]], r[column["stars"]] = "", "", ""
			}
		}
		res, err := d.load(c, rows)
		d.ok(err)
		if res.Scored != 5 {
			t.Errorf("%+v", res)
		}
	})
}

// marks tries the marks of a sheet: a service without points has a dash for its
// grade and its stars; stars may be written as stars; shortcomings come and go
// with the cell and stay as they are when it is left alone.
func (d *desk) marks(c Campaign, rows [][]string, column map[string]int) {
	d.t.Helper()
	without, graded := -1, -1
	for i, r := range rows[1:] {
		if r[column["electronisation_level"]] == "none" {
			without = i + 1
		} else {
			graded = i + 1
		}
	}
	if r := rows[without]; r[column["grade"]] != "–" || r[column["stars"]] != "–" || r[column["score"]] != "" {
		d.t.Errorf("a service without points: %q", r)
	}
	r := rows[graded]
	if "star"+r[column["stars"]] != r[column["grade"]] {
		d.t.Errorf("%s has %s stars", r[column["grade"]], r[column["stars"]])
	}
	stars := r[column["stars"]]
	r[column["stars"]] = strings.Repeat("★", len(stars)+int(stars[0]-'0')-1) + "☆"
	if res, err := d.load(c, rows); err != nil || res.Scored != 0 {
		d.t.Errorf("stars as stars: %+v %v", res, err)
	}
	r[column["stars"]] = stars
	id := d.result(c.ID, r[column["service_code"]])
	v, err := d.s.ItemView(d.manager, id)
	d.ok(err)
	in := Score{Level: v.Level, Automation: v.Automation, Points: v.Points, Shortcomings: []Shortcoming{{Parameter: "security_result", Text: "=Şifrələmə\nyoxdur", Proposal: "Qurulsun → yoxlanılsın"}, {Text: "- Yavaşdır"}}}
	_, err = d.s.Score(d.as("a", policies.Assessor), id, in)
	d.ok(err)
	rows2 := d.sheet(c)
	if res, err := d.load(c, rows2); err != nil || res.Scored != 0 || res.Same != len(rows2)-1 {
		d.t.Errorf("with shortcomings, the same again: %+v %v", res, err)
	}
	for i := range rows2 {
		if rows2[i][column["service_code"]] == r[column["service_code"]] {
			rows2[i][column["shortcomings"]] += "\naccess_request: Giriş yoxdur → Açılsın"
		}
	}
	if res, err := d.load(c, rows2); err != nil || res.Scored != 1 {
		d.t.Errorf("one shortcoming more: %+v %v", res, err)
	}
	v, err = d.s.ItemView(d.manager, id)
	d.ok(err)
	if n := len(v.Shortcomings); n != 3 || v.Shortcomings[0].Parameter != "security_result" || v.Shortcomings[0].Text != "=Şifrələmə\nyoxdur" || v.Shortcomings[2].Proposal != "Açılsın" {
		d.t.Errorf("%d shortcomings: %+v", n, v.Shortcomings)
	}
	for i := range rows2[1:] {
		rows2[i+1][column["shortcomings"]] = ""
	}
	if res, err := d.load(c, rows2); err != nil || res.Scored != 1 {
		d.t.Errorf("all shortcomings gone: %+v %v", res, err)
	}
	if v, err = d.s.ItemView(d.manager, id); err != nil || len(v.Shortcomings) != 0 {
		d.t.Errorf("shortcomings that were taken out: %+v %v", v.Shortcomings, err)
	}
}

package main

import (
	"context"
	"strconv"

	"github.com/kis-platform/kis/planning/assessment"
)

// assessment is what the people of the process and its users think of it: a
// survey answered in the summer, and the self-assessment of the cycle.
func (d *demo) assessment() error {
	s := d.app.assessments
	d.at("2026-06-01 10:00")
	v, err := s.OpenSurvey(d.as("nigar"), assessment.NewSurvey{Title: "“1-elektron xidmət” məlumatlarından istifadəçilərin məmnunluğu", ProcessID: d.cycle.Process.ID, Closes: "2026-06-30"})
	if err != nil {
		return err
	}
	_, questions, err := s.PublicSurvey(context.Background(), v.Token)
	if err != nil {
		return err
	}
	said := []string{"Cədvəllər maşınla oxunan formatda da dərc olunsun.", "", "Regionlar üzrə məlumat əlavə edilsin.", "", "", "2024-cü illə müqayisə cədvəli faydalı olardı.", "", ""}
	for i, scores := range []string{"545244", "434253", "555345", "344243", "453234", "445355", "524234", "444344"} {
		d.at("2026-06-" + strconv.Itoa(10+i) + " 11:20")
		in := map[string]string{}
		for n, q := range questions {
			in[q.ID] = said[i]
			if q.Answer == "scale" {
				in[q.ID] = scores[n : n+1]
			}
		}
		if err := s.Respond(context.Background(), v.Token, "192.0.2."+strconv.Itoa(i+1), in); err != nil {
			return err
		}
	}
	d.at("2026-11-13 15:10")
	a, err := s.Begin(d.as("aytan"), d.cycle.ID)
	if err != nil {
		return err
	}
	dossier, err := s.Dossier(d.as("aytan"), a.ID)
	if err != nil {
		return err
	}
	filled := map[string]assessment.Filled{
		"I.1":   {Choice: "4", Comment: "Əsas istifadəçilərlə ildə bir dəfə görüş keçirilir."},
		"II.3":  {Choice: "3", Improvement: "2027-ci ildə formanın sınağı plan üzrə aparılacaq."},
		"III.1": {Choice: "3", Comment: "Qurumların bir hissəsi formanı müddətdən sonra göndərib."},
		"III.2": {Choice: "3", Improvement: "Son tarixdən əvvəl iki xatırlatma göndəriləcək."},
		"III.3": {Choice: assessment.Unknown, Improvement: "Formanın doldurulma müddəti soruşulacaq."},
		"IV.2":  {Choice: assessment.NotApplicable, Comment: "Qiymətlər əvəz edilmir."},
		"VI.1":  {Choice: "5"},
	}
	in := map[string]assessment.Filled{}
	for _, q := range dossier.Questions {
		f, ok := filled[q.Code()]
		if !ok {
			f = assessment.Filled{Choice: "4"}
		}
		in[q.ID] = f
	}
	if err := s.Fill(d.as("aytan"), a.ID, 0, in); err != nil {
		return err
	}
	d.at("2026-11-13 16:00")
	return s.Finish(d.as("elchin"), a.ID)
}

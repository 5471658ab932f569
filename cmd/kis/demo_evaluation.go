package main

import (
	"strings"

	"github.com/kis-platform/kis/planning/evaluation"
)

// evaluation is the evaluation of the running cycle: what is known of the
// phases that are over is judged, phase 6 and later are still open.
func (d *demo) evaluation() error {
	s := d.app.evaluations
	d.at("2026-11-16 11:10")
	nigar := d.as("nigar")
	e, err := s.Begin(nigar, d.cycle.ID)
	if err != nil {
		return err
	}
	dossier, err := s.Dossier(nigar, e.ID)
	if err != nil {
		return err
	}
	said := map[string]evaluation.Judging{
		"2.3": {Grade: evaluation.Watch, Text: "Məlumatların yığılması forması il ərzində iki dəfə dəqiqləşdirilib; dəyişiklik respondentlərə gec çatdırılıb."},
		"4.3": {Grade: evaluation.Improve, Text: "Qurumların bir hissəsi formanı müddətdən sonra göndərib, xatırlatma yalnız son tarixdən sonra edilib."},
		"5.3": {Grade: evaluation.Watch, Text: "Yoxlama qaydalarının təsdiq edilmiş siyahısı vaxtında təqdim olunmayıb."},
	}
	in := map[string]evaluation.Judging{}
	for _, sub := range dossier.Subs {
		if !sub.Applies || sub.Phase > "5" {
			continue
		}
		in[sub.Code] = evaluation.Judging{Grade: evaluation.Works}
		if j, ok := said[sub.Code]; ok {
			in[sub.Code] = j
		}
	}
	if err := s.Judge(nigar, e.ID, 0, in); err != nil {
		return err
	}
	d.at("2026-11-16 12:05")
	for _, r := range []struct{ code, text, department string }{
		{"4.3", "Formanı göndərməyən qurumlara son tarixdən 10 iş günü əvvəl xatırlatma göndərilsin.", "SSS"},
		{"3.1", "Elektron formada məcburi sahələr üzrə yoxlama göndərmədən əvvəl aparılsın.", "İTŞ"},
	} {
		if _, err := s.Recommend(nigar, e.ID, evaluation.NewRecommendation{Code: r.code, Text: strings.TrimSpace(r.text), DepartmentID: d.dep[r.department].ID}); err != nil {
			return err
		}
	}
	return nil
}

package main

import "github.com/kis-platform/kis/planning/quality"

// demoConcept is what the example's report says under a concept.
type demoConcept struct {
	Code, AZ, EN, Value string
	NA                  bool
}

// quality is the quality report of the running cycle: the first version is
// published, a second is being written.
func (d *demo) quality() error {
	var said []demoConcept
	if err := readDemo("quality", &said); err != nil {
		return err
	}
	s := d.app.quality
	d.at("2026-11-16 14:10")
	r, err := s.Begin(d.as("elchin"), quality.NewReport{CycleID: d.cycle.ID})
	if err != nil {
		return err
	}
	writer := d.as("aytan")
	write := func(id string, x demoConcept) error {
		p := quality.Patch{Code: x.Code, Version: 0, NA: &x.NA, TextAZ: &x.AZ, TextEN: &x.EN}
		if x.Value != "" {
			p.Value = &x.Value
		}
		_, _, err := s.Save(writer, id, p)
		return named(x.Code, err)
	}
	for _, x := range said {
		if err := write(r.ID, x); err != nil {
			return err
		}
	}
	// Figures that the cycle does not know yet are explained.
	dossier, err := s.Report(writer, r.ID)
	if err != nil {
		return err
	}
	for _, it := range dossier.Items {
		if it.Kind == quality.Indicator && !it.Done() {
			x := demoConcept{Code: it.Concept.Code, AZ: "Göstərici dövrün sonunda hesablanır, qiymət növbəti versiyada veriləcək.", EN: "Worked out at the end of the cycle; the value follows in the next version."}
			if err := write(r.ID, x); err != nil {
				return err
			}
		}
	}
	if err := s.Submit(d.as("elchin"), r.ID); err != nil {
		return err
	}
	d.at("2026-11-17 10:20")
	if err := s.Approve(d.as("nigar"), r.ID); err != nil {
		return err
	}
	if err := s.Publish(d.as("nigar"), r.ID); err != nil {
		return err
	}
	d.at("2026-11-19 15:30")
	next, err := s.Renew(d.as("elchin"), r.ID)
	if err != nil {
		return err
	}
	text, en := "2026-cı ilin qiymətləndirməsi: məlumatların toplanmasında təkmilləşdirmə tələb olunur. Auditin nəticələri əlavə ediləcək.", "Evaluation of 2026: collection needs improvement. Results of the audit follow."
	_, _, err = s.Save(d.as("aytan"), next.ID, quality.Patch{Code: "S.11.2", Version: 1, TextAZ: &text, TextEN: &en})
	return err
}

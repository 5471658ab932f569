package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/day"
)

// planAudit plans an audit led by the lead auditor, out of the row of the
// programme of 2026 whose code is given, for the month it begins in.
func (d *demo) planAudit(row, title string, from, to day.Day, departments, codes, members []string, templates ...string) (audit.Audit, error) {
	ctx := d.as("gunel")
	all, err := d.app.audit.Templates(ctx)
	if err != nil {
		return audit.Audit{}, err
	}
	n := audit.NewAudit{Kind: audit.Internal, Title: title, Period: "2026", From: from, To: to, Cycles: []string{d.cycle.ID}, Codes: codes, Lead: d.users["gunel"].ID,
		Objectives: "Prosesin öz təsvirinə və ISO 9001:2015 standartının tələblərinə uyğunluğunu, düzəldici tədbirlərin nəticəliliyini yoxlamaq.",
		Criteria:   "AZS ISO 9001:2020; prosesin təsviri və standartı; KİS SP-lər.", Method: "Sənədlərin seçmə yoxlanılması, müsahibə, iş yerində baxış."}
	for _, t := range all {
		for _, code := range templates {
			if t.Code == code {
				n.Templates = append(n.Templates, t.ID)
			}
		}
	}
	for _, c := range departments {
		n.Departments = append(n.Departments, d.dep[c].ID)
	}
	for _, m := range members {
		n.Members = append(n.Members, d.users[m].ID)
	}
	n.ProgrammeRow, n.ProgrammeMonth = d.rows[row], int(from.Time().Month())
	return d.app.audit.PlanAuditWith(ctx, n, nil)
}

// audit1 is the audit of phases 1 to 3, from planning to closing; its acts
// end in every state from withdrawn to closed.
func (d *demo) audit1() (err error) {
	if err := readDemo("acts", &d.acts); err != nil {
		return err
	}
	d.actIDs = make([]string, len(d.acts))
	d.at("2026-04-27 10:00")
	d.first, err = d.planAudit("1-elektron-xidmet", "“1-elektron xidmət” prosesi, 1–3-cü mərhələlər", "2026-05-18", "2026-05-22", []string{"SSS"}, []string{"1", "2", "3"}, []string{"samir"}, "GSBPM")
	if err != nil {
		return err
	}
	id := d.first.ID
	d.at("2026-05-01 11:00")
	gunel := d.as("gunel")
	if err := d.app.audit.Announce(gunel, id, ""); err != nil {
		return err
	}
	d.at("2026-05-18 09:30")
	if err := d.app.audit.Start(gunel, id); err != nil {
		return err
	}
	if err := d.meeting(gunel, id, false, "Auditin planı və meyarları izah olundu, məxfilik qaydaları xatırladıldı.", "gunel", "samir", "elchin", "aytan"); err != nil {
		return err
	}
	if err := d.raise(1, id, "2026-05-19 11:00", d.dep["SSS"].ID); err != nil {
		return err
	}
	if err := d.answerRest(id, "2026-05-20 12:00", true); err != nil {
		return err
	}
	d.at("2026-05-22 15:00")
	if err := d.meeting(gunel, id, true, "Tapıntılar şöbə ilə müzakirə olundu; 1.3-cü altproses üzrə fikir ayrılığı qeyd edildi.", "gunel", "samir", "elchin", "aytan"); err != nil {
		return err
	}
	d.at("2026-05-22 15:30")
	if _, err := d.app.audit.ShareFindings(gunel, id); err != nil {
		return err
	}
	d.at("2026-05-25 10:00")
	for i, a := range d.acts {
		if a.Audit == 1 && a.End != "" {
			if err := d.app.audit.Issue(gunel, d.actIDs[i]); err != nil {
				return fmt.Errorf("act %d: %w", i, err)
			}
		}
	}
	d.at("2026-05-29 12:00")
	if err := d.app.audit.Report(gunel, id, audit.NewReport{Conclusion: "Proses, əsasən, təsvirinin tələblərinə uyğundur. Layihələndirmə və sınaq mərhələlərində sənədlərin idarə olunması təkmilləşdirilməlidir.",
		Strengths: "İstifadəçi tələbatlarının toplanması və qərarların izlənməsi nümunəvidir."}); err != nil {
		return err
	}
	for i, a := range d.acts {
		if a.Audit == 1 && a.End != "" {
			d.spawn(func(d *demo) error {
				if err := d.live(d.actIDs[i], a); err != nil {
					return fmt.Errorf("act on %s: %w", a.GSBPM, err)
				}
				return nil
			})
		}
	}
	d.spawn(func(d *demo) error { return d.evaluateTeam(id) })
	d.at("2026-07-01 10:00")
	return d.app.audit.Close(gunel, id)
}

func (d *demo) meeting(ctx context.Context, id string, closing bool, note string, present ...string) error {
	m := audit.Meeting{Closing: closing, At: d.app.db.Now().Add(-30 * time.Minute), Note: note}
	for _, k := range present {
		m.Present = append(m.Present, d.users[k].ID)
	}
	return d.app.audit.RecordMeeting(ctx, id, m)
}

// raise makes the findings of an audit from its rows.
func (d *demo) raise(number int, id, moment, departmentID string) error {
	d.at(moment)
	list, err := d.app.audit.Checklist(d.as("gunel"), id, audit.RowFilter{Limit: 500})
	if err != nil {
		return err
	}
	used := map[string]bool{}
	for i, a := range d.acts {
		if a.Audit != number {
			continue
		}
		var row *audit.Row
		for j, r := range list.Rows {
			if row == nil && !used[r.ID] && strings.HasPrefix(r.GSBPM+".", a.GSBPM+".") {
				row = &list.Rows[j].Row
			}
		}
		if row == nil {
			return fmt.Errorf("no row for %s", a.GSBPM)
		}
		used[row.ID] = true
		seen, err := d.evidenceOf(d.as("samir"), id, row.ID)
		if err != nil {
			return err
		}
		_, act, err := d.app.audit.RaiseFinding(d.as("samir"), audit.NewFinding{Row: audit.RowAnswer{RowID: row.ID, Version: row.Version, Evidence: seen}, Grade: a.Grade,
			DepartmentID: departmentID, Statement: a.Statement, Criterion: a.Criterion, ObjectiveEvidence: a.Evidence, Recommendation: a.Recommendation})
		if err != nil {
			return fmt.Errorf("finding on %s: %w", a.GSBPM, err)
		}
		d.actIDs[i] = act.ID
	}
	return nil
}

// evidenceOf is what the auditor looks at for a row: up to two pieces of
// evidence under its code that may be opened.
func (d *demo) evidenceOf(ctx context.Context, auditID, rowID string) ([]string, error) {
	panel, err := d.app.audit.Row(ctx, auditID, rowID)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, e := range panel.Offered {
		if !e.Hidden && len(ids) < 2 {
			ids = append(ids, e.ID)
		}
	}
	return ids, nil
}

// answerRest answers rows that are still open: all of them, or two of three.
func (d *demo) answerRest(id, moment string, all bool) error {
	d.at(moment)
	ctx := d.as("samir")
	list, err := d.app.audit.Checklist(ctx, id, audit.RowFilter{Limit: 500})
	if err != nil {
		return err
	}
	for i, r := range list.Rows {
		if r.Answer != audit.Open || (!all && i%3 == 2) {
			continue
		}
		a := audit.RowAnswer{RowID: r.ID, Version: r.Version, Answer: audit.Conforms, Note: "Sənədlər seçmə yoxlanıldı, tələbə uyğundur."}
		population, sample := 6+i%9, 2+i%3
		a.Population, a.Sample, a.SampleResult = &population, &sample, fmt.Sprintf("%d sənəddən %d-i uyğundur", sample, sample)
		if i%14 == 9 {
			a = audit.RowAnswer{RowID: r.ID, Version: r.Version, Answer: audit.NotApplicable, Note: "Prosesin təsvirində bu tapşırıq mövcud deyil."}
		} else if a.Evidence, err = d.evidenceOf(ctx, id, r.ID); err != nil {
			return err
		}
		if _, err := d.app.audit.Answer(ctx, a); err != nil {
			return fmt.Errorf("row %s: %w", r.No, err)
		}
	}
	return nil
}

// audit2 is under way: phases 4 to 7, with one auditor by exception.
func (d *demo) audit2() error {
	d.at("2026-10-19 10:00")
	a, err := d.planAudit("1-elektron-xidmet", "“1-elektron xidmət” prosesi, 4–7-ci mərhələlər", "2026-11-09", "2026-11-27", []string{"SSS", "ÜŞ"}, []string{"4", "5", "6", "7"}, []string{"samir"}, "GSBPM", "ISO9001-9")
	if err != nil {
		return err
	}
	id := a.ID
	d.at("2026-10-23 10:00")
	gunel := d.as("gunel")
	if err := d.app.audit.Announce(gunel, id, ""); err != nil {
		return err
	}
	if err := d.app.audit.GrantException(d.as("nigar"), id, d.users["leyla"].ID, "Yayım mərhələsi üzrə ixtisaslı başqa auditor yoxdur; öz baxdığı sübutların sətirlərinə cavab verməyəcək."); err != nil {
		return err
	}
	if err := d.app.audit.SetTeam(gunel, id, d.users["gunel"].ID, []string{d.users["samir"].ID, d.users["leyla"].ID}); err != nil {
		return err
	}
	if err := d.schedule(id); err != nil {
		return err
	}
	d.at("2026-11-11 09:40")
	if err := d.app.audit.Start(gunel, id); err != nil {
		return err
	}
	if err := d.meeting(gunel, id, false, "Plan və cədvəl razılaşdırıldı, bələdçi təyin edildi.", "gunel", "samir", "leyla", "elchin", "lala"); err != nil {
		return err
	}
	if err := d.raise(2, id, "2026-11-12 11:00", d.dep["SSS"].ID); err != nil {
		return err
	}
	if err := d.answerRest(id, "2026-11-13 12:00", false); err != nil {
		return err
	}
	for i, a := range d.acts {
		if a.Audit != 2 || a.End == string(audit.ActDraft) {
			continue
		}
		d.at("2026-11-17 10:00")
		if err := d.app.audit.Issue(gunel, d.actIDs[i]); err != nil {
			return err
		}
		d.at("2026-11-18 16:00")
		switch a.End {
		case string(audit.ActObjected):
			err = d.app.audit.Object(d.as("elchin"), d.actIDs[i], a.Objection)
		case string(audit.ActAcknowledged):
			err = d.app.audit.Acknowledge(d.as("elchin"), d.actIDs[i])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// otherAudits are one that is announced and one that was cancelled.
func (d *demo) otherAudits() error {
	d.at("2026-11-18 17:00")
	a, err := d.planAudit("İTŞ", "İTŞ: istehsal sistemlərinin idarə olunması", "2026-12-07", "2026-12-11", []string{"İTŞ"}, []string{"3"}, []string{"farida"}, "GSBPM", "ISO9001-9")
	if err != nil {
		return err
	}
	if err := d.app.audit.Announce(d.as("gunel"), a.ID, ""); err != nil {
		return err
	}
	d.ahead = a
	if _, err = d.planAudit("ÜŞ", "ÜŞ: arxiv işi", "2026-12-14", "2026-12-15", []string{"ÜŞ"}, []string{"4"}, nil, "GSBPM"); err != nil {
		return err
	}
	if a, err = d.planAudit("BƏŞ", "BƏŞ: beynəlxalq sorğular", "2026-11-23", "2026-11-24", []string{"BƏŞ"}, []string{"7"}, nil, "GSBPM"); err != nil {
		return err
	}
	return d.app.audit.Cancel(d.as("gunel"), a.ID, "Şöbənin işi dekabrda kənar auditlə yoxlanılacaq.")
}

package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/kis/office"
)

// demoWanting are what assessors find wanting, with what they propose.
var demoWanting = [][2]string{
	{"Müraciətin vəziyyəti barədə istifadəçiyə bildiriş göndərilmir.", "Hər mərhələ üzrə bildirişin göndərilməsi təmin edilsin."},
	{"Kağız daşıyıcıda əlavə sənəd tələb olunur.", "Sənəd müvafiq informasiya sistemindən alınsın."},
	{"Xidmətin müddəti və rüsumu barədə məlumat natamamdır.", "Xidmətin səhifəsində müddət və rüsum tam göstərilsin."},
	{"Nəticə elektron imza ilə təsdiqlənmir.", "Nəticənin elektron imza ilə təqdim edilməsi təmin edilsin."},
}

// campaign2026 is the story of the assessment of 2026: a few bodies, by the
// rules of 2025, from the plan to the publication. The office itself is
// assessed by somebody from outside.
func (d *demo) campaign2026(password string) error {
	d.at("2026-08-31 10:00") // after the register was taken over
	hash, err := office.HashPassword(d.ctx, password)
	if err != nil {
		return err
	}
	if err := d.hire(extraAccounts[3], hash, office.NewGrant{}); err != nil {
		return err
	}
	k, nigar := d.app.campaign, d.as("nigar")
	c, err := k.Create(nigar, campaign.Plan{Year: 2026, Title: "Elektron xidmətlərin qiymətləndirilməsi, 2026", Basis: "Nazirlər Kabinetinin 09.12.2025-ci il tarixli qərarı", Scheme: scaleStars,
		From: "2026-09-01", To: "2026-11-10", ReplyDays: 10, SamplePercent: 15, Agencies: []string{"DSK", "Q01", "Q02", "Q03"}})
	if err != nil {
		return err
	}
	v, err := k.View(nigar, c.ID, nil)
	if err != nil {
		return err
	}
	assessor := map[string]string{}
	for _, b := range v.List {
		assessor[b.AgencyID] = "orxan"
		if b.Code == "DSK" {
			assessor[b.AgencyID] = "qiymet"
		}
		if _, err := k.Assign(nigar, c.ID, b.AgencyID, d.users[assessor[b.AgencyID]].ID); err != nil {
			return err
		}
	}
	d.at("2026-09-01 10:00")
	if err := k.Start(nigar, c.ID); err != nil {
		return err
	}
	for i, b := range v.List {
		d.at(fmt.Sprintf("2026-09-%02d 11:00", 8+5*i))
		if err := d.assessBody(d.as(assessor[b.AgencyID]), c, b, i); err != nil {
			return err
		}
	}
	d.at("2026-10-02 10:00")
	if err := d.readAgain(c, v.List, assessor); err != nil {
		return err
	}
	return d.opinions2026(c, v.List, assessor)
}

// assessBody visits a body and gives its services their points.
func (d *demo) assessBody(who context.Context, c campaign.Campaign, b campaign.BodyRow, seed int) error {
	k := d.app.campaign
	scheme, err := d.app.eservice.SchemeByCode(who, c.Scheme)
	if err != nil {
		return err
	}
	web := campaign.Visit{CampaignID: c.ID, AgencyID: b.AgencyID, Kind: "web", Day: d.app.kis.Today(), Place: "https://portal.gov.example/" + b.Code, Note: "Elektron xidmətlər bölməsi və xidmət səhifələri yoxlanıldı."}
	site := web
	site.Kind, site.Place, site.Participants, site.Note = "site", "Xidmət mərkəzi", "Qurumun məsul şəxsi", "Müraciətin qəbulu və emalı sistemdə nümayiş etdirildi."
	if _, err := k.RecordVisit(who, web, nil); err != nil {
		return err
	}
	minutes, err := d.upload(who, "yerinde-baxis-protokolu-"+b.Code+".txt", "Yerində baxışın protokolu\n\nQurum: "+b.NameAZ+"\nTarix: "+d.app.kis.Today().Format()+"\nMüəyyən edilib: "+site.Note+"\n")
	if err != nil {
		return err
	}
	if _, err := k.RecordVisit(who, site, []string{minutes}); err != nil {
		return err
	}
	body, err := k.BodyView(who, c.ID, b.AgencyID)
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(2026, uint64(seed)))
	for i, x := range body.Items {
		in := campaign.Score{Level: x.Level, Automation: []string{"partial", "full"}[r.IntN(2)]}
		if x.Level == eservice.NoLevel {
			in.Automation = ""
		} else {
			for _, m := range scheme.Parameters {
				p := eservice.Point{Parameter: m.Code, Milli: 1000 * int64(min(10, 4+seed+r.IntN(6)))}
				if p.Milli < m.MaxMilli {
					p.Reason = "Yoxlama vərəqinin müvafiq bəndi tam ödənilmir."
				}
				in.Points = append(in.Points, p)
			}
			if i%2 == 0 {
				w := demoWanting[(i/2+seed)%len(demoWanting)]
				in.Shortcomings = []campaign.Shortcoming{{Parameter: scheme.Parameters[i%len(scheme.Parameters)].Code, Text: w[0], Proposal: w[1]}}
			}
		}
		if _, err := k.Score(who, x.ID, in); err != nil {
			return err
		}
	}
	return nil
}

// readAgain draws the sample and has the other assessor read it.
func (d *demo) readAgain(c campaign.Campaign, bodies []campaign.BodyRow, assessor map[string]string) error {
	k, nigar := d.app.campaign, d.as("nigar")
	if _, err := k.DrawSample(nigar, c.ID); err != nil {
		return err
	}
	d.at("2026-10-05 15:00")
	other := map[string]string{"orxan": "qiymet", "qiymet": "orxan"}
	r := rand.New(rand.NewPCG(2026, 99))
	for _, b := range bodies {
		first := assessor[b.AgencyID]
		body, err := k.BodyView(nigar, c.ID, b.AgencyID)
		if err != nil {
			return err
		}
		for _, x := range body.Items {
			if !x.Sampled {
				continue
			}
			points := eservice.ReadPoints(x.Points)
			if i := r.IntN(len(points)); points[i].Milli > 1000 {
				points[i].Milli -= 1000
				points[i].Reason = "İkinci oxunuşda bu bənd daha aşağı qiymətləndirildi."
			}
			if err := k.ReadAgain(d.as(other[first]), x.ID, points); err != nil {
				return err
			}
		}
	}
	return k.Conclude(nigar, c.ID)
}

// opinions2026 sends the opinions, has bodies reply, and finalises and
// publishes the results; one shortcoming becomes a recommendation.
func (d *demo) opinions2026(c campaign.Campaign, bodies []campaign.BodyRow, assessor map[string]string) error {
	k := d.app.campaign
	d.at("2026-10-07 14:00")
	id := map[string]string{}
	for _, b := range bodies {
		id[b.Code] = b.AgencyID
		if err := k.WriteOpinion(d.as(assessor[b.AgencyID]), c.ID, b.AgencyID,
			"Orqanın xidmətləri əsasən elektron formada göstərilir. Müraciət mərhələsi rahatdır, emal və nəticənin təqdim edilməsi mərhələlərində çatışmazlıqlar var.",
			"Qeyd edilmiş çatışmazlıqlar növbəti qiymətləndirməyə qədər aradan qaldırılsın; xidmət səhifələrindəki məlumat yenilənsin."); err != nil {
			return err
		}
	}
	nigar := d.as("nigar")
	if _, err := k.SendOpinions(nigar, c.ID); err != nil {
		return err
	}
	d.at("2026-10-14 12:00")
	if err := k.Reply(d.as("qurum2"), c.ID, id["Q02"], false, "Bildirişlərin göndərilməsi 1 oktyabrdan işə salınıb; xahiş edirik, nəzərə alınsın."); err != nil {
		return err
	}
	d.at("2026-10-19 10:00")
	if err := k.Answer(nigar, c.ID, id["Q02"], "Qiymətləndirmə dövründə funksiya işləmirdi; bal dəyişmir, növbəti qiymətləndirmədə nəzərə alınacaq."); err != nil {
		return err
	}
	d.at("2026-10-30 11:00")
	if err := k.Finalise(nigar, c.ID); err != nil {
		return err
	}
	v, err := k.BodyView(nigar, c.ID, id["DSK"])
	if err != nil {
		return err
	}
	if len(v.Shortcomings) > 0 {
		if _, err := k.Promote(nigar, v.Shortcomings[0].ID, campaign.Promotion{As: campaign.BecameRecommendation, DepartmentID: d.dep["İTŞ"].ID}); err != nil {
			return err
		}
	}
	d.at("2026-11-03 10:00")
	return k.Publish(d.as("rafael"), c.ID)
}

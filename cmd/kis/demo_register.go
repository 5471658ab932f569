package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/eservice/register/request"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/reference"
)

// demoRegister is what the example's Electronic Register is made of.
type demoRegister struct {
	Bodies   []struct{ Code, AZ, EN, Section string }
	Profiles []demoProfile
	Extra    [][3]string // body, name, level
}

// demoProfile is what the services of a body have in common.
type demoProfile struct {
	Code, System, Act string
	Docs, Users       []string
	Result, Term, Fee string
	Unit              string
}

// profile is that of a body; one without its own is like the others.
func (r demoRegister) profile(code string) demoProfile {
	for _, p := range r.Profiles {
		if p.Code == code {
			return p
		}
	}
	return demoProfile{Code: code, System: "Elektron hökumət portalı", Act: "“Xidmətlərin göstərilməsi haqqında” Qaydalar, 15.06.2012, № 112", Docs: []string{"Ərizə", "Şəxsiyyəti təsdiq edən sənəd"},
		Users: []string{"natural_person", "legal_person"}, Result: "Müraciət üzrə qərar", Term: "15 working_day", Unit: "Xidmət şöbəsi"}
}

// items fills the questionnaire of a service, by clause as a sheet has it.
func (p demoProfile) items(name, level string) map[string]string {
	it := map[string]string{
		"2.3.1": name, "2.3.2": name + ": müraciətin qəbulu, yoxlanılması və nəticənin müraciət edənə təqdim edilməsi.", "2.3.6": p.Act,
		"2.3.7": "electronic\nservice_centre", "2.3.8": "portal\nsms", "2.3.9": p.Result, "2.3.10": strings.Join(p.Users, "\n"), "2.3.11": p.Term,
		"2.3.12a": "İş günləri 09:00–18:00, portalda fasiləsiz", "2.3.13": "Xidmət mərkəzi və elektron portal",
		"2.3.14":  "Sənədlər tam təqdim edilmədikdə və ya məlumatlar doğru olmadıqda icraat dayandırılır, 10 iş günü ərzində aradan qaldırılmadıqda imtina edilir.",
		"2.3.15a": strings.Join(p.Docs, "\n"), "2.3.15b": strings.TrimSuffix(strings.Repeat("scan\n", len(p.Docs)), "\n"), "2.3.17a": "free",
		"2.3.18": "Müraciət 1 iş günü ərzində qeydiyyata alınır, sənədlər yoxlanılır, qərar qəbul edilir və nəticə şəxsi kabinetə göndərilir.",
		"2.3.19": "Şikayət 30 gün ərzində yuxarı orqana və ya apellyasiya şurasına verilə bilər.", "2.3.20": p.System, "2.3.21": level,
		"2.3.22": map[string]string{"full": "full", "interactive": "partial", "informative": "manual"}[level],
	}
	if p.Fee != "" {
		it["2.3.17a"], it["2.3.17b"] = "paid", p.Fee
		it["2.3.17c"], it["2.3.17d"] = "“Dövlət rüsumu haqqında” Qanun, 04.12.2001, № 223", "bank kartı\nterminal"
	}
	if level == "none" {
		it["2.3.7"], it["2.3.8"], it["2.3.20"] = "in_person\nservice_centre", "letter\nphone", ""
		it["2.3.15b"] = strings.TrimSuffix(strings.Repeat("paper_original\n", len(p.Docs)), "\n")
		it["2.3.12a"], it["2.3.13"] = "İş günləri 09:00–13:00", "Orqanın qəbul otağı"
	}
	return it
}

// register is the story of the Electronic Register: bodies are entered, the
// operator takes over what is there from a sheet, officers apply, one body
// changes.
func (d *demo) register(password string) error {
	var r demoRegister
	if err := readDemo("register", &r); err != nil {
		return err
	}
	d.at("2026-07-13 10:00") // after the assessments, whose services are the same
	operator := d.as("ulviyya")
	if err := d.bodies(operator, r); err != nil {
		return err
	}
	if err := d.officer(extraAccounts[2], "Q02", password); err != nil {
		return err
	}
	d.at("2026-07-15 11:00")
	sheet, err := demoServices(r)
	if err != nil {
		return err
	}
	if _, err := d.app.register.Import(operator, register.ImportRequest{File: sheet, Size: sheet.Size(), Name: "reyestr-2026.csv"}); err != nil {
		return err
	}
	d.at("2026-09-15 10:00")
	change := func(code string) (register.AgencyView, error) { return d.app.register.Agency(operator, code) }
	merged, err := change("Q40")
	if err != nil {
		return err
	}
	if err := d.app.register.Merge(operator, register.AgencyChange{AgencyID: merged.ID, Day: "2026-09-01", Basis: "Sərəncam, 20.08.2026, № 41", Into: "Q39"}); err != nil {
		return err
	}
	renamed, err := change("Q14")
	if err != nil {
		return err
	}
	if err := d.app.register.Rename(operator, register.AgencyChange{AgencyID: renamed.ID, Day: "2026-09-10", Basis: "Fərman, 05.09.2026, № 77", NameAZ: "Qurum 14, rəqəmsal rabitə", NameEN: "Agency 14, digital communications"}); err != nil {
		return err
	}
	return d.applications(r)
}

// bodies enters the bodies that the assessments did not bring, and everybody's
// addresses and contacts.
func (d *demo) bodies(operator context.Context, r demoRegister) error {
	for _, b := range r.Bodies {
		if _, err := d.app.register.CreateAgency(operator, register.NewAgency{Code: b.Code, NameAZ: b.AZ, NameEN: b.EN, Section: register.AgencySection(b.Section), Basis: "Nazirlər Kabinetinin qərarı, 09.02.2015, № 32"}); err != nil {
			return err
		}
	}
	page, err := d.app.register.Agencies(operator, register.AgencyFilter{Limit: 200})
	if err != nil {
		return err
	}
	for i, a := range page.Rows {
		low := strings.ToLower(a.Code)
		if err := d.app.register.EditAgency(operator, register.AgencyEdit{AgencyID: a.ID, Seen: a.Revision, Contact: map[string]string{
			"2.5.1a": fmt.Sprintf("AZ10%02d, Bakı şəhəri, Xidmət küçəsi %d", i+1, i+1), "2.5.1b": fmt.Sprintf("Bakı şəhəri, Xidmət küçəsi %d", i+1),
			"2.5.2a": fmt.Sprintf("+994 12 555 %02d 01\n+994 12 555 %02d 02 (məlumat və məsləhət)", i+1, i+1), "2.5.2c": "https://" + low + ".gov.example", "2.5.2d": "info@" + low + ".gov.example",
			"2.5.2e": "Bazar ertəsi–cümə 09:00–18:00, nahar 13:00–14:00", "2.5.3": fmt.Sprintf("Hesab: AZ%02dNABZ0000000000000000%04d", i+10, i+1)}}); err != nil {
			return err
		}
		p := r.profile(a.Code)
		if err := d.app.register.SaveUnit(operator, register.UnitEdit{AgencyID: a.ID, Code: "1", NameAZ: p.Unit, Contact: map[string]string{
			"2.5.1b": fmt.Sprintf("Bakı şəhəri, Xidmət küçəsi %d, 1-ci mərtəbə", i+1), "2.5.2a": fmt.Sprintf("+994 12 555 %02d 11", i+1)}}); err != nil {
			return err
		}
	}
	return nil
}

// demoServices is the sheet of the services that the register starts with.
func demoServices(r demoRegister) (*bytes.Reader, error) {
	rows, err := reference.Rows(reference.AssessmentsSample)
	if err != nil {
		return nil, err
	}
	var list [][3]string
	for _, x := range rows {
		list = append(list, [3]string{x["agency"], x["service_name_az"], x["electronisation_level"]})
	}
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	columns := register.SheetColumns()
	_ = w.Write(columns)
	for i, x := range append(list, r.Extra...) {
		it := r.profile(x[0]).items(x[1], x[2])
		it["agency"], it["2.3.4"] = x[0], x[0]+"-1"
		it["registered_on"] = string(day.Make(2015, 3, 2).Add(i * 11))
		if x[0] == "Q08" {
			it["2.3.5"], it["4.6"] = "Q03; Məlumat şöbəsi", "yes"
		}
		line := make([]string, len(columns))
		for k, c := range columns {
			line[k] = it[c]
		}
		_ = w.Write(line)
	}
	w.Flush()
	return bytes.NewReader(text.Bytes()), w.Error()
}

// officer hires the responsible person of a body.
func (d *demo) officer(p demoPerson, agency, password string) error {
	hash, err := office.HashPassword(d.ctx, password)
	if err != nil {
		return err
	}
	return d.hire(p, hash, office.NewGrant{AgencyCode: agency})
}

// fill saves the whole questionnaire of an application.
func (d *demo) fill(officer context.Context, id string, items map[string]string) error {
	a, err := d.app.register.Application(officer, id)
	if err != nil {
		return err
	}
	seen := a.Revision
	for _, s := range register.Sections(a.Kind) {
		typed := map[string]string{}
		for _, f := range register.SectionFields(a.Kind, s) {
			typed[f.Clause] = items[f.Clause]
		}
		if seen, err = d.app.register.SaveSection(officer, register.SectionEdit{ApplicationID: id, Section: s, Typed: typed, Seen: seen}); err != nil {
			return err
		}
	}
	return nil
}

// apply begins, fills in and, when sign says so, signs an application.
func (d *demo) apply(key string, kind register.Kind, serviceID string, items map[string]string, sign bool) (string, error) {
	officer := d.as(key)
	a, err := d.app.register.Begin(officer, kind, "", serviceID)
	if err != nil {
		return "", err
	}
	if err := d.fill(officer, a.ID, items); err != nil {
		return "", err
	}
	if sign {
		err = d.app.register.Sign(officer, a.ID, 0)
	}
	return a.ID, err
}

// asNew adds what only a new service says.
func asNew(items map[string]string, act day.Day) map[string]string {
	items["4.2.1"], items["4.2.2"], items["4.2.3"], items["4.5.6"] = "yes", "yes", "yes", string(act)
	return items
}

// applications bring one application into each state.
func (d *demo) applications(r demoRegister) error {
	q1, q2 := r.profile("Q01"), r.profile("Q02")
	reg := d.app.register
	found := func(number string) (string, error) {
		p, err := reg.Public(d.ctx, number)
		return p.ID, err
	}
	step := func(err error, next func() error) error {
		if err != nil {
			return err
		}
		return next()
	}
	d.at("2026-10-07 10:00")
	// A new service goes all the way, with one return.
	id, err := d.apply("qurum2", register.KindNew, "", asNew(q2.items("Vergi ödəyicisinin rezidentlik arayışı", "full"), "2026-09-21"), true)
	if err != nil {
		return err
	}
	d.at("2026-10-12 15:00")
	if err := step(reg.Find(d.as("ulviyya"), id, register.Defect{Clause: "2.3.15a", Text: "Xarici ölkə üzrə sorğunun nüsxəsi sənədlər sırasında göstərilməyib."}), func() error {
		return reg.Notify(d.as("ulviyya"), id, "Düzəlişi 7 iş günü ərzində təqdim edin.")
	}); err != nil {
		return err
	}
	d.at("2026-10-16 12:00")
	again := asNew(q2.items("Vergi ödəyicisinin rezidentlik arayışı", "full"), "2026-09-21")
	again["2.3.15a"], again["2.3.15b"] = again["2.3.15a"]+"\nXarici ölkə üzrə sorğunun nüsxəsi", again["2.3.15b"]+"\nscan"
	if err := step(d.fill(d.as("qurum2"), id, again), func() error { return reg.Sign(d.as("qurum2"), id, 0) }); err != nil {
		return err
	}
	d.at("2026-10-20 11:00")
	if _, err := reg.Register(d.as("ulviyya"), id); err != nil {
		return err
	}
	// One that the operator has left lying: late since 11 November.
	d.at("2026-10-29 16:00")
	if _, err := d.apply("qurum2", register.KindNew, "", asNew(q2.items("Elektron ticarət fəaliyyətinin uçotu", "interactive"), "2026-10-05"), true); err != nil {
		return err
	}
	d.at("2026-11-12 10:00")
	// Refused and withdrawn.
	if id, err = d.apply("qurum2", register.KindNew, "", asNew(q2.items("Daxili işçi sertifikatlarının verilməsi", "interactive"), "2026-11-02"), true); err != nil {
		return err
	}
	if err := reg.Refuse(d.as("ulviyya"), id, "Xidmət istifadəçinin müraciəti əsasında deyil, orqanın öz işçilərinə göstərilir (4.2.1)."); err != nil {
		return err
	}
	if id, err = d.apply("qurum2", register.KindNew, "", asNew(q2.items("Vergi təqviminin göndərilməsi", "informative"), "2026-11-02"), false); err != nil {
		return err
	}
	if err := reg.Withdraw(d.as("qurum2"), id, "Xidmət başqa anketlə birləşdirilir."); err != nil {
		return err
	}
	d.at("2026-11-16 12:00")
	// A removal, entered.
	gone, err := found("ER-2026-00019")
	if err != nil {
		return err
	}
	if id, err = d.apply("qurum2", register.KindRemoval, gone, map[string]string{"4.8": "abolished", "2.3.23c": "Qanun, 30.10.2026, № 214", "2.3.23d": "2026-11-10"}, true); err != nil {
		return err
	}
	if _, err := reg.Register(d.as("ulviyya"), id); err != nil {
		return err
	}
	if err := d.ownApplications(q1, found); err != nil {
		return err
	}
	return d.registerRequests(found)
}

// registerRequests are what the operator asks two bodies (4.7.4): one has not answered
// yet, the other says why nothing has to change.
func (d *demo) registerRequests(found func(string) (string, error)) error {
	d.at("2026-11-20 17:00")
	ask := func(number string, clauses []string, text string) (string, error) {
		sv, err := found(number)
		if err != nil {
			return "", err
		}
		r, err := d.app.requests.Send(d.as("ulviyya"), request.Ask{ServiceID: sv, Kind: register.KindChange, Clauses: clauses, Text: text})
		return r.ID, err
	}
	if _, err := ask("ER-2026-00006", []string{"2.3.15a", "2.3.15b"}, "Şəxsiyyət vəsiqəsinin surəti artıq dövlət informasiya sistemindən alınır: tələb olunan sənədlər yenilənməlidir."); err != nil {
		return err
	}
	id, err := ask("ER-2026-00015", []string{"2.3.17a"}, "Arayışın ödənişli və ya ödənişsiz olması “Dövlət rüsumu haqqında” Qanuna uyğunlaşdırılmalıdır.")
	if err != nil {
		return err
	}
	d.at("2026-11-20 17:40")
	return d.app.requests.Decline(d.as("qurum2"), id, "Elektron arayış üçün rüsum nəzərdə tutulmayıb, reyestrdəki məlumat Qanuna uyğundur.", 0)
}

// ownApplications are those of the officer of the first body, in the last week.
func (d *demo) ownApplications(q1 demoProfile, found func(string) (string, error)) error {
	reg := d.app.register
	d.at("2026-11-17 10:30")
	// Being checked.
	if _, err := d.apply("qurum", register.KindNew, "", asNew(q1.items("Uşaq pulunun təyin edilməsi", "full"), "2026-11-02"), true); err != nil {
		return err
	}
	// A defect was found, the notice is due.
	id, err := d.apply("qurum", register.KindNew, "", asNew(q1.items("Sosial xidmət mərkəzinə yerləşdirilmə", "interactive"), "2026-11-02"), true)
	if err != nil {
		return err
	}
	d.at("2026-11-20 16:30")
	if err := reg.Find(d.as("ulviyya"), id, register.Defect{Clause: "2.3.13", Text: "Xidmətin göstərildiyi mərkəzlərin ünvanları göstərilməyib."}); err != nil {
		return err
	}
	// A change that was returned.
	changed, err := found("ER-2026-00003")
	if err != nil {
		return err
	}
	p, err := reg.Public(d.ctx, "ER-2026-00003")
	if err != nil {
		return err
	}
	items := map[string]string{}
	for _, f := range register.Fields() {
		items[f.Clause] = f.Typed(p.Items.Get(f.Clause))
	}
	items["2.3.11"], items["2.3.23a"], items["2.3.23b"] = "7 working_day", "Qaydalara dəyişiklik, 09.11.2026, № 88", "2026-11-16"
	if id, err = d.apply("qurum", register.KindChange, changed, items, true); err != nil {
		return err
	}
	if err := reg.Find(d.as("ulviyya"), id, register.Defect{Clause: "2.3.23a", Text: "Aktın tam adı göstərilməlidir."}); err != nil {
		return err
	}
	if err := reg.Notify(d.as("ulviyya"), id, ""); err != nil {
		return err
	}
	// A draft, half filled in, and the use of last year.
	if _, err := d.apply("qurum", register.KindNew, "", map[string]string{"2.3.1": "Əlillik üzrə fərdi reabilitasiya proqramı", "2.3.6": q1.Act, "4.2.1": "yes", "4.5.6": "2026-11-10"}, false); err != nil {
		return err
	}
	for i, number := range []string{"ER-2026-00001", "ER-2026-00002", "ER-2026-00004"} {
		sv, err := found(number)
		if err != nil {
			return err
		}
		for year := 2023; year <= 2025; year++ {
			n := int64(12_000*(i+1) + 900*(year-2022))
			if err := reg.SetUsage(d.as("qurum"), register.Usage{ServiceID: sv, Year: year, Requests: n, Electronic: n * int64(60+8*(year-2022)) / 100}); err != nil {
				return err
			}
		}
	}
	return nil
}

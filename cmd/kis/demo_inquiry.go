package main

import (
	"fmt"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/inquiry"
)

// inquiries is the story of what is asked and said about the evidence of the
// cycle, and of what the validation of outputs finds.
func (d *demo) inquiries() error {
	for _, part := range []func(*demo) error{(*demo).requests, (*demo).discrepancies, (*demo).talk} {
		d.spawn(part)
	}
	return nil
}

// outputOf is the first output of a task.
func (d *demo) outputOf(code string) (string, error) {
	t, err := d.app.kis.Task(d.system(), d.cycle.ID, code)
	if err != nil || len(t.Outputs) == 0 {
		return "", fmt.Errorf("task %s: %w", code, err)
	}
	return t.Outputs[0].ID, nil
}

// requests are asked in the order of the year: one closed, one returned and
// answered again, one late, some open.
func (d *demo) requests() error {
	s := d.app.inquiry
	ask := func(when, who, code, department, to, title, text, due string) (inquiry.Request, error) {
		d.at(when)
		n := inquiry.NewRequest{DepartmentID: d.dep[department].ID, Title: title, Text: text, Due: day.Day(due)}
		if to != "" {
			n.AddresseeID = d.users[to].ID
		}
		if code != "" {
			output, err := d.outputOf(code)
			if err != nil {
				return inquiry.Request{}, err
			}
			n.CycleID, n.OutputIDs = d.cycle.ID, []string{output}
		}
		return s.Ask(d.as(who), n)
	}
	first, err := ask("2026-03-16 10:10", "nigar", "1.1.3", "SSS", "aytan", "İstifadəçi sorğusunun imzalı protokolu",
		"1.1.3 üzrə təqdim edilmiş sənəddə imza səhifəsi yoxdur. İmzalı protokolun surətini göndərin.", "2026-03-31")
	if err != nil {
		return err
	}
	d.at("2026-03-18 15:40")
	if err := s.Answer(d.as("aytan"), first.ID, inquiry.NewAnswer{Text: "İmzalı protokol şöbənin arxivindədir, surəti müşavirəyə gətiriləcək."}); err != nil {
		return err
	}
	d.at("2026-03-19 09:30")
	if err := s.Return(d.as("nigar"), first.ID, "Surət sistemə yüklənməlidir, şifahi razılıq kifayət deyil."); err != nil {
		return err
	}
	d.at("2026-03-24 11:20")
	fits, err := s.Request(d.as("aytan"), first.ID)
	if err != nil {
		return err
	}
	answer := inquiry.NewAnswer{Text: "İmza səhifəsi olan sənəd yüklənib."}
	for _, e := range fits.Choices[:min(1, len(fits.Choices))] {
		answer.SubmissionIDs = append(answer.SubmissionIDs, e.ID)
	}
	if err := s.Answer(d.as("aytan"), first.ID, answer); err != nil {
		return err
	}
	d.at("2026-03-25 10:05")
	if err := s.Accept(d.as("nigar"), first.ID); err != nil {
		return err
	}
	d.at("2026-03-25 10:06")
	if err := s.Close(d.as("nigar"), first.ID); err != nil {
		return err
	}
	late, err := ask("2026-11-05 14:00", "gunel", "5.3.1", "SSS", "", "Yoxlama qaydalarının siyahısı",
		"5.3 üzrə istifadə olunan yoxlama qaydalarının təsdiq edilmiş siyahısını və hər qaydanın nə vaxtdan qüvvədə olduğunu göndərin.", "2026-11-16")
	if err != nil {
		return err
	}
	d.at("2026-11-12 16:15")
	if err := s.Answer(d.as("elchin"), late.ID, inquiry.NewAnswer{Text: "Siyahı hazırlanır, 13-cü qayda üzrə dəqiqləşdirmə gedir."}); err != nil {
		return err
	}
	d.at("2026-11-13 09:45")
	if err := s.Return(d.as("gunel"), late.ID, "Siyahının özü tələb olunur; dəqiqləşdirmə bitməyibsə, indiki variantı göndərin."); err != nil {
		return err
	}
	if _, err = ask("2026-11-17 11:30", "nigar", "7.2.1", "SSS", "aytan", "Dərc olunacaq cədvəllərin maketi",
		"7.2.1 üzrə cədvəllərin son maketini və kimin razılaşdırdığını göstərən vərəqəni təqdim edin.", "2026-11-26"); err != nil {
		return err
	}
	d.at("2026-11-18 17:20") // its audit has just been announced
	beforehand, err := s.Ask(d.as("gunel"), inquiry.NewRequest{AuditID: d.ahead.ID, DepartmentID: d.dep["İTŞ"].ID, AddresseeID: d.users["tural"].ID, Title: "Ehtiyat nüsxələrin jurnalı",
		Text: "Auditə hazırlıq üçün: 2026-cı ilin II yarısı üzrə ehtiyat nüsxələrin çıxarılması və bərpa sınaqlarının jurnalı.", Due: "2026-11-25"})
	if err != nil {
		return err
	}
	d.at("2026-11-19 17:10")
	return s.Answer(d.as("tural"), beforehand.ID, inquiry.NewAnswer{Text: "Jurnalın iyul–noyabr vərəqləri şöbədədir; bərpa sınağı 14 oktyabrda aparılıb, nəticəsi müsbətdir."})
}

// discrepancies are noted while outputs are validated.
func (d *demo) discrepancies() error {
	s := d.app.inquiry
	note := func(when, code, found string, cases int, size, source string) (inquiry.Discrepancy, error) {
		d.at(when)
		return s.Note(d.as("aytan"), inquiry.NewDiscrepancy{CycleID: d.cycle.ID, Code: code, DepartmentID: d.dep["SSS"].ID, Found: found, Cases: cases, Size: size, Source: source})
	}
	a, err := note("2026-10-29 11:00", "6.2.1", "Elektron xidmətlərin ümumi sayı qurumların cəmi ilə üst-üstə düşmür.", 3, "12 xidmət (1,4%)", "Cədvəl 2, sətir 40; formaların cəmi")
	if err != nil {
		return err
	}
	d.at("2026-11-02 10:30")
	if err := s.Correct(d.as("aytan"), a.ID, "Üç qurum eyni xidməti iki dəfə göstərib. Təkrar sətirlər çıxarıldı, cədvəl yenidən hesablandı."); err != nil {
		return err
	}
	d.at("2026-11-03 09:20")
	if err := s.Confirm(d.as("elchin"), a.ID); err != nil {
		return err
	}
	b, err := note("2026-11-06 15:10", "6.2.2", "Müraciətlərin sayı ötən ilə nisbətən iki dəfə artıb.", 1, "+104%", "Cədvəl 6, sətir 7; 2024-cü ilin məlumatı")
	if err != nil {
		return err
	}
	d.at("2026-11-10 12:00")
	if err := s.Explain(d.as("aytan"), b.ID, "2025-ci ildən mobil tətbiqdən daxil olan müraciətlər də sayılır; qurumun məktubu əlavə olunub."); err != nil {
		return err
	}
	c, err := note("2026-11-11 16:40", "6.2.3", "İki qurumun formasında istifadəçilərin sayı xidmətlərin sayından azdır.", 2, "2 qurum", "Forma 1-elektron xidmət, bölmə II")
	if err != nil {
		return err
	}
	d.at("2026-11-12 11:15")
	if err := s.Explain(d.as("aytan"), c.ID, "Qurumlarla əlaqə saxlanılıb, cavab gözlənilir."); err != nil {
		return err
	}
	d.at("2026-11-13 14:30")
	if err := s.Refuse(d.as("elchin"), c.ID, "Bu izah deyil: qurumların cavabı alındıqdan sonra yazılmalıdır."); err != nil {
		return err
	}
	e, err := note("2026-11-16 10:00", "6.2.1", "Bölgələr üzrə cəm ölkə üzrə yekundan fərqlənir; eyni fərq 2024-cü ilin yoxlamasında da qeyd olunub.", 4, "0,8%", "Cədvəl 9")
	if err != nil {
		return err
	}
	d.at("2026-11-17 16:00")
	if _, err := s.Promote(d.as("nigar"), e.ID, inquiry.Promoting{Reason: "Eyni uyğunsuzluq ikinci ildir təkrarlanır, səbəbi araşdırılmayıb."}); err != nil {
		return err
	}
	_, err = note("2026-11-19 12:20", "6.2.2", "Xidmətlərin elektronlaşma səviyyəsi bir qurumda 100%-dən çox hesablanıb.", 1, "112%", "Cədvəl 11, sətir 5")
	return err
}

// talk is what people say about evidence and tasks.
func (d *demo) talk() error {
	s := d.app.inquiry
	d.at("2026-11-18 15:00")
	found, err := d.app.kis.Evidence(d.as("nigar"), kis.EvidenceFilter{State: kis.Submitted, Class: kis.ClassInternal, DepartmentID: d.dep["SSS"].ID, Limit: 1})
	if err != nil || len(found.Rows) == 0 {
		return fmt.Errorf("evidence to talk about: %w", err)
	}
	on := inquiry.Object{Kind: inquiry.OnSubmission, ID: found.Rows[0].ID}
	say := func(when, who, text string) error {
		d.at(when)
		_, err := s.AddComment(d.as(who), on, inquiry.NewComment{Text: text})
		return err
	}
	for _, x := range []struct{ day, who, text string }{
		{"2026-11-18 15:05", "nigar", "@Aytən Məmmədova, sənəddə hesabat dövrü 2024 kimi göstərilib. 2025 olmalıdır?"},
		{"2026-11-18 16:20", "aytan", "Bəli, 2025-ci ildir. Başlıqda səhv var, növbəti versiyada düzəldəcəyəm."},
		{"2026-11-19 09:10", "elchin", "@Nigar Əliyeva, düzəliş bu gün yüklənəcək."},
	} {
		if err := say(x.day, x.who, x.text); err != nil {
			return err
		}
	}
	on = inquiry.Object{Kind: inquiry.OnTask, ID: d.cycle.ID + ":7.2.1"}
	return say("2026-11-19 10:40", "elchin", "@Aytən Məmmədova, maketi BƏŞ ilə razılaşdırmadan yükləməyin.")
}

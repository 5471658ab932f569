package main

import (
	"strings"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/reference"
)

// assessAgencies: the assessor brings in the yearly totals and the assessed
// services; the page shows the rates as the document does, and the break.
func (s *story) assessAgencies() {
	orxan := s.at("orxan")
	orxan.goes("/scorecards")
	orxan.sees("Hələ qiymətləndirmə nəticəsi yoxdur")
	for _, name := range []string{reference.AssessmentTotals, reference.AssessmentsSample} {
		f, err := reference.Open(name)
		s.must(err)
		_, err = s.app.eservice.Import(s.as("orxan"), eservice.ImportRequest{Reader: f, Name: name})
		_ = f.Close()
		s.must(err)
	}
	orxan.goes("/scorecards")
	orxan.sees("Qurumların göstəriciləri", "69,5%", "77,9%", "80,8%", "305 / 439", "341 / 438", "354 / 438",
		"2013 və 2014 müqayisə olunmur.", "Qiymətləndirmə başqa qaydalarla aparılıb")
	if got := orxan.reads(`[...document.querySelectorAll('th.k-brk')].map(e => e.textContent.trim()).join(' ')`); !strings.HasPrefix(got, "2014") {
		s.t.Errorf("the series breaks before %q, not before 2014", got)
	}
	orxan.looks("scorecards")
	orxan.follows("2015")
	orxan.sees("2015-ci il üzrə yalnız yekunlar məlumdur")
	orxan.downloads("Hesabat, PDF")
	if got := orxan.fetches("/scorecards/export.xlsx"); got.Status != 200 || !strings.Contains(got.Type, "spreadsheetml") || !strings.HasPrefix(got.Text, "PK") {
		s.t.Errorf("scorecards as XLSX: status %d, %s", got.Status, got.Type)
	}
	orxan.glances("scorecards", "69.5%", "77.9%", "80.8%")
}

// reportTheMeasure: the measures officer gives a measure of the national plan
// to a department and asks for its text; the department writes what was done,
// with a file; the officer decides otherwise than the rule proposes, and says
// why.
func (s *story) reportTheMeasure() {
	f, err := reference.Open(reference.OpenGovernment)
	s.must(err)
	_, err = s.app.planning.ImportMeasures(s.as("sevda"), planning.MeasureImport{Reader: f, Name: reference.OpenGovernment, Plan: demoPlan})
	_ = f.Close()
	s.must(err)
	const list = "/measures?plan=" + demoPlan + "&year=2022"
	sevda := s.at("sevda")
	sevda.goes(list)
	sevda.sees("Milli Fəaliyyət Planının tədbirləri, 2022", "Məsul şöbəsi təyin edilməyən tədbirlər: ")
	sevda.looks("measures")
	sevda.follows("4.1")
	measure := sevda.path()
	responsible := sevda.in("form[action$='/departments']")
	responsible.chooses("Əsas məsul şöbə", "İTŞ")
	responsible.follows("Yadda saxla")
	sevda.sees("Məsul şöbələr yadda saxlanıldı.")
	sevda.goes(list)
	sevda.presses("Sorğu göndər")
	sevda.fills("Şöbələr üçün son tarix", "16.02.2026", "Baxış üçün son tarix", "20.02.2026")
	sevda.follows("Sorğu göndər")
	sevda.sees("Sorğu göndərildi", "son tarix 16.02.2026")

	tural := s.at("tural")
	tural.goes("/work")
	tural.sees("Milli plan tədbiri", "4.1")
	tural.looks("a measure waits for its text")
	tural.follows("Görülmüş işləri yaz")
	tural.fills("Görülmüş işlər", "2022-ci ildə 2278 elektron arayış yüklənib, yeni elektron xidmət yaradılıb.", "Rəqəmlər", "2278 elektron arayış", "Addım 1", "Yeni elektron xidmət")
	tural.ticks("icra olunub")
	tural.attaches(s.paper("Çıxarış 2022.txt", "Sistemdən çıxarış: 2278 arayış\n"))
	tural.fills("Yeni faylların tarixi", "01.12.2022")
	tural.looks("the entry of the year")
	tural.follows("Baxışa ver")
	tural.sees("Baxışa verildi.", "2278 elektron arayış", "Çıxarış 2022.txt", "Tam icra olunub")
	tural.seesNot("Qərarı təsdiqlə")

	sevda.goes("/work")
	sevda.sees("Milli plan tədbirinə qərar", "4.1")
	sevda.goes(measure + "?year=2022")
	sevda.sees("Qayda üzrə təklif:", "Tam icra olunub", "Çıxarış 2022.txt")
	sevda.ticks("Əsasən icra olunub")
	sevda.follows("Qərarı təsdiqlə")
	sevda.sees("1 sahə düzəldilməlidir")
	sevda.looks("a decision without a reason")
	sevda.fills("Səbəb", "Bir xidmət üzrə iş növbəti ilə keçib.")
	sevda.follows("Qərarı təsdiqlə")
	sevda.sees("Qərar yadda saxlanıldı.", "Əsasən icra olunub", "Bir xidmət üzrə iş növbəti ilə keçib.", "Qayda üzrə təklif olunmuşdu: Tam icra olunub")
	sevda.goes(list)
	sevda.sees("Mətn hazırdır", "qərar verilib: 1 /")
	sevda.downloads("Hesabat layihəsi")
	sevda.glances("measures", "Substantial", "4.1")
}

package scoredoc

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/api"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/reports"
)

var update = flag.Bool("update", false, "write the golden files")

func sampleScheme(code string, confirmed bool) eservice.Scheme {
	s := eservice.Scheme{Code: code, TitleAZ: "E-xidmətlərin qiymətləndirilməsi, " + code + "-cü il Qaydaları", TitleEN: "E-service assessment, Rules of " + code,
		ActAZ: "Dövlət Agentliyinin qərarı", ActEN: "Decision of the State Agency", Confirmed: confirmed, Scale: "words", MaxMilli: 100_000,
		Parameters: []eservice.Parameter{{Code: "portal", NameAZ: "Portal ilə inteqrasiya", NameEN: "Integration with the portal", MaxMilli: 10_000}}}
	for i, b := range []struct{ code, az, en string }{{"unsatisfactory", "qeyri-kafi", "unsatisfactory"}, {"satisfactory", "kafi", "satisfactory"}, {"good", "yaxşı", "good"}, {"excellent", "əla", "excellent"}} {
		s.Bands = append(s.Bands, eservice.Band{Scheme: code, Code: b.code, Position: i + 1, LabelAZ: b.az, LabelEN: b.en})
	}
	return s
}

func sampleYear(year int, scheme eservice.Scheme, bodies, services, electronised int64, grades ...int64) eservice.YearResult {
	r := eservice.YearResult{Year: year, Scheme: scheme, Agencies: bodies, Services: services, Electronised: electronised, NotElectronised: services - electronised, Grades: map[string]int64{}, ScoreSum: electronised * 72_345}
	for i, n := range grades {
		r.Grades[eservice.Grades[i]] = n
	}
	return r
}

// sampleYears is the official table of 2013-2015 with a year known by services.
func sampleYears() eservice.Scorecard {
	c := eservice.Scorecard{Year: 2016, Bodies: 2, Years: []eservice.YearResult{sampleYear(2013, sampleScheme("2013", true), 40, 439, 305, 5, 83, 142, 75),
		sampleYear(2014, sampleScheme("2014", false), 41, 438, 341, 55, 72, 100, 114), sampleYear(2015, sampleScheme("2014", false), 39, 438, 354, 67, 54, 105, 128),
		sampleYear(2016, sampleScheme("2014", false), 2, 13, 10, 1, 2, 3, 4)}}
	for i := range 3 {
		c.Years[i].TotalsOnly = true
	}
	c.Years[1].Break = &eservice.Break{Year: 2014, ReasonAZ: "Meyarlar üzrə tələblər artırılıb.", ReasonEN: "The requirements of the criteria were raised."}
	for i, name := range []string{"Vergi Xidməti", "Gömrük Komitəsi"} {
		c.Agencies = append(c.Agencies, eservice.AgencyResult{Rank: i + 1, Sharing: 1, CellX: 4, CellY: 3, Agency: eservice.Agency{Code: fmt.Sprintf("Q0%d", i+1), NameAZ: name, NameEN: name}, YearResult: sampleYear(2016, sampleScheme("2014", false), 1, 6, 5, 0, 1, 2, 2)})
	}
	return c
}

func sampleCard() eservice.Scorecard {
	c := sampleYears()
	c.Standing, c.Agency = &c.Agencies[0], &c.Agencies[0].Agency
	c.Agencies, c.Years = nil, c.Years[1:]
	c.Measures = []eservice.MeasureSummary{{PlanAZ: "Milli Fəaliyyət Planı, 2020–2022", PlanEN: "National Action Plan 2020–2022", Counts: []eservice.MeasureCount{{AZ: "tam icra edilib", EN: "complete", N: 3}}}}
	score := int64(91_500)
	c.Services = []eservice.ServiceResult{{Service: eservice.EService{Code: "Q01-1", NameAZ: "Arayışın verilməsi", NameEN: "Issue of a certificate"}, Level: "full", ScoreMilli: &score, Grade: &c.Years[0].Scheme.Bands[3]},
		{Service: eservice.EService{Code: "Q01-2", NameAZ: "Qəbula yazılma", NameEN: "Booking of an appointment"}, Level: "none"}}
	return c
}

func sampleOpinion() campaign.BodyView {
	score := int64(58_000)
	v := campaign.BodyView{Campaign: campaign.Campaign{ID: "k", Number: "EQ-2016-01", Year: 2016, Title: "2016-cı il üzrə qiymətləndirmə", Basis: "Kollegiya qərarı, 15.01.2014, № 1/1-01", From: "2016-03-01", To: "2016-06-30", ReplyDays: 10}, SchemeOf: sampleScheme("2014", false)}
	v.Code, v.NameAZ, v.NameEN, v.Services, v.Electronic, v.Graded, v.ScoreSum = "Q01", "Vergi Xidməti", "Tax Service", 2, 1, 1, score
	v.BodyRow.State, v.Opinion, v.Proposals = campaign.BodyAnswered, "Xidmətlər əsasən elektrondur.\nPortal ilə inteqrasiya tamamlanmayıb.", "Portal ilə inteqrasiya 3 ay ərzində tamamlansın."
	v.WrittenBy, v.SentAt, v.ReplyDue = "Orxan Səfərov (qiymətləndirici)", time.Date(2016, 7, 4, 8, 0, 0, 0, time.UTC), "2016-07-18"
	v.Reply, v.RepliedBy, v.RepliedAt, v.Answer = "İnteqrasiya işləri gedir.", "Səbinə Cəfərova (məsul şəxs)", v.SentAt.AddDate(0, 0, 5), "Yoxlanıldı, bal dəyişmir."
	for i, name := range []string{"Arayışın verilməsi", "Qəbula yazılma"} {
		x := campaign.Item{Code: fmt.Sprintf("Q01-%d", i+1), NameAZ: name, NameEN: name}
		x.ID, x.Level = fmt.Sprint(i), "none"
		v.Items = append(v.Items, x)
	}
	v.Items[0].Level, v.Items[0].ScoreMilli, v.Items[0].Grade = "interactive", &score, "satisfactory"
	v.Shortcomings = []campaign.Shortcoming{{AssessmentID: "0", Parameter: "portal", Text: "Xidmət portalda axıra qədər göstərilmir.", Proposal: "İnteqrasiya tamamlansın."}}
	v.Visits = []campaign.Visit{{Kind: "site", Day: "2016-04-12", Place: "Bakı şəhəri, Xidmət küçəsi 1", Note: "Sistem nümayiş etdirildi."}}
	return v
}

func sampleGraded() graded {
	c := sampleCard()
	g := graded{Year: c.Years[len(c.Years)-1]}
	for _, s := range c.Services {
		g.list = append(g.list, eservice.Graded{ServiceResult: s, Agency: *c.Agency})
	}
	g.rows = func(yield func(eservice.Graded, error) bool) {
		for _, x := range g.list {
			if !yield(x, nil) {
				return
			}
		}
	}
	return g
}

func sampleNational() national {
	return national{sampleYears(), campaign.Tally{Number: "EQ-2016-01", From: "2016-03-01", To: "2016-06-30", Bodies: 2, Opinions: 2, Objections: 1, WebReviews: 2, SiteVisits: 1, Shortcomings: 7, Readings: 3}}
}

var samples = map[string]func(reports.Words) reports.Doc{
	"opinion": func(w reports.Words) reports.Doc { return opinionLetter(sampleOpinion(), w) },
	"card":    func(w reports.Words) reports.Doc { return agencyCard(sampleCard(), w) },
	"summary": func(w reports.Words) reports.Doc { return summaryReport(sampleNational(), w) },
	"grades":  func(w reports.Words) reports.Doc { return gradeList(sampleGraded(), w) },
}

// TestModels holds what each document says in each language, and that a card
// is one page. KIS_SCOREDOC_DIR keeps the PDFs for a look.
func TestModels(t *testing.T) {
	for name, sample := range samples {
		for _, lang := range i18n.Languages() {
			t.Run(name+"."+lang, func(t *testing.T) {
				d := sample(reports.Words{Lang: lang, Zone: time.FixedZone("", 4*60*60), Today: "2026-11-22"})
				raw, err := json.MarshalIndent(d, "", " ")
				if err != nil {
					t.Fatal(err)
				}
				for _, bad := range []string{"⟦", "{n}", "{year}", "{day}", "%!", "01.01.0001"} {
					if strings.Contains(string(raw), bad) {
						t.Errorf("the document holds %q", bad)
					}
				}
				file := filepath.Join("testdata", name+"."+lang+".golden.json")
				if *update {
					if err := os.WriteFile(file, append(raw, '\n'), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				if want, err := os.ReadFile(file); err != nil || string(want) != string(raw)+"\n" {
					t.Errorf("%s says something else (%v); look at the difference of go test -update", name, err)
				}
				var pdf bytes.Buffer
				if err := reports.WritePDF(&pdf, d); err != nil {
					t.Fatal(err)
				}
				if pages, err := api.PageCount(bytes.NewReader(pdf.Bytes()), nil); name == "card" && (err != nil || pages != 1) {
					t.Errorf("the card has %d pages: %v", pages, err)
				}
				if dir := os.Getenv("KIS_SCOREDOC_DIR"); dir != "" {
					if err := os.WriteFile(filepath.Join(dir, name+"."+lang+".pdf"), pdf.Bytes(), 0o644); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	}
}

func TestSheetsHoldWhatTheDocumentsSay(t *testing.T) {
	w := reports.Words{Lang: "en", Zone: time.UTC, Today: "2026-11-22"}
	for name, c := range map[string]struct {
		sheets []reports.Sheet
		want   string
	}{
		"grades":  {[]reports.Sheet{gradeSheet(sampleGraded(), w)}, "excellent,Q01,Vergi Xidməti,Q01-1,Issue of a certificate,fully electronic,91.5"},
		"years":   {[]reports.Sheet{yearSheet(sampleYears(), w)}, "2013,2013,,40,439,305,134,,5,83,142,75"},
		"opinion": {opinionSheets(sampleOpinion(), w), "Q01-1,Arayışın verilməsi,interactive,58,satisfactory,Xidmət portalda axıra qədər göstərilmir. → İnteqrasiya tamamlansın."},
		"bodies":  {[]reports.Sheet{bodySheet(sampleYears(), w)}, "1,Q01,Vergi Xidməti,6,5,72.345"},
	} {
		var out bytes.Buffer
		if err := reports.WriteCSV(&out, c.sheets[0]); err != nil || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: %v\n%s", name, err, out.String())
		}
	}
}

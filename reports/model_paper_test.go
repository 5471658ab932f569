package reports

import (
	"io"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/planning"
)

// keyTexts must be on paper, in this order.
var keyTexts = map[string][]string{
	"act": {"AZƏRBAYCAN RESPUBLİKASININ DÖVLƏT STATİSTİKA KOMİTƏSİ", "UYĞUNSUZLUQLARA DAİR AKT", "№ UA-2026-004", "17 iyun 2026-cı il", "Əhəmiyyətsiz uyğunsuzluq, ilk dəfə",
		"1. Meyar", "AZS ISO 9001:2020 (ISO 9001:2015), 6.1.2 bəndi", "2. Uyğunsuzluğun təsviri", "3. Obyektiv sübut", "b81c04de", "Məxfi sübut", "4. Audit olunan bölmənin mövqeyi",
		"Tanış oldum, etirazım yoxdur.", "5. Düzəliş", "6. Kök səbəb (“5 niyə” üsulu)", "1.", "5.", "Kök səbəb:", "7. Oxşar halların axtarışı", "8. Düzəldici tədbirlər", "DT-1", "DT-3",
		"9. Nəticəliliyin yoxlanması", "başlanğıc 35,7%, hədəf 0%", "10. Bağlanma", "11. Əlavələr", "12. İmzalar", "Günel Abbasova", "Samir Rzayev", "Elçin Həsənov"},
	"audit": {"AUDİTİN NƏTİCƏLƏRİNƏ DAİR HESABAT", "Auditin məqsədi", "Auditin əhatəsi", "Audit meyarları", "İstisna: qeydə alınmış qərar əsasında", "Müstəqillikdən istisnalar", "İclaslar",
		"Meyarların yerinə yetirilmə dərəcəsi", "Cəmi sual", "92", "71 sualdan 69", "97,2%", "Əhəmiyyətli uyğunsuzluq", "UA-2026-005", "Güclü tərəflər", "Auditin rəyi", "Fikir ayrılıqları",
		"Qalıq risklər ayrıca cədvəldə göstərilib.", "Audit əldə olan məlumatların seçməsi əsasında aparılıb"},
	"cycle":          {"4-ci mərhələnin yekunu. Məlumatlar işlənməyə hazırdır", "İstisna ilə keçib", "Səbəb: Arxiv köçürülür", "Mövcud deyil", "4.4", "1 / 3"},
	"scorecard":      {"2013-cü ilin nəticələri", "‖ 2014-cü ilin nəticələri", "69,5%", "77,9%", "80,8%", "“Əla” qiymətləndirilmiş xidmətlərin sayı", "75", "114", "128", "Metodologiya dəyişib"},
	"scorecard-year": {"Yer", "Qurum", "Elektronlaşma dərəcəsi", "Nümunəvi Dövlət Xidməti 1", "Cəmi"},
	"plan":           {"KİS-İN İLLİK FƏALİYYƏT PLANI", "2027-ci il", "4-cü redaksiya", "TƏSDİQ EDİRƏM", "Rafael İbrahimov", "Həmicraçı", "I", "II", "III", "IV", "Sənədlər və proseslər", "●", "Şöbələrin razılığı", "Razılaşdırıb"},
	"review":         {"RƏHBƏRLİK TƏRƏFİNDƏN TƏHLİL", "RT-2026-02", "a) Əvvəlki təhlillərin", "5 / 6 (83,3%)", "Yaxşılaşıb", "b) Xarici və daxili", "boş kimi qeyd edilir", "c7)", "f)", "b) KİS-də dəyişiklik", "Bu növ üzrə qərar qəbul edilməyib", "imzalanıb və kilidlənib"},
	"measures":       {"Açıq hökumətin təşviqinə dair 2020–2022-ci illər üçün Milli Fəaliyyət Planı”nın", "2022-ci il üzrə hesabatı", "Sıra N-si", "Tədbirin adı", "İcra müddəti", "Görülmüş işlər", "1.2.", "3.3.", "Məlumat verilməyib.", "4.1.", "6.3.", "mütəmadi"},
}

func TestKeyTextsAreOnPaper(t *testing.T) {
	for name, want := range keyTexts {
		pages := readPages(t, render(t, samples[name](sampleWords("az"))))
		inOrder(t, strings.Join(pages, "\n"), want...)
		for i, p := range pages {
			inOrder(t, p, "Səhifə "+itoa(i+1)+" / "+itoa(len(pages)))
		}
	}
}

// Nothing is drawn as a box because a letter is missing, in any language.
func TestEveryLetterIsDrawn(t *testing.T) {
	for name, sample := range samples {
		for _, lang := range i18n.Languages() {
			d := sample(sampleWords(lang))
			boxes := 0 // fields of the form to be ticked are boxes on purpose
			raw := &strings.Builder{}
			collectTexts(raw, d.Blocks)
			for _, r := range raw.String() {
				if r == '☐' || r == '☑' || r == '☒' {
					boxes++
				}
			}
			got := strings.Count(strings.Join(readPages(t, render(t, d)), ""), "□")
			if got != boxes {
				t.Errorf("%s (%s): %d boxes on paper, %d in the form", name, lang, got, boxes)
			}
		}
	}
}

// collectTexts writes the texts of boxes, paragraphs and facts.
func collectTexts(out *strings.Builder, blocks Blocks) {
	for _, b := range blocks {
		switch b := b.(type) {
		case Box:
			collectTexts(out, b.Blocks)
		case Paragraph:
			out.WriteString(b.Text.String())
		case KeyValue:
			for _, kv := range b.Rows {
				out.WriteString(kv.Value.String())
			}
		}
	}
}

// Long documents break over pages with their headers, and lose nothing.
func TestLongDocumentsBreakWell(t *testing.T) {
	w := sampleWords("az")
	review := sampleReview()
	review.Inputs[1].Comment = "BAŞI " + long(5000) + " SONU"
	for name, c := range map[string]struct {
		doc    Doc
		pages  int
		header string
		rows   []string
	}{
		"plan of 60 items": {planDocument(samplePlan(60), nil, w), 6, "Həmicraçı", []string{"UA-2026-001", "UA-2026-030", "UA-2026-060"}},
		"40 bodies":        {scorecardDocument(sampleBodies(40), w), 4, "", []string{"Nümunəvi Dövlət Xidməti 40"}},
		"long narratives":  {measuresDocument(sampleMeasures(), w), 4, "Görülmüş işlər", []string{"1.2.", "4.1.", "6.3."}},
		"long comments":    {reviewDocument(review, w), 3, "", []string{"BAŞI", "SONU", "c1)", "Qərarlar (9.3.3)"}},
		"plan of nothing":  {planDocument(planning.PlanDossier{PlanPage: planning.PlanPage{Plan: planning.Plan{Year: 2027, State: planning.PlanDraft}}}, nil, w), 1, "", []string{"Planda bənd yoxdur."}},
	} {
		pages := readPages(t, render(t, c.doc))
		if len(pages) < c.pages {
			t.Errorf("%s takes %d pages, at least %d expected", name, len(pages), c.pages)
		}
		inOrder(t, strings.Join(pages, "\n"), c.rows...)
		for i, p := range pages[:len(pages)-2+min(len(pages), 2)] {
			if c.header != "" && i < c.pages-1 && !strings.Contains(squeeze(p), squeeze(c.header)) {
				t.Errorf("%s: page %d is without the header of the table", name, i+1)
			}
		}
	}
}

func TestCapitalsFollowTheLanguage(t *testing.T) {
	if got := sampleWords("az").Capital("icra"); got != "İcra" {
		t.Errorf("capital %q", got)
	}
}

// BenchmarkActReport is the act from dossier to bytes: model and PDF.
func BenchmarkActReport(b *testing.B) {
	v, w := sampleAct(), sampleWords("az")
	for len(v.Actions) < 20 {
		v.Actions = append(v.Actions, v.Actions...)
	}
	if n, err := func() (int, error) { d := actDocument(v, w); return d.Pages() }(); err != nil || n < 3 || n > 5 {
		b.Fatalf("the act has %d pages (%v)", n, err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := WritePDF(io.Discard, actDocument(v, w)); err != nil {
			b.Fatal(err)
		}
	}
}

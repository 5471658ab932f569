package reports

import "strings"

// azLabels are the words of the layer as the Azerbaijani documents give them.
var azLabels = Labels{
	Page: "Səhifə {page} / {pages}", Printed: "çap",
	VerifyTitle: "Sənədin yoxlanması", VerifyAt: "Ünvan", VerifyCode: "Kod",
	VerifyHelp: "QR kod və ya kod vasitəsilə bu çapın sistemdəki aktla eyni olub-olmadığını yoxlamaq olar. " +
		"Yoxlama səhifəsi yalnız nömrəni, tarixi, vəziyyəti və akt məlumatının izini göstərir.",
	SignRole: "Vəzifə, ad", SignLine: "İmza", SignState: "Elektron imza", SignDate: "Tarix",
	EmptyTable: "Qeyd yoxdur", EmptyDisplay: "Məlumat yoxdur",
}

// actDoc is the act of the design, with as many corrective actions as asked for.
func actDoc(actions int) Doc {
	d := Doc{
		Lang: "az", Institution: "AZƏRBAYCAN RESPUBLİKASININ DÖVLƏT STATİSTİKA KOMİTƏSİ",
		System: "Keyfiyyətin idarə edilməsi sistemi (KİS)", Title: "UYĞUNSUZLUQLARA DAİR AKT", Number: "№ UA-2026-04",
		Running: "Uyğunsuzluqlara dair akt",
		Place:   "Bakı şəhəri", Date: "17 iyun 2026-cı il", ShortName: "Akt № UA-2026-04", Printed: "24.11.2026, 10:42",
		Fingerprint: "Akt məlumatının SHA-256 izi: 5c1e90b7…3da2",
		VerifyCode:  "7F3A-91C2-D8E5", VerifyURL: "https://kis.example/verify/7F3A-91C2-D8E5", VerifyAt: "kis.example/verify",
		Labels: azLabels,
	}
	d.Add(
		KeyValue{Pairs: 2, Rows: []KV{
			{"Audit", T("DA-2026-02, daxili audit, 01–12.06.2026")},
			{"Audit olunan bölmə", T("Sosial Statistika Şöbəsi (SSS)")},
			{"Statistik proses", T("“1-elektron xidmət”, 2026")},
			{"Dərəcə", T("Əhəmiyyətsiz uyğunsuzluq, ilk dəfə")},
			{"Vəziyyət", T("Tədbirlər icra olunur (24.11.2026)")},
			{"Tapşırıq", T("1.6.2 Risklərin təhlili")}}},
		Heading{2, "1. Meyar"},
		Boxed(T("AZS ISO 9001:2020, 6.1.2; Şöbə üzrə proseslərin idarə olunması standartı, 1.6.2-ci bənd.")),
		Heading{2, "2. Uyğunsuzluğun təsviri"},
		Boxed(T("2026-cı il üzrə “Risklərin təhlili və qiymətləndirilməsi” cədvəlində qeyd olunmuş 14 riskdən 5-i üzrə məsul şəxs və qalıq risk səviyyəsi göstərilməyib; imkanlar ayrıca qiymətləndirilməyib.")),
		Heading{2, "3. Obyektiv sübut"},
		Table{Columns: []Column{{Title: "№", Width: 6}, {Title: "Sənəd", Width: 60}, {Title: "Yer", Width: 28}, {Title: "SHA-256", Width: 82}},
			Rows: []Row{{Cells: []Text{T("1"), T("Risk_cedveli_2026_v2.xlsx (27.02.2026)"), T("vərəq 1, sətir 6–10"), Code("b81c04de6f2a95c37710e84bd92f613a05ce7d4481fb29a6c3e0557d18b977fa")}}}},
		Heading{2, "4. Audit olunan bölmənin mövqeyi"},
		Boxed(Join(B("☑ Tanış oldum, etirazım yoxdur"), T("\u00a0 ☐ Etiraz edirəm (səbəb): ____________________________ \u00a0 22.06.2026"))),
		Heading{2, "5. Düzəliş"},
		Boxed(T("Çatışmayan 5 sətir tamamlanıb, “İmkanlar” bölməsi əlavə edilib (3-cü versiya). İcraçı: Aytən Məmmədova, 25.06.2026.")),
		Heading{2, "6. Kök səbəb (“5 niyə” üsulu)"},
		Box{Blocks{List{Numbered: true, Items: []Text{
			T("Cədvəl bu sütunları olmayan köhnə şablonda doldurulub."),
			T("Yeni şablon göndərilsə də, daxili şəbəkədəki qovluqda köhnəsi qalıb."),
			T("Qüvvədən düşmüş şablonların geri götürülməsinə məsul şəxs təyin edilməyib."),
			T("Sənədlərin idarə olunması proseduru şablonları əhatə etmir."),
			T("Prosedur 2023-cü ildə yalnız mətnli sənədlər üçün hazırlanıb və təftiş edilməyib.")}},
			Paragraph{Text: Join(B("Kök səbəb: "), T("sənədlərin idarə olunması proseduru şablonlara şamil edilmir, dövri təftiş müddəti müəyyən olunmayıb. Oxşar hallar yoxlanıb: 5 prosesdən 4-də eyni şablon aşkar edilib."))}}},
		Heading{2, "7. Düzəldici tədbirlər və icranın yoxlanması"},
	)
	t := Table{Columns: []Column{{Title: "№", Width: 12}, {Title: "Tədbir", Width: 56}, {Title: "Məsul", Width: 32}, {Title: "Son tarix", Width: 22}, {Title: "İcra", Width: 26}, {Title: "Yoxlayan, nəticə", Width: 32}}}
	actionRows := []Row{
		Cells("DT-1", "Prosedurun əhatəsinə şablonları daxil etmək və illik təftiş tarixi təyin etmək", "Nigar Əliyeva, KİEMŞ", "15.09.2026", "İcra olunub, 11.09.2026", "Samir Rzayev, təsdiqlənib 18.09.2026"),
		Cells("DT-2", "Qüvvədən düşmüş şablonları daxili şəbəkədən çıxarmaq, qüvvədə olanların reyestrini aparmaq", "Aytən Məmmədova, SSS; İTŞ", "30.11.2026", "İcra olunur, 60%", "–"),
		Cells("DT-3", "Oxşar hallar: digər 4 prosesin risk cədvəllərini yeni şablona keçirmək", "Elçin Həsənov, SSS", "30.10.2026", "İcra olunub, 29.10.2026", "Samir Rzayev, yoxlanılır"),
	}
	for i := range actions {
		t.Rows = append(t.Rows, actionRows[i%3])
	}
	d.Add(t,
		Heading{2, "8. Nəticəliliyin yoxlanması"},
		KeyValue{Rows: []KV{{"Ölçü", T("2027-ci il risk cədvəllərində boş qalan məcburi sahələrin payı: başlanğıc 35,7%, hədəf 0%")},
			{"Tarix, yoxlayan", T("30.03.2027, Samir Rzayev (BƏŞ)")}, {"Nəticə", T("☐ nəticəlidir \u00a0 ☐ nəticəli deyil, akt yenidən açılır")}}},
		Heading{2, "9. Bağlanma"},
		KeyValue{Rows: []KV{{"Risk reyestri", T("R-014 yenilənib, 30.06.2026")},
			{"KİS-də dəyişiklik", T("Tələb olunur: sənədlərin idarə olunması proseduru")}, {"Bağlanma tarixi", T("____ ______________ 20____")}}},
		Heading{2, "10. İmzalar"},
		Signatures{[]Signature{
			{"Aparıcı auditor", "Günel Abbasova", "Etibarlıdır, vaxt möhürü var", "17.06.2026, 15:20"},
			{"Auditor", "Samir Rzayev", "Etibarlıdır", "17.06.2026, 15:47"},
			{"Audit olunan bölmənin rəhbəri", "Elçin Həsənov", "Müəyyən edilmədi: ləğv siyahısı yoxlanmayıb", "22.06.2026, 09:35"},
			{"KİEMŞ müdiri (bağlanma)", "Nigar Əliyeva", "İmzalanmayıb", ""}}},
		Paragraph{Small: true, Text: T("Akt 17.06.2026 tarixində rəsmiləşdirilib, mətni dəyişdirilmir. Düzəlişlər yalnız əlavə kimi yazılır. Əlavələr: 0.")},
	)
	return d
}

// Texts in the three alphabets that documents are written in.
const (
	azText = "Sənədlərin idarə olunması proseduru şablonlara şamil edilmir; İctimai Şuranın iclası, Ğ ğ Ö ö Ü ü Ç ç Ə ə I ı."
	kzText = "Сәйкессіздік туралы акт: ә ғ қ ң ө ұ ү һ і Ә Ғ Қ Ң Ө Ұ Ү Һ І."
	ruText = "Акт о несоответствии: Ё ё Ъ ъ Ы ы Э э Щ щ № 14."
)

// hardDoc holds what has broken documents: other alphabets, emoji, a word of
// 300 letters, a row taller than a page, a table over 40 pages, no row at all.
func hardDoc() Doc {
	d := Doc{Lang: "az", Institution: "AZƏRBAYCAN RESPUBLİKASININ DÖVLƏT STATİSTİKA KOMİTƏSİ", Title: "SINAQ SƏNƏDİ", Number: "№ S-1",
		ShortName: "Sənəd № S-1", Printed: "22.11.2026, 10:00", Labels: azLabels, VerifyURL: "https://kis.example/verify/AAAA", VerifyCode: "AAAA-BBBB"}
	d.Labels.VerifyTitle = ""
	long := Table{Columns: []Column{{Title: "Sıra", Width: 8, Align: Right}, {Title: "Tədbirin adı", Width: 60}, {Title: "Görülmüş işlər", Width: 60}}}
	for i := range 560 {
		long.Rows = append(long.Rows, Cells("r"+itoa(i), azText, kzText+" "+ruText))
	}
	d.Add(Heading{1, "1. Əlifbalar"}, Paragraph{Text: T(azText + "\n" + kzText + "\n" + ruText)},
		Paragraph{Text: T("gülüş 😀 işarəsi, tab\tvə \x00nəzarət\x07 simvolu, yumşaq\u00adtire, عربي")},
		Heading{1, "2. Uzun söz"}, Paragraph{Text: T(strings.Repeat("uzunsöz", 43))},
		Heading{1, "3. Boş cədvəl"}, Table{Columns: []Column{{Title: "Ad"}, {Title: "Say", Align: Right}}},
		Heading{1, "4. Hündür sətir"}, Table{Columns: []Column{{Title: "Ad", Width: 1}, {Title: "Mətn", Width: 2}},
			Rows: []Row{{Cells: []Text{T("hündür"), T("BAŞI " + strings.Repeat(azText+" ", 80) + "SONU")}}}},
		Heading{1, "5. Uzun cədvəl"}, long,
		Heading{1, "6. Nəticə"}, Paragraph{Text: T("Son abzas.")}, Heading{2, "İmzalar"},
		Signatures{[]Signature{{Role: "Sədr", Name: "Məmmədov Ş. Ü."}, {Role: "Üzv", Name: "Қасымов Ә. Ғ."}}})
	return d
}

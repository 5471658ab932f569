package register

import (
	"slices"
	"strings"
	"sync"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/reference"
)

// FieldKind says how an item is filled in and what is a value of it.
type FieldKind string

// The kinds.
const (
	KindText   FieldKind = "text"   // one line
	KindLong   FieldKind = "long"   // lines of text
	KindList   FieldKind = "list"   // one value a line
	KindChoice FieldKind = "choice" // one code
	KindCodes  FieldKind = "codes"  // several codes, one a line
	KindForms  FieldKind = "forms"  // one code for each line of the part before it
	KindUnit   FieldKind = "unit"   // code of a unit of the body
	KindBodies FieldKind = "bodies" // one body a line: its code, then "; " and its unit
	KindTerm   FieldKind = "term"   // "15 working_day"
	KindMoney  FieldKind = "money"  // whole qəpik
	KindDay    FieldKind = "day"
	KindYes    FieldKind = "yes"   // "yes" or nothing
	KindFiles  FieldKind = "files" // ids of files, one a line
)

// Section is a page of the guided form.
type Section string

// The sections, in the order in which they are filled in.
const (
	SectionService   Section = "service"   // what it is, on what act
	SectionBodies    Section = "bodies"    // who provides it
	SectionAccess    Section = "access"    // for whom, how, when, where
	SectionDocuments Section = "documents" // what is asked for
	SectionPayment   Section = "payment"
	SectionProcess   Section = "process" // procedure, disputes, systems, levels
	SectionChange    Section = "change"  // basis and day of a change
	SectionRemoval   Section = "removal" // basis and day of the abolition
)

// Clauses that code speaks of.
const (
	clauseName          = "2.3.1"
	clauseContent       = "2.3.2"
	clauseNumber        = "2.3.3a"
	clauseRegistered    = "2.3.3b"
	clauseUnit          = "2.3.4"
	clausePartners      = "2.3.5"
	clauseBasis         = "2.3.6"
	clauseForms         = "2.3.7"
	clauseInforming     = "2.3.8"
	clauseUsers         = "2.3.10"
	clauseTerm          = "2.3.11"
	clauseDocuments     = "2.3.15a"
	clauseDocumentForms = "2.3.15b"
	clauseSamples       = "2.3.16"
	clausePaid          = "2.3.17a"
	clauseAmount        = "2.3.17b"
	clausePayBasis      = "2.3.17c"
	clausePayWays       = "2.3.17d"
	clauseSystems       = "2.3.20"
	clauseLevel         = "2.3.21"
	clauseAutomation    = "2.3.22"
	clauseChangeBasis   = "2.3.23a"
	clauseChangeDay     = "2.3.23b"
	clauseRepealBasis   = "2.3.23c"
	clauseRepealDay     = "2.3.23d"
	clauseUsage         = "2.3.24"
	clauseTest1         = "4.2.1"
	clauseTest2         = "4.2.2"
	clauseTest3         = "4.2.3"
	clauseActDay        = "4.5.6"
	clauseDelivers      = "4.6"
	clauseNoDocuments   = "2.3.15"
	clauseGround        = "4.8"
)

// Field is an item of the form, or a part of one.
type Field struct {
	Clause         string // "2.3.15a"
	NameAZ, NameEN string
	Kind           FieldKind
	Section        Section
	Required       bool // always; what is needed only sometimes is a formal check
	Max            int
	List           string // clause whose code list it is chosen from
	Public         bool   // shown in the catalogue
}

// Name is the name in a language.
func (f Field) Name(lang string) string { return i18n.InLang(lang, f.NameAZ, f.NameEN) }

// Key is the name of its input: clauses hold no signs that names may not.
func (f Field) Key() string { return "i" + strings.ReplaceAll(f.Clause, ".", "_") }

// shape is what the rules' list of items does not say of them.
type shape struct {
	kind    FieldKind
	section Section
	max     int
}

// shapes of the items that are filled in, by clause.
var shapes = map[string]shape{
	clauseName: {KindText, SectionService, maxShort}, clauseContent: {KindLong, SectionService, maxLong},
	clauseBasis: {KindList, SectionService, maxLong}, "2.3.9": {KindText, SectionService, 2000},
	clauseUnit: {KindUnit, SectionBodies, 40}, clausePartners: {KindBodies, SectionBodies, 4000},
	clauseForms: {KindCodes, SectionAccess, 400}, clauseInforming: {KindCodes, SectionAccess, 400}, clauseUsers: {KindCodes, SectionAccess, 400},
	clauseTerm: {KindTerm, SectionAccess, 40}, "2.3.12a": {KindText, SectionAccess, maxShort}, "2.3.12b": {KindText, SectionAccess, maxShort},
	"2.3.13": {KindText, SectionAccess, 1000}, "2.3.14": {KindLong, SectionDocuments, maxLong},
	clauseDocuments: {KindList, SectionDocuments, maxLong}, clauseDocumentForms: {KindForms, SectionDocuments, 4000}, clauseSamples: {KindFiles, SectionDocuments, 2000},
	clausePaid: {KindChoice, SectionPayment, 40}, clauseAmount: {KindMoney, SectionPayment, 20}, clausePayBasis: {KindLong, SectionPayment, maxLong}, clausePayWays: {KindList, SectionPayment, 2000},
	"2.3.18": {KindLong, SectionProcess, maxLong}, "2.3.19": {KindLong, SectionProcess, maxLong}, clauseSystems: {KindList, SectionProcess, 4000},
	clauseLevel: {KindChoice, SectionProcess, 40}, clauseAutomation: {KindChoice, SectionProcess, 40},
	clauseChangeBasis: {KindLong, SectionChange, maxLong}, clauseChangeDay: {KindDay, SectionChange, 10},
	clauseRepealBasis: {KindLong, SectionRemoval, maxLong}, clauseRepealDay: {KindDay, SectionRemoval, 10},
}

// listed are the items chosen from a code list of another clause's name.
var listed = map[string]string{clauseForms: clauseForms, clauseInforming: clauseInforming, clauseUsers: clauseUsers, clauseDocumentForms: clauseDocumentForms,
	clausePaid: clausePaid, clauseLevel: clauseLevel, clauseAutomation: clauseAutomation, clauseGround: clauseGround}

// extra are what an application says beside the items of 2.3.
var extra = []Field{
	{Clause: clauseActDay, NameAZ: "yeni xidməti nəzərdə tutan hüquqi aktın qüvvəyə minmə tarixi", NameEN: "Day on which the legal act establishing the service entered into force", Kind: KindDay, Section: SectionService, Max: 10},
	{Clause: clauseTest1, NameAZ: "xidmət istifadəçinin müraciəti əsasında göstərilir", NameEN: "The service is provided on the application of a user", Kind: KindYes, Section: SectionService},
	{Clause: clauseTest2, NameAZ: "xidmət dövlət orqanının vəzifələrinin icrasına yönəlib", NameEN: "The service is aimed at carrying out the duties of the body", Kind: KindYes, Section: SectionService},
	{Clause: clauseTest3, NameAZ: "xidmət istifadəçinin hüquqlarının həyata keçirilməsinə yönəlib və ya hüquqi nəticə yaradır", NameEN: "The service is aimed at exercising the user's rights, or leads to a legal result", Kind: KindYes, Section: SectionService},
	{Clause: clauseDelivers, NameAZ: "xidmətin nəticəsini bu orqan təqdim edir", NameEN: "This body delivers the result of the service", Kind: KindYes, Section: SectionBodies},
	{Clause: clauseNoDocuments, NameAZ: "xidmət üçün heç bir sənəd tələb olunmur", NameEN: "No document is required for the service", Kind: KindYes, Section: SectionDocuments},
	{Clause: clauseGround, NameAZ: "reyestrdən çıxarılmanın əsası", NameEN: "Ground for removal from the register", Kind: KindChoice, Section: SectionRemoval, Max: 40},
}

// fieldTable is the list of items with their shapes, read once.
var fieldTable = sync.OnceValue(func() []Field {
	rows, err := reference.Rows(reference.RegisterFields)
	if err != nil {
		panic(err) // embedded, and tested
	}
	var out []Field
	for _, r := range rows {
		s, ok := shapes[r["clause"]]
		if !ok {
			continue // of the body, given by the program, or kept year by year
		}
		out = append(out, Field{Clause: r["clause"], NameAZ: r["name_az"], NameEN: r["name_en"], Kind: s.kind, Section: s.section,
			Required: r["required"] == "yes" && s.section != SectionChange && s.section != SectionRemoval, Max: s.max, List: listed[r["clause"]], Public: true})
	}
	for _, f := range extra {
		f.List = listed[f.Clause]
		out = append(out, f)
	}
	return out
})

// Fields lists the items that are filled in, in the order of the rules, then
// what an application says beside them.
func Fields() []Field { return slices.Clone(fieldTable()) }

// FieldOf finds an item by its clause.
func FieldOf(clause string) (Field, bool) {
	i := slices.IndexFunc(fieldTable(), func(f Field) bool { return f.Clause == clause })
	if i < 0 {
		return Field{}, false
	}
	return fieldTable()[i], true
}

// Sections are the pages of the form for a kind of application.
func Sections(k Kind) []Section {
	switch k {
	case KindRemoval:
		return []Section{SectionRemoval}
	case KindChange:
		return []Section{SectionChange, SectionService, SectionBodies, SectionAccess, SectionDocuments, SectionPayment, SectionProcess}
	}
	return []Section{SectionService, SectionBodies, SectionAccess, SectionDocuments, SectionPayment, SectionProcess}
}

// SectionFields are the items of a page of the form for a kind of application.
func SectionFields(k Kind, s Section) []Field {
	var out []Field
	for _, f := range fieldTable() {
		onlyNew := f.Clause == clauseActDay || f.Clause == clauseTest1 || f.Clause == clauseTest2 || f.Clause == clauseTest3
		if f.Section == s && (k == KindNew || !onlyNew) {
			out = append(out, f)
		}
	}
	return out
}

// Package reports makes documents and sheets out of plain values.
//
// It owns the document model (Doc and its blocks), its printed form (WritePDF)
// and the sheet model with its three forms (WriteXLSX, WriteCSV, WriteJSON);
// above them the documents of the office: Service reads the contexts with the
// rights of whoever asks (collect.go), pure functions turn what was read into
// a Doc or sheets (model_*.go), and every PDF stands in a register under the
// code on its paper (print.go).
// It may import the domain packages and plumbing below it; nothing imports it
// but the pages of reportsweb and the command line.
//
// A Doc holds finished strings: already translated, already formatted. The
// layer of doc_*.go adds no word of its own, so it knows no language.
//
// Invariants of the printed form:
//   - every string of the Doc is on paper, in order, nothing is cut off;
//     what the font cannot draw is shown as □
//   - a table repeats its header on each page it reaches; a heading never
//     stands alone at the foot of a page; signatures never stand alone on one
//   - no PDF is handed out that is not registered
//   - the same Doc gives the same pages, but never the same bytes: whoever
//     needs the bytes again stores them
package reports

import "encoding/json"

// Doc is one document, ready to be laid out on A4 pages.
type Doc struct {
	Lang        string `json:"lang"`                  // language tag of the texts, "az", "en"
	Landscape   bool   `json:"landscape,omitempty"`   // turns every page
	Institution string `json:"institution,omitempty"` // top of the first page, bold
	System      string `json:"system,omitempty"`      // line under the institution
	Title       string `json:"title"`
	Running     string `json:"running,omitempty"`  // title on the later pages, when not the same
	Number      string `json:"number,omitempty"`   // "№ UA-2026-004"; repeated on each page
	Subtitle    string `json:"subtitle,omitempty"` // under the number: period, edition
	Place       string `json:"place,omitempty"`    // left of the line under the title
	Date        string `json:"date,omitempty"`     // right of that line
	ShortName   string `json:"short,omitempty"`    // foot of each page: "Akt № UA-2026-004"
	Printed     string `json:"printed,omitempty"`  // time of printing; foot of each page
	Fingerprint string `json:"fingerprint,omitempty"`
	VerifyCode  string `json:"verifyCode,omitempty"` // shown under the QR code
	VerifyURL   string `json:"verifyUrl,omitempty"`  // what the QR code opens; empty: no QR code
	VerifyAt    string `json:"verifyAt,omitempty"`   // the address as people type it
	Labels      Labels `json:"labels"`
	Blocks      Blocks `json:"blocks"`
}

// Labels are the few words that the layer itself puts on paper.
type Labels struct {
	Page         string `json:"page,omitempty"`         // "Səhifə {page} / {pages}"
	Printed      string `json:"printed,omitempty"`      // before Doc.Printed: "çap"
	VerifyTitle  string `json:"verifyTitle,omitempty"`  // heading of the box at the end; empty: no box
	VerifyAt     string `json:"verifyAt,omitempty"`     // "Ünvan"
	VerifyCode   string `json:"verifyCode,omitempty"`   // "Kod"
	VerifyHelp   string `json:"verifyHelp,omitempty"`   // what checking means
	SignRole     string `json:"signRole,omitempty"`     // heads of the signature table
	SignLine     string `json:"signLine,omitempty"`     //
	SignState    string `json:"signState,omitempty"`    // column left out when no signature has a state
	SignDate     string `json:"signDate,omitempty"`     //
	EmptyTable   string `json:"emptyTable,omitempty"`   // row of a table without rows; "–" when empty
	EmptyDisplay string `json:"emptyDisplay,omitempty"` // chart without bars; "–" when empty
}

// Add appends blocks to the document.
func (d *Doc) Add(blocks ...Block) { d.Blocks = append(d.Blocks, blocks...) }

// Block is one part of a document: Heading, Paragraph, KeyValue, Table, List,
// Note, Box, Signatures, Badge, Chart, Radar or PageBreak.
type Block interface{ kind() string }

// Blocks marshals each block under the name of its kind.
type Blocks []Block

// MarshalJSON writes [{"heading": {…}}, {"table": {…}}].
func (b Blocks) MarshalJSON() ([]byte, error) {
	out := make([]map[string]Block, len(b))
	for i, block := range b {
		out[i] = map[string]Block{block.kind(): block}
	}
	return json.Marshal(out)
}

// Align places text in its column. The zero value is left.
type Align string

// The three ways text stands in its column.
const (
	Left   Align = ""
	Right  Align = "right"
	Center Align = "center"
)

// Tone colours a badge or a bar; a word always says the same thing.
type Tone string

// The tones of the pages, in their light form.
const (
	Plain Tone = ""
	Good  Tone = "good"
	Info  Tone = "info"
	Warn  Tone = "warn"
	Bad   Tone = "bad"
	Idle  Tone = "idle"
	Off   Tone = "off"
)

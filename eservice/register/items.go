package register

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
)

// Items are what is said of a service: the clause of an item or of its part to
// its text. Lists are one value a line; days are YYYY-MM-DD; money is whole
// qəpik; a choice is the code of its list. What is empty is not there.
type Items map[string]string

// Get is the text of an item.
func (it Items) Get(clause string) string { return it[clause] }

// Lines are the values of an item that is a list.
func (it Items) Lines(clause string) []string {
	if it[clause] == "" {
		return nil
	}
	return strings.Split(it[clause], "\n")
}

// Has says whether a list holds a value.
func (it Items) Has(clause, value string) bool { return slices.Contains(it.Lines(clause), value) }

// Document is one of the documents that a service asks for, with the form in
// which it is handed in (2.3.15).
type Document struct{ Name, Form string }

// Documents are those of 2.3.15: names and forms, line by line.
func (it Items) Documents() []Document {
	names, forms := it.Lines(clauseDocuments), strings.Split(it[clauseDocumentForms], "\n")
	out := make([]Document, len(names))
	for i, n := range names {
		out[i].Name = n
		if i < len(forms) {
			out[i].Form = forms[i]
		}
	}
	return out
}

// with gives a copy that holds a value, or no longer holds an empty one.
func (it Items) with(clause, value string) Items {
	out := maps.Clone(it)
	if out == nil {
		out = Items{}
	}
	if value == "" {
		delete(out, clause)
	} else {
		out[clause] = value
	}
	return out
}

// encode gives the stored text, the same for the same items, and its hash.
func (it Items) encode() (text, sum string) {
	if it == nil {
		it = Items{}
	}
	raw, err := json.Marshal(map[string]string(it)) // keys come sorted
	if err != nil {
		panic(err) // texts always encode
	}
	h := sha256.Sum256(raw)
	return string(raw), hex.EncodeToString(h[:])
}

// decode reads the stored text.
func decode(text string) (Items, error) {
	var it Items
	if err := json.Unmarshal([]byte(text), &it); err != nil {
		return nil, apperr.Wrap(err, "items of the register")
	}
	return it, nil
}

// Difference is an item that two versions say differently.
type Difference struct {
	Field         Field
	Before, After string // stored texts
}

// Compare lists what differs, in the order of the rules.
func Compare(before, after Items) []Difference {
	var out []Difference
	for _, f := range Fields() {
		if b, a := before[f.Clause], after[f.Clause]; b != a {
			out = append(out, Difference{f, b, a})
		}
	}
	return out
}

// Package gsbpm owns the names of the phases and sub-processes of the model
// (GSBPM 5.1), as internal audit shows them. It may import i18n and reference.
//
// Invariant: one list, read once, in the order of the codes; every page and
// document of internal audit takes a name from here.
package gsbpm

import (
	"cmp"
	"slices"
	"sync"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/reference"
)

// Activity is a phase or a sub-process: "4" or "4.2".
type Activity struct {
	Code   string
	NameAZ string
	NameEN string
	Phase  bool // else a sub-process
}

// Name is the name in a language.
func (a Activity) Name(lang string) string { return i18n.InLang(lang, a.NameAZ, a.NameEN) }

// Activities lists the phases, each before its sub-processes. The list is
// shared: it must not be changed.
var Activities = sync.OnceValues(func() ([]Activity, error) {
	rows, err := reference.Rows(reference.GSBPM)
	if err != nil {
		return nil, err
	}
	var out []Activity
	for _, r := range rows {
		out = append(out, Activity{Code: r["code"], NameAZ: r["name_az"], NameEN: r["name_en_5_1"], Phase: r["level"] == "phase"})
	}
	slices.SortFunc(out, func(a, b Activity) int { return cmp.Compare(a.Code, b.Code) }) // parts have one digit
	return out, nil
})

// Phases lists the eight phases.
func Phases() ([]Activity, error) { return some(true) }

// SubProcesses lists the sub-processes of all phases.
func SubProcesses() ([]Activity, error) { return some(false) }

func some(phases bool) (out []Activity, err error) {
	all, err := Activities()
	for _, a := range all {
		if a.Phase == phases {
			out = append(out, a)
		}
	}
	return out, err
}

package checklist

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/audit"
)

// sortClauses puts clauses in the order in which the standard has them: 8.9
// before 8.10, 9.2.2 before 9.2.2 a.
func sortClauses(list []audit.Clause) {
	slices.SortFunc(list, func(a, b audit.Clause) int { return compareClauses(a.Number, b.Number) })
}

func compareClauses(a, b string) int {
	return slices.CompareFunc(strings.FieldsFunc(a, parts), strings.FieldsFunc(b, parts), func(x, y string) int {
		n, errX := strconv.Atoi(x)
		m, errY := strconv.Atoi(y)
		if errX == nil && errY == nil {
			return cmp.Compare(n, m)
		}
		return cmp.Compare(x, y)
	})
}

func parts(r rune) bool { return r == '.' || r == ' ' }

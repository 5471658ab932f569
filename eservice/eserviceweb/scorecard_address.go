package eserviceweb

import (
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/web"
)

// numbers refuses values of the address that are no whole numbers, in the
// words of the exports: the page shows all years, but says what it cannot read.
func numbers(c *web.Context, names ...string) error {
	var check apperr.Check
	for _, name := range names {
		if text := c.Query(name); text != "" {
			if _, err := strconv.Atoi(text); err != nil {
				check.Add(name, "error.field.number")
			}
		}
	}
	return check.Err()
}

// yearOf reads the year of an address; what is no year is not found.
func yearOf(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	y, err := strconv.Atoi(s)
	if err != nil {
		return 0, apperr.Missing("year")
	}
	return y, nil
}

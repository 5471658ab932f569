package web

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strconv"
)

// PageSize is how many rows a list shows unless it says otherwise.
const PageSize = 50

// maxPageSize bounds what an address may ask for.
const maxPageSize = 200

// Cursor is where a list read by key goes on: the values of the sort columns
// of the last row that was shown, as the address carried them. It gives n
// values, or nil for the first page: a cursor that is missing, damaged or of
// another list begins at the start. The values come from outside and are
// passed to SQL as parameters only.
func (c *Context) Cursor(n int) []string { return DecodeCursor(c.Query("after"), n) }

// NextHref is the address of the present list going on after the row with
// these values of its sort columns.
func (c *Context) NextHref(values ...string) string {
	return c.With("after", EncodeCursor(values...))
}

// FirstHref is the address of the start of the list, or "" when it is shown.
func (c *Context) FirstHref() string {
	if c.Query("after") == "" {
		return ""
	}
	return c.With("after", "")
}

// With is the present address with one value changed, or left out when "".
func (c *Context) With(name, value string) string {
	u := c.g.Request.URL
	q := u.Query()
	if q.Del(name); value != "" {
		q.Set(name, value)
	}
	if name != "after" {
		q.Del("after") // another filter is another list
	}
	return (&url.URL{Path: u.Path, RawQuery: q.Encode()}).String()
}

// Limit is how many rows to show: ?limit= within 1 and 200, else PageSize.
func (c *Context) Limit() int {
	if n, err := strconv.Atoi(c.Query("limit")); err == nil && n >= 1 {
		return min(n, maxPageSize)
	}
	return PageSize
}

// EncodeCursor packs values into the text of a cursor.
func EncodeCursor(values ...string) string {
	raw, err := json.Marshal(values)
	if err != nil {
		return "" // texts always encode
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// DecodeCursor unpacks n values; nil when the text is no such cursor.
func DecodeCursor(s string, n int) []string {
	if s == "" || len(s) > 4096 {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	var values []string
	if err := json.Unmarshal(raw, &values); err != nil || len(values) != n {
		return nil
	}
	for _, v := range values {
		if !validValue(v) {
			return nil
		}
	}
	return values
}

package store

import "time"

// ParseMoment reads a time out of an address, such as the cursor of a list; ok
// is false for what is none, and for years that not every database can hold.
func ParseMoment(s string) (at time.Time, ok bool) {
	at, err := time.Parse(time.RFC3339Nano, s)
	at = at.UTC()
	return at, err == nil && at.Year() >= 1 && at.Year() <= 9999
}

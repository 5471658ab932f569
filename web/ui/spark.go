package ui

import (
	"fmt"
	"strings"
)

// sparkLine lays values on 96 × 24 units, the first at the left; empty for
// fewer than two. Drawing is the one place where a value is no longer exact.
func sparkLine(values []float64) (points, lastX, lastY string) {
	n := len(values)
	if n < 2 {
		return "", "", ""
	}
	low, high := values[0], values[0]
	for _, v := range values {
		low, high = min(low, v), max(high, v)
	}
	var out []string
	for i, v := range values {
		y := 12.0
		if high > low {
			y = 22 - 20*(v-low)/(high-low)
		}
		lastX, lastY = fmt.Sprintf("%.1f", 2+92*float64(i)/float64(n-1)), fmt.Sprintf("%.1f", y)
		out = append(out, lastX+","+lastY)
	}
	return strings.Join(out, " "), lastX, lastY
}

package assessmentweb

import (
	"fmt"
	"math"
	"strings"

	"github.com/kis-platform/kis/planning/assessment"
)

// Size of the diagram, in the units of its view box.
const (
	spiderWidth  = 460.0
	spiderHeight = 320.0
	spiderRadius = 110.0
)

// at is the point of a value, 0 to 5, on axis i of n; the first points up.
func at(i, n int, value float64) (x, y float64) {
	a := 2*math.Pi*float64(i)/float64(n) - math.Pi/2
	r := spiderRadius * value / 5
	return spiderWidth/2 + r*math.Cos(a), spiderHeight/2 + r*math.Sin(a)
}

// ring gives the points of a polygon through the same value on each axis.
func ring(n int, value float64) string {
	var out []string
	for i := range n {
		x, y := at(i, n, value)
		out = append(out, fmt.Sprintf("%.1f,%.1f", x, y))
	}
	return strings.Join(out, " ")
}

// shape gives the points of the means; a component without one is at 0.
func shape(means []assessment.Mean) string {
	var out []string
	for i, m := range means {
		x, y := at(i, len(means), float64(m.Hundredths())/100)
		out = append(out, fmt.Sprintf("%.1f,%.1f", x, y))
	}
	return strings.Join(out, " ")
}

// axis is one component of the diagram.
type axis struct{ X, Y, TextX, TextY, Anchor string }

// axisOf gives the end of axis i of n and where its name stands.
func axisOf(i, n int) axis {
	x, y := at(i, n, 5)
	tx, ty := at(i, n, 5.6)
	a := axis{fmt.Sprintf("%.1f", x), fmt.Sprintf("%.1f", y), fmt.Sprintf("%.1f", tx), fmt.Sprintf("%.1f", ty+4), "middle"}
	switch {
	case tx > spiderWidth/2+8:
		a.Anchor = "start"
	case tx < spiderWidth/2-8:
		a.Anchor = "end"
	}
	return a
}

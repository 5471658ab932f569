package web

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// bounds of the duration histogram, in seconds.
var bounds = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

// metrics counts requests by method, route and status. Routes are patterns,
// so their number is bounded.
type metrics struct {
	mu     sync.Mutex
	counts map[countKey]uint64
	times  map[string]*histogram
}

type countKey struct {
	method, route string
	status        int
}

type histogram struct {
	buckets []uint64 // one for each bound
	count   uint64
	sum     float64
}

func newMetrics() *metrics {
	return &metrics{counts: map[countKey]uint64{}, times: map[string]*histogram{}}
}

// observe notes one request that is over.
func (m *metrics) observe(method, route string, status int, took time.Duration) {
	if route == "" {
		route, method = "none", "any" // what strangers send does not grow the table
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts[countKey{method, route, status}]++
	h := m.times[route]
	if h == nil {
		h = &histogram{buckets: make([]uint64, len(bounds))}
		m.times[route] = h
	}
	s := took.Seconds()
	h.count++
	h.sum += s
	for i, b := range bounds {
		if s <= b {
			h.buckets[i]++
		}
	}
}

// write gives the figures in the text format of Prometheus.
func (m *metrics) write(w io.Writer) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var b strings.Builder
	b.WriteString("# HELP kis_http_requests_total Requests answered.\n# TYPE kis_http_requests_total counter\n")
	var lines []string
	for k, n := range m.counts {
		lines = append(lines, fmt.Sprintf("kis_http_requests_total{method=%q,route=%q,status=\"%d\"} %d\n", k.method, k.route, k.status, n))
	}
	slices.Sort(lines)
	b.WriteString(strings.Join(lines, ""))
	b.WriteString("# HELP kis_http_request_seconds Time to answer.\n# TYPE kis_http_request_seconds histogram\n")
	routes := make([]string, 0, len(m.times))
	for r := range m.times {
		routes = append(routes, r)
	}
	slices.Sort(routes)
	for _, r := range routes {
		h := m.times[r]
		for i, bound := range bounds {
			fmt.Fprintf(&b, "kis_http_request_seconds_bucket{route=%q,le=\"%s\"} %d\n", r, strconv.FormatFloat(bound, 'g', -1, 64), h.buckets[i])
		}
		fmt.Fprintf(&b, "kis_http_request_seconds_bucket{route=%q,le=\"+Inf\"} %d\n", r, h.count)
		fmt.Fprintf(&b, "kis_http_request_seconds_sum{route=%q} %g\nkis_http_request_seconds_count{route=%q} %d\n", r, h.sum, r, h.count)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

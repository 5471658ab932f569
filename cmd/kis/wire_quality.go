package main

import (
	"github.com/kis-platform/kis/planning/quality"
	"github.com/kis-platform/kis/planning/quality/qualityweb"
	"github.com/kis-platform/kis/reports/qualitydoc"
	"github.com/kis-platform/kis/web"
)

// wireQuality makes the quality reports of processes, whose figures come from
// the indicators, and has them made as documents.
func wireQuality(s services) *quality.Service {
	q := quality.New(s.kis, s.indicators)
	qualitydoc.Add(s.reports, q)
	return q
}

// registerQuality adds their pages.
func registerQuality(r *web.Router, s services) {
	qualityweb.Register(r, s.quality, qualitydoc.NewWriter(s.reports))
}

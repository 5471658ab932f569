// Package pgtest gives each test its own PostgreSQL database.
//
// It owns the databases whose names begin with kis_test_ and kis_tmpl_ on the server that
// TEST_DATABASE_URL names; `scripts/test` starts a throwaway one. It knows nothing of what
// is put into them and imports nothing of the project, so that the tests of any package
// may use it. Production code never imports it.
//
// Invariants: no test sees a row of another, in this process or in one that runs beside
// it; a database goes away with its test; without a server a test is told so (ok is
// false), and under CI=true, where a server is promised, it fails instead.
package pgtest

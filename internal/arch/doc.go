// Package arch holds the rules of the tree as tests: who may import whom, which library
// stays in which package, where the clock and the environment are read, how long a file is.
//
// It owns the tables of those rules, each with the reason for its prohibition, and reads
// the source files themselves with go/parser. (Asking the go command instead would give a
// stale pass: a cached test result does not notice a new import.) It imports nothing of
// the project and nothing of the program imports it.
//
// Invariants: a package without a row fails, so a new package is a decision, not an
// accident; every rule is shown to fire on a synthetic file; an exception that is no
// longer needed fails too.
package arch

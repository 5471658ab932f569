package kis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Record is something the system made itself and that stands as evidence: an
// act, a plan, the statement of a phase. It belongs to a context that kis does
// not know; only its name and where it is shown come here.
type Record struct {
	Kind   string // as the trail calls such objects, e.g. act
	ID     string // as its context knows it
	Number string // as people call it
	Title  string // in the language of the actor
	State  RecordState
	Href   string  // its page
	Day    day.Day // when it was made or given; lists are newest first
}

// RecordState is the state of a record as its own pages show it.
type RecordState struct {
	Tone, Icon string
	Key        string // of the word
}

// Ref names the record in one text.
func (r Record) Ref() string { return r.Kind + ":" + r.ID }

// RecordQuery is what records are looked for by.
type RecordQuery struct {
	CycleID string // for whose evidence it is looked for: the cycle's own records come from it
	Text    string // words in number and title, without regard to case and marks
	Limit   int    // of each kind
}

// RecordSource gives the records of one kind with the rights of the actor of
// ctx: what the actor may not see is not found. Each context has one, wired in
// cmd/kis.
type RecordSource interface {
	RecordKind() string
	FindRecords(ctx context.Context, q RecordQuery) ([]Record, error)
	OneRecord(ctx context.Context, id string) (Record, error)
}

// maxRecords is how many records of one kind are offered to choose from.
const maxRecords = 20

// FindRecords lists records that the actor may see and hand in, kind by kind
// in the order of the sources, the newest first.
func (s *Service) FindRecords(ctx context.Context, q RecordQuery) ([]Record, error) {
	if _, err := office.Allowed(ctx, policies.EvidenceSubmit); err != nil {
		return nil, err
	}
	if err := s.mayReadCycle(ctx, q.CycleID); err != nil {
		return nil, err
	}
	if q.Limit <= 0 || q.Limit > maxRecords {
		q.Limit = maxRecords
	}
	var out []Record
	for _, src := range s.Records {
		list, err := src.FindRecords(ctx, q)
		if apperr.Is(err, apperr.Forbidden) || apperr.Is(err, apperr.NotFound) { // a kind this person has nothing to do with
			continue
		}
		if err != nil {
			return nil, err
		}
		slices.SortStableFunc(list, func(a, b Record) int { return strings.Compare(string(b.Day), string(a.Day)) })
		out = append(out, list[:min(len(list), q.Limit)]...)
	}
	return out, nil
}

// Record gives one record; NotFound when there is none or the actor may not
// see it.
func (s *Service) Record(ctx context.Context, kind, id string) (Record, error) {
	for _, src := range s.Records {
		if src.RecordKind() != kind {
			continue
		}
		r, err := src.OneRecord(ctx, id)
		if apperr.Is(err, apperr.Forbidden) || apperr.Is(err, apperr.Invalid) {
			err = apperr.Missing("record")
		}
		return r, err
	}
	return Record{}, apperr.Missing("record")
}

// RecordByRef is Record for a text made by Ref.
func (s *Service) RecordByRef(ctx context.Context, ref string) (Record, error) {
	kind, id, _ := strings.Cut(ref, ":")
	return s.Record(ctx, kind, id)
}

// recordSeal is the hash of a record's content as the trail seals it: SHA-256
// over the names and hashes of its parts, in order. Empty where records of the
// kind are not sealed.
func (s *Service) recordSeal(ctx context.Context, db bun.IDB, kind, id string) (string, error) {
	if kind == "gate" { // sealed as a part of its cycle
		kind = "cycle"
		id, _, _ = strings.Cut(id, ":")
	}
	for _, seal := range s.DB.Seals() {
		if seal.Kind != kind {
			continue
		}
		parts, err := seal.Read(ctx, db, []string{id})
		if err != nil || len(parts[id]) == 0 {
			return "", apperr.Wrap(err, "seal of a record")
		}
		h := sha256.New()
		for _, name := range slices.Sorted(maps.Keys(parts[id])) {
			h.Write([]byte(name + " " + parts[id][name] + "\n"))
		}
		return hex.EncodeToString(h.Sum(nil)), nil
	}
	return "", nil
}

// EvidenceRecord is the record that a submission points at, as the actor may
// know it.
type EvidenceRecord struct {
	Record
	Seen    bool // the actor may see it; else only its kind and the number it was handed in under are known
	Changed bool // its content is no longer what it was when it was handed in
	Sealed  bool // that can be told
}

// recordsOf gives the records of the versions of outputs, by submission.
func (s *Service) recordsOf(ctx context.Context, db bun.IDB, outputs []TaskOutput) (map[string]*EvidenceRecord, error) {
	out := map[string]*EvidenceRecord{}
	for _, o := range outputs {
		for _, v := range o.Versions {
			if v.Kind != EvidenceMade || out[v.ID] != nil {
				continue
			}
			r, err := s.recordOf(ctx, db, v.Submission)
			if err != nil {
				return nil, err
			}
			out[v.ID] = r
		}
	}
	return out, nil
}

// recordRef is the Ref of the record a submission points at; empty when it is
// none.
func (sub Submission) recordRef() string {
	if sub.RecordKind == "" {
		return ""
	}
	return sub.RecordKind + ":" + sub.RecordID
}

// recordOf gives the record of a submission; nil when it has none.
func (s *Service) recordOf(ctx context.Context, db bun.IDB, sub Submission) (*EvidenceRecord, error) {
	if sub.Kind != EvidenceMade {
		return nil, nil
	}
	out := &EvidenceRecord{Record: Record{Kind: sub.RecordKind, ID: sub.RecordID, Number: sub.RecordLabel}, Sealed: sub.RecordSHA256 != ""}
	r, err := s.Record(ctx, sub.RecordKind, sub.RecordID)
	switch {
	case apperr.Is(err, apperr.NotFound):
		return out, nil
	case err != nil:
		return nil, err
	}
	out.Record, out.Seen = r, true
	if out.Sealed {
		now, err := s.recordSeal(ctx, db, sub.RecordKind, sub.RecordID)
		if err != nil {
			return nil, err
		}
		out.Changed = now != sub.RecordSHA256
	}
	return out, nil
}

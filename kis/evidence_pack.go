package kis

import (
	"context"
	"strings"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// TrailPack is what the trail calls that the evidence of a cycle was taken
// away as a pack.
const TrailPack = "kis:evidence:pack"

// CycleEvidence is all the evidence of a cycle that one person may read: what
// a pack of it holds.
type CycleEvidence struct {
	Cycle Cycle
	Rows  []EvidenceRow // by task, then by receipt
	Whole bool          // the person may read all evidence of the cycle; others are not told whether there is more
	Trail TrailHead     // the head of the trail when they were read
}

// TrailHead is the last entry of the trail: its number and hash. Written down
// elsewhere, it anchors the trail up to there.
type TrailHead struct {
	Seq  int64
	Hash string
}

// PackContent is what the trail keeps of a pack: the hash of its list of
// hashes, so that a pack can be shown to be the one that was taken away.
type PackContent struct {
	SHA256 string // of the file SHA256SUMS in the pack
	Files  int
	Bytes  int64
}

// CycleEvidence reads all submissions of a cycle that the actor may read, in
// every state. A fixed number of queries.
func (s *Service) CycleEvidence(ctx context.Context, cycleID string) (CycleEvidence, error) {
	scope, err := office.Allowed(ctx, policies.EvidenceRead)
	if err != nil {
		return CycleEvidence{}, err
	}
	if err := s.mayReadCycle(ctx, cycleID); err != nil {
		return CycleEvidence{}, err
	}
	db, who := s.DB.Read(), actor.From(ctx)
	secret := policies.For(who, policies.EvidenceSecret)
	out := CycleEvidence{Whole: scope.Any && secret.Any}
	if out.Cycle, err = loadCycle(ctx, db, cycleID); err != nil {
		return out, err
	}
	if err := db.NewRaw(`SELECT seq, hash FROM trail_head WHERE id = 1`).Scan(ctx, &out.Trail); err != nil {
		return out, store.MapError(err, "head of the trail")
	}
	var ids []string
	err = readable(db.NewSelect().TableExpr("submissions AS s"), who).ColumnExpr("s.id").Join("JOIN activities AS a ON a.id = s.activity_id").
		Where("s.cycle_id = ?", cycleID).OrderExpr("a.position, s.received_at, s.id").Scan(ctx, &ids)
	if err != nil {
		return out, store.MapError(err, "evidence of a cycle")
	}
	out.Rows, err = evidenceRows(ctx, db, ids)
	return out, err
}

// PackTaken leaves in the trail that evidence was taken away: one entry for
// the pack, and one for each file of confidential evidence in it, as for any
// other opening. Files that could not be taken are not among packed.
func (s *Service) PackTaken(ctx context.Context, ev CycleEvidence, content PackContent, packed func(File) bool) error {
	if _, err := office.Allowed(ctx, policies.EvidenceRead); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		for _, r := range ev.Rows {
			if r.Class != ClassConfidential {
				continue
			}
			kind, root := taskRoot(r.CycleID, r.TaskCode)
			for _, f := range r.Files {
				if packed(f) {
					tx.Record(store.Change{Action: trailOpenFile, Kind: "submission", ID: r.ID, Label: r.TaskCode, RootKind: kind, RootID: root,
						After: map[string]any{"file": f.ID, "sha256": f.SHA256, "how": "pack"}})
				}
			}
		}
		tx.Record(store.Change{Action: TrailPack, Kind: "pack", ID: store.NewID(), Label: ev.Cycle.Process.Code + " " + ev.Cycle.Period, RootKind: "cycle", RootID: ev.Cycle.ID,
			After: map[string]any{"sha256": content.SHA256, "submissions": len(ev.Rows), "whole": ev.Whole, "files": content.Files, "bytes": content.Bytes}})
		return nil
	})
}

// FindCycle gives the id of a cycle that a person names on the command line:
// by its id, or as "PROCESS PERIOD".
func (s *Service) FindCycle(ctx context.Context, name string) (Cycle, error) {
	if name = strings.TrimSpace(name); store.IsID(name) {
		return s.Cycle(ctx, name)
	}
	process, period, _ := strings.Cut(name, " ")
	return s.CycleByCode(ctx, process, strings.TrimSpace(period))
}

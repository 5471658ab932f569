package quality

import (
	"context"
	"slices"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Item is a concept with what was written under it and what the cycle gives.
type Item struct {
	Concept
	Entry  Entry
	Figure *Figure // of an indicator that the library fills; nil for others
}

// NA says whether the concept is said not to apply, or cannot.
func (i Item) NA() bool { return i.Entry.NA || i.Figure != nil && !i.Figure.Applies }

// Done says whether nothing more is to be written. A figure that is known
// stands for itself; one that is not must be explained.
func (i Item) Done() bool {
	switch {
	case i.Figure != nil && (!i.Figure.Applies || i.Figure.Value != ""):
		return true
	case i.ByHand() && !i.Entry.NA && i.Entry.Value != "":
		return true
	}
	return i.Entry.TextAZ != ""
}

// Completeness counts the concepts of a report that something belongs under.
type Completeness struct {
	Of, Done int
	English  int // of those with an Azerbaijani text, those with an English one
	Texts    int // with an Azerbaijani text
	NA       int // that do not apply
	Carried  int // taken over and not looked at
}

// Count counts items.
func Count(items []Item) (n Completeness) {
	for _, it := range items {
		if it.Kind == Group {
			continue
		}
		n.Of++
		if it.Done() {
			n.Done++
		}
		if it.Entry.TextAZ != "" {
			n.Texts++
			if it.Entry.TextEN != "" {
				n.English++
			}
		}
		if it.NA() {
			n.NA++
		}
		if it.Entry.Carried {
			n.Carried++
		}
	}
	return n
}

// assemble puts what is written and known beside the concepts, in their order.
func assemble(st Structure, entries map[string]Entry, figures map[string]Figure) []Item {
	out := make([]Item, 0, len(st.Concepts))
	for _, c := range st.Concepts {
		it := Item{Concept: c, Entry: entries[c.Code]}
		if f, ok := figures[c.Code]; ok {
			it.Figure = &f
		}
		out = append(out, it)
	}
	return out
}

// Dossier is a report in full, for its pages and its document.
type Dossier struct {
	Report
	Structure Structure
	Items     []Item
	Count     Completeness
	Versions  []Report // of the same cycle, newest first, itself among them
	Others    []Report // approved ones of the process about other cycles
	Steps     []string // verbs that the actor may take now; "write" and "renew" among them
	Own       bool     // the actor submitted it and so cannot approve it
	History   []office.Event
}

// Can says whether the actor may take a step now.
func (d Dossier) Can(verb string) bool { return slices.Contains(d.Steps, verb) }

// Chapter gives the items of a chapter: S.13 and all beneath it.
func (d Dossier) Chapter(code string) []Item {
	var out []Item
	for _, it := range d.Items {
		if it.Chapter() == code {
			out = append(out, it)
		}
	}
	return out
}

// Chapters are the items of the first level.
func (d Dossier) Chapters() []Item {
	var out []Item
	for _, it := range d.Items {
		if it.Level() == 1 {
			out = append(out, it)
		}
	}
	return out
}

// Report gives one version in full, by id, or the newest by number; NotFound when the actor may not see it.
func (s *Service) Report(ctx context.Context, idOrNumber string) (Dossier, error) {
	scope, err := office.Allowed(ctx, policies.QualityRead)
	if err != nil {
		return Dossier{}, err
	}
	db, who := s.DB.Read(), actor.From(ctx)
	r, err := reportBy(ctx, db, idOrNumber)
	if err != nil {
		return Dossier{}, err
	}
	if !scope.Department(r.OwnerID) {
		return Dossier{}, apperr.Missing(Kind)
	}
	d := Dossier{Report: r}
	if err := s.fill(ctx, &d); err != nil {
		return d, err
	}
	if d.Versions, err = versionsOf(ctx, db, r.CycleID); err != nil {
		return d, err
	}
	if d.Others, err = earlierReports(ctx, db, r); err != nil {
		return d, err
	}
	d.Own = who.UserID != "" && who.UserID == r.SubmittedBy
	newest := d.Versions[0].ID == r.ID
	for _, t := range office.Next(Transitions, r.State) {
		if t.Verb == "replace" || t.Verb == "approve" && d.Own || who.UserID == "" || !policies.For(who, t.Action).Department(r.OwnerID) {
			continue
		}
		if t.Verb == "publish" && !newest && !d.Versions[0].ApprovedAt.IsZero() {
			continue
		}
		d.Steps = append(d.Steps, t.Verb)
	}
	if writes(who, r.OwnerID) {
		switch {
		case r.State == Draft:
			d.Steps = append(d.Steps, "write")
		case newest && !r.ApprovedAt.IsZero():
			d.Steps = append(d.Steps, "renew")
		}
	}
	d.History, err = s.KIS.History(ctx, Kind, r.ID, 60)
	return d, err
}

// fill reads what stands in a report: figures of now in a draft, those of the
// day it was submitted else.
func (s *Service) fill(ctx context.Context, d *Dossier) (err error) {
	db := s.DB.Read()
	if d.Structure, err = structureOf(ctx, db, d.Report.Structure); err != nil {
		return err
	}
	entries, err := entriesOf(ctx, db, d.ID)
	if err != nil {
		return err
	}
	var figures map[string]Figure
	if d.State == Draft {
		figures, err = s.figures(ctx, d.CycleID, d.Structure)
	} else {
		figures, err = figuresOf(ctx, db, d.ID)
	}
	if err != nil {
		return err
	}
	d.Items = assemble(d.Structure, entries, figures)
	d.Count = Count(d.Items)
	return nil
}

// Public gives the published version of a report to whoever asks, without who
// wrote it and without its history. NotFound when there is none.
func (s *Service) Public(ctx context.Context, number string) (Dossier, error) {
	var list []Report
	if err := withNames(s.DB.Read(), &list).Where("r.number = ? AND r.state = ?", number, Published).Limit(1).Scan(ctx); err != nil {
		return Dossier{}, store.MapError(err, "published report")
	}
	if len(list) == 0 {
		return Dossier{}, apperr.Missing(Kind)
	}
	d := Dossier{Report: list[0]}
	d.CreatedName, d.SubmittedName, d.ApprovedName = "", "", ""
	return d, s.fill(ctx, &d)
}

// PublicList lists what is published, newest first; after is the id of the
// last one seen.
func (s *Service) PublicList(ctx context.Context, query, after string, limit int) (rows []Report, more bool, err error) {
	q := withNames(s.DB.Read(), &rows).Where("r.state = ?", Published).OrderExpr("r.id DESC").Limit(int64(limit) + 1)
	words(q, query)
	if store.IsID(after) {
		q.Where("r.id < ?", after)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, false, store.MapError(err, "published reports")
	}
	if len(rows) > limit {
		return rows[:limit], true, nil
	}
	return rows, false, nil
}

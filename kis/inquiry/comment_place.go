package inquiry

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

// place is an object of comments as it was found: what it is called, where its
// page is, and who may see it.
type place struct {
	Object
	nameAZ, nameEN string
	href           string
	seen           func(actor.Actor) bool // nil: asked of the evidence
}

func (p place) label(lang string) string { return i18n.InLang(lang, p.nameAZ, p.nameEN) }

// task gives cycle and code of a task.
func (o Object) task() (cycleID, code string) {
	cycleID, code, _ = strings.Cut(o.ID, ":")
	return cycleID, code
}

// place finds an object that a person may see; every other is not found.
func (s *Service) place(ctx context.Context, db bun.IDB, o Object, who actor.Actor) (place, error) {
	p, err := s.find(ctx, db, o)
	if errors.Is(err, sql.ErrNoRows) {
		return p, apperr.Missing(o.Kind)
	}
	if err != nil {
		return p, store.MapError(err, "object of comments")
	}
	may := false
	if p.seen != nil {
		may = p.seen(who)
	} else {
		seen, err := s.KIS.SeesEvidence(ctx, db, who, []string{o.ID})
		if err != nil {
			return p, err
		}
		may = seen[o.ID] && policies.Can(who, policies.EvidenceRead)
	}
	if !may {
		return p, apperr.Missing(o.Kind)
	}
	return p, nil
}

// find reads an object whoever asks.
func (s *Service) find(ctx context.Context, db bun.IDB, o Object) (place, error) {
	p := place{Object: o}
	switch o.Kind {
	case OnSubmission:
		if !store.IsID(o.ID) {
			return p, apperr.Missing(o.Kind)
		}
		var r struct {
			Code, Period string
			Version      int
			TitleAZ      string `bun:"title_az"`
			TitleEN      string `bun:"title_en"`
		}
		err := db.NewRaw(`SELECT COALESCE(a.code, '') AS code, c.period, p.title_az, p.title_en, s.version FROM submissions s JOIN cycles c ON c.id = s.cycle_id
			JOIN processes p ON p.id = c.process_id LEFT JOIN activities a ON a.id = s.activity_id WHERE s.id = ?`, o.ID).Scan(ctx, &r)
		p.nameAZ, p.nameEN, p.href = r.Code+", "+r.TitleAZ+", "+r.Period, r.Code+", "+r.TitleEN+", "+r.Period, "/evidence/"+o.ID
		return p, err
	case OnRequest:
		if !store.IsID(o.ID) {
			return p, apperr.Missing(o.Kind)
		}
		var r Request
		err := db.NewSelect().Model(&r).Where("r.id = ?", o.ID).Scan(ctx)
		p.nameAZ, p.nameEN, p.href, p.seen = r.Number, r.Number, "/requests/"+o.ID, r.seenBy
		return p, err
	case OnDiscrepancy:
		if !store.IsID(o.ID) {
			return p, apperr.Missing(o.Kind)
		}
		var d Discrepancy
		err := db.NewSelect().Model(&d).Where("n.id = ?", o.ID).Scan(ctx)
		p.nameAZ, p.nameEN, p.href, p.seen = d.Number, d.Number, "/discrepancies/"+o.ID, d.seenBy
		return p, err
	case OnTask:
		cycleID, code := o.task()
		if !store.IsID(cycleID) || !kis.IsTaskCode(code) {
			return p, apperr.Missing(o.Kind)
		}
		var r struct {
			Period  string
			NameAZ  string `bun:"name_az"`
			NameEN  string `bun:"name_en"`
			TitleAZ string `bun:"title_az"`
			TitleEN string `bun:"title_en"`
		}
		err := db.NewRaw(`SELECT c.period, p.title_az, p.title_en, a.name_az, a.name_en FROM cycles c JOIN processes p ON p.id = c.process_id
			JOIN activities a ON a.version_id = c.version_id AND a.code = ? WHERE c.id = ? AND a.level = 'task'`, code, cycleID).Scan(ctx, &r)
		p.nameAZ, p.nameEN = code+" "+r.NameAZ+", "+r.TitleAZ+", "+r.Period, code+" "+r.NameEN+", "+r.TitleEN+", "+r.Period
		p.href = "/cycles/" + cycleID + "/tasks/" + code
		p.seen = func(a actor.Actor) bool {
			scope := policies.For(a, policies.CycleRead)
			return scope.Any || scope.Object("cycle", cycleID)
		}
		return p, err
	}
	return p, apperr.Missing("object")
}

// readers lists everybody who may see an object and its comments.
func (s *Service) readers(ctx context.Context, db bun.IDB, p place) ([]actor.Actor, error) {
	var list []actor.Actor
	var err error
	if p.seen == nil {
		list, err = s.KIS.EvidenceReaders(ctx, db, p.ID)
	} else if list, err = s.KIS.Actors(ctx, db); err == nil {
		list = slices.DeleteFunc(list, func(a actor.Actor) bool { return !p.seen(a) })
	}
	return slices.DeleteFunc(list, func(a actor.Actor) bool { return !policies.Can(a, policies.CommentRead) }), err
}

// root is under which the trail keeps what is said about the object.
func (p place) root() (kind, id string) {
	if p.Kind == OnRequest {
		return KindRequest, p.ID
	}
	return p.Kind, p.ID
}

// change is the trail entry of a comment. It says who did what when, and never
// what was said: the trail is read by people who may not see the object.
func (p place) change(m Comment, verb string, mentioned []string) store.Change {
	kind, root := p.root()
	label := p.nameAZ
	if p.Kind == OnSubmission || p.Kind == OnTask {
		label, _, _ = strings.Cut(label, ",") // the code alone
		label, _, _ = strings.Cut(label, " ")
	}
	after := map[string]any{"step": verb, "on": p.Kind}
	if len(mentioned) > 0 {
		after["mentioned"] = mentioned
	}
	return store.Change{Action: string(policies.CommentWrite), Kind: KindComment, ID: m.ID, Label: label, RootKind: kind, RootID: root, After: after}
}

// said checks a text and finds whom it mentions: ids, without the author.
func (s *Service) said(ctx context.Context, db bun.IDB, p place, n NewComment) (text string, mentioned []string, err error) {
	var c apperr.Check
	text = c.Text("text", n.Text, 1, maxComment)
	sound := c.Count() == 0 // no names are looked for in what is refused anyway
	everybody, err := s.KIS.Actors(ctx, db)
	if err != nil {
		return "", nil, err
	}
	people, err := s.persons(ctx, db, everybody, "")
	if err != nil {
		return "", nil, err
	}
	readers, err := s.readers(ctx, db, p)
	if err != nil {
		return "", nil, err
	}
	mention := func(field string, x Person) {
		if slices.Contains(mentioned, x.ID) || x.ID == actor.From(ctx).UserID {
			return
		}
		if !slices.ContainsFunc(readers, func(a actor.Actor) bool { return a.UserID == x.ID }) {
			c.Add(field, "inquiry.field.may_not_see", "person", x.Name)
			return
		}
		mentioned = append(mentioned, x.ID)
	}
	for _, id := range n.MentionIDs {
		i := slices.IndexFunc(people, func(x Person) bool { return x.ID == id })
		if i < 0 {
			c.Add("mention", "inquiry.field.unknown", "name", i18n.Shorten(id, 40))
			continue
		}
		mention("mention", people[i])
	}
	for _, name := range strings.SplitN(c.Text("mention", n.Mention, 0, maxComment), ";", maxSigns) {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		x, ok := picked(people, readers, name)
		if !ok {
			c.Add("mention", "inquiry.field.unknown", "name", i18n.Shorten(name, 80))
			continue
		}
		mention("mention", x)
	}
	if sound {
		for _, x := range named(people, readers, text) {
			mention("text", x)
		}
	}
	if len(mentioned) > maxMentions {
		c.Add("mention", "inquiry.field.mentions", "max", maxMentions)
	}
	return text, mentioned, c.Err()
}

// picked finds the person of a picked or typed name; of several of one name
// the one who may see the object.
func picked(people []Person, readers []actor.Actor, name string) (found Person, ok bool) {
	want := i18n.Fold(strings.TrimPrefix(name, "@"))
	for _, x := range people {
		if i18n.Fold(x.Pick()) != want && i18n.Fold(x.Name) != want {
			continue
		}
		if reads(readers, x.ID) {
			return x, true
		}
		if !ok {
			found, ok = x, true
		}
	}
	return found, ok
}

// named finds the people that a text names behind an @, longest names first. It
// looks behind the first maxSigns of them only.
func named(people []Person, readers []actor.Actor, text string) (out []Person) {
	names := make([]string, len(people))
	for i, x := range people {
		names[i] = i18n.Fold(x.Name)
	}
	rest := text
	for range maxSigns {
		_, after, found := strings.Cut(rest, "@")
		if !found {
			return out
		}
		rest = after
		begins := i18n.Fold(i18n.Shorten(after, longestName))
		var best Person
		length := 0
		for i, x := range people {
			name := names[i]
			if name == "" || !strings.HasPrefix(begins, name) || len(name) < length || (len(name) == length && reads(readers, best.ID)) {
				continue
			}
			best, length = x, len(name)
		}
		if length > 0 {
			out = append(out, best)
		}
	}
	return out
}

const (
	maxSigns    = 200
	longestName = 120 // letters of a name looked for
)

func reads(readers []actor.Actor, userID string) bool {
	return slices.ContainsFunc(readers, func(a actor.Actor) bool { return a.UserID == userID })
}

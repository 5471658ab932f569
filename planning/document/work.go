package document

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Work lists the first of what waits for the actor in documents.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	return kis.MyWork(ctx, s.WorkParts, kis.WorkLimit)
}

// WorkParts are the documents that wait for the actor: to read, to decide on
// when somebody else submitted them, to look at again, and drafts begun or
// given back.
func (s *Service) WorkParts(ctx context.Context) ([]kis.WorkPart, error) {
	if _, err := office.Allowed(ctx, policies.SelfUse); err != nil {
		return nil, err
	}
	who, today := actor.From(ctx), s.KIS.Today()
	if who.UserID == "" {
		return nil, nil
	}
	var parts []kis.WorkPart
	add := func(what, due string, where func(q *bun.SelectQuery)) {
		from := func() *bun.SelectQuery {
			q := s.DB.Read().NewSelect().TableExpr("document_versions AS v").Join("JOIN controlled_documents AS d ON d.id = v.document_id")
			where(q)
			return q
		}
		parts = append(parts, kis.WorkPart{Tab: kis.WorkMine, Name: "document." + what, Kind: "document.work.kind." + what, Menu: "/documents", From: from, Due: due, ID: "v.id",
			Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
				return s.items(ctx, who, what, today, keys)
			}})
	}
	if policies.Can(who, policies.DocumentConfirm) {
		add("read", "v.read_due", func(q *bun.SelectQuery) {
			q.Join("JOIN users AS u ON u.id = ?", who.UserID).Where("v.state = 'in_force' AND v.until_day IS NULL").Where("?", must(today)).
				Where("NOT EXISTS (SELECT 1 FROM document_acknowledgements AS a WHERE a.version_id = v.id AND a.user_id = ?)", who.UserID)
		})
	}
	if scope := policies.For(who, policies.DocumentApprove); !scope.None() {
		add("approve", "", func(q *bun.SelectQuery) {
			office.InScope(q, scope, "d.department_id").Where("v.state = 'approval' AND v.submitted_by <> ?", who.UserID)
		})
	}
	if scope := policies.For(who, policies.DocumentWrite); !scope.None() {
		add("review", "v.review_due", func(q *bun.SelectQuery) {
			office.InScope(q, scope, "d.department_id").Where("v.state = 'in_force' AND v.until_day IS NULL AND v.review_due <= ?", today.Add(reviewSoon))
		})
		add("write", "", func(q *bun.SelectQuery) {
			office.InScope(q, scope, "d.department_id").Where("v.state = 'draft' AND v.created_by = ?", who.UserID)
		})
	}
	return parts, nil
}

// icons of what is to be done.
var icons = map[string]string{"read": "book-2", "approve": "signature", "review": "refresh", "write": "pencil"}

// items makes the items of versions; what is the step they wait for.
func (s *Service) items(ctx context.Context, who actor.Actor, what string, today day.Day, keys []kis.WorkKey) ([]kis.WorkItem, error) {
	ids, _ := kis.WorkIDs(keys)
	var rows []struct {
		Version
		Number  string
		TitleAZ string `bun:"title_az"`
		TitleEN string `bun:"title_en"`
		Code    string
	}
	err := s.DB.Read().NewSelect().TableExpr("document_versions AS v").ColumnExpr("v.*, d.number, d.title_az, d.title_en, e.code").
		Join("JOIN controlled_documents AS d ON d.id = v.document_id").Join("JOIN departments AS e ON e.id = d.department_id").Where("v.id IN (?)", bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, store.MapError(err, "work on documents")
	}
	out := make([]kis.WorkItem, len(rows))
	for i, r := range rows {
		due := day.Day("")
		switch what {
		case "read":
			due = r.ReadDue
		case "review":
			due = r.ReviewDue
		}
		out[i] = kis.WorkItem{Due: due, KindKey: "document.work.kind." + what, Icon: icons[what], Title: r.Number + " " + i18n.InLang(who.Lang, r.TitleAZ, r.TitleEN), Reason: r.Code,
			Href: "/documents/" + r.DocumentID, VerbKey: "document.work.verb." + what, Overdue: due != "" && due < today, ID: r.ID}
		if what == "write" {
			out[i].Quote = r.Reason
		}
	}
	return out, nil
}

// notice is the kind of notices by which people choose.
const notice = "document"

// Announcements says whom a step of a document concerns: who decides when a
// version is submitted, who submitted it when it is given back, who must read
// it when it comes into force or leaves it, and who has not when reminded.
func (s *Service) Announcements(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	facts := e.Facts()
	if e.Kind != Object {
		return nil, nil
	}
	switch facts["step"] {
	case "submit", "return", "approve", "withdraw", "remind":
	default:
		return nil, nil
	}
	var d Document
	if err := db.NewSelect().Model(&d).Where("d.id = ?", e.ID).Scan(ctx); err != nil {
		return nil, store.MapError(err, "document of an entry")
	}
	var v Version
	if err := db.NewSelect().Model(&v).ColumnExpr("v.*").Where("v.id = ? AND v.document_id = ?", facts["version"], d.ID).Scan(ctx); err != nil {
		return nil, store.MapError(err, "version of an entry")
	}
	var to func(actor.Actor) bool
	switch facts["step"] {
	case "submit":
		to = func(a actor.Actor) bool { return policies.For(a, policies.DocumentApprove).Department(d.DepartmentID) }
	case "return":
		to = func(a actor.Actor) bool { return a.UserID == v.SubmittedBy || a.UserID == v.CreatedBy }
	default:
		list, err := readings(ctx, db, d.ID, v.ID, s.KIS.Today())
		if err != nil {
			return nil, err
		}
		asked := map[string]bool{}
		for _, r := range list {
			asked[r.UserID] = r.Must && (facts["step"] != "remind" || r.At.IsZero())
		}
		to = func(a actor.Actor) bool { return asked[a.UserID] }
	}
	return []office.Announcement{{Kind: notice, Key: "document.notice." + facts["step"], Href: "/documents/" + d.ID, For: to,
		Args: map[string]string{"who": e.ActorName, "number": d.Number, "name_az": d.TitleAZ, "name_en": i18n.InLang("en", d.TitleAZ, d.TitleEN), "due": string(v.ReadDue), "note": e.Note}}}, nil
}

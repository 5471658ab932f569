package register

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// noticeKind is what people choose by in their notices.
const noticeKind = "register"

// Announcements says whom a step of an application concerns: the operator when
// one is signed, the officers of the body when a notice of defects is sent, a
// service is entered or an application is refused. One query for a step that
// matters.
func (s *Service) Announcements(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error) {
	step := e.Facts()["step"]
	if e.Kind != kindApplication || (step != "sign" && step != "notify" && step != "register" && step != "refuse") {
		return nil, nil
	}
	var t struct {
		ID, Number, Title string
		AgencyID          string
		AgencyAZ          string `bun:"agency_az"`
		AgencyEN          string `bun:"agency_en"`
		RegisterNumber    string `bun:",nullzero"`
	}
	err := db.NewSelect().TableExpr("register_applications AS ra").ColumnExpr("ra.id, ra.number, ra.title, ra.agency_id").
		ColumnExpr("ag.name_az AS agency_az, ag.name_en AS agency_en, es.number AS register_number").
		Join("JOIN agencies AS ag ON ag.id = ra.agency_id").Join("LEFT JOIN eservices AS es ON es.id = ra.service_id").Where("ra.id = ?", e.ID).Scan(ctx, &t)
	if err != nil {
		return nil, store.MapError(err, "application of an entry")
	}
	args := map[string]string{"who": e.ActorName, "number": t.Number, "title": textOf(t.Title), "agency_az": t.AgencyAZ, "agency_en": t.AgencyEN, "note": e.Note,
		"register_number": t.RegisterNumber, "due": string(day.Day(e.Facts()["due"]))}
	officers := func(a actor.Actor) bool { return policies.For(a, policies.RegisterSign).Agency(t.AgencyID) }
	operators := func(a actor.Actor) bool { return policies.For(a, policies.RegisterCheck).Agency(t.AgencyID) }
	to := officers
	if step == "sign" {
		to = operators
	}
	return []office.Announcement{{Kind: noticeKind, Key: "register.notice." + step, Args: args, Href: "/applications/" + t.ID, For: to}}, nil
}

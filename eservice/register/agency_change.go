package register

import (
	"context"
	"regexp"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

var (
	agencyCode  = regexp.MustCompile(`^[\p{Lu}0-9][\p{Lu}0-9-]{0,19}$`)
	unitCode    = regexp.MustCompile(`^[\p{Lu}0-9][\p{Lu}0-9-]{0,19}$`)
	mailAddress = regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[^\s@]+$`)
)

// AgencyEvent is what happened to a body, with its legal basis.
type AgencyEvent struct {
	bun.BaseModel `bun:"table:agency_events,alias:ae"`

	ID       string    `bun:"id,pk"`
	AgencyID string    `bun:"agency_id"`
	Kind     string    `bun:"kind"` // created, renamed, merged, split, abolished
	OtherID  string    `bun:"other_id,nullzero"`
	Day      day.Day   `bun:"day"`
	Basis    string    `bun:"basis"`
	Services int       `bun:"services"`
	Actor    string    `bun:"actor"`
	At       time.Time `bun:"at"`

	OtherCode string `bun:"other_code,scanonly"`
	OtherName string `bun:"other_name,scanonly"`
	Code      string `bun:"code,scanonly"`
	Name      string `bun:"name,scanonly"`
}

// NewAgency is a body to be entered.
type NewAgency struct {
	Code, NameAZ, NameEN string
	Section              AgencySection
	From                 day.Day // empty: it was there before
	Basis                string
}

func (n *NewAgency) check(c *apperr.Check) {
	n.Code = c.Text("code", n.Code, 1, 20)
	if n.Code != "" && !agencyCode.MatchString(n.Code) {
		c.Add("code", "register.field.agency_code")
	}
	n.NameAZ, n.NameEN = c.Text("name_az", n.NameAZ, 1, 300), c.Text("name_en", n.NameEN, 0, 300)
	if n.NameEN == "" {
		n.NameEN = n.NameAZ
	}
	apperr.OneOf(c, "section", n.Section, Central, Local)
	n.Basis = c.Text("basis", n.Basis, 3, 1000)
}

func (n NewAgency) make(now time.Time) Agency {
	return Agency{ID: store.NewID(), Code: n.Code, NameAZ: n.NameAZ, NameEN: n.NameEN, Section: n.Section, FromDay: n.From, ContactText: "{}", Revision: 1,
		SearchKey: i18n.Fold(n.NameAZ + " " + n.NameEN + " " + n.Code), SortKey: i18n.SortKey(n.NameAZ), CreatedAt: now}
}

// CreateAgency enters a body.
func (s *Service) CreateAgency(ctx context.Context, n NewAgency) (Agency, error) {
	if _, err := office.Allowed(ctx, policies.AgencyChange); err != nil {
		return Agency{}, err
	}
	var check apperr.Check
	if n.check(&check); n.From > s.KIS.Today() {
		check.Add("from", "register.check.not_future")
	}
	if err := check.Err(); err != nil {
		return Agency{}, err
	}
	var a Agency
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		a = n.make(tx.Now)
		if _, err := tx.NewInsert().Model(&a).Exec(ctx); err != nil {
			return store.MapError(err, "insert agency")
		}
		return addAgencyEvent(ctx, tx, a, AgencyEvent{Kind: "created", Day: max(n.From, codesFrom), Basis: n.Basis}, nil, a)
	})
	return a, err
}

// AgencyChange is what happens to a body on a day, on the basis of an act.
type AgencyChange struct {
	AgencyID string
	Day      day.Day // from which it holds
	Basis    string

	NameAZ, NameEN string    // renamed
	Into           string    // merged: code of the body that takes over
	Part           NewAgency // split: the body that is split off
	Services       []string  // split: ids of the services that go with it
}

// Rename gives a body another name from a day; what it was called before
// stays with what happened before.
func (s *Service) Rename(ctx context.Context, in AgencyChange) error {
	var check apperr.Check
	az, en := check.Text("name_az", in.NameAZ, 1, 300), check.Text("name_en", in.NameEN, 0, 300)
	if en == "" {
		en = az
	}
	return s.changeAgency(ctx, in, &check, func(tx *store.Tx, a Agency) error {
		if err := rememberName(ctx, tx, a, in.Day, az, en); err != nil {
			return err
		}
		before := map[string]any{"name_az": a.NameAZ}
		a.NameAZ, a.NameEN = az, en
		a.SearchKey, a.SortKey = i18n.Fold(az+" "+en+" "+a.Code), i18n.SortKey(az)
		a.Revision++
		if err := updateAgency(ctx, tx, a, "name_az", "name_en", "search_key", "sort_key", "revision"); err != nil {
			return err
		}
		return addAgencyEvent(ctx, tx, a, AgencyEvent{Kind: "renamed", Day: in.Day, Basis: in.Basis}, before, map[string]any{"name_az": az, "from": in.Day})
	})
}

// Merge ends a body on the day before Day; its services and open applications
// go to another one, and the services keep their numbers.
func (s *Service) Merge(ctx context.Context, in AgencyChange) error {
	var check apperr.Check
	check.Text("into", in.Into, 1, 20)
	return s.changeAgency(ctx, in, &check, func(tx *store.Tx, a Agency) error {
		into, err := agencyByCode(ctx, tx, in.Into)
		if err != nil {
			if apperr.Is(err, apperr.NotFound) {
				return apperr.InvalidField("into", "register.agency.unknown", "code", i18n.Shorten(in.Into, 20))
			}
			return err
		}
		if into.ID == a.ID || into.ToDay != "" || into.FromDay > in.Day {
			return apperr.InvalidField("into", "register.agency.into", "code", into.Code)
		}
		n, err := s.transfer(ctx, tx, a, into, nil, in.Day)
		if err != nil {
			return err
		}
		if err := s.endAgency(ctx, tx, a, in.Day); err != nil {
			return err
		}
		return addAgencyEvent(ctx, tx, a, AgencyEvent{Kind: "merged", OtherID: into.ID, Day: in.Day, Basis: in.Basis, Services: n}, nil,
			map[string]any{"into": into.Code, "services": n, "from": in.Day})
	})
}

// Split makes a new body out of a part of another: the services named go over.
func (s *Service) Split(ctx context.Context, in AgencyChange) (Agency, error) {
	var check apperr.Check
	in.Part.From, in.Part.Basis = in.Day, in.Basis
	in.Part.check(&check)
	var part Agency
	err := s.changeAgency(ctx, in, &check, func(tx *store.Tx, a Agency) error {
		part = in.Part.make(tx.Now)
		part.ContactText = a.ContactText
		if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
			return store.MapError(err, "insert agency")
		}
		n := 0
		if len(in.Services) > 0 {
			var err error
			if n, err = s.transfer(ctx, tx, a, part, in.Services, in.Day); err != nil {
				return err
			}
			if n != len(in.Services) {
				return apperr.InvalidField("services", "register.agency.services")
			}
		}
		return addAgencyEvent(ctx, tx, a, AgencyEvent{Kind: "split", OtherID: part.ID, Day: in.Day, Basis: in.Basis, Services: n}, nil,
			map[string]any{"part": part.Code, "services": n, "from": in.Day})
	})
	return part, err
}

// Abolish ends a body that leaves nothing behind: it may have no registered
// service and no open application.
func (s *Service) Abolish(ctx context.Context, in AgencyChange) error {
	return s.changeAgency(ctx, in, &apperr.Check{}, func(tx *store.Tx, a Agency) error {
		n, err := liveParts(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if n > 0 {
			return apperr.New(apperr.Conflict, "register.agency.has_services", "count", n)
		}
		if err := s.endAgency(ctx, tx, a, in.Day); err != nil {
			return err
		}
		return addAgencyEvent(ctx, tx, a, AgencyEvent{Kind: "abolished", Day: in.Day, Basis: in.Basis}, nil, map[string]any{"from": in.Day})
	})
}

// changeAgency is what all changes share: the operator alone makes them, on a
// day that is not to come and not before the last change, so that the past is
// never written anew.
func (s *Service) changeAgency(ctx context.Context, in AgencyChange, check *apperr.Check, change func(tx *store.Tx, a Agency) error) error {
	if _, err := office.Allowed(ctx, policies.AgencyChange); err != nil {
		return err
	}
	check.Text("basis", in.Basis, 3, 1000)
	switch {
	case in.Day == "":
		check.Add("day", "error.field.required")
	case in.Day > s.KIS.Today():
		check.Add("day", "register.check.not_future")
	}
	if err := check.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := lockAgency(ctx, tx, in.AgencyID)
		if err != nil {
			return err
		}
		if a.ToDay != "" {
			return apperr.New(apperr.Conflict, "register.agency.gone", "date", a.ToDay.Format())
		}
		last, err := lastChange(ctx, tx, a)
		if err != nil {
			return err
		}
		if in.Day <= last {
			return apperr.InvalidField("day", "error.field.date_after", "date", last.Format())
		}
		return change(tx, a)
	})
}

func (s *Service) endAgency(ctx context.Context, tx *store.Tx, a Agency, from day.Day) error {
	a.ToDay = from.Add(-1)
	a.Revision++
	return updateAgency(ctx, tx, a, "to_day", "revision")
}

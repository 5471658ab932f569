package register

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Application is a questionnaire of a body: a new service, a change or a
// removal (4.3–4.10).
type Application struct {
	bun.BaseModel `bun:"table:register_applications,alias:ra"`

	ID          string    `bun:"id,pk"`
	Number      string    `bun:"number"` // "EM-2026-017"
	Kind        Kind      `bun:"kind"`
	State       State     `bun:"state"`
	AgencyID    string    `bun:"agency_id"`
	ServiceID   string    `bun:"service_id,nullzero"`
	Title       string    `bun:"title"`
	SearchKey   string    `bun:"search_key"`
	ItemsText   string    `bun:"items"`
	Revision    int       `bun:"revision"` // of the row; who saw an older one is told
	Round       int       `bun:"round"`    // how often it was signed
	SubmitDue   day.Day   `bun:"submit_due"`
	Due         day.Day   `bun:"due"`   // last day of the clock that runs
	Clock       string    `bun:"clock"` // code of its term
	ClockFrom   day.Day   `bun:"clock_from"`
	Confirmed   bool      `bun:"confirmed"` // false: a year of the clock has no confirmed calendar
	CreatedBy   string    `bun:"created_by,nullzero"`
	CreatedAt   time.Time `bun:"created_at"`
	EditedBy    string    `bun:"edited_by"` // name
	EditedAt    time.Time `bun:"edited_at"`
	SubmittedAt time.Time `bun:"submitted_at,nullzero"`
	FoundAt     time.Time `bun:"found_at,nullzero"`
	ReturnedAt  time.Time `bun:"returned_at,nullzero"`
	DecidedAt   time.Time `bun:"decided_at,nullzero"`

	Items Items `bun:"-"`
}

// Open says whether something is still to come.
func (a Application) Open() bool {
	return a.State == Draft || a.State == Submitted || a.State == Defective || a.State == Returned
}

// Editable says whether the body may fill it in now.
func (a Application) Editable() bool { return a.State == Draft || a.State == Returned }

// Overdue says whether the clock that runs has run out.
func (a Application) Overdue(today day.Day) bool { return a.Due != "" && a.Due < today }

func (a *Application) unpack() (err error) {
	a.Items, err = decode(a.ItemsText)
	return err
}

// pack puts the items into the columns that hold them.
func (a *Application) pack() {
	a.ItemsText, _ = a.Items.encode()
	if name := a.Items.Get(clauseName); name != "" {
		a.Title = name
	}
	a.SearchKey = i18n.Fold(a.Title)
}

// Begin starts an application of the actor's body: agencyCode may be empty
// when the actor has one. A change and a removal name a registered service;
// there is one application at a time about it.
func (s *Service) Begin(ctx context.Context, kind Kind, agencyID, serviceID string) (Application, error) {
	sc, err := office.Allowed(ctx, policies.RegisterFill)
	if err != nil {
		return Application{}, err
	}
	var check apperr.Check
	apperr.OneOf(&check, "kind", kind, KindNew, KindChange, KindRemoval)
	if err := check.Err(); err != nil {
		return Application{}, err
	}
	a := Application{Kind: kind, Items: Items{}, Revision: 1, Confirmed: true}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if kind == KindNew {
			if agencyID == "" && len(sc.Agencies) == 1 {
				agencyID = sc.Agencies[0]
			}
			a.AgencyID = agencyID
		} else if err := s.beginAbout(ctx, tx, &a, serviceID); err != nil {
			return err
		}
		if !sc.Agency(a.AgencyID) {
			return apperr.Missing(kindAgency)
		}
		ag, err := lockAgency(ctx, tx, a.AgencyID)
		if err != nil {
			return err
		}
		if ag.ToDay != "" {
			return apperr.New(apperr.Conflict, "register.agency.gone", "date", ag.ToDay.Format())
		}
		return s.insertBegun(ctx, tx, a, ag, &a)
	})
	return a, err
}

// beginAbout fills in what is known of a registered service.
func (s *Service) beginAbout(ctx context.Context, tx *store.Tx, a *Application, serviceID string) error {
	sv, err := lockService(ctx, tx, serviceID)
	if err != nil {
		return err
	}
	if sc, err := office.Allowed(ctx, policies.RegisterFill); err != nil || !sc.Agency(sv.AgencyID) {
		return apperr.Missing(kindService)
	}
	if sv.State != ServiceRegistered {
		return apperr.New(apperr.Conflict, "register.service.not_registered")
	}
	other, err := openAbout(ctx, tx, sv.ID)
	if err != nil {
		return err
	}
	if other != "" {
		return apperr.New(apperr.Conflict, "register.application.exists", "number", other)
	}
	a.AgencyID, a.ServiceID, a.Title = sv.AgencyID, sv.ID, sv.NameAZ
	if a.Kind == KindChange {
		if a.Items, err = itemsOf(ctx, tx, sv.ID, sv.Version); err != nil {
			return err
		}
		for _, clause := range []string{clauseChangeBasis, clauseChangeDay} { // of the change before
			a.Items = a.Items.with(clause, "")
		}
	}
	return nil
}

func (s *Service) insertBegun(ctx context.Context, tx *store.Tx, a Application, ag Agency, out *Application) error {
	year := s.KIS.Today().Year()
	n, err := tx.NextNumber(ctx, "register_application", year)
	if err != nil {
		return err
	}
	a.ID, a.Number, a.State = store.NewID(), officialNumber("EM", year, n, 3), Draft
	a.CreatedBy, a.CreatedAt, a.EditedBy, a.EditedAt = tx.Actor.UserID, tx.Now, tx.Actor.Name, tx.Now
	a.pack()
	if _, err := tx.NewInsert().Model(&a).Exec(ctx); err != nil {
		return store.MapError(err, "insert application")
	}
	*out = a
	return s.recordStep(ctx, tx, a, "", "begin", policies.RegisterFill, "", map[string]any{"kind": a.Kind, "agency": ag.Code, "service": a.Title})
}

// SectionEdit is a page of the form as it was typed, by clause.
type SectionEdit struct {
	ApplicationID string
	Section       Section // empty: the items that are typed, of whatever page; the others stay
	Typed         map[string]string
	Seen          int // revision that was looked at
}

// SaveSection keeps a page of the form, complete or not: what is missing is
// told by Problems and stops the signature only. A value that is none is
// Invalid with its field. Who saw an older revision is told with a Conflict
// that names who changed it.
func (s *Service) SaveSection(ctx context.Context, in SectionEdit) (revision int, err error) {
	if _, err := office.Allowed(ctx, policies.RegisterFill); err != nil {
		return 0, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := s.lockApplication(ctx, tx, in.ApplicationID, policies.RegisterFill)
		if err != nil {
			return err
		}
		if !a.Editable() {
			return apperr.New(apperr.Conflict, "register.application.closed", "state", "register.state."+string(a.State))
		}
		if in.Seen != a.Revision {
			return apperr.New(apperr.Conflict, "register.application.changed", "who", a.EditedBy, "at", a.EditedAt)
		}
		codes, err := loadCodes(ctx, tx)
		if err != nil {
			return err
		}
		items, err := readSection(a, in, codes, s.KIS.Today())
		if err != nil {
			return err
		}
		before := a.Items
		changed := Compare(before, items)
		revision = a.Revision
		if len(changed) == 0 {
			return store.ErrNoChange
		}
		a.Items = items
		a.pack()
		if err := s.touch(ctx, tx, &a); err != nil {
			return err
		}
		revision = a.Revision
		b, f := map[string]string{}, map[string]string{}
		for _, d := range changed {
			b[d.Field.Clause], f[d.Field.Clause] = d.Before, d.After
		}
		tx.Record(store.Change{Action: string(policies.RegisterFill), Kind: kindApplication, ID: a.ID, Label: a.Number, Before: b, After: f})
		return nil
	})
	return revision, err
}

// touch stores the items of an application and starts its clock anew when they
// say another day.
func (s *Service) touch(ctx context.Context, tx *store.Tx, a *Application) error {
	if a.State == Draft {
		if err := s.setClock(ctx, tx, a, s.KIS.Today()); err != nil {
			return err
		}
	}
	a.Revision++
	a.EditedBy, a.EditedAt = tx.Actor.Name, tx.Now
	return updateApplication(ctx, tx, *a, a.State, "items", "title", "search_key", "revision", "edited_by", "edited_at", "submit_due", "due", "clock", "clock_from", "confirmed")
}

// readSection reads a page of the form over what the application says.
func readSection(a Application, in SectionEdit, codes Codes, today day.Day) (Items, error) {
	var check apperr.Check
	fields := SectionFields(a.Kind, in.Section)
	if in.Section == "" {
		fields = typedFields(&check, a.Kind, in.Typed)
	} else if len(fields) == 0 {
		return nil, apperr.Missing("section")
	}
	items := a.Items
	for _, f := range fields {
		if f.Kind == KindFiles {
			continue // added and removed by themselves
		}
		items = items.with(f.Clause, f.read(in.Typed[f.Clause], codes, today, func(key string, args ...any) { check.Add(f.Key(), key, args...) }))
	}
	return items, check.Err()
}

// typedFields are the items of an application that were typed; one that it does
// not have, or that is not typed but attached, is named.
func typedFields(check *apperr.Check, k Kind, typed map[string]string) (out []Field) {
	known := map[string]bool{}
	for _, s := range Sections(k) {
		for _, f := range SectionFields(k, s) {
			if _, ok := typed[f.Clause]; ok && f.Kind != KindFiles {
				out = append(out, f)
				known[f.Clause] = true
			}
		}
	}
	for _, clause := range slices.Sorted(maps.Keys(typed)) {
		if !known[clause] {
			check.Add(Field{Clause: clause}.Key(), "register.field.clause", "clause", i18n.Shorten(clause, 20))
		}
	}
	return out
}

// AddSamples attaches uploaded files to an application (2.3.16).
func (s *Service) AddSamples(ctx context.Context, applicationID string, uploads []string) error {
	if len(uploads) == 0 {
		return apperr.InvalidField("file", "error.upload.none")
	}
	return s.samples(ctx, applicationID, func(tx *store.Tx, a *Application) (map[string]any, error) {
		files, err := kis.AttachUploads(ctx, tx, uploads)
		if err != nil {
			return nil, err
		}
		if len(a.Items.Lines(clauseSamples))+len(files) > 20 {
			return nil, apperr.InvalidField("file", "register.field.lines", "max", 20)
		}
		var names []string
		value := a.Items.Get(clauseSamples)
		for _, f := range files {
			if value != "" {
				value += "\n"
			}
			value += f.ID
			names = append(names, f.Name)
			if _, err := tx.NewRaw("INSERT INTO register_files (application_id, file_id) VALUES (?, ?)", a.ID, f.ID).Exec(ctx); err != nil {
				return nil, store.MapError(err, "link file")
			}
		}
		a.Items = a.Items.with(clauseSamples, value)
		return map[string]any{"files": names}, nil
	})
}

// RemoveSample takes a file off an application; versions that named it keep it.
func (s *Service) RemoveSample(ctx context.Context, applicationID, fileID string) error {
	return s.samples(ctx, applicationID, func(tx *store.Tx, a *Application) (map[string]any, error) {
		if !a.Items.Has(clauseSamples, fileID) {
			return nil, apperr.Missing("file")
		}
		var kept []string
		for _, id := range a.Items.Lines(clauseSamples) {
			if id != fileID {
				kept = append(kept, id)
			}
		}
		a.Items = a.Items.with(clauseSamples, joinLines(kept))
		return map[string]any{"removed": fileID}, nil
	})
}

func (s *Service) samples(ctx context.Context, applicationID string, change func(tx *store.Tx, a *Application) (map[string]any, error)) error {
	if _, err := office.Allowed(ctx, policies.RegisterFill); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := s.lockApplication(ctx, tx, applicationID, policies.RegisterFill)
		if err != nil {
			return err
		}
		if !a.Editable() || a.Kind == KindRemoval {
			return apperr.New(apperr.Conflict, "register.application.closed", "state", "register.state."+string(a.State))
		}
		after, err := change(tx, &a)
		if err != nil {
			return err
		}
		a.pack()
		if err := s.touch(ctx, tx, &a); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.RegisterFill), Kind: kindApplication, ID: a.ID, Label: a.Number, After: after})
		return nil
	})
}

// textOf shortens words of people for one line of a list.
func textOf(s string) string { return i18n.Shorten(s, 120) }

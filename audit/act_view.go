package audit

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// AuditRef names the audit an act comes from.
type AuditRef struct {
	ID     string
	Number string
	Title  string
	Kind   Kind
	State  State
	RowNo  string // checklist row the finding was raised from
}

// ActRef names an act.
type ActRef struct{ ID, Number string }

// ActionView is a corrective action with names and files resolved.
type ActionView struct {
	Action

	Owner      Person
	Others     []Person // who own it too
	ReportedBy Person
	VerifiedBy Person
	Files      []kis.File
	Evidence   []Evidence      // submissions that show that it was done
	Extended   []ExtensionView // requests for more time, first one first
	Steps      []string        // verbs of ActionTransitions open to the actor, and "remove", "request", "decide"

	owners []ActionOwner
}

// ExtensionView is a request for more time with names.
type ExtensionView struct {
	Extension

	Requested, Decided Person
}

// Asked is the request for more time that waits for a decision.
func (a ActionView) Asked() (ExtensionView, bool) {
	for _, x := range a.Extended {
		if x.State == ExtensionRequested {
			return x, true
		}
	}
	return ExtensionView{}, false
}

// Owns says whether a person is one of the owners.
func (a ActionView) Owns(userID string) bool {
	return slices.ContainsFunc(a.owners, func(o ActionOwner) bool { return o.UserID == userID })
}

// Overdue says whether the action is late on a day.
func (a ActionView) Overdue(today day.Day) bool {
	return a.State != ActionDone && a.State != ActionVerified && a.Due < today
}

// ActView is everything a page or a document says about an act.
type ActView struct {
	Act

	Department   office.Department
	Audit        AuditRef // zero when the act does not come from an audit
	Cycle        CycleRef // zero when it concerns no cycle
	ActivityAZ   string   // name of the GSBPM activity
	ActivityEN   string
	StandardName Standard
	ClauseName   Clause
	Finding      Finding
	Repeats      ActRef    // the earlier act it repeats, zero for a first time
	From         OriginRef // where an act that comes from no audit comes from
	Similar      []Similar // acts found similar when looking for other cases
	Lead         Person    // who leads the audit, or the act when it comes from none
	Evidence     []Evidence
	Causes       []Cause
	Categories   []CauseCategory // branches of a diagram of causes, in its order
	Actions      []ActionView
	Events       []ActEvent // newest first
	Addenda      []Addendum
	People       map[string]Person // everybody the act names by id
	Steps        []string          // verbs of ActTransitions open to the actor, and "edit", "respond", "addendum"

	tied map[string]bool // departments whose work the actor may not judge
}

// Can says whether a step is open to the actor.
func (v ActView) Can(verb string) bool { return slices.Contains(v.Steps, verb) }

// Person gives somebody the act names by id.
func (v ActView) Person(id string) Person { return v.People[id] }

// Verified counts the verified actions.
func (v ActView) Verified() (n int) {
	for _, a := range v.Actions {
		if a.State == ActionVerified {
			n++
		}
	}
	return n
}

// LastDue is the latest term among the actions that are not verified.
func (v ActView) LastDue() (last day.Day) {
	for _, a := range v.Actions {
		if a.State != ActionVerified && a.Due > last {
			last = a.Due
		}
	}
	return last
}

// Act gives an act with everything its page shows.
func (s *Service) Act(ctx context.Context, id string) (ActView, error) {
	a, err := s.seenAct(ctx, s.DB.Read(), id)
	if err != nil {
		return ActView{}, err
	}
	return s.actView(ctx, s.DB.Read(), a)
}

// ActDossier gives an act by number or id for documents, in a fixed number of
// queries.
func (s *Service) ActDossier(ctx context.Context, key string) (ActView, error) {
	if _, err := office.Allowed(ctx, policies.ActRead); err != nil {
		return ActView{}, err
	}
	id, err := idByNumber(ctx, s.DB.Read(), "acts", key)
	if err != nil {
		return ActView{}, err
	}
	return s.Act(ctx, id)
}

func (s *Service) actView(ctx context.Context, db bun.IDB, a Act) (ActView, error) {
	v := ActView{Act: a}
	part, err := partOfAct(ctx, db, a)
	if err != nil {
		return v, err
	}
	if err := loadActRefs(ctx, db, &v); err != nil {
		return v, err
	}
	if err := loadActParts(ctx, db, &v); err != nil {
		return v, err
	}
	_, ids, err := links(ctx, db, "act_evidence", "act_id", []string{a.ID})
	if err != nil {
		return v, err
	}
	evidence, err := s.evidence(ctx, db, ids)
	if err != nil {
		return v, err
	}
	for _, id := range ids {
		v.Evidence = append(v.Evidence, evidence[id])
	}
	if err := s.loadActMore(ctx, db, &v); err != nil {
		return v, err
	}
	if err := loadActPeople(ctx, db, &v); err != nil {
		return v, err
	}
	if v.tied, err = s.tiedTo(ctx, db, v); err != nil {
		return v, err
	}
	v.Steps = actSteps(ctx, v, part, s.KIS.Today())
	for i := range v.Actions {
		v.Actions[i].Steps = actionSteps(ctx, v.Act, v.Actions[i], v.tied)
	}
	return v, nil
}

// loadActPeople resolves everybody the act names.
func loadActPeople(ctx context.Context, db bun.IDB, v *ActView) error {
	a := v.Act
	if a.AuditID == "" {
		v.Lead.ID = a.LeadID
	}
	ids := []string{a.CreatedBy, a.IssuedBy, a.AcknowledgedBy, a.ObjectedBy, a.ResolvedBy, a.PlannedBy, a.ApprovedBy, a.EffectBy, a.ClosedBy, v.Lead.ID}
	for _, ac := range v.Actions {
		ids = append(ids, ac.OwnerID, ac.Action.ReportedBy, ac.Action.VerifiedBy)
		for _, o := range ac.owners {
			ids = append(ids, o.UserID)
		}
		for _, x := range ac.Extended {
			ids = append(ids, x.RequestedBy, x.DecidedBy)
		}
	}
	var err error
	if v.People, err = people(ctx, db, ids); err != nil {
		return err
	}
	v.Lead = v.People[v.Lead.ID]
	for i, ac := range v.Actions {
		v.Actions[i].Owner = v.People[ac.OwnerID]
		v.Actions[i].ReportedBy = v.People[ac.Action.ReportedBy]
		v.Actions[i].VerifiedBy = v.People[ac.Action.VerifiedBy]
		for _, o := range ac.owners[1:] {
			v.Actions[i].Others = append(v.Actions[i].Others, v.People[o.UserID])
		}
		for k, x := range ac.Extended {
			ac.Extended[k].Requested, ac.Extended[k].Decided = v.People[x.RequestedBy], v.People[x.DecidedBy]
		}
	}
	return nil
}

// actSteps lists what the actor may do to the act now. The service decides
// again when it is done.
func actSteps(ctx context.Context, v ActView, part TeamRole, today day.Day) (steps []string) {
	who := actor.From(ctx)
	may := func(action policies.Action) bool {
		sc := policies.For(who, action)
		return sc.Department(v.DepartmentID) || allowedPart(sc, action, part)
	}
	owns := slices.ContainsFunc(v.Actions, func(a ActionView) bool { return a.Owns(who.UserID) })
	verified := slices.ContainsFunc(v.Actions, func(a ActionView) bool {
		return a.Round == v.Reopened && a.Action.VerifiedBy == who.UserID && who.UserID != ""
	})
	for _, t := range office.Next(ActTransitions, v.State) {
		switch {
		case t.Verb == "implement" || !may(t.Action):
		case owns && (t.Verb == "approve" || t.Verb == "confirm" || t.Verb == "fail"):
		case v.tied[v.DepartmentID] && slices.Contains(judging, t.Verb):
		case (verified || today < v.EffectDue) && (t.Verb == "confirm" || t.Verb == "fail"):
		default:
			steps = append(steps, t.Verb)
		}
	}
	if v.State == ActDraft && may(draftAction(v.Act)) {
		steps = append(steps, "edit")
	}
	if v.State == ActAcknowledged && may(policies.ActRespond) {
		steps = append(steps, "respond")
	}
	if !v.IssuedAt.IsZero() && may(policies.ActAddendum) {
		steps = append(steps, "addendum")
	}
	return steps
}

// actionSteps lists what the actor may do to a corrective action now.
func actionSteps(ctx context.Context, a Act, ac ActionView, tied map[string]bool) (steps []string) {
	who := actor.From(ctx)
	apart := !slices.ContainsFunc(append(departmentsOf(ac.owners), a.DepartmentID), func(id string) bool { return tied[id] })
	if a.State == ActAcknowledged && ac.State == ActionPlanned && ac.Round == a.Reopened && policies.For(who, policies.ActRespond).Department(a.DepartmentID) {
		return []string{"remove"}
	}
	if a.State != ActInProgress {
		return nil
	}
	for _, t := range office.Next(ActionTransitions, ac.State) {
		if mayOwned(ctx, ac.Action, ac.owners, t.Action) != nil {
			continue
		}
		if t.Action == policies.ActionVerify && (!apart || ac.Owns(who.UserID) || who.UserID == ac.Action.ReportedBy) {
			continue
		}
		steps = append(steps, t.Verb)
	}
	if !slices.Contains(extendable, ac.State) {
		return steps
	}
	asked, open := ac.Asked()
	switch {
	case !open && mayOwned(ctx, ac.Action, ac.owners, policies.ActionReport) == nil:
		steps = append(steps, "request")
	case open && apart && mayExtend(ctx) && !ac.Owns(who.UserID) && asked.RequestedBy != who.UserID:
		steps = append(steps, "decide")
	}
	return steps
}

// ActionFile gives a file of a corrective action of an act the actor may see.
func (s *Service) ActionFile(ctx context.Context, actID, fileID string) (kis.File, error) {
	a, err := s.seenAct(ctx, s.DB.Read(), actID)
	if err != nil {
		return kis.File{}, err
	}
	ok, err := fileOfAct(ctx, s.DB.Read(), a.ID, fileID)
	if err != nil {
		return kis.File{}, err
	}
	files, err := kis.FilesByID(ctx, s.DB.Read(), []string{fileID})
	if err != nil {
		return kis.File{}, err
	}
	f, found := files[fileID]
	if !ok || !found {
		return kis.File{}, apperr.Missing("file")
	}
	return f, nil
}

// Action gives a corrective action of an act the actor may see, with names,
// files and what the actor may do.
func (s *Service) Action(ctx context.Context, id string) (ActionView, error) {
	ac, err := s.seenAction(ctx, id)
	if err != nil {
		return ActionView{}, err
	}
	v, err := s.Act(ctx, ac.ActID)
	if err != nil {
		return ActionView{}, err
	}
	i := slices.IndexFunc(v.Actions, func(a ActionView) bool { return a.ID == id })
	if i < 0 {
		return ActionView{}, apperr.Missing(kindAction)
	}
	return v.Actions[i], nil
}

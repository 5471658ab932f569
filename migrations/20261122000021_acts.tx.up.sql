-- Findings with a life of their own, acts from other origins, trees of causes, similar cases, and corrective actions with more
-- owners, terms in working days, extensions and escalation.

-- The origin of an act: one more kind, and what it points at.
{{- if .PG}}
ALTER TABLE acts DROP CONSTRAINT acts_origin_check;
--bun:split
ALTER TABLE acts ADD CONSTRAINT acts_origin_check CHECK (origin IN ('finding', 'evidence', 'discrepancy', 'rating', 'complaint', 'measure'));
--bun:split
ALTER TABLE act_causes DROP CONSTRAINT act_causes_category_check;
{{- else}}
DROP TRIGGER acts_issued_text;
--bun:split
ALTER TABLE acts ADD COLUMN origin_kind TEXT NOT NULL DEFAULT 'finding' CHECK (origin_kind IN ('finding', 'evidence', 'discrepancy', 'rating', 'complaint', 'measure'));
--bun:split
UPDATE acts SET origin_kind = origin;
--bun:split
ALTER TABLE acts DROP COLUMN origin;
--bun:split
ALTER TABLE acts RENAME COLUMN origin_kind TO origin;
--bun:split
CREATE TRIGGER acts_issued_text BEFORE UPDATE ON acts WHEN OLD.issued_at IS NOT NULL AND (
  OLD.number IS NOT NEW.number OR OLD.origin IS NOT NEW.origin OR OLD.finding_id IS NOT NEW.finding_id OR OLD.audit_id IS NOT NEW.audit_id OR
  OLD.cycle_id IS NOT NEW.cycle_id OR OLD.department_id IS NOT NEW.department_id OR OLD.grade IS NOT NEW.grade OR OLD.standard IS NOT NEW.standard OR
  OLD.edition IS NOT NEW.edition OR OLD.clause IS NOT NEW.clause OR OLD.gsbpm IS NOT NEW.gsbpm OR OLD.criterion IS NOT NEW.criterion OR
  OLD.statement IS NOT NEW.statement OR OLD.objective_evidence IS NOT NEW.objective_evidence OR OLD.repeat_of IS NOT NEW.repeat_of OR
  OLD.issued_by IS NOT NEW.issued_by OR OLD.issued_at IS NOT NEW.issued_at)
BEGIN SELECT RAISE(ABORT, 'the act is issued'); END;
--bun:split
ALTER TABLE act_causes ADD COLUMN category_code TEXT NOT NULL DEFAULT '';
--bun:split
UPDATE act_causes SET category_code = category;
--bun:split
ALTER TABLE act_causes DROP COLUMN category;
--bun:split
ALTER TABLE act_causes RENAME COLUMN category_code TO category;
{{- end}}
--bun:split
-- Who leads an act that comes from no audit: issues it, hears the objection, approves the plan.
ALTER TABLE acts ADD COLUMN lead_id UUID REFERENCES users (id);
--bun:split
CREATE INDEX ix_acts__lead ON acts (lead_id, state);
--bun:split
-- What the present state was entered at, for days in a state and for boards.
ALTER TABLE acts ADD COLUMN state_at TIMESTAMPTZ;
--bun:split
UPDATE acts SET state_at = COALESCE((SELECT MAX(e.at) FROM act_events e WHERE e.act_id = acts.id AND e.action_id IS NULL AND e.to_state = acts.state), created_at);
--bun:split
CREATE INDEX ix_acts__state_at ON acts (state, state_at, id);
--bun:split
CREATE INDEX ix_acts__clause ON acts (clause, created_at, id); -- similar acts
--bun:split
CREATE INDEX ix_acts__gsbpm ON acts (gsbpm, created_at, id);
--bun:split
-- What an act from elsewhere points at. reference is the id of the thing in its own context.
CREATE TABLE act_origins (
  act_id        UUID PRIMARY KEY REFERENCES acts (id),
  kind          TEXT NOT NULL CHECK (kind IN ('evidence', 'discrepancy', 'rating', 'complaint', 'measure')),
  submission_id UUID REFERENCES submissions (id), -- of kind evidence
  reference     TEXT NOT NULL, -- id in the context of the kind; empty for a complaint on paper
  label         TEXT NOT NULL, -- as people call it
  received_on   TEXT NOT NULL DEFAULT '' -- of a complaint
);
--bun:split
CREATE INDEX ix_act_origins__reference ON act_origins (kind, reference);
--bun:split
CREATE INDEX ix_act_origins__submission ON act_origins (submission_id);
--bun:split
-- Branches of a diagram of causes (Ishikawa), as data.
CREATE TABLE cause_categories (
  code     TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  name_az  TEXT NOT NULL,
  name_en  TEXT NOT NULL,
  active   BOOLEAN NOT NULL
);
--bun:split
-- The answer that a question follows from: 0 is the nonconformity itself.
ALTER TABLE act_causes ADD COLUMN parent INTEGER NOT NULL DEFAULT 0 CHECK (parent >= 0);
--bun:split
-- Acts found similar when looking for other cases of the same thing.
CREATE TABLE act_similar (
  act_id   UUID NOT NULL REFERENCES acts (id),
  other_id UUID NOT NULL REFERENCES acts (id),
  PRIMARY KEY (act_id, other_id),
  CHECK (act_id <> other_id)
);
--bun:split
CREATE INDEX ix_act_similar__other ON act_similar (other_id);
--bun:split
ALTER TABLE corrective_actions ADD COLUMN due_days INTEGER; -- working days from the plan, when the term was given so
--bun:split
ALTER TABLE corrective_actions ADD COLUMN due_confirmed BOOLEAN NOT NULL DEFAULT TRUE;
--bun:split
ALTER TABLE corrective_actions ADD COLUMN extensions INTEGER NOT NULL DEFAULT 0; -- approved ones
--bun:split
ALTER TABLE corrective_actions ADD COLUMN escalation INTEGER NOT NULL DEFAULT 0; -- level reached since the present term
--bun:split
ALTER TABLE corrective_actions ADD COLUMN escalated_at TIMESTAMPTZ;
--bun:split
CREATE INDEX ix_corrective_actions__due ON corrective_actions (due, id) WHERE state IN ('planned', 'in_progress', 'rejected');
--bun:split
-- Owners beside the first.
CREATE TABLE action_owners (
  action_id     UUID NOT NULL REFERENCES corrective_actions (id),
  user_id       UUID NOT NULL REFERENCES users (id),
  act_id        UUID NOT NULL REFERENCES acts (id),
  department_id UUID NOT NULL REFERENCES departments (id),
  position      INTEGER NOT NULL,
  PRIMARY KEY (action_id, user_id)
);
--bun:split
CREATE INDEX ix_action_owners__user ON action_owners (user_id, action_id);
--bun:split
CREATE INDEX ix_action_owners__department ON action_owners (department_id, act_id);
--bun:split
CREATE INDEX ix_action_owners__act ON action_owners (act_id);
--bun:split
-- Submissions that show that an action was done.
CREATE TABLE action_evidence (
  action_id     UUID NOT NULL REFERENCES corrective_actions (id),
  submission_id UUID NOT NULL REFERENCES submissions (id),
  PRIMARY KEY (action_id, submission_id)
);
--bun:split
CREATE INDEX ix_action_evidence__submission ON action_evidence (submission_id);
--bun:split
-- Requests to move the term of an action.
CREATE TABLE action_extensions (
  id           UUID PRIMARY KEY,
  action_id    UUID NOT NULL REFERENCES corrective_actions (id),
  act_id       UUID NOT NULL REFERENCES acts (id),
  no           INTEGER NOT NULL, -- 1, 2 … of the action
  from_due     TEXT NOT NULL CHECK (LENGTH(from_due) = 10),
  to_due       TEXT NOT NULL CHECK (LENGTH(to_due) = 10),
  reason       TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('requested', 'approved', 'refused', 'lapsed')),
  requested_by UUID NOT NULL REFERENCES users (id),
  requested_at TIMESTAMPTZ NOT NULL,
  decided_by   UUID REFERENCES users (id),
  decided_at   TIMESTAMPTZ,
  note         TEXT NOT NULL DEFAULT '',
  CHECK (to_due > from_due),
  CHECK (decided_by IS NULL OR decided_by <> requested_by)
);
--bun:split
CREATE UNIQUE INDEX ux_action_extensions__action_id__no ON action_extensions (action_id, no);
--bun:split
CREATE UNIQUE INDEX ux_action_extensions__open ON action_extensions (action_id) WHERE state = 'requested';
--bun:split
CREATE INDEX ix_action_extensions__act ON action_extensions (act_id);
--bun:split
-- Whom a late action is brought before, by working days after its term.
CREATE TABLE escalation_levels (
  level      INTEGER PRIMARY KEY CHECK (level > 0),
  after_days INTEGER NOT NULL CHECK (after_days BETWEEN 1 AND 250),
  whom       TEXT NOT NULL CHECK (whom IN ('owner', 'head', 'quality_manager', 'management')),
  name_az    TEXT NOT NULL,
  name_en    TEXT NOT NULL,
  active     BOOLEAN NOT NULL
);
--bun:split
-- The life of a finding.
ALTER TABLE findings ADD COLUMN state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'shared', 'confirmed', 'diverging', 'reported', 'merged', 'dropped'));
--bun:split
ALTER TABLE findings ADD COLUMN state_at TIMESTAMPTZ;
--bun:split
ALTER TABLE findings ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
--bun:split
ALTER TABLE findings ADD COLUMN topic TEXT NOT NULL DEFAULT ''; -- findings of one topic stand together
--bun:split
ALTER TABLE findings ADD COLUMN merged_into UUID REFERENCES findings (id);
--bun:split
ALTER TABLE findings ADD COLUMN repeat_of UUID REFERENCES findings (id);
--bun:split
ALTER TABLE findings ADD COLUMN view TEXT NOT NULL DEFAULT ''; -- of the department
--bun:split
ALTER TABLE findings ADD COLUMN view_by UUID REFERENCES users (id);
--bun:split
ALTER TABLE findings ADD COLUMN view_at TIMESTAMPTZ;
--bun:split
ALTER TABLE findings ADD COLUMN view_due TEXT; -- the department is asked until then
--bun:split
ALTER TABLE findings ADD COLUMN team_view TEXT NOT NULL DEFAULT ''; -- of the team on a diverging opinion
--bun:split
UPDATE findings SET state_at = created_at;
--bun:split
UPDATE findings SET state = 'shared' WHERE id IN (SELECT finding_id FROM acts WHERE state = 'issued');
--bun:split
UPDATE findings SET state = 'confirmed' WHERE id IN (SELECT finding_id FROM acts WHERE acknowledged_at IS NOT NULL);
--bun:split
UPDATE findings SET state = 'diverging', view = (SELECT a.objection FROM acts a WHERE a.finding_id = findings.id), view_by = (SELECT a.objected_by FROM acts a WHERE a.finding_id = findings.id),
  view_at = (SELECT a.objected_at FROM acts a WHERE a.finding_id = findings.id)
  WHERE id IN (SELECT finding_id FROM acts WHERE objected_at IS NOT NULL);
--bun:split
UPDATE findings SET state = 'dropped' WHERE id IN (SELECT finding_id FROM acts WHERE state = 'withdrawn');
--bun:split
UPDATE findings SET state = 'reported' WHERE state <> 'dropped' AND audit_id IN (SELECT id FROM audits WHERE state IN ('reported', 'closed'));
--bun:split
CREATE INDEX ix_findings__department ON findings (department_id, created_at, id);
--bun:split
CREATE INDEX ix_findings__state ON findings (state, created_at, id);
--bun:split
CREATE INDEX ix_findings__created ON findings (created_at, id);
--bun:split
CREATE INDEX ix_findings__cell ON findings (gsbpm, clause, created_at, id); -- the matrix of sub-processes and clauses
--bun:split
CREATE INDEX ix_findings__merged ON findings (merged_into);
--bun:split
-- Every step of a finding, with time, person and note.
CREATE TABLE finding_events (
  id         UUID PRIMARY KEY,
  finding_id UUID NOT NULL REFERENCES findings (id),
  seq        INTEGER NOT NULL, -- 1, 2 … in the finding
  at         TIMESTAMPTZ NOT NULL,
  actor_id   UUID REFERENCES users (id),
  actor      TEXT NOT NULL,
  verb       TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state   TEXT NOT NULL,
  note       TEXT NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_finding_events__finding_id__seq ON finding_events (finding_id, seq);
--bun:split
-- What must never change, whoever writes: what a finding or an issued act points at, and its history; and nobody verifies what they own.
{{- if .PG}}
CREATE TRIGGER finding_events_stay BEFORE UPDATE OR DELETE ON finding_events FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER findings_stay BEFORE DELETE ON findings FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER act_origins_issued BEFORE INSERT OR UPDATE OR DELETE ON act_origins FOR EACH ROW EXECUTE FUNCTION forbid_act_evidence();
--bun:split
CREATE TRIGGER action_extensions_stay BEFORE DELETE ON action_extensions FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE FUNCTION forbid_own_verdict() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF EXISTS (SELECT 1 FROM action_owners WHERE action_id = NEW.id AND user_id = NEW.verified_by) THEN
    RAISE EXCEPTION 'the verifier owns the action' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $fn$;
--bun:split
CREATE TRIGGER corrective_actions_verdict BEFORE UPDATE ON corrective_actions FOR EACH ROW WHEN (NEW.verified_by IS NOT NULL) EXECUTE FUNCTION forbid_own_verdict();
{{- else}}
CREATE TRIGGER finding_events_no_update BEFORE UPDATE ON finding_events BEGIN SELECT RAISE(ABORT, 'append-only table finding_events'); END;
--bun:split
CREATE TRIGGER finding_events_no_delete BEFORE DELETE ON finding_events BEGIN SELECT RAISE(ABORT, 'append-only table finding_events'); END;
--bun:split
CREATE TRIGGER findings_stay BEFORE DELETE ON findings BEGIN SELECT RAISE(ABORT, 'findings are never deleted'); END;
--bun:split
CREATE TRIGGER act_origins_issued_i BEFORE INSERT ON act_origins WHEN EXISTS (SELECT 1 FROM acts WHERE id = NEW.act_id AND issued_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the act is issued'); END;
--bun:split
CREATE TRIGGER act_origins_issued_u BEFORE UPDATE ON act_origins WHEN EXISTS (SELECT 1 FROM acts WHERE id = OLD.act_id AND issued_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the act is issued'); END;
--bun:split
CREATE TRIGGER act_origins_issued_d BEFORE DELETE ON act_origins WHEN EXISTS (SELECT 1 FROM acts WHERE id = OLD.act_id AND issued_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the act is issued'); END;
--bun:split
CREATE TRIGGER action_extensions_stay BEFORE DELETE ON action_extensions BEGIN SELECT RAISE(ABORT, 'extensions are never deleted'); END;
--bun:split
CREATE TRIGGER corrective_actions_verdict BEFORE UPDATE ON corrective_actions WHEN NEW.verified_by IS NOT NULL AND
  EXISTS (SELECT 1 FROM action_owners WHERE action_id = NEW.id AND user_id = NEW.verified_by)
BEGIN SELECT RAISE(ABORT, 'the verifier owns the action'); END;
{{- end}}

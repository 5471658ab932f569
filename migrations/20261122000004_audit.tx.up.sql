-- Standards and their clauses: the criteria of an audit, by edition.
CREATE TABLE standards (
  code              TEXT NOT NULL, -- ISO9001
  edition           TEXT NOT NULL, -- 2015
  name              TEXT NOT NULL, -- ISO 9001:2015
  national_adoption TEXT NOT NULL, -- AZS ISO 9001:2020
  title_az          TEXT NOT NULL,
  title_en          TEXT NOT NULL,
  PRIMARY KEY (code, edition)
);
--bun:split
CREATE TABLE standard_clauses (
  standard TEXT NOT NULL,
  edition  TEXT NOT NULL,
  number   TEXT NOT NULL, -- 9.2.2 c
  title_az TEXT NOT NULL,
  title_en TEXT NOT NULL,
  PRIMARY KEY (standard, edition, number),
  FOREIGN KEY (standard, edition) REFERENCES standards (code, edition)
);
--bun:split
-- Checklist templates: a version is never changed, a new one is added.
CREATE TABLE checklist_templates (
  id         UUID PRIMARY KEY,
  code       TEXT NOT NULL,
  version    INTEGER NOT NULL,
  standard   TEXT NOT NULL,
  edition    TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  title_az   TEXT NOT NULL,
  title_en   TEXT NOT NULL,
  note_az    TEXT NOT NULL,
  note_en    TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (standard, edition) REFERENCES standards (code, edition)
);
--bun:split
CREATE UNIQUE INDEX ux_checklist_templates__code__version ON checklist_templates (code, version);
--bun:split
CREATE TABLE checklist_template_rows (
  id          UUID PRIMARY KEY,
  template_id UUID NOT NULL REFERENCES checklist_templates (id),
  position    INTEGER NOT NULL,
  no          TEXT NOT NULL, -- 4.4-a
  gsbpm       TEXT NOT NULL,
  clause      TEXT NOT NULL,
  question_az TEXT NOT NULL,
  question_en TEXT NOT NULL,
  guidance_az TEXT NOT NULL,
  guidance_en TEXT NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_checklist_template_rows__template_id__no ON checklist_template_rows (template_id, no);
--bun:split
CREATE TABLE audits (
  id            UUID PRIMARY KEY,
  number        TEXT NOT NULL, -- DA-2026-01
  kind          TEXT NOT NULL CHECK (kind IN ('internal', 'surveillance', 'follow_up')),
  title         TEXT NOT NULL,
  objectives    TEXT NOT NULL,
  criteria      TEXT NOT NULL,
  method        TEXT NOT NULL,
  period        TEXT NOT NULL, -- what was audited, e.g. 2026
  planned_from  TEXT NOT NULL CHECK (LENGTH(planned_from) = 10),
  planned_to    TEXT NOT NULL CHECK (LENGTH(planned_to) = 10),
  state         TEXT NOT NULL CHECK (state IN ('planned', 'announced', 'in_progress', 'reported', 'closed', 'cancelled')),
  opening_at    TIMESTAMPTZ,
  opening_note  TEXT NOT NULL DEFAULT '',
  closing_at    TIMESTAMPTZ,
  closing_note  TEXT NOT NULL DEFAULT '',
  conclusion    TEXT NOT NULL DEFAULT '',
  strengths     TEXT NOT NULL DEFAULT '',
  report_due    TEXT, -- counted from the closing meeting
  cancel_reason TEXT NOT NULL DEFAULT '',
  created_by    UUID REFERENCES users (id),
  created_at    TIMESTAMPTZ NOT NULL,
  announced_at  TIMESTAMPTZ,
  started_at    TIMESTAMPTZ,
  reported_at   TIMESTAMPTZ,
  closed_at     TIMESTAMPTZ,
  cancelled_at  TIMESTAMPTZ,
  search_key    TEXT NOT NULL,
  CHECK (planned_to >= planned_from)
);
--bun:split
CREATE UNIQUE INDEX ux_audits__number ON audits (number);
--bun:split
CREATE INDEX ix_audits__planned ON audits (planned_from, id);
--bun:split
-- Scope: which cycles, which sub-processes or tasks (none = all), which departments.
CREATE TABLE audit_cycles (
  audit_id UUID NOT NULL REFERENCES audits (id),
  cycle_id UUID NOT NULL REFERENCES cycles (id),
  PRIMARY KEY (audit_id, cycle_id)
);
--bun:split
CREATE TABLE audit_codes (
  audit_id UUID NOT NULL REFERENCES audits (id),
  code     TEXT NOT NULL,
  PRIMARY KEY (audit_id, code)
);
--bun:split
CREATE TABLE audit_departments (
  audit_id      UUID NOT NULL REFERENCES audits (id),
  department_id UUID NOT NULL REFERENCES departments (id),
  position      INTEGER NOT NULL, -- 0 is the department audited, the others take part
  PRIMARY KEY (audit_id, department_id)
);
--bun:split
CREATE INDEX ix_audit_departments__department ON audit_departments (department_id, audit_id);
--bun:split
-- Decisions to let a person audit in spite of a conflict; never changed, never removed.
CREATE TABLE independence_exceptions (
  id         UUID PRIMARY KEY,
  audit_id   UUID NOT NULL REFERENCES audits (id),
  user_id    UUID NOT NULL REFERENCES users (id),
  conflicts  TEXT NOT NULL, -- codes of the conflicts decided upon, separated by blanks
  reason     TEXT NOT NULL,
  decided_by UUID NOT NULL REFERENCES users (id),
  decided_at TIMESTAMPTZ NOT NULL,
  CHECK (decided_by <> user_id)
);
--bun:split
CREATE INDEX ix_independence_exceptions__audit ON independence_exceptions (audit_id, user_id);
--bun:split
CREATE TABLE audit_team (
  audit_id     UUID NOT NULL REFERENCES audits (id),
  user_id      UUID NOT NULL REFERENCES users (id),
  role         TEXT NOT NULL CHECK (role IN ('lead', 'auditor')),
  exception_id UUID REFERENCES independence_exceptions (id),
  checked_at   TIMESTAMPTZ NOT NULL, -- when independence was last found
  PRIMARY KEY (audit_id, user_id)
);
--bun:split
CREATE UNIQUE INDEX ux_audit_team__lead ON audit_team (audit_id) WHERE role = 'lead';
--bun:split
CREATE INDEX ix_audit_team__user ON audit_team (user_id);
--bun:split
-- The checklist of an audit: rows copied from the template, so that a later version changes nothing here.
CREATE TABLE audit_rows (
  id            UUID PRIMARY KEY,
  audit_id      UUID NOT NULL REFERENCES audits (id),
  template_id   UUID NOT NULL REFERENCES checklist_templates (id),
  position      INTEGER NOT NULL,
  no            TEXT NOT NULL,
  gsbpm         TEXT NOT NULL,
  clause        TEXT NOT NULL,
  question_az   TEXT NOT NULL,
  question_en   TEXT NOT NULL,
  guidance_az   TEXT NOT NULL,
  guidance_en   TEXT NOT NULL,
  answer        TEXT NOT NULL CHECK (answer IN ('open', 'conforms', 'nonconforms', 'observation', 'opportunity', 'strength', 'not_applicable', 'not_sampled')),
  note          TEXT NOT NULL DEFAULT '',
  population    INTEGER CHECK (population >= 0),
  sample        INTEGER CHECK (sample >= 0),
  sample_result TEXT NOT NULL DEFAULT '',
  answered_by   UUID REFERENCES users (id),
  answered_at   TIMESTAMPTZ,
  version       INTEGER NOT NULL DEFAULT 1,
  CHECK (sample IS NULL OR population IS NULL OR sample <= population)
);
--bun:split
CREATE UNIQUE INDEX ux_audit_rows__audit_id__template_id__no ON audit_rows (audit_id, template_id, no);
--bun:split
CREATE INDEX ix_audit_rows__position ON audit_rows (audit_id, position);
--bun:split
CREATE TABLE row_evidence (
  row_id        UUID NOT NULL REFERENCES audit_rows (id),
  submission_id UUID NOT NULL REFERENCES submissions (id),
  added_by      UUID REFERENCES users (id),
  added_at      TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (row_id, submission_id)
);
--bun:split
CREATE TABLE findings (
  id             UUID PRIMARY KEY,
  audit_id       UUID NOT NULL REFERENCES audits (id),
  row_id         UUID REFERENCES audit_rows (id),
  no             INTEGER NOT NULL, -- 1, 2 … in the audit
  grade          TEXT NOT NULL CHECK (grade IN ('major', 'minor', 'observation', 'opportunity', 'strength')),
  standard       TEXT NOT NULL,
  edition        TEXT NOT NULL,
  clause         TEXT NOT NULL,
  gsbpm          TEXT NOT NULL,
  cycle_id       UUID REFERENCES cycles (id),
  department_id  UUID NOT NULL REFERENCES departments (id),
  statement      TEXT NOT NULL,
  recommendation TEXT NOT NULL,
  created_by     UUID REFERENCES users (id),
  created_at     TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_findings__audit_id__no ON findings (audit_id, no);
--bun:split
CREATE INDEX ix_findings__row ON findings (row_id);
--bun:split
CREATE TABLE finding_evidence (
  finding_id    UUID NOT NULL REFERENCES findings (id),
  submission_id UUID NOT NULL REFERENCES submissions (id),
  PRIMARY KEY (finding_id, submission_id)
);
--bun:split
-- Nonconformity acts. What stands from number to issued_at is fixed once the act is issued.
CREATE TABLE acts (
  id                 UUID PRIMARY KEY,
  number             TEXT, -- UA-2026-014, given when issued
  origin             TEXT NOT NULL CHECK (origin IN ('finding', 'evidence', 'rating', 'complaint', 'measure')),
  finding_id         UUID REFERENCES findings (id),
  audit_id           UUID REFERENCES audits (id),
  cycle_id           UUID REFERENCES cycles (id),
  department_id      UUID NOT NULL REFERENCES departments (id),
  grade              TEXT NOT NULL CHECK (grade IN ('major', 'minor')),
  standard           TEXT NOT NULL,
  edition            TEXT NOT NULL,
  clause             TEXT NOT NULL,
  gsbpm              TEXT NOT NULL,
  criterion          TEXT NOT NULL, -- internal document and its item, beside the clause
  statement          TEXT NOT NULL,
  objective_evidence TEXT NOT NULL,
  repeat_of          UUID REFERENCES acts (id),
  issued_by          UUID REFERENCES users (id),
  issued_at          TIMESTAMPTZ,
  state              TEXT NOT NULL CHECK (state IN ('draft', 'issued', 'objected', 'acknowledged', 'action_planned', 'in_progress', 'implemented', 'effective', 'closed', 'withdrawn')),
  version            INTEGER NOT NULL DEFAULT 1,
  created_by         UUID REFERENCES users (id),
  created_at         TIMESTAMPTZ NOT NULL,
  answer_due         TEXT, -- acknowledge or object
  answer_confirmed   BOOLEAN NOT NULL DEFAULT TRUE, -- the working-day calendar of that year is confirmed
  acknowledged_by    UUID REFERENCES users (id),
  acknowledged_at    TIMESTAMPTZ,
  objection          TEXT NOT NULL DEFAULT '',
  objected_by        UUID REFERENCES users (id),
  objected_at        TIMESTAMPTZ,
  resolution         TEXT NOT NULL DEFAULT '', -- reason of the decision on the objection
  resolved_by        UUID REFERENCES users (id),
  resolved_at        TIMESTAMPTZ,
  plan_due           TEXT, -- correction, cause and corrective actions
  correction         TEXT NOT NULL DEFAULT '',
  correction_day     TEXT,
  cause_method       TEXT NOT NULL DEFAULT '' CHECK (cause_method IN ('', 'five_why', 'ishikawa')),
  root_cause         TEXT NOT NULL DEFAULT '',
  similar_checked    BOOLEAN NOT NULL DEFAULT FALSE,
  similar_where      TEXT NOT NULL DEFAULT '',
  risk_updated       BOOLEAN NOT NULL DEFAULT FALSE,
  qms_change         TEXT NOT NULL DEFAULT '',
  planned_by         UUID REFERENCES users (id),
  planned_at         TIMESTAMPTZ,
  approved_by        UUID REFERENCES users (id),
  approved_at        TIMESTAMPTZ,
  effect_months      INTEGER NOT NULL DEFAULT 0 CHECK (effect_months BETWEEN 0 AND 36),
  effect_measure     TEXT NOT NULL DEFAULT '',
  effect_baseline    TEXT NOT NULL DEFAULT '',
  effect_target      TEXT NOT NULL DEFAULT '',
  implemented_at     TIMESTAMPTZ,
  effect_due         TEXT, -- counted when implemented
  effect_result      TEXT NOT NULL DEFAULT '',
  effect_by          UUID REFERENCES users (id),
  effect_at          TIMESTAMPTZ,
  closed_by          UUID REFERENCES users (id),
  closed_at          TIMESTAMPTZ,
  withdrawn_at       TIMESTAMPTZ,
  reopened           INTEGER NOT NULL DEFAULT 0,
  search_key         TEXT NOT NULL,
  CHECK ((issued_at IS NULL) = (number IS NULL)),
  CHECK (issued_at IS NOT NULL OR state IN ('draft', 'withdrawn'))
);
--bun:split
CREATE UNIQUE INDEX ux_acts__number ON acts (number);
--bun:split
CREATE INDEX ix_acts__created ON acts (created_at, id);
--bun:split
CREATE INDEX ix_acts__state ON acts (state, created_at, id);
--bun:split
CREATE INDEX ix_acts__department ON acts (department_id, created_at, id);
--bun:split
CREATE INDEX ix_acts__audit ON acts (audit_id);
--bun:split
CREATE UNIQUE INDEX ux_acts__finding_id ON acts (finding_id);
--bun:split
CREATE TABLE act_evidence (
  act_id        UUID NOT NULL REFERENCES acts (id),
  submission_id UUID NOT NULL REFERENCES submissions (id),
  PRIMARY KEY (act_id, submission_id)
);
--bun:split
-- Questions and answers on the way to the root cause, or causes by category.
CREATE TABLE act_causes (
  act_id   UUID NOT NULL REFERENCES acts (id),
  position INTEGER NOT NULL,
  category TEXT NOT NULL DEFAULT '' CHECK (category IN ('', 'people', 'method', 'equipment', 'material', 'measurement', 'environment')),
  question TEXT NOT NULL DEFAULT '',
  answer   TEXT NOT NULL,
  PRIMARY KEY (act_id, position)
);
--bun:split
-- Every step of an act and of its corrective actions, with time, person and note.
CREATE TABLE act_events (
  id         UUID PRIMARY KEY,
  act_id     UUID NOT NULL REFERENCES acts (id),
  action_id  UUID,
  seq        INTEGER NOT NULL, -- 1, 2 … in the act
  at         TIMESTAMPTZ NOT NULL,
  actor_id   UUID REFERENCES users (id),
  actor      TEXT NOT NULL,
  verb       TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state   TEXT NOT NULL,
  note       TEXT NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_act_events__act_id__seq ON act_events (act_id, seq);
--bun:split
CREATE TABLE corrective_actions (
  id            UUID PRIMARY KEY,
  act_id        UUID NOT NULL REFERENCES acts (id),
  no            INTEGER NOT NULL, -- DT-1, DT-2 … in the act
  text          TEXT NOT NULL,
  owner_id      UUID NOT NULL REFERENCES users (id),
  department_id UUID NOT NULL REFERENCES departments (id), -- of the owner when it was given
  due           TEXT NOT NULL CHECK (LENGTH(due) = 10),
  state         TEXT NOT NULL CHECK (state IN ('planned', 'in_progress', 'done', 'verified', 'rejected')),
  result        TEXT NOT NULL DEFAULT '',
  round         INTEGER NOT NULL DEFAULT 0, -- how often the act had been reopened when it was added
  created_at    TIMESTAMPTZ NOT NULL,
  started_at    TIMESTAMPTZ,
  reported_by   UUID REFERENCES users (id),
  done_at       TIMESTAMPTZ,
  verified_by   UUID REFERENCES users (id),
  verified_at   TIMESTAMPTZ, -- of the last verdict, also a rejection
  verdict_note  TEXT NOT NULL DEFAULT '',
  CHECK (verified_by IS NULL OR (verified_by <> owner_id AND verified_by <> reported_by)),
  CHECK (state NOT IN ('verified', 'rejected') OR verified_by IS NOT NULL)
);
--bun:split
CREATE UNIQUE INDEX ux_corrective_actions__act_id__no ON corrective_actions (act_id, no);
--bun:split
CREATE INDEX ix_corrective_actions__owner ON corrective_actions (owner_id, state);
--bun:split
CREATE INDEX ix_corrective_actions__department ON corrective_actions (department_id, act_id);
--bun:split
CREATE TABLE action_files (
  action_id UUID NOT NULL REFERENCES corrective_actions (id),
  file_id   UUID NOT NULL REFERENCES files (id),
  position  INTEGER NOT NULL,
  PRIMARY KEY (action_id, file_id)
);
--bun:split
CREATE INDEX ix_action_files__file ON action_files (file_id);
--bun:split
-- What became known after the act was issued.
CREATE TABLE act_addenda (
  id        UUID PRIMARY KEY,
  act_id    UUID NOT NULL REFERENCES acts (id),
  no        INTEGER NOT NULL,
  at        TIMESTAMPTZ NOT NULL,
  author_id UUID REFERENCES users (id),
  author    TEXT NOT NULL,
  text      TEXT NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_act_addenda__act_id__no ON act_addenda (act_id, no);
--bun:split
-- What must never change, whoever writes: the text of an issued act, its evidence, events, addenda, exceptions.
{{- if .PG}}
CREATE FUNCTION forbid_act_evidence() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF EXISTS (SELECT 1 FROM acts WHERE id = COALESCE(NEW.act_id, OLD.act_id) AND issued_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the act is issued' USING ERRCODE = '23000';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $fn$;
--bun:split
CREATE TRIGGER acts_issued_text BEFORE UPDATE ON acts FOR EACH ROW WHEN (OLD.issued_at IS NOT NULL AND
  (OLD.number, OLD.origin, OLD.finding_id, OLD.audit_id, OLD.cycle_id, OLD.department_id, OLD.grade, OLD.standard, OLD.edition, OLD.clause, OLD.gsbpm, OLD.criterion, OLD.statement, OLD.objective_evidence, OLD.repeat_of, OLD.issued_by, OLD.issued_at)
  IS DISTINCT FROM
  (NEW.number, NEW.origin, NEW.finding_id, NEW.audit_id, NEW.cycle_id, NEW.department_id, NEW.grade, NEW.standard, NEW.edition, NEW.clause, NEW.gsbpm, NEW.criterion, NEW.statement, NEW.objective_evidence, NEW.repeat_of, NEW.issued_by, NEW.issued_at))
  EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER acts_stay BEFORE DELETE ON acts FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER act_evidence_issued BEFORE INSERT OR UPDATE OR DELETE ON act_evidence FOR EACH ROW EXECUTE FUNCTION forbid_act_evidence();
--bun:split
CREATE TRIGGER act_events_stay BEFORE UPDATE OR DELETE ON act_events FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER act_addenda_stay BEFORE UPDATE OR DELETE ON act_addenda FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER independence_exceptions_stay BEFORE UPDATE OR DELETE ON independence_exceptions FOR EACH ROW EXECUTE FUNCTION forbid_change();
{{- else}}
CREATE TRIGGER acts_issued_text BEFORE UPDATE ON acts WHEN OLD.issued_at IS NOT NULL AND (
  OLD.number IS NOT NEW.number OR OLD.origin IS NOT NEW.origin OR OLD.finding_id IS NOT NEW.finding_id OR OLD.audit_id IS NOT NEW.audit_id OR
  OLD.cycle_id IS NOT NEW.cycle_id OR OLD.department_id IS NOT NEW.department_id OR OLD.grade IS NOT NEW.grade OR OLD.standard IS NOT NEW.standard OR
  OLD.edition IS NOT NEW.edition OR OLD.clause IS NOT NEW.clause OR OLD.gsbpm IS NOT NEW.gsbpm OR OLD.criterion IS NOT NEW.criterion OR
  OLD.statement IS NOT NEW.statement OR OLD.objective_evidence IS NOT NEW.objective_evidence OR OLD.repeat_of IS NOT NEW.repeat_of OR
  OLD.issued_by IS NOT NEW.issued_by OR OLD.issued_at IS NOT NEW.issued_at)
BEGIN SELECT RAISE(ABORT, 'the act is issued'); END;
--bun:split
CREATE TRIGGER acts_stay BEFORE DELETE ON acts BEGIN SELECT RAISE(ABORT, 'acts are never deleted'); END;
--bun:split
CREATE TRIGGER act_evidence_issued_i BEFORE INSERT ON act_evidence WHEN EXISTS (SELECT 1 FROM acts WHERE id = NEW.act_id AND issued_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the act is issued'); END;
--bun:split
CREATE TRIGGER act_evidence_issued_u BEFORE UPDATE ON act_evidence WHEN EXISTS (SELECT 1 FROM acts WHERE id = OLD.act_id AND issued_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the act is issued'); END;
--bun:split
CREATE TRIGGER act_evidence_issued_d BEFORE DELETE ON act_evidence WHEN EXISTS (SELECT 1 FROM acts WHERE id = OLD.act_id AND issued_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the act is issued'); END;
--bun:split
CREATE TRIGGER act_events_no_update BEFORE UPDATE ON act_events BEGIN SELECT RAISE(ABORT, 'append-only table act_events'); END;
--bun:split
CREATE TRIGGER act_events_no_delete BEFORE DELETE ON act_events BEGIN SELECT RAISE(ABORT, 'append-only table act_events'); END;
--bun:split
CREATE TRIGGER act_addenda_no_update BEFORE UPDATE ON act_addenda BEGIN SELECT RAISE(ABORT, 'append-only table act_addenda'); END;
--bun:split
CREATE TRIGGER act_addenda_no_delete BEFORE DELETE ON act_addenda BEGIN SELECT RAISE(ABORT, 'append-only table act_addenda'); END;
--bun:split
CREATE TRIGGER independence_exceptions_no_update BEFORE UPDATE ON independence_exceptions BEGIN SELECT RAISE(ABORT, 'append-only table independence_exceptions'); END;
--bun:split
CREATE TRIGGER independence_exceptions_no_delete BEFORE DELETE ON independence_exceptions BEGIN SELECT RAISE(ABORT, 'append-only table independence_exceptions'); END;
{{- end}}

-- Management review (ISO 9001:2015, 9.3). Everything of a signed review is fixed; what is known later is an addendum.
CREATE TABLE reviews (
  id           UUID PRIMARY KEY,
  number       TEXT NOT NULL, -- RT-2026-01
  year         INTEGER NOT NULL,
  seq          INTEGER NOT NULL,
  from_day     TEXT NOT NULL CHECK (LENGTH(from_day) = 10),
  to_day       TEXT NOT NULL CHECK (LENGTH(to_day) = 10),
  meeting_at   TIMESTAMPTZ NOT NULL,
  place        TEXT NOT NULL,
  chair_id     UUID NOT NULL REFERENCES users (id),
  state        TEXT NOT NULL CHECK (state IN ('draft', 'prepared', 'signed')),
  suitable     BOOLEAN NOT NULL DEFAULT FALSE, -- verdict on the system, ISO 9001:2015, 9.3.1
  adequate     BOOLEAN NOT NULL DEFAULT FALSE,
  effective    BOOLEAN NOT NULL DEFAULT FALSE,
  conclusion   TEXT NOT NULL DEFAULT '',
  figures_at   TIMESTAMPTZ, -- when the figures were last taken
  return_note  TEXT NOT NULL DEFAULT '', -- why it was last returned
  created_by   UUID REFERENCES users (id),
  created_at   TIMESTAMPTZ NOT NULL,
  prepared_by  UUID REFERENCES users (id),
  prepared_at  TIMESTAMPTZ,
  signed_by    UUID REFERENCES users (id),
  signed_name  TEXT NOT NULL DEFAULT '', -- as it was when signed
  signed_at    TIMESTAMPTZ,
  version      INTEGER NOT NULL DEFAULT 1,
  CHECK (from_day <= to_day),
  CHECK ((state = 'signed') = (signed_at IS NOT NULL))
);
--bun:split
CREATE UNIQUE INDEX ux_reviews__number ON reviews (number);
--bun:split
CREATE UNIQUE INDEX ux_reviews__year__seq ON reviews (year, seq);
--bun:split
CREATE TABLE review_participants (
  review_id  UUID NOT NULL REFERENCES reviews (id),
  user_id    UUID NOT NULL REFERENCES users (id),
  position   INTEGER NOT NULL,
  name       TEXT NOT NULL, -- name, post and unit as they were at the meeting
  post_az    TEXT NOT NULL,
  post_en    TEXT NOT NULL,
  unit       TEXT NOT NULL,
  PRIMARY KEY (review_id, user_id)
);
--bun:split
-- The twelve inputs of 9.3.2, copied from the list of inputs when the review is opened.
CREATE TABLE review_inputs (
  review_id    UUID NOT NULL REFERENCES reviews (id),
  letter       TEXT NOT NULL, -- a, b, c1 … c7, d, e, f
  position     INTEGER NOT NULL,
  clause       TEXT NOT NULL,
  name_az      TEXT NOT NULL,
  name_en      TEXT NOT NULL,
  comment      TEXT NOT NULL DEFAULT '',
  commented_by UUID REFERENCES users (id),
  commented_at TIMESTAMPTZ,
  PRIMARY KEY (review_id, letter)
);
--bun:split
CREATE TABLE review_figures (
  review_id UUID NOT NULL,
  letter    TEXT NOT NULL,
  position  INTEGER NOT NULL,
  key       TEXT NOT NULL, -- of the words behind the figure
  num       BIGINT NOT NULL,
  den       BIGINT NOT NULL, -- 0 = a count
  value     TEXT NOT NULL, -- instead of a number
  args      TEXT NOT NULL, -- JSON object for the placeholders of the words
  href      TEXT NOT NULL,
  better    INTEGER NOT NULL CHECK (better IN (-1, 0, 1)), -- which direction is an improvement; 0 = none
  has_prev  BOOLEAN NOT NULL, -- the review signed before this one knew the figure too
  prev_num  BIGINT NOT NULL,
  prev_den  BIGINT NOT NULL,
  PRIMARY KEY (review_id, letter, position),
  FOREIGN KEY (review_id, letter) REFERENCES review_inputs (review_id, letter)
);
--bun:split
-- Decisions of the three kinds of 9.3.3.
CREATE TABLE review_decisions (
  id            UUID PRIMARY KEY,
  review_id     UUID NOT NULL REFERENCES reviews (id),
  no            INTEGER NOT NULL,
  kind          TEXT NOT NULL CHECK (kind IN ('a', 'b', 'c')),
  text          TEXT NOT NULL,
  owner_id      UUID NOT NULL REFERENCES users (id),
  department_id UUID NOT NULL REFERENCES departments (id),
  due           TEXT NOT NULL CHECK (LENGTH(due) = 10),
  created_by    UUID REFERENCES users (id),
  created_at    TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_review_decisions__review_id__no ON review_decisions (review_id, no);
--bun:split
CREATE INDEX ix_review_decisions__due ON review_decisions (due);
--bun:split
CREATE TABLE review_addenda (
  id        UUID PRIMARY KEY,
  review_id UUID NOT NULL REFERENCES reviews (id),
  no        INTEGER NOT NULL,
  at        TIMESTAMPTZ NOT NULL,
  author_id UUID REFERENCES users (id),
  author    TEXT NOT NULL,
  text      TEXT NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_review_addenda__review_id__no ON review_addenda (review_id, no);
--bun:split
-- The register of recommendations, from wherever they come.
CREATE TABLE recommendations (
  id            UUID PRIMARY KEY,
  number        TEXT NOT NULL, -- TV-2026-01
  year          INTEGER NOT NULL,
  seq           INTEGER NOT NULL,
  text          TEXT NOT NULL,
  basis         TEXT NOT NULL CHECK (basis IN ('finding', 'act', 'review', 'measure', 'assessment', 'other')),
  basis_label   TEXT NOT NULL, -- how people call the basis: a number, a title
  finding_id    UUID REFERENCES findings (id),
  act_id        UUID REFERENCES acts (id),
  decision_id   UUID REFERENCES review_decisions (id),
  basis_id      TEXT NOT NULL DEFAULT '', -- of a measure or assessment
  gsbpm         TEXT NOT NULL DEFAULT '',
  clause        TEXT NOT NULL DEFAULT '',
  department_id UUID NOT NULL REFERENCES departments (id),
  state         TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'rejected', 'merged')),
  reason        TEXT NOT NULL DEFAULT '', -- of a rejection or a merger
  merged_into   UUID REFERENCES recommendations (id),
  proposed_by   UUID REFERENCES users (id),
  proposed_at   TIMESTAMPTZ NOT NULL,
  decided_by    UUID REFERENCES users (id),
  decided_at    TIMESTAMPTZ,
  search_key    TEXT NOT NULL,
  CHECK (merged_into IS NULL OR merged_into <> id),
  CHECK ((state = 'merged') = (merged_into IS NOT NULL)),
  CHECK (state <> 'rejected' OR reason <> '')
);
--bun:split
CREATE UNIQUE INDEX ux_recommendations__number ON recommendations (number);
--bun:split
CREATE UNIQUE INDEX ux_recommendations__year__seq ON recommendations (year, seq);
--bun:split
CREATE UNIQUE INDEX ux_recommendations__finding_id ON recommendations (finding_id);
--bun:split
CREATE UNIQUE INDEX ux_recommendations__decision_id ON recommendations (decision_id);
--bun:split
CREATE INDEX ix_recommendations__state ON recommendations (state, year, seq);
--bun:split
CREATE INDEX ix_recommendations__department ON recommendations (department_id, year, seq);
--bun:split
CREATE INDEX ix_recommendations__merged ON recommendations (merged_into);
--bun:split
-- The yearly plan. From approved_at on its items are fixed but for their progress.
CREATE TABLE plans (
  id            UUID PRIMARY KEY,
  year          INTEGER NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('draft', 'agreeing', 'agreed', 'approved', 'running', 'closed')),
  revision      INTEGER NOT NULL, -- raised by each change after the plan was first sent to the departments
  approve_due   TEXT NOT NULL CHECK (LENGTH(approve_due) = 10),
  note          TEXT NOT NULL DEFAULT '', -- why it was last recalled or returned; of closing at the end
  created_by    UUID REFERENCES users (id),
  created_at    TIMESTAMPTZ NOT NULL,
  agreeing_at   TIMESTAMPTZ,
  agreed_at     TIMESTAMPTZ,
  approved_by   UUID REFERENCES users (id),
  approved_name TEXT NOT NULL DEFAULT '', -- as it was when approved
  approved_at   TIMESTAMPTZ,
  running_at    TIMESTAMPTZ,
  closed_by     UUID REFERENCES users (id),
  closed_at     TIMESTAMPTZ,
  version       INTEGER NOT NULL DEFAULT 1,
  CHECK ((approved_at IS NOT NULL) = (state IN ('approved', 'running', 'closed')))
);
--bun:split
CREATE UNIQUE INDEX ux_plans__year ON plans (year);
--bun:split
CREATE TABLE plan_items (
  id                UUID PRIMARY KEY,
  plan_id           UUID NOT NULL REFERENCES plans (id),
  no                INTEGER NOT NULL, -- 1, 2 … in the order of sections, renewed until the plan is approved
  section           TEXT NOT NULL CHECK (section IN ('documents', 'data', 'people', 'services', 'other')),
  section_no        INTEGER NOT NULL,
  added             INTEGER NOT NULL, -- order of addition, never reused
  text              TEXT NOT NULL,
  expected_result   TEXT NOT NULL,
  indicator         TEXT NOT NULL,
  responsible_id    UUID NOT NULL REFERENCES departments (id),
  start_quarter     INTEGER NOT NULL CHECK (start_quarter BETWEEN 1 AND 4),
  due               TEXT NOT NULL CHECK (LENGTH(due) = 10),
  basis             TEXT NOT NULL CHECK (basis IN ('finding', 'act', 'review', 'measure', 'assessment', 'other')),
  basis_label       TEXT NOT NULL,
  recommendation_id UUID REFERENCES recommendations (id),
  decision_id       UUID REFERENCES review_decisions (id),
  carried_from      UUID REFERENCES plan_items (id),
  state             TEXT NOT NULL CHECK (state IN ('not_started', 'in_progress', 'done', 'postponed')),
  state_at          TIMESTAMPTZ NOT NULL,
  new_due           TEXT CHECK (LENGTH(new_due) = 10), -- after a postponement
  created_by        UUID REFERENCES users (id),
  created_at        TIMESTAMPTZ NOT NULL,
  version           INTEGER NOT NULL DEFAULT 1
);
--bun:split
CREATE UNIQUE INDEX ux_plan_items__plan_id__added ON plan_items (plan_id, added);
--bun:split
CREATE UNIQUE INDEX ux_plan_items__plan_id__recommendation_id ON plan_items (plan_id, recommendation_id);
--bun:split
CREATE UNIQUE INDEX ux_plan_items__carried_from ON plan_items (carried_from);
--bun:split
CREATE INDEX ix_plan_items__recommendation ON plan_items (recommendation_id);
--bun:split
CREATE INDEX ix_plan_items__decision ON plan_items (decision_id);
--bun:split
CREATE INDEX ix_plan_items__responsible ON plan_items (responsible_id, state);
--bun:split
-- Co-executors of an item.
CREATE TABLE plan_item_departments (
  item_id       UUID NOT NULL REFERENCES plan_items (id),
  department_id UUID NOT NULL REFERENCES departments (id),
  position      INTEGER NOT NULL,
  PRIMARY KEY (item_id, department_id)
);
--bun:split
CREATE INDEX ix_plan_item_departments__department ON plan_item_departments (department_id);
--bun:split
-- One row for each department that an item of the plan concerns.
CREATE TABLE plan_agreements (
  plan_id       UUID NOT NULL REFERENCES plans (id),
  department_id UUID NOT NULL REFERENCES departments (id),
  state         TEXT NOT NULL CHECK (state IN ('pending', 'agreed', 'objected')),
  revision      INTEGER NOT NULL, -- of the plan when the department last answered; 0 = never
  decided_by    UUID REFERENCES users (id),
  decided_name  TEXT NOT NULL DEFAULT '', -- as it was then
  decided_at    TIMESTAMPTZ,
  since         TIMESTAMPTZ NOT NULL, -- in this state
  PRIMARY KEY (plan_id, department_id)
);
--bun:split
CREATE INDEX ix_plan_agreements__department ON plan_agreements (department_id, state);
--bun:split
CREATE TABLE plan_objections (
  id            UUID PRIMARY KEY,
  plan_id       UUID NOT NULL REFERENCES plans (id),
  department_id UUID NOT NULL REFERENCES departments (id),
  item_id       UUID REFERENCES plan_items (id), -- NULL: the plan as a whole
  item_label    TEXT NOT NULL, -- number and text of the item when the objection was made
  revision      INTEGER NOT NULL,
  text          TEXT NOT NULL,
  objected_by   UUID REFERENCES users (id),
  objected_at   TIMESTAMPTZ NOT NULL,
  answer        TEXT NOT NULL DEFAULT '',
  changed       BOOLEAN NOT NULL DEFAULT FALSE, -- answered by changing the item
  answered_by   UUID REFERENCES users (id),
  answered_at   TIMESTAMPTZ
);
--bun:split
CREATE INDEX ix_plan_objections__plan ON plan_objections (plan_id, objected_at);
--bun:split
CREATE INDEX ix_plan_objections__item ON plan_objections (item_id);
--bun:split
-- What the responsible department reported; append-only.
CREATE TABLE plan_reports (
  id            UUID PRIMARY KEY,
  item_id       UUID NOT NULL REFERENCES plan_items (id),
  no            INTEGER NOT NULL,
  from_state    TEXT NOT NULL,
  to_state      TEXT NOT NULL,
  narrative     TEXT NOT NULL,
  reason        TEXT NOT NULL, -- of a postponement
  new_due       TEXT,
  reported_by   UUID REFERENCES users (id),
  reported_name TEXT NOT NULL,
  reported_at   TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_plan_reports__item_id__no ON plan_reports (item_id, no);
--bun:split
CREATE TABLE plan_report_files (
  report_id UUID NOT NULL REFERENCES plan_reports (id),
  file_id   UUID NOT NULL REFERENCES files (id),
  position  INTEGER NOT NULL,
  PRIMARY KEY (report_id, file_id)
);
--bun:split
CREATE INDEX ix_plan_report_files__file ON plan_report_files (file_id);
--bun:split
-- What must never change, whoever writes: a signed review, an approved plan, reports.
{{- if .PG}}
CREATE FUNCTION forbid_signed_review() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF EXISTS (SELECT 1 FROM reviews WHERE id IN (NEW.review_id, OLD.review_id) AND signed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the review is signed' USING ERRCODE = '23000';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $fn$;
--bun:split
CREATE TRIGGER reviews_signed_u BEFORE UPDATE ON reviews FOR EACH ROW WHEN (OLD.signed_at IS NOT NULL) EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER reviews_stay BEFORE DELETE ON reviews FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER review_participants_signed BEFORE INSERT OR UPDATE OR DELETE ON review_participants FOR EACH ROW EXECUTE FUNCTION forbid_signed_review();
--bun:split
CREATE TRIGGER review_inputs_signed BEFORE INSERT OR UPDATE OR DELETE ON review_inputs FOR EACH ROW EXECUTE FUNCTION forbid_signed_review();
--bun:split
CREATE TRIGGER review_figures_signed BEFORE INSERT OR UPDATE OR DELETE ON review_figures FOR EACH ROW EXECUTE FUNCTION forbid_signed_review();
--bun:split
CREATE TRIGGER review_decisions_signed BEFORE INSERT OR UPDATE OR DELETE ON review_decisions FOR EACH ROW EXECUTE FUNCTION forbid_signed_review();
--bun:split
CREATE TRIGGER review_addenda_stay BEFORE UPDATE OR DELETE ON review_addenda FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER plans_approved BEFORE UPDATE ON plans FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL AND
  (OLD.year, OLD.revision, OLD.approve_due, OLD.created_by, OLD.created_at, OLD.agreeing_at, OLD.agreed_at, OLD.approved_by, OLD.approved_name, OLD.approved_at)
  IS DISTINCT FROM
  (NEW.year, NEW.revision, NEW.approve_due, NEW.created_by, NEW.created_at, NEW.agreeing_at, NEW.agreed_at, NEW.approved_by, NEW.approved_name, NEW.approved_at))
  EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER plans_stay BEFORE DELETE ON plans FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE FUNCTION forbid_approved_item() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM plans WHERE id IN (NEW.plan_id, OLD.plan_id) AND approved_at IS NOT NULL) THEN
    RETURN COALESCE(NEW, OLD);
  END IF;
  IF TG_OP = 'UPDATE' AND
    (NEW.id, NEW.plan_id, NEW.no, NEW.section, NEW.section_no, NEW.added, NEW.text, NEW.expected_result, NEW.indicator, NEW.responsible_id, NEW.start_quarter, NEW.due, NEW.basis, NEW.basis_label, NEW.recommendation_id, NEW.decision_id, NEW.carried_from, NEW.created_by, NEW.created_at)
    IS NOT DISTINCT FROM
    (OLD.id, OLD.plan_id, OLD.no, OLD.section, OLD.section_no, OLD.added, OLD.text, OLD.expected_result, OLD.indicator, OLD.responsible_id, OLD.start_quarter, OLD.due, OLD.basis, OLD.basis_label, OLD.recommendation_id, OLD.decision_id, OLD.carried_from, OLD.created_by, OLD.created_at) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the plan is approved' USING ERRCODE = '23000';
END $fn$;
--bun:split
CREATE TRIGGER plan_items_approved BEFORE INSERT OR UPDATE OR DELETE ON plan_items FOR EACH ROW EXECUTE FUNCTION forbid_approved_item();
--bun:split
CREATE FUNCTION forbid_approved_item_part() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF EXISTS (SELECT 1 FROM plan_items i JOIN plans p ON p.id = i.plan_id WHERE i.id IN (NEW.item_id, OLD.item_id) AND p.approved_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the plan is approved' USING ERRCODE = '23000';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $fn$;
--bun:split
CREATE TRIGGER plan_item_departments_approved BEFORE INSERT OR UPDATE OR DELETE ON plan_item_departments FOR EACH ROW EXECUTE FUNCTION forbid_approved_item_part();
--bun:split
CREATE FUNCTION forbid_approved_plan() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF EXISTS (SELECT 1 FROM plans WHERE id IN (NEW.plan_id, OLD.plan_id) AND approved_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the plan is approved' USING ERRCODE = '23000';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $fn$;
--bun:split
CREATE TRIGGER plan_agreements_approved BEFORE INSERT OR UPDATE OR DELETE ON plan_agreements FOR EACH ROW EXECUTE FUNCTION forbid_approved_plan();
--bun:split
CREATE TRIGGER plan_objections_approved BEFORE INSERT OR UPDATE OR DELETE ON plan_objections FOR EACH ROW EXECUTE FUNCTION forbid_approved_plan();
--bun:split
CREATE TRIGGER plan_reports_stay BEFORE UPDATE OR DELETE ON plan_reports FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER plan_report_files_stay BEFORE UPDATE OR DELETE ON plan_report_files FOR EACH ROW EXECUTE FUNCTION forbid_change();
{{- else}}
CREATE TRIGGER reviews_signed_u BEFORE UPDATE ON reviews WHEN OLD.signed_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'the review is signed'); END;
--bun:split
CREATE TRIGGER reviews_stay BEFORE DELETE ON reviews BEGIN SELECT RAISE(ABORT, 'reviews are never deleted'); END;
--bun:split
CREATE TRIGGER review_participants_signed_i BEFORE INSERT ON review_participants WHEN EXISTS (SELECT 1 FROM reviews WHERE id IN (NEW.review_id) AND signed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the review is signed'); END;
--bun:split
CREATE TRIGGER review_participants_signed_u BEFORE UPDATE ON review_participants WHEN EXISTS (SELECT 1 FROM reviews WHERE id IN (OLD.review_id, NEW.review_id) AND signed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the review is signed'); END;
--bun:split
CREATE TRIGGER review_participants_signed_d BEFORE DELETE ON review_participants WHEN EXISTS (SELECT 1 FROM reviews WHERE id IN (OLD.review_id) AND signed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the review is signed'); END;
--bun:split
CREATE TRIGGER review_inputs_signed_i BEFORE INSERT ON review_inputs WHEN EXISTS (SELECT 1 FROM reviews WHERE id IN (NEW.review_id) AND signed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the review is signed'); END;
--bun:split
CREATE TRIGGER review_inputs_signed_u BEFORE UPDATE ON review_inputs WHEN EXISTS (SELECT 1 FROM reviews WHERE id IN (OLD.review_id, NEW.review_id) AND signed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the review is signed'); END;
--bun:split
CREATE TRIGGER review_inputs_signed_d BEFORE DELETE ON review_inputs WHEN EXISTS (SELECT 1 FROM reviews WHERE id IN (OLD.review_id) AND signed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the review is signed'); END;
--bun:split
CREATE TRIGGER review_figures_signed_i BEFORE INSERT ON review_figures WHEN EXISTS (SELECT 1 FROM reviews WHERE id IN (NEW.review_id) AND signed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the review is signed'); END;
--bun:split
CREATE TRIGGER review_figures_signed_u BEFORE UPDATE ON review_figures WHEN EXISTS (SELECT 1 FROM reviews WHERE id IN (OLD.review_id, NEW.review_id) AND signed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the review is signed'); END;
--bun:split
CREATE TRIGGER review_figures_signed_d BEFORE DELETE ON review_figures WHEN EXISTS (SELECT 1 FROM reviews WHERE id IN (OLD.review_id) AND signed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the review is signed'); END;
--bun:split
CREATE TRIGGER review_decisions_signed_i BEFORE INSERT ON review_decisions WHEN EXISTS (SELECT 1 FROM reviews WHERE id IN (NEW.review_id) AND signed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the review is signed'); END;
--bun:split
CREATE TRIGGER review_decisions_signed_u BEFORE UPDATE ON review_decisions WHEN EXISTS (SELECT 1 FROM reviews WHERE id IN (OLD.review_id, NEW.review_id) AND signed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the review is signed'); END;
--bun:split
CREATE TRIGGER review_decisions_signed_d BEFORE DELETE ON review_decisions WHEN EXISTS (SELECT 1 FROM reviews WHERE id IN (OLD.review_id) AND signed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the review is signed'); END;
--bun:split
CREATE TRIGGER review_addenda_no_update BEFORE UPDATE ON review_addenda BEGIN SELECT RAISE(ABORT, 'append-only table review_addenda'); END;
--bun:split
CREATE TRIGGER review_addenda_no_delete BEFORE DELETE ON review_addenda BEGIN SELECT RAISE(ABORT, 'append-only table review_addenda'); END;
--bun:split
CREATE TRIGGER plans_approved BEFORE UPDATE ON plans WHEN OLD.approved_at IS NOT NULL AND (
  OLD.year IS NOT NEW.year OR OLD.revision IS NOT NEW.revision OR OLD.approve_due IS NOT NEW.approve_due OR OLD.created_by IS NOT NEW.created_by OR
  OLD.created_at IS NOT NEW.created_at OR OLD.agreeing_at IS NOT NEW.agreeing_at OR OLD.agreed_at IS NOT NEW.agreed_at OR
  OLD.approved_by IS NOT NEW.approved_by OR OLD.approved_name IS NOT NEW.approved_name OR OLD.approved_at IS NOT NEW.approved_at)
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plans_stay BEFORE DELETE ON plans BEGIN SELECT RAISE(ABORT, 'plans are never deleted'); END;
--bun:split
CREATE TRIGGER plan_items_approved_u BEFORE UPDATE ON plan_items WHEN EXISTS (SELECT 1 FROM plans WHERE id IN (OLD.plan_id, NEW.plan_id) AND approved_at IS NOT NULL) AND (
  OLD.id IS NOT NEW.id OR OLD.plan_id IS NOT NEW.plan_id OR OLD.no IS NOT NEW.no OR OLD.section IS NOT NEW.section OR OLD.section_no IS NOT NEW.section_no OR
  OLD.added IS NOT NEW.added OR OLD.text IS NOT NEW.text OR OLD.expected_result IS NOT NEW.expected_result OR OLD.indicator IS NOT NEW.indicator OR
  OLD.responsible_id IS NOT NEW.responsible_id OR OLD.start_quarter IS NOT NEW.start_quarter OR OLD.due IS NOT NEW.due OR OLD.basis IS NOT NEW.basis OR
  OLD.basis_label IS NOT NEW.basis_label OR OLD.recommendation_id IS NOT NEW.recommendation_id OR OLD.decision_id IS NOT NEW.decision_id OR
  OLD.carried_from IS NOT NEW.carried_from OR OLD.created_by IS NOT NEW.created_by OR OLD.created_at IS NOT NEW.created_at)
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plan_items_approved_i BEFORE INSERT ON plan_items WHEN EXISTS (SELECT 1 FROM plans WHERE id = NEW.plan_id AND approved_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plan_items_approved_d BEFORE DELETE ON plan_items WHEN EXISTS (SELECT 1 FROM plans WHERE id = OLD.plan_id AND approved_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plan_item_departments_approved_i BEFORE INSERT ON plan_item_departments WHEN EXISTS (SELECT 1 FROM plan_items i JOIN plans p ON p.id = i.plan_id WHERE i.id IN (NEW.item_id) AND p.approved_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plan_item_departments_approved_u BEFORE UPDATE ON plan_item_departments WHEN EXISTS (SELECT 1 FROM plan_items i JOIN plans p ON p.id = i.plan_id WHERE i.id IN (OLD.item_id, NEW.item_id) AND p.approved_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plan_item_departments_approved_d BEFORE DELETE ON plan_item_departments WHEN EXISTS (SELECT 1 FROM plan_items i JOIN plans p ON p.id = i.plan_id WHERE i.id IN (OLD.item_id) AND p.approved_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plan_agreements_approved_i BEFORE INSERT ON plan_agreements WHEN EXISTS (SELECT 1 FROM plans WHERE id IN (NEW.plan_id) AND approved_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plan_agreements_approved_u BEFORE UPDATE ON plan_agreements WHEN EXISTS (SELECT 1 FROM plans WHERE id IN (OLD.plan_id, NEW.plan_id) AND approved_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plan_agreements_approved_d BEFORE DELETE ON plan_agreements WHEN EXISTS (SELECT 1 FROM plans WHERE id IN (OLD.plan_id) AND approved_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plan_objections_approved_i BEFORE INSERT ON plan_objections WHEN EXISTS (SELECT 1 FROM plans WHERE id IN (NEW.plan_id) AND approved_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plan_objections_approved_u BEFORE UPDATE ON plan_objections WHEN EXISTS (SELECT 1 FROM plans WHERE id IN (OLD.plan_id, NEW.plan_id) AND approved_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plan_objections_approved_d BEFORE DELETE ON plan_objections WHEN EXISTS (SELECT 1 FROM plans WHERE id IN (OLD.plan_id) AND approved_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plan_reports_no_update BEFORE UPDATE ON plan_reports BEGIN SELECT RAISE(ABORT, 'append-only table plan_reports'); END;
--bun:split
CREATE TRIGGER plan_reports_no_delete BEFORE DELETE ON plan_reports BEGIN SELECT RAISE(ABORT, 'append-only table plan_reports'); END;
--bun:split
CREATE TRIGGER plan_report_files_no_update BEFORE UPDATE ON plan_report_files BEGIN SELECT RAISE(ABORT, 'append-only table plan_report_files'); END;
--bun:split
CREATE TRIGGER plan_report_files_no_delete BEFORE DELETE ON plan_report_files BEGIN SELECT RAISE(ABORT, 'append-only table plan_report_files'); END;
{{- end}}

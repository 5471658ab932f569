-- Changes of an approved plan: numbered, with a reason, approved by management.
CREATE TABLE plan_amendments (
  id            UUID PRIMARY KEY,
  plan_id       UUID NOT NULL REFERENCES plans (id),
  no            INTEGER NOT NULL, -- 1, 2 … of the plan
  state         TEXT NOT NULL CHECK (state IN ('draft', 'proposed', 'applying', 'approved', 'rejected')), -- applying: only within the unit of work that approves
  reason        TEXT NOT NULL,
  created_by    UUID REFERENCES users (id),
  created_name  TEXT NOT NULL,
  created_at    TIMESTAMPTZ NOT NULL,
  proposed_by   UUID REFERENCES users (id),
  proposed_name TEXT NOT NULL DEFAULT '',
  proposed_at   TIMESTAMPTZ,
  decided_by    UUID REFERENCES users (id),
  decided_name  TEXT NOT NULL DEFAULT '',
  decided_at    TIMESTAMPTZ,
  note          TEXT NOT NULL DEFAULT '', -- why it was rejected
  version       INTEGER NOT NULL DEFAULT 1,
  CHECK ((decided_at IS NOT NULL) = (state IN ('applying', 'approved', 'rejected'))),
  CHECK (state <> 'rejected' OR note <> '')
);
--bun:split
CREATE UNIQUE INDEX ux_plan_amendments__plan_id__no ON plan_amendments (plan_id, no);
--bun:split
CREATE INDEX ix_plan_amendments__state ON plan_amendments (state, proposed_at);
--bun:split
CREATE TABLE plan_amendment_changes (
  id           UUID PRIMARY KEY,
  amendment_id UUID NOT NULL REFERENCES plan_amendments (id),
  position     INTEGER NOT NULL,
  item_id      UUID, -- of the item changed or taken out, and from approval on of the one added; not a reference: the item may be gone
  item_no      INTEGER NOT NULL, -- as printed; 0 = of an item that is not there yet
  kind         TEXT NOT NULL CHECK (kind IN ('change', 'add', 'remove')),
  before       TEXT NOT NULL, -- JSON of what the plan says; '' of an item added
  after        TEXT NOT NULL -- JSON of what it is to say; '' of an item taken out
);
--bun:split
CREATE UNIQUE INDEX ux_plan_amendment_changes__amendment_id__position ON plan_amendment_changes (amendment_id, position);
--bun:split
CREATE UNIQUE INDEX ux_plan_amendment_changes__amendment_id__item_id ON plan_amendment_changes (amendment_id, item_id);
--bun:split
CREATE INDEX ix_plan_amendment_changes__item ON plan_amendment_changes (item_id);
--bun:split
-- For the search in lists of items; '' = written before there was one.
ALTER TABLE plan_items ADD COLUMN search_key TEXT NOT NULL DEFAULT '';
--bun:split
-- From approval on items change only while an amendment is being applied.
{{- if .PG}}
CREATE OR REPLACE FUNCTION forbid_approved_item() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM plans p WHERE p.id IN (NEW.plan_id, OLD.plan_id) AND p.approved_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM plan_amendments m WHERE m.plan_id = p.id AND m.state = 'applying')) THEN
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
CREATE OR REPLACE FUNCTION forbid_approved_item_part() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF EXISTS (SELECT 1 FROM plan_items i JOIN plans p ON p.id = i.plan_id WHERE i.id IN (NEW.item_id, OLD.item_id) AND p.approved_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM plan_amendments m WHERE m.plan_id = p.id AND m.state = 'applying')) THEN
    RAISE EXCEPTION 'the plan is approved' USING ERRCODE = '23000';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $fn$;
--bun:split
CREATE FUNCTION forbid_approved_objection() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF EXISTS (SELECT 1 FROM plans p WHERE p.id IN (NEW.plan_id, OLD.plan_id) AND p.approved_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM plan_amendments m WHERE m.plan_id = p.id AND m.state = 'applying')) THEN
    RAISE EXCEPTION 'the plan is approved' USING ERRCODE = '23000';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $fn$;
--bun:split
DROP TRIGGER plan_objections_approved ON plan_objections;
--bun:split
CREATE TRIGGER plan_objections_approved BEFORE INSERT OR UPDATE OR DELETE ON plan_objections FOR EACH ROW EXECUTE FUNCTION forbid_approved_objection();
--bun:split
CREATE FUNCTION forbid_decided_amendment() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF EXISTS (SELECT 1 FROM plan_amendments WHERE id IN (NEW.amendment_id, OLD.amendment_id) AND state IN ('approved', 'rejected')) THEN
    RAISE EXCEPTION 'the amendment is approved or rejected' USING ERRCODE = '23000';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $fn$;
--bun:split
CREATE TRIGGER plan_amendments_decided BEFORE UPDATE ON plan_amendments FOR EACH ROW WHEN (OLD.state IN ('approved', 'rejected')) EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER plan_amendments_stay BEFORE DELETE ON plan_amendments FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER plan_amendment_changes_decided BEFORE INSERT OR UPDATE OR DELETE ON plan_amendment_changes FOR EACH ROW EXECUTE FUNCTION forbid_decided_amendment();
{{- else}}
DROP TRIGGER plan_items_approved_u;
--bun:split
DROP TRIGGER plan_items_approved_i;
--bun:split
DROP TRIGGER plan_items_approved_d;
--bun:split
DROP TRIGGER plan_item_departments_approved_i;
--bun:split
DROP TRIGGER plan_item_departments_approved_u;
--bun:split
DROP TRIGGER plan_item_departments_approved_d;
--bun:split
DROP TRIGGER plan_objections_approved_u;
--bun:split
CREATE VIEW plans_locked AS SELECT p.id FROM plans p WHERE p.approved_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM plan_amendments m WHERE m.plan_id = p.id AND m.state = 'applying');
--bun:split
CREATE TRIGGER plan_items_approved_u BEFORE UPDATE ON plan_items WHEN EXISTS (SELECT 1 FROM plans_locked WHERE id IN (OLD.plan_id, NEW.plan_id)) AND (
  OLD.id IS NOT NEW.id OR OLD.plan_id IS NOT NEW.plan_id OR OLD.no IS NOT NEW.no OR OLD.section IS NOT NEW.section OR OLD.section_no IS NOT NEW.section_no OR
  OLD.added IS NOT NEW.added OR OLD.text IS NOT NEW.text OR OLD.expected_result IS NOT NEW.expected_result OR OLD.indicator IS NOT NEW.indicator OR
  OLD.responsible_id IS NOT NEW.responsible_id OR OLD.start_quarter IS NOT NEW.start_quarter OR OLD.due IS NOT NEW.due OR OLD.basis IS NOT NEW.basis OR
  OLD.basis_label IS NOT NEW.basis_label OR OLD.recommendation_id IS NOT NEW.recommendation_id OR OLD.decision_id IS NOT NEW.decision_id OR
  OLD.carried_from IS NOT NEW.carried_from OR OLD.created_by IS NOT NEW.created_by OR OLD.created_at IS NOT NEW.created_at)
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plan_items_approved_i BEFORE INSERT ON plan_items WHEN EXISTS (SELECT 1 FROM plans_locked WHERE id = NEW.plan_id)
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plan_items_approved_d BEFORE DELETE ON plan_items WHEN EXISTS (SELECT 1 FROM plans_locked WHERE id = OLD.plan_id)
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plan_item_departments_approved_i BEFORE INSERT ON plan_item_departments WHEN EXISTS (SELECT 1 FROM plan_items i JOIN plans_locked p ON p.id = i.plan_id WHERE i.id = NEW.item_id)
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plan_item_departments_approved_u BEFORE UPDATE ON plan_item_departments WHEN EXISTS (SELECT 1 FROM plan_items i JOIN plans_locked p ON p.id = i.plan_id WHERE i.id IN (OLD.item_id, NEW.item_id))
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plan_item_departments_approved_d BEFORE DELETE ON plan_item_departments WHEN EXISTS (SELECT 1 FROM plan_items i JOIN plans_locked p ON p.id = i.plan_id WHERE i.id = OLD.item_id)
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plan_objections_approved_u BEFORE UPDATE ON plan_objections WHEN EXISTS (SELECT 1 FROM plans_locked WHERE id IN (OLD.plan_id, NEW.plan_id))
BEGIN SELECT RAISE(ABORT, 'the plan is approved'); END;
--bun:split
CREATE TRIGGER plan_amendments_decided BEFORE UPDATE ON plan_amendments WHEN OLD.state IN ('approved', 'rejected') BEGIN SELECT RAISE(ABORT, 'the amendment is approved or rejected'); END;
--bun:split
CREATE TRIGGER plan_amendments_stay BEFORE DELETE ON plan_amendments BEGIN SELECT RAISE(ABORT, 'amendments are never deleted'); END;
--bun:split
CREATE TRIGGER plan_amendment_changes_decided_i BEFORE INSERT ON plan_amendment_changes WHEN EXISTS (SELECT 1 FROM plan_amendments WHERE id = NEW.amendment_id AND state IN ('approved', 'rejected'))
BEGIN SELECT RAISE(ABORT, 'the amendment is approved or rejected'); END;
--bun:split
CREATE TRIGGER plan_amendment_changes_decided_u BEFORE UPDATE ON plan_amendment_changes WHEN EXISTS (SELECT 1 FROM plan_amendments WHERE id IN (OLD.amendment_id, NEW.amendment_id) AND state IN ('approved', 'rejected'))
BEGIN SELECT RAISE(ABORT, 'the amendment is approved or rejected'); END;
--bun:split
CREATE TRIGGER plan_amendment_changes_decided_d BEFORE DELETE ON plan_amendment_changes WHEN EXISTS (SELECT 1 FROM plan_amendments WHERE id = OLD.amendment_id AND state IN ('approved', 'rejected'))
BEGIN SELECT RAISE(ABORT, 'the amendment is approved or rejected'); END;
{{- end}}

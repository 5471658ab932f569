-- Kinds of yearly plans, each once a year, and the rule by which it is computed how far an item has come.
CREATE TABLE plan_kinds (
  code          TEXT PRIMARY KEY,
  position      INTEGER NOT NULL,
  name_az       TEXT NOT NULL,
  name_en       TEXT NOT NULL,
  short_az      TEXT NOT NULL,
  short_en      TEXT NOT NULL,
  impact_months INTEGER NOT NULL CHECK (impact_months BETWEEN 1 AND 36), -- from acceptance to the check of the impact
  report_days   INTEGER NOT NULL CHECK (report_days BETWEEN 1 AND 60) -- calendar days after a quarter by which it is reported on
);
--bun:split
INSERT INTO plan_kinds (code, position, name_az, name_en, short_az, short_en, impact_months, report_days) VALUES
  ('kis', 1, 'KİS-in illik fəaliyyət planı', 'Yearly action plan of the QMS', 'KİS', 'QMS', 6, 10),
  ('corruption', 2, 'Korrupsiya risklərinin azaldılması üzrə illik plan', 'Yearly plan for reducing corruption risks', 'Korrupsiya riskləri', 'Corruption risks', 3, 10),
  ('measures', 3, 'İllik tədbirlər planı', 'Yearly plan of measures', 'Tədbirlər', 'Measures', 6, 10);
--bun:split
-- Versions of the rule are never changed; a plan keeps the one it was opened under.
CREATE TABLE plan_rules (
  version    INTEGER PRIMARY KEY,
  valid_from TEXT NOT NULL CHECK (LENGTH(valid_from) = 10),
  open_cap   INTEGER NOT NULL CHECK (open_cap BETWEEN 0 AND 99), -- the most an item reaches before its end is accepted, in per cent
  by_steps   BOOLEAN NOT NULL, -- where steps are named they count, not quarters
  text_az    TEXT NOT NULL,
  text_en    TEXT NOT NULL
);
--bun:split
INSERT INTO plan_rules (version, valid_from, open_cap, by_steps, text_az, text_en) VALUES
  (1, '2025-01-01', 95, TRUE,
   'Bəndin addımları varsa: qəbul edilmiş addımlar / bütün addımlar. Addım yoxdursa: qəbul edilmiş hesabatı olan rüblər / bəndin rübləri. İcra olunduğu qəbul edilənədək 95%-dən çox ola bilməz; qəbul edildikdə 100%.',
   'If the item has steps: accepted steps / all steps. Without steps: quarters with an accepted report / quarters of the item. Not above 95% before its end is accepted; then 100%.');
--bun:split
ALTER TABLE plans ADD COLUMN kind TEXT NOT NULL DEFAULT 'kis'{{if .PG}} REFERENCES plan_kinds (code){{end}};
--bun:split
ALTER TABLE plans ADD COLUMN rule INTEGER NOT NULL DEFAULT 1{{if .PG}} REFERENCES plan_rules (version){{end}};
--bun:split
ALTER TABLE plans ADD COLUMN key TEXT NOT NULL DEFAULT ''; -- how addresses call it: 2027, of other kinds 2027-corruption
--bun:split
UPDATE plans SET key = CAST(year AS TEXT);
--bun:split
DROP INDEX ux_plans__year;
--bun:split
CREATE UNIQUE INDEX ux_plans__kind__year ON plans (kind, year);
--bun:split
CREATE INDEX ix_plans__key ON plans (key);
--bun:split
-- The quarter of the plan's year that a report is about; 0 = given before quarters were kept.
ALTER TABLE plan_reports ADD COLUMN quarter INTEGER NOT NULL DEFAULT 0 CHECK (quarter BETWEEN 0 AND 4);
--bun:split
CREATE INDEX ix_plan_items__due ON plan_items (due, id);
--bun:split
-- What becomes of a report: accepted or returned, once; append-only.
CREATE TABLE plan_report_verdicts (
  report_id    UUID PRIMARY KEY REFERENCES plan_reports (id),
  accepted     BOOLEAN NOT NULL,
  note         TEXT NOT NULL, -- why it was returned
  decided_by   UUID REFERENCES users (id),
  decided_name TEXT NOT NULL,
  decided_at   TIMESTAMPTZ NOT NULL,
  CHECK (accepted OR note <> '')
);
--bun:split
-- Steps into which the responsible department divides an item.
CREATE TABLE plan_steps (
  id        UUID PRIMARY KEY,
  item_id   UUID NOT NULL REFERENCES plan_items (id),
  no        INTEGER NOT NULL,
  text      TEXT NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_plan_steps__item_id__no ON plan_steps (item_id, no);
--bun:split
-- Steps that a report says are done; append-only.
CREATE TABLE plan_report_steps (
  report_id UUID NOT NULL REFERENCES plan_reports (id),
  step_id   UUID NOT NULL REFERENCES plan_steps (id),
  PRIMARY KEY (report_id, step_id)
);
--bun:split
CREATE INDEX ix_plan_report_steps__step ON plan_report_steps (step_id);
--bun:split
-- Who in the responsible department carries an item out.
CREATE TABLE plan_item_people (
  item_id     UUID PRIMARY KEY REFERENCES plan_items (id),
  user_id     UUID NOT NULL REFERENCES users (id),
  assigned_by UUID REFERENCES users (id),
  assigned_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX ix_plan_item_people__user ON plan_item_people (user_id);
--bun:split
-- Whether what was done works, asked a set time after its end was accepted.
CREATE TABLE plan_impacts (
  id           UUID PRIMARY KEY,
  item_id      UUID NOT NULL REFERENCES plan_items (id),
  due          TEXT NOT NULL CHECK (LENGTH(due) = 10),
  verdict      TEXT NOT NULL CHECK (verdict IN ('', 'works', 'partly', 'fails')),
  text         TEXT NOT NULL, -- what was found
  checked_by   UUID REFERENCES users (id),
  checked_name TEXT NOT NULL,
  checked_at   TIMESTAMPTZ,
  created_at   TIMESTAMPTZ NOT NULL,
  CHECK ((verdict = '') = (checked_at IS NULL))
);
--bun:split
CREATE UNIQUE INDEX ux_plan_impacts__item_id ON plan_impacts (item_id);
--bun:split
CREATE INDEX ix_plan_impacts__due ON plan_impacts (verdict, due);
--bun:split
CREATE TABLE plan_impact_files (
  impact_id UUID NOT NULL REFERENCES plan_impacts (id),
  file_id   UUID NOT NULL REFERENCES files (id),
  position  INTEGER NOT NULL,
  PRIMARY KEY (impact_id, file_id)
);
--bun:split
CREATE INDEX ix_plan_impact_files__file ON plan_impact_files (file_id);
--bun:split
{{- if .PG}}
CREATE TRIGGER plans_kind BEFORE UPDATE ON plans FOR EACH ROW WHEN ((OLD.kind, OLD.rule, OLD.key) IS DISTINCT FROM (NEW.kind, NEW.rule, NEW.key)) EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER plan_report_verdicts_stay BEFORE UPDATE OR DELETE ON plan_report_verdicts FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER plan_report_steps_stay BEFORE UPDATE OR DELETE ON plan_report_steps FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER plan_impacts_checked BEFORE UPDATE ON plan_impacts FOR EACH ROW WHEN (OLD.checked_at IS NOT NULL) EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER plan_impacts_stay BEFORE DELETE ON plan_impacts FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER plan_impact_files_stay BEFORE UPDATE OR DELETE ON plan_impact_files FOR EACH ROW EXECUTE FUNCTION forbid_change();
{{- else}}
CREATE TRIGGER plans_kind BEFORE UPDATE ON plans WHEN OLD.kind IS NOT NEW.kind OR OLD.rule IS NOT NEW.rule OR OLD.key IS NOT NEW.key BEGIN SELECT RAISE(ABORT, 'the kind of a plan never changes'); END;
--bun:split
CREATE TRIGGER plans_kind_known BEFORE INSERT ON plans WHEN NOT EXISTS (SELECT 1 FROM plan_kinds WHERE code = NEW.kind) OR NOT EXISTS (SELECT 1 FROM plan_rules WHERE version = NEW.rule)
BEGIN SELECT RAISE(ABORT, 'unknown kind or rule of a plan'); END;
--bun:split
CREATE TRIGGER plan_report_verdicts_no_update BEFORE UPDATE ON plan_report_verdicts BEGIN SELECT RAISE(ABORT, 'append-only table plan_report_verdicts'); END;
--bun:split
CREATE TRIGGER plan_report_verdicts_no_delete BEFORE DELETE ON plan_report_verdicts BEGIN SELECT RAISE(ABORT, 'append-only table plan_report_verdicts'); END;
--bun:split
CREATE TRIGGER plan_report_steps_no_update BEFORE UPDATE ON plan_report_steps BEGIN SELECT RAISE(ABORT, 'append-only table plan_report_steps'); END;
--bun:split
CREATE TRIGGER plan_report_steps_no_delete BEFORE DELETE ON plan_report_steps BEGIN SELECT RAISE(ABORT, 'append-only table plan_report_steps'); END;
--bun:split
CREATE TRIGGER plan_impacts_checked BEFORE UPDATE ON plan_impacts WHEN OLD.checked_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'the impact was checked: append-only'); END;
--bun:split
CREATE TRIGGER plan_impacts_stay BEFORE DELETE ON plan_impacts BEGIN SELECT RAISE(ABORT, 'impact checks are never deleted'); END;
--bun:split
CREATE TRIGGER plan_impact_files_no_update BEFORE UPDATE ON plan_impact_files BEGIN SELECT RAISE(ABORT, 'append-only table plan_impact_files'); END;
--bun:split
CREATE TRIGGER plan_impact_files_no_delete BEFORE DELETE ON plan_impact_files BEGIN SELECT RAISE(ABORT, 'append-only table plan_impact_files'); END;
{{- end}}

-- Questionnaires in versions: self-assessment of a process (DESAP) and satisfaction of users.
CREATE TABLE questionnaires (
  id         UUID PRIMARY KEY,
  code       TEXT NOT NULL,
  version    INTEGER NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('self', 'users')),
  created_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_questionnaires__code__version ON questionnaires (code, version);
--bun:split
CREATE TABLE questionnaire_questions (
  id               UUID PRIMARY KEY,
  questionnaire_id UUID NOT NULL REFERENCES questionnaires (id),
  position         INTEGER NOT NULL,
  chapter          TEXT NOT NULL,
  no               INTEGER NOT NULL,
  component        TEXT NOT NULL, -- of quality; empty for a free text
  answer           TEXT NOT NULL CHECK (answer IN ('scale', 'text')),
  text_az          TEXT NOT NULL,
  text_en          TEXT NOT NULL,
  options_az       TEXT NOT NULL, -- JSON: five options, the worst first
  options_en       TEXT NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_questionnaire_questions__questionnaire_id__position ON questionnaire_questions (questionnaire_id, position);
--bun:split
-- Self-assessment of a process in a cycle, by those who run it; apart from audit.
CREATE TABLE self_assessments (
  id               UUID PRIMARY KEY,
  number           TEXT NOT NULL, -- OQ-2026-01
  cycle_id         UUID NOT NULL REFERENCES cycles (id),
  questionnaire_id UUID NOT NULL REFERENCES questionnaires (id),
  state            TEXT NOT NULL CHECK (state IN ('draft', 'final')),
  created_by       UUID NOT NULL REFERENCES users (id),
  created_at       TIMESTAMPTZ NOT NULL,
  finished_by      UUID REFERENCES users (id),
  finished_name    TEXT NOT NULL,
  finished_at      TIMESTAMPTZ,
  version          INTEGER NOT NULL,
  CHECK ((state = 'final') = (finished_at IS NOT NULL))
);
--bun:split
CREATE UNIQUE INDEX ux_self_assessments__number ON self_assessments (number);
--bun:split
CREATE UNIQUE INDEX ux_self_assessments__cycle_id ON self_assessments (cycle_id);
--bun:split
CREATE TABLE self_assessment_answers (
  assessment_id UUID NOT NULL REFERENCES self_assessments (id),
  question_id   UUID NOT NULL REFERENCES questionnaire_questions (id),
  choice        TEXT NOT NULL CHECK (choice IN ('1', '2', '3', '4', '5', 'unknown', 'na')),
  comment       TEXT NOT NULL,
  improvement   TEXT NOT NULL, -- that is intended
  answered_by   UUID NOT NULL REFERENCES users (id),
  answered_at   TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (assessment_id, question_id)
);
--bun:split
-- Surveys of users, answered by whoever holds the link until they close.
CREATE TABLE surveys (
  id               UUID PRIMARY KEY,
  number           TEXT NOT NULL, -- IS-2026-01
  title            TEXT NOT NULL,
  questionnaire_id UUID NOT NULL REFERENCES questionnaires (id),
  process_id       UUID REFERENCES processes (id), -- none: the office as a whole
  token            TEXT NOT NULL, -- of the public address
  closes           TEXT NOT NULL CHECK (LENGTH(closes) = 10), -- the last day
  state            TEXT NOT NULL CHECK (state IN ('open', 'closed')),
  created_by       UUID NOT NULL REFERENCES users (id),
  created_at       TIMESTAMPTZ NOT NULL,
  closed_at        TIMESTAMPTZ,
  CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
--bun:split
CREATE UNIQUE INDEX ux_surveys__number ON surveys (number);
--bun:split
CREATE UNIQUE INDEX ux_surveys__token ON surveys (token);
--bun:split
-- An answered form; nobody's name is kept.
CREATE TABLE survey_responses (
  id          UUID PRIMARY KEY,
  survey_id   UUID NOT NULL REFERENCES surveys (id),
  received_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX ix_survey_responses__survey ON survey_responses (survey_id, received_at);
--bun:split
CREATE TABLE survey_answers (
  response_id UUID NOT NULL REFERENCES survey_responses (id),
  question_id UUID NOT NULL REFERENCES questionnaire_questions (id),
  score       INTEGER CHECK (score BETWEEN 1 AND 5), -- none: no opinion, or a free text
  text        TEXT NOT NULL,
  PRIMARY KEY (response_id, question_id)
);
--bun:split
{{- if .PG}}
CREATE TRIGGER self_assessments_final BEFORE UPDATE ON self_assessments FOR EACH ROW WHEN (OLD.finished_at IS NOT NULL) EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER survey_responses_stay BEFORE UPDATE OR DELETE ON survey_responses FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER survey_answers_stay BEFORE UPDATE OR DELETE ON survey_answers FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE FUNCTION forbid_final_assessment() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF EXISTS (SELECT 1 FROM self_assessments WHERE id IN (NEW.assessment_id, OLD.assessment_id) AND finished_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the self-assessment is finished' USING ERRCODE = '23000';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $fn$;
--bun:split
CREATE TRIGGER self_assessment_answers_final BEFORE INSERT OR UPDATE OR DELETE ON self_assessment_answers FOR EACH ROW EXECUTE FUNCTION forbid_final_assessment();
{{- else}}
CREATE TRIGGER self_assessments_final BEFORE UPDATE ON self_assessments WHEN OLD.finished_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'the self-assessment is finished'); END;
--bun:split
CREATE TRIGGER survey_responses_no_update BEFORE UPDATE ON survey_responses BEGIN SELECT RAISE(ABORT, 'append-only table survey_responses'); END;
--bun:split
CREATE TRIGGER survey_responses_no_delete BEFORE DELETE ON survey_responses BEGIN SELECT RAISE(ABORT, 'append-only table survey_responses'); END;
--bun:split
CREATE TRIGGER survey_answers_no_update BEFORE UPDATE ON survey_answers BEGIN SELECT RAISE(ABORT, 'append-only table survey_answers'); END;
--bun:split
CREATE TRIGGER survey_answers_no_delete BEFORE DELETE ON survey_answers BEGIN SELECT RAISE(ABORT, 'append-only table survey_answers'); END;
--bun:split
CREATE TRIGGER self_assessment_answers_final_i BEFORE INSERT ON self_assessment_answers WHEN EXISTS (SELECT 1 FROM self_assessments WHERE id = NEW.assessment_id AND finished_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the self-assessment is finished'); END;
--bun:split
CREATE TRIGGER self_assessment_answers_final_u BEFORE UPDATE ON self_assessment_answers WHEN EXISTS (SELECT 1 FROM self_assessments WHERE id IN (OLD.assessment_id, NEW.assessment_id) AND finished_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the self-assessment is finished'); END;
--bun:split
CREATE TRIGGER self_assessment_answers_final_d BEFORE DELETE ON self_assessment_answers WHEN EXISTS (SELECT 1 FROM self_assessments WHERE id = OLD.assessment_id AND finished_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the self-assessment is finished'); END;
{{- end}}

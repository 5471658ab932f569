{{define "final"}}
--bun:split
CREATE TRIGGER {{.}}_final_i BEFORE INSERT ON {{.}} WHEN EXISTS (SELECT 1 FROM evaluations WHERE id = NEW.evaluation_id AND finished_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the evaluation is finished'); END;
--bun:split
CREATE TRIGGER {{.}}_final_u BEFORE UPDATE ON {{.}} WHEN EXISTS (SELECT 1 FROM evaluations WHERE id IN (OLD.evaluation_id, NEW.evaluation_id) AND finished_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the evaluation is finished'); END;
--bun:split
CREATE TRIGGER {{.}}_final_d BEFORE DELETE ON {{.}} WHEN EXISTS (SELECT 1 FROM evaluations WHERE id = OLD.evaluation_id AND finished_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the evaluation is finished'); END;{{end -}}

-- Evaluation of a cycle (GSBPM 8.1-8.3). From finished_at on everything of it is fixed.
CREATE TABLE evaluations (
  id            UUID PRIMARY KEY,
  number        TEXT NOT NULL, -- QD-2026-01
  year          INTEGER NOT NULL,
  seq           INTEGER NOT NULL,
  cycle_id      UUID NOT NULL REFERENCES cycles (id),
  state         TEXT NOT NULL CHECK (state IN ('draft', 'final')),
  next_phase    TEXT NOT NULL CHECK (next_phase IN ('', '1', '2', '3', '4', '5', '6', '7', '8', 'stop')), -- where the next cycle starts; stop = there is none
  next_reason   TEXT NOT NULL,
  conclusion    TEXT NOT NULL,
  created_by    UUID NOT NULL REFERENCES users (id),
  created_at    TIMESTAMPTZ NOT NULL,
  finished_by   UUID REFERENCES users (id),
  finished_name TEXT NOT NULL, -- as it was then
  finished_at   TIMESTAMPTZ,
  version       INTEGER NOT NULL,
  CHECK ((state = 'final') = (finished_at IS NOT NULL)),
  CHECK (state = 'draft' OR next_phase <> '')
);
--bun:split
CREATE UNIQUE INDEX ux_evaluations__number ON evaluations (number);
--bun:split
CREATE UNIQUE INDEX ux_evaluations__cycle_id ON evaluations (cycle_id);
--bun:split
CREATE UNIQUE INDEX ux_evaluations__year__seq ON evaluations (year, seq);
--bun:split
-- What was gathered (8.1), as it was when the evaluation was finished. A draft has none: it is gathered at each look.
CREATE TABLE evaluation_inputs (
  evaluation_id UUID NOT NULL REFERENCES evaluations (id),
  position      INTEGER NOT NULL,
  section       TEXT NOT NULL CHECK (section IN ('tasks', 'indicators', 'discrepancies', 'plan', 'feedback', 'questions', 'punctuality', 'audit')),
  code          TEXT NOT NULL, -- GSBPM; empty for the whole cycle
  key           TEXT NOT NULL, -- of the words behind the figure
  args          TEXT NOT NULL, -- JSON object for the placeholders of the words
  num           BIGINT NOT NULL,
  den           BIGINT NOT NULL, -- 0 = a count
  value         TEXT NOT NULL, -- an exact decimal instead of a number
  target        TEXT NOT NULL,
  unit          TEXT NOT NULL,
  verdict       TEXT NOT NULL CHECK (verdict IN ('', 'good', 'bad', 'open', 'na')),
  href          TEXT NOT NULL,
  PRIMARY KEY (evaluation_id, position)
);
--bun:split
-- The evaluator's judgement of a sub-process (8.2).
CREATE TABLE evaluation_judgements (
  evaluation_id UUID NOT NULL REFERENCES evaluations (id),
  code          TEXT NOT NULL,
  grade         TEXT NOT NULL CHECK (grade IN ('good', 'watch', 'improve')),
  text          TEXT NOT NULL,
  judged_by     UUID NOT NULL REFERENCES users (id),
  judged_at     TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (evaluation_id, code)
);
--bun:split
CREATE TABLE evaluation_recommendations (
  evaluation_id     UUID NOT NULL REFERENCES evaluations (id),
  recommendation_id UUID NOT NULL REFERENCES recommendations (id),
  code              TEXT NOT NULL, -- any of GSBPM
  PRIMARY KEY (evaluation_id, recommendation_id)
);
--bun:split
CREATE UNIQUE INDEX ux_evaluation_recommendations__recommendation_id ON evaluation_recommendations (recommendation_id);
--bun:split
{{- if .PG}}
CREATE FUNCTION forbid_final_evaluation() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF EXISTS (SELECT 1 FROM evaluations WHERE id IN (NEW.evaluation_id, OLD.evaluation_id) AND finished_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the evaluation is finished' USING ERRCODE = '23000';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $fn$;
--bun:split
CREATE TRIGGER evaluations_final BEFORE UPDATE ON evaluations FOR EACH ROW WHEN (OLD.finished_at IS NOT NULL) EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER evaluations_stay BEFORE DELETE ON evaluations FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER evaluation_inputs_final BEFORE INSERT OR UPDATE OR DELETE ON evaluation_inputs FOR EACH ROW EXECUTE FUNCTION forbid_final_evaluation();
--bun:split
CREATE TRIGGER evaluation_judgements_final BEFORE INSERT OR UPDATE OR DELETE ON evaluation_judgements FOR EACH ROW EXECUTE FUNCTION forbid_final_evaluation();
--bun:split
CREATE TRIGGER evaluation_recommendations_final BEFORE INSERT OR UPDATE OR DELETE ON evaluation_recommendations FOR EACH ROW EXECUTE FUNCTION forbid_final_evaluation();
{{- else}}
CREATE TRIGGER evaluations_final BEFORE UPDATE ON evaluations WHEN OLD.finished_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'the evaluation is finished'); END;
--bun:split
CREATE TRIGGER evaluations_stay BEFORE DELETE ON evaluations BEGIN SELECT RAISE(ABORT, 'evaluations are never deleted'); END;
{{- template "final" "evaluation_inputs"}}
{{- template "final" "evaluation_judgements"}}
{{- template "final" "evaluation_recommendations"}}
{{- end}}

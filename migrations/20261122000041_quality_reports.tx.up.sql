{{define "final"}}
--bun:split
CREATE TRIGGER {{.}}_final_i BEFORE INSERT ON {{.}} WHEN EXISTS (SELECT 1 FROM quality_reports WHERE id = NEW.report_id AND approved_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the report is approved'); END;
--bun:split
CREATE TRIGGER {{.}}_final_u BEFORE UPDATE ON {{.}} WHEN EXISTS (SELECT 1 FROM quality_reports WHERE id IN (OLD.report_id, NEW.report_id) AND approved_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the report is approved'); END;
--bun:split
CREATE TRIGGER {{.}}_final_d BEFORE DELETE ON {{.}} WHEN EXISTS (SELECT 1 FROM quality_reports WHERE id = OLD.report_id AND approved_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the report is approved'); END;{{end -}}

-- Structures of quality reports (SIMS): versions are never changed, a new one is added.
CREATE TABLE quality_structures (
  version    INTEGER PRIMARY KEY,
  valid_from TEXT NOT NULL CHECK (LENGTH(valid_from) = 10),
  source_az  TEXT NOT NULL,
  source_en  TEXT NOT NULL
);
--bun:split
CREATE TABLE quality_concepts (
  version   INTEGER NOT NULL REFERENCES quality_structures (version),
  code      TEXT NOT NULL, -- S.13.3.3.1
  position  INTEGER NOT NULL,
  kind      TEXT NOT NULL CHECK (kind IN ('group', 'text', 'indicator')),
  indicator TEXT NOT NULL, -- code in the library of indicators that fills it; '' = entered by hand
  how       TEXT NOT NULL CHECK (how IN ('', 'same', 'rest')), -- rest = 100 minus the value
  unit      TEXT NOT NULL CHECK (unit IN ('', 'percent', 'count', 'days')),
  name_az   TEXT NOT NULL,
  name_en   TEXT NOT NULL,
  guide_az  TEXT NOT NULL,
  guide_en  TEXT NOT NULL,
  PRIMARY KEY (version, code)
);
--bun:split
-- Quality reports (Keyfiyyət məruzəsi). From approved_at on what is written in them is fixed.
CREATE TABLE quality_reports (
  id            UUID PRIMARY KEY,
  number        TEXT NOT NULL, -- KM-2026-01, the same for all versions
  no            INTEGER NOT NULL CHECK (no > 0), -- version: 1, 2 …
  cycle_id      UUID NOT NULL REFERENCES cycles (id),
  structure     INTEGER NOT NULL REFERENCES quality_structures (version),
  source_id     UUID REFERENCES quality_reports (id), -- whose texts it began with
  state         TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'published', 'replaced', 'withdrawn')),
  state_at      TIMESTAMPTZ NOT NULL,
  created_by    UUID NOT NULL REFERENCES users (id),
  created_at    TIMESTAMPTZ NOT NULL,
  submitted_by  UUID REFERENCES users (id),
  submitted_at  TIMESTAMPTZ,
  approved_by   UUID REFERENCES users (id),
  approved_name TEXT NOT NULL, -- as it was then
  approved_at   TIMESTAMPTZ,
  published_at  TIMESTAMPTZ,
  reason        TEXT NOT NULL, -- why it was given back or withdrawn
  version       INTEGER NOT NULL,
  search_key    TEXT NOT NULL,
  CHECK (state IN ('draft') OR submitted_at IS NOT NULL),
  CHECK ((state IN ('draft', 'submitted')) = (approved_at IS NULL)),
  CHECK (approved_by IS NULL OR approved_by <> submitted_by),
  CHECK (state NOT IN ('published', 'replaced') OR published_at IS NOT NULL)
);
--bun:split
CREATE UNIQUE INDEX ux_quality_reports__number__no ON quality_reports (number, no);
--bun:split
CREATE UNIQUE INDEX ux_quality_reports__cycle_id__no ON quality_reports (cycle_id, no);
--bun:split
-- One version of a report is worked on at a time, and one is public.
CREATE UNIQUE INDEX ux_quality_reports__open ON quality_reports (cycle_id) WHERE state IN ('draft', 'submitted');
--bun:split
CREATE UNIQUE INDEX ux_quality_reports__public ON quality_reports (cycle_id) WHERE state = 'published';
--bun:split
CREATE INDEX ix_quality_reports__state ON quality_reports (state, id);
--bun:split
-- What was written under a concept.
CREATE TABLE quality_entries (
  report_id UUID NOT NULL REFERENCES quality_reports (id),
  code      TEXT NOT NULL,
  na        BOOLEAN NOT NULL, -- does not apply; the texts say why
  text_az   TEXT NOT NULL,
  text_en   TEXT NOT NULL,
  value     TEXT NOT NULL, -- exact decimal, of an indicator entered by hand
  carried   BOOLEAN NOT NULL, -- taken over from an earlier report and not looked at since
  version   INTEGER NOT NULL,
  edited_by UUID NOT NULL REFERENCES users (id),
  edited_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (report_id, code)
);
--bun:split
-- Figures as they were when the report was submitted. A draft has none: they are read at each look.
CREATE TABLE quality_figures (
  report_id UUID NOT NULL REFERENCES quality_reports (id),
  code      TEXT NOT NULL,
  applies   BOOLEAN NOT NULL,
  why_not   TEXT NOT NULL, -- the office's reason; '' = the sub-process does not exist
  value     TEXT NOT NULL, -- exact decimal; '' = none is known
  decimals  INTEGER NOT NULL,
  target    TEXT NOT NULL,
  verdict   TEXT NOT NULL,
  gsbpm     TEXT NOT NULL,
  PRIMARY KEY (report_id, code)
);
--bun:split
{{- if .PG}}
CREATE FUNCTION forbid_approved_report() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF EXISTS (SELECT 1 FROM quality_reports WHERE id IN (NEW.report_id, OLD.report_id) AND approved_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the report is approved' USING ERRCODE = '23000';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $fn$;
--bun:split
CREATE TRIGGER quality_reports_stay BEFORE DELETE ON quality_reports FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER quality_entries_final BEFORE INSERT OR UPDATE OR DELETE ON quality_entries FOR EACH ROW EXECUTE FUNCTION forbid_approved_report();
--bun:split
CREATE TRIGGER quality_figures_final BEFORE INSERT OR UPDATE OR DELETE ON quality_figures FOR EACH ROW EXECUTE FUNCTION forbid_approved_report();
{{- else}}
CREATE TRIGGER quality_reports_stay BEFORE DELETE ON quality_reports BEGIN SELECT RAISE(ABORT, 'quality reports are never deleted'); END;
{{- template "final" "quality_entries"}}
{{- template "final" "quality_figures"}}
{{- end}}

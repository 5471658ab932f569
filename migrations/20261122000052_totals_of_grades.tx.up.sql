-- Totals of years whose scheme has other grades than the four words, such as stars, keep them as JSON of grades to services.
CREATE TABLE assessment_totals_next (
  year             INTEGER PRIMARY KEY,
  scheme           TEXT NOT NULL REFERENCES rating_schemes (code),
  agencies         BIGINT NOT NULL,
  services         BIGINT NOT NULL,
  electronised     BIGINT NOT NULL,
  not_electronised BIGINT NOT NULL,
  unsatisfactory   BIGINT NOT NULL,
  satisfactory     BIGINT NOT NULL,
  good             BIGINT NOT NULL,
  excellent        BIGINT NOT NULL,
  grades           TEXT NOT NULL DEFAULT '', -- '' of the four words
  source_name      TEXT NOT NULL,
  imported_at      TIMESTAMPTZ NOT NULL,
  CHECK (electronised + not_electronised = services),
  CHECK (grades <> '' OR unsatisfactory + satisfactory + good + excellent = electronised)
);
--bun:split
INSERT INTO assessment_totals_next (year, scheme, agencies, services, electronised, not_electronised, unsatisfactory, satisfactory, good, excellent, source_name, imported_at)
  SELECT year, scheme, agencies, services, electronised, not_electronised, unsatisfactory, satisfactory, good, excellent, source_name, imported_at FROM assessment_totals;
--bun:split
DROP TABLE assessment_totals;
--bun:split
ALTER TABLE assessment_totals_next RENAME TO assessment_totals;

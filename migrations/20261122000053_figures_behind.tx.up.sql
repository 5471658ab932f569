-- Services behind a figure: of a body by grade, of the country by level and by
-- automation, each found without reading others.
DROP INDEX ix_assessments__agency;
--bun:split
CREATE INDEX ix_assessments__agency ON assessments (agency_id, year, grade, id);
--bun:split
CREATE INDEX ix_assessments__year_level ON assessments (year, level, grade, id);
--bun:split
CREATE INDEX ix_assessments__year_automation ON assessments (year, automation, grade, id);

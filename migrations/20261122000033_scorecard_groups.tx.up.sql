-- Groups of scorecards are written by the thousand when a year is finalised: on
-- PostgreSQL one index by year and body is enough for all who read them.
{{if .PG}}
ALTER TABLE scorecard_groups DROP CONSTRAINT scorecard_groups_pkey;
--bun:split
DROP INDEX ix_scorecard_groups__year;
--bun:split
CREATE INDEX ix_scorecard_groups__year_agency ON scorecard_groups (year, agency_id);
{{else}}
DROP INDEX ix_scorecard_groups__year;
--bun:split
CREATE INDEX ix_scorecard_groups__year_agency ON scorecard_groups (year, agency_id);
{{end}}

-- Between which values an indicator can lie, in each of its versions: exact decimals, '' for no bound.
ALTER TABLE indicator_versions ADD COLUMN lowest TEXT NOT NULL DEFAULT '';
--bun:split
ALTER TABLE indicator_versions ADD COLUMN highest TEXT NOT NULL DEFAULT '';
--bun:split
-- What the library starts with: shares and numbers are never below nothing, a share never above the whole. A coefficient of
-- variation (A1) and the size of revisions (A6) may be above 100 per cent; a release is at the earliest on the last day of its period (TP1).
UPDATE indicator_versions SET lowest = '0' WHERE unit IN ('percent', 'count')
  OR indicator_id IN (SELECT i.id FROM indicators i WHERE i.code = 'TP1');
--bun:split
UPDATE indicator_versions SET highest = '100' WHERE unit = 'percent'
  AND indicator_id NOT IN (SELECT i.id FROM indicators i WHERE i.code IN ('A1', 'A6'));
--bun:split
-- The one object under which the trail seals what every office starts from: calendars, templates, lists, wordings.
CREATE TABLE reference_states (
  id UUID PRIMARY KEY
);

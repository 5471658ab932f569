-- Totals of years whose scheme has other grades than the four words, such as stars: JSON of grades to services.
ALTER TABLE assessment_totals ADD COLUMN grades TEXT NOT NULL DEFAULT '';

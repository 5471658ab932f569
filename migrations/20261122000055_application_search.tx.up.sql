-- Applications to the register are found by the folded words of their title, as
-- everything else is; a start of the program fills in those that are there.
ALTER TABLE register_applications ADD COLUMN search_key TEXT NOT NULL DEFAULT '';

-- The register of findings is searched by words.
ALTER TABLE findings ADD COLUMN search_key TEXT NOT NULL DEFAULT ''; -- folded text; filled at the start where it is empty

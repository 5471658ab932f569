-- Register of printed documents: what a verification code on paper stands for.
CREATE TABLE documents (
  id             UUID PRIMARY KEY,
  code           TEXT NOT NULL CHECK (LENGTH(code) = 14), -- XXXX-XXXX-XXXX, on paper
  kind           TEXT NOT NULL, -- act, audit, review, plan, cycle, scorecard, measures
  object_id      TEXT NOT NULL, -- what it is about
  number         TEXT NOT NULL, -- of the object; '' for a draft
  title          TEXT NOT NULL,
  dated          TEXT NOT NULL CHECK (LENGTH(dated) IN (0, 10)), -- official date of the object; '' while there is none
  state          TEXT NOT NULL, -- key of the words of its state at that time; '' when it has none
  lang           TEXT NOT NULL,
  sha256         TEXT NOT NULL CHECK (LENGTH(sha256) = 64), -- of the bytes handed out
  content_sha256 TEXT NOT NULL CHECK (LENGTH(content_sha256) = 64), -- of what it says; its ends are printed in the foot
  size           BIGINT NOT NULL CHECK (size > 0), -- bytes
  printed_at     TIMESTAMPTZ NOT NULL,
  printed_by     UUID REFERENCES users (id), -- NULL: the command line
  printed_name   TEXT NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_documents__code ON documents (code);
--bun:split
CREATE INDEX ix_documents__object ON documents (kind, object_id, printed_at);
--bun:split
-- A print is a fact: it never changes.
{{if .PG}}CREATE TRIGGER documents_stay BEFORE UPDATE OR DELETE ON documents FOR EACH ROW EXECUTE FUNCTION forbid_change();
{{else}}CREATE TRIGGER documents_stay_u BEFORE UPDATE ON documents BEGIN SELECT RAISE(ABORT, 'append-only table documents'); END;
--bun:split
CREATE TRIGGER documents_stay_d BEFORE DELETE ON documents BEGIN SELECT RAISE(ABORT, 'append-only table documents'); END;
{{end}}

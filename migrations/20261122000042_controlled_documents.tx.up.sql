-- Kinds of controlled documents.
CREATE TABLE document_kinds (
  code          TEXT PRIMARY KEY,
  position      INTEGER NOT NULL,
  prefix        TEXT NOT NULL, -- of numbers: KİS SP
  name_az       TEXT NOT NULL,
  name_en       TEXT NOT NULL,
  text_az       TEXT NOT NULL,
  text_en       TEXT NOT NULL,
  review_months INTEGER NOT NULL CHECK (review_months > 0),
  read_days     INTEGER NOT NULL CHECK (read_days > 0) -- working days
);
--bun:split
-- Controlled documents of the system (ISO 9001:2015 7.5): what a document is; what it says stands in its versions.
CREATE TABLE controlled_documents (
  id            UUID PRIMARY KEY,
  kind          TEXT NOT NULL REFERENCES document_kinds (code),
  number        TEXT NOT NULL, -- KİS SP-07
  title_az      TEXT NOT NULL,
  title_en      TEXT NOT NULL, -- may be empty
  department_id UUID NOT NULL REFERENCES departments (id), -- that owns it
  process_id    UUID REFERENCES processes (id),
  created_by    UUID NOT NULL REFERENCES users (id),
  created_at    TIMESTAMPTZ NOT NULL,
  version       INTEGER NOT NULL,
  search_key    TEXT NOT NULL,
  sort_key      TEXT NOT NULL
);
--bun:split
CREATE UNIQUE INDEX ux_controlled_documents__number ON controlled_documents (number);
--bun:split
CREATE INDEX ix_controlled_documents__sort ON controlled_documents (sort_key, id);
--bun:split
CREATE INDEX ix_controlled_documents__department ON controlled_documents (department_id);
--bun:split
-- Versions. In force is the one of state 'in_force' whose days hold: superseded and not yet effective are derived from them.
CREATE TABLE document_versions (
  id            UUID PRIMARY KEY,
  document_id   UUID NOT NULL REFERENCES controlled_documents (id),
  no            INTEGER NOT NULL CHECK (no > 0),
  state         TEXT NOT NULL CHECK (state IN ('draft', 'approval', 'in_force', 'withdrawn')),
  state_at      TIMESTAMPTZ NOT NULL,
  changes       TEXT NOT NULL, -- what is new against the version before
  file_id       UUID REFERENCES files (id),
  link          TEXT NOT NULL,
  effective     TEXT CHECK (LENGTH(effective) = 10), -- first day
  until_day     TEXT CHECK (LENGTH(until_day) = 10), -- first day on which it holds no more
  review_due    TEXT CHECK (LENGTH(review_due) = 10),
  read_due      TEXT CHECK (LENGTH(read_due) = 10),
  created_by    UUID NOT NULL REFERENCES users (id),
  created_at    TIMESTAMPTZ NOT NULL,
  submitted_by  UUID REFERENCES users (id),
  submitted_at  TIMESTAMPTZ,
  approved_by   UUID REFERENCES users (id),
  approved_name TEXT NOT NULL,
  approved_at   TIMESTAMPTZ,
  reason        TEXT NOT NULL, -- why it was given back or withdrawn
  version       INTEGER NOT NULL,
  CHECK (state = 'draft' OR submitted_at IS NOT NULL),
  CHECK ((state IN ('in_force', 'withdrawn')) = (approved_at IS NOT NULL)),
  CHECK (state NOT IN ('approval', 'in_force', 'withdrawn') OR (effective IS NOT NULL AND (file_id IS NOT NULL OR link <> ''))),
  CHECK (state NOT IN ('in_force', 'withdrawn') OR (review_due IS NOT NULL AND read_due IS NOT NULL)),
  CHECK (approved_by IS NULL OR approved_by <> submitted_by),
  CHECK (file_id IS NULL OR link = ''),
  CHECK (until_day IS NULL OR until_day >= effective)
);
--bun:split
CREATE UNIQUE INDEX ux_document_versions__document_id__no ON document_versions (document_id, no);
--bun:split
CREATE UNIQUE INDEX ux_document_versions__open ON document_versions (document_id) WHERE state IN ('draft', 'approval');
--bun:split
CREATE INDEX ix_document_versions__state ON document_versions (state, effective);
--bun:split
-- Who must read a document: everybody, a department, a role or a person.
CREATE TABLE document_readers (
  document_id   UUID NOT NULL REFERENCES controlled_documents (id),
  position      INTEGER NOT NULL,
  kind          TEXT NOT NULL CHECK (kind IN ('all', 'department', 'role', 'user')),
  department_id UUID REFERENCES departments (id),
  role          TEXT NOT NULL,
  user_id       UUID REFERENCES users (id),
  PRIMARY KEY (document_id, position)
);
--bun:split
-- Who has read which version; append-only.
CREATE TABLE document_acknowledgements (
  version_id UUID NOT NULL REFERENCES document_versions (id),
  user_id    UUID NOT NULL REFERENCES users (id),
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (version_id, user_id)
);
--bun:split
CREATE INDEX ix_document_acknowledgements__user ON document_acknowledgements (user_id);
--bun:split
-- Reviews that left a version in force; append-only.
CREATE TABLE document_reviews (
  id          UUID PRIMARY KEY,
  version_id  UUID NOT NULL REFERENCES document_versions (id),
  note        TEXT NOT NULL,
  next_due    TEXT NOT NULL CHECK (LENGTH(next_due) = 10),
  reviewed_by UUID NOT NULL REFERENCES users (id),
  reviewed_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX ix_document_reviews__version ON document_reviews (version_id);
--bun:split
-- Documents that are criteria of an audit, in the version that was in force when it was planned.
CREATE TABLE audit_documents (
  audit_id   UUID NOT NULL REFERENCES audits (id),
  version_id UUID NOT NULL REFERENCES document_versions (id),
  PRIMARY KEY (audit_id, version_id)
);
--bun:split
{{- if .PG}}
CREATE TRIGGER document_acknowledgements_stay BEFORE UPDATE OR DELETE ON document_acknowledgements FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER document_reviews_stay BEFORE UPDATE OR DELETE ON document_reviews FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE TRIGGER controlled_documents_stay BEFORE DELETE ON controlled_documents FOR EACH ROW EXECUTE FUNCTION forbid_change();
--bun:split
CREATE FUNCTION forbid_other_document() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF OLD.approved_at IS NOT NULL AND (TG_OP = 'DELETE' OR NEW.document_id <> OLD.document_id OR NEW.no <> OLD.no OR NEW.file_id IS DISTINCT FROM OLD.file_id
      OR NEW.link <> OLD.link OR NEW.effective <> OLD.effective OR NEW.changes <> OLD.changes OR NEW.approved_at IS DISTINCT FROM OLD.approved_at) THEN
    RAISE EXCEPTION 'the version is approved' USING ERRCODE = '23000';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $fn$;
--bun:split
CREATE TRIGGER document_versions_final BEFORE UPDATE OR DELETE ON document_versions FOR EACH ROW EXECUTE FUNCTION forbid_other_document();
{{- else}}
CREATE TRIGGER document_acknowledgements_no_update BEFORE UPDATE ON document_acknowledgements BEGIN SELECT RAISE(ABORT, 'append-only table document_acknowledgements'); END;
--bun:split
CREATE TRIGGER document_acknowledgements_no_delete BEFORE DELETE ON document_acknowledgements BEGIN SELECT RAISE(ABORT, 'append-only table document_acknowledgements'); END;
--bun:split
CREATE TRIGGER document_reviews_no_update BEFORE UPDATE ON document_reviews BEGIN SELECT RAISE(ABORT, 'append-only table document_reviews'); END;
--bun:split
CREATE TRIGGER document_reviews_no_delete BEFORE DELETE ON document_reviews BEGIN SELECT RAISE(ABORT, 'append-only table document_reviews'); END;
--bun:split
CREATE TRIGGER controlled_documents_stay BEFORE DELETE ON controlled_documents BEGIN SELECT RAISE(ABORT, 'documents are never deleted'); END;
--bun:split
CREATE TRIGGER document_versions_final BEFORE UPDATE ON document_versions WHEN OLD.approved_at IS NOT NULL AND (NEW.document_id <> OLD.document_id OR NEW.no <> OLD.no
  OR NEW.file_id IS NOT OLD.file_id OR NEW.link <> OLD.link OR NEW.effective <> OLD.effective OR NEW.changes <> OLD.changes OR NEW.approved_at IS NOT OLD.approved_at)
BEGIN SELECT RAISE(ABORT, 'the version is approved'); END;
--bun:split
CREATE TRIGGER document_versions_stay BEFORE DELETE ON document_versions WHEN OLD.approved_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'the version is approved'); END;
{{- end}}

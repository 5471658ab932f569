-- The open decisions of earlier reviews as a signed review showed them. Until it is signed they are computed; what is known later of
-- an item that carries one out, even that it was taken out of its plan, changes nothing of what was signed. Reviews signed before this table
-- was there have no rows, and theirs are computed.
CREATE TABLE review_open_decisions (
  review_id     UUID NOT NULL REFERENCES reviews (id),
  position      INTEGER NOT NULL, -- in the order shown, from 1
  decision_id   UUID NOT NULL REFERENCES review_decisions (id), -- of a signed review: its words do not change
  owner         TEXT NOT NULL,
  department    TEXT NOT NULL, -- code
  department_az TEXT NOT NULL,
  department_en TEXT NOT NULL,
  late          BOOLEAN NOT NULL, -- its day had passed
  state         TEXT NOT NULL, -- of its item as it was shown; '' = in no plan in force
  plan          TEXT NOT NULL, -- key; '' = in none
  item_id       UUID, -- not a reference: the item may be gone
  item_no       INTEGER NOT NULL,
  PRIMARY KEY (review_id, position)
);
--bun:split
CREATE INDEX ix_review_open_decisions__decision_id ON review_open_decisions (decision_id);
--bun:split
{{- if .PG}}
CREATE TRIGGER review_open_decisions_signed BEFORE INSERT OR UPDATE OR DELETE ON review_open_decisions FOR EACH ROW EXECUTE FUNCTION forbid_signed_review();
{{- else}}
CREATE TRIGGER review_open_decisions_signed_i BEFORE INSERT ON review_open_decisions WHEN EXISTS (SELECT 1 FROM reviews WHERE id IN (NEW.review_id) AND signed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the review is signed'); END;
--bun:split
CREATE TRIGGER review_open_decisions_signed_u BEFORE UPDATE ON review_open_decisions WHEN EXISTS (SELECT 1 FROM reviews WHERE id IN (OLD.review_id, NEW.review_id) AND signed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the review is signed'); END;
--bun:split
CREATE TRIGGER review_open_decisions_signed_d BEFORE DELETE ON review_open_decisions WHEN EXISTS (SELECT 1 FROM reviews WHERE id IN (OLD.review_id) AND signed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the review is signed'); END;
{{- end}}

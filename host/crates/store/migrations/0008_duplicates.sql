-- Schema 7: an opinion may be that an item is nearly the same as an earlier one. The list of kinds is a check of the
-- table, which cannot be changed in place.

CREATE TABLE annotation_next (            -- machine opinion, always with its maker
  item_id INTEGER NOT NULL REFERENCES item(id) ON DELETE CASCADE, revision INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind='sentiment' OR kind='language' OR kind='topic' OR kind='urgency' OR kind='toxicity' OR kind='pii' OR kind='route' OR kind='duplicate'),
  value TEXT NOT NULL, score REAL, confidence REAL, evidence TEXT NOT NULL,   -- JSON: spans, rule ids
  producer TEXT NOT NULL, producer_version TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (item_id, revision, kind, producer, producer_version, value)
) STRICT, WITHOUT ROWID;
INSERT INTO annotation_next SELECT item_id, revision, kind, value, score, confidence, evidence, producer, producer_version, at FROM annotation;
DROP TABLE annotation;
ALTER TABLE annotation_next RENAME TO annotation;

-- How many copies an item has: the value of a duplicate is the uid of the first, in hexadecimal.
CREATE INDEX annotation_copies ON annotation(value) WHERE kind='duplicate';

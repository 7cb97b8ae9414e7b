-- Schema 11: what was unusual, what people say of how an item feels, and who decided of two opinions.

-- What was unusual. An alarm is never changed; the watch says up to when it was looked.

CREATE TABLE alarm (
  id INTEGER PRIMARY KEY,
  topic TEXT NOT NULL,                    -- a tag that rules give; '' where all items are counted
  source_id INTEGER NOT NULL REFERENCES source(id) ON DELETE CASCADE,
  measured TEXT NOT NULL CHECK (measured='items' OR measured='negative-share'),
  label TEXT NOT NULL,                    -- of items of one sentiment; '' for all
  until INTEGER NOT NULL,                 -- when the hour ended in which it was so
  expected REAL NOT NULL, observed REAL NOT NULL, items INTEGER NOT NULL, tail REAL NOT NULL, why TEXT NOT NULL,
  team TEXT, person TEXT, priority TEXT CHECK (priority='low' OR priority='normal' OR priority='high' OR priority='urgent'),
  tags TEXT NOT NULL CHECK (json_valid(tags)), rules TEXT NOT NULL CHECK (json_valid(rules)), -- lists of names
  at INTEGER NOT NULL,
  UNIQUE (topic, source_id, measured, label, until)
) STRICT;
CREATE INDEX alarm_time ON alarm(until DESC, id DESC);
CREATE TABLE spike_watch (id INTEGER PRIMARY KEY CHECK (id=1), judged_until INTEGER NOT NULL) STRICT;

-- What people say of how an item feels, beside what machines do. Rows are only added; the newest of a revision counts.
CREATE TABLE label (
  id INTEGER PRIMARY KEY,
  item_id INTEGER NOT NULL REFERENCES item(id) ON DELETE CASCADE, revision INTEGER NOT NULL,
  label TEXT NOT NULL CHECK (label='positive' OR label='neutral' OR label='negative'),
  who TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX label_item ON label(item_id, revision, id);

-- Of several opinions of one kind and time, one decided; the others (0) are kept beside it.
ALTER TABLE annotation ADD COLUMN decided INTEGER NOT NULL DEFAULT 1 CHECK (decided=0 OR decided=1);

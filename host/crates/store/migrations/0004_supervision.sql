-- Schema 4: what the calls of connectors spend, and what is done about those that crash.

CREATE TABLE spending (                   -- of each thing that is limited: the last call, and the most of any
  source_id INTEGER NOT NULL REFERENCES source(id) ON DELETE CASCADE,
  resource TEXT NOT NULL,                 -- as in 'memory'; bytes and milliseconds
  last INTEGER NOT NULL, last_at INTEGER NOT NULL,
  peak INTEGER NOT NULL, peak_at INTEGER NOT NULL,
  most INTEGER NOT NULL,                  -- what the last call might spend
  PRIMARY KEY (source_id, resource)
) STRICT, WITHOUT ROWID;

CREATE TABLE crashes (                    -- in a row, of calls of one kind; a row goes when one does well
  source_id INTEGER NOT NULL REFERENCES source(id) ON DELETE CASCADE,
  line TEXT NOT NULL,                     -- which calls, as in 'read posts'
  in_a_row INTEGER NOT NULL,
  PRIMARY KEY (source_id, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE source_quarantine (          -- a connector that is not called any more until a person says so
  source_id INTEGER PRIMARY KEY REFERENCES source(id) ON DELETE CASCADE,
  at INTEGER NOT NULL, reason TEXT NOT NULL,
  component_sha256 BLOB NOT NULL CHECK (length(component_sha256)=32) -- another build is not in quarantine
) STRICT;

-- A call that crashed, with all that is needed to crash it again. A number is never used again: people write it down.
CREATE TABLE capsule (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source_id INTEGER NOT NULL REFERENCES source(id) ON DELETE CASCADE,
  at INTEGER NOT NULL, line TEXT NOT NULL, error TEXT NOT NULL,
  body BLOB NOT NULL                      -- zstd of its text
) STRICT;
CREATE INDEX capsule_source ON capsule(source_id);

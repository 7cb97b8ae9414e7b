-- Schema 2: what is pushed to us, what is read by time, what is looked at again, what we do ourselves.

-- A delivery stands here from the moment it came until its events are stored, and leaves in the transaction that
-- stores them: what is here after a crash has not been handled. Its number is never used again, or a late answer
-- about one delivery could settle another.
CREATE TABLE delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source_id INTEGER NOT NULL REFERENCES source(id) ON DELETE CASCADE,
  method TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL,
  headers TEXT NOT NULL,                  -- JSON: list of [name, value]
  body BLOB NOT NULL, received_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'new' CHECK (state='new' OR state='failed'),
  due_at INTEGER NOT NULL,                -- not to be tried by anybody else before
  attempts INTEGER NOT NULL DEFAULT 0, fault TEXT
) STRICT;
CREATE INDEX delivery_due ON delivery(source_id, state, due_at);
CREATE INDEX delivery_seen_at ON delivery_seen(at);

CREATE TABLE backfill (                   -- reading by time; its cursor is its own and never that of live reading
  source_id INTEGER NOT NULL REFERENCES source(id) ON DELETE CASCADE,
  stream TEXT NOT NULL, target TEXT NOT NULL DEFAULT '',
  since INTEGER NOT NULL, until INTEGER NOT NULL,
  cursor BLOB, cursor_version INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL CHECK (state='waiting' OR state='paused' OR state='failed' OR state='done'),
  not_before INTEGER, fault TEXT, fault_count INTEGER NOT NULL DEFAULT 0,
  batches INTEGER NOT NULL DEFAULT 0, items INTEGER NOT NULL DEFAULT 0, new_items INTEGER NOT NULL DEFAULT 0,
  reached_at INTEGER,                     -- oldest time of an item that it met
  lease INTEGER, leased_until INTEGER,    -- who reads it, until when; two processes never read one
  started_at INTEGER NOT NULL, done_at INTEGER,
  PRIMARY KEY (source_id, stream, target)
) STRICT, WITHOUT ROWID;

CREATE TABLE recheck (                    -- when an item is looked at again, for streams that can
  source_id INTEGER NOT NULL REFERENCES source(id) ON DELETE CASCADE,
  stream TEXT NOT NULL,
  item_id INTEGER NOT NULL REFERENCES item(id) ON DELETE CASCADE,
  due_at INTEGER NOT NULL,
  PRIMARY KEY (source_id, stream, item_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX recheck_due ON recheck(source_id, stream, due_at);
CREATE INDEX recheck_item ON recheck(item_id);
CREATE TABLE recheck_mark (               -- the newest item that was taken into the schedule
  source_id INTEGER NOT NULL REFERENCES source(id) ON DELETE CASCADE,
  stream TEXT NOT NULL, item_id INTEGER NOT NULL,
  PRIMARY KEY (source_id, stream)
) STRICT, WITHOUT ROWID;

-- What we did or tried on a platform: written before the connector is called, so that after a crash it is known
-- what may have happened, and the same key can be used again.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  source_id INTEGER NOT NULL REFERENCES source(id) ON DELETE CASCADE,
  action TEXT NOT NULL, item_native_id TEXT, arguments TEXT NOT NULL,
  idempotency_key TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state='sending' OR state='done' OR state='already-done' OR state='uncertain' OR state='failed'),
  detail TEXT, made TEXT,                 -- the platform's id of what it made
  attempts INTEGER NOT NULL DEFAULT 1, at INTEGER NOT NULL, updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_open ON outbox(source_id, action, item_native_id) WHERE state='sending' OR state='uncertain';

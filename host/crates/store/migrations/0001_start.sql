-- Schema 1. This file is history: it is never edited once it has been released; a change is a new file.
-- Heard content (connectors cause these writes) is kept apart from human work (never touched by connectors).
-- Times are UTC milliseconds. A column `x_at` beside `x` is the time of the value in `x`: the newest value wins,
-- whatever the order in which values come.
-- Closed word lists are checked by OR: for `x IN (three words or more)` SQLite fills a temporary tree at each insert,
-- and an item has four such lists: they took half of the time of an insert.

-- Components are named by 32 bytes in every revision; here they are, once each.
CREATE TABLE component (id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256)=32)) STRICT;

CREATE TABLE source (                     -- one configured account/forum/mailbox = one inventory line
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,              -- key in the TOML
  connector TEXT NOT NULL, connector_version TEXT NOT NULL, component_id INTEGER NOT NULL REFERENCES component(id),
  platform TEXT NOT NULL, scope TEXT NOT NULL,  -- scope = id space: 'x', 'https://forum.corp.example', 'imap:listen@example.com'
  zone TEXT NOT NULL CHECK (zone='intranet' OR zone='extranet' OR zone='social'),
  owner_function TEXT,                    -- HR, Finance, Engineering ...
  retention_days INTEGER, enabled INTEGER NOT NULL DEFAULT 1,
  items INTEGER NOT NULL DEFAULT 0,       -- items it saw: counting sightings takes a second per million
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE checkpoint (
  source_id INTEGER NOT NULL REFERENCES source(id) ON DELETE CASCADE,
  stream TEXT NOT NULL, target TEXT NOT NULL DEFAULT '',
  cursor BLOB, cursor_version INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state='ok' OR state='running' OR state='waiting' OR state='needs-auth' OR state='needs-config' OR state='quota' OR state='failed' OR state='paused'),
  not_before INTEGER, last_ok_at INTEGER, last_fault TEXT, fault_count INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (source_id, stream, target)
) STRICT, WITHOUT ROWID;

CREATE TABLE raw (                        -- what the platform really sent
  id INTEGER PRIMARY KEY,
  source_id INTEGER NOT NULL REFERENCES source(id) ON DELETE CASCADE,
  sha256 BLOB NOT NULL CHECK (length(sha256)=32),
  label TEXT NOT NULL, media_type TEXT NOT NULL,
  body BLOB, encoding TEXT NOT NULL DEFAULT 'zstd' CHECK (encoding='zstd' OR encoding='identity' OR encoding='erased'),
  url TEXT, status INTEGER, received_at INTEGER NOT NULL,
  via TEXT NOT NULL CHECK (via='poll' OR via='webhook' OR via='stream' OR via='import' OR via='replay'),
  UNIQUE (source_id, sha256),
  CHECK ((body IS NULL) = (encoding = 'erased'))
) STRICT;

CREATE TABLE person (id INTEGER PRIMARY KEY, display_name TEXT, is_staff INTEGER NOT NULL DEFAULT 0, function TEXT, created_at INTEGER NOT NULL) STRICT;

CREATE TABLE actor (
  id INTEGER PRIMARY KEY,
  scope TEXT NOT NULL, native_id TEXT NOT NULL,
  known INTEGER NOT NULL DEFAULT 0,       -- 0: only mentioned so far; nothing here was said by a connector
  person_id INTEGER REFERENCES person(id) ON DELETE SET NULL,
  link_basis TEXT CHECK (link_basis='same-email' OR link_basis='directory' OR link_basis='manual' OR link_basis='self-declared'),
  kind TEXT NOT NULL CHECK (kind='person' OR kind='organisation' OR kind='service' OR kind='group' OR kind='unknown'), kind_at INTEGER,
  handle TEXT, handle_at INTEGER, display_name TEXT, display_name_at INTEGER,
  profile_url TEXT, profile_url_at INTEGER, avatar_url TEXT, avatar_url_at INTEGER,
  followers INTEGER, followers_at INTEGER, verified INTEGER, verified_at INTEGER,
  is_self INTEGER NOT NULL DEFAULT 0,
  first_seen_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL,
  UNIQUE (scope, native_id)
) STRICT;
CREATE TABLE actor_email (                -- what the platform shows; used to link identities
  actor_id INTEGER NOT NULL REFERENCES actor(id) ON DELETE CASCADE, email TEXT NOT NULL, PRIMARY KEY (actor_id, email)
) STRICT, WITHOUT ROWID;

CREATE TABLE conversation (
  id INTEGER PRIMARY KEY,
  scope TEXT NOT NULL, native_id TEXT NOT NULL,
  known INTEGER NOT NULL DEFAULT 0,       -- 0: only its items have come; visibility is the most private of theirs
  zone TEXT NOT NULL CHECK (zone='intranet' OR zone='extranet' OR zone='social'),
  title TEXT, title_at INTEGER, url TEXT, url_at INTEGER, place TEXT, place_at INTEGER,
  visibility TEXT NOT NULL CHECK (visibility='public' OR visibility='unlisted' OR visibility='community' OR visibility='internal' OR visibility='restricted' OR visibility='direct'),
  locked INTEGER NOT NULL DEFAULT 0, locked_at INTEGER,
  first_item_at INTEGER, last_item_at INTEGER, item_count INTEGER NOT NULL DEFAULT 0, -- of items that are still there
  merged_into INTEGER REFERENCES conversation(id),
  UNIQUE (scope, native_id)
) STRICT;

-- The words of an item stand in item_revision, once: kept here too, they doubled the file and took a third of the
-- time of an insert. An item points at the revision that it shows.
CREATE TABLE item (
  id INTEGER PRIMARY KEY,
  -- First 16 bytes of SHA-256(scope 0x00 native_id), and so the only index that (scope, native_id) needs: a second
  -- one, over the words, cost a tenth of an insert and refused nothing that this one lets through.
  uid BLOB NOT NULL UNIQUE CHECK (length(uid)=16),
  scope TEXT NOT NULL, native_id TEXT NOT NULL,
  zone TEXT NOT NULL CHECK (zone='intranet' OR zone='extranet' OR zone='social'),
  conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  author_id INTEGER REFERENCES actor(id),
  kind TEXT NOT NULL CHECK (kind='post' OR kind='comment' OR kind='message' OR kind='email' OR kind='article' OR kind='review' OR kind='share'),
  direction TEXT NOT NULL CHECK (direction='inbound' OR direction='outbound' OR direction='third-party'),
  revision INTEGER NOT NULL DEFAULT 1 CHECK (revision >= 1),             -- the one that is shown
  revisions INTEGER NOT NULL DEFAULT 1 CHECK (revisions >= revision),    -- how many there are: 1..n
  url TEXT, language TEXT,
  published_at INTEGER NOT NULL, published_is_estimate INTEGER NOT NULL DEFAULT 0,
  observed_at INTEGER NOT NULL, edited_at INTEGER, removed_at INTEGER, removal_reason TEXT,
  removal_raw_id INTEGER REFERENCES raw(id),
  -- Feed order: the platform's claim, at most five minutes ahead of our own clock.
  feed_at INTEGER NOT NULL GENERATED ALWAYS AS (min(published_at, observed_at + 300000)) VIRTUAL,
  -- Newest time that the platform gave for the item itself; a removal up to then has been taken back.
  claimed_at INTEGER,
  visibility TEXT NOT NULL CHECK (visibility='public' OR visibility='unlisted' OR visibility='community' OR visibility='internal' OR visibility='restricted' OR visibility='direct'),
  sensitive INTEGER NOT NULL DEFAULT 0, automated INTEGER NOT NULL DEFAULT 0,
  platform_revision TEXT NOT NULL,
  content_sha256 BLOB NOT NULL CHECK (length(content_sha256)=32),
  facts INTEGER NOT NULL,                 -- last tie-break between two accounts of one content: the fuller one wins
  near_dup_of INTEGER REFERENCES item(id),
  likes INTEGER, replies INTEGER, shares INTEGER, quotes INTEGER, views INTEGER, score INTEGER, counters_at INTEGER,
  CHECK ((removed_at IS NULL) = (removal_reason IS NULL))
) STRICT;
CREATE INDEX item_feed ON item(feed_at DESC, id DESC);
CREATE INDEX item_conv ON item(conversation_id, feed_at, id);
CREATE INDEX item_author ON item(author_id, feed_at DESC);

CREATE TABLE sighting (                   -- which source and stream saw it; one item, many sightings
  item_id INTEGER NOT NULL REFERENCES item(id) ON DELETE CASCADE,
  source_id INTEGER NOT NULL REFERENCES source(id) ON DELETE CASCADE,
  stream TEXT NOT NULL, raw_id INTEGER NOT NULL REFERENCES raw(id), at INTEGER NOT NULL,
  PRIMARY KEY (item_id, source_id, stream)
) STRICT, WITHOUT ROWID;

-- Append only. Numbers run 1..n in the order in which we saw each distinct content for the first time; which of
-- them is shown says item.revision. Long rows: a table with rowid keeps them out of the inner nodes.
CREATE TABLE item_revision (
  id INTEGER PRIMARY KEY,
  item_id INTEGER NOT NULL REFERENCES item(id) ON DELETE CASCADE,
  revision INTEGER NOT NULL, platform_revision TEXT NOT NULL,
  text TEXT, html TEXT, title TEXT, content_sha256 BLOB NOT NULL CHECK (length(content_sha256)=32),
  seen_at INTEGER NOT NULL, raw_id INTEGER NOT NULL REFERENCES raw(id), pointer TEXT NOT NULL DEFAULT '',
  component_id INTEGER NOT NULL REFERENCES component(id),
  cuts TEXT,                              -- JSON list: what was cut, and why
  UNIQUE (item_id, revision)
) STRICT;

CREATE TABLE relation (
  item_id INTEGER NOT NULL REFERENCES item(id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind='reply-to' OR kind='quote-of' OR kind='share-of' OR kind='mention-of' OR kind='link-to'),
  target_is_actor INTEGER NOT NULL,
  target_native_id TEXT NOT NULL,         -- kept for ever, so a late parent can be tied in
  target_item INTEGER REFERENCES item(id) ON DELETE SET NULL, target_actor INTEGER REFERENCES actor(id) ON DELETE SET NULL,
  PRIMARY KEY (item_id, kind, target_is_actor, target_native_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX relation_unresolved ON relation(target_native_id) WHERE target_item IS NULL AND target_actor IS NULL;

CREATE TABLE awaited (                    -- what was said of items that have not come yet
  scope TEXT NOT NULL, native_id TEXT NOT NULL,
  removed_at INTEGER, removal_reason TEXT, removal_raw_id INTEGER REFERENCES raw(id),
  counters_at INTEGER, likes INTEGER, replies INTEGER, shares INTEGER, quotes INTEGER, views INTEGER, score INTEGER,
  by_reaction TEXT,
  PRIMARY KEY (scope, native_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE attachment (                 -- one tree instead of a table and its unique index
  item_id INTEGER NOT NULL REFERENCES item(id) ON DELETE CASCADE, position INTEGER NOT NULL,
  url TEXT, media_type TEXT, name TEXT, alt TEXT, bytes INTEGER, width INTEGER, height INTEGER, blob_sha256 BLOB,
  PRIMARY KEY (item_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE item_tag (item_id INTEGER NOT NULL REFERENCES item(id) ON DELETE CASCADE, tag TEXT NOT NULL, origin TEXT NOT NULL CHECK (origin='platform' OR origin='rule' OR origin='user'), PRIMARY KEY (item_id, tag, origin)) STRICT, WITHOUT ROWID;
CREATE TABLE engagement (                 -- a row when figures change; the same figures again are noise
  item_id INTEGER NOT NULL REFERENCES item(id) ON DELETE CASCADE, at INTEGER NOT NULL,
  likes INTEGER, replies INTEGER, shares INTEGER, quotes INTEGER, views INTEGER, score INTEGER, by_reaction TEXT,
  PRIMARY KEY (item_id, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE annotation (                 -- machine opinion, always with its maker
  item_id INTEGER NOT NULL REFERENCES item(id) ON DELETE CASCADE, revision INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind='sentiment' OR kind='language' OR kind='topic' OR kind='urgency' OR kind='toxicity' OR kind='pii' OR kind='route'),
  value TEXT NOT NULL, score REAL, confidence REAL, evidence TEXT NOT NULL,   -- JSON: spans, rule ids
  producer TEXT NOT NULL, producer_version TEXT NOT NULL, at INTEGER NOT NULL,
  -- One tree instead of a table and its unique index: half the writes of two opinions an item.
  PRIMARY KEY (item_id, revision, kind, producer, producer_version, value)
) STRICT, WITHOUT ROWID;
CREATE TABLE route (                      -- what the rules said of one revision; each rule is an annotation
  item_id INTEGER NOT NULL REFERENCES item(id) ON DELETE CASCADE, revision INTEGER NOT NULL,
  team TEXT, person TEXT, priority TEXT CHECK (priority='low' OR priority='normal' OR priority='high' OR priority='urgent'),
  PRIMARY KEY (item_id, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE flag_report (id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source(id) ON DELETE CASCADE, native_id TEXT NOT NULL, about_native_id TEXT NOT NULL, item_id INTEGER REFERENCES item(id), reporter_id INTEGER REFERENCES actor(id), reason TEXT NOT NULL, status TEXT NOT NULL, at INTEGER NOT NULL, raw_id INTEGER REFERENCES raw(id), UNIQUE (source_id, native_id)) STRICT;
CREATE INDEX flag_report_unresolved ON flag_report(about_native_id) WHERE item_id IS NULL;
CREATE TABLE quarantine (id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source(id) ON DELETE CASCADE, raw_id INTEGER NOT NULL REFERENCES raw(id), pointer TEXT NOT NULL, hint TEXT NOT NULL, why TEXT NOT NULL, component_id INTEGER NOT NULL REFERENCES component(id), at INTEGER NOT NULL, resolved_at INTEGER, UNIQUE (raw_id, pointer)) STRICT;
CREATE INDEX quarantine_open ON quarantine(source_id) WHERE resolved_at IS NULL;
CREATE TABLE gap (id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source(id) ON DELETE CASCADE, stream TEXT NOT NULL, since INTEGER, until INTEGER, why TEXT NOT NULL, at INTEGER NOT NULL, filled_at INTEGER) STRICT;
-- A NULL is distinct from every other, so an open end needs a number to be the same hole twice.
CREATE UNIQUE INDEX gap_once ON gap(source_id, stream, ifnull(since, -9223372036854775807), ifnull(until, 9223372036854775807), why);
CREATE TABLE delivery_seen (source_id INTEGER NOT NULL REFERENCES source(id) ON DELETE CASCADE, dedupe_key TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (source_id, dedupe_key)) STRICT, WITHOUT ROWID;

-- human work, never touched by connectors
CREATE TABLE user (id INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL, role TEXT NOT NULL, person_id INTEGER REFERENCES person(id)) STRICT;
CREATE TABLE work (conversation_id INTEGER PRIMARY KEY REFERENCES conversation(id) ON DELETE CASCADE, status TEXT NOT NULL CHECK (status='new' OR status='open' OR status='waiting' OR status='snoozed' OR status='done' OR status='ignored'), assignee INTEGER REFERENCES user(id), team TEXT, priority TEXT NOT NULL DEFAULT 'normal' CHECK (priority='low' OR priority='normal' OR priority='high' OR priority='urgent'), snoozed_until INTEGER, first_response_due INTEGER, resolve_due INTEGER, first_response_at INTEGER, version INTEGER NOT NULL DEFAULT 1, updated_at INTEGER NOT NULL) STRICT;
CREATE TABLE chime_in (id INTEGER PRIMARY KEY, conversation_id INTEGER NOT NULL REFERENCES conversation(id) ON DELETE CASCADE, asked_by INTEGER NOT NULL REFERENCES user(id), expert INTEGER NOT NULL REFERENCES person(id), reason TEXT NOT NULL, channel TEXT NOT NULL, asked_at INTEGER NOT NULL, seen_at INTEGER, answered_item INTEGER REFERENCES item(id), declined_at INTEGER) STRICT;
CREATE TABLE draft (id INTEGER PRIMARY KEY, conversation_id INTEGER NOT NULL REFERENCES conversation(id) ON DELETE CASCADE, reply_to INTEGER REFERENCES item(id), author INTEGER NOT NULL REFERENCES user(id), body TEXT NOT NULL, state TEXT NOT NULL CHECK (state='draft' OR state='submitted' OR state='approved' OR state='rejected' OR state='sending' OR state='sent' OR state='uncertain' OR state='failed'), approver INTEGER REFERENCES user(id), idempotency_key TEXT NOT NULL UNIQUE, sent_item INTEGER REFERENCES item(id), at INTEGER NOT NULL, CHECK (approver IS NULL OR approver <> author)) STRICT;
CREATE TABLE note (id INTEGER PRIMARY KEY, conversation_id INTEGER NOT NULL REFERENCES conversation(id) ON DELETE CASCADE, author INTEGER NOT NULL REFERENCES user(id), body TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE audit (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, verb TEXT NOT NULL, object TEXT NOT NULL, detail TEXT NOT NULL, prev_sha256 BLOB NOT NULL, sha256 BLOB NOT NULL) STRICT;
CREATE TABLE saved_view (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES user(id), name TEXT NOT NULL, query TEXT NOT NULL, shared INTEGER NOT NULL DEFAULT 0, UNIQUE(owner, name)) STRICT;

-- Only an index: the words stand in item_revision, and the writer tells it what to forget. No column sizes, for the
-- feed is ordered by time and never by rank. No triggers: they would fire for every change of a counter.
CREATE VIRTUAL TABLE item_fts USING fts5(text, title, content='', columnsize=0, tokenize='unicode61 remove_diacritics 2');

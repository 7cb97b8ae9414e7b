-- Schema 9: what the routing tree remembers, so that it survives a restart: who has what, whose turn it is, which notices
-- wait, what is promised until when.

-- Whoever decides says from which version; one that was decided from another is refused and decided again. Whoever changes
-- the owner or the state of work by hand raises it, too.
CREATE TABLE routing (id INTEGER PRIMARY KEY CHECK (id=1), version INTEGER NOT NULL) STRICT;
INSERT INTO routing VALUES (1, 0);

CREATE TABLE staff (                      -- persons of the rules, by their names there
  name TEXT NOT NULL PRIMARY KEY,
  person_id INTEGER NOT NULL REFERENCES person(id),
  user_id INTEGER REFERENCES user(id)     -- none: she has no account and is told by notices only
) STRICT, WITHOUT ROWID;

-- `assignee` is the account of `person`, where she has one. Neither a person nor a team: it waits in the queue of the root.
ALTER TABLE work ADD COLUMN person TEXT;
ALTER TABLE work ADD COLUMN hand_overs INTEGER NOT NULL DEFAULT 0; -- from one person to another
ALTER TABLE work ADD COLUMN notice_groups TEXT NOT NULL DEFAULT '[]'; -- JSON: groups of notices that it is in
ALTER TABLE work ADD COLUMN service TEXT;              -- name of the service level that counts
ALTER TABLE work ADD COLUMN opened_at INTEGER;         -- when the work period began: its first inbound item came in
ALTER TABLE work ADD COLUMN asked_at INTEGER;          -- when that was published
ALTER TABLE work ADD COLUMN waiting_since INTEGER;     -- for the other side
ALTER TABLE work ADD COLUMN done_at INTEGER;
ALTER TABLE work ADD COLUMN pauses TEXT NOT NULL DEFAULT '[]'; -- JSON: [from, until] that were not ours
ALTER TABLE work ADD COLUMN stepped_at INTEGER;        -- steps of escalation that became due until then were taken
UPDATE work SET opened_at = updated_at, asked_at = updated_at, stepped_at = updated_at;
CREATE INDEX work_open ON work(status) WHERE status <> 'done' AND status <> 'ignored';

CREATE TABLE service_step (               -- a promise that was broken, a step of escalation that was taken: each once
  conversation_id INTEGER NOT NULL REFERENCES conversation(id) ON DELETE CASCADE,
  opened_at INTEGER NOT NULL,             -- of the work period
  promise TEXT NOT NULL CHECK (promise='first-response' OR promise='resolve'),
  step TEXT NOT NULL,                     -- 'breach', or what it did: 'notify team:a at 75 %'
  due_at INTEGER NOT NULL, at INTEGER NOT NULL, -- when it became due, and when that was seen
  PRIMARY KEY (conversation_id, opened_at, promise, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE route_turn (team TEXT NOT NULL PRIMARY KEY, person TEXT NOT NULL) STRICT, WITHOUT ROWID; -- who was last
CREATE TABLE route_author (               -- who had an author last
  team TEXT NOT NULL, author TEXT NOT NULL, person TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (team, author)
) STRICT, WITHOUT ROWID;
CREATE INDEX route_author_at ON route_author(at);
CREATE TABLE route_group (                -- items that are told of together
  key TEXT NOT NULL PRIMARY KEY, rule TEXT NOT NULL,
  told TEXT NOT NULL,                     -- JSON: who is told, as in 'team:a'
  wait_ms INTEGER NOT NULL, interval_ms INTEGER NOT NULL, repeat_ms INTEGER,
  opened_at INTEGER NOT NULL, told_at INTEGER, news INTEGER NOT NULL, due_at INTEGER,
  open TEXT NOT NULL                      -- JSON: conversations on which work is open
) STRICT, WITHOUT ROWID;
CREATE TABLE route_raised (key TEXT NOT NULL PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID; -- keeps rules quiet

CREATE TABLE silence (                    -- keeps notices quiet for a while; those of the file of rules stand there
  name TEXT NOT NULL PRIMARY KEY,
  filter TEXT NOT NULL,                   -- in the filter language
  rules TEXT NOT NULL,                    -- JSON: names; all rules if empty
  from_at INTEGER NOT NULL, until_at INTEGER NOT NULL,
  author TEXT NOT NULL, reason TEXT NOT NULL,
  ended_at INTEGER                        -- by hand, before its time
) STRICT, WITHOUT ROWID;

-- What comes in is asked whether we sent it.
CREATE INDEX outbox_made ON outbox(made) WHERE made IS NOT NULL;

-- Schema 6: notices on their way out, and experts without an account who are asked to chime in.

-- Nothing wrote this table before; it grows by what a question to somebody outside needs. What opens a question is a
-- link or an address that carries a secret: here stand digests of them, and a seed that says nothing without the
-- operator's key. A number is never used again: a link names it.
DROP TABLE chime_in;
CREATE TABLE chime_in (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation_id INTEGER NOT NULL REFERENCES conversation(id) ON DELETE CASCADE, -- the one thread it shows
  asked_by INTEGER NOT NULL REFERENCES user(id),
  expert INTEGER NOT NULL REFERENCES person(id),                                  -- the one person it is for
  reason TEXT NOT NULL,                   -- why this person, in the words of who asks
  channel TEXT NOT NULL,                  -- name of the notice target in the settings
  address TEXT,                           -- mail address of the person, erased when the question is closed; none for chat
  state TEXT NOT NULL CHECK (state='asked' OR state='seen' OR state='answered' OR state='declined' OR state='expired' OR state='undeliverable' OR state='withdrawn'),
  asked_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  seen_at INTEGER,                        -- the person pressed a button, or answered; a scanner that opens links does not
  answered_at INTEGER, declined_at INTEGER,
  undeliverable_at INTEGER,               -- the mail came back
  -- Zone of the thread when it was asked, and the most private visibility that this person may see. A thread that
  -- is more private than either opens no more.
  zone TEXT NOT NULL CHECK (zone='intranet' OR zone='extranet' OR zone='social'),
  may_see TEXT NOT NULL CHECK (may_see='public' OR may_see='unlisted' OR may_see='community' OR may_see='internal' OR may_see='restricted' OR may_see='direct'),
  seed BLOB NOT NULL CHECK (length(seed)=32),                 -- random; with the operator's key it gives both secrets again
  link_sha256 BLOB NOT NULL CHECK (length(link_sha256)=32),   -- of the secret in the link
  reply_sha256 BLOB NOT NULL CHECK (length(reply_sha256)=32), -- of the secret in the address for answers by mail
  answer TEXT,                            -- the person's words, without quotes and signature
  answer_as TEXT CHECK (answer_as='note' OR answer_as='reply'),  -- for us, or proposed for the thread
  answer_via TEXT CHECK (answer_via='link' OR answer_via='mail'),
  answered_item INTEGER REFERENCES item(id),                  -- what was said on the platform in the end
  CHECK ((answer IS NULL) = (answered_at IS NULL))
) STRICT;
CREATE INDEX chime_in_conversation ON chime_in(conversation_id, id);
CREATE INDEX chime_in_open ON chime_in(expires_at) WHERE state='asked' OR state='seen';

-- Written in the transaction of its cause, so that a cause without its notice does not exist. Addresses and secrets
-- of targets stand in the settings and never here.
CREATE TABLE notice (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 200), -- names the effect: one key, one effect, for ever
  target TEXT NOT NULL,                   -- name of the target in the settings
  state TEXT NOT NULL CHECK (state='held' OR state='waiting' OR state='sending' OR state='uncertain' OR state='sent' OR state='bundled' OR state='dead' OR state='dropped'),
  urgent INTEGER NOT NULL DEFAULT 0,      -- 1: waits neither for a digest nor for the end of quiet hours
  subject TEXT NOT NULL, body TEXT NOT NULL, link TEXT,       -- what it says; erased some time after it was settled
  chime_in_id INTEGER REFERENCES chime_in(id) ON DELETE CASCADE, -- the question whose link is put in when it is sent
  bundle_id INTEGER REFERENCES notice(id),                    -- the digest that lists it
  due_at INTEGER NOT NULL,                -- not to be sent before
  lease INTEGER, leased_until INTEGER,    -- who sends it, until when
  handed_at INTEGER,                      -- a receiver that cannot fold repeats was about to take it: it may have arrived
  attempts INTEGER NOT NULL DEFAULT 0,
  uncertain_count INTEGER NOT NULL DEFAULT 0, -- attempts that may have arrived
  fault TEXT,                             -- what went wrong last, without secrets
  at INTEGER NOT NULL, settled_at INTEGER -- when it was queued; when it was sent, bundled or dropped
) STRICT;
CREATE INDEX notice_due ON notice(target, state, due_at) WHERE state='held' OR state='waiting' OR state='sending' OR state='uncertain';
CREATE INDEX notice_dead ON notice(id) WHERE state='dead';
CREATE INDEX notice_settled ON notice(settled_at) WHERE settled_at IS NOT NULL AND body <> '';

CREATE TABLE notice_target (              -- what is known of a target's patience, over restarts
  target TEXT NOT NULL PRIMARY KEY,       -- name in the settings
  hold_until INTEGER NOT NULL DEFAULT 0,  -- it asked to be left alone until then
  minute_at INTEGER NOT NULL DEFAULT 0,   -- start of the minute that is counted
  minute_count INTEGER NOT NULL DEFAULT 0 -- attempts in that minute
) STRICT, WITHOUT ROWID;

-- Schema 10: persons can be written to, what they answer becomes a note or a proposed reply, and reports of abuse are
-- settled.

CREATE TABLE person_email (               -- where a person can be written to; an address is one person's
  email TEXT NOT NULL PRIMARY KEY COLLATE NOCASE,
  person_id INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX person_email_person ON person_email(person_id);

-- What became of an answer, written with it.
ALTER TABLE chime_in ADD COLUMN note_id INTEGER REFERENCES note(id);
ALTER TABLE chime_in ADD COLUMN draft_id INTEGER REFERENCES draft(id);

-- What we did with a report of abuse, append-only: the last step says where it stands, no step means that nobody has
-- looked at it.
CREATE TABLE report_step (
  id INTEGER PRIMARY KEY,
  report_id INTEGER NOT NULL REFERENCES flag_report(id) ON DELETE CASCADE,
  step TEXT NOT NULL,                     -- what was done, for people
  status TEXT NOT NULL CHECK (status='in-review' OR status='escalated' OR status='closed' OR status='appealed'), -- where it stood then
  outcome TEXT CHECK (outcome='removed' OR outcome='hidden' OR outcome='warned' OR outcome='suspended' OR outcome='no-violation' OR outcome='duplicate' OR outcome='withdrawn'),
  who TEXT NOT NULL, why TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL,
  CHECK ((status='closed' OR status='appealed') = (outcome IS NOT NULL))
) STRICT;
CREATE INDEX report_step_report ON report_step(report_id, id);

-- Schema 6: how far an analyser has come with the archive. What it thinks goes into `annotation`.

CREATE TABLE reanalysis (
  id INTEGER PRIMARY KEY,
  makers TEXT NOT NULL,                   -- everybody who may speak, each with the version
  since INTEGER,                          -- only items of the feed from then on; NULL takes all
  below INTEGER NOT NULL,                 -- items of this row and above are done, or came later
  state TEXT NOT NULL CHECK (state='waiting' OR state='done'),
  total INTEGER NOT NULL,                 -- items there were when it began
  seen INTEGER NOT NULL DEFAULT 0, passed_over INTEGER NOT NULL DEFAULT 0, opinions INTEGER NOT NULL DEFAULT 0,
  otherwise INTEGER NOT NULL DEFAULT 0,   -- items of which another sentiment is thought than before
  started_at INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;

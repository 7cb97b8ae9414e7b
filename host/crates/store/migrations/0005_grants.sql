-- Schema 5: what the connectors of sources were granted when they were last listened with.

CREATE TABLE source_grant (
  source TEXT NOT NULL PRIMARY KEY,       -- its name: a grant comes before anything is stored of a source
  connector TEXT NOT NULL, version TEXT NOT NULL,
  component_sha256 BLOB NOT NULL CHECK (length(component_sha256)=32),
  powers TEXT NOT NULL CHECK (json_valid(powers)), -- a list of lines: what it asked for
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

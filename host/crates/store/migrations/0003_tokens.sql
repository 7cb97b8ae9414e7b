-- Schema 3: tokens that platforms gave in place of those of the settings.

-- Sealed before they get here: neither the name nor the bytes say anything without the operator's key.
CREATE TABLE token (
  name TEXT NOT NULL PRIMARY KEY,
  sealed BLOB NOT NULL,
  at INTEGER NOT NULL                     -- when it was kept
) STRICT, WITHOUT ROWID;

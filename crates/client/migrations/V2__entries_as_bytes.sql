-- Entries may lie sealed, and sealed ones are no text.
CREATE TABLE entries_as_bytes (seq INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
INSERT INTO entries_as_bytes SELECT seq, CAST(text AS BLOB) FROM entries;
DROP TABLE entries;
ALTER TABLE entries_as_bytes RENAME TO entries;

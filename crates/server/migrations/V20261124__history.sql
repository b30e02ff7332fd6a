-- Which entries are about what: the history of an account, person, key, grant or session.
CREATE TABLE subjects (
    kind TEXT NOT NULL,
    id   TEXT NOT NULL,
    seq  INTEGER NOT NULL,
    PRIMARY KEY (kind, id, seq)
) STRICT, WITHOUT ROWID;

-- Grants that were taken away before their time: by which entry, and when.
CREATE TABLE taken_grants (
    taken INTEGER NOT NULL,
    given INTEGER NOT NULL,
    at    INTEGER NOT NULL,
    PRIMARY KEY (taken, given)
) STRICT, WITHOUT ROWID;
CREATE INDEX taken_grants_by_time ON taken_grants (at);

-- The tree in tiles of 256 hashes, each with the root over them, which is a hash of the tier above. A proof reads a
-- few tiles, however long the feed is.
CREATE TABLE tiles (
    tier   INTEGER NOT NULL,
    place  INTEGER NOT NULL,
    root   BLOB NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (tier, place)
) STRICT;

-- What staff did, as far as the gateway sees it: never a body, a query or a path with its values filled in.
-- A write is here before the upstream sees it, so a row says that the write was let through, not that it succeeded.
CREATE TABLE writes (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    request TEXT NOT NULL UNIQUE,
    session INTEGER NOT NULL,
    staff   TEXT NOT NULL,
    account TEXT NOT NULL,
    verb    TEXT NOT NULL,
    path    TEXT NOT NULL
) STRICT;

-- Reads are counted, and the counts written down within a second: one row for each count that was written down.
CREATE TABLE reads (
    id      INTEGER PRIMARY KEY,
    first   INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    session INTEGER NOT NULL,
    staff   TEXT NOT NULL,
    account TEXT NOT NULL,
    verb    TEXT NOT NULL,
    path    TEXT NOT NULL,
    count   INTEGER NOT NULL
) STRICT;

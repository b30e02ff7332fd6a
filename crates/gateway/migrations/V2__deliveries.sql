-- Which fields a write names: never their values.
ALTER TABLE writes ADD COLUMN fields TEXT NOT NULL DEFAULT '{"names":[],"all":false}';

-- What the upstream answered to a write, by the write's number among the deliveries.
CREATE TABLE answers (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    session INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    status  INTEGER NOT NULL
) STRICT;

-- The one order in which the server takes the journal over: from 1 without gaps. No line is ever taken out of it.
CREATE TABLE deliveries (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind   TEXT NOT NULL CHECK (kind IN ('write', 'reads', 'answer')),
    line   INTEGER NOT NULL
) STRICT;
INSERT INTO deliveries (kind, line) SELECT 'write', id FROM writes ORDER BY id;
INSERT INTO deliveries (kind, line) SELECT 'reads', id FROM reads ORDER BY id;

-- Which journal this is: the server takes each number of each journal once.
CREATE TABLE identity (
    gateway TEXT NOT NULL
) STRICT;
INSERT INTO identity (gateway) VALUES ('g-' || lower(hex(randomblob(16))));

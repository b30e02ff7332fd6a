-- Each account's own history: a Merkle log whose leaves are the texts of its records.
CREATE TABLE account_logs (
    account TEXT PRIMARY KEY,
    size    INTEGER NOT NULL,
    peaks   BLOB NOT NULL,
    -- How many records the newest checkpoint covers.
    signed  INTEGER NOT NULL
) STRICT;
CREATE INDEX account_logs_unsigned ON account_logs (account) WHERE signed < size;

-- Beside each text what it is looked up by. `amount` is how many reads, or which write was answered.
CREATE TABLE account_records (
    account TEXT NOT NULL,
    n       INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    session INTEGER,
    staff   TEXT,
    gateway TEXT,
    number  INTEGER,
    amount  INTEGER,
    text    TEXT NOT NULL,
    PRIMARY KEY (account, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_records_of_session ON account_records (session, kind) WHERE session IS NOT NULL;
CREATE UNIQUE INDEX account_records_journaled ON account_records (gateway, number) WHERE gateway IS NOT NULL;

-- Names and reasons, which unlike records can be erased: the record holds a salted hash of them.
CREATE TABLE account_told (
    account TEXT NOT NULL,
    n       INTEGER NOT NULL,
    salt    BLOB NOT NULL,
    told    TEXT NOT NULL,
    PRIMARY KEY (account, n)
) STRICT;

-- The last checkpoint of each day on which something was written down.
CREATE TABLE account_checkpoints (
    account TEXT NOT NULL,
    day     INTEGER NOT NULL,
    size    INTEGER NOT NULL,
    note    TEXT NOT NULL,
    PRIMARY KEY (account, day)
) STRICT;

-- How far each gateway's journal was taken over.
CREATE TABLE journals (
    gateway TEXT PRIMARY KEY,
    upto    INTEGER NOT NULL
) STRICT;

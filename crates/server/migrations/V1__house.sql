CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE entries (
    seq  INTEGER PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;

-- The tree's right-hand edge at every thousandth size: from there a root of any size is at most 999 hashes away.
CREATE TABLE frontiers (
    size  INTEGER PRIMARY KEY,
    peaks BLOB NOT NULL
) STRICT;

-- The directory: names, which unlike entries can be erased.
CREATE TABLE accounts (
    account TEXT PRIMARY KEY,
    name    TEXT NOT NULL
) STRICT;

CREATE TABLE grant_names (
    account TEXT NOT NULL REFERENCES accounts (account) ON DELETE CASCADE,
    setting TEXT NOT NULL,
    name    TEXT NOT NULL,
    PRIMARY KEY (account, setting)
) STRICT;

CREATE TABLE staff (
    staff  TEXT PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE,
    name   TEXT NOT NULL
) STRICT;

CREATE TABLE keys (
    serial    INTEGER PRIMARY KEY,
    staff     TEXT NOT NULL REFERENCES staff (staff),
    name      TEXT NOT NULL,
    model     TEXT NOT NULL,
    passkey   TEXT NOT NULL,
    enrolled  INTEGER NOT NULL,
    last_used INTEGER
) STRICT;
CREATE INDEX keys_of_staff ON keys (staff);

CREATE TABLE ceremonies (
    hash    BLOB PRIMARY KEY,
    body    TEXT NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
CREATE INDEX ceremonies_by_end ON ceremonies (expires);

CREATE TABLE enrolment_codes (
    hash    BLOB PRIMARY KEY,
    staff   TEXT NOT NULL REFERENCES staff (staff),
    expires INTEGER NOT NULL
) STRICT;

CREATE TABLE sign_ins (
    serial     INTEGER PRIMARY KEY,
    token      BLOB NOT NULL UNIQUE,
    thumbprint BLOB NOT NULL,
    staff      TEXT NOT NULL REFERENCES staff (staff),
    key        INTEGER NOT NULL REFERENCES keys (serial),
    made       INTEGER NOT NULL,
    ends       INTEGER NOT NULL,
    ended      INTEGER
) STRICT;
CREATE INDEX sign_ins_open ON sign_ins (staff, key) WHERE ended IS NULL;

CREATE TABLE sessions (
    serial  INTEGER PRIMARY KEY,
    sign_in INTEGER NOT NULL REFERENCES sign_ins (serial),
    staff   TEXT NOT NULL REFERENCES staff (staff),
    session TEXT NOT NULL,
    reason  TEXT NOT NULL,
    ends    INTEGER NOT NULL,
    cause   TEXT,
    ended   INTEGER
) STRICT;
CREATE INDEX sessions_of_staff ON sessions (staff, serial);
CREATE INDEX sessions_open ON sessions (ends) WHERE cause IS NULL;

CREATE TABLE api_keys (
    hash BLOB PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('vendor', 'follower')),
    name TEXT NOT NULL
) STRICT;

-- How hosts are reached. Which hosts there are, and with which label, is in the feed.
CREATE TABLE hosts (
    host  TEXT PRIMARY KEY,
    reach TEXT NOT NULL,
    -- When its agent last told who is connected.
    told  INTEGER
) STRICT;

-- The SSH key that goes with a staff key. The feed has its fingerprint.
CREATE TABLE ssh_keys (
    key        INTEGER PRIMARY KEY REFERENCES keys (serial),
    public_key TEXT NOT NULL
) STRICT;

CREATE TABLE certificates (
    serial INTEGER PRIMARY KEY,
    staff  TEXT NOT NULL,
    host   TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;

CREATE TABLE connections (
    certificate INTEGER NOT NULL,
    host        TEXT NOT NULL REFERENCES hosts (host) ON DELETE CASCADE,
    since       INTEGER NOT NULL
) STRICT;
CREATE INDEX connections_of_host ON connections (host);

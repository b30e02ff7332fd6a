-- Who may sign in for an account. An e-mail address, in lower case, is one user; people are told apart by `user`.
CREATE TABLE users (
    user       TEXT PRIMARY KEY,
    account    TEXT NOT NULL REFERENCES accounts (account) ON DELETE CASCADE,
    email      TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    membership TEXT NOT NULL,
    password   TEXT,
    totp       BLOB,
    totp_step  INTEGER,
    made       INTEGER NOT NULL
) STRICT;
CREATE INDEX users_of_account ON users (account, name);

-- Signed-in browsers. Without an end: by SSO, until it is revoked.
CREATE TABLE user_sessions (
    id    INTEGER PRIMARY KEY,
    hash  BLOB NOT NULL UNIQUE,
    user  TEXT NOT NULL REFERENCES users (user) ON DELETE CASCADE,
    agent TEXT NOT NULL,
    made  INTEGER NOT NULL,
    ends  INTEGER
) STRICT;
CREATE INDEX user_sessions_of ON user_sessions (user);

-- What somebody has begun and must finish from a mail: a sign-in, a new password, an invitation. `browser` is the hash
-- of what the asking browser holds. What the mail says is drawn from the number and the server's secret, so that nothing
-- here opens anything; no number comes twice.
CREATE TABLE user_doors (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    user    TEXT NOT NULL REFERENCES users (user) ON DELETE CASCADE,
    purpose TEXT NOT NULL CHECK (purpose IN ('sign-in', 'renew', 'invitation', 'new-password')),
    browser BLOB UNIQUE,
    tries   INTEGER NOT NULL DEFAULT 0,
    expires INTEGER NOT NULL
) STRICT;
CREATE INDEX user_doors_of ON user_doors (user, purpose);
CREATE INDEX user_doors_by_end ON user_doors (expires);

-- Mail that is to be sent. It holds no secret and no address: both are found when it goes.
CREATE TABLE mails (
    id    INTEGER PRIMARY KEY,
    user  TEXT NOT NULL REFERENCES users (user) ON DELETE CASCADE,
    what  TEXT NOT NULL,
    due   INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX mails_by_time ON mails (due);

-- Failed tries at a door, by the hash of the address or of the network they came from.
CREATE TABLE tries (
    whose BLOB NOT NULL,
    at    INTEGER NOT NULL
) STRICT;
CREATE INDEX tries_of ON tries (whose, at);

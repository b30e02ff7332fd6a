-- An authenticator app that is being set up, sealed as the one that holds is; and what takes its place when it is lost.
ALTER TABLE users ADD COLUMN totp_new BLOB;
CREATE TABLE recovery_codes (
    user TEXT NOT NULL REFERENCES users (user) ON DELETE CASCADE,
    hash BLOB NOT NULL,
    PRIMARY KEY (user, hash)
) STRICT;

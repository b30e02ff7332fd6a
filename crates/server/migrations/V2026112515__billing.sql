-- Which customer of the payment provider an account is, and how its subscription stands there.
CREATE TABLE billing (
    account      TEXT PRIMARY KEY REFERENCES accounts (account) ON DELETE CASCADE,
    customer     TEXT NOT NULL UNIQUE,
    subscription TEXT,
    status       TEXT
) STRICT;

-- What the provider has told us, so that it is not heard twice.
CREATE TABLE billing_events (
    event TEXT PRIMARY KEY,
    at    INTEGER NOT NULL
) STRICT;

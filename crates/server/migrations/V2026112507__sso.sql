-- Sign-ins that went to a company's own provider and have not come back: the hash of what the provider gives back, and
-- of what the browser that asked holds. Nonce and code verifier are drawn from the former and the server's secret.
CREATE TABLE sso_tries (
    state   BLOB PRIMARY KEY,
    browser BLOB NOT NULL,
    account TEXT NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
CREATE INDEX sso_tries_by_end ON sso_tries (expires);

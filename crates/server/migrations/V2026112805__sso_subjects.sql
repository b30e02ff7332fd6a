-- Whom a company's provider named when a user first signed in there: an address can be given to somebody else, a subject
-- cannot. The subject is kept as the hash of issuer and subject.
CREATE TABLE sso_subjects (
    user    TEXT PRIMARY KEY REFERENCES users (user) ON DELETE CASCADE,
    issuer  TEXT NOT NULL,
    subject BLOB NOT NULL,
    bound   INTEGER NOT NULL
) STRICT;
CREATE INDEX sso_subjects_by_subject ON sso_subjects (subject);

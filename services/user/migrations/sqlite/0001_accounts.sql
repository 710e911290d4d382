-- Accounts. Names and addresses are unique whatever their case; the lower-cased text is made by the service,
-- since SQLite's lower() knows ASCII only.
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL,
    username_lower TEXT NOT NULL CONSTRAINT users_username_lower_key UNIQUE,
    email TEXT NOT NULL,
    email_lower TEXT NOT NULL CONSTRAINT users_email_lower_key UNIQUE,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    -- A PHC string, which records the parameters of the hash.
    password_hash TEXT NOT NULL,
    -- Counts the passwords this account had; a hash that is merely made anew does not count.
    password_changes INTEGER NOT NULL,
    is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    is_admin INTEGER NOT NULL CHECK (is_admin IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT;

-- Sessions, from login to logout. An ended one stays until its last key has expired.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- When the last key (access token) that was given out expires.
    keys_expire_at INTEGER NOT NULL,
    -- When the last refresh token that was given out expires.
    expires_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);
CREATE INDEX sessions_ended ON sessions (id) WHERE ended_at IS NOT NULL;

-- Refresh tokens by their SHA-256 digest. An exchanged one stays, so that its later use is noticed.
CREATE TABLE refresh_tokens (
    digest BLOB PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    -- The token that was exchanged for this one; null for the one given at login.
    predecessor BLOB,
    expires_at INTEGER NOT NULL,
    -- When a token that this one was exchanged for was first exchanged itself.
    successor_used_at INTEGER
) STRICT;
CREATE INDEX refresh_tokens_session_id ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_expires_at ON refresh_tokens (expires_at);

-- The staff login that was last enforced: what the file said, its password as a hash.
CREATE TABLE staff_login (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    username TEXT NOT NULL,
    email TEXT NOT NULL,
    password_hash TEXT NOT NULL
) STRICT;

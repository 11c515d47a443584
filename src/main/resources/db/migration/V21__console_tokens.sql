-- A token of the issuer may be too long for a cookie; every replica must find it.
CREATE TABLE console_token (
    id     text        PRIMARY KEY,
    sealed text        NOT NULL,
    until  timestamptz NOT NULL
);

COMMENT ON TABLE console_token IS 'tokens of people who are signed in to the console, encrypted by keys that only their browsers have';
COMMENT ON COLUMN console_token.id IS 'derived from the key';
COMMENT ON COLUMN console_token.until IS 'when every session of the token has ended; then the row is deleted';

-- For: KeptTokens.deleteSome.
CREATE INDEX console_token_by_until ON console_token (until);

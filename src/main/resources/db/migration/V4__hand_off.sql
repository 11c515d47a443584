-- Sessions that wait for the page that a one-time code opens, a minute at most. Neither the code nor the session can be read
-- here: of the code there is a hash, and the session is encrypted by what the code alone tells.

CREATE TABLE hand_off (
    -- The rule itself: a code stands once, and whoever deletes its row has used it.
    code_hash  bytea PRIMARY KEY CHECK (length(code_hash) = 32),
    user_id    text COLLATE "C" NOT NULL,
    sealed     bytea       NOT NULL,
    expires_at timestamptz NOT NULL
);

COMMENT ON COLUMN hand_off.code_hash IS 'SHA-256 of the code, for its own purpose';
COMMENT ON COLUMN hand_off.user_id IS 'whose session it is, so that it can be erased';
COMMENT ON COLUMN hand_off.sealed IS 'Proof''s answer and where the user returns to, encrypted under the code';

-- For: HandOffStore.sweep (what has expired, the oldest first).
CREATE INDEX hand_off_expired ON hand_off (expires_at);

-- What POST /session answered under an Idempotency-Key, for as long as it may be answered again. The answers hold tokens:
-- rows are deleted when they expire.

CREATE TABLE idempotency_key (
    user_id      text COLLATE "C" NOT NULL,
    key          text COLLATE "C" NOT NULL CHECK (length(key) BETWEEN 1 AND 128),
    request_hash bytea       NOT NULL,
    claim        uuid        NOT NULL,
    claims       integer     NOT NULL,
    lease_until  timestamptz NOT NULL,
    answer       bytea,
    expires_at   timestamptz NOT NULL,
    -- The rule itself: one opening per user and key at a time, over all replicas.
    PRIMARY KEY (user_id, key)
);

COMMENT ON COLUMN idempotency_key.request_hash IS 'SHA-256 of the user and the request''s body';
COMMENT ON COLUMN idempotency_key.claim IS 'who opens the session, or opened it';
COMMENT ON COLUMN idempotency_key.claims IS 'how often it was claimed; more than once if an opening ended without a known outcome';
COMMENT ON COLUMN idempotency_key.lease_until IS 'until when the claim holds while there is no answer';
COMMENT ON COLUMN idempotency_key.answer IS 'Proof''s answer; null while there is none';

-- For: IdempotencyStore.sweep (what has expired, the oldest first).
CREATE INDEX idempotency_key_expired ON idempotency_key (expires_at);

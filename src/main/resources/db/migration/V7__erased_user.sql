-- That a user was erased, without the user's id: what began before it, on whatever replica, or what Proof names only later, must not
-- bring the id back. Somebody who registers anew is not concerned, since only what is older than erased_at is.

CREATE TABLE erasure_key (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    key bytea NOT NULL CHECK (length(key) = 32)
);

COMMENT ON TABLE erasure_key IS 'one random key for the marks of this database, the same for all replicas';

INSERT INTO erasure_key (key)
SELECT sha256(convert_to(concat(gen_random_uuid(), gen_random_uuid(), gen_random_uuid()), 'UTF8'));

CREATE TABLE erased_user (
    -- Also for: ErasedUsers.among (which of some users were erased).
    mark      bytea PRIMARY KEY CHECK (length(mark) = 32),
    erased_at timestamptz NOT NULL
);

COMMENT ON COLUMN erased_user.mark IS 'SHA-256 of the key and the user id';
COMMENT ON COLUMN erased_user.erased_at IS 'when the user was erased last, by our clock';

-- Pseudonyms begin with a control character from now on, which no user id can have.
UPDATE transaction
SET user_id = chr(26) || user_id
WHERE user_id ~ '^erased-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';

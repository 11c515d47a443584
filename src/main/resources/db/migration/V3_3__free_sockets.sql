-- A socket that nobody holds has a lease that is long over, so that free ones stand first in an index: while a replica
-- holds most of them, looking for more must not read all.
UPDATE socket
SET lease_until = '-infinity'
WHERE lease_until IS NULL;

ALTER TABLE socket
    ALTER COLUMN lease_until SET DEFAULT '-infinity',
    ALTER COLUMN lease_until SET NOT NULL;

-- For: PostgresSocketClaims.claim (what nobody holds).
CREATE INDEX socket_free ON socket (lease_until);

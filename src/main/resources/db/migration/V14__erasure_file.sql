-- How far this database has seen each file of the erasure ledger, which lies outside of it. A restore takes this back together with the rest, so that
-- what was erased since is found and erased again.
CREATE TABLE erasure_file (
    name    text COLLATE "C" PRIMARY KEY,
    applied bigint NOT NULL
);

COMMENT ON TABLE erasure_file IS 'files of the erasure ledger, each of one process';
COMMENT ON COLUMN erasure_file.applied IS 'in bytes from its beginning: these erasures are done here';

COMMENT ON COLUMN erased_user.mark IS 'SHA-256 of the key and the user id; also HMAC-SHA256 of the user id under a key of the erasure ledger';

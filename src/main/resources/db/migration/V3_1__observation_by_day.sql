-- The archive by day of receipt (UTC), so that old days can be dropped. reconcile.Archive makes the days and drops them.
-- What has no day of its own goes to observation_other: nothing is ever refused for want of a partition.

ALTER TABLE observation RENAME TO observation_before;
ALTER INDEX observation_pkey RENAME TO observation_before_pkey;

CREATE TABLE observation (
    transaction_id text COLLATE "C" NOT NULL,
    received_at    timestamptz NOT NULL,
    id             uuid        NOT NULL,
    channel        text        NOT NULL,
    outcome        text        NOT NULL,
    status         text        NOT NULL,
    changed_at     timestamptz,
    asked_at       timestamptz,
    raw            text,
    -- The observation's own id makes applying a batch twice harmless. Also for: PostgresUnitOfWork.load (the daily limit
    -- of rows per transaction).
    PRIMARY KEY (transaction_id, received_at, id)
) PARTITION BY RANGE (received_at);

CREATE TABLE observation_other PARTITION OF observation DEFAULT;

INSERT INTO observation
SELECT *
FROM observation_before;

DROP TABLE observation_before;

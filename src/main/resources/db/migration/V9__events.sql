-- Facts for the company's other systems, written by the batch that makes them true; and their places in the feed, given after
-- the commit. A transaction that was settled before this migration has no events until it changes.

ALTER TABLE transaction
    ADD COLUMN version        integer NOT NULL DEFAULT 0,
    ADD COLUMN status_version integer,
    ADD COLUMN outdated       boolean NOT NULL DEFAULT false;

COMMENT ON COLUMN transaction.version IS 'number of its events, and so the version of the last one';
COMMENT ON COLUMN transaction.status_version IS 'version of the event that published the recorded status; null if none did';
COMMENT ON COLUMN transaction.outdated IS 'details have changed since its last event';

-- Seconds since 1970 at its start, so that an epoch that begins after a restore is later than any that the restore took away.
CREATE TABLE ledger_epoch (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch bigint NOT NULL
);

COMMENT ON TABLE ledger_epoch IS 'the one history of this ledger; another begins when committed changes were lost';

INSERT INTO ledger_epoch (epoch)
SELECT extract(epoch FROM now())::bigint;

-- No foreign key: events outlive nothing and must never make a batch wait.
CREATE TABLE event (
    number         bigint      GENERATED ALWAYS AS IDENTITY,
    transaction_id text COLLATE "C" NOT NULL,
    version        integer     NOT NULL CHECK (version >= 1),
    epoch          bigint      NOT NULL,
    id             text COLLATE "C" NOT NULL,
    type           text        NOT NULL,
    created_at     timestamptz NOT NULL,
    body           text        NOT NULL CHECK (octet_length(body) <= 20480),
    position       bigint,
    -- The rule itself: one event per transaction and version.
    PRIMARY KEY (transaction_id, version)
);

COMMENT ON COLUMN event.number IS 'order of insertion; within a transaction that of the versions, since its row is locked';
COMMENT ON COLUMN event.body IS 'what is sent, byte for byte; only an erasure changes it';
COMMENT ON COLUMN event.position IS 'its place in the feed; null until the sequencer gave it one, after the commit';

-- For: Sequencer.place (what is committed and has no place, in order).
CREATE INDEX event_unplaced ON event (number) WHERE position IS NULL;

-- The rule itself: one event per place. For: EventStore.page (what follows a place), EventStore.deleteSome (the oldest).
CREATE UNIQUE INDEX event_by_position ON event (position) WHERE position IS NOT NULL;

-- One row. Who gives places holds it locked, over all replicas.
CREATE TABLE feed (
    one              boolean PRIMARY KEY DEFAULT true CHECK (one),
    last_position    bigint NOT NULL DEFAULT 0,
    expired_position bigint NOT NULL DEFAULT 0
);

COMMENT ON COLUMN feed.last_position IS 'the last place that was given';
COMMENT ON COLUMN feed.expired_position IS 'the last place whose event the retention has deleted';

INSERT INTO feed DEFAULT VALUES;

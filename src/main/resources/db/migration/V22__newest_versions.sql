-- Rows that change all the time are found at their newest version, whatever old ones a long transaction of others keeps.

-- A backup may hold these tables for hours, and all deliveries would queue behind a change of them that waits. It fails instead, and is tried again.
SET LOCAL lock_timeout = '3s';

-- First, since it takes longest. For: EventStore.place (what is committed and not known yet, and no event shows).
CREATE INDEX amount_revision_without_event ON amount_revision (number) WHERE known_at IS NULL AND event_version IS NULL;

ALTER TABLE endpoint
    ADD COLUMN rounds     bigint NOT NULL DEFAULT 0,
    ADD COLUMN generation bigint NOT NULL DEFAULT 0;

COMMENT ON COLUMN endpoint.rounds IS 'how often a round has written the row';
COMMENT ON COLUMN endpoint.generation IS 'grows with every few rounds, so that the index leads to the newest versions and not to each';

-- For: DeliveryStore.locked, DeliveryStore.hasWork (the row as it is now). They say this collation, too: otherwise PostgreSQL takes the index of the
-- primary key, since the name is unique, and passes all old versions.
CREATE INDEX endpoint_newest ON endpoint (name COLLATE "POSIX", generation);

-- An index that says that there is one row would be searched with every change for another one, among all old versions.
ALTER TABLE feed DROP CONSTRAINT feed_pkey;
ALTER TABLE feed REPLICA IDENTITY FULL;
ALTER TABLE feed ADD COLUMN generation bigint NOT NULL DEFAULT 0;

COMMENT ON COLUMN feed.generation IS 'the second in which places were given last, so that the index leads to the newest versions and not to each';

-- For: FeedRow.NEWEST, EventStore.lockFeed, EventStore.place (the row as it is now).
CREATE INDEX feed_newest ON feed (generation);

ALTER TABLE delivery
    ADD COLUMN failing_since timestamptz;

COMMENT ON COLUMN delivery.failing_since IS 'when the circuit opened in whose time it failed first; null if it never met an outage';

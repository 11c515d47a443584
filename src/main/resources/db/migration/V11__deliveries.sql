-- Events on their way to the company's endpoints. An endpoint's row is locked while deliveries are made, claimed and marked, so
-- that one replica at a time does so for one endpoint.

CREATE TABLE endpoint (
    name             text COLLATE "C" PRIMARY KEY,
    types            text[]      NOT NULL,
    known_at         timestamptz NOT NULL,
    position         bigint      NOT NULL,
    paused_at        timestamptz,
    paused_because   text,
    outages          integer     NOT NULL DEFAULT 0,
    open_since       timestamptz,
    probe_at         timestamptz,
    probes           integer     NOT NULL DEFAULT 0,
    probed_position  bigint      NOT NULL DEFAULT 0,
    paced_to         timestamptz NOT NULL,
    replay_paced_to  timestamptz NOT NULL,
    swept_to         timestamptz NOT NULL,
    replay_swept_to  timestamptz NOT NULL,
    CHECK ((paused_at IS NULL) = (paused_because IS NULL)),
    CHECK ((open_since IS NULL) = (probe_at IS NULL))
);

COMMENT ON TABLE endpoint IS 'receivers that the settings of some replica name or named';
COMMENT ON COLUMN endpoint.types IS 'types of events that it wants; empty for all';
COMMENT ON COLUMN endpoint.known_at IS 'when a replica last had it in its settings, give or take the interval of the housekeeping';
COMMENT ON COLUMN endpoint.position IS 'the place in the feed up to which its deliveries were made';
COMMENT ON COLUMN endpoint.probed_position IS 'the probes of an open circuit take the heads of its transactions in turn';
COMMENT ON COLUMN endpoint.paced_to IS 'up to when its rate is used';
COMMENT ON COLUMN endpoint.swept_to IS 'nothing that is due was due before: where the search begins, behind rows that are dead and not yet removed';

-- No foreign keys: events are deleted by their age, whatever is still to be delivered.
CREATE TABLE delivery (
    endpoint       text COLLATE "C" NOT NULL,
    queue          smallint    NOT NULL,
    position       bigint      NOT NULL,
    transaction_id text COLLATE "C" NOT NULL,
    version        integer     NOT NULL,
    event_at       timestamptz NOT NULL,
    waiting        boolean     NOT NULL,
    due_at         timestamptz NOT NULL,
    attempts       integer     NOT NULL DEFAULT 0,
    claim          uuid,
    last_outcome   text,
    last_status    integer,
    parked_at      timestamptz,
    PRIMARY KEY (endpoint, queue, position)
);

COMMENT ON TABLE delivery IS 'what is not delivered yet; a row is deleted with its 2xx';
COMMENT ON COLUMN delivery.queue IS '0: live; 1: replay';
COMMENT ON COLUMN delivery.waiting IS 'an earlier event of its transaction is not delivered yet, and not parked';
COMMENT ON COLUMN delivery.due_at IS 'when it may be claimed: of a claimed one, when its lease ends';
COMMENT ON COLUMN delivery.claim IS 'whose it is while it is sent; only the holder of this claim marks it';

-- For: DeliveryStore.claim (the heads that are due).
CREATE INDEX delivery_due ON delivery (endpoint, queue, due_at) WHERE NOT waiting AND parked_at IS NULL;

-- For: DeliveryStore.mark (the next of a transaction), DeliveryStore.make (whether there is one before).
CREATE INDEX delivery_line ON delivery (endpoint, queue, transaction_id, position) WHERE parked_at IS NULL;

CREATE TABLE delivery_attempt (
    number         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    endpoint       text COLLATE "C" NOT NULL,
    queue          smallint    NOT NULL,
    position       bigint      NOT NULL,
    transaction_id text COLLATE "C" NOT NULL,
    version        integer     NOT NULL,
    attempted_at   timestamptz NOT NULL,
    outcome        text        NOT NULL,
    status         integer,
    took           integer     NOT NULL
);

COMMENT ON TABLE delivery_attempt IS 'what was sent and how it ended, without the answer''s body; kept as long as events are';
COMMENT ON COLUMN delivery_attempt.took IS 'until the status, in milliseconds';

-- For: DeliveryReader.attempts (of a transaction).
CREATE INDEX delivery_attempt_by_transaction ON delivery_attempt (transaction_id, number);

-- The books: what each transaction was worth, as it became known. Rows are added and never changed, and stay when events expire, so that a
-- statement of a month gives the same bytes for ever.

-- No foreign key: the books must never make a batch wait.
CREATE TABLE amount_revision (
    number         bigint      GENERATED ALWAYS AS IDENTITY,
    transaction_id text COLLATE "C" NOT NULL,
    event_version  integer,
    position       bigint,
    known_at       timestamptz,
    attempt        integer     NOT NULL CHECK (attempt >= 1),
    status         text COLLATE "C" NOT NULL,
    type           text COLLATE "C",
    currency       text COLLATE "C",
    network        text COLLATE "C",
    crypto_amount  numeric,
    fiat_currency  text COLLATE "C",
    fiat_amount    numeric,
    occurred_at    timestamptz,
    confirmed_at   timestamptz,
    period_at      timestamptz,
    replaces       boolean     NOT NULL,
    -- Also for: StatementReader (the revision of a transaction that was known before).
    PRIMARY KEY (transaction_id, number)
);

COMMENT ON COLUMN amount_revision.number IS 'order of insertion; within a transaction that of its revisions, since its row is locked';
COMMENT ON COLUMN amount_revision.event_version IS 'version of the event that showed it; null if none did, since the transaction is from before there were events';
COMMENT ON COLUMN amount_revision.position IS 'place of that event in the feed';
COMMENT ON COLUMN amount_revision.known_at IS 'when it got its place; null before; -infinity for what the ledger held before there were books';
COMMENT ON COLUMN amount_revision.period_at IS 'what says to which day and month it belongs; null if the transaction has no end that counts, any more';
COMMENT ON COLUMN amount_revision.replaces IS 'whether the transaction has an earlier revision';

-- For: EventStore.place (what is committed and not known yet).
CREATE INDEX amount_revision_unknown ON amount_revision (transaction_id, event_version) WHERE known_at IS NULL;

-- For: StatementReader.day, StatementReader.items (what belongs to a day or a month).
CREATE INDEX amount_revision_by_period ON amount_revision (period_at, transaction_id) WHERE period_at IS NOT NULL;

-- For: StatementReader.changes (what became known in a span of time), StatementStore.positionAt.
CREATE INDEX amount_revision_by_knowledge ON amount_revision (known_at, transaction_id, number);

-- For: StatementReader (whether a revision was replaced).
CREATE INDEX amount_revision_replacing ON amount_revision (transaction_id, number) WHERE replaces;

ALTER TABLE feed
    ADD COLUMN known_until timestamptz NOT NULL DEFAULT '-infinity';

COMMENT ON COLUMN feed.known_until IS 'up to when it is settled what was known; what gets its place from now on is known later';

-- What a statement was made of, when it was first asked for.
CREATE TABLE statement (
    period          date        NOT NULL,
    as_known_at     timestamptz NOT NULL,
    position        bigint      NOT NULL,
    booked_until    timestamptz NOT NULL,
    corrected_since timestamptz,
    PRIMARY KEY (period, as_known_at)
);

COMMENT ON COLUMN statement.period IS 'the first day of the month';
COMMENT ON COLUMN statement.position IS 'place in the feed of the last event that counts';
COMMENT ON COLUMN statement.booked_until IS 'what became known later is listed apart: as_known_at, or when the month was closed if that is earlier';
COMMENT ON COLUMN statement.corrected_since IS 'when the month before was closed; null if it was not: then nothing about earlier months is listed';

CREATE TABLE closed_period (
    period      date        PRIMARY KEY,
    as_known_at timestamptz NOT NULL,
    closed_at   timestamptz NOT NULL,
    closed_by   text        NOT NULL
);

COMMENT ON COLUMN closed_period.as_known_at IS 'what became known later is a correction, listed in the next month';
COMMENT ON COLUMN closed_period.closed_by IS 'name of the actor';

-- Of ledgers that are older than their books: what they hold now counts as known for ever.
INSERT INTO amount_revision (
    transaction_id, known_at, attempt, status, type, currency, network, crypto_amount, fiat_currency, fiat_amount, occurred_at,
    confirmed_at, period_at, replaces
)
SELECT held.id, '-infinity', held.attempt, held.status, held.type, upper(held.currency), upper(held.network),
       CASE WHEN held.crypto_amount ~ '^[0-9]{1,64}(\.[0-9]{1,64})?$' THEN held.crypto_amount::numeric END,
       upper(held.fiat_currency),
       CASE WHEN held.fiat_amount ~ '^[0-9]{1,64}(\.[0-9]{1,64})?$' THEN held.fiat_amount::numeric END,
       held.occurred_at, held.confirmed_at,
       CASE WHEN held.occurred_at <= held.confirmed_at + interval '24 h' THEN held.occurred_at ELSE held.confirmed_at END,
       false
FROM (
    SELECT transaction.*, transition.occurred_at, coalesce(transition.confirmed_at, transition.observed_at, transaction.changed_at) AS confirmed_at
    FROM transaction
         LEFT JOIN transition
                   ON transition.transaction_id = transaction.id
                      AND transition.attempt = transaction.attempt
                      AND transition.status = transaction.status
    WHERE transaction.confirmed AND transaction.status IN ('completed', 'failed', 'cancelled')
) AS held
ORDER BY held.id;

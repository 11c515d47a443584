-- The ledger: what is known of each transaction, how it came there, and the archive of what was heard.
-- Ids are Proof's, opaque; comparing them byte by byte ("C") is cheaper and sorts the same on every server.

CREATE TABLE transaction (
    id               text COLLATE "C" PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 128),
    user_id          text COLLATE "C",
    type             text,
    currency         text,
    network          text,
    requested_amount text,
    crypto_amount    text,
    fiat_currency    text,
    fiat_amount      text,
    payment_method   text,
    created_at       timestamptz NOT NULL,
    status           text        NOT NULL CHECK (status IN ('pending', 'processing', 'completed', 'failed', 'cancelled')),
    attempt          integer     NOT NULL CHECK (attempt >= 1),
    sequence         integer     NOT NULL,
    confirmed        boolean     NOT NULL,
    as_of            timestamptz,
    since            timestamptz NOT NULL,
    attempt_since    timestamptz NOT NULL,
    changed_at       timestamptz NOT NULL,
    settled          boolean     NOT NULL,
    abandoned        boolean     NOT NULL,
    follow_up        jsonb
) WITH (fillfactor = 80);

COMMENT ON COLUMN transaction.sequence IS 'number of the last transition; 0 only inside the batch that opens the row';
COMMENT ON COLUMN transaction.as_of IS 'updated_at of the last applied poll';
COMMENT ON COLUMN transaction.since IS 'Proof''s time of the change to the recorded status';
COMMENT ON COLUMN transaction.changed_at IS 'our time of the last accepted change';
COMMENT ON COLUMN transaction.follow_up IS 'what the rules remember to know when to ask again; no fact about the transaction';

-- For: TransactionReader.page (a user's own transactions, newest first).
CREATE INDEX transaction_by_user ON transaction (user_id, created_at DESC, id DESC) WHERE user_id IS NOT NULL;

CREATE TABLE transition (
    transaction_id text COLLATE "C" NOT NULL REFERENCES transaction,
    sequence       integer     NOT NULL CHECK (sequence >= 1),
    attempt        integer     NOT NULL CHECK (attempt >= 1),
    status         text        NOT NULL,
    channel        text        NOT NULL,
    reported_at    timestamptz,
    occurred_at    timestamptz,
    observed_at    timestamptz NOT NULL,
    confirmed_at   timestamptz,
    correction     boolean     NOT NULL,
    -- For: TransactionReader.one (the timeline, in order).
    PRIMARY KEY (transaction_id, sequence),
    -- The rule itself: one transition per transaction, attempt and status. Also for: PostgresUnitOfWork.markTransitions.
    UNIQUE (transaction_id, attempt, status)
);

-- No foreign key: the archive outlives nothing and must never make a batch wait.
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
);

-- When to ask Proof about which transaction, and who is asking. Rows of priority 2 are ids that only a webhook named.
CREATE TABLE poll (
    transaction_id text COLLATE "C" PRIMARY KEY,
    priority       smallint    NOT NULL CHECK (priority BETWEEN 0 AND 2),
    due_at         timestamptz,
    asked_at       timestamptz,
    wanted_at      timestamptz,
    lease_until    timestamptz,
    leased_by      uuid,
    failures       integer     NOT NULL DEFAULT 0,
    missing_since  timestamptz
) WITH (fillfactor = 80);

COMMENT ON COLUMN poll.priority IS '0 known and nudged, 1 known, 2 unknown';
COMMENT ON COLUMN poll.wanted_at IS 'since when news may have been missed; only a poll asked after it will do';
COMMENT ON COLUMN poll.missing_since IS 'since when Proof answers 404 for a known transaction';

-- For: PollQueue.claim (what is due, by priority).
CREATE INDEX poll_due ON poll (priority, due_at) WHERE due_at IS NOT NULL;

-- One budget of calls over all replicas: next_at is when the next call may leave (GCRA).
CREATE TABLE poll_budget (
    name    text PRIMARY KEY,
    next_at timestamptz NOT NULL
);

INSERT INTO poll_budget (name, next_at)
VALUES ('all', '-infinity'), ('webhook', '-infinity'), ('unknown', '-infinity');

-- Transactions hot enough for a socket of their own, and which replica holds it.
CREATE TABLE socket (
    transaction_id text COLLATE "C" PRIMARY KEY,
    hot_until      timestamptz NOT NULL,
    lease_until    timestamptz,
    leased_by      uuid,
    healthy_until  timestamptz
) WITH (fillfactor = 80);

-- For: SocketClaims.claim (hot ones that nobody holds, the freshest first).
CREATE INDEX socket_hot ON socket (hot_until);

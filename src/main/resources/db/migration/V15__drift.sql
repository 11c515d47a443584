-- Whether the record agrees with Proof: runs that poll settled transactions again, statements of Proof's that were imported, and the
-- differences that they found. No foreign keys to transactions: none of this may make a batch wait.

-- Polls of a drift run count in the budget of all polls, and have a share of it.
INSERT INTO poll_budget (name, next_at)
VALUES ('drift', '-infinity');

CREATE TABLE drift_run (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_from  timestamptz NOT NULL,
    created_to    timestamptz NOT NULL,
    state         text        NOT NULL CHECK (state IN ('counting', 'polling', 'done', 'cancelled', 'too_large')),
    started_by    text        NOT NULL,
    started_at    timestamptz NOT NULL,
    polling_since timestamptz,
    ended_at      timestamptz,
    cancelled_by  text,
    cursor_at     timestamptz NOT NULL,
    cursor_id     text COLLATE "C" NOT NULL DEFAULT '',
    swept         boolean     NOT NULL DEFAULT false,
    total         bigint      NOT NULL DEFAULT 0,
    done          bigint      NOT NULL DEFAULT 0,
    agreed        bigint      NOT NULL DEFAULT 0,
    differed      bigint      NOT NULL DEFAULT 0,
    missing       bigint      NOT NULL DEFAULT 0,
    unanswered    bigint      NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

COMMENT ON COLUMN drift_run.cursor_at IS 'the window is read in the order of creation; up to this transaction it was read';
COMMENT ON COLUMN drift_run.swept IS 'the cursor has reached the end of the window';

-- The rule itself: one run at a time. For: DriftStore.active.
CREATE UNIQUE INDEX drift_run_active ON drift_run ((true)) WHERE state IN ('counting', 'polling');

-- The few transactions of a run that were read and are not done yet. A row is deleted when its transaction is counted.
CREATE TABLE drift_item (
    run_id         bigint      NOT NULL,
    transaction_id text COLLATE "C" NOT NULL,
    due_at         timestamptz NOT NULL,
    claim          uuid,
    attempts       integer     NOT NULL DEFAULT 0,
    outcome        text,
    PRIMARY KEY (run_id, transaction_id)
) WITH (fillfactor = 50);

COMMENT ON COLUMN drift_item.due_at IS 'when it may be claimed: of a claimed one, when its lease ends';
COMMENT ON COLUMN drift_item.claim IS 'only the holder of this claim compares and counts it';
COMMENT ON COLUMN drift_item.outcome IS 'of the comparison, which is not repeated when only the observation is missing';

-- For: DriftStore.claim (what is due, in order).
CREATE INDEX drift_item_due ON drift_item (run_id, due_at);

CREATE TABLE statement_import (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state        text        NOT NULL CHECK (state IN ('receiving', 'comparing', 'done')),
    imported_by  text        NOT NULL,
    started_at   timestamptz NOT NULL,
    touched_at   timestamptz NOT NULL,
    received_at  timestamptz,
    ended_at     timestamptz,
    period_from  timestamptz,
    period_to    timestamptz,
    covers       text[]      NOT NULL,
    sha256       text,
    bytes        bigint      NOT NULL DEFAULT 0,
    rows         bigint      NOT NULL DEFAULT 0,
    compared     bigint      NOT NULL DEFAULT 0,
    agreed       bigint      NOT NULL DEFAULT 0,
    differed     bigint      NOT NULL DEFAULT 0,
    missing_here bigint      NOT NULL DEFAULT 0,
    missing_there bigint     NOT NULL DEFAULT 0,
    cursor_at    timestamptz,
    cursor_id    text COLLATE "C" NOT NULL DEFAULT ''
) WITH (fillfactor = 50);

COMMENT ON COLUMN statement_import.touched_at IS 'one that is received and was not touched for minutes was given up';
COMMENT ON COLUMN statement_import.covers IS 'statuses of which the statement lists all transactions of its period';

-- The rule itself: one import at a time. For: ImportStore.active.
CREATE UNIQUE INDEX statement_import_active ON statement_import ((true)) WHERE state IN ('receiving', 'comparing');

-- Rows of a statement until they are compared. Nobody reads those of an import that is still received.
CREATE TABLE statement_row (
    import_id      bigint      NOT NULL,
    transaction_id text COLLATE "C" NOT NULL,
    line           bigint      NOT NULL,
    status         text        NOT NULL,
    crypto_amount  text,
    currency       text,
    fiat_amount    text,
    fiat_currency  text,
    updated_at     timestamptz,
    -- The rule itself: an id stands once in a statement. Also for: ImportStore.compareSome, ImportStore.findMissing.
    PRIMARY KEY (import_id, transaction_id)
);

CREATE TABLE break (
    id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source              text        NOT NULL CHECK (source IN ('poll', 'statement')),
    source_id           bigint      NOT NULL,
    transaction_id      text COLLATE "C" NOT NULL,
    kind                text        NOT NULL CHECK (kind IN ('missing_here', 'missing_there', 'status', 'amount')),
    found_at            timestamptz NOT NULL,
    seen_at             timestamptz NOT NULL,
    looked_at           timestamptz NOT NULL,
    real_from           timestamptz NOT NULL,
    here_status         text,
    here_crypto_amount  text,
    here_fiat_amount    text,
    here_fiat_currency  text,
    there_status        text,
    there_crypto_amount text,
    there_fiat_amount   text,
    there_fiat_currency text,
    there_updated_at    timestamptz,
    explained_at        timestamptz,
    resolved_at         timestamptz
);

COMMENT ON TABLE break IS 'what Proof said and the record said otherwise, as it was when it was found';
COMMENT ON COLUMN break.seen_at IS 'when the same difference was last found';
COMMENT ON COLUMN break.looked_at IS 'when the record was last compared with it';
COMMENT ON COLUMN break.real_from IS 'until then it may be a matter of timing';
COMMENT ON COLUMN break.explained_at IS 'of the first explanation in break_note';
COMMENT ON COLUMN break.resolved_at IS 'of the resolution in break_note';

-- The rule itself: a difference is open once. For: BreakStore.record.
CREATE UNIQUE INDEX break_open ON break (transaction_id, source, kind) WHERE resolved_at IS NULL;

-- For: BreakStore.page of a transaction.
CREATE INDEX break_by_transaction ON break (transaction_id, id);

-- For: BreakReview.run (the open ones that were not looked at for longest).
CREATE INDEX break_to_look_at ON break (looked_at) WHERE resolved_at IS NULL;

-- For: BreakFigures.run (what is alarmed).
CREATE INDEX break_unexplained ON break (real_from) WHERE resolved_at IS NULL AND explained_at IS NULL;

CREATE TABLE break_note (
    break_id bigint      NOT NULL,
    number   integer     NOT NULL,
    kind     text        NOT NULL CHECK (kind IN ('explanation', 'resolution')),
    at       timestamptz NOT NULL,
    actor    text        NOT NULL,
    text     text        NOT NULL CHECK (length(text) BETWEEN 1 AND 1000),
    PRIMARY KEY (break_id, number)
);

COMMENT ON TABLE break_note IS 'append-only: who explained a break and when, and what resolved it';
COMMENT ON COLUMN break_note.actor IS 'name of an actor; rampgate for what it found by itself';

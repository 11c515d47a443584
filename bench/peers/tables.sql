-- What each webhook peer keeps; every one has a database of its own.
CREATE TABLE webhook_event (
    merchant_transaction_id text        NOT NULL,
    status                  text        NOT NULL,
    body                    jsonb       NOT NULL,
    received_at             timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_transaction_id, status)
);

-- What the session peer keeps.
CREATE TABLE session (
    merchant_transaction_id text PRIMARY KEY,
    user_id                 text        NOT NULL,
    amount                  text        NOT NULL,
    created_at              timestamptz NOT NULL DEFAULT now()
);

-- What the reading peer reads.
CREATE TABLE transaction (
    id         text PRIMARY KEY,
    user_id    text        NOT NULL,
    type       text        NOT NULL,
    status     text        NOT NULL,
    currency   text        NOT NULL,
    network    text        NOT NULL,
    amount     text        NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

-- What the outbox peer keeps.
CREATE TABLE outbox (
    id                      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    merchant_transaction_id text NOT NULL,
    body                    text NOT NULL
);

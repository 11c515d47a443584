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

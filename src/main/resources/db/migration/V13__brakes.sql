-- Sessions that operators have stopped. At most some hundred rows, so that the primary key is the only index.

CREATE TABLE brake (
    name       text COLLATE "C" PRIMARY KEY,
    type       text,
    currency   text,
    network    text,
    reason     text        NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text        NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text        NOT NULL,
    expires_at timestamptz NOT NULL,
    CHECK (type IN ('buy', 'sell'))
);

COMMENT ON TABLE brake IS 'sessions that operators have stopped; it stops those that agree with type, currency and network, where NULL is any';
COMMENT ON COLUMN brake.reason IS 'for operators; users never see it';
COMMENT ON COLUMN brake.expires_at IS 'it stops sessions until then; afterwards the row is only shown, and deleted by a later change';

-- What the consumers of events-node, events-java and events-python keep. Each event is stored in one database transaction with its effect.

-- Every event once: the second of an id changes nothing, unless it is the redacted form after an erasure.
CREATE TABLE IF NOT EXISTS event (
    id             TEXT PRIMARY KEY,
    transaction_id TEXT    NOT NULL,
    epoch          INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    type           TEXT    NOT NULL,
    body           TEXT    NOT NULL
);

-- The state of each transaction by its latest event: the greatest (epoch, version).
CREATE TABLE IF NOT EXISTS latest (
    transaction_id TEXT PRIMARY KEY,
    epoch          INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    status         TEXT    NOT NULL
);

-- The effect: an order is paid once, whichever transactions name it.
CREATE TABLE IF NOT EXISTS paid_order (
    reference      TEXT PRIMARY KEY,
    transaction_id TEXT NOT NULL
);

-- Where to read on in the feed: one row.
CREATE TABLE IF NOT EXISTS feed (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    cursor TEXT NOT NULL
);

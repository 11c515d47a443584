-- Who goes first when the budget is short: whoever is late by the largest part of its own period. A row that fails takes
-- the period of its longest back-off, so that many failing ones leave room for the good ones.
ALTER TABLE poll ADD COLUMN period integer NOT NULL DEFAULT 10 CHECK (period IN (10, 60, 300, 3600, 21600));

COMMENT ON COLUMN poll.period IS 'about how often it is polled, in seconds; of five, so that each has its place in the index';

-- For: PollQueue.claim (what is due, by priority and period, the oldest first).
CREATE INDEX poll_due_by_period ON poll (priority, period, due_at) WHERE due_at IS NOT NULL;

DROP INDEX poll_due;

-- Proof refused our token or address: until one call is answered again, all replicas together make one at a time.
ALTER TABLE poll_budget ADD COLUMN refused boolean NOT NULL DEFAULT false;

COMMENT ON COLUMN poll_budget.refused IS 'Proof refused our token or address; next_at is when it is tried once more';

-- Sockets have no budget, only this pause.
INSERT INTO poll_budget (name, next_at)
VALUES ('socket', '-infinity');

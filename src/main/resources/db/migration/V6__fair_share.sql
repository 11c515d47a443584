-- Everybody has the same share of the polls, however many transactions they have open, and may have only so many open.

ALTER TABLE poll ADD COLUMN least_period integer NOT NULL DEFAULT 10 CHECK (least_period IN (10, 60, 300, 3600, 21600));

COMMENT ON COLUMN poll.least_period IS 'the shortest period that counts for it: the longer, the more unsettled transactions its owner has';

-- For: PostgresUnitOfWork.replan and .hasten (how many unsettled transactions an owner has), UnfinishedSessions.count.
CREATE INDEX transaction_unsettled_by_user ON transaction (user_id, status)
    WHERE NOT settled AND NOT abandoned AND user_id IS NOT NULL;

-- For: LedgerFigures.underWay (how many have not ended, and for how long). All of its columns change only with the status.
CREATE INDEX transaction_under_way ON transaction (status, changed_at)
    WHERE status IN ('pending', 'processing') AND NOT abandoned;

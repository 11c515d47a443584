-- The company's own reference of a session and its metadata, and where Proof said that it sends: nullable and without a check
-- that reads old rows, so that a replica of the build before goes on writing without them.

ALTER TABLE transaction
    ADD COLUMN reference        text COLLATE "C",
    ADD COLUMN reference_source text,
    ADD COLUMN metadata         jsonb,
    ADD COLUMN address          text;

COMMENT ON COLUMN transaction.reference IS 'the company''s own id for it, 1 to 128 characters; not unique';
COMMENT ON COLUMN transaction.reference_source IS 'caller: the user''s client named it, a claim; gateway: the gateway or the token did';
COMMENT ON COLUMN transaction.metadata IS 'an object of strings, at most 8 KB, from the user''s client';
COMMENT ON COLUMN transaction.address IS 'the wallet address of Proof''s session answer';

-- For: TransactionReader.page (a user's own transactions of one reference, newest first).
CREATE INDEX transaction_by_reference ON transaction (user_id, reference, created_at DESC, id DESC)
    WHERE reference IS NOT NULL;

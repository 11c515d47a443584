-- For: TransactionSearch.page by reference (all users' transactions of one reference, newest first). Neither column changes once it is known.
CREATE INDEX transaction_by_own_reference ON transaction (reference, created_at DESC, id DESC) WHERE reference IS NOT NULL;

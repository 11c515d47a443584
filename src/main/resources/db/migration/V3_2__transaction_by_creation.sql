-- For: PollAgain.window (what was created in a window of time). The time never changes, so that no update touches it.
CREATE INDEX transaction_by_creation ON transaction (created_at, id);

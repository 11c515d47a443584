-- A session of the console stands in its cookie alone; that it was signed out must be known to every replica.
CREATE TABLE ended_console_session (
    id    text        PRIMARY KEY,
    until timestamptz NOT NULL
);

COMMENT ON TABLE ended_console_session IS 'sessions of the console that were signed out: no replica accepts them again';
COMMENT ON COLUMN ended_console_session.until IS 'when the session would have ended by itself; then the row is deleted';

-- For: EndedSessions.deleteSome.
CREATE INDEX ended_console_session_by_until ON ended_console_session (until);

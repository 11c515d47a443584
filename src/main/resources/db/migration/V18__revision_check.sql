-- Replicas of a build from before there were books write no amount revisions. What they leave out is found by comparing each transaction with its
-- newest revision, over and over, and added.

CREATE TABLE revision_check (
    one       boolean     PRIMARY KEY DEFAULT true CHECK (one),
    cursor_at timestamptz NOT NULL DEFAULT 'infinity',
    cursor_id text COLLATE "C" NOT NULL DEFAULT ''
);

COMMENT ON TABLE revision_check IS 'how far transactions were compared with their revisions, the newest first';
COMMENT ON COLUMN revision_check.cursor_at IS 'creation of the last one that was compared; infinity to begin again';

INSERT INTO revision_check DEFAULT VALUES;

COMMENT ON COLUMN amount_revision.position IS
    'place of that event in the feed; of what became known without its event, the last place at that time';

-- What an endpoint will never get is counted where an operator sees it, and a resumed endpoint is not paused by an answer from before.

ALTER TABLE endpoint
    ADD COLUMN resumed_at  timestamptz,
    ADD COLUMN lost_events bigint NOT NULL DEFAULT 0,
    ADD COLUMN lost_at     timestamptz;

COMMENT ON COLUMN endpoint.resumed_at IS 'when an operator resumed it last; 410 to what was claimed before pauses it no more';
COMMENT ON COLUMN endpoint.lost_events IS 'events that became older than the retention before they were delivered; of all its types while it is known which they were';
COMMENT ON COLUMN endpoint.lost_at IS 'when it lost one last';

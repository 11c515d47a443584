-- A page whose answer got lost asks for its session again: for half a minute the row stays after the first use, for this page alone.
ALTER TABLE hand_off ADD COLUMN taken_by bytea CHECK (length(taken_by) = 32);

COMMENT ON COLUMN hand_off.taken_by IS 'SHA-256 of what the page calls itself that used the code; null while it is unused';

package dev.rampgate.outbox;

/**
 * How far the feed goes.
 *
 * @param epoch the ledger's epoch
 * @param lastPosition the last place that was given
 * @param expiredPosition the last place whose event was deleted
 * @param unplaced whether committed events wait for a place
 */
record FeedHead(long epoch, long lastPosition, long expiredPosition, boolean unplaced) {

    /** Whether the database has lost what it had when the other was read. */
    boolean isBehind(FeedHead other) {
        return epoch == other.epoch && lastPosition < other.lastPosition;
    }
}

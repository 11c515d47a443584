package dev.rampgate.outbox;

import java.time.Instant;

/**
 * How far the feed goes.
 *
 * @param epoch the ledger's epoch
 * @param lastPosition the last place that was given
 * @param expiredPosition the last place whose event was deleted
 * @param lastMark the mark of the event in the last place; null if there is none
 * @param lastNumber the number of the event in the last place; 0 if there is none
 * @param oldestUnplaced the first of the committed events that wait for a place; null if none waits
 */
record FeedHead(
        long epoch,
        long lastPosition,
        long expiredPosition,
        String lastMark,
        long lastNumber,
        Unplaced oldestUnplaced) {

    /**
     * An event that waits for a place.
     *
     * @param number its number
     * @param decidedAt when it was decided
     */
    record Unplaced(long number, Instant decidedAt) {}

    /** Whether committed events wait for a place. */
    boolean unplaced() {
        return oldestUnplaced != null;
    }

    /**
     * Whether the database has lost what it had when the other was read.
     *
     * @param markThere the mark of the event that is now in the other's last place; null if there is none
     */
    boolean hasLost(FeedHead other, String markThere) {
        boolean deleted = other.lastPosition <= expiredPosition;
        return epoch == other.epoch
                && (lastPosition < other.lastPosition
                        || other.lastMark != null && !deleted && !other.lastMark.equals(markThere));
    }
}

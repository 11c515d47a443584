package dev.rampgate.outbox;

import java.util.Collections;
import java.util.Set;

/**
 * Where the search for events without a place begins: the numbers up to here belong to events that have a place, or to none. Without it each
 * search would pass the index entries of all events that were placed since the oldest transaction of the database began, since PostgreSQL keeps
 * them until that one ends.
 *
 * <p>Numbers are given when an event is written, and a batch may commit after others that took higher ones. So a number is left behind only
 * if every transaction that was writing events after it had been taken has ended, and a search that began afterwards found nothing up to it. The
 * number is that of an event in a place, so that a database that lost commits cannot give it again unless it has lost that place, too.
 */
final class SearchStart {

    private long number;
    private long ended;
    private long awaited;
    private Set<String> writers = Set.of();

    /** The search begins behind this number. */
    long number() {
        return number;
    }

    /** Whether it may move, once it is known which transactions are writing. */
    boolean mayMove(long lastNumber) {
        return awaited > 0 || lastNumber > ended;
    }

    /**
     * Notes which transactions are writing events.
     *
     * @param lastNumber the number of an event that had a place before they were read
     * @param running their names, which no other has while the server runs
     */
    void writing(long lastNumber, Set<String> running) {
        if (awaited > 0 && Collections.disjoint(writers, running)) {
            ended = awaited;
            awaited = 0;
        }
        if (running.isEmpty()) {
            ended = Math.max(ended, lastNumber);
        } else if (awaited == 0 && lastNumber > ended) {
            awaited = lastNumber;
            writers = Set.copyOf(running);
        }
    }

    /**
     * Moves behind what a search passed that began after all that was noted.
     *
     * @param passed it found no event up to this number
     */
    void searched(long passed) {
        number = Math.max(number, Math.min(ended, passed));
    }

    /** The database has lost commits: numbers may be given again. */
    void reset() {
        number = 0;
        ended = 0;
        awaited = 0;
        writers = Set.of();
    }
}

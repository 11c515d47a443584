package dev.rampgate.books.drift;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * A run over the transactions of a window of creation.
 *
 * @param createdFrom inclusive
 * @param createdTo exclusive
 * @param startedBy name of the actor
 * @param pollingSince when all were counted; null before
 * @param endedAt null while it is active
 * @param cancelledBy null if nobody did
 * @param swept whether the window was read to its end
 * @param total settled transactions of the window, as far as they are counted
 * @param counts what became of those that are done
 */
public record DriftRun(
        long id,
        Instant createdFrom,
        Instant createdTo,
        State state,
        String startedBy,
        Instant startedAt,
        Instant pollingSince,
        Instant endedAt,
        String cancelledBy,
        boolean swept,
        long total,
        Counts counts) {

    /** Where a run is. */
    public enum State {
        /** Its transactions are counted. */
        COUNTING,
        /** Proof is asked about them. */
        POLLING,
        /** All were looked at. */
        DONE,
        /** An actor ended it. */
        CANCELLED,
        /** It would have more transactions than a run may have, and has asked about none. */
        TOO_LARGE;

        /** As JSON and the table spell it. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State of(String wireName) {
            return valueOf(wireName.toUpperCase(Locale.ROOT));
        }
    }

    /**
     * What became of the transactions that are done.
     *
     * @param done all of them
     * @param agreed Proof says what the record says
     * @param differed there is a difference
     * @param missing Proof does not know it
     * @param unanswered Proof has given no usable answer
     */
    public record Counts(long done, long agreed, long differed, long missing, long unanswered) {}

    /** Whether it goes on. */
    public boolean isActive() {
        return state == State.COUNTING || state == State.POLLING;
    }

    /** Transactions a second since it polls; 0 before. */
    public double rate(Instant now) {
        if (pollingSince == null) {
            return 0;
        }
        long millis =
                Duration.between(pollingSince, endedAt == null ? now : endedAt).toMillis();
        return millis <= 0 ? 0 : counts.done() * 1_000.0 / millis;
    }

    /** When it will be done at this rate; empty if nothing says so. */
    public Optional<Instant> estimatedEnd(Instant now) {
        double rate = rate(now);
        return state != State.POLLING || rate <= 0
                ? Optional.empty()
                : Optional.of(now.plusMillis((long) (Math.max(0, total - counts.done()) * 1_000 / rate)));
    }
}

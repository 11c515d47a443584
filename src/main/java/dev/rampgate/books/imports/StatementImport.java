package dev.rampgate.books.imports;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A statement of Proof's that was imported, or is.
 *
 * @param importedBy name of the actor
 * @param receivedAt when it was complete; null while it is received
 * @param endedAt when it was compared; null before
 * @param period of which it lists all transactions; empty if it does not claim that
 * @param covers the statuses of which it lists all
 * @param sha256 of its bytes, in hexadecimal digits; null while it is received
 */
public record StatementImport(
        long id,
        State state,
        String importedBy,
        Instant startedAt,
        Instant receivedAt,
        Instant endedAt,
        Optional<Period> period,
        List<String> covers,
        String sha256,
        long bytes,
        long rows,
        Counts counts) {

    /** Where an import is. */
    public enum State {
        /** Its bytes arrive. Nothing of it is seen by others. */
        RECEIVING,
        /** Its rows are compared with the record. */
        COMPARING,
        /** All were. */
        DONE;

        /** As JSON and the table spell it. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State of(String wireName) {
            return valueOf(wireName.toUpperCase(Locale.ROOT));
        }
    }

    /**
     * A window of creation.
     *
     * @param from inclusive
     * @param to exclusive
     */
    public record Period(Instant from, Instant to) {}

    /**
     * Of what a statement lists all.
     *
     * @param period of which it lists all transactions with a status of {@code covers}; empty if it does not claim that
     * @param covers as Proof's API spells them
     */
    public record Scope(Optional<Period> period, List<String> covers) {}

    /**
     * What became of its rows, and what it lacks.
     *
     * @param compared rows that were compared
     * @param agreed of these, as the record says
     * @param differed of these, with a difference
     * @param missingHere of these, unknown to the record
     * @param missingThere transactions of the record that it should list and does not
     */
    public record Counts(long compared, long agreed, long differed, long missingHere, long missingThere) {}
}

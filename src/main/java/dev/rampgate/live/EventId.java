package dev.rampgate.live;

import dev.rampgate.wire.AsciiNumber;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A reader's position in the history of one transaction: the value of {@code id:} and {@code Last-Event-ID}.
 *
 * <p>A transition is {@code 3}, its confirmation {@code 3.1}. Only the last transition of a transaction is ever
 * confirmed, so that these ids are totally ordered: whatever comes later has a higher one, on every replica.
 *
 * @param sequence number of the transition, from 1
 * @param confirmed whether the reader also received its confirmation
 */
record EventId(int sequence, boolean confirmed) implements Comparable<EventId> {

    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,8})(\\.1)?");
    private static final Comparator<EventId> ORDER =
            Comparator.comparingInt(EventId::sequence).thenComparing(EventId::confirmed);

    /** Parses an id; empty if no event can have it. */
    static Optional<EventId> parse(String text) {
        Matcher id = FORM.matcher(text);
        return id.matches()
                ? Optional.of(new EventId(AsciiNumber.toInt(id.group(1)), id.group(2) != null))
                : Optional.empty();
    }

    boolean isBefore(EventId other) {
        return compareTo(other) < 0;
    }

    @Override
    public int compareTo(EventId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return confirmed ? sequence + ".1" : Integer.toString(sequence);
    }
}

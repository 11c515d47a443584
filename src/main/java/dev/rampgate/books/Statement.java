package dev.rampgate.books;

import java.time.Instant;

/**
 * Which statement is asked for: of what it is made, once and for all.
 *
 * @param period the month
 * @param asKnownAt what became known later is not in it
 * @param position place in the feed of the last event that counts; 0 if there is none
 * @param bookedUntil what became known later than that is listed apart, as a later correction: the time at which the month was closed, or
 *     {@code asKnownAt} if that is earlier
 * @param correctedSince what became known about earlier months after this time is a correction in this one: the time at which the month before
 *     was closed; null if it was not closed
 */
public record Statement(Period period, Instant asKnownAt, long position, Instant bookedUntil, Instant correctedSince) {

    /** Whether it lists corrections of earlier months. */
    boolean hasCorrections() {
        return correctedSince != null && correctedSince.isBefore(bookedUntil);
    }

    /** Whether it can have corrections of this month that the next one lists. */
    boolean hasLaterCorrections() {
        return bookedUntil.isBefore(asKnownAt);
    }
}

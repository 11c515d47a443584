package dev.rampgate.backoffice.console;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A time as pages show it, in UTC.
 *
 * @param iso for machines; empty if there is no such time
 * @param text for people; a dash if there is no such time
 */
public record Moment(String iso, String text) {

    private static final DateTimeFormatter SECONDS = format("d MMM yyyy, HH:mm:ss");
    private static final DateTimeFormatter MINUTES = format("d MMM yyyy, HH:mm");

    /** @param time may be null */
    public static Moment of(Instant time) {
        return time == null ? new Moment("", "–") : new Moment(time.toString(), SECONDS.format(time));
    }

    /** @param time in ISO 8601; may be null */
    public static Moment of(String time) {
        return of(time == null ? null : Instant.parse(time));
    }

    /** The same, where seconds say nothing. */
    public static Moment toTheMinute(Instant time) {
        return new Moment(time.toString(), MINUTES.format(time));
    }

    private static DateTimeFormatter format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(ZoneOffset.UTC);
    }

    /** How long something has lasted, in its largest unit, such as {@code 3 min}. */
    public static String lasting(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3_600) {
            return seconds / 60 + " min";
        }
        return seconds < 172_800 ? seconds / 3_600 + " h" : seconds / 86_400 + " days";
    }
}

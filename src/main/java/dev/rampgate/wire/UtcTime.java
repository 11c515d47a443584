package dev.rampgate.wire;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;

/**
 * Reads times as {@link Instant#toString()} writes them, such as {@code 2026-05-02T08:02:10.123456Z}. Almost all times that we
 * read are of this form, and {@link Instant#parse} allocates two kilobytes for each.
 */
public final class UtcTime {

    /** A zero stands for any digit; behind the dot are one to nine of them; a {@code Z} ends it, also without dot. */
    private static final String FORM = "0000-00-00T00:00:00.000000000";

    private static final int DOT = FORM.indexOf('.');

    private UtcTime() {}

    /** The time; empty if the text is of any other form, also if it is a time, or if there is no such time. */
    public static Optional<Instant> read(String text) {
        if (!hasForm(text)) {
            return Optional.empty();
        }
        int hour = number(text, 11, 13);
        int minute = number(text, 14, 16);
        int second = number(text, 17, DOT);
        if (hour > 23 || minute > 59 || second > 59) {
            return Optional.empty();
        }
        try {
            long day = LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10))
                    .toEpochDay();
            return Optional.of(Instant.ofEpochSecond(((day * 24 + hour) * 60 + minute) * 60 + second, nanos(text)));
        } catch (DateTimeException noSuchDay) {
            return Optional.empty();
        }
    }

    private static boolean hasForm(String text) {
        int end = text.length() - 1;
        boolean hasLength = end == DOT || end > DOT + 1 && end <= FORM.length();
        if (!hasLength || text.charAt(end) != 'Z') {
            return false;
        }
        for (int i = 0; i < end; i++) {
            boolean fits = FORM.charAt(i) == '0' ? isDigit(text.charAt(i)) : FORM.charAt(i) == text.charAt(i);
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigit(char character) {
        return character >= '0' && character <= '9';
    }

    private static int number(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            number = number * 10 + text.charAt(i) - '0';
        }
        return number;
    }

    private static int nanos(String text) {
        int nanos = 0;
        for (int i = DOT + 1; i < FORM.length(); i++) {
            nanos = nanos * 10 + (i < text.length() - 1 ? text.charAt(i) - '0' : 0);
        }
        return nanos;
    }
}

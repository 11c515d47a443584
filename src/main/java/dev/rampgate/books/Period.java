package dev.rampgate.books;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A calendar month in UTC.
 *
 * @param month which
 */
public record Period(YearMonth month) {

    private static final Pattern TEXT = Pattern.compile("(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])");

    /** The month that is spelled so, such as {@code 2026-10}; none if the text is no month from 1970 on. */
    public static Optional<Period> of(String text) {
        return TEXT.matcher(text).matches() ? Optional.of(new Period(YearMonth.parse(text))) : Optional.empty();
    }

    /** The month that a time lies in. */
    public static Period at(Instant time) {
        return new Period(YearMonth.from(time.atOffset(ZoneOffset.UTC)));
    }

    static Period of(LocalDate firstDay) {
        return new Period(YearMonth.from(firstDay));
    }

    /** Its first instant. */
    public Instant from() {
        return start(month.atDay(1));
    }

    /** The first instant of the next month. */
    public Instant to() {
        return start(month.plusMonths(1).atDay(1));
    }

    public Period previous() {
        return new Period(month.minusMonths(1));
    }

    public Period next() {
        return new Period(month.plusMonths(1));
    }

    LocalDate firstDay() {
        return month.atDay(1);
    }

    List<LocalDate> days() {
        return month.atDay(1).datesUntil(month.plusMonths(1).atDay(1)).toList();
    }

    static Instant start(LocalDate day) {
        return day.atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    /** As calls spell it, such as {@code 2026-10}. */
    @Override
    public String toString() {
        return month.toString();
    }
}

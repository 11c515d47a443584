package dev.rampgate.books;

import java.math.BigDecimal;
import java.util.Locale;

/**
 * One line of a statement. All lines of a section added up, with their signs, are its sums.
 *
 * @param section where it stands
 * @param kind what it does
 * @param entry the transaction as the line sees it
 */
record Line(Section section, Kind kind, Entry entry) {

    /** The parts of a statement. */
    enum Section {
        /** What belongs to the month. */
        ITEM,
        /** What became known about earlier months since the month before was closed. */
        CORRECTION,
        /** What became known about this month since it was closed. The next statement lists it among its corrections. */
        LATER_CORRECTION;

        private final String wireName = name().toLowerCase(Locale.ROOT);

        String wireName() {
            return wireName;
        }
    }

    /** What a line does. */
    enum Kind {
        /** It counts. */
        BOOKED(1),
        /** What was booked counts no longer: it is subtracted. */
        REVOKED(-1),
        /** It counts in place of what is revoked. */
        REPLACEMENT(1),
        /** It counts, and was not known before. */
        LATE(1);

        private final String wireName = name().toLowerCase(Locale.ROOT);
        private final int count;

        Kind(int count) {
            this.count = count;
        }

        String wireName() {
            return wireName;
        }
    }

    /** 1 if it is added, -1 if it is subtracted. */
    int count() {
        return kind.count;
    }

    /** With its sign; null if it is unknown. */
    BigDecimal cryptoAmount() {
        return signed(entry.cryptoAmount());
    }

    /** With its sign; null if it is unknown. */
    BigDecimal fiatAmount() {
        return signed(entry.fiatAmount());
    }

    private BigDecimal signed(BigDecimal amount) {
        return amount == null || count() > 0 ? amount : amount.negate();
    }
}

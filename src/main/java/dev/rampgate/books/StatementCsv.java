package dev.rampgate.books;

import dev.rampgate.wire.CsvLine;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/**
 * Writes the lines of a statement as a table. Only the last columns hold texts of Proof's, which are quoted where they have to be, so that
 * {@code awk -F,} reads all others; amounts are plain numbers with their sign.
 */
final class StatementCsv {

    private static final List<String> COLUMNS = List.of(
            "section",
            "entry",
            "period",
            "day",
            "status",
            "attempt",
            "count",
            "crypto_amount",
            "fiat_amount",
            "occurred_at",
            "confirmed_at",
            "known_at",
            "version",
            "type",
            "currency",
            "network",
            "fiat_currency",
            "merchant_transaction_id");

    private static final int USUAL_LINE = 250;

    private StatementCsv() {}

    static String header() {
        return CsvLine.header(COLUMNS);
    }

    static String lines(List<Line> lines) {
        StringBuilder text = new StringBuilder(lines.size() * USUAL_LINE);
        lines.forEach(line -> append(line, text));
        return text.toString();
    }

    private static void append(Line line, StringBuilder text) {
        Entry entry = line.entry();
        String day = entry.day();
        text.append(line.section().wireName())
                .append(',')
                .append(line.kind().wireName())
                .append(',')
                .append(day, 0, "2026-10".length())
                .append(',')
                .append(day)
                .append(',')
                .append(entry.status())
                .append(',')
                .append(entry.attempt())
                .append(',')
                .append(line.count());
        append(line.cryptoAmount(), text);
        append(line.fiatAmount(), text);
        append(entry.occurredAt(), text);
        append(entry.confirmedAt(), text);
        append(entry.knownAt(), text);
        text.append(',');
        if (entry.eventVersion() != null) {
            text.append(entry.eventVersion());
        }
        append(entry.type(), text);
        append(entry.currency(), text);
        append(entry.network(), text);
        append(entry.fiatCurrency(), text);
        append(entry.transactionId(), text);
        text.append("\r\n");
    }

    private static void append(BigDecimal amount, StringBuilder text) {
        text.append(',');
        if (amount != null) {
            text.append(amount.toPlainString());
        }
    }

    private static void append(Instant time, StringBuilder text) {
        text.append(',');
        if (time != null) {
            text.append(time);
        }
    }

    /** Quoted only where it has to be. */
    private static void append(String cell, StringBuilder text) {
        text.append(',');
        if (cell != null) {
            text.append(isPlain(cell) ? cell : CsvLine.quoted(cell));
        }
    }

    private static boolean isPlain(String cell) {
        for (int i = 0; i < cell.length(); i++) {
            char c = cell.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
            if (!letter && (i == 0 || c != '-' && c != '.')) {
                return false;
            }
        }
        return !cell.isEmpty();
    }
}

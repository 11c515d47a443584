package dev.rampgate.books;

import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** Writes one statement as JSON, part by part. */
final class StatementJson {

    /** Raised if the same statement is written in another form than before, so that the bytes can differ. */
    static final int FORMAT = 1;

    private SumsByGroup sums = new SumsByGroup();
    private boolean first = true;

    /** The beginning, up to the days. */
    String head(Statement statement) {
        JsonObject head = new JsonObject()
                .put("format", FORMAT)
                .put("period", statement.period().toString())
                .put("from", statement.period().from().toString())
                .put("to", statement.period().to().toString())
                .put("as_known_at", statement.asKnownAt().toString())
                .put("position", statement.position())
                .put("booked_until", statement.bookedUntil().toString())
                .put("corrected_since", text(statement.correctedSince()));
        String object = head.encode();
        return object.substring(0, object.length() - 1) + ",\"days\":[";
    }

    private static String text(Instant time) {
        return time == null ? null : time.toString();
    }

    String day(List<Sum> day) {
        day.forEach(sums::add);
        return elements(day.stream().map(sum -> json(sum, "day")).toList());
    }

    /** The sums of the month, and the beginning of the corrections. */
    String afterDays() {
        String text = "],\"sums\":[" + monthly() + "],\"corrections\":{\"entries\":[";
        begin();
        return text;
    }

    String corrections(List<Line> lines) {
        lines.forEach(line -> sums.add(Sum.of(line)));
        return elements(lines.stream().map(StatementJson::json).toList());
    }

    String afterCorrections() {
        return "],\"sums\":[" + monthly() + "]}";
    }

    String laterHead() {
        begin();
        return ",\"later_corrections\":{\"entries\":[";
    }

    String end() {
        return "],\"sums\":[" + monthly() + "]}}";
    }

    private void begin() {
        sums = new SumsByGroup();
        first = true;
    }

    private String monthly() {
        return sums.list().stream().map(sum -> json(sum, "period").encode()).collect(Collectors.joining(","));
    }

    private String elements(List<JsonObject> objects) {
        String text = objects.stream().map(JsonObject::encode).collect(Collectors.joining(","));
        if (text.isEmpty() || first) {
            first &= text.isEmpty();
            return text;
        }
        return "," + text;
    }

    /** @param span what to call the day or month */
    static JsonObject json(Sum sum, String span) {
        return new JsonObject()
                .put(span, sum.group().span())
                .put("type", sum.group().type())
                .put("currency", sum.group().currency())
                .put("network", sum.group().network())
                .put("fiat_currency", sum.group().fiatCurrency())
                .put("status", sum.group().status())
                .put("count", sum.count())
                .put("crypto_amount", sum.cryptoAmount().toPlainString())
                .put("fiat_amount", sum.fiatAmount().toPlainString())
                .put(
                        "effective_rate",
                        sum.effectiveRate().map(BigDecimal::toPlainString).orElse(null))
                .put("without_amounts", sum.withoutAmounts());
    }

    private static JsonObject json(Line line) {
        Entry entry = line.entry();
        return new JsonObject()
                .put("entry", line.kind().wireName())
                .put("merchant_transaction_id", entry.transactionId())
                .put("period", entry.period().toString())
                .put("day", entry.day())
                .put("type", entry.type())
                .put("currency", entry.currency())
                .put("network", entry.network())
                .put("fiat_currency", entry.fiatCurrency())
                .put("status", entry.status())
                .put("attempt", entry.attempt())
                .put("count", line.count())
                .put("crypto_amount", plain(line.cryptoAmount()))
                .put("fiat_amount", plain(line.fiatAmount()))
                .put("occurred_at", text(entry.occurredAt()))
                .put("confirmed_at", text(entry.confirmedAt()))
                .put("known_at", text(entry.knownAt()))
                .put("version", entry.eventVersion());
    }

    private static String plain(BigDecimal amount) {
        return amount == null ? null : amount.toPlainString();
    }
}

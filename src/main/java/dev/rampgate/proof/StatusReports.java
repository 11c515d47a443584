package dev.rampgate.proof;

import static java.util.concurrent.TimeUnit.MICROSECONDS;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what Proof says about a transaction, by each of the three ways in which it says it (Proof contract, sections 3
 * to 5). Lenient where it may be: only the id and the status must be there; any other field that is malformed is dropped
 * and counted, and fields that nobody knows stay in the raw text.
 */
public final class StatusReports {
    /** Most characters that an id may have. */
    public static final int MAX_ID_LENGTH = 128;
    /** Most characters that a status may have; the known ones need ten. */
    public static final int MAX_STATUS_LENGTH = 64;
    /** Most bytes of UTF-8 that are kept of the raw text. */
    public static final int MAX_RAW_BYTES = 8 * 1024;

    private static final int MAX_AMOUNT_LENGTH = 64;
    private static final int MAX_WORD_LENGTH = 64;
    private static final int MAX_USER_ID_LENGTH = 256;
    private static final int MAX_TIME_LENGTH = 64;
    private static final String UPDATE_EVENT = "tx.update";

    private static final Predicate<String> AMOUNT =
            Pattern.compile("[0-9]+(\\.[0-9]+)?").asMatchPredicate();
    private static final Pattern TIME = Pattern.compile("(\\d{4})-(\\d{2})-(\\d{2})[Tt"
            + " ](\\d{2}):(\\d{2})(?::(\\d{2}))?(?:[.,](\\d+))?([Zz]|[+-]\\d{2}(?::?\\d{2})?)?");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999Z");

    private StatusReports() {}

    /**
     * Reads the answer of {@code GET /widget/transactions/{id}}.
     *
     * @param utf8 the answer's body
     * @throws MalformedReport if it is no JSON object, or its id or status cannot be used
     */
    public static StatusReport fromTransaction(byte[] utf8) {
        String text = JsonFields.decode(utf8).orElseThrow(StatusReports::noObject);
        return report(fields(text), "updated_at", text);
    }

    /**
     * Reads a text frame of {@code /ws}.
     *
     * @return none if it is an event other than {@code tx.update}, which is to be ignored
     * @throws MalformedReport if it is no JSON object, or its id or status cannot be used
     */
    public static Optional<StatusReport> fromSocket(String text) {
        JsonFields fields = fields(text);
        return fields.string("event").filter(UPDATE_EVENT::equals).map(update -> report(fields, "occurred_at", text));
    }

    /**
     * Reads the body of a webhook.
     *
     * @throws MalformedReport if it is no JSON object, or its id or status cannot be used
     */
    public static StatusReport fromWebhook(String text) {
        return report(fields(text), "updated_at", text);
    }

    private static StatusReport report(JsonFields fields, String changedAt, String text) {
        Reading reading = new Reading(fields);
        return new StatusReport(
                reading.required("merchant_transaction_id", MAX_ID_LENGTH),
                reading.required("status", MAX_STATUS_LENGTH),
                reading.time(changedAt),
                reading.time("created_at"),
                reading.text("partner_user_id", MAX_USER_ID_LENGTH),
                reading.text("type", MAX_WORD_LENGTH),
                reading.text("currency", MAX_WORD_LENGTH),
                reading.text("network", MAX_WORD_LENGTH),
                reading.amount("crypto_amount"),
                reading.text("fiat_currency", MAX_WORD_LENGTH),
                reading.amount("fiat_amount"),
                reading.text("payment_method", MAX_WORD_LENGTH),
                reading.dropped,
                archived(text));
    }

    private static JsonFields fields(String text) {
        return JsonFields.of(text).orElseThrow(StatusReports::noObject);
    }

    private static MalformedReport noObject() {
        return new MalformedReport(MalformedReport.WHOLE, "is no JSON object");
    }

    /** The text as the archive keeps it: cut between two characters, without what PostgreSQL's text cannot hold. */
    private static String archived(String text) {
        if (text.length() <= MAX_RAW_BYTES && text.chars().allMatch(character -> character > 0 && character < 0x80)) {
            return text; // which is how Proof writes
        }
        StringBuilder kept = new StringBuilder(Math.min(text.length(), MAX_RAW_BYTES));
        int bytes = 0;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int point = storable(text.codePointAt(i));
            bytes += utf8Length(point);
            if (bytes > MAX_RAW_BYTES) {
                break;
            }
            kept.appendCodePoint(point);
        }
        return kept.toString();
    }

    private static int storable(int point) {
        boolean impossible = point == 0 || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
        return impossible ? 0xFFFD : point;
    }

    private static int utf8Length(int point) {
        if (point < 0x80) {
            return 1;
        }
        if (point < 0x800) {
            return 2;
        }
        return point < 0x10000 ? 3 : 4;
    }

    private static Optional<Instant> instant(String text) {
        Matcher time = TIME.matcher(text);
        if (text.length() > MAX_TIME_LENGTH || !time.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(localTime(text, time).toInstant(offset(time.group(8))))
                    .filter(instant -> !instant.isBefore(Instant.EPOCH) && !instant.isAfter(LATEST));
        } catch (DateTimeException noSuchTime) {
            return Optional.empty();
        }
    }

    /** With microseconds, which is what PostgreSQL stores; the rest is cut off, so that no two times change places. */
    private static LocalDateTime localTime(String text, Matcher time) {
        String fraction = time.group(7) == null ? "" : time.group(7);
        int micros = Integer.parseInt((fraction + "000000").substring(0, 6));
        return LocalDateTime.of(
                number(text, time, 1),
                number(text, time, 2),
                number(text, time, 3),
                number(text, time, 4),
                number(text, time, 5),
                number(text, time, 6),
                (int) MICROSECONDS.toNanos(micros));
    }

    private static int number(String text, Matcher time, int group) {
        return time.start(group) < 0 ? 0 : Integer.parseInt(text, time.start(group), time.end(group), 10);
    }

    /** A time without an offset is read as UTC, in which Proof promises all of them. */
    private static ZoneOffset offset(String text) {
        return text == null || text.equalsIgnoreCase("Z") ? ZoneOffset.UTC : ZoneOffset.of(text);
    }

    /** Takes the fields of one object one by one and counts those that it had to drop. */
    private static final class Reading {
        private final JsonFields fields;
        private int dropped;

        Reading(JsonFields fields) {
            this.fields = fields;
        }

        String required(String name, int maxLength) {
            if (fields.isOther(name)) {
                throw new MalformedReport(name, "is no string");
            }
            String value = fields.string(name).orElseThrow(() -> new MalformedReport(name, "is missing"));
            if (value.isEmpty()) {
                throw new MalformedReport(name, "is empty");
            }
            if (value.length() > maxLength) {
                throw new MalformedReport(name, "is longer than " + maxLength + " characters");
            }
            if (!JsonFields.isClean(value)) {
                throw new MalformedReport(name, "has characters that are not allowed");
            }
            return value;
        }

        String text(String name, int maxLength) {
            return optional(name, maxLength, value -> Optional.of(value).filter(JsonFields::isClean));
        }

        String amount(String name) {
            return optional(name, MAX_AMOUNT_LENGTH, value -> Optional.of(value).filter(AMOUNT));
        }

        Instant time(String name) {
            return optional(name, MAX_TIME_LENGTH, StatusReports::instant);
        }

        private <T> T optional(String name, int maxLength, Function<String, Optional<T>> reading) {
            String value = fields.string(name).orElse("");
            if (value.isEmpty()) {
                dropped += fields.isOther(name) ? 1 : 0;
                return null;
            }
            Optional<T> read = value.length() > maxLength ? Optional.empty() : reading.apply(value);
            dropped += read.isEmpty() ? 1 : 0;
            return read.orElse(null);
        }
    }
}

package dev.rampgate.proof;

import static java.time.temporal.ChronoUnit.MICROS;
import static java.util.concurrent.TimeUnit.MICROSECONDS;

import dev.rampgate.wire.AsciiNumber;
import dev.rampgate.wire.ByteOrderMark;
import dev.rampgate.wire.CleanText;
import dev.rampgate.wire.TransactionIds;
import dev.rampgate.wire.UtcTime;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what Proof says about a transaction, by each of the three ways in which it says it (Proof contract, sections 3
 * to 5). Lenient where it may be: only the id and the status must be there; any other field that cannot be read is dropped
 * and named, and stays in the raw text, as unknown fields do. A byte order mark is ignored.
 */
public final class StatusReports {
    /** Most characters that an id may have. */
    public static final int MAX_ID_LENGTH = TransactionIds.MAX_LENGTH;
    /** Most characters that a status may have; the known ones need ten. */
    public static final int MAX_STATUS_LENGTH = 64;
    /** Most bytes of UTF-8 that are kept of the raw text. */
    public static final int MAX_RAW_BYTES = 8 * 1024;

    static final String CRYPTO_AMOUNT = "crypto_amount";
    static final String FIAT_AMOUNT = "fiat_amount";

    private static final String ID = "merchant_transaction_id";
    private static final String USER_ID = "partner_user_id";
    private static final int MAX_AMOUNT_LENGTH = 64;
    private static final int MAX_WORD_LENGTH = 64;
    private static final int MAX_USER_ID_LENGTH = 256;
    private static final int MAX_TIME_LENGTH = 64;
    private static final String UPDATE_EVENT = "tx.update";

    private static final Predicate<String> PLAIN_DECIMAL =
            Pattern.compile("[0-9]+(\\.[0-9]+)?").asMatchPredicate();
    /** A decimal in another spelling; its exponent is bounded, so that a few characters cannot become a text of millions. */
    private static final Predicate<String> DECIMAL = Pattern.compile(
                    "([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
            .asMatchPredicate();

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
        String text = ByteOrderMark.strippedFrom(JsonFields.decode(utf8).orElseThrow(StatusReports::noObject));
        return report(fields(text), "updated_at", text);
    }

    /**
     * Reads a text message of {@code /ws}.
     *
     * @return none if it is no {@code tx.update}, which is to be ignored
     * @throws MalformedReport if its id or status cannot be used
     */
    public static Optional<StatusReport> fromSocket(String message) {
        String text = ByteOrderMark.strippedFrom(message);
        return JsonFields.of(text)
                .filter(fields ->
                        fields.string("event").filter(UPDATE_EVENT::equals).isPresent())
                .map(fields -> report(fields, "occurred_at", text));
    }

    /** Whether a text is a JSON object. */
    static boolean isObject(String text) {
        return JsonFields.of(text).isPresent();
    }

    /**
     * Reads the body of a webhook.
     *
     * @throws MalformedReport if it is no JSON object, or its id or status cannot be used
     */
    public static StatusReport fromWebhook(String body) {
        String text = ByteOrderMark.strippedFrom(body);
        return report(fields(text), "updated_at", text);
    }

    private static StatusReport report(JsonFields fields, String changedAt, String text) {
        Reading reading = new Reading(fields);
        return new StatusReport(
                reading.id(),
                reading.required("status", MAX_STATUS_LENGTH),
                reading.time(changedAt),
                reading.time("created_at"),
                reading.userId(),
                reading.text("type", MAX_WORD_LENGTH),
                reading.text("currency", MAX_WORD_LENGTH),
                reading.text("network", MAX_WORD_LENGTH),
                reading.amount(CRYPTO_AMOUNT),
                reading.text("fiat_currency", MAX_WORD_LENGTH),
                reading.amount(FIAT_AMOUNT),
                reading.text("payment_method", MAX_WORD_LENGTH),
                Set.copyOf(reading.dropped),
                archived(text));
    }

    private static JsonFields fields(String text) {
        return JsonFields.of(text).orElseThrow(StatusReports::noObject);
    }

    private static MalformedReport noObject() {
        return new MalformedReport(MalformedReport.WHOLE, "is not a JSON object");
    }

    /**
     * A decimal without sign: as it is spelled where that is plain, else the same number written plainly, so that 1e-7 is
     * 0.0000001. Never guessed: 1,5 may be one thousand five hundred, and stays unread.
     */
    private static Optional<String> amount(String text) {
        String spelled = text.strip();
        if (spelled.length() > MAX_AMOUNT_LENGTH) {
            return Optional.empty();
        }
        if (PLAIN_DECIMAL.test(spelled)) {
            return Optional.of(spelled);
        }
        return Optional.of(spelled)
                .filter(DECIMAL)
                .map(decimal -> new BigDecimal(decimal).toPlainString())
                .filter(plain -> plain.length() <= MAX_AMOUNT_LENGTH);
    }

    /** The text as the archive keeps it: cut between two characters, without what PostgreSQL's text cannot hold. */
    private static String archived(String text) {
        if (text.length() <= MAX_RAW_BYTES && isAscii(text)) {
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

    /** Without NUL, which PostgreSQL's text cannot hold. */
    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == 0 || text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
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

    /** With microseconds, which is what PostgreSQL stores; the rest is cut off, so that no two times change places. */
    private static Optional<Instant> instant(String text) {
        return UtcTime.read(text)
                .map(time -> time.truncatedTo(MICROS))
                .or(() -> otherSpelling(text))
                .filter(time -> !time.isBefore(Instant.EPOCH) && !time.isAfter(LATEST));
    }

    private static Optional<Instant> otherSpelling(String text) {
        Matcher time = TIME.matcher(text);
        if (text.length() > MAX_TIME_LENGTH || !time.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(localTime(text, time).toInstant(offset(time.group(8))));
        } catch (DateTimeException noSuchTime) {
            return Optional.empty();
        }
    }

    private static LocalDateTime localTime(String text, Matcher time) {
        String fraction = time.group(7) == null ? "" : time.group(7);
        int micros = AsciiNumber.toInt((fraction + "000000").substring(0, 6));
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
        return time.start(group) < 0 ? 0 : AsciiNumber.toInt(text, time.start(group), time.end(group));
    }

    /** A time without an offset is read as UTC, in which Proof promises all of them. */
    private static ZoneOffset offset(String text) {
        return text == null || text.equalsIgnoreCase("Z") ? ZoneOffset.UTC : ZoneOffset.of(text);
    }

    /** Takes the fields of one object one by one and notes those that it had to drop. */
    private static final class Reading {
        private final JsonFields fields;
        private final Set<String> dropped = new LinkedHashSet<>();

        Reading(JsonFields fields) {
            this.fields = fields;
        }

        String id() {
            String id = required(ID, MAX_ID_LENGTH);
            if (!TransactionIds.isPossible(id)) {
                throw new MalformedReport(ID, "is not an id that a transaction can have");
            }
            return id;
        }

        String required(String name, int maxLength) {
            if (fields.isOther(name)) {
                throw new MalformedReport(name, "is not a string");
            }
            String value = fields.string(name).orElseThrow(() -> new MalformedReport(name, "is missing"));
            if (value.isEmpty()) {
                throw new MalformedReport(name, "is empty");
            }
            if (value.length() > maxLength) {
                throw new MalformedReport(name, "is longer than " + maxLength + " characters");
            }
            if (!CleanText.isClean(value)) {
                throw new MalformedReport(name, "has characters that are not allowed");
            }
            return value;
        }

        /** The company's own id, which may look like a number. */
        String userId() {
            return optional(USER_ID, fields.text(USER_ID), MAX_USER_ID_LENGTH, value -> Optional.of(value)
                    .filter(CleanText::isClean));
        }

        String text(String name, int maxLength) {
            return optional(name, fields.string(name), maxLength, value -> Optional.of(value)
                    .filter(CleanText::isClean));
        }

        String amount(String name) {
            return optional(name, fields.text(name).map(String::strip), Integer.MAX_VALUE, StatusReports::amount);
        }

        Instant time(String name) {
            return optional(name, fields.string(name), MAX_TIME_LENGTH, StatusReports::instant);
        }

        private <T> T optional(
                String name, Optional<String> text, int maxLength, Function<String, Optional<T>> reading) {
            boolean absent = text.isEmpty() ? !fields.isOther(name) : text.get().isEmpty();
            if (absent) {
                return null;
            }
            Optional<T> read = text.filter(value -> value.length() <= maxLength).flatMap(reading);
            if (read.isEmpty()) {
                dropped.add(name);
            }
            return read.orElse(null);
        }
    }
}

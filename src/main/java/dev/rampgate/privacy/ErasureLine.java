package dev.rampgate.privacy;

import dev.rampgate.reconcile.ErasureKeys.Mark;
import dev.rampgate.wire.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of the erasure ledger: {@code v1 KEY-ID ERASED-AT MARK CHECK}, where the check is the beginning of the SHA-256 of what is before it, so
 * that a torn or changed line is noticed.
 *
 * @param erasedAt by our clock; what the user began until then is erased
 * @param user the user under a key
 */
record ErasureLine(Instant erasedAt, Mark user) {

    /** More bytes than any line has, its end included. */
    static final int MOST_BYTES = 256;

    private static final Pattern FORM = Pattern.compile(
            "(?<text>v1 (?<key>[a-z0-9]{1,32}) (?<at>[0-9TZ:.-]{20,40}) (?<mark>[0-9a-f]{64})) (?<check>[0-9a-f]{8})");

    private static final int CHECK_BYTES = 4;

    /** With its end. */
    byte[] encode() {
        String text =
                "v1 " + user.keyId() + " " + erasedAt + " " + HexFormat.of().formatHex(user.mark());
        return (text + " " + check(text) + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** A line without its end; empty if it is damaged. */
    static Optional<ErasureLine> parse(byte[] line, int length) {
        Matcher form = FORM.matcher(new String(line, 0, length, StandardCharsets.US_ASCII));
        if (!form.matches() || !form.group("check").equals(check(form.group("text")))) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ErasureLine(
                    Instant.parse(form.group("at")),
                    new Mark(form.group("key"), HexFormat.of().parseHex(form.group("mark")))));
        } catch (DateTimeException noTime) {
            return Optional.empty();
        }
    }

    private static String check(String text) {
        return HexFormat.of().formatHex(Sha256.of(text.getBytes(StandardCharsets.US_ASCII)), 0, CHECK_BYTES);
    }
}

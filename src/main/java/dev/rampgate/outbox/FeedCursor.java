package dev.rampgate.outbox;

import dev.rampgate.wire.AsciiNumber;
import dev.rampgate.wire.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a reader of the feed stands; opaque to the reader. It names the event in that place by a mark, so that a feed that has lost
 * that event, in a restore or a failover, is seen even if another one has its place.
 *
 * @param epoch the epoch in which it was given
 * @param position the place of the last event that was read or passed over; 0 before the first
 * @param mark the mark of the event in that place; empty before the first
 */
record FeedCursor(long epoch, long position, String mark) {

    private static final int MARK_BYTES = 8;
    private static final Pattern PLAIN =
            Pattern.compile("([0-9]{1,18}) ([0-9]{1,18}) ((?:[0-9a-f]{16})?) ([0-9a-f]{16})");

    /** What tells one event from another that has the same place after a loss; the same before and after an erasure. */
    static String mark(String id, long number, Instant createdAt) {
        return hash(id + " " + number + " " + createdAt);
    }

    /** Parses a cursor; empty if it was never given. */
    static Optional<FeedCursor> decode(String text) {
        try {
            Matcher plain = PLAIN.matcher(new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8));
            return plain.matches()
                    ? Optional.of(new FeedCursor(
                                    AsciiNumber.toLong(plain.group(1)),
                                    AsciiNumber.toLong(plain.group(2)),
                                    plain.group(3)))
                            .filter(cursor -> cursor.encode().equals(text))
                    : Optional.empty();
        } catch (IllegalArgumentException noBase64) {
            return Optional.empty();
        }
    }

    String encode() {
        String plain = epoch + " " + position + " " + mark;
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((plain + " " + hash(plain)).getBytes(StandardCharsets.UTF_8));
    }

    /** Guards against typing errors, not against forgery: a forged one reads nothing that its forger may not read. */
    private static String hash(String text) {
        byte[] hash = Sha256.of(("rampgate feed " + text).getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(hash, 0, MARK_BYTES);
    }
}

package dev.rampgate.backoffice.audit;

import dev.rampgate.wire.AsciiNumber;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The end of the chain at some time, or an earlier entry of it.
 *
 * @param position of the entry; 0 before the first
 * @param hash of the entry, 64 hex digits; of a head that was published by the metric the first 13
 */
public record ChainHead(long position, String hash) {

    /** Digits of the hash that the metric has: as many as a floating point number holds exactly. */
    static final int METRIC_DIGITS = 13;

    private static final Pattern WRITTEN = Pattern.compile("([0-9]{1,18}):([0-9a-f]{" + METRIC_DIGITS + ",64})");

    /** As the log writes it, {@code 4711:c0ffee...}; empty if it is none. */
    public static Optional<ChainHead> parse(String text) {
        Matcher written = WRITTEN.matcher(text);
        return written.matches()
                ? Optional.of(new ChainHead(AsciiNumber.toLong(written.group(1)), written.group(2)))
                : Optional.empty();
    }

    /** Whether the entry with this hash is the one that was meant. */
    boolean isOf(String entryHash) {
        return entryHash.startsWith(hash);
    }

    @Override
    public String toString() {
        return position + ":" + hash;
    }
}

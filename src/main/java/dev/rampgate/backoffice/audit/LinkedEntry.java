package dev.rampgate.backoffice.audit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;

/**
 * An entry as it stands in the table.
 *
 * @param number in the order of writing, with gaps
 * @param at by the database's clock
 * @param details a JSON object; empty
 * @param position in the chain; 0 if it is not linked yet
 * @param previous the hash of the entry before; empty if it is not linked yet
 * @param hash empty if it is not linked yet
 */
public record LinkedEntry(
        long number,
        Instant at,
        String actor,
        String role,
        String action,
        String result,
        String subject,
        String details,
        String requestId,
        long calls,
        long position,
        String previous,
        String hash) {

    private static final String VERSION = "rampgate-audit-1";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    /** Whether its hash is the one of what else is in it; so is that of an entry that is not linked yet. */
    public boolean isIntact() {
        return position == 0 || hash.equals(computedHash());
    }

    /** What its hash must be, by what else is in it: the SHA-256 of its canonical form, which docs/backoffice.md describes. */
    String computedHash() {
        String canonical = String.join(
                "\n",
                VERSION,
                Long.toString(position),
                previous,
                TIME.format(at),
                actor,
                role,
                action,
                result,
                subject,
                details,
                requestId,
                Long.toString(calls));
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}

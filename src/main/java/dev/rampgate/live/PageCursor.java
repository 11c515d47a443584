package dev.rampgate.live;

import dev.rampgate.wire.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * The end of one page of transactions, after which the next page begins. Opaque to callers. It fits only the list that it
 * came from.
 *
 * @param createdAt creation time of the page's last transaction
 * @param transactionId id of the page's last transaction
 * @param list which list it is of, without saying what was looked for; empty for all transactions
 */
record PageCursor(Instant createdAt, String transactionId, String list) {

    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");
    private static final int LIST_BYTES = 12;
    private static final char LIST = '/';

    /** Before the newest transaction of a list. */
    static PageCursor start(Optional<String> reference) {
        return new PageCursor(LATEST, "", list(reference));
    }

    /** After a transaction of the same list. */
    PageCursor after(TransactionView last) {
        return new PageCursor(last.createdAt(), last.merchantTransactionId(), list);
    }

    /** Parses a cursor; empty if it is invalid or of another list than that of the reference. */
    static Optional<PageCursor> decode(String text, Optional<String> reference) {
        try {
            String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
            int end = plain.indexOf(' ');
            if (end < 0 || plain.indexOf('\0') >= 0) {
                return Optional.empty();
            }
            String head = plain.substring(0, end);
            int slash = head.indexOf(LIST);
            Instant createdAt = Instant.parse(slash < 0 ? head : head.substring(0, slash));
            return Optional.of(new PageCursor(
                            createdAt, plain.substring(end + 1), slash < 0 ? "" : head.substring(slash + 1)))
                    .filter(cursor -> !createdAt.isAfter(LATEST) && !createdAt.isBefore(Instant.EPOCH))
                    .filter(cursor -> cursor.list.equals(list(reference)));
        } catch (IllegalArgumentException | DateTimeException nonsense) {
            return Optional.empty();
        }
    }

    String encode() {
        String head = list.isEmpty() ? createdAt.toString() : createdAt.toString() + LIST + list;
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((head + " " + transactionId).getBytes(StandardCharsets.UTF_8));
    }

    private static String list(Optional<String> reference) {
        return reference
                .map(named -> Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(Arrays.copyOf(Sha256.of(named), LIST_BYTES)))
                .orElse("");
    }
}

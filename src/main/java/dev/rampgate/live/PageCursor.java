package dev.rampgate.live;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/**
 * The end of one page of transactions, after which the next page begins. Opaque to callers.
 *
 * @param createdAt creation time of the page's last transaction
 * @param transactionId id of the page's last transaction
 */
record PageCursor(Instant createdAt, String transactionId) {

    /** Before the newest transaction. */
    static final PageCursor START = new PageCursor(Instant.parse("9999-12-31T00:00:00Z"), "");

    static PageCursor after(TransactionView last) {
        return new PageCursor(last.createdAt(), last.merchantTransactionId());
    }

    /** Parses a cursor; empty if it is invalid. */
    static Optional<PageCursor> decode(String text) {
        try {
            String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
            int end = plain.indexOf(' ');
            return end < 0 || plain.indexOf('\0') >= 0
                    ? Optional.empty()
                    : Optional.of(new PageCursor(Instant.parse(plain.substring(0, end)), plain.substring(end + 1)))
                            .filter(cursor -> !cursor.createdAt.isAfter(START.createdAt)
                                    && !cursor.createdAt.isBefore(Instant.EPOCH));
        } catch (IllegalArgumentException | DateTimeException nonsense) {
            return Optional.empty();
        }
    }

    String encode() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((createdAt + " " + transactionId).getBytes(StandardCharsets.UTF_8));
    }
}

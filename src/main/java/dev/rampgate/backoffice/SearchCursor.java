package dev.rampgate.backoffice;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/**
 * After which transaction a page of a search begins. Opaque to callers, and fits only the search that it came from.
 *
 * @param createdAt creation of that transaction
 * @param id its id
 */
public record SearchCursor(Instant createdAt, String id) {

    /** Before the newest transaction of a search. */
    public static SearchCursor start(SearchFilter filter) {
        return new SearchCursor(filter.to(), "");
    }

    /** As callers see it. */
    public String encode(SearchFilter filter) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((createdAt + " " + filter.mark() + " " + id).getBytes(StandardCharsets.UTF_8));
    }

    /** Parses a cursor; empty if it is none of this search. */
    public static Optional<SearchCursor> decode(String text, SearchFilter filter) {
        try {
            String[] parts = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8).split(" ", 3);
            if (parts.length != 3 || !parts[1].equals(filter.mark()) || parts[2].indexOf('\0') >= 0) {
                return Optional.empty();
            }
            Instant createdAt = Instant.parse(parts[0]);
            return createdAt.isBefore(Instant.EPOCH) || createdAt.isAfter(filter.to())
                    ? Optional.empty()
                    : Optional.of(new SearchCursor(createdAt, parts[2]));
        } catch (IllegalArgumentException | DateTimeException nonsense) {
            return Optional.empty();
        }
    }
}

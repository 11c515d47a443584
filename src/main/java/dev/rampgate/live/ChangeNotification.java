package dev.rampgate.live;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The message from one replica to the others that transactions changed. It contains ids only; readers look into the tables.
 *
 * @param sender the replica that sent it, which ignores it
 * @param transactionIds the ids of the changed transactions
 */
record ChangeNotification(UUID sender, List<String> transactionIds) {

    /** The channel of {@code NOTIFY} and {@code LISTEN}. */
    static final String CHANNEL = "rampgate_live";

    /** PostgreSQL's limit is just below 8000 bytes. */
    private static final int MOST_BYTES = 7_900;

    ChangeNotification {
        transactionIds = List.copyOf(transactionIds);
    }

    /**
     * Splits ids into payloads that PostgreSQL accepts. An id of 128 characters takes at most 768 bytes as JSON, so that every
     * id fits.
     */
    static List<String> payloads(UUID sender, Collection<String> transactionIds) {
        List<String> payloads = new ArrayList<>();
        StringBuilder ids = new StringBuilder();
        int bytes = 0;
        int head = (sender + " []").length();
        for (String id : transactionIds) {
            String quoted = quoted(id);
            int more = quoted.getBytes(StandardCharsets.UTF_8).length + 1;
            if (bytes > 0 && head + bytes + more > MOST_BYTES) {
                payloads.add(sender + " [" + ids + "]");
                ids.setLength(0);
                bytes = 0;
            }
            ids.append(bytes > 0 ? "," : "").append(quoted);
            bytes += more;
        }
        if (bytes > 0) {
            payloads.add(sender + " [" + ids + "]");
        }
        return payloads;
    }

    /** Parses a payload; empty if it is invalid, since every client of the database can send one. */
    static Optional<ChangeNotification> parse(String payload) {
        int end = payload.indexOf(' ');
        try {
            UUID sender = UUID.fromString(payload.substring(0, Math.max(end, 0)));
            List<String> ids = new ArrayList<>();
            new JsonArray(payload.substring(end + 1)).forEach(id -> ids.add((String) id));
            return Optional.of(new ChangeNotification(sender, ids));
        } catch (IllegalArgumentException | DecodeException | ClassCastException | NullPointerException invalid) {
            return Optional.empty();
        }
    }

    private static String quoted(String id) {
        String array = new JsonArray().add(id).encode();
        return array.substring(1, array.length() - 1);
    }
}

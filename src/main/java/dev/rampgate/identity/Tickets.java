package dev.rampgate.identity;

import dev.rampgate.wire.HmacSha256;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Tickets for clients that cannot send a header: browsers' {@code EventSource} and {@code WebSocket}. A ticket lets its
 * bearer follow one transaction for some minutes, and nothing else. It is signed and not stored, so that every replica
 * accepts it, and it reveals nothing about the user.
 *
 * <p>Without {@code rampgate.live.ticket-keys} there are none: a key that each replica invents would make tickets that
 * others refuse.
 */
@Startup
@ApplicationScoped
public class Tickets {

    /** The header of a session's answer that carries a ticket for its transaction. */
    public static final String HEADER = "Rampgate-Ticket";

    /** The query parameter that carries a ticket back. */
    public static final String PARAMETER = "ticket";

    private static final String SETTING = "rampgate.live.ticket-keys";
    private static final int SHORTEST_KEY = 32;
    private static final int MAC_LENGTH = 32;
    private static final byte[] TICKET = "rampgate-ticket-1\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PASS = "rampgate-pass-1\0".getBytes(StandardCharsets.US_ASCII);

    private final List<SecretKeySpec> keys;
    private final Duration lifetime;
    private final InstantSource clock;

    /** @throws ConfigurationException if a key is too short */
    Tickets(
            @ConfigProperty(name = SETTING) Optional<List<String>> keys,
            @ConfigProperty(name = "rampgate.live.ticket-lifetime") Duration lifetime,
            InstantSource clock) {
        this.keys = keys.orElse(List.of()).stream().map(Tickets::key).toList();
        this.lifetime = lifetime;
        this.clock = clock;
    }

    /**
     * A ticket.
     *
     * @param text URL-safe
     * @param expiresAt when it opens nothing more
     */
    public record Ticket(String text, Instant expiresAt) {

        /** Never the ticket itself. */
        @Override
        public String toString() {
            return "Ticket[until " + expiresAt + "]";
        }
    }

    /** Whether there are any: there is a key to sign with. */
    public boolean areOffered() {
        return !keys.isEmpty();
    }

    /** A ticket for one transaction of the caller's own; none if there are no keys. */
    public Optional<Ticket> issue(String transactionId) {
        return issue(TICKET, transactionId, lifetime);
    }

    /**
     * What fetches further tickets for this transaction, for a page that cannot show who its user is; none if there are no
     * keys. It opens nothing by itself, and travels in bodies only, so that it may live longer than a ticket.
     */
    public Optional<Ticket> issuePass(String transactionId, Duration passLifetime) {
        return issue(PASS, transactionId, passLifetime);
    }

    private Optional<Ticket> issue(byte[] purpose, String transactionId, Duration time) {
        if (keys.isEmpty()) {
            return Optional.empty();
        }
        Instant expiresAt = Instant.ofEpochSecond(clock.instant().plus(time).getEpochSecond());
        byte[] mac = mac(keys.get(0), purpose, expiresAt.getEpochSecond(), transactionId);
        byte[] ticket = ByteBuffer.allocate(Long.BYTES + MAC_LENGTH)
                .putLong(expiresAt.getEpochSecond())
                .put(mac)
                .array();
        return Optional.of(new Ticket(Base64.getUrlEncoder().withoutPadding().encodeToString(ticket), expiresAt));
    }

    /** Whether we issued this ticket for this transaction, and it has not expired. */
    public boolean isValid(String ticket, String transactionId) {
        return isValid(TICKET, ticket, transactionId);
    }

    /** Whether we issued this pass for this transaction, and it has not expired. */
    public boolean isValidPass(String pass, String transactionId) {
        return isValid(PASS, pass, transactionId);
    }

    private boolean isValid(byte[] purpose, String ticket, String transactionId) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(ticket);
        } catch (IllegalArgumentException nonsense) {
            return false;
        }
        if (bytes.length != Long.BYTES + MAC_LENGTH) {
            return false;
        }
        ByteBuffer parts = ByteBuffer.wrap(bytes);
        long expiresAt = parts.getLong();
        byte[] claimed = new byte[MAC_LENGTH];
        parts.get(claimed);
        boolean signed = false;
        for (SecretKeySpec key : keys) {
            signed |= MessageDigest.isEqual(mac(key, purpose, expiresAt, transactionId), claimed);
        }
        return signed && clock.instant().getEpochSecond() < expiresAt;
    }

    private static byte[] mac(SecretKeySpec key, byte[] purpose, long expiresAt, String transactionId) {
        return HmacSha256.of(
                key,
                purpose,
                ByteBuffer.allocate(Long.BYTES).putLong(expiresAt).array(),
                transactionId.getBytes(StandardCharsets.UTF_8));
    }

    private static SecretKeySpec key(String secret) {
        String text = secret.strip();
        if (text.length() < SHORTEST_KEY) {
            throw new ConfigurationException(
                    SETTING + " (RAMPGATE_LIVE_TICKET_KEYS): a key is shorter than " + SHORTEST_KEY
                            + " characters; make each by openssl rand -hex 32, separated by commas, the first one signs",
                    Set.of(SETTING));
        }
        return HmacSha256.key(text.getBytes(StandardCharsets.UTF_8));
    }
}

package dev.rampgate.identity;

import dev.rampgate.eventloop.SteadyClock;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jose4j.jwk.PublicJsonWebKey;

/**
 * The issuer's public keys. They are read when first needed, again when they are old, and at once when a token names one
 * that is not among them or is signed by none of them, so that the issuer may change its keys at any time, also under the
 * same key id; but never more often than once in {@link #PAUSE}, whatever tokens say. While the source is away, the keys that
 * were read last stay in use.
 */
final class SigningKeys {

    /** Shortest time between two readings. */
    static final Duration PAUSE = Duration.ofSeconds(10);

    private static final Logger LOG = Logger.getLogger(SigningKeys.class);

    private final KeySource source;
    private final String setting;
    private final Duration refresh;
    private final InstantSource clock;

    private List<PublicJsonWebKey> keys = List.of();
    private Instant readAt = Instant.MIN;
    private Instant askedAt = Instant.MIN;
    private Uni<List<PublicJsonWebKey>> reading;

    /**
     * @param setting names the source in the log
     * @param refresh after which age the keys are read again
     */
    SigningKeys(KeySource source, String setting, Duration refresh, InstantSource clock) {
        this.source = source;
        this.setting = setting;
        this.refresh = refresh;
        this.clock = new SteadyClock(clock);
    }

    /**
     * The keys that may have signed a token: those with its key id and those without any, or all of them if the token names
     * none. Empty if there is no such key; fails with {@link KeysAway} if there are no keys at all yet.
     *
     * @param keyId as the token says it, not believed; null if it says none
     */
    Uni<List<PublicJsonWebKey>> candidates(String keyId) {
        List<PublicJsonWebKey> known;
        Uni<List<PublicJsonWebKey>> reading;
        synchronized (this) {
            known = matching(keys, keyId);
            reading = known.isEmpty() || isOld() ? read() : null;
        }
        if (reading == null) {
            return Uni.createFrom().item(known);
        }
        if (known.isEmpty()) {
            return reading.map(read -> matching(read, keyId));
        }
        // Old keys are enough for this token, so it does not wait for the issuer.
        reading.subscribe().with(read -> {}, away -> {});
        return Uni.createFrom().item(known);
    }

    /**
     * For a token that none of these keys has signed: what {@link #candidates} gives once the keys were read anew. Empty if
     * the same keys are still the last ones, since they were read within the last {@link #PAUSE} or cannot be read.
     *
     * @param tried as {@link #candidates} gave them
     */
    Uni<Optional<List<PublicJsonWebKey>>> newerThan(List<PublicJsonWebKey> tried, String keyId) {
        Uni<List<PublicJsonWebKey>> reading;
        synchronized (this) {
            reading = read();
        }
        return reading.map(read -> matching(read, keyId))
                .map(newer -> newer.equals(tried) ? Optional.<List<PublicJsonWebKey>>empty() : Optional.of(newer))
                .onFailure(KeysAway.class)
                .recoverWithItem(Optional.empty());
    }

    private boolean isOld() {
        return readAt.plus(refresh).isBefore(clock.instant());
    }

    /** One reading for all who wait; what is known already if the last one was just now. */
    private Uni<List<PublicJsonWebKey>> read() {
        if (reading != null) {
            return reading;
        }
        Instant now = clock.instant();
        if (askedAt.isAfter(now.minus(PAUSE))) {
            return keys.isEmpty()
                    ? Uni.createFrom().failure(new KeysAway())
                    : Uni.createFrom().item(keys);
        }
        askedAt = now;
        reading = source.read()
                .map(PublicKeys::of)
                .invoke(this::adopt)
                .onFailure()
                .recoverWithUni(this::keep)
                .memoize()
                .indefinitely();
        return reading;
    }

    private synchronized void adopt(List<PublicJsonWebKey> read) {
        keys = read;
        readAt = clock.instant();
        reading = null;
    }

    private synchronized Uni<List<PublicJsonWebKey>> keep(Throwable away) {
        reading = null;
        LOG.errorf(
                "The keys that %s names could not be read (%s); %s",
                setting,
                // Only texts of our own; those of others may quote anything.
                away instanceof IllegalArgumentException
                        ? "it " + away.getMessage()
                        : away.getClass().getSimpleName(),
                keys.isEmpty() ? "users cannot sign in until then" : "the keys read before stay in use");
        return keys.isEmpty()
                ? Uni.createFrom().failure(new KeysAway())
                : Uni.createFrom().item(keys);
    }

    private static List<PublicJsonWebKey> matching(List<PublicJsonWebKey> keys, String keyId) {
        return keys.stream()
                .filter(key -> keyId == null
                        || key.getKeyId() == null
                        || key.getKeyId().equals(keyId))
                .toList();
    }

    /** No keys have been read yet, so that no user can be identified. */
    static final class KeysAway extends RuntimeException {
        private KeysAway() {
            super("no keys yet", null, false, false);
        }
    }
}

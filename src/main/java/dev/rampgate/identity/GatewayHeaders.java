package dev.rampgate.identity;

import dev.rampgate.identity.RefusedIdentity.Reason;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * {@code header} mode: a gateway has signed the user in, and proves itself with a shared secret. Each header must stand
 * exactly once, so that nobody can slip a second value past a gateway that only appends.
 */
final class GatewayHeaders implements IdentitySource {

    private static final String SETTING = "rampgate.identity.header.secret";
    private static final int MIN_SECRET_LENGTH = 16;

    private final byte[] secretHash;
    private final String secretName;
    private final String userIdName;
    private final String emailName;

    /** @throws ConfigurationException if the secret is missing or too short */
    GatewayHeaders(IdentitySettings.Header settings) {
        String secret = settings.secret().orElse("");
        if (secret.length() < MIN_SECRET_LENGTH) {
            throw new ConfigurationException(
                    SETTING + " (RAMPGATE_IDENTITY_HEADER_SECRET) is " + (secret.isEmpty() ? "missing" : "too short")
                            + ": header mode needs the secret that the gateway sends in " + settings.secretName()
                            + ", of at least " + MIN_SECRET_LENGTH + " characters",
                    Set.of(SETTING));
        }
        this.secretHash = hash(secret);
        this.secretName = settings.secretName();
        this.userIdName = settings.userIdName();
        this.emailName = settings.emailName();
    }

    @Override
    public Uni<Optional<Caller>> caller(MultiMap headers) {
        return Uni.createFrom().item(() -> named(headers));
    }

    private Optional<Caller> named(MultiMap headers) {
        if (!headers.contains(secretName) && !headers.contains(userIdName) && !headers.contains(emailName)) {
            return Optional.empty();
        }
        String secret = only(headers, secretName, any -> true, Reason.NO_SECRET);
        // Hashes are compared, so that the time tells neither content nor length.
        if (!MessageDigest.isEqual(secretHash, hash(secret))) {
            throw new RefusedIdentity(Reason.WRONG_SECRET);
        }
        String userId = only(headers, userIdName, CallerRules::isUserId, Reason.BAD_USER_ID);
        String email = only(headers, emailName, CallerRules::isEmail, Reason.BAD_EMAIL);
        return Optional.of(new Caller(userId, email));
    }

    /** A scheme that no browser knows, so that none asks the user for a password: one signs in at the gateway. */
    @Override
    public String challenge(MultiMap headers) {
        return "Gateway realm=\"rampgate\"";
    }

    private static String only(MultiMap headers, String name, Predicate<String> rule, Reason otherwise) {
        List<String> values = headers.getAll(name);
        if (values.size() != 1 || !rule.test(values.get(0))) {
            throw new RefusedIdentity(otherwise);
        }
        return values.get(0);
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java platform has SHA-256", impossible);
        }
    }
}

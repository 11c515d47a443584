package dev.rampgate.backoffice.audit;

import dev.rampgate.settings.EnvironmentName;
import dev.rampgate.wire.HmacSha256;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keyed hashes of users and search values. A hash is {@code <key id>:<hash>}: the hash is the first 32 hex digits of the HMAC-SHA256 of the value's
 * UTF-8 form, the key id is the first 8 of that of {@value #KEY_ID}.
 */
@Singleton
public class AuditKeys {

    /** What a key hashes to name itself. */
    static final String KEY_ID = "rampgate-audit-key-id";

    private static final String SETTING = "rampgate.operate.audit.keys";
    private static final int SHORTEST = 32;
    private static final int ID_DIGITS = 8;
    private static final int DIGITS = 32;

    private final List<Key> keys;
    private final boolean random;

    @Inject
    AuditKeys(AuditSettings settings) {
        this(settings.keys());
    }

    /** @throws ConfigurationException if a key is too short */
    AuditKeys(Optional<List<String>> secrets) {
        this.random = secrets.isEmpty();
        this.keys = secrets.orElseGet(() -> List.of(random())).stream()
                .map(AuditKeys::key)
                .toList();
    }

    /** Whether no key is set, so that hashes lead nowhere after the process has ended. */
    public boolean areRandom() {
        return random;
    }

    /** The hash by the first key. */
    public String hash(String value) {
        return keys.get(0).hash(value);
    }

    /** The hashes by all keys, the first one first. */
    public List<String> hashes(String value) {
        return keys.stream().map(key -> key.hash(value)).toList();
    }

    private static String random() {
        byte[] bytes = new byte[SHORTEST];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static Key key(String secret) {
        if (secret.length() < SHORTEST) {
            throw new ConfigurationException(EnvironmentName.both(SETTING) + ": each must have at least " + SHORTEST
                    + " characters, such as one made by openssl rand -hex 32");
        }
        SecretKeySpec spec = HmacSha256.key(secret.getBytes(StandardCharsets.UTF_8));
        return new Key(spec, mac(spec, KEY_ID).substring(0, ID_DIGITS));
    }

    private record Key(SecretKeySpec secret, String id) {

        String hash(String value) {
            return id + ":" + mac(secret, value).substring(0, DIGITS);
        }
    }

    private static String mac(SecretKeySpec secret, String value) {
        return HexFormat.of().formatHex(HmacSha256.of(secret, value.getBytes(StandardCharsets.UTF_8)));
    }
}

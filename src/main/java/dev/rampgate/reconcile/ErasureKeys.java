package dev.rampgate.reconcile;

import dev.rampgate.wire.HmacSha256;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys of the erasure ledger, which lies outside the database, newest first. Under each of them a user has one mark: HMAC-SHA256 of
 * the user id. Marks of the ledger stand in table {@code erased_user} beside the database's own.
 */
public final class ErasureKeys {

    /** Without an erasure ledger. */
    public static final ErasureKeys NONE = new ErasureKeys(Map.of());

    private final Map<String, SecretKeySpec> keys = new LinkedHashMap<>();

    /** @param secrets by the ids of the keys, the newest first */
    public ErasureKeys(Map<String, byte[]> secrets) {
        secrets.forEach((id, secret) -> keys.put(id, HmacSha256.key(secret)));
    }

    /**
     * A user under one key.
     *
     * @param keyId which key
     * @param mark 32 bytes, from which nobody without the key gets the user id
     */
    public record Mark(String keyId, byte[] mark) {}

    /** Whether there is no key, and so no erasure ledger. */
    public boolean isEmpty() {
        return keys.isEmpty();
    }

    /** Whether there is a key of this id. */
    public boolean has(String keyId) {
        return keys.containsKey(keyId);
    }

    /** A user under each key, the newest first. */
    public List<Mark> marks(String userId) {
        return keys.entrySet().stream()
                .map(key -> new Mark(key.getKey(), mark(key.getValue(), userId)))
                .toList();
    }

    /**
     * A user under the newest key.
     *
     * @throws IllegalStateException without a key
     */
    public Mark newest(String userId) {
        return keys.entrySet().stream()
                .findFirst()
                .map(key -> new Mark(key.getKey(), mark(key.getValue(), userId)))
                .orElseThrow(() -> new IllegalStateException("there is no key"));
    }

    private static byte[] mark(SecretKeySpec key, String userId) {
        return HmacSha256.of(key, userId.getBytes(StandardCharsets.UTF_8));
    }

    /** Never the secrets. */
    @Override
    public String toString() {
        return "ErasureKeys" + keys.keySet();
    }
}

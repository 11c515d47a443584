package dev.rampgate.wire;

import java.security.MessageDigest;
import java.util.List;

/**
 * Secrets of which a caller must show one. Only their hashes are kept and compared, so that the time of a comparison reveals
 * neither their content nor their length.
 */
public final class SecretSet {

    private final List<byte[]> hashes;

    private SecretSet(List<byte[]> hashes) {
        this.hashes = hashes;
    }

    /** @param secrets may be empty; then the set contains nothing */
    public static SecretSet of(List<String> secrets) {
        return new SecretSet(secrets.stream().map(Sha256::of).toList());
    }

    /** Whether there is no secret, so that no candidate matches. */
    public boolean isEmpty() {
        return hashes.isEmpty();
    }

    /** Whether the candidate is one of the secrets. Compares it with all of them, whichever matches. */
    public boolean contains(String candidate) {
        byte[] hash = Sha256.of(candidate);
        boolean found = false;
        for (byte[] secret : hashes) {
            found |= MessageDigest.isEqual(secret, hash);
        }
        return found;
    }

    /**
     * A key of 32 bytes from each secret, in their order. A key reveals neither its secret nor a key for another purpose.
     *
     * @param purpose what the keys are for
     */
    public List<byte[]> keys(String purpose) {
        return hashes.stream().map(hash -> HmacSha256.of(hash, purpose)).toList();
    }

    /** The key that {@link #keys} has for this secret. */
    public static byte[] key(String secret, String purpose) {
        return HmacSha256.of(Sha256.of(secret), purpose);
    }

    /** Whether some secret is in both sets. For checks of settings, not of what a caller sends. */
    public boolean sharesWith(SecretSet other) {
        return hashes.stream()
                .anyMatch(hash -> other.hashes.stream().anyMatch(secret -> MessageDigest.isEqual(secret, hash)));
    }

    /** Whether both hold the same secrets in the same order. */
    public boolean isSameAs(SecretSet other) {
        boolean same = hashes.size() == other.hashes.size();
        for (int i = 0; same && i < hashes.size(); i++) {
            same = MessageDigest.isEqual(hashes.get(i), other.hashes.get(i));
        }
        return same;
    }

    /** Never the secrets themselves. */
    @Override
    public String toString() {
        return "SecretSet[" + hashes.size() + "]";
    }
}

package dev.rampgate.outbox.delivery;

import dev.rampgate.secretfile.ReloadedFiles;
import dev.rampgate.secretfile.UnusableFileException;
import dev.rampgate.wire.ByteOrderMark;
import dev.rampgate.wire.HmacSha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secrets of one endpoint, newest first, which sign as the Standard Webhooks specification says: {@code v1} is HMAC-SHA256 over
 * {@code id.timestamp.body}, in base64. All of them sign, so that a receiver may change to the newest when it likes.
 */
final class SigningSecrets {

    /** Far more than rotations leave. */
    static final int MOST_SECRETS = 10;

    private static final String PREFIX = "whsec_";
    private static final int SHORTEST = 24;
    private static final int LONGEST = 64;

    private final List<SecretKeySpec> keys;

    private SigningSecrets(List<SecretKeySpec> keys) {
        this.keys = keys;
    }

    /** Blocks: for the start only. */
    static SigningSecrets read(Path file) throws UnusableFileException {
        return parse(ReloadedFiles.read(file));
    }

    static SigningSecrets parse(byte[] content) throws UnusableFileException {
        List<String> lines = new String(ByteOrderMark.strippedFrom(content), StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        if (lines.isEmpty()) {
            throw new UnusableFileException("is empty");
        }
        if (lines.size() > MOST_SECRETS) {
            throw new UnusableFileException("has more than " + MOST_SECRETS + " secrets");
        }
        SecretKeySpec[] keys = new SecretKeySpec[lines.size()];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = key(lines.get(i), i + 1);
        }
        return new SigningSecrets(List.of(keys));
    }

    private static SecretKeySpec key(String line, int number) throws UnusableFileException {
        try {
            byte[] secret =
                    line.startsWith(PREFIX) ? Base64.getDecoder().decode(line.substring(PREFIX.length())) : new byte[0];
            if (secret.length >= SHORTEST && secret.length <= LONGEST) {
                return HmacSha256.key(secret);
            }
        } catch (IllegalArgumentException noBase64) {
            // reported below, without the text
        }
        throw new UnusableFileException("has no valid secret in line " + number
                + " of its secrets; each must be whsec_ and the base64 of 24 to 64 bytes");
    }

    /**
     * The value of the header {@code webhook-signature}: one signature for each secret, separated by spaces.
     *
     * @param id the value of {@code webhook-id}
     * @param timestamp the value of {@code webhook-timestamp}, in seconds
     */
    String sign(String id, long timestamp, byte[] body) {
        byte[] head = (id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8);
        return keys.stream().map(key -> "v1," + signature(key, head, body)).collect(Collectors.joining(" "));
    }

    private static String signature(SecretKeySpec key, byte[] head, byte[] body) {
        return Base64.getEncoder().encodeToString(HmacSha256.of(key, head, body));
    }

    /** Whether they are the same in the same order. */
    boolean isSameAs(SigningSecrets other) {
        return keys.size() == other.keys.size() && Arrays.deepEquals(encoded(), other.encoded());
    }

    private byte[][] encoded() {
        return keys.stream().map(SecretKeySpec::getEncoded).toArray(byte[][]::new);
    }

    @Override
    public String toString() {
        return "SigningSecrets[" + keys.size() + "]";
    }
}

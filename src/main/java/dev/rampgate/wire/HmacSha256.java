package dev.rampgate.wire;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA256, for signatures and for keys that are derived from others. */
public final class HmacSha256 {

    private static final String ALGORITHM = "HmacSHA256";

    private HmacSha256() {}

    /**
     * A key.
     *
     * @param secret not empty
     */
    public static SecretKeySpec key(byte[] secret) {
        return new SecretKeySpec(secret, ALGORITHM);
    }

    /**
     * The signature of a text in UTF-8: 32 bytes.
     *
     * @param key not empty
     */
    public static byte[] of(byte[] key, String text) {
        return of(key(key), text.getBytes(StandardCharsets.UTF_8));
    }

    /** The signature of these bytes, one part behind the other: 32 bytes. */
    public static byte[] of(SecretKeySpec key, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("Every Java platform has " + ALGORITHM, impossible);
        }
    }
}

package dev.rampgate.backoffice.console;

import dev.rampgate.wire.HmacSha256;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Encrypts what would be personal in an address, so that only sessions of the same token can read it, at every replica; and {@link KeptTokens}. */
final class SealedText {

    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private SealedText() {}

    /** The text for an address: letters, digits, dashes and underscores. */
    static String seal(String text, ConsoleSession session) {
        return seal(text, key(session));
    }

    /** @param key 32 bytes, for nothing else */
    static String seal(String text, byte[] key) {
        byte[] nonce = new byte[NONCE_BYTES];
        // Not a static field: the native executable would be built with its seed.
        new SecureRandom().nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, nonce).doFinal(text.getBytes(StandardCharsets.UTF_8));
            byte[] all = Arrays.copyOf(nonce, nonce.length + sealed.length);
            System.arraycopy(sealed, 0, all, nonce.length, sealed.length);
            return ConsoleSession.text(all);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has " + CIPHER, impossible);
        }
    }

    /** What {@link #seal} sealed for this session's token; empty if it did not, or the text was changed. */
    static Optional<String> open(String sealed, ConsoleSession session) {
        return open(sealed, key(session));
    }

    /** What {@link #seal} sealed with this key; empty if it did not, or the text was changed. */
    static Optional<String> open(String sealed, byte[] key) {
        try {
            byte[] all = Base64.getUrlDecoder().decode(sealed);
            if (all.length <= NONCE_BYTES) {
                return Optional.empty();
            }
            byte[] text = cipher(Cipher.DECRYPT_MODE, key, Arrays.copyOf(all, NONCE_BYTES))
                    .doFinal(all, NONCE_BYTES, all.length - NONCE_BYTES);
            return Optional.of(new String(text, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException | GeneralSecurityException nonsense) {
            return Optional.empty();
        }
    }

    private static byte[] key(ConsoleSession session) {
        return HmacSha256.of(session.key(), "address");
    }

    private static Cipher cipher(int mode, byte[] key, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        return cipher;
    }
}

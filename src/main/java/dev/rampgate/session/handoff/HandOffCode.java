package dev.rampgate.session.handoff;

import dev.rampgate.wire.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.ProviderException;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What opens the hosted page, once: 32 random bytes. Its holder alone can find the stored session (by a hash of the code) and
 * decrypt it (by a key from the code): the database and its copies cannot.
 */
final class HandOffCode {

    private static final int LENGTH = 32;
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int TAG_BITS = 128;

    /** Each key encrypts one thing only, so that it needs no nonce of its own. */
    private static final GCMParameterSpec ONLY_ONCE = new GCMParameterSpec(TAG_BITS, new byte[12]);

    private final String text;

    private HandOffCode(String text) {
        this.text = text;
    }

    /**
     * Makes a new code.
     *
     * @param secret a secure random source
     */
    static HandOffCode draw(RandomGenerator secret) {
        byte[] bytes = new byte[LENGTH];
        secret.nextBytes(bytes);
        return of(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** A text that a page sent; it need not be a valid code. */
    static HandOffCode of(String text) {
        return new HandOffCode(text);
    }

    /** URL-safe. */
    String text() {
        return text;
    }

    /** The hash by which the stored session is found. */
    byte[] hash() {
        return digest("rampgate-hand-off-hash-1\0");
    }

    /** The hash that identifies the page which used this code. The same name with another code has another hash. */
    byte[] hashOfPage(String page) {
        return digest("rampgate-hand-off-page-1\0" + page.length() + "\0" + page + "\0");
    }

    /** Encrypts what is handed off. */
    byte[] seal(byte[] content) {
        try {
            return cipher(Cipher.ENCRYPT_MODE).doFinal(content);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has " + CIPHER, impossible);
        }
    }

    /** Decrypts what {@link #seal} encrypted with this code; empty if it was another code, or the text was changed. */
    Optional<byte[]> open(byte[] sealed) {
        try {
            return Optional.of(cipher(Cipher.DECRYPT_MODE).doFinal(sealed));
        } catch (GeneralSecurityException | ProviderException changed) {
            return Optional.empty();
        }
    }

    private Cipher cipher(int mode) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, new SecretKeySpec(digest("rampgate-hand-off-key-1\0"), "AES"), ONLY_ONCE);
        return cipher;
    }

    private byte[] digest(String purpose) {
        return Sha256.of(purpose.getBytes(StandardCharsets.UTF_8), text.getBytes(StandardCharsets.UTF_8));
    }

    /** Never the code itself. */
    @Override
    public String toString() {
        return "HandOffCode";
    }
}

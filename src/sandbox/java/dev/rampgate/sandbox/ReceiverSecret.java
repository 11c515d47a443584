package dev.rampgate.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The secret between Rampgate and the sandbox's receiver of events, made anew at each start, in a file as Rampgate wants it.
 *
 * @param value {@code whsec_} and base64
 * @param file only its owner may read it; {@link #close()} deletes it
 */
public record ReceiverSecret(String value, Path file) implements AutoCloseable {

    private static final int BYTES = 32;

    /** Makes one. */
    public static ReceiverSecret create() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        String value = "whsec_" + Base64.getEncoder().encodeToString(bytes);
        try {
            Path file = Files.createTempFile("rampgate-sandbox-receiver-", ".secret");
            Files.writeString(file, value + "\n");
            file.toFile().deleteOnExit();
            return new ReceiverSecret(value, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "ReceiverSecret[" + file + "]";
    }
}

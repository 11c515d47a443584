package dev.rampgate.channel.webhook;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.regex.Pattern;

/** The keys of the webhook's URL, compared in a time that tells nothing about them. */
final class WebhookKeys {

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-]{16,128}");

    private final List<byte[]> digests;

    private WebhookKeys(List<byte[]> digests) {
        this.digests = digests;
    }

    /**
     * @throws ConfigurationException if one could be guessed or cannot stand in a URL; its message shows none of them
     */
    static WebhookKeys of(List<String> keys) {
        for (int i = 0; i < keys.size(); i++) {
            if (!KEY.matcher(keys.get(i)).matches()) {
                throw new ConfigurationException("rampgate.webhook.keys (RAMPGATE_WEBHOOK_KEYS): key " + (i + 1)
                        + " must have 16 to 128 characters of A-Z a-z 0-9 - _, best from `openssl rand -hex 24`");
            }
        }
        return new WebhookKeys(keys.stream().map(WebhookKeys::digest).toList());
    }

    /** Looks at every key, whatever the first says. */
    boolean contain(String candidate) {
        byte[] digest = digest(candidate);
        boolean found = false;
        for (byte[] key : digests) {
            found |= MessageDigest.isEqual(key, digest);
        }
        return found;
    }

    private static byte[] digest(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}

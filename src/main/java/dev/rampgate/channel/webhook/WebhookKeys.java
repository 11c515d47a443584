package dev.rampgate.channel.webhook;

import dev.rampgate.wire.SecretSet;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.List;
import java.util.regex.Pattern;

/** Checks the keys of the webhook's URL when the service starts. */
final class WebhookKeys {

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-]{16,128}");

    private WebhookKeys() {}

    /**
     * @throws ConfigurationException if a key could be guessed or cannot stand in a URL; its message shows no key
     */
    static SecretSet of(List<String> keys) {
        for (int i = 0; i < keys.size(); i++) {
            if (!KEY.matcher(keys.get(i)).matches()) {
                throw new ConfigurationException("rampgate.webhook.keys (RAMPGATE_WEBHOOK_KEYS): key " + (i + 1)
                        + " must have 16 to 128 characters of A-Z a-z 0-9 - _, best from `openssl rand -hex 24`");
            }
        }
        return SecretSet.of(keys);
    }
}

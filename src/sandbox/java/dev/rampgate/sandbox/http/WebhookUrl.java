package dev.rampgate.sandbox.http;

import java.net.URI;
import java.net.URISyntaxException;

/** Checks where webhooks are to go. */
public final class WebhookUrl {

    private WebhookUrl() {}

    /**
     * The same URL.
     *
     * @throws IllegalArgumentException if it is none that can be called; the message says what is expected
     */
    public static String checked(String text) {
        try {
            URI url = new URI(text.strip());
            if (("http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme()))
                    && url.getHost() != null) {
                return text.strip();
            }
        } catch (URISyntaxException noUrl) {
            // Refused below, with every other text that is none.
        }
        throw new IllegalArgumentException(
                "'" + text
                        + "' is not a URL of a webhook; write scheme, host and path, for example http://localhost:3000/proof-webhook");
    }

    /** Without its path, which contains a key. */
    static String origin(String url) {
        URI parts = URI.create(url);
        return parts.getScheme() + "://" + parts.getRawAuthority();
    }
}

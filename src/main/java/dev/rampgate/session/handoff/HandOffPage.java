package dev.rampgate.session.handoff;

import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The hosted page: one document with its style and script, the same for all users except for a nonce, by which the
 * browser accepts the two.
 */
@Startup
@Singleton
class HandOffPage {

    private static final String SOURCE = "page.html";
    private static final int NONCE_LENGTH = 16;

    private final String page;
    private final String policy;
    private final String permissions;
    private final SecureRandom secret = new SecureRandom();

    HandOffPage(HandOffAddresses addresses, HandOffSettings settings) {
        this.page = source().replace("{{script}}", addresses.script())
                .replace("{{title}}", escaped(settings.appName().orElse("Payment")))
                .replace("{{place}}", escaped(settings.appName().orElse("the app")));
        this.policy = policy(addresses);
        this.permissions = permissions(addresses);
    }

    /**
     * The page as one user gets it.
     *
     * @param headers response headers that go with it
     */
    record Answer(String html, Map<String, String> headers) {}

    Answer fresh() {
        byte[] bytes = new byte[NONCE_LENGTH];
        secret.nextBytes(bytes);
        String nonce = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        return new Answer(
                page.replace("{{nonce}}", nonce),
                Map.of(
                        "Content-Security-Policy", policy.replace("{{nonce}}", nonce),
                        "Permissions-Policy", permissions,
                        "Referrer-Policy", "no-referrer",
                        "X-Robots-Tag", "noindex",
                        "Cache-Control", "no-store"));
    }

    private static String policy(HandOffAddresses addresses) {
        return String.join(
                "; ",
                "default-src 'none'",
                "script-src 'nonce-{{nonce}}' " + addresses.scriptOrigin(),
                "style-src 'nonce-{{nonce}}'",
                "img-src data:",
                "connect-src 'self'",
                "frame-src " + String.join(" ", addresses.frameOrigins()),
                "frame-ancestors 'none'",
                "base-uri 'none'",
                "form-action 'none'");
    }

    /** A frame gets what its page may have, too, so that the page is named though it asks for nothing. */
    private static String permissions(HandOffAddresses addresses) {
        String widget = addresses.frameOrigins().stream()
                .map(origin -> "\"" + origin + "\"")
                .collect(Collectors.joining(" ", "(self ", ")"));
        return "camera=" + widget + ", payment=" + widget
                + ", microphone=(), geolocation=(), display-capture=(), usb=(), serial=(), midi=()";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String source() {
        try (InputStream page = HandOffPage.class.getResourceAsStream(SOURCE)) {
            return new String(page.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}

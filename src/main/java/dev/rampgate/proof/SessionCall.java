package dev.rampgate.proof;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What {@code POST /widget/session} is asked for (Proof contract, section 2). Nothing is checked here. Components that
 * are not required may be null, and are left out then.
 *
 * @param userId {@code partner_user_id}, required
 * @param email {@code user_email}, required; personal
 * @param network required
 * @param currency required
 * @param amount crypto amount, a decimal string, required
 * @param type {@code buy} or {@code sell}
 * @param redirectUrl where the widget sends the user afterwards
 * @param clientIp the user's own address, IPv4 or IPv6 without port; personal
 * @param address destination wallet; only where Proof asked for it at onboarding
 */
public record SessionCall(
        String userId,
        String email,
        String network,
        String currency,
        String amount,
        String type,
        String redirectUrl,
        String clientIp,
        String address) {
    private static final JsonFactory JSON = new JsonFactory();

    /** The request body, UTF-8. */
    byte[] body() {
        ByteArrayOutputStream body = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(body)) {
            json.writeStartObject();
            json.writeStringField("partner_user_id", userId);
            json.writeStringField("user_email", email);
            json.writeStringField("network", network);
            json.writeStringField("currency", currency);
            json.writeStringField("amount", amount);
            writeIfThere(json, "type", type);
            writeIfThere(json, "redirect_url", redirectUrl);
            writeIfThere(json, "client_ip", clientIp);
            writeIfThere(json, "address", address);
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return body.toByteArray();
    }

    private static void writeIfThere(JsonGenerator json, String name, String value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }

    /** What it is about, free of personal data: for logs. */
    String subject() {
        return (type == null ? "" : type + " ") + currency + " on " + network;
    }

    @Override
    public String toString() {
        return "SessionCall[" + subject() + "]";
    }
}

package dev.rampgate.sandbox.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.rampgate.sandbox.transaction.SessionOrder;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Reads the body of {@code POST /widget/session} as strictly as the contract states it (section 2). */
final class SessionBody {

    private static final List<String> REQUIRED =
            List.of("partner_user_id", "user_email", "network", "currency", "amount");
    private static final List<String> OPTIONAL = List.of("type", "redirect_url", "client_ip", "address");
    private static final Pattern DECIMAL = Pattern.compile("\\d{1,30}(\\.\\d{1,18})?");
    private static final Pattern EMAIL = Pattern.compile("[^@\\s]+@[^@\\s]+");

    /** The body cannot be taken, for the reason that the error says. */
    static final class Refused extends Exception {
        private final transient ProofError error;

        Refused(String code, String message) {
            super(message);
            this.error = ProofError.invalidRequest(code, message);
        }

        ProofError error() {
            return error;
        }
    }

    private SessionBody() {}

    static SessionOrder read(String contentType, String body) throws Refused {
        if (contentType == null || !contentType.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            throw new Refused("decode_error", "content type must be application/json");
        }
        JsonNode fields = parse(body);
        for (String name : REQUIRED) {
            if (!fields.hasNonNull(name)) {
                throw new Refused("missing_param", name + " is required");
            }
        }
        for (String name : REQUIRED) {
            requireText(fields, name);
        }
        for (String name : OPTIONAL) {
            if (fields.hasNonNull(name)) {
                requireText(fields, name);
            }
        }
        String type = text(fields, "type", "buy");
        if (!type.equals("buy") && !type.equals("sell")) {
            throw new Refused("validation_error", "type must be buy or sell");
        }
        String amount = text(fields, "amount", null);
        if (!isAmount(amount)) {
            throw new Refused("validation_error", "amount must be a positive decimal string");
        }
        if (!EMAIL.matcher(text(fields, "user_email", null)).matches()) {
            throw new Refused("validation_error", "user_email must be an e-mail address");
        }
        return new SessionOrder(
                text(fields, "partner_user_id", null),
                text(fields, "user_email", null),
                type,
                text(fields, "currency", null),
                text(fields, "network", null),
                amount,
                text(fields, "client_ip", null),
                text(fields, "redirect_url", null));
    }

    static boolean isAmount(String text) {
        return DECIMAL.matcher(text).matches() && new BigDecimal(text).signum() > 0;
    }

    private static JsonNode parse(String body) throws Refused {
        try {
            JsonNode fields = Json.MAPPER.readTree(body == null ? "" : body);
            if (fields == null || !fields.isObject()) {
                throw new Refused("decode_error", "body must be a JSON object");
            }
            return fields;
        } catch (JsonProcessingException e) {
            throw new Refused("decode_error", "body is not JSON");
        }
    }

    private static void requireText(JsonNode fields, String name) throws Refused {
        if (!fields.get(name).isTextual()) {
            throw new Refused("decode_error", name + " must be a string");
        }
        if (fields.get(name).textValue().isBlank()) {
            throw new Refused("validation_error", name + " must not be empty");
        }
    }

    private static String text(JsonNode fields, String name, String otherwise) {
        return fields.hasNonNull(name) ? fields.get(name).textValue() : otherwise;
    }
}

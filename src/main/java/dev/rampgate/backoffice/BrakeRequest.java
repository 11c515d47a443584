package dev.rampgate.backoffice;

import dev.rampgate.brake.BrakeScope;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.wire.PrintableText;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What an operator wants of a brake.
 *
 * @param scope which sessions it stops
 * @param reason why
 * @param expiresAt when it ends; empty for the usual time
 */
public record BrakeRequest(BrakeScope scope, String reason, Optional<Instant> expiresAt) {

    /** How long a brake is on if the request names no end. */
    public static final Duration USUAL = Duration.ofHours(24);

    /** How long a brake may be on; it can be put on again. */
    public static final Duration LONGEST = Duration.ofDays(31);

    /** Most characters of a reason. */
    public static final int MAX_REASON = 200;

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,31}");

    /**
     * The request that an object describes.
     *
     * @throws ProblemException 400 naming the field that is wrong
     */
    public static BrakeRequest of(JsonObject body, Instant now) {
        BrakeScope scope = scope(body);
        String reason = OperatorCall.text(body, "reason");
        if (!PrintableText.is(reason, MAX_REASON)) {
            throw OperatorCall.invalid("reason", "must have 1 to " + MAX_REASON + " printable characters");
        }
        Optional<Instant> expiresAt = body.getValue("expires_at") == null
                ? Optional.empty()
                : Optional.of(OperatorCall.time(body, "expires_at"));
        if (expiresAt
                .filter(time -> !time.isAfter(now) || time.isAfter(now.plus(LONGEST)))
                .isPresent()) {
            throw OperatorCall.invalid("expires_at", "must be within the next " + LONGEST.toDays() + " days");
        }
        return new BrakeRequest(scope, reason, expiresAt);
    }

    private static BrakeScope scope(JsonObject body) {
        String type = word(body, "type");
        if (type != null && !type.equals("buy") && !type.equals("sell")) {
            throw OperatorCall.invalid("type", "must be buy or sell");
        }
        BrakeScope scope = new BrakeScope(type, word(body, "currency"), word(body, "network"));
        Object all = body.getValue("all");
        if (all != null && !(all instanceof Boolean)) {
            throw OperatorCall.invalid("all", "must be true or false");
        }
        if (Boolean.TRUE.equals(all) != scope.isAll()) {
            throw OperatorCall.invalid("all", "must be true, or else type, currency or network must be given");
        }
        return scope;
    }

    /** Null if there is none. */
    private static String word(JsonObject body, String field) {
        Object value = body.getValue(field);
        if (value == null) {
            return null;
        }
        if (value instanceof String text && WORD.matcher(text).matches()) {
            return text;
        }
        throw OperatorCall.invalid(field, "must be as POST /session takes it");
    }

    /**
     * The name of a brake.
     *
     * @throws ProblemException 400 if it cannot be one
     */
    public static String name(String text) {
        if (!NAME.matcher(text).matches()) {
            throw OperatorCall.invalid(
                    "name", "must have 1 to 32 lower case letters, digits and hyphens, the first a letter");
        }
        return text;
    }

    /** For the audit: everything but the reason, which may say anything. */
    public JsonObject details() {
        JsonObject details = new JsonObject().put("all", scope.isAll());
        put(details, "type", scope.type());
        put(details, "currency", scope.currency());
        put(details, "network", scope.network());
        expiresAt.ifPresent(time -> details.put("expires_at", time.toString()));
        return details;
    }

    private static void put(JsonObject details, String field, String value) {
        if (value != null) {
            details.put(field, value);
        }
    }
}

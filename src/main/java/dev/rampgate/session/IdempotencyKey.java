package dev.rampgate.session;

import dev.rampgate.identity.Caller;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.Problem.FieldError;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.Sha256;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The header {@code Idempotency-Key}: the caller chooses it and may repeat a request with it without opening two sessions.
 *
 * @param userId whose key it is; another user's equal one is another key
 * @param value as it came, opaque
 * @param requestHash SHA-256 of the user, the reference that the gateway names, and the body; a key stands for one body, byte
 *     for byte
 */
record IdempotencyKey(String userId, String value, byte[] requestHash) {

    static final String HEADER = "Idempotency-Key";

    private static final Pattern VALUE = Pattern.compile("[\\x21-\\x7e]{1,128}");
    private static final String RULE = "must occur once and have 1 to 128 printable ASCII characters without spaces";

    /**
     * The key of a request; none if it has none.
     *
     * @throws ProblemException 400 if it cannot be used
     */
    static Optional<IdempotencyKey> of(RoutingContext routing, Caller caller) {
        List<String> values = routing.request().headers().getAll(HEADER);
        if (values.isEmpty()) {
            return Optional.empty();
        }
        if (values.size() > 1 || !VALUE.matcher(values.get(0)).matches()) {
            throw new ProblemException(
                    Problem.of(ProblemType.INVALID_REQUEST).withErrors(List.of(new FieldError(HEADER, RULE))));
        }
        return Optional.of(new IdempotencyKey(
                caller.userId(), values.get(0), hash(caller, routing.body().buffer())));
    }

    /** No user id, reference or JSON has a NUL, so that they cannot be mixed up. */
    static byte[] hash(Caller caller, Buffer body) {
        String reference = caller.reference() == null ? "" : caller.reference() + '\0';
        byte[] asked = (caller.userId() + '\0' + reference).getBytes(StandardCharsets.UTF_8);
        return Sha256.of(asked, body == null ? new byte[0] : body.getBytes());
    }

    @Override
    public String toString() {
        return "IdempotencyKey[of " + userId + "]";
    }
}

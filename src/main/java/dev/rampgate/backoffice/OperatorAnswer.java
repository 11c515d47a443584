package dev.rampgate.backoffice;

import io.vertx.core.json.JsonObject;

/**
 * What a route answers.
 *
 * @param mediaType of the body; null if the route has written its answer itself
 * @param body null if the route has written its answer itself
 */
public record OperatorAnswer(String mediaType, String body) {

    /** The route has written its answer itself, to its end. */
    public static final OperatorAnswer WRITTEN = new OperatorAnswer(null, null);

    private static final String JSON = "application/json";

    /** A JSON object. */
    public static OperatorAnswer json(JsonObject body) {
        return new OperatorAnswer(JSON, body.encode());
    }

    /** JSON that is text already. */
    public static OperatorAnswer json(String body) {
        return new OperatorAnswer(JSON, body);
    }
}

package dev.rampgate.sandbox.http;

import dev.rampgate.sandbox.fault.Fault;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** Writes the answers of Proof's calls, each with its {@code X-Request-Id}, and applies faults to them. */
final class Answers {

    static final String REQUEST_ID = "X-Request-Id";

    private static final String JSON = "application/json";

    private final Vertx vertx;
    private final RandomGenerator random;

    Answers(Vertx vertx, RandomGenerator random) {
        this.vertx = vertx;
        this.random = random;
    }

    void error(RoutingContext call, ProofError error) {
        start(call, error.status(), JSON).end(error.body());
    }

    void json(RoutingContext call, int status, String body) {
        start(call, status, JSON).end(body);
    }

    /** Sends a good answer, with the given fault applied. */
    void json(RoutingContext call, int status, String body, Fault fault) {
        if (fault instanceof Fault.Hang) {
            return;
        }
        if (fault instanceof Fault.Garbage) {
            start(call, status, JSON).end("<<<this is not JSON" + body.substring(body.length() / 2));
        } else if (fault instanceof Fault.Cut) {
            halfOf(call, status, body)
                    .onComplete(written -> call.request().connection().close());
        } else if (fault instanceof Fault.Slow slow) {
            HttpServerResponse response = call.response();
            halfOf(call, status, body)
                    .onSuccess(written -> vertx.setTimer(Math.max(1, slow.millis()), timer -> {
                        if (!response.closed() && !response.ended()) {
                            response.end(Buffer.buffer(body)
                                    .slice(half(body), Buffer.buffer(body).length()));
                        }
                    }));
        } else {
            json(call, status, body);
        }
    }

    /** Sends the fault's answer instead of the good one. */
    void fault(RoutingContext call, Fault.Status fault) {
        if (fault.retryAfter() != null) {
            call.response().putHeader("Retry-After", fault.retryAfter().toString());
        }
        switch (fault.form()) {
            case ENVELOPE -> error(call, ProofError.of(fault));
            case HTML ->
                start(call, fault.status(), "text/html")
                        .end("<html><head><title>" + fault.status() + "</title></head><body>gateway</body></html>");
            case EMPTY -> start(call, fault.status(), "text/plain").end();
        }
    }

    private io.vertx.core.Future<Void> halfOf(RoutingContext call, int status, String body) {
        Buffer whole = Buffer.buffer(body);
        return start(call, status, JSON)
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(whole.length()))
                .write(whole.slice(0, half(body)));
    }

    private static int half(String body) {
        return Buffer.buffer(body).length() / 2;
    }

    private HttpServerResponse start(RoutingContext call, int status, String contentType) {
        return call.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
                .putHeader(REQUEST_ID, "req_" + HexFormat.of().toHexDigits(random.nextLong()));
    }
}

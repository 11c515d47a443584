package dev.rampgate.edge;

import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemAnswers;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.AsciiNumber;
import dev.rampgate.wire.ByteOrderMark;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.List;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Reads every body before any route sees it, so that one limit holds for all routes: at most
 * {@code rampgate.edge.max-body-size} bytes, complete within {@code rampgate.edge.body-timeout}. Routes find the body in
 * {@link RoutingContext#body()}, resources as their entity; a byte order mark is removed. A request without a body passes
 * unchanged. HTTP/1.1 only: Quarkus REST cannot handle an HTTP/2 request whose body has been read.
 */
@ApplicationScoped
public class BodyGate {

    /** {@code Retry-After} of a body that exceeded the budget: by then the large bodies before it are complete or timed out. */
    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

    /** No id of a timer is negative. */
    private static final long NO_TIMER = -1;

    private final ProblemAnswers answers;
    private final BodyBudget budget;
    private final long maxSize;
    private final long timeoutMillis;

    public BodyGate(ProblemAnswers answers, EdgeSettings settings, BodyBudget budget) {
        this.answers = answers;
        this.budget = budget;
        this.maxSize = settings.maxBodySize().asLongValue();
        this.timeoutMillis = settings.bodyTimeout().toMillis();
    }

    void inFrontOfAllRoutes(@Observes Filters filters) {
        filters.register(this::enter, FilterOrder.BODY);
    }

    /** Passes the body to the resource, which would otherwise wait for a body that has already been read. */
    @ServerRequestFilter(preMatching = true)
    public void adopt(ContainerRequestContext resource, RoutingContext routing) {
        Buffer body = routing.body().buffer();
        if (body != null) {
            resource.setEntityStream(new ByteArrayInputStream(body.getBytes()));
        }
    }

    private void enter(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        List<String> encodings = request.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
        if (!encodings.isEmpty()) {
            // Netty removes a Content-Length beside chunks. A proxy may have used that length; what follows could then
            // be
            // taken for the answer to another user's request (RFC 9112, section 6.1).
            routing.addEndHandler(answered -> request.connection().close());
            new Reading(routing).start(length, encodings);
        } else if (length != null && !length.equals("0")) {
            new Reading(routing).start(length, encodings);
        } else {
            routing.next();
        }
    }

    /** Reads one body, on the event loop of its connection. */
    private final class Reading {
        private final RoutingContext routing;
        private final HttpServerRequest request;
        private Buffer body = Buffer.buffer(0);
        private boolean severalChunks;
        private long timer = NO_TIMER;
        private boolean ended;
        private boolean refused;
        private boolean released;

        Reading(RoutingContext routing) {
            this.routing = routing;
            this.request = routing.request();
        }

        void start(String announced, List<String> encodings) {
            // Almost every body is complete at the end of the read that brought its head: it needs no timer.
            routing.vertx().runOnContext(read -> startTimer());
            request.exceptionHandler(gone -> gone());
            routing.addEndHandler(answered -> release());
            request.endHandler(end -> complete());
            request.handler(this::chunk);
            if (!encodings.isEmpty() && !isChunked(encodings)) {
                refuse(ProblemType.BAD_REQUEST);
            } else if (announced != null && isTooLarge(announced)) {
                refuse(ProblemType.BODY_TOO_LARGE);
            } else if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
                routing.response().writeContinue();
            }
            request.resume();
        }

        private void startTimer() {
            if (!ended) {
                timer = routing.vertx().setTimer(timeoutMillis, fired -> late());
            }
        }

        private boolean isChunked(List<String> encodings) {
            return encodings.size() == 1 && encodings.get(0).equalsIgnoreCase("chunked");
        }

        private boolean isTooLarge(String announced) {
            try {
                return AsciiNumber.toLong(announced) > maxSize;
            } catch (NumberFormatException beyondAnyNumber) {
                return true;
            }
        }

        private void chunk(Buffer chunk) {
            if (refused || released) {
                return;
            }
            if (body.length() + chunk.length() > maxSize) {
                refuse(ProblemType.BODY_TOO_LARGE);
            } else if (!budget.grow(body.length(), body.length() + chunk.length())) {
                refuse(Problem.of(ProblemType.UNAVAILABLE, "Too many large request bodies at the same time")
                        .withRetryAfter(TRY_AGAIN));
            } else {
                append(chunk);
            }
        }

        /** Most bodies are a single chunk, which is not copied. */
        private void append(Buffer chunk) {
            if (body.length() == 0) {
                body = chunk;
                return;
            }
            if (!severalChunks) {
                severalChunks = true;
                body = body.copy();
            }
            body.appendBuffer(chunk);
        }

        private void complete() {
            stop();
            if (refused) {
                hangUp();
            } else {
                ((RoutingContextInternal) routing).setBody(ByteOrderMark.strippedFrom(body));
                routing.next();
            }
        }

        private void late() {
            if (!refused) {
                refuse(ProblemType.REQUEST_TIMEOUT);
            }
            hangUp();
        }

        /**
         * Answers at once, and discards the rest of the body until its end or the time limit. Closing at once could destroy
         * the answer before a caller that is still sending has read it.
         */
        private void refuse(ProblemType type) {
            refuse(Problem.of(type));
        }

        private void refuse(Problem problem) {
            refused = true;
            release();
            routing.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            answers.send(problem, routing);
        }

        private void gone() {
            stop();
            release();
        }

        /** Returns the body's bytes to the budget, once: when the request is answered, refused or aborted. */
        private void release() {
            if (!released) {
                released = true;
                budget.release(body.length());
            }
        }

        private void hangUp() {
            request.connection().close();
        }

        private void stop() {
            ended = true;
            if (timer != NO_TIMER) {
                routing.vertx().cancelTimer(timer);
            }
        }
    }
}

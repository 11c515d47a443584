package dev.rampgate.live;

import dev.rampgate.identity.CallerAuthentication;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemAnswers;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;

/**
 * {@code GET /transactions/{id}/events}: server-sent events. It is a plain route and not a resource, so that a long stream holds
 * only its connection, and respects its write queue (decision 0026). For clients behind a proxy that buffers streams, the same
 * call with {@code Accept: application/json} answers the transaction once.
 */
@ApplicationScoped
class EventsRoute {

    private static final String EVENTS = "text/event-stream";
    private static final String JSON = "application/json";

    private final StreamRequest.Authenticator authenticator;
    private final CallerAuthentication identity;
    private final LiveHub hub;
    private final LiveStream.Environment environment;
    private final EventJson json;
    private final TransactionReader reader;
    private final PollOnRead pollOnRead;
    private final ProblemAnswers problems;
    private final ReadLimit limit;

    EventsRoute(
            StreamRequest.Authenticator authenticator,
            CallerAuthentication identity,
            LiveHub hub,
            LiveStream.Environment environment,
            EventJson json,
            TransactionReader reader,
            PollOnRead pollOnRead,
            ProblemAnswers problems,
            ReadLimit limit) {
        this.authenticator = authenticator;
        this.identity = identity;
        this.hub = hub;
        this.environment = environment;
        this.json = json;
        this.reader = reader;
        this.pollOnRead = pollOnRead;
        this.problems = problems;
        this.limit = limit;
    }

    void onRouter(@Observes Router router) {
        router.get("/transactions/:id/events").handler(this::open);
    }

    private void open(RoutingContext routing) {
        Context context = Vertx.currentContext();
        Uni<StreamRequest> request = authenticator
                .authenticate(routing.request(), routing.pathParam("id"), identity.caller(routing))
                .invoke(limit::pass);
        if (wantsNoStream(routing)) {
            request.chain(asked -> reader.one(asked.userId(), asked.transactionId()))
                    .map(found -> found.orElseThrow(() -> new ProblemException(ProblemType.NOT_FOUND)))
                    .emitOn(command -> context.runOnContext(here -> command.run()))
                    .subscribe()
                    .with(found -> answer(routing, found), routing::fail);
        } else {
            request.subscribe().with(asked -> follow(routing, asked, new ConnectionLoop(context)), routing::fail);
        }
    }

    /** Whether the caller accepts JSON and not events; most callers that want events accept anything. */
    private static boolean wantsNoStream(RoutingContext routing) {
        String accepted = String.valueOf(routing.request().getHeader(HttpHeaders.ACCEPT));
        return accepted.contains(JSON) && !accepted.contains(EVENTS);
    }

    /** The transaction as {@code GET /transactions/{id}} answers it. */
    private void answer(RoutingContext routing, TransactionReader.Reading found) {
        pollOnRead.consider(found);
        String tag = json.tag(found.view());
        HttpServerResponse response = routing.response()
                .putHeader(HttpHeaders.ETAG, tag)
                .putHeader(HttpHeaders.AGE, Long.toString(found.age().toSeconds()))
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        if (response.closed()) {
            return;
        }
        if (EventJson.names(routing.request().getHeader(HttpHeaders.IF_NONE_MATCH), tag)) {
            response.setStatusCode(304).end();
        } else {
            response.putHeader(HttpHeaders.CONTENT_TYPE, JSON).end(json.json(found.view()));
        }
    }

    private void follow(RoutingContext routing, StreamRequest request, ConnectionLoop loop) {
        HttpServerResponse response = routing.response();
        if (response.closed()) {
            return;
        }
        LiveStream stream = new LiveStream(
                request.transactionId(),
                request.userId(),
                request.seen(),
                new Sse(routing),
                loop,
                environment,
                hub::leave);
        response.closeHandler(gone -> stream.lost());
        response.exceptionHandler(broken -> stream.lost());
        // The end of the connection is noticed only while reading from it.
        routing.request().resume();
        hub.join(stream);
    }

    /** Sends server-sent events (WHATWG HTML standard, section 9.2). */
    private final class Sse implements Transport {

        /** Null once the stream has begun, since it holds much memory that a stream does not need. */
        private RoutingContext routing;

        private final HttpServerResponse response;
        private final HttpConnection connection;
        private final boolean sharesConnection;

        Sse(RoutingContext routing) {
            this.routing = routing;
            this.response = routing.response();
            this.connection = routing.request().connection();
            this.sharesConnection = routing.request().version() == HttpVersion.HTTP_2;
        }

        @Override
        public void refuse(Problem problem) {
            problems.send(problem, routing);
        }

        @Override
        public void nothingLeft() {
            response.setStatusCode(204).putHeader("Cache-Control", "no-store").end();
        }

        @Override
        public void open() {
            // Cookies and tokens can be many kilobytes, and a stream lasts for hours.
            routing.request().headers().clear();
            routing = null;
            Duration retry = environment.settings().retry();
            long spread = Math.max(1, retry.toMillis());
            response.setChunked(true)
                    .putHeader("Content-Type", EVENTS)
                    .putHeader("Cache-Control", "no-store")
                    // Otherwise nginx would buffer events.
                    .putHeader("X-Accel-Buffering", "no")
                    .write(EventJson.retry(
                            retry.dividedBy(2).plusMillis(environment.random().nextLong(spread))));
        }

        @Override
        public boolean isWritable() {
            return !response.writeQueueFull();
        }

        @Override
        public void onWritable(Runnable again) {
            response.drainHandler(drained -> again.run());
        }

        @Override
        public void send(List<LiveEvent> events) {
            response.write(json.block(events));
        }

        @Override
        public void beat() {
            response.write(EventJson.heartbeat(environment.settings().heartbeat()));
        }

        @Override
        public void end() {
            response.end();
        }

        @Override
        public void leave(Departure why, Duration retry) {
            switch (why) {
                case DRAINING, AGE, GONE -> response.end(EventJson.retry(retry));
                // It reads nothing, so that a last event to it would wait for ever.
                case SLOW -> {
                    if (sharesConnection) {
                        response.reset();
                    } else {
                        connection.close();
                    }
                }
            }
        }
    }
}

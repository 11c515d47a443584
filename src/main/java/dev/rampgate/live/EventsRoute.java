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
 * {@code GET /transactions/{id}/events}: server-sent events. A plain route, no resource: a stream that lasts holds nothing
 * but its connection, and is told when that takes more (decision 0026). Behind a proxy that lets no stream through, the
 * same call with {@code Accept: application/json} answers the transaction once.
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

    EventsRoute(
            StreamRequest.Authenticator authenticator,
            CallerAuthentication identity,
            LiveHub hub,
            LiveStream.Environment environment,
            EventJson json,
            TransactionReader reader,
            PollOnRead pollOnRead,
            ProblemAnswers problems) {
        this.authenticator = authenticator;
        this.identity = identity;
        this.hub = hub;
        this.environment = environment;
        this.json = json;
        this.reader = reader;
        this.pollOnRead = pollOnRead;
        this.problems = problems;
    }

    void onRouter(@Observes Router router) {
        router.get("/transactions/:id/events").handler(this::open);
    }

    private void open(RoutingContext routing) {
        Context context = Vertx.currentContext();
        Uni<StreamRequest> request =
                authenticator.authenticate(routing.request(), routing.pathParam("id"), identity.caller(routing));
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

    /** Whether the caller says that it takes JSON and not events; most who follow say nothing, or that they take anything. */
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
        // Whether the reader goes away shows only where reading goes on.
        routing.request().resume();
        hub.join(stream);
    }

    /** Server-sent events as the WHATWG's HTML standard describes them. */
    private final class Sse implements Transport {

        /** Kept until the stream begins only: it holds much that a stream does not need. */
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
            routing = null;
            Duration retry = environment.settings().retry();
            long spread = Math.max(1, retry.toMillis());
            response.setChunked(true)
                    .putHeader("Content-Type", EVENTS)
                    .putHeader("Cache-Control", "no-store")
                    // A proxy that collects answers would hold events back.
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
                // It takes nothing more, so that a last word to it would wait for ever.
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

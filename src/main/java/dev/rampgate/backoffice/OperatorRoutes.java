package dev.rampgate.backoffice;

import dev.rampgate.eventloop.DetachedWork;
import dev.rampgate.privacy.Erasure;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.Problem.FieldError;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.problem.RequestId;
import dev.rampgate.wire.ByteOrderMark;
import dev.rampgate.wire.TransactionIds;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.vertx.http.ManagementInterface;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * The operator's calls on the management port, behind a secret of their own: erase a user, poll again, and read the feed of events. Each call
 * that changes something writes one line to the log, free of personal data.
 */
@ApplicationScoped
class OperatorRoutes {

    private static final Logger LOG = Logger.getLogger(OperatorRoutes.class);
    private static final int MAX_BODY = 4 * 1024;
    private static final String READ_EVENTS = "read_events";

    private final OperatorTokens tokens;
    private final Erasure erasure;
    private final PollAgain pollAgain;
    private final EventFeedRoute events;
    private final DetachedWork detached;
    private final MeterRegistry meters;

    OperatorRoutes(
            OperatorSettings settings,
            Erasure erasure,
            PollAgain pollAgain,
            EventFeedRoute events,
            DetachedWork detached,
            MeterRegistry meters) {
        this.tokens = OperatorTokens.of(settings.token().orElse(List.of()));
        this.erasure = erasure;
        this.pollAgain = pollAgain;
        this.events = events;
        this.detached = detached;
        this.meters = meters;
    }

    void add(@Observes ManagementInterface management) {
        if (tokens.areMissing()) {
            return;
        }
        Router router = management.router();
        // Before the others, whatever they are.
        router.route("/operate/*").handler(this::authenticate);
        add(router.post("/operate/users/erase"), "erase_user", this::eraseUser);
        add(router.post("/operate/transactions/poll"), "poll_window", this::pollWindow);
        add(router.post("/operate/transactions/:id/poll"), "poll_transaction", this::pollTransaction);
        router.get("/operate/events").handler(this::readEvents);
    }

    /** A reader who hangs up stops waiting; nothing has an effect that would have to run to its end. */
    private void readEvents(RoutingContext routing) {
        Cancellable reading = Uni.createFrom()
                .deferred(() -> events.page(routing))
                .subscribe()
                .with(page -> answered(routing, READ_EVENTS, page), failure -> failed(routing, READ_EVENTS, failure));
        if (!routing.response().ended()) {
            routing.response().closeHandler(closed -> reading.cancel());
        }
    }

    private void add(Route route, String action, Function<RoutingContext, Uni<JsonObject>> work) {
        route.handler(BodyHandler.create(false).setBodyLimit(MAX_BODY))
                .handler(routing -> detached.toItsEnd(Uni.createFrom().deferred(() -> work.apply(routing)))
                        .subscribe()
                        .with(
                                answer -> answered(routing, action, answer.encode()),
                                failure -> failed(routing, action, failure)))
                .failureHandler(routing -> failed(routing, action, routing.failure()));
    }

    private void authenticate(RoutingContext routing) {
        if (tokens.allow(routing.request().getHeader("Authorization"))) {
            routing.next();
        } else {
            count("any", "unauthenticated");
            routing.response().putHeader("WWW-Authenticate", "Bearer realm=\"operate\"");
            send(routing, Problem.of(ProblemType.UNAUTHENTICATED));
        }
    }

    // --- what can be asked

    private Uni<JsonObject> eraseUser(RoutingContext routing) {
        String userId = text(body(routing), "user_id");
        return erasure.erase(userId)
                .invoke(erased -> LOG.infof(
                        "Operator's request %s: a user was erased from %d transactions, %d observations and %d events",
                        RequestId.of(routing), erased.transactions(), erased.observations(), erased.events()))
                .map(erased -> new JsonObject()
                        .put("transactions", erased.transactions())
                        .put("observations", erased.observations())
                        .put("events", erased.events()));
    }

    private Uni<JsonObject> pollTransaction(RoutingContext routing) {
        String id = routing.pathParam("id");
        if (!TransactionIds.isPossible(id)) {
            throw invalid("id", "is none that a transaction can have: 1 to 128 characters without control characters");
        }
        return pollAgain.one(id).invoke(due -> audit(routing, due)).map(OperatorRoutes::json);
    }

    private Uni<JsonObject> pollWindow(RoutingContext routing) {
        JsonObject window = body(routing);
        Instant from = time(window, "from");
        Instant to = time(window, "to");
        if (!from.isBefore(to)) {
            throw invalid("to", "must be later than from");
        }
        return pollAgain.window(from, to).invoke(due -> audit(routing, due)).map(OperatorRoutes::json);
    }

    private static void audit(RoutingContext routing, PollAgain.Due due) {
        LOG.infof("Operator's request %s: %d transactions are due again", RequestId.of(routing), due.transactions());
    }

    private static JsonObject json(PollAgain.Due due) {
        JsonObject answer = new JsonObject().put("due", due.transactions());
        due.nextFrom().ifPresent(next -> answer.put("next_from", next.toString()));
        return answer;
    }

    // --- reading

    private static JsonObject body(RoutingContext routing) {
        // The management port reads bodies first, with a larger limit of its own.
        if (routing.body().length() > MAX_BODY) {
            throw new ProblemException(Problem.of(ProblemType.BODY_TOO_LARGE));
        }
        try {
            Buffer body = routing.body().buffer();
            if (body != null && body.length() > 0) {
                JsonObject object = new JsonObject(ByteOrderMark.strippedFrom(body));
                if (object.getMap() != null) {
                    return object;
                }
            }
        } catch (DecodeException | ClassCastException noObject) {
            // reported below, without the parser's message
        }
        throw new ProblemException(Problem.of(ProblemType.MALFORMED_BODY, "The body must be a JSON object"));
    }

    private static String text(JsonObject body, String field) {
        if (body.getValue(field) instanceof String text && !text.isEmpty() && text.indexOf('\0') < 0) {
            return text;
        }
        throw invalid(field, "must be a string that is not empty");
    }

    private static Instant time(JsonObject body, String field) {
        try {
            return Instant.parse(text(body, field));
        } catch (DateTimeParseException noTime) {
            throw invalid(field, "must be a time such as 2026-05-02T08:00:00Z");
        }
    }

    private static ProblemException invalid(String field, String expected) {
        return new ProblemException(
                Problem.of(ProblemType.INVALID_REQUEST).withErrors(List.of(new FieldError(field, expected))));
    }

    // --- answering

    private void answered(RoutingContext routing, String action, String answer) {
        if (routing.response().closed()) {
            return;
        }
        count(action, "ok");
        routing.response()
                .putHeader("Content-Type", "application/json")
                .putHeader(RequestId.HEADER, RequestId.of(routing))
                .end(answer);
    }

    private void failed(RoutingContext routing, String action, Throwable failure) {
        Problem problem = problem(routing, failure);
        count(action, problem.type().metricName());
        if (problem.type() == ProblemType.UNAVAILABLE) {
            // Only the class is logged: a database's message may quote a value.
            LOG.errorf(
                    "Operator's request %s (%s) failed: %s",
                    RequestId.of(routing), action, failure.getClass().getSimpleName());
        }
        send(routing, problem);
    }

    private static Problem problem(RoutingContext routing, Throwable failure) {
        if (failure instanceof ProblemException refused) {
            return refused.problem();
        }
        return routing.statusCode() == 413
                ? Problem.of(ProblemType.BODY_TOO_LARGE)
                : Problem.of(ProblemType.UNAVAILABLE, "It may have been done in part; doing it again does the rest");
    }

    private static void send(RoutingContext routing, Problem problem) {
        if (routing.response().ended() || routing.response().closed()) {
            return;
        }
        String id = RequestId.of(routing);
        problem.retryAfterSeconds().ifPresent(seconds -> routing.response().putHeader("Retry-After", seconds));
        routing.response()
                .setStatusCode(problem.type().status())
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .putHeader(RequestId.HEADER, id)
                .end(problem.encode(id));
    }

    private void count(String action, String result) {
        meters.counter("rampgate.operate.calls", "action", action, "result", result)
                .increment();
    }
}

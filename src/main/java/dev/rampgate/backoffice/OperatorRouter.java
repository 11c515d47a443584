package dev.rampgate.backoffice;

import dev.rampgate.edge.RateLimits;
import dev.rampgate.eventloop.DetachedWork;
import dev.rampgate.problem.CallerLeft;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.problem.RequestId;
import dev.rampgate.telemetry.ThrottledLog;
import io.quarkus.arc.All;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.ManagementInterface;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The one way into the back office, on the management port: every call passes here, whatever route it is for. It finds the actor,
 * checks the permission and the rate, has {@link OperatorCallListener listeners} follow, and answers. Without an actor in the settings
 * there are no such routes.
 */
@ApplicationScoped
public class OperatorRouter {

    private static final Logger LOG = Logger.getLogger(OperatorRouter.class);

    private final List<OperatorRoute> routes;
    private final List<OpenRoute> openRoutes;
    private final List<OperatorDoor> doors;
    private final List<OperatorCallListener> listeners;
    private final ActorAuthentication authentication;
    private final RateLimits.Gate calls;
    private final DetachedWork detached;
    private final MemorySize maxBody;
    private final ThrottledLog faults;

    OperatorRouter(
            @All List<OperatorRoutes> groups,
            @All List<OperatorDoor> doors,
            @All List<OperatorCallListener> listeners,
            ActorAuthentication authentication,
            OperatorSettings settings,
            RateLimits limits,
            DetachedWork detached,
            @ConfigProperty(name = "quarkus.management.limits.max-body-size") MemorySize maxBody,
            InstantSource clock) {
        this.routes = groups.stream()
                .flatMap(group -> group.routes().stream())
                // A literal path goes before a template that fits it, too.
                .sorted(Comparator.comparing(
                                (OperatorRoute route) -> route.pattern().replace(':', '~'))
                        .thenComparing(route -> route.method().name()))
                .toList();
        this.openRoutes =
                groups.stream().flatMap(group -> group.openRoutes().stream()).toList();
        this.doors = doors.stream()
                .sorted(Comparator.comparing(
                                (OperatorDoor door) -> door.prefix().length())
                        .reversed())
                .toList();
        this.listeners = listeners;
        this.authentication = authentication;
        this.calls = limits.limit(
                "operate_actor",
                "rampgate.operate.limits.actor",
                settings.limits().actor());
        this.detached = detached;
        this.maxBody = maxBody;
        this.faults = new ThrottledLog(LOG, clock);
    }

    /** All routes, for descriptions and tests. */
    public List<OperatorRoute> routes() {
        return routes;
    }

    /** All routes that need no actor, for tests. */
    public List<OpenRoute> openRoutes() {
        return openRoutes;
    }

    void add(@Observes ManagementInterface management) {
        if (authentication.isOff()) {
            return;
        }
        Router router = management.router();
        StreamedBodies.replaceReader(
                router,
                maxBody.asLongValue(),
                routes.stream().filter(OperatorRoute::isStreamed).toList());
        routes.forEach(route -> add(router, route));
        openRoutes.forEach(route -> router.get(route.path()).handler(route.handler()));
        // Behind all routes, whoever adds them: what there is not, is not shown to strangers.
        router.route("/operate/*").last().handler(this::refuseUnknownPath);
    }

    private void add(Router router, OperatorRoute route) {
        Route added = router.route(route.method(), route.pattern());
        if (route.maxBody() > 0) {
            added.handler(BodyHandler.create(false).setBodyLimit(route.maxBody()));
        }
        added.handler(routing -> enter(routing, route)).failureHandler(this::failedOutside);
    }

    // --- who may

    private void enter(RoutingContext routing, OperatorRoute route) {
        OperatorDoor door = door(routing);
        door.actor(routing)
                .subscribe()
                .with(
                        actor -> admit(new OperatorCall(routing, actor, route), door),
                        failure -> refuse(routing, problem(failure)));
    }

    private void admit(OperatorCall call, OperatorDoor door) {
        Actor actor = call.actor();
        try {
            calls.pass(actor.name());
            if (!door.admits(actor.role()) || !actor.may(call.route().permission())) {
                throw new ProblemException(Problem.of(
                        ProblemType.FORBIDDEN, "The role " + actor.role().wireName() + " may not do this"));
            }
            // The management port reads bodies first, with a larger limit of its own.
            if (call.route().maxBody() > 0
                    && call.routing().body().length() > call.route().maxBody()) {
                throw new ProblemException(Problem.of(ProblemType.BODY_TOO_LARGE));
            }
        } catch (ProblemException refused) {
            String result = refused.problem().type().metricName();
            listeners.forEach(listener -> listener.refused(call, result));
            send(call.routing(), refused.problem());
            return;
        }
        run(call);
    }

    private void refuse(RoutingContext routing, Problem problem) {
        String result = problem.type().metricName();
        listeners.forEach(listener -> listener.unknown(routing, result));
        send(routing, problem);
    }

    private void refuseUnknownPath(RoutingContext routing) {
        door(routing)
                .actor(routing)
                .subscribe()
                .with(actor -> refuse(routing, unknownPath(routing)), failure -> refuse(routing, problem(failure)));
    }

    /** There is no such path, or not with this method. */
    private Problem unknownPath(RoutingContext routing) {
        String allowed = routes.stream()
                .filter(route ->
                        Pattern.matches(route.path().replaceAll("\\{\\w+}", "[^/]+"), routing.normalizedPath()))
                .map(route -> route.method().name())
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
        if (allowed.isEmpty()) {
            return Problem.of(ProblemType.NOT_FOUND);
        }
        routing.response().putHeader("Allow", allowed);
        return Problem.of(ProblemType.METHOD_NOT_ALLOWED);
    }

    private OperatorDoor door(RoutingContext routing) {
        String path = routing.normalizedPath() + "/";
        return doors.stream()
                .filter(door -> path.startsWith(door.prefix()))
                .findFirst()
                .orElseThrow();
    }

    private static Problem problem(Throwable failure) {
        return failure instanceof ProblemException refused ? refused.problem() : Problem.of(ProblemType.UNAVAILABLE);
    }

    /** Such as a body that is too large, which Vert.x reports before the call has begun. */
    private void failedOutside(RoutingContext routing) {
        if (routing.statusCode() == 413) {
            refuse(routing, Problem.of(ProblemType.BODY_TOO_LARGE));
        } else if (routing.statusCode() < 500) {
            refuse(routing, Problem.of(ProblemType.BAD_REQUEST));
        } else if (!CallerLeft.shows(routing.failure(), routing.response())) {
            faults.error(
                    "Operator's request %s failed: %s",
                    RequestId.of(routing), routing.failure().getClass().getSimpleName());
            refuse(routing, Problem.of(ProblemType.INTERNAL_ERROR));
        }
    }

    // --- doing it

    private void run(OperatorCall call) {
        Uni<OperatorAnswer> begun = Uni.createFrom()
                .deferred(() -> Uni.join().all(beginnings(call)).andFailFast().chain(() -> {
                    call.refuseUnknownParameters();
                    return call.route().work().apply(call);
                }));
        Uni<OperatorAnswer> work = call.route().changes() ? detached.toItsEnd(begun) : begun;
        Cancellable running = work.subscribe().with(answer -> answered(call, answer), failure -> failed(call, failure));
        HttpServerResponse response = call.routing().response();
        if (!call.route().changes() && !response.ended()) {
            response.closeHandler(closed -> {
                if (!response.ended()) {
                    running.cancel();
                    end(call, "gone");
                }
            });
        }
    }

    private List<Uni<Void>> beginnings(OperatorCall call) {
        List<Uni<Void>> beginnings = new ArrayList<>();
        listeners.forEach(listener -> beginnings.add(listener.beginning(call)));
        return beginnings;
    }

    private void answered(OperatorCall call, OperatorAnswer answer) {
        if (call.route().changes()) {
            LOG.infof(
                    "Operator's request %s: actor %s did %s",
                    call.requestId(), call.actor().logName(), call.route().action());
        }
        end(call, "ok");
        HttpServerResponse response = call.routing().response();
        if (answer == OperatorAnswer.WRITTEN || response.closed()) {
            return;
        }
        response.putHeader("Content-Type", answer.mediaType())
                .putHeader("Cache-Control", "no-store")
                .putHeader(RequestId.HEADER, call.requestId())
                .end(answer.body());
    }

    private void failed(OperatorCall call, Throwable failure) {
        if (StreamedBodies.isStreamed(call.routing())
                && CallerLeft.shows(failure, call.routing().response())) {
            end(call, "gone");
            return;
        }
        Problem problem = failure instanceof ProblemException refused
                ? refused.problem()
                : Problem.of(
                        ProblemType.UNAVAILABLE,
                        call.route().changes()
                                ? "It may have been done in part; doing it again does the rest"
                                : "Try again later");
        if (!(failure instanceof ProblemException)) {
            // Only the class is logged: a database's message may quote a value.
            faults.error(
                    "Operator's request %s (%s) failed: %s",
                    call.requestId(), call.route().action(), failure.getClass().getSimpleName());
        }
        end(call, problem.type().metricName());
        if (call.routing().response().headWritten()) {
            // Only the missing end of the answer can show that it is incomplete.
            call.routing().request().connection().close();
        } else {
            send(call.routing(), problem);
        }
    }

    private void end(OperatorCall call, String result) {
        listeners.forEach(listener -> listener.ended(call, result));
    }

    private void send(RoutingContext routing, Problem problem) {
        HttpServerResponse response = routing.response();
        if (!response.ended() && !response.headWritten() && !response.closed()) {
            door(routing).refuse(routing, problem);
            StreamedBodies.discardRest(routing);
        }
    }
}

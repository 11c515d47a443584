package dev.rampgate.backoffice.console;

import dev.rampgate.backoffice.Audited;
import dev.rampgate.backoffice.CallAudit;
import dev.rampgate.backoffice.OperatorCall;
import dev.rampgate.backoffice.Permission;
import dev.rampgate.backoffice.console.EndpointPage.Line;
import dev.rampgate.outbox.delivery.EndpointOperations;
import dev.rampgate.outbox.delivery.EndpointOperations.Filter;
import dev.rampgate.outbox.delivery.EndpointOperations.Place;
import dev.rampgate.outbox.delivery.EndpointOperations.Tested;
import dev.rampgate.outbox.delivery.EndpointView;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.AsciiNumber;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Endpoints and their deliveries: what flows, what waits, pausing, testing and sending again. */
@ApplicationScoped
class DeliveryPages implements ConsolePages {

    private static final int LIMIT = 50;
    private static final String PATH = "endpoints/{name}";
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]{0,31}");
    private static final Pattern LOCAL_TIME = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}");
    private static final Pattern PLACE = Pattern.compile("([01])\\.([0-9]{1,18})");

    private final EndpointOperations operations;
    private final CallAudit audit;
    private final InstantSource clock;

    DeliveryPages(EndpointOperations operations, CallAudit audit, InstantSource clock) {
        this.audit = audit;
        this.operations = operations;
        this.clock = clock;
    }

    @Override
    public List<ConsolePage> pages() {
        return List.of(
                ConsolePage.reading("endpoints", "read_endpoints", Permission.READ_DELIVERIES, this::all)
                        .listedAs("Deliveries", 30),
                ConsolePage.reading(PATH, "read_deliveries", Permission.READ_DELIVERIES, this::one),
                changing("pause", "pause_endpoint", this::pause),
                changing("resume", "resume_endpoint", this::resume),
                changing("test", "test_endpoint", this::test),
                changing("replay", "replay_window", this::replay));
    }

    private static ConsolePage changing(String what, String action, Function<PageCall, Uni<PageAnswer>> work) {
        return ConsolePage.changing(PATH + "/" + what, action, Permission.RUN_ENDPOINTS, work)
                .audited(Audited.WITH_ACTION);
    }

    @Override
    public Map<String, String> notices() {
        Map<String, String> notices = new HashMap<>(Map.of(
                "endpoint_paused", "The endpoint is paused. Its events are kept.",
                "endpoint_resumed", "The endpoint gets events again. Those that were kept are sent at its rate.",
                "replayed", "{n} deliveries are queued. They go out with a tenth of the endpoint's rate.",
                "test_delivered", "The test event was delivered in {n} ms.",
                "test_rejected", "The endpoint refused the test event after {n} ms.",
                "test_gone", "The endpoint answered 410 after {n} ms: it no longer wants events.",
                "test_throttled", "The endpoint asked for fewer calls, after {n} ms.",
                "test_failed", "The endpoint failed after {n} ms.",
                "test_timeout", "The endpoint did not answer within {n} ms.",
                "test_unreachable", "The endpoint could not be reached ({n} ms)."));
        notices.put("test_expired", "The test event was not sent.");
        return notices;
    }

    // --- reading

    private Uni<PageAnswer> all(PageCall call) {
        return operations
                .endpoints()
                .map(endpoints -> PageAnswer.of(new EndpointsPage(
                        call.frame("Deliveries"),
                        endpoints.stream().map(this::view).toList())));
    }

    private EndpointsPage.Endpoint view(EndpointView endpoint) {
        return EndpointsPage.Endpoint.of(endpoint, clock.instant(), EndpointOperations.MOST_COUNTED);
    }

    private Uni<PageAnswer> one(PageCall call) {
        String name = name(call);
        boolean parked = call.query("state").filter("parked"::equals).isPresent();
        Optional<Instant> from = time(call, "from");
        Optional<Instant> to = time(call, "to");
        boolean counts = from.isPresent() && to.isPresent() && call.may(Permission.RUN_ENDPOINTS);
        if (counts && !from.get().isBefore(to.get())) {
            throw OperatorCall.invalid("to", "must be later than from");
        }
        Optional<Place> after = call.query("after").map(text -> place(name, text));
        return existing(name).chain(endpoint -> operations
                .undelivered(
                        new Filter(Optional.of(name), parked ? Optional.of(true) : Optional.empty(), Optional.empty()),
                        after,
                        LIMIT)
                .chain(page -> (counts
                                ? operations
                                        .countWindow(name, from.get(), to.get())
                                        .map(OptionalInt::of)
                                : Uni.createFrom().item(OptionalInt.empty()))
                        .map(events -> PageAnswer.of(new EndpointPage(
                                call.frame(name),
                                view(endpoint),
                                page.deliveries().stream().map(Line::of).toList(),
                                parked,
                                page.next()
                                        .map(next -> "?after=" + next.queue() + "." + next.position()
                                                + (parked ? "&state=parked" : ""))
                                        .orElse(""),
                                call.may(Permission.RUN_ENDPOINTS),
                                call.query("from").orElse(""),
                                call.query("to").orElse(""),
                                events.orElse(-1),
                                EndpointOperations.MOST_REPLAYED)))));
    }

    private Uni<EndpointView> existing(String name) {
        return operations.endpoints().map(all -> all.stream()
                .filter(endpoint -> endpoint.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ProblemException(ProblemType.NOT_FOUND, "There is no such endpoint")));
    }

    // --- acting

    private Uni<PageAnswer> pause(PageCall call) {
        String name = name(call);
        return operations.pause(name, audit.of(call.call(), name)).map(found -> done(found, name, "endpoint_paused"));
    }

    private Uni<PageAnswer> resume(PageCall call) {
        String name = name(call);
        return operations.resume(name, audit.of(call.call(), name)).map(found -> done(found, name, "endpoint_resumed"));
    }

    private static PageAnswer done(boolean found, String name, String notice) {
        if (!found) {
            throw new ProblemException(ProblemType.NOT_FOUND, "There is no such endpoint");
        }
        return PageAnswer.redirect("endpoints/" + name, notice);
    }

    private Uni<PageAnswer> test(PageCall call) {
        String name = name(call);
        Uni<Tested> test = operations
                .test(name)
                .orElseThrow(() -> new ProblemException(
                        ProblemType.NOT_FOUND, "The settings of the replica that answers do not have this endpoint"));
        return audit.before(call.call(), name, new JsonObject())
                .chain(() -> test)
                .map(tested ->
                        PageAnswer.redirect("endpoints/" + name, "test_" + tested.outcome(), (int) tested.millis()));
    }

    private Uni<PageAnswer> replay(PageCall call) {
        String name = name(call);
        Instant from = formTime(call, "from");
        Instant to = formTime(call, "to");
        if (!from.isBefore(to)) {
            throw OperatorCall.invalid("to", "must be later than from");
        }
        return existing(name)
                .chain(endpoint -> operations.countWindow(name, from, to).chain(events -> {
                    if (events > EndpointOperations.MOST_REPLAYED) {
                        throw OperatorCall.invalid(
                                "to",
                                "must be earlier: the window has more than " + EndpointOperations.MOST_REPLAYED
                                        + " events");
                    }
                    return operations
                            .replay(
                                    name,
                                    from,
                                    to,
                                    audit.of(
                                            call.call(),
                                            name,
                                            new JsonObject()
                                                    .put("from", from.toString())
                                                    .put("to", to.toString())
                                                    .put("events", events)))
                            .map(queued -> PageAnswer.redirect("endpoints/" + name, "replayed", queued));
                }));
    }

    // --- values

    private static String name(PageCall call) {
        String name = call.path("name");
        if (!NAME.matcher(name).matches()) {
            throw new ProblemException(ProblemType.NOT_FOUND, "There is no such endpoint");
        }
        return name;
    }

    private static Optional<Instant> time(PageCall call, String name) {
        return call.query(name).filter(text -> !text.isBlank()).map(text -> parsed(name, text));
    }

    private static Instant formTime(PageCall call, String name) {
        return parsed(name, call.form(name).orElse(""));
    }

    private static Instant parsed(String name, String text) {
        try {
            if (LOCAL_TIME.matcher(text).matches()) {
                return Instant.parse(text + ":00Z");
            }
        } catch (DateTimeException noTime) {
            // reported below
        }
        throw OperatorCall.invalid(name, "must be a time such as 2026-05-02T08:00, in UTC");
    }

    private static Place place(String name, String text) {
        Matcher place = PLACE.matcher(text);
        if (!place.matches()) {
            throw OperatorCall.invalid("after", "must be of an earlier page");
        }
        return new Place(name, AsciiNumber.toInt(place.group(1)), AsciiNumber.toLong(place.group(2)));
    }
}

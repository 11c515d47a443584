package dev.rampgate.backoffice;

import dev.rampgate.outbox.delivery.DeliveryView;
import dev.rampgate.outbox.delivery.EndpointOperations;
import dev.rampgate.outbox.delivery.EndpointOperations.Filter;
import dev.rampgate.outbox.delivery.EndpointOperations.Place;
import dev.rampgate.outbox.delivery.EndpointView;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.telemetry.Labels;
import dev.rampgate.wire.AsciiNumber;
import dev.rampgate.wire.TransactionIds;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Endpoints and their deliveries: what is on its way, pausing, testing, and sending again. */
@ApplicationScoped
class EndpointRoutes implements OperatorRoutes {

    private static final int USUAL_LIMIT = 100;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]{0,31}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,4}");
    private static final Pattern PLACE = Pattern.compile("([a-z][a-z0-9]{0,31})/([01])/([0-9]{1,18})");

    private final EndpointOperations operations;
    private final CallAudit audit;

    EndpointRoutes(EndpointOperations operations, CallAudit audit) {
        this.operations = operations;
        this.audit = audit;
    }

    @Override
    public List<OperatorRoute> routes() {
        return List.of(
                OperatorRoute.reading(
                        "/operate/endpoints", "read_endpoints", Permission.READ_DELIVERIES, this::endpoints),
                OperatorRoute.reading(
                                "/operate/deliveries", "read_deliveries", Permission.READ_DELIVERIES, this::deliveries)
                        .taking("endpoint", "state", "transaction", "after", "limit"),
                changing("/operate/endpoints/{name}/pause", "pause_endpoint", this::pause),
                changing("/operate/endpoints/{name}/resume", "resume_endpoint", this::resume),
                changing("/operate/endpoints/{name}/test", "test_endpoint", this::test),
                changing("/operate/endpoints/{name}/replay", "replay_window", this::replay),
                OperatorRoute.changing(
                                HttpMethod.POST,
                                "/operate/transactions/{id}/resend",
                                "resend_transaction",
                                Permission.RESEND_TRANSACTION,
                                this::resend)
                        .audited(Audited.WITH_ACTION));
    }

    private static OperatorRoute changing(
            String path, String action, Function<OperatorCall, Uni<OperatorAnswer>> work) {
        return OperatorRoute.changing(HttpMethod.POST, path, action, Permission.RUN_ENDPOINTS, work)
                .audited(Audited.WITH_ACTION);
    }

    // --- reading

    private Uni<OperatorAnswer> endpoints(OperatorCall call) {
        return operations.endpoints().map(all -> {
            JsonArray endpoints = new JsonArray();
            all.forEach(endpoint -> endpoints.add(json(endpoint)));
            return OperatorAnswer.json(new JsonObject().put("endpoints", endpoints));
        });
    }

    private static JsonObject json(EndpointView endpoint) {
        JsonObject json = new JsonObject()
                .put("name", endpoint.name())
                .put("known", endpoint.known())
                .put("types", new JsonArray(endpoint.types()))
                .put("state", Labels.of(endpoint.state()));
        put(json, "paused_because", endpoint.pausedBecause());
        put(json, "paused_at", endpoint.pausedAt());
        put(json, "circuit_open_since", endpoint.openSince());
        put(json, "next_probe_at", endpoint.nextProbeAt());
        json.put("behind", endpoint.behind()).put("queued", endpoint.queued()).put("parked", endpoint.parked());
        put(json, "oldest_undelivered_at", endpoint.oldestAt());
        json.put("lost", endpoint.lost());
        put(json, "lost_at", endpoint.lostAt());
        return json;
    }

    private Uni<OperatorAnswer> deliveries(OperatorCall call) {
        Optional<String> endpoint = call.one("endpoint");
        if (endpoint.isPresent() && !NAME.matcher(endpoint.get()).matches()) {
            throw OperatorCall.invalid("endpoint", "must be the name of an endpoint");
        }
        Optional<String> transaction = call.one("transaction");
        if (transaction.isPresent() && !TransactionIds.isPossible(transaction.get())) {
            throw OperatorCall.invalid("transaction", TransactionIds.RULE);
        }
        String state = call.one("state").orElse("");
        int limit = limit(call.one("limit"));
        Optional<Place> after = call.one("after").map(EndpointRoutes::place);
        return switch (state) {
            case "delivered" ->
                operations
                        .delivered(
                                transaction.orElseThrow(() ->
                                        OperatorCall.invalid("transaction", "must be given for the state delivered")),
                                endpoint)
                        .map(found -> page(found, Optional.empty()));
            case "", "pending", "parked" ->
                operations
                        .undelivered(
                                new Filter(
                                        endpoint,
                                        state.isEmpty() ? Optional.empty() : Optional.of(state.equals("parked")),
                                        transaction),
                                after,
                                limit)
                        .map(page -> page(page.deliveries(), page.next()));
            default -> throw OperatorCall.invalid("state", "must be pending, parked or delivered");
        };
    }

    private static OperatorAnswer page(List<DeliveryView> found, Optional<Place> next) {
        JsonArray deliveries = new JsonArray();
        found.forEach(delivery -> deliveries.add(json(delivery)));
        JsonObject page = new JsonObject().put("deliveries", deliveries);
        next.ifPresent(place -> page.put("next", cursor(place)));
        return OperatorAnswer.json(page);
    }

    private static JsonObject json(DeliveryView delivery) {
        JsonObject json = new JsonObject()
                .put("endpoint", delivery.endpoint())
                .put("state", delivery.state())
                .put("replay", delivery.replay())
                .put("transaction_id", delivery.transactionId())
                .put("version", delivery.version())
                .put("attempts", delivery.attempts());
        put(json, "next_attempt_at", delivery.nextAttemptAt());
        put(json, "last_outcome", delivery.lastOutcome());
        put(json, "last_status", delivery.lastStatus());
        put(json, "at", delivery.at());
        return json;
    }

    private static void put(JsonObject json, String field, Object value) {
        if (value != null) {
            json.put(field, value instanceof Instant time ? time.toString() : value);
        }
    }

    private static int limit(Optional<String> text) {
        int limit = text.filter(value -> NUMBER.matcher(value).matches())
                .map(AsciiNumber::toInt)
                .orElse(text.isEmpty() ? USUAL_LIMIT : 0);
        if (limit < 1 || limit > EndpointOperations.MOST_LISTED) {
            throw OperatorCall.invalid("limit", "must be a number from 1 to " + EndpointOperations.MOST_LISTED);
        }
        return limit;
    }

    private static String cursor(Place place) {
        String text = place.endpoint() + "/" + place.queue() + "/" + place.position();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Place place(String cursor) {
        try {
            Matcher place = PLACE.matcher(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8));
            if (place.matches()) {
                return new Place(place.group(1), AsciiNumber.toInt(place.group(2)), AsciiNumber.toLong(place.group(3)));
            }
        } catch (IllegalArgumentException noBase64) {
            // reported below
        }
        throw OperatorCall.invalid("after", "must be next of an earlier page");
    }

    // --- acting

    private Uni<OperatorAnswer> pause(OperatorCall call) {
        String name = name(call);
        return operations.pause(name, audit.of(call, name)).map(found -> done(found, name, "paused"));
    }

    private Uni<OperatorAnswer> resume(OperatorCall call) {
        String name = name(call);
        return operations.resume(name, audit.of(call, name)).map(found -> done(found, name, "flowing"));
    }

    private static OperatorAnswer done(boolean found, String name, String state) {
        if (!found) {
            throw new ProblemException(Problem.of(ProblemType.NOT_FOUND));
        }
        return OperatorAnswer.json(new JsonObject().put("name", name).put("state", state));
    }

    private Uni<OperatorAnswer> test(OperatorCall call) {
        String name = name(call);
        Uni<EndpointOperations.Tested> test = operations
                .test(name)
                .orElseThrow(() -> new ProblemException(Problem.of(
                        ProblemType.NOT_FOUND, "The settings of the replica that answers do not have this endpoint")));
        return audit.before(call, name, new JsonObject()).chain(() -> test).map(tested -> {
            JsonObject json = new JsonObject().put("outcome", tested.outcome());
            put(json, "status", tested.status());
            return OperatorAnswer.json(json.put("took_ms", tested.millis()));
        });
    }

    private Uni<OperatorAnswer> replay(OperatorCall call) {
        String name = name(call);
        JsonObject window = call.body("from", "to", "preview");
        Instant from = OperatorCall.time(window, "from");
        Instant to = OperatorCall.time(window, "to");
        if (!from.isBefore(to)) {
            throw OperatorCall.invalid("to", "must be later than from");
        }
        Object preview = window.getValue("preview");
        if (preview != null && !(preview instanceof Boolean)) {
            throw OperatorCall.invalid("preview", "must be true or false");
        }
        return known(name).chain(() -> operations.countWindow(name, from, to).chain(events -> {
            if (events > EndpointOperations.MOST_REPLAYED) {
                throw OperatorCall.invalid(
                        "to",
                        "must be earlier: the window has more than " + EndpointOperations.MOST_REPLAYED + " events");
            }
            JsonObject details = new JsonObject()
                    .put("from", from.toString())
                    .put("to", to.toString())
                    .put("events", events);
            return Boolean.TRUE.equals(preview)
                    ? audit.before(call, name, details.put("preview", true))
                            .replaceWith(OperatorAnswer.json(new JsonObject().put("events", events)))
                    : operations
                            .replay(name, from, to, audit.of(call, name, details))
                            .map(queued -> OperatorAnswer.json(
                                    new JsonObject().put("events", events).put("queued", queued)));
        }));
    }

    /** Fails with 404 if a name is given and is no endpoint's. */
    private Uni<Void> known(Object name) {
        return name == null
                ? Uni.createFrom().voidItem()
                : operations.endpoints().map(all -> {
                    if (all.stream().noneMatch(endpoint -> endpoint.name().equals(name))) {
                        throw new ProblemException(ProblemType.NOT_FOUND, "There is no endpoint of this name");
                    }
                    return null;
                });
    }

    private Uni<OperatorAnswer> resend(OperatorCall call) {
        String id = call.path("id");
        if (!TransactionIds.isPossible(id)) {
            throw OperatorCall.invalid("id", TransactionIds.RULE);
        }
        JsonObject body = call.routing().body().length() > 0 ? call.body("endpoint", "version") : new JsonObject();
        Object endpoint = body.getValue("endpoint");
        if (endpoint != null
                && !(endpoint instanceof String text && NAME.matcher(text).matches())) {
            throw OperatorCall.invalid("endpoint", "must be the name of an endpoint");
        }
        Object version = body.getValue("version");
        if (version != null && !(version instanceof Integer number && number >= 1)) {
            throw OperatorCall.invalid("version", "must be a number from 1");
        }
        JsonObject details = new JsonObject();
        put(details, "endpoint", endpoint);
        put(details, "version", version);
        return known(endpoint)
                .chain(() -> operations.resend(
                        id,
                        Optional.ofNullable((Integer) version),
                        Optional.ofNullable((String) endpoint),
                        audit.ofTransaction(call, id, details)))
                .map(queued -> OperatorAnswer.json(new JsonObject().put("queued", queued)));
    }

    private static String name(OperatorCall call) {
        String name = call.path("name");
        if (!NAME.matcher(name).matches()) {
            throw new ProblemException(Problem.of(ProblemType.NOT_FOUND));
        }
        return name;
    }
}

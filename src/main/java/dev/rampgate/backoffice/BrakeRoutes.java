package dev.rampgate.backoffice;

import dev.rampgate.brake.Brake;
import dev.rampgate.brake.BrakeScope;
import dev.rampgate.brake.Brakes;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.PrintableText;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/** Brakes: stopping sessions, all or some, and letting them go on. */
@ApplicationScoped
class BrakeRoutes implements OperatorRoutes {

    private static final Logger LOG = Logger.getLogger(BrakeRoutes.class);

    /** How long a brake is on if its call does not say. */
    static final Duration USUAL = Duration.ofHours(24);

    /** How long a brake may be on; it can be put on again. */
    static final Duration LONGEST = Duration.ofDays(31);

    /** Most characters of a reason. */
    static final int MAX_REASON = 200;

    private static final String PATH = "/operate/brakes/{name}";
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,31}");
    private static final Set<String> FIELDS = Set.of("all", "type", "currency", "network", "reason", "expires_at");

    private final Brakes brakes;
    private final CallAudit audit;
    private final InstantSource clock;

    BrakeRoutes(Brakes brakes, CallAudit audit, InstantSource clock) {
        this.brakes = brakes;
        this.audit = audit;
        this.clock = clock;
    }

    @Override
    public List<OperatorRoute> routes() {
        return List.of(
                OperatorRoute.reading("/operate/brakes", "read_brakes", Permission.READ_BRAKES, this::list),
                OperatorRoute.changing(HttpMethod.PUT, PATH, "put_brake", Permission.SET_BRAKES, this::put)
                        .audited(Audited.WITH_ACTION),
                OperatorRoute.changing(HttpMethod.DELETE, PATH, "release_brake", Permission.SET_BRAKES, this::release)
                        .audited(Audited.WITH_ACTION));
    }

    private Uni<OperatorAnswer> list(OperatorCall call) {
        return brakes.all().map(all -> {
            JsonArray list = new JsonArray();
            all.forEach(brake -> list.add(json(brake)));
            return OperatorAnswer.json(new JsonObject().put("brakes", list));
        });
    }

    private Uni<OperatorAnswer> put(OperatorCall call) {
        String name = name(call);
        JsonObject body = call.body();
        // A misspelt field would stop other sessions than the operator means.
        body.fieldNames().stream()
                .filter(field -> !FIELDS.contains(field))
                .findFirst()
                .ifPresent(unknown -> {
                    throw OperatorCall.invalid(
                            "body",
                            "must have no fields but "
                                    + String.join(", ", FIELDS.stream().sorted().toList()));
                });
        BrakeScope scope = scope(body);
        String reason = OperatorCall.text(body, "reason");
        if (!PrintableText.is(reason, MAX_REASON)) {
            throw OperatorCall.invalid("reason", "must have 1 to " + MAX_REASON + " printable characters");
        }
        Instant now = clock.instant();
        Optional<Instant> expiresAt = body.getValue("expires_at") == null
                ? Optional.empty()
                : Optional.of(OperatorCall.time(body, "expires_at"));
        if (expiresAt.isPresent()
                && (!expiresAt.get().isAfter(now) || expiresAt.get().isAfter(now.plus(LONGEST)))) {
            throw OperatorCall.invalid("expires_at", "must be within the next " + LONGEST.toDays() + " days");
        }
        JsonObject details = new JsonObject().put("all", scope.isAll());
        put(details, "type", scope.type());
        put(details, "currency", scope.currency());
        put(details, "network", scope.network());
        expiresAt.ifPresent(time -> details.put("expires_at", time.toString()));
        return brakes.put(
                        name,
                        scope,
                        reason,
                        call.actor().name(),
                        expiresAt,
                        now.plus(USUAL),
                        audit.of(call, name, details))
                .invoke(brake -> LOG.infof(
                        "Operator's request %s: brake %s stops sessions (%s) until %s",
                        call.requestId(), name, brake.scope(), brake.expiresAt()))
                .map(brake -> OperatorAnswer.json(json(brake)));
    }

    private static BrakeScope scope(JsonObject body) {
        String type = word(body, "type");
        if (type != null && !type.equals("buy") && !type.equals("sell")) {
            throw OperatorCall.invalid("type", "must be buy or sell");
        }
        BrakeScope scope = new BrakeScope(type, word(body, "currency"), word(body, "network"));
        Object all = body.getValue("all");
        if (all != null && !(all instanceof Boolean)) {
            throw OperatorCall.invalid("all", "must be true or false");
        }
        if (Boolean.TRUE.equals(all) != scope.isAll()) {
            throw OperatorCall.invalid("all", "must be true, or else type, currency or network must be given");
        }
        return scope;
    }

    /** Null if there is none. */
    private static String word(JsonObject body, String field) {
        Object value = body.getValue(field);
        if (value == null) {
            return null;
        }
        if (value instanceof String text && WORD.matcher(text).matches()) {
            return text;
        }
        throw OperatorCall.invalid(field, "must be as POST /session takes it");
    }

    private Uni<OperatorAnswer> release(OperatorCall call) {
        String name = name(call);
        return brakes.release(name, audit.of(call, name)).map(released -> {
            Brake brake = released.orElseThrow(
                    () -> new ProblemException(Problem.of(ProblemType.NOT_FOUND, "No brake of this name is on")));
            LOG.infof("Operator's request %s: brake %s was released", call.requestId(), name);
            return OperatorAnswer.json(json(brake).put("active", false));
        });
    }

    private static String name(OperatorCall call) {
        String name = call.path("name");
        if (!NAME.matcher(name).matches()) {
            throw OperatorCall.invalid(
                    "name", "must have 1 to 32 lower case letters, digits and hyphens, the first a letter");
        }
        return name;
    }

    private static JsonObject json(Brake brake) {
        JsonObject json = new JsonObject()
                .put("name", brake.name())
                .put("active", brake.active())
                .put("all", brake.scope().isAll());
        put(json, "type", brake.scope().type());
        put(json, "currency", brake.scope().currency());
        put(json, "network", brake.scope().network());
        return json.put("reason", brake.reason())
                .put("created_at", brake.createdAt().toString())
                .put("created_by", brake.createdBy())
                .put("changed_at", brake.changedAt().toString())
                .put("changed_by", brake.changedBy())
                .put("expires_at", brake.expiresAt().toString());
    }

    private static void put(JsonObject json, String field, String value) {
        if (value != null) {
            json.put(field, value);
        }
    }
}

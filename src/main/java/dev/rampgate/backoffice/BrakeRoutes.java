package dev.rampgate.backoffice;

import dev.rampgate.brake.Brake;
import dev.rampgate.brake.Brakes;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** Brakes: stopping sessions, all or some, and letting them go on. */
@ApplicationScoped
class BrakeRoutes implements OperatorRoutes {

    private static final String PATH = "/operate/brakes/{name}";

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
        String name = BrakeRequest.name(call.path("name"));
        Instant now = clock.instant();
        BrakeRequest request =
                BrakeRequest.of(call.body("all", "type", "currency", "network", "reason", "expires_at"), now);
        return brakes.put(
                        name,
                        request.scope(),
                        request.reason(),
                        call.actor().name(),
                        request.expiresAt(),
                        now.plus(BrakeRequest.USUAL),
                        audit.of(call, name, request.details()))
                .map(brake -> OperatorAnswer.json(json(brake)));
    }

    private Uni<OperatorAnswer> release(OperatorCall call) {
        String name = BrakeRequest.name(call.path("name"));
        return brakes.release(name, audit.of(call, name)).map(released -> {
            Brake brake = released.orElseThrow(
                    () -> new ProblemException(ProblemType.NOT_FOUND, "No brake of this name is on"));
            return OperatorAnswer.json(json(brake).put("active", false));
        });
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

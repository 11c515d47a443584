package dev.rampgate.backoffice.console;

import dev.rampgate.backoffice.Audited;
import dev.rampgate.backoffice.BrakeRequest;
import dev.rampgate.backoffice.CallAudit;
import dev.rampgate.backoffice.OperatorCall;
import dev.rampgate.backoffice.Permission;
import dev.rampgate.brake.Brake;
import dev.rampgate.brake.Brakes;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Brakes: which sessions are stopped, stopping some, and letting them go on. */
@ApplicationScoped
class BrakePages implements ConsolePages {

    private static final Map<String, Duration> DURATIONS = Map.of(
            "1h", Duration.ofHours(1),
            "4h", Duration.ofHours(4),
            "24h", Duration.ofHours(24),
            "7d", Duration.ofDays(7));

    private final Brakes brakes;
    private final CallAudit audit;
    private final InstantSource clock;

    BrakePages(Brakes brakes, CallAudit audit, InstantSource clock) {
        this.brakes = brakes;
        this.audit = audit;
        this.clock = clock;
    }

    @Override
    public List<ConsolePage> pages() {
        return List.of(
                ConsolePage.reading("brakes", "read_brakes", Permission.READ_BRAKES, this::all)
                        .listedAs("Brakes", 40),
                ConsolePage.changing("brakes", "put_brake", Permission.SET_BRAKES, this::put)
                        .audited(Audited.WITH_ACTION),
                ConsolePage.changing("brakes/{name}/release", "release_brake", Permission.SET_BRAKES, this::release)
                        .audited(Audited.WITH_ACTION));
    }

    @Override
    public Map<String, String> notices() {
        return Map.of(
                "brake_on", "The brake is on. Every replica stops these sessions within a second.",
                "brake_released", "The brake is released. Sessions are opened again, unless another brake stops them.");
    }

    private Uni<PageAnswer> all(PageCall call) {
        return brakes.all()
                .map(all -> PageAnswer.of(new BrakesPage(
                        call.frame("Brakes"),
                        all.stream()
                                .filter(Brake::active)
                                .map(BrakesPage.Line::of)
                                .toList(),
                        all.stream()
                                .filter(brake -> !brake.active())
                                .map(BrakesPage.Line::of)
                                .toList(),
                        call.may(Permission.SET_BRAKES))));
    }

    private Uni<PageAnswer> put(PageCall call) {
        String name = BrakeRequest.name(call.form("name").orElse(""));
        Instant now = clock.instant();
        JsonObject asked = new JsonObject();
        String stops = call.form("stops").orElse("");
        if (!stops.equals("all") && !stops.equals("some")) {
            throw OperatorCall.invalid("stops", "must be all or some");
        }
        for (String field : List.of("type", "currency", "network")) {
            Optional<String> value = call.form(field);
            if (value.isPresent() && stops.equals("all")) {
                throw OperatorCall.invalid(field, "must be empty if all sessions are stopped");
            }
            value.ifPresent(text -> asked.put(field, text));
        }
        Duration lasting = Optional.ofNullable(
                        DURATIONS.get(call.form("lasting").orElse("")))
                .orElseThrow(() -> OperatorCall.invalid("lasting", "must be 1h, 4h, 24h or 7d"));
        asked.put("all", stops.equals("all"))
                .put("reason", call.form("reason").orElse(""))
                .put("expires_at", now.plus(lasting).toString());
        BrakeRequest request = BrakeRequest.of(asked, now);
        return brakes.put(
                        name,
                        request.scope(),
                        request.reason(),
                        call.actor().name(),
                        request.expiresAt(),
                        now.plus(BrakeRequest.USUAL),
                        audit.of(call.call(), name, request.details()))
                .map(brake -> PageAnswer.redirect("brakes", "brake_on"));
    }

    private Uni<PageAnswer> release(PageCall call) {
        String name = BrakeRequest.name(call.path("name"));
        return brakes.release(name, audit.of(call.call(), name)).map(released -> {
            if (released.isEmpty()) {
                throw new ProblemException(ProblemType.NOT_FOUND, "No brake of this name is on");
            }
            return PageAnswer.redirect("brakes", "brake_released");
        });
    }
}

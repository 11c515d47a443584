package dev.rampgate.sandbox.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.rampgate.sandbox.scenario.Scenario;
import dev.rampgate.sandbox.scenario.ScenarioPlayer;
import dev.rampgate.sandbox.scenario.Scenarios;
import io.vertx.ext.web.Router;

/** The part of the control API that plays scenarios: by name, by seed, or from the body. */
final class ScenarioApi {

    private final ScenarioPlayer player;

    ScenarioApi(ScenarioPlayer player) {
        this.player = player;
    }

    /** Only after {@link ControlApi#mount}, which opens {@code /control} to pages and reads bodies. */
    void mount(Router router) {
        ControlApi.on(
                router.get("/control/scenarios"), call -> player.scenarios().all());
        ControlApi.on(router.get("/control/scenario"), call -> player.playing());
        ControlApi.on(
                router.put("/control/scenario"),
                call -> play(ControlApi.body(call), call.body().asString()));
        ControlApi.on(router.delete("/control/scenario"), call -> player.play(Scenarios.CALM));
    }

    /** A scenario that is generated. */
    private record Generated(long seed) {}

    /** @param text the same as text, in which a mistake has a line */
    private Scenario play(JsonNode body, String text) throws JsonProcessingException {
        if (body.size() == 1 && body.path("name").isTextual()) {
            return player.play(body.get("name").textValue());
        }
        if (body.size() == 1 && body.has("seed")) {
            return player.play(Json.MAPPER.readValue(text, Generated.class).seed());
        }
        return player.play(body.isEmpty() ? refuse() : Json.MAPPER.readValue(text, Scenario.class));
    }

    private static Scenario refuse() {
        throw new IllegalArgumentException(
                "write {\"name\": \"...\"}, {\"seed\": 42}, or a whole scenario; GET /control/scenarios lists those with a name");
    }
}

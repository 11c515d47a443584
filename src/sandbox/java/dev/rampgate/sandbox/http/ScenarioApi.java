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
        ControlApi.on(router.put("/control/scenario"), call -> play(ControlApi.body(call)));
        ControlApi.on(router.delete("/control/scenario"), call -> player.play(Scenarios.CALM));
    }

    private Scenario play(JsonNode body) throws JsonProcessingException {
        if (body.size() == 1 && body.path("name").isTextual()) {
            return player.play(body.get("name").textValue());
        }
        if (body.size() == 1 && body.path("seed").canConvertToLong()) {
            return player.play(body.get("seed").longValue());
        }
        return player.play(Json.MAPPER.treeToValue(body, Scenario.class));
    }
}

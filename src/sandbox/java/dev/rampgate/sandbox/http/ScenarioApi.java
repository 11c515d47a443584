package dev.rampgate.sandbox.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.rampgate.sandbox.scenario.Scenario;
import dev.rampgate.sandbox.scenario.Scenarios;
import dev.rampgate.sandbox.scenario.Stage;
import io.vertx.ext.web.Router;

/** The part of the control API that plays scenarios: by name, by seed, or as the body has it. */
final class ScenarioApi {

    private final Stage stage;

    ScenarioApi(Stage stage) {
        this.stage = stage;
    }

    /** Only after {@link ControlApi#mount}, which opens {@code /control} to pages and reads bodies. */
    void mount(Router router) {
        ControlApi.on(
                router.get("/control/scenarios"), call -> stage.scenarios().all());
        ControlApi.on(router.get("/control/scenario"), call -> stage.playing());
        ControlApi.on(router.put("/control/scenario"), call -> play(ControlApi.body(call)));
        ControlApi.on(router.delete("/control/scenario"), call -> stage.play(Scenarios.CALM));
    }

    private Scenario play(JsonNode body) throws JsonProcessingException {
        if (body.size() == 1 && body.path("name").isTextual()) {
            return stage.play(body.get("name").textValue());
        }
        if (body.size() == 1 && body.path("seed").canConvertToLong()) {
            return stage.play(body.get("seed").longValue());
        }
        return stage.play(Json.MAPPER.treeToValue(body, Scenario.class));
    }
}

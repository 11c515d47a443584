package dev.rampgate.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rampgate.sandbox.scenario.Scenario;
import dev.rampgate.sandbox.scenario.Scenarios;
import dev.rampgate.sandbox.transaction.LifeMode;
import dev.rampgate.sandbox.transaction.SessionOrder;
import dev.rampgate.sandbox.transaction.StatusChange;
import dev.rampgate.support.ProofAndDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Scenarios: data that says how Proof's world goes, by name, by seed and by the control API. */
class ScenariosTest {

    private static final Path RESOURCES = Path.of("src/sandbox/resources/scenarios");

    @TempDir
    Path folder;

    private final ProofSimulator simulator =
            ProofSimulator.started(SimulatorSettings.builder().build());
    private final Partner partner = new Partner(simulator);
    private final Partner anybody = partner.withToken(null);

    @AfterEach
    void stop() {
        simulator.close();
    }

    static Stream<String> names() {
        return Scenarios.builtIn().all().stream().map(Scenario::name);
    }

    @ParameterizedTest(name = "{0} can be played by name and says what it is")
    @MethodSource("names")
    void everyBuiltInScenarioCanBePlayed(String name) {
        Scenario played = simulator.scenarioPlayer().play(name);

        assertThat(played.summary()).endsWith(".");
        assertThat(simulator.faults().rules()).isEqualTo(played.faults());
        assertThat(anybody.send("GET", "/control/scenario", null)
                        .json()
                        .get("name")
                        .textValue())
                .isEqualTo(name);
    }

    @Test
    void theIndexNamesEveryFileAndTheDocumentationEveryScenario() throws IOException {
        List<String> files;
        try (Stream<Path> found = Files.list(RESOURCES)) {
            files = found.map(file -> file.getFileName().toString().replace(".json", ""))
                    .filter(name -> !name.equals("index"))
                    .sorted()
                    .toList();
        }
        assertThat(names()).containsExactlyElementsOf(files);

        String documentation = Files.readString(Path.of("docs/sandbox.md"));
        for (Scenario scenario : Scenarios.builtIn().all()) {
            assertThat(documentation).contains("| `" + scenario.name() + "` | " + scenario.summary() + " |");
        }
    }

    @ParameterizedTest(name = "under {0} a poll is answered {1}")
    @CsvSource({"proof-forbidden, 403", "calm, 404", "polls-only, 404"})
    void aScenarioChangesWhatCallsAnswer(String name, int status) {
        simulator.scenarioPlayer().play(name);

        assertThat(partner.transaction("nobody").status()).isEqualTo(status);
    }

    @Test
    void aScenarioIsPlayedByNameBySeedOrAsItIsWritten() {
        assertThat(play("{\"name\":\"webhooks-lost\"}").json().get("faults")).hasSize(1);
        assertThat(play("{\"seed\":42}").json().get("name").textValue()).isEqualTo("seed-42");
        JsonNode written = play("""
                {"name": "mine", "clock_skew_ms": 60000, "life": {"mode": "manual"},
                 "faults": [{"place": "webhook", "fault": {"kind": "delay", "millis": 5}, "rate": 0.5, "step": "completed"}],
                 "story": [{"action": "pay", "after_ms": 10}]}""").json();
        assertThat(written.get("name").textValue()).isEqualTo("mine");
        assertThat(simulator.clock().skew()).isEqualTo(Duration.ofMinutes(1));
        assertThat(simulator.life().mode()).isEqualTo(LifeMode.MANUAL);

        anybody.send("DELETE", "/control/scenario", null);

        assertThat(simulator.faults().rules()).isEmpty();
        assertThat(simulator.clock().skew()).isZero();
        assertThat(simulator.scenarioPlayer().playing().name()).isEqualTo(Scenarios.CALM);
    }

    @ParameterizedTest(name = "{0} is refused: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\":\"nothing-like-it\"}|there is no scenario nothing-like-it",
                "{\"name\":\"Mine\",\"faults\":[]}|lower-case",
                "{\"faults\":[]}|name",
                "{\"name\":\"mine\",\"fautls\":[]}|fautls",
                "{\"name\":\"mine\",\"faults\":[{\"place\":\"webhook\",\"fault\":{\"kind\":\"hang\"}}]}|cannot happen",
                "{\"name\":\"mine\",\"story\":[{\"action\":\"steal\",\"after_ms\":1}]}|steal"
            })
    void aScenarioThatMakesNoSenseIsRefused(String body, String reason) {
        Partner.Answer answer = play(body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("error").textValue()).contains(reason);
    }

    @Test
    void theSameSeedDrawsTheSameScenarioAndOthersDiffer() {
        Scenario drawn = simulator.scenarioPlayer().play(7);

        assertThat(simulator.scenarioPlayer().play(7)).isEqualTo(drawn);
        assertThat(simulator.scenarioPlayer().play(8).faults()).isNotEqualTo(drawn.faults());
        assertThat(drawn.faults()).hasSizeBetween(3, 6).allMatch(rule -> rule.rate() > 0 && rule.rate() <= 0.4);
    }

    @Test
    void theSameSeedRepeatsTheSameRandomness() {
        assertThat(outcomes()).isEqualTo(outcomes()).contains(200, 429);
    }

    @Test
    void eachTransactionFollowsTheStoryInsteadOfItsUsualLife() {
        simulator.scenarioPlayer().play("retry-in-widget");
        simulator.life().factor(0.0001);

        String buy = partner.openSession();
        String sell = partner.openSession(Partner.buy().put("type", "sell"))
                .json()
                .get("merchant_transaction_id")
                .textValue();

        for (String id : List.of(buy, sell)) {
            await().untilAsserted(() -> assertThat(
                            simulator.transactions().get(id).history().stream().map(StatusChange::status))
                    .containsExactly("pending", "processing", "failed", "processing", "completed"));
        }
    }

    @Test
    void aUsersFolderAddsScenariosAndReplacesOnes() throws IOException {
        Files.writeString(folder.resolve("mine.json"), "{\"name\":\"mine\",\"summary\":\"Mine.\"}");
        Files.writeString(folder.resolve("calm.json"), "{\"name\":\"calm\",\"summary\":\"Calmer.\"}");

        Scenarios scenarios = Scenarios.builtIn().withFolder(folder);

        assertThat(scenarios.find("mine")).isPresent();
        assertThat(scenarios.find("calm").orElseThrow().summary()).isEqualTo("Calmer.");
    }

    @Test
    void aFileThatIsNoScenarioIsNamedAndStopsTheStart() throws IOException {
        Files.writeString(folder.resolve("broken.json"), "{\"name\":\"broken\",");
        assertThatThrownBy(() -> Scenarios.builtIn().withFolder(folder)).hasMessageContaining("broken.json");

        Files.writeString(folder.resolve("broken.json"), "{\"name\":\"other\"}");
        assertThatThrownBy(() -> Sandbox.simulatorSettings(environment("SANDBOX_SCENARIOS", folder.toString())))
                .isInstanceOf(SandboxStartException.class)
                .hasMessageContaining("sandbox.scenarios")
                .hasMessageContaining("must have the name broken");
        assertThatThrownBy(() -> Scenarios.builtIn().withFolder(folder.resolve("nowhere")))
                .hasMessageContaining("nowhere");
    }

    @Test
    void theSimulatorAloneStartsWithAScenarioAndRefusesAnUnknownOne() {
        try (ProofSimulator alone = SimulatorMain.start(environment("SANDBOX_SCENARIO", "webhooks-lost"))) {
            assertThat(alone.scenarioPlayer().playing().name()).isEqualTo("webhooks-lost");
            assertThat(alone.life().mode()).isEqualTo(LifeMode.AUTOMATIC);
        }
        try (ProofSimulator alone = SimulatorMain.start(environment("SANDBOX_SEED", "42"))) {
            assertThat(alone.scenarioPlayer().playing().name()).isEqualTo("seed-42");
        }
        assertThatThrownBy(() -> SimulatorMain.start(environment("SANDBOX_SCENARIO", "nothing")))
                .isInstanceOf(SandboxStartException.class)
                .hasMessageContaining("there is no scenario nothing");
        assertThatThrownBy(() -> SimulatorMain.start(environment("SANDBOX_SEED", "many")))
                .isInstanceOf(SandboxStartException.class)
                .hasMessageContaining("sandbox.seed");
    }

    private List<Integer> outcomes() {
        simulator.scenarioPlayer().play("proof-429");
        String id = simulator.open(SessionOrder.buy("c", "USDC", "ERC20", "1")).id();
        return Stream.generate(() -> partner.transaction(id).status()).limit(20).toList();
    }

    private Partner.Answer play(String body) {
        return anybody.send("PUT", "/control/scenario", body);
    }

    private static SandboxEnvironment environment(String variable, String value) {
        Properties properties = new Properties();
        properties.setProperty("sandbox.port", Integer.toString(ProofAndDatabase.freePort()));
        return new SandboxEnvironment(properties, Map.of(variable, value));
    }
}

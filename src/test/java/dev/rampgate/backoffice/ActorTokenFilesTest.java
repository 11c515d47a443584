package dev.rampgate.backoffice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Actors as the environment names them, and their tokens while files change. */
class ActorTokenFilesTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static final String NIGHT = "night-token-canary-0001";
    private static final String NEXT = "night-token-canary-0002";
    private static final String DESK = "desk-token-canary-0001";

    @TempDir
    Path mounted;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Map<String, String> environment = new HashMap<>();

    @AfterAll
    static void close() {
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void actorsComeFromTheEnvironment() throws IOException {
        actor("NIGHT", "operator", NIGHT);
        actor("DESK2", "support", DESK);

        ActorTokens tokens = files().tokens();

        assertThat(tokens.find(NIGHT)).contains(new Actor("night", Role.OPERATOR));
        assertThat(tokens.find(DESK)).contains(new Actor("desk2", Role.SUPPORT));
        assertThat(tokens.find(NEXT)).isEmpty();
        assertThat(tokens.find("")).isEmpty();
    }

    @Test
    void withoutActorsThereAreNoTokens() {
        assertThat(files().tokens().areMissing()).isTrue();
    }

    @Test
    void everythingThatIsWrongIsNamedAtOnceAndNoTokenIsShown() throws IOException {
        actor("NIGHT_SHIFT", "operator", NIGHT);
        actor("DESK", "boss", "short-canary");
        environment.put("RAMPGATE_OPERATE_ACTORS_SHOP_ROLE", "service");
        environment.put("RAMPGATE_OPERATE_ACTORS_SHOP_TOKEN", "inline-token-canary-0001");
        environment.put("RAMPGATE_OPERATE_TOKEN", "old-token-canary-0001");
        environment.put(
                "RAMPGATE_OPERATE_ACTORS_BOOKS_TOKEN_FILE",
                mounted.resolve("missing").toString());

        assertThatThrownBy(this::files)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("RAMPGATE_OPERATE_ACTORS_NIGHT_SHIFT_ROLE: the name of an actor must be 1 to 32")
                .hasMessageContaining("rampgate.operate.actors.desk.role must be service, support, operator or auditor")
                .hasMessageContaining("rampgate.operate.actors.desk.token-file: the file has a wrong token 1")
                .hasMessageContaining("RAMPGATE_OPERATE_ACTORS_SHOP_TOKEN is not a setting")
                .hasMessageContaining("rampgate.operate.actors.shop.token-file is required")
                .hasMessageContaining("rampgate.operate.actors.books.role must be")
                .hasMessageContaining("rampgate.operate.actors.books.token-file: the file cannot be read")
                .hasMessageContaining("RAMPGATE_OPERATE_TOKEN is no longer a setting; name actors instead:"
                        + " rampgate.operate.actors.<name>.role=operator and rampgate.operate.actors.<name>.token-file")
                .hasMessageNotContaining("canary");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rampgate.operate.token              | any",
                "rampgate.operate.token-file         | any",
                "rampgate.operate.actors.Night.role  | operator",
                "rampgate.operate.actors.a.b.role    | operator",
                "rampgate.operate.actors.2nd.role    | operator",
                "rampgate.operate.actors.night.roles | operator"
            })
    void aWrongNameInAFileOfSettingsIsNamed(String property, String value) {
        environment.put(property, value);

        assertThatThrownBy(this::files)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(property);
    }

    @Test
    void oneTokenForTwoActorsIsRefused() throws IOException {
        actor("NIGHT", "operator", NIGHT + "\n" + DESK);
        actor("DESK", "support", DESK);

        assertThatThrownBy(this::files)
                .hasMessageContaining("rampgate.operate.actors.desk.token-file: a token of it is another actor's")
                .hasMessageContaining("rampgate.operate.actors.night.token-file: a token of it is another actor's");
    }

    @Test
    void aRotationRefusesNoCall() throws IOException {
        Path file = actor("NIGHT", "operator", "\uFEFF" + NIGHT + "\r\n\n");
        ActorTokenFiles files = files();

        write(file, NEXT + "\n" + NIGHT + "\n");
        reload(files);
        assertThat(files.tokens().find(NIGHT)).isPresent();
        assertThat(files.tokens().find(NEXT)).isPresent();

        write(file, NEXT);
        reload(files);
        assertThat(files.tokens().find(NIGHT)).isEmpty();
        assertThat(files.tokens().find(NEXT)).isPresent();
        assertThat(reloads("changed")).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short-canary", "two words that are long enough", DESK})
    void aFileThatCannotBeUsedLeavesTheTokensBefore(String content) throws IOException {
        Path file = actor("NIGHT", "operator", NIGHT);
        actor("DESK", "support", DESK);
        ActorTokenFiles files = files();

        write(file, content);
        reload(files);

        assertThat(files.tokens().find(NIGHT)).contains(new Actor("night", Role.OPERATOR));
        assertThat(files.tokens().find(DESK)).contains(new Actor("desk", Role.SUPPORT));
        assertThat(reloads("changed")).isZero();
        assertThat(reloads("failed")).isEqualTo(1);
    }

    @Test
    void aFileThatIsAwayOrTooLargeLeavesTheTokensBeforeUntilItIsUsableAgain() throws IOException {
        Path file = actor("NIGHT", "operator", NIGHT);
        ActorTokenFiles files = files();

        Files.delete(file);
        reload(files);
        write(file, (NEXT + "\n").repeat(1_000));
        reload(files);
        assertThat(files.tokens().find(NIGHT)).isPresent();
        assertThat(reloads("failed")).isEqualTo(2);

        write(file, NEXT);
        reload(files);
        assertThat(files.tokens().find(NEXT)).isPresent();
    }

    private Path actor(String name, String role, String tokens) throws IOException {
        Path file = write(mounted.resolve(name), tokens);
        environment.put("RAMPGATE_OPERATE_ACTORS_" + name + "_ROLE", role);
        environment.put("RAMPGATE_OPERATE_ACTORS_" + name + "_TOKEN_FILE", file.toString());
        return file;
    }

    private static Path write(Path file, String content) throws IOException {
        return Files.writeString(file, content);
    }

    private ActorTokenFiles files() {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .addDefaultInterceptors()
                .withValidateUnknown(false)
                .withMapping(OperatorSettings.class)
                .withSources(new EnvConfigSource(environment, 300))
                .build();
        Set<String> names = new HashSet<>();
        config.getPropertyNames().forEach(names::add);
        return new ActorTokenFiles(
                config.getConfigMapping(OperatorSettings.class).actors(), names, 5_000, VERTX, meters);
    }

    private static void reload(ActorTokenFiles files) {
        files.reload().toCompletionStage().toCompletableFuture().join();
    }

    private double reloads(String result) {
        return meters.counter("rampgate.operate.token.reloads", "result", result)
                .count();
    }
}

package dev.rampgate.startup;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rampgate.settings.LiteralSettings;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretFilesTest {

    @TempDir
    Path mounted;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rampgate.proof.client-token",
                "rampgate.proof.client-token-next",
                "rampgate.proof.proxy",
                "rampgate.database.password",
                "rampgate.identity.header.secret",
                "rampgate.webhook.keys"
            })
    void everySecretMayComeFromAFile(String secret) throws IOException {
        assertThat(config(Map.of(secret + "-file", file("told-by-a-file\n"))).getValue(secret, String.class))
                .isEqualTo("told-by-a-file");
    }

    @Test
    void aByteOrderMarkIsNoPartOfASecret() throws IOException {
        assertThat(config(Map.of("rampgate.proof.client-token-file", file("\uFEFFtold-by-a-file")))
                        .getValue("rampgate.proof.client-token", String.class))
                .isEqualTo("told-by-a-file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a$b",
                "a${b}c",
                "$$",
                "a$$b",
                "${user.home}",
                "a\\b",
                "${",
                "\\$",
                "a,b",
                " a ",
                "a\\,b",
                "\\\\$$"
            })
    void whatLooksLikeAReferenceIsNone(String secret) throws IOException {
        assertThat(config(Map.of("rampgate.database.password-file", file(secret)))
                        .getValue("rampgate.database.password", String.class))
                .isEqualTo(secret);
    }

    @Test
    void keysMayStandOnLinesOfTheirOwn() throws IOException {
        assertThat(config(Map.of("rampgate.webhook.keys-file", file("one\ntwo\n\n")))
                        .getValues("rampgate.webhook.keys", String.class))
                .containsExactly("one", "two");
    }

    @Test
    void theEndOfTheLineDoesNotCount() throws IOException {
        assertThat(config(Map.of("rampgate.database.password-file", file(" secret \r\n\n")))
                        .getValue("rampgate.database.password", String.class))
                .isEqualTo(" secret ");
    }

    @Test
    void aSecretThatIsNoListOnSeveralLinesStopsTheStartWithoutShowingThem() throws IOException {
        String two = file("one-of\ntwo-of\n");
        assertThatThrownBy(() -> config(Map.of("rampgate.database.password-file", two)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("more than one line")
                .hasMessageNotContaining("one-of");
    }

    @Test
    void aFileThatIsNotThereStopsTheStart() {
        Path missing = mounted.resolve("missing");
        assertThatThrownBy(() -> config(Map.of("rampgate.database.password-file", missing.toString())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rampgate.database.password-file")
                .hasMessageContaining("cannot be read");
    }

    @Test
    void anEmptyFileStopsTheStart() throws IOException {
        String empty = file(" \n");
        assertThatThrownBy(() -> config(Map.of("rampgate.database.password-file", empty)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("is empty");
    }

    @Test
    void bothAFileAndAValueStopTheStartWithoutShowingEither() throws IOException {
        String file = file("one");
        assertThatThrownBy(() -> config(
                        Map.of("rampgate.database.password-file", file, "rampgate.database.password", "two-of-them")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rampgate.database.password")
                .hasMessageNotContaining("two-of-them");
    }

    @Test
    void eachReasonIsNamedWithTheVariableAndThePath() throws IOException {
        Path folder = Files.createDirectory(mounted.resolve("folder"));
        assertRefused(folder, "cannot be read: it is a directory");
        assertRefused(mounted.resolve("missing"), "cannot be read: there is no such file");
        assertRefused(mounted.resolve("no-folder/missing"), "cannot be read: there is no such file");
        assertRefused(written("long", "canary".repeat(3_000).getBytes(UTF_8)), "is longer than 16384 bytes");
        assertRefused(written("newline", "\n".getBytes(UTF_8)), "is empty");
        assertRefused(written("nothing", new byte[0]), "is empty");
        assertRefused(written("mark", "\uFEFF\r\n".getBytes(UTF_8)), "is empty");
        assertRefused(written("latin", "canary\u00e9".getBytes(ISO_8859_1)), "is not UTF-8 text");
        assertRefused(written("utf16", "canary".getBytes(UTF_16LE)), "is not UTF-8 text");
    }

    private void assertRefused(Path file, String why) {
        assertThatThrownBy(() -> config(Map.of("rampgate.database.password-file", file.toString())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("rampgate.database.password-file (RAMPGATE_DATABASE_PASSWORD_FILE): the file " + file + " "
                        + why + "; it must hold the value of rampgate.database.password");
    }

    private Path written(String name, byte[] content) throws IOException {
        return Files.write(mounted.resolve(name), content);
    }

    @Test
    void allFilesThatCannotBeUsedAreNamedAtOnceWhoeverReadsThem() throws IOException {
        Path missing = mounted.resolve("missing");
        Path empty = written("empty", new byte[0]);
        Map<String, String> settings = Map.of(
                "rampgate.database.password-file", missing.toString(),
                "rampgate.webhook.keys-file", empty.toString(),
                "rampgate.proof.client-token", "client-token-canary",
                "rampgate.proof.client-token-file", empty.toString(),
                "rampgate.operate.actors.night.token-file", missing.toString(),
                "RAMPGATE_OPERATE_ACTORS_DESK_TOKEN_FILE", missing.toString(),
                "rampgate.outbox.endpoints.orders.secrets-file", mounted.toString(),
                "rampgate.operate.proxy.secret-file", empty.toString(),
                "rampgate.privacy.erasure-ledger.keys-file", missing.toString());
        Map<String, String> all = new HashMap<>(settings);
        // As the environment gives it under both names.
        all.put("rampgate.operate.actors.desk.token-file", missing.toString());

        assertThatThrownBy(() -> config(all))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageNotContaining("canary")
                .satisfies(refused -> assertThat(refused.getMessage().lines())
                        .hasSize(8)
                        .allMatch(line -> line.startsWith("rampgate.") && line.contains(" (RAMPGATE_"))
                        .filteredOn(line -> line.contains(mounted.toString()))
                        .hasSize(7));
    }

    @Test
    void aTaskIsNotStoppedByFilesThatItDoesNotRead() throws IOException {
        Map<String, String> settings = Map.of(
                "rampgate.command", "migrate",
                "rampgate.operate.actors.night.token-file",
                        mounted.resolve("missing").toString(),
                "rampgate.database.password-file", file("told-by-a-file"));
        assertThat(config(settings).getValue("rampgate.database.password", String.class))
                .isEqualTo("told-by-a-file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunter2-canary", "canary/0123+456=", "/canary+0123/456==", "/canary", "C:canary"})
    void aSecretThatWasWrittenWhereItsFileBelongsIsNotShown(String secret) {
        assertThatThrownBy(() -> config(Map.of("rampgate.database.password-file", secret)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("RAMPGATE_DATABASE_PASSWORD_FILE")
                .hasMessageContaining("it may be the secret itself")
                .hasMessageNotContaining("canary");
    }

    private String file(String content) throws IOException {
        return Files.writeString(mounted.resolve("secret"), content).toString();
    }

    private static SmallRyeConfig config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new PropertiesConfigSource(settings, "test", 300))
                .withInterceptors(new LiteralSettings())
                .withSources(new SecretFiles())
                .build();
    }
}

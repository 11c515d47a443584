package dev.rampgate.startup;

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

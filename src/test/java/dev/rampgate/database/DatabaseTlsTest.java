package dev.rampgate.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseTlsTest {

    @TempDir
    Path directory;

    @Test
    void nothingIsEncryptedUnlessItIsSaid() {
        PgConnectOptions server = applied(Map.of());
        assertThat(server.getSslMode()).isEqualTo(SslMode.DISABLE);
    }

    @ParameterizedTest
    @CsvSource({"prefer, PREFER", "require, REQUIRE"})
    void whoDoesNotVerifyTakesAnyCertificate(String mode, SslMode expected) {
        PgConnectOptions server = applied(Map.of("ssl-mode", mode));
        assertThat(server.getSslMode()).isEqualTo(expected);
        assertThat(server.isTrustAll()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"verify-ca, VERIFY_CA, ''", "verify-full, VERIFY_FULL, HTTPS"})
    void whoVerifiesTrustsTheFileAlone(String mode, SslMode expected, String algorithm) throws IOException {
        PgConnectOptions server =
                applied(Map.of("ssl-mode", mode, "ssl-root-cert", file("-----BEGIN CERTIFICATE-----\nMIIB")));
        assertThat(server.getSslMode()).isEqualTo(expected);
        assertThat(server.isTrustAll()).isFalse();
        assertThat(server.getHostnameVerificationAlgorithm()).isEqualTo(algorithm);
        assertThat(server.getPemTrustOptions().getCertValues()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify-ca", "verify-full"})
    void verifyingNeedsAFile(String mode) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> applied(Map.of("ssl-mode", mode)))
                .withMessageContaining("RAMPGATE_DATABASE_SSL_ROOT_CERT")
                .withMessageContaining("is not set");
    }

    @Test
    void aFileThatNoConnectionVerifiesWithIsAMistake() throws IOException {
        String file = file("-----BEGIN CERTIFICATE-----\nMIIB");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> applied(Map.of("ssl-mode", "require", "ssl-root-cert", file)))
                .withMessageContaining("verify-full");
    }

    @Test
    void aFileOfAnotherKindIsRefused() throws IOException {
        String file = file("no certificate");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> applied(Map.of("ssl-mode", "verify-full", "ssl-root-cert", file)))
                .withMessageContaining("PEM");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> applied(Map.of("ssl-mode", "verify-full", "ssl-root-cert", file + "x")))
                .withMessageContaining("cannot be read");
    }

    private String file(String text) throws IOException {
        return Files.writeString(directory.resolve("authorities.pem"), text).toString();
    }

    private static PgConnectOptions applied(Map<String, String> settings) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .addDefaultInterceptors()
                .withMapping(DatabaseSettings.class);
        settings.forEach((name, value) ->
                builder.withSources(new PropertiesConfigSource(Map.of("rampgate.database." + name, value), name, 100)));
        PgConnectOptions server = new PgConnectOptions();
        new DatabaseTls(builder.build().getConfigMapping(DatabaseSettings.class)).apply(server);
        return server;
    }
}

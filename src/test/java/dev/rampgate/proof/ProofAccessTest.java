package dev.rampgate.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.net.ProxyType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProofAccessTest {

    @Test
    void twoSettingsAreEnough() {
        ProofAccess access = ProofSettingsFixture.complete().access();
        assertThat(access.baseUrl()).hasToString("http://localhost:1");
        assertThat(access.tokens().preferred().authorization()).isEqualTo("Bearer tok_made_up_0001");
        assertThat(access.tokens().hasOther()).isFalse();
        assertThat(access.origin()).isNull();
        assertThat(access.proxy()).isEmpty();
        assertThat(access.attemptTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(access.sessionDeadline()).isEqualTo(Duration.ofSeconds(15));
    }

    @ParameterizedTest
    @CsvSource({"base-url, RAMPGATE_PROOF_BASE_URL", "client-token, RAMPGATE_PROOF_CLIENT_TOKEN"})
    void aMissingSettingIsNamedInBothSpellings(String name, String variable) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> ProofSettingsFixture.complete().without(name).access())
                .withMessageContaining("rampgate.proof." + name)
                .withMessageContaining(variable)
                .withMessageContaining("is required and not set");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(
                        () -> ProofSettingsFixture.complete().with(name, "  ").access());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ramp.example.com",
                "//ramp.example.com",
                "/widget",
                "ftp://ramp.example.com",
                "wss://ramp.example.com",
                "https://",
                "https:///path",
                "https://ramp.example.com?x=1",
                "https://ramp.example.com/#top",
                "https://user:secret@ramp.example.com",
                "https://ramp.example.com/a%20b",
                "https://ramp example.com",
                "mailto:ramp@example.com"
            })
    void aBaseUrlOfAnotherShapeIsRefused(String url) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() ->
                        ProofSettingsFixture.complete().with("base-url", url).access())
                .withMessageContaining("RAMPGATE_PROOF_BASE_URL")
                .withMessageContaining("absolute http or https URL")
                .withMessageNotContaining("secret");
    }

    @ParameterizedTest
    @CsvSource({
        "https://ramp.example.com, https://ramp.example.com",
        "https://ramp.example.com/, https://ramp.example.com",
        "http://10.0.0.7:8081/proof/, http://10.0.0.7:8081/proof",
        "http://[::1]:8081, http://[::1]:8081"
    })
    void aBaseUrlMayHaveAPortAndAPath(String url, String expected) {
        assertThat(ProofSettingsFixture.complete()
                        .with("base-url", url)
                        .access()
                        .baseUrl())
                .hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"client-token", "client-token-next"})
    void aTokenThatCouldNotBeAHeaderIsRefusedWithoutRepeatingIt(String name) {
        for (String token : new String[] {"s3cret with space", "s3cret\r\nX: y", "s3cretü"}) {
            assertThatExceptionOfType(ConfigurationException.class)
                    .isThrownBy(() ->
                            ProofSettingsFixture.complete().with(name, token).access())
                    .withMessageContaining("rampgate.proof." + name)
                    .withMessageNotContaining("s3cret");
        }
    }

    @Test
    void authoritiesComeFromAPemFileOrNotAtAll(@TempDir Path directory) throws IOException {
        assertThat(ProofSettingsFixture.complete().access().authorities()).isEmpty();
        Path pem = Files.writeString(directory.resolve("ca.pem"), "-----BEGIN CERTIFICATE-----\nMIIB");
        assertThat(ProofSettingsFixture.complete()
                        .with("ca-file", pem.toString())
                        .access()
                        .authorities())
                .hasValueSatisfying(trust -> assertThat(trust.getCertValues()).hasSize(1));
        Path other = Files.writeString(directory.resolve("other"), "no certificate");
        for (String wrong : List.of(other.toString(), other + "-missing")) {
            assertThatExceptionOfType(ConfigurationException.class)
                    .isThrownBy(() -> ProofSettingsFixture.complete()
                            .with("ca-file", wrong)
                            .access())
                    .withMessageContaining("RAMPGATE_PROOF_CA_FILE");
        }
    }

    @Test
    void noTokenAppearsInPrint() {
        ProofAccess access = ProofSettingsFixture.complete()
                .with("client-token-next", "tok_other")
                .access();
        assertThat(access.toString() + access.tokens() + access.tokens().preferred())
                .doesNotContain("tok_");
    }

    @ParameterizedTest
    @ValueSource(strings = {"app.example.com", "https://app.example.com/path", "https://a\r\nX: y", "*", "null"})
    void anOriginOfAnotherShapeIsRefused(String origin) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() ->
                        ProofSettingsFixture.complete().with("origin", origin).access())
                .withMessageContaining("RAMPGATE_PROOF_ORIGIN");
    }

    @Test
    void aProxyMayNeedCredentials() {
        ProofAccess access = ProofSettingsFixture.complete()
                .with("proxy", "socks5://user:pa%3Ass@10.0.0.7:1080")
                .access();
        assertThat(access.proxy()).hasValueSatisfying(proxy -> {
            assertThat(proxy.getType()).isEqualTo(ProxyType.SOCKS5);
            assertThat(proxy.getHost()).isEqualTo("10.0.0.7");
            assertThat(proxy.getPort()).isEqualTo(1080);
            assertThat(proxy.getUsername()).isEqualTo("user");
            assertThat(proxy.getPassword()).isEqualTo("pa:ss");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "proxy:3128",
                "https://proxy:3128",
                "http://proxy",
                "http://proxy:0",
                "http://user:secret@proxy:70000"
            })
    void aProxyOfAnotherShapeIsRefused(String proxy) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() ->
                        ProofSettingsFixture.complete().with("proxy", proxy).access())
                .withMessageContaining("RAMPGATE_PROOF_PROXY")
                .withMessageNotContaining("secret");
    }

    @ParameterizedTest
    @CsvSource({
        "attempt-timeout, 0s",
        "session-deadline, -1s",
        "max-connections, 0",
        "socket-ping-interval, 0s",
        "socket-read-idle-timeout, 20s"
    })
    void numbersThatCannotWorkAreRefused(String name, String value) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(
                        () -> ProofSettingsFixture.complete().with(name, value).access())
                .withMessageContaining("rampgate.proof." + name);
    }
}

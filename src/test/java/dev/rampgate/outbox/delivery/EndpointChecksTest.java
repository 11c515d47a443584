package dev.rampgate.outbox.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rampgate.ledger.EventType;
import dev.rampgate.outbox.OutboxSettings;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointChecksTest {

    private static final String PREFIX = "RAMPGATE_OUTBOX_ENDPOINTS_";

    @TempDir
    Path folder;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void oneGoodEndpoint() throws IOException {
        set("ORDERS_URL", "https://orders.example.test:8443/hooks?key=1");
        set("ORDERS_SECRETS_FILE", file(secret(24) + "\n" + secret(64) + "\n").toString());
    }

    @Test
    void endpointsAreSetByTheEnvironment() throws IOException {
        set("ORDERS_TYPES", "transaction.completed, transaction.failed");
        set("ORDERS_TIMEOUT", "3s");
        set("ORDERS_CONCURRENCY", "4");
        set("ORDERS_RATE", "50");
        set("BOOKS2_URL", "http://10.0.0.7");
        set("BOOKS2_SECRETS_FILE", file("\n" + secret(32) + "\n\n").toString());

        EndpointChecks.Checked checked = check();

        assertThat(checked.endpoints()).extracting(Endpoint::name).containsExactly("books2", "orders");
        Endpoint orders = checked.endpoints().get(1);
        assertThat(orders.url()).hasToString("https://orders.example.test:8443/hooks?key=1");
        assertThat(orders.types()).containsExactly(EventType.COMPLETED, EventType.FAILED);
        assertThat(orders.timeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(orders.concurrency()).isEqualTo(4);
        assertThat(orders.rate()).isEqualTo(50);
        assertThat(orders.lease()).isEqualTo(Duration.ofSeconds(15));
        Endpoint books = checked.endpoints().get(0);
        assertThat(books.types()).isEmpty();
        assertThat(books.timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(checked.secrets()).hasSize(2);
    }

    @Test
    void withoutEndpointsThereIsNothingToCheck() {
        environment.clear();

        assertThat(check().endpoints()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://example.test/",
                "orders.example.test",
                "/hooks",
                "https://user:password@example.test/",
                "https://user@example.test/",
                "https://example.test/#part",
                "https:///hooks",
                "https://example.test:99999/",
                "https://exa mple.test/",
                "mailto:orders@example.test"
            })
    void aUrlThatCannotBeUsedStopsTheStartAndIsNotShown(String url) {
        set("ORDERS_URL", url);

        assertThatThrownBy(this::check)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("rampgate.outbox.endpoints.orders.url (RAMPGATE_OUTBOX_ENDPOINTS_ORDERS_URL) ")
                .hasMessageNotContaining("password")
                .hasMessageNotContaining("example.test");
    }

    @ParameterizedTest
    @CsvSource({
        "whsec_c2hvcnQ=, has no valid secret in line 1",
        "c2hvcnQtYW5kLXdpdGhvdXQtYS1wcmVmaXgtYXQtYWxs, has no valid secret in line 1",
        "whsec_%%%%, has no valid secret in line 1",
        "'', is empty",
        "'   ', is empty"
    })
    void aFileWithoutUsableSecretsStopsTheStart(String content, String why) throws IOException {
        set("ORDERS_SECRETS_FILE", file(content).toString());

        assertThatThrownBy(this::check)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("secrets-file")
                .hasMessageContaining(why);
    }

    @Test
    void aSecretOf65BytesAndOneOf23StopTheStart() throws IOException {
        for (int bytes : new int[] {23, 65}) {
            set("ORDERS_SECRETS_FILE", file(secret(32) + "\n" + secret(bytes)).toString());

            assertThatThrownBy(this::check)
                    .hasMessageContaining("has no valid secret in line 2")
                    .hasMessageNotContaining(secret(bytes));
        }
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() {
        set("ORDERS_URL", "ftp://example.test/");
        set("ORDERS_SECRETS_FILE", folder.resolve("missing").toString());
        set("ORDERS_TYPES", "transaction.completed,transaction.paid");
        set("ORDERS_TIMEOUT", "2m");
        set("ORDERS_CONCURRENCY", "0");
        set("ORDERS_RATE", "100000");
        set("BOOKS_RATE", "1");

        assertThatThrownBy(this::check)
                .satisfies(failure -> assertThat(failure.getMessage().lines().map(line -> line.split(" ")[0]))
                        .containsExactly(
                                "rampgate.outbox.endpoints.books.url",
                                "rampgate.outbox.endpoints.books.secrets-file",
                                "rampgate.outbox.endpoints.orders.url",
                                "rampgate.outbox.endpoints.orders.secrets-file",
                                "rampgate.outbox.endpoints.orders.timeout",
                                "rampgate.outbox.endpoints.orders.concurrency",
                                "rampgate.outbox.endpoints.orders.rate",
                                "rampgate.outbox.endpoints.orders.types"));
    }

    @Test
    void aNameThatTheEnvironmentCannotSpellStopsTheStart() {
        for (String name : new String[] {"Orders", "my-orders", "1st", "o".repeat(33)}) {
            SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                    .addDiscoveredConverters()
                    .withMapping(OutboxSettings.class)
                    .withDefaultValue("rampgate.outbox.endpoints." + name + ".url", "https://example.test/");

            assertThatThrownBy(() -> EndpointChecks.check(builder.build().getConfigMapping(OutboxSettings.class)))
                    .as(name)
                    .hasMessageContaining("has a name that is not possible");
        }
    }

    @Test
    void noTextShowsAUrlOrASecret() {
        Endpoint orders = check().endpoints().get(0);

        assertThat(orders + " " + check().secrets()).doesNotContain("example", "whsec", "key=1");
    }

    // --- what the tests do

    private EndpointChecks.Checked check() {
        return EndpointChecks.check(new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .addDefaultInterceptors()
                .addDiscoveredInterceptors()
                .withMapping(OutboxSettings.class)
                .withSources(new EnvConfigSource(environment, 300))
                .build()
                .getConfigMapping(OutboxSettings.class));
    }

    private void set(String name, String value) {
        environment.put(PREFIX + name, value);
    }

    private Path file(String content) throws IOException {
        Path file = Files.createTempFile(folder, "secrets", "");
        return Files.writeString(file, content);
    }

    private static String secret(int bytes) {
        byte[] secret = new byte[bytes];
        Arrays.fill(secret, (byte) bytes);
        return "whsec_" + Base64.getEncoder().encodeToString(secret);
    }
}

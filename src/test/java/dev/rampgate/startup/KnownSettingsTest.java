package dev.rampgate.startup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.channel.webhook.WebhookSettings;
import dev.rampgate.database.DatabaseSettings;
import dev.rampgate.live.LiveSettings;
import dev.rampgate.proof.ProofSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KnownSettingsTest {

    /** A group as one with names that an operator chooses would be. */
    @ConfigMapping(prefix = "rampgate.parcels")
    interface ParcelSettings {
        Map<String, Receiver> receivers();

        interface Receiver {
            String url();

            Optional<List<String>> types();

            @WithDefault("15s")
            Duration timeout();
        }
    }

    private final KnownSettings known = KnownSettings.of(Set.of(
            WebhookSettings.class,
            DatabaseSettings.class,
            LiveSettings.class,
            ProofSettings.class,
            ParcelSettings.class));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RAMPGATE_WEBHOOK_KEYS",
                "RAMPGATE_WEBHOOK_KEYS_0_",
                "RAMPGATE_WEBHOOK_KEYS_FILE",
                "RAMPGATE_WEBHOOK_LIMITS_KEYED",
                "RAMPGATE_PROOF_CLIENT_TOKEN_FILE",
                "RAMPGATE_PROOF_CLIENT_TOKEN_NEXT_FILE",
                "RAMPGATE_DATABASE_SSL_ROOT_CERT",
                "RAMPGATE_PARCELS_RECEIVERS_ORDERS_URL",
                "RAMPGATE_PARCELS_RECEIVERS__MY_ORDERS__TIMEOUT",
                "RAMPGATE_PARCELS_RECEIVERS_ORDERS_TYPES_1_",
                "rampgate.webhook.keys",
                "rampgate.webhook.keys[0]",
                "rampgate.parcels.receivers.orders.url",
                "rampgate.parcels.receivers.\"my-orders\".timeout",
                "rampgate.command"
            })
    void aNameThatSomeInterfaceDeclaresIsKnown(String name) {
        assertThat(known.isUnknown(name)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RAMPGATE_PORT",
                "RAMPGATE_SERVICE_HOST",
                "RAMPGATE_SERVICE_PORT_HTTP",
                "RAMPGATE_PORT_8080_TCP",
                "RAMPGATE_PORT_8080_TCP_ADDR",
                "RAMPGATE_MANAGEMENT_SERVICE_PORT",
                "RAMPGATE_MANAGEMENT_PORT_9000_TCP_PROTO"
            })
    void whatKubernetesSetsForAServiceOfThatNameIsNoMistake(String name) {
        assertThat(known.isUnknown(name)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"QUARKUS_HTTP_PORT", "SANDBOX_PORT", "PATH", "RAMPGATEWAY_URL", "quarkus.http.port"})
    void namesOfOthersAreTheirs(String name) {
        assertThat(known.isUnknown(name)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "RAMPGATE_WEBHOK_KEYS, RAMPGATE_WEBHOOK_KEYS",
        "RAMPGATE_WEBHOOK_KEY, RAMPGATE_WEBHOOK_KEYS",
        "RAMPGATE_DATABASE_USERNAME, RAMPGATE_DATABASE_USER",
        "RAMPGATE_DB_HOST, RAMPGATE_DATABASE_HOST",
        "RAMPGATE_PROOF_URL, RAMPGATE_PROOF_BASE_URL",
        "RAMPGATE_PROOF_TOKEN, RAMPGATE_PROOF_CLIENT_TOKEN",
        "RAMPGATE_LIVE_HEART_BEAT, RAMPGATE_LIVE_HEARTBEAT",
        "RAMPGATE_PARCELS_RECEIVERS_ORDERS_URI, RAMPGATE_PARCELS_RECEIVERS_<NAME>_URL",
        "rampgate.webhok.keys, rampgate.webhook.keys",
        "rampgate.parcels.receiver.orders.timeout, rampgate.parcels.receivers.<name>.timeout"
    })
    void anUnknownNameComesWithTheNearestKnownOne(String name, String nearest) {
        assertThat(known.isUnknown(name)).isTrue();
        assertThat(known.nearest(name)).contains(nearest);
        assertThat(known.advice(name)).isEqualTo("did you mean " + nearest + "?");
    }

    @Test
    void aNameThatResemblesNothingComesWithThePageOfAllSettings() {
        assertThat(known.isUnknown("RAMPGATE_XYZZY")).isTrue();
        assertThat(known.advice("RAMPGATE_XYZZY")).contains("docs/settings.md");
    }

    @Test
    void aVariableIsNamedOnceAndAsItsAuthorWroteIt() {
        assertThat(known.unknown(
                        Stream.of("rampgate.webhok.keys", "RAMPGATE_WEBHOK_KEYS", "rampgate.webhook.kees"),
                        Set.of("RAMPGATE_WEBHOK_KEYS")))
                .containsExactly("RAMPGATE_WEBHOK_KEYS", "rampgate.webhook.kees");
    }
}

package dev.rampgate.channel.webhook;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rampgate.support.TestSettings;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSettingsTest {

    private static final String GOOD_KEY = "webhook-key-canary-0001";

    @ParameterizedTest
    @ValueSource(strings = {"short", "fifteen-letters", "with a space in it", "key/with/slashes/in/it"})
    void aKeyThatCouldBeGuessedOrCannotStandInAUrlStopsTheStartAndIsNotPrinted(String key) {
        assertThatThrownBy(() -> WebhookKeys.of(List.of(GOOD_KEY, key)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rampgate.webhook.keys")
                .hasMessageContaining("RAMPGATE_WEBHOOK_KEYS")
                .hasMessageContaining("key 2")
                .hasMessageNotContaining(key)
                .hasMessageNotContaining(GOOD_KEY);
    }

    @Test
    void aLongKeyIsTaken() {
        assertThatCode(() -> WebhookKeys.of(List.of(GOOD_KEY))).doesNotThrowAnyException();
    }

    @Test
    void aTrustThatDoesNotExistStopsTheStartAndIsNamed() {
        assertThatThrownBy(() -> TestSettings.of(WebhookSettings.class, Map.of("rampgate.webhook.trust", "blind")))
                .hasMessageContaining("rampgate.webhook.trust");
    }
}

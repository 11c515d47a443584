package dev.rampgate.session.handoff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HandOffAddressesTest {

    private static final HandOffCode CODE = HandOffCode.of("code-canary-0001");

    @Test
    void withoutABaseUrlNothingIsHandedOff() {
        assertThat(new HandOffAddresses(new Settings(), false).areSet()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://ramp.example.com",
                "https://ramp.example.com:8443",
                "https://example.com/ramp",
                "http://localhost:8080",
                "http://127.0.0.1:8080"
            })
    void theCodeStandsBehindTheHashOfThePagesAddress(String base) {
        HandOffAddresses addresses = new HandOffAddresses(new Settings().baseUrl(base), true);

        assertThat(addresses.areSet()).isTrue();
        assertThat(addresses.pageFor(CODE)).isEqualTo(base + "/hand-off#code-canary-0001");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://ramp.example.com",
                "https://ramp.example.com/",
                "https://ramp.example.com?x",
                "https://ramp.example.com#x",
                "https://user@ramp.example.com",
                "ramp.example.com",
                "javascript:alert(1)",
                ""
            })
    void whatIsNoAddressForUsersStopsTheStart(String base) {
        stops(new Settings().baseUrl(base), "rampgate.hand-off.base-url");
    }

    @Test
    void withoutTicketsThePageCouldNotFollowSoTheStartStops() {
        Settings settings = new Settings().baseUrl("https://ramp.example.com");

        assertThatThrownBy(() -> new HandOffAddresses(settings, false))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rampgate.hand-off.base-url")
                .hasMessageContaining("rampgate.live.ticket-keys");
    }

    @Test
    void theWidgetIsFramedFromWhereItsScriptIsUnlessSaidOtherwise() {
        assertThat(new HandOffAddresses(new Settings(), true).frameOrigins())
                .containsExactly("https://widget.proof.community");
        assertThat(new HandOffAddresses(
                                new Settings().frameOrigins("https://pay.example.com", " https://id.example.com:8443"),
                                true)
                        .frameOrigins())
                .containsExactly("https://pay.example.com", "https://id.example.com:8443");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://widget.proof.community/widget.2.0.js",
                "https://widget.proof.community",
                "https://widget.proof.community/a.js; script-src *",
                "https://widget.proof.community/a.js\"onload=\"x",
                "//widget.proof.community/a.js",
                "data:text/javascript,x"
            })
    void whatIsNoAddressOfAScriptStopsTheStart(String script) {
        stops(new Settings().widgetScript(script), "rampgate.hand-off.widget-script");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "https:",
                "https://*.proof.community",
                "https://widget.proof.community/",
                "http://widget.proof.community",
                "https://a.example.com; script-src *",
                "'self'"
            })
    void whatIsNoOriginOfAFrameStopsTheStart(String origin) {
        stops(new Settings().frameOrigins(origin), "rampgate.hand-off.frame-origins");
    }

    @ParameterizedTest
    @CsvSource({"PT9S, PT1H, lifetime", "PT10M1S, PT1H, lifetime", "PT1M, PT9M, follow-for", "PT1M, PT25H, follow-for"})
    void timesThatAreTooShortOrTooLongStopTheStart(String lifetime, String followFor, String setting) {
        stops(new Settings().lifetime(lifetime).followFor(followFor), "rampgate.hand-off." + setting);
    }

    private static void stops(Settings settings, String name) {
        assertThatThrownBy(() -> new HandOffAddresses(settings, true))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(name + ": '");
    }
}

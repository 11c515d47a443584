package dev.rampgate.edge.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworksTest {

    private final Networks networks = Networks.of("it", List.of("192.0.2.0/24", " 198.51.100.7 ", "2001:db8::/32"));

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, true",
        "192.0.3.1, false",
        "198.51.100.7, true",
        "198.51.100.8, false",
        "2001:db8:ffff::1, true",
        "2001:db9::1, false",
        "::ffff:192.0.2.1, true",
        "localhost, false",
        "'', false"
    })
    void an_address_is_in_one_of_the_networks_or_not(String address, boolean contained) {
        assertThat(networks.contain(address)).isEqualTo(contained);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1",
        "2001:db8:1:2:3:4:5:6, 2001:db8:1:2::/64",
        "2001:db8:1:2::1, 2001:db8:1:2::/64",
        "2001:db8:1:3::1, 2001:db8:1:3::/64"
    })
    void a_source_is_an_ipv4_address_or_a_64_of_ipv6(String address, String source) {
        assertThat(Networks.source(address)).isEqualTo(source);
    }

    @Test
    void an_invalid_network_fails_startup_and_names_the_setting() {
        assertThatThrownBy(() -> Networks.of("rampgate.webhook.allowlist", List.of("192.0.2.0/33")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rampgate.webhook.allowlist")
                .hasMessageContaining("192.0.2.0/33");
    }
}

package dev.rampgate.edge.address;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientAddressTest {

    private static final String PROXY = "10.0.0.1";

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ClientAddress addresses = new ClientAddress(
            new ClientAddressSettings() {
                @Override
                public Optional<List<String>> trustedProxies() {
                    return Optional.of(List.of("10.0.0.0/8"));
                }

                @Override
                public String header() {
                    return "X-Forwarded-For";
                }
            },
            false,
            meters,
            InstantSource.system());

    @Test
    void without_the_header_of_a_trusted_proxy_no_address_counts_and_the_setting_is_named() {
        Lines lines = new Lines();
        Logger logger = Logger.getLogger(ClientAddress.class.getName());
        logger.addHandler(lines);
        try {
            for (int i = 0; i < 100; i++) {
                assertThat(addresses.source(PROXY, List.of())).isEmpty();
            }
        } finally {
            logger.removeHandler(lines);
        }

        assertThat(withoutHeader()).isEqualTo(100);
        assertThat(lines.written).hasSizeBetween(1, 5).allSatisfy(line -> assertThat(line)
                .contains("X-Forwarded-For", "rampgate.client-address.header")
                .doesNotContain(PROXY));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " , ", "unknown", "_hidden", "198.51.100.9, ?", "10.0.0.2"})
    void a_caller_who_hides_the_address_is_counted_by_the_peer(String value) {
        assertThat(addresses.source(PROXY, List.of(value))).contains("peer " + PROXY);
        assertThat(withoutHeader()).isZero();
    }

    @Test
    void a_known_address_counts_and_so_does_a_peer_that_is_no_proxy() {
        assertThat(addresses.source(PROXY, List.of("198.51.100.9"))).contains("198.51.100.9");
        assertThat(addresses.source("203.0.113.9", List.of())).contains("203.0.113.9");
        assertThat(addresses.source(null, List.of())).contains("peer unknown");
        assertThat(withoutHeader()).isZero();
    }

    private double withoutHeader() {
        return meters.get("rampgate.edge.addresses.unknown")
                .tag("reason", "no_header")
                .counter()
                .count();
    }

    private static final class Lines extends Handler {
        private final List<String> written = new ArrayList<>();

        @Override
        public void publish(LogRecord line) {
            written.add(line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}

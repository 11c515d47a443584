package dev.rampgate.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventIdTest {

    @Test
    void aConfirmationComesAfterItsTransitionAndBeforeTheNext() {
        List<String> order = Stream.of("2.1", "10", "1", "2", "1.1", "10.1")
                .map(text -> EventId.parse(text).orElseThrow())
                .sorted()
                .map(EventId::toString)
                .toList();

        assertThat(order).containsExactly("1", "1.1", "2", "2.1", "10", "10.1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "1.0", "1.2", "1.11", "01", "1 ", "x", "9999999999", "1;DROP", "\u0661"})
    void whatNoEventEverHadIsNoId(String text) {
        assertThat(EventId.parse(text)).isEmpty();
    }
}

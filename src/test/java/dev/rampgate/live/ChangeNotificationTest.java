package dev.rampgate.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChangeNotificationTest {

    private static final UUID SENDER = UUID.fromString("00000000-0000-4000-8000-000000000001");

    @ParameterizedTest
    @ValueSource(strings = {"a", "\u0001", "\"", "\\", "\u20ac", "\ud83d\ude80", "\u2028"})
    void whateverTheIdsAreMadeOfEachPayloadFitsAndAllArrive(String character) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            String number = Integer.toString(i);
            ids.add(character.repeat((128 - number.length()) / character.length()) + number);
        }

        List<String> payloads = ChangeNotification.payloads(SENDER, ids);

        assertThat(payloads).allMatch(payload -> payload.getBytes(StandardCharsets.UTF_8).length < 8_000);
        assertThat(payloads.stream()
                        .map(payload -> ChangeNotification.parse(payload).orElseThrow())
                        .peek(notice -> assertThat(notice.sender()).isEqualTo(SENDER))
                        .flatMap(notice -> notice.transactionIds().stream()))
                .containsExactlyElementsOf(ids);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "nobody []",
                "00000000-0000-4000-8000-000000000001 [1]",
                "[\"a\"]",
                "00000000-0000-4000-8000-000000000001 [null]",
                "00000000-0000-4000-8000-000000000001 {"
            })
    void whatSomebodyElseSendsIsNoNotice(String payload) {
        assertThat(ChangeNotification.parse(payload)).isEmpty();
    }

    @Test
    void nothingToPublishMakesNoPayload() {
        assertThat(ChangeNotification.payloads(SENDER, List.of())).isEmpty();
    }
}

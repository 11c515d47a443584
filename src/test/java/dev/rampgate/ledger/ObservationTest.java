package dev.rampgate.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ObservationTest {

    private static final Instant NOW = Instant.parse("2026-05-02T08:00:00Z");

    @Test
    void withoutItsRawTextItIsTheSame() {
        Observation webhook = from(Channel.WEBHOOK);

        assertThat(webhook.withoutRaw())
                .usingRecursiveComparison()
                .ignoringFields("raw")
                .isEqualTo(webhook);
        assertThat(webhook.withoutRaw().raw()).isNull();
    }

    @Test
    void itsRawTextAndDetailsStayOutOfLogs() {
        assertThat(from(Channel.WEBHOOK))
                .hasToString("Observation[00000000-0000-0001-0000-000000000002, WEBHOOK, id-1, failed, " + NOW + "]");
    }

    private static Observation from(Channel channel) {
        return new Observation(
                new UUID(1, 2),
                channel,
                true,
                "id-1",
                "failed",
                NOW,
                NOW.plusSeconds(1),
                NOW.plusSeconds(2),
                TransactionDetails.NONE,
                false,
                "{\"secret\":1}");
    }
}

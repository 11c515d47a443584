package dev.rampgate.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.ledger.Observation;
import dev.rampgate.proof.StatusReport;
import dev.rampgate.proof.StatusReports;
import dev.rampgate.reconcile.ObservationIds;
import dev.rampgate.support.LogListener;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What could not be read is counted, whichever channel brought it. */
class ObservationsTest {

    private static final Instant NOW = Instant.parse("2026-05-02T08:00:00Z");

    private static final String FIELDS =
            "\"merchant_transaction_id\":\"id-1\",\"status\":\"completed\",\"crypto_amount\":\"42,60\","
                    + "\"updated_at\":\"yesterday\",\"occurred_at\":\"yesterday\"}";

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Observations observations = new Observations(() -> NOW, new ObservationIds(new Random(1)), meters);

    @Test
    void anUnreadableAmountIsCountedForEveryChannelAndKeptInTheRawText() {
        StatusReport report = StatusReports.fromWebhook("{" + FIELDS);
        Observation polled = observations.polled(
                StatusReports.fromTransaction(("{" + FIELDS).getBytes(StandardCharsets.UTF_8)), NOW);
        Observation pushed = observations.pushed(
                StatusReports.fromSocket("{\"event\":\"tx.update\"," + FIELDS).orElseThrow());
        Observation reported = observations.reported(report, false);

        for (Observation observation : new Observation[] {polled, pushed, reported}) {
            assertThat(observation.amountUnreadable()).isTrue();
            assertThat(observation.details().cryptoAmount()).isNull();
            assertThat(observation.raw()).contains("\"42,60\"");
        }
        assertThat(counted("poll", "crypto_amount")).isEqualTo(1);
        assertThat(counted("poll", "updated_at")).isEqualTo(1);
        assertThat(counted("socket", "crypto_amount")).isEqualTo(1);
        assertThat(counted("socket", "occurred_at")).isEqualTo(1);
        assertThat(counted("webhook", "crypto_amount")).isEqualTo(1);
    }

    @Test
    void aFloodOfThemIsCountedAndLoggedFiveTimesWithoutWhatTheySaid() {
        StatusReport report = StatusReports.fromWebhook("{" + FIELDS);
        try (LogListener log = LogListener.on(Observations.class.getName())) {
            for (int i = 0; i < 100; i++) {
                observations.polled(report, NOW);
                observations.reported(report, false);
            }

            assertThat(log.logged()).hasSize(5).allSatisfy(line -> assertThat(line.getFormattedMessage())
                    .contains("id-1", "crypto_amount, updated_at")
                    .doesNotContain("42,60", "yesterday"));
        }
        assertThat(counted("poll", "crypto_amount")).isEqualTo(100);
    }

    private double counted(String channel, String field) {
        return meters.get("rampgate.dropped.fields")
                .tag("channel", channel)
                .tag("field", field)
                .counter()
                .count();
    }
}

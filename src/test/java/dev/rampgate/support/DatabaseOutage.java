package dev.rampgate.support;

import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.restassured.RestAssured;
import java.time.Duration;

/** Ends an outage of the database of application tests. */
public final class DatabaseOutage {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private DatabaseOutage() {}

    /**
     * Starts the database again, and waits until the application is as if it had never been away: a test that follows would else
     * find an application that still refuses reads, checks no limits, and stores late.
     */
    public static void end(MeterRegistry meters) {
        ProofAndDatabase.database().thaw();
        ProofAndDatabase.database().restart();
        String id = TestSession.open();
        await("its session is stored")
                .atMost(LIMIT)
                .until(() -> RestAssured.given().get("/transactions/" + id).statusCode() == 200);
        await("the outage has ended")
                .atMost(LIMIT)
                .until(() -> gauge(meters, "rampgate.database.away") == 0
                        && gauge(meters, "rampgate.backlog") == 0
                        && gauge(meters, "rampgate.live.listening") == 1);
    }

    /** The sum over all tags. */
    private static double gauge(MeterRegistry meters, String name) {
        return meters.get(name).gauges().stream()
                .mapToDouble(gauge -> gauge.value())
                .sum();
    }
}

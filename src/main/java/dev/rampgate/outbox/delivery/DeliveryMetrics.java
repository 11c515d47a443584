package dev.rampgate.outbox.delivery;

import dev.rampgate.telemetry.Alarms;
import dev.rampgate.telemetry.Labels;
import dev.rampgate.telemetry.ThrottledLog;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import org.jboss.logging.Logger;

/** Counters and alarms of one endpoint. */
final class DeliveryMetrics {

    private final String endpoint;
    private final Map<Outcome, Counter> attempts = new EnumMap<>(Outcome.class);
    private final Counter lost;
    private final Counter missed;
    private final Counter parkedAlarm;
    private final Counter pausedAlarm;
    private final Counter expiredAlarm;
    private final ThrottledLog log;

    DeliveryMetrics(String endpoint, InstantSource clock, MeterRegistry meters) {
        this.endpoint = endpoint;
        this.log = new ThrottledLog(Logger.getLogger(DeliveryMetrics.class), clock);
        for (Outcome outcome : Outcome.values()) {
            attempts.put(
                    outcome,
                    Counter.builder("rampgate.outbox.delivery.attempts")
                            .description("Attempts to deliver an event, by endpoint and how they ended")
                            .tag("endpoint", endpoint)
                            .tag("outcome", Labels.of(outcome))
                            .register(meters));
        }
        this.lost = Counter.builder("rampgate.outbox.delivery.claims.lost")
                .description(
                        "Attempts that ended after their lease, so that another replica may have sent the event, too")
                .tag("endpoint", endpoint)
                .register(meters);
        this.missed = Counter.builder("rampgate.outbox.delivery.missed")
                .description(
                        "Events that an endpoint will never get, since they were deleted before they could be sent")
                .tag("endpoint", endpoint)
                .register(meters);
        this.parkedAlarm = Alarms.of("delivery_parked", meters);
        this.pausedAlarm = Alarms.of("endpoint_paused", meters);
        this.expiredAlarm = Alarms.of("delivery_expired", meters);
    }

    void ended(Attempt attempt) {
        attempts.get(attempt.outcome()).increment();
        if (attempt.outcome() == Outcome.EXPIRED) {
            missed(1);
        }
    }

    void lost(int number) {
        lost.increment(number);
    }

    void parked() {
        parkedAlarm.increment();
        log.error(
                "An event for endpoint %s has used up its attempts and is parked. GET /operate/deliveries?state=parked lists"
                        + " it; resend it when its receiver can take it",
                endpoint);
    }

    void paused() {
        pausedAlarm.increment();
    }

    void missed(long number) {
        if (number > 0) {
            missed.increment(number);
            expiredAlarm.increment();
            log.error(
                    "%d events for endpoint %s were older than rampgate.outbox.retention and were deleted before they could be"
                            + " sent",
                    number, endpoint);
        }
    }
}

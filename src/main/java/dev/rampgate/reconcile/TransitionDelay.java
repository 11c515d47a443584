package dev.rampgate.reconcile;

import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Transition;
import dev.rampgate.telemetry.Labels;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;

/** Measures how long Proof's changes take to reach the ledger, by the channel that reported them first. */
@ApplicationScoped
class TransitionDelay implements CommitListener {

    /** Proof's times have seconds, so that finer limits would show nothing. */
    private static final Duration[] LIMITS = {
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMinutes(2),
        Duration.ofMinutes(10),
        Duration.ofHours(1)
    };

    private final InstantSource clock;
    private final Map<Channel, Timer> delays = new EnumMap<>(Channel.class);

    TransitionDelay(InstantSource clock, MeterRegistry meters) {
        this.clock = clock;
        for (Channel channel : Channel.values()) {
            delays.put(
                    channel,
                    Timer.builder("rampgate.transition.delay")
                            .description("From Proof's change to our commit, by the channel that reported it first")
                            .tag("channel", Labels.of(channel))
                            .serviceLevelObjectives(LIMITS)
                            .register(meters));
        }
    }

    @Override
    public void committed(BatchChanges changes) {
        Instant now = clock.instant();
        changes.transitions().stream()
                .filter(transition -> transition.occurredAt() != null)
                .forEach(transition -> delays.get(first(transition)).record(between(transition.occurredAt(), now)));
    }

    /** A webhook that only caused a poll has reported the change all the same. */
    private static Channel first(Transition transition) {
        return transition.reportedAt() != null && !transition.reportedAt().isAfter(transition.observedAt())
                ? Channel.WEBHOOK
                : transition.channel();
    }

    /** Proof's clock may be ahead of ours. */
    private static Duration between(Instant changed, Instant now) {
        return now.isAfter(changed) ? Duration.between(changed, now) : Duration.ZERO;
    }
}

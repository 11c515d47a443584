package dev.rampgate.reconcile;

import dev.rampgate.ledger.Alarm;
import dev.rampgate.ledger.Transition;
import dev.rampgate.telemetry.Alarms;
import dev.rampgate.telemetry.Labels;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** The counters and timers of the reconcile stream. Safe from any thread. */
public final class StreamMetrics {

    private final MeterRegistry meters;
    private final DistributionSummary batchSize;
    private final Counter quarantined;
    private final Counter refused;
    private final Timer stored;
    private final Timer notStored;

    /** Registers the counters of all alarms, too: Prometheus sees a counter rise only if it was there before. */
    public StreamMetrics(MeterRegistry meters) {
        this.meters = meters;
        this.batchSize = DistributionSummary.builder("rampgate.batch.observations")
                .description("Observations per committed batch")
                .serviceLevelObjectives(1, 4, 16, 64, 256)
                .register(meters);
        this.stored = batchDuration("stored");
        this.notStored = batchDuration("failed");
        this.quarantined = Counter.builder("rampgate.observations.quarantined")
                .description("Observations whose data the database refused")
                .register(meters);
        this.refused = Counter.builder("rampgate.stream.refused")
                .description("Observations that the stream refused since its lane was full")
                .register(meters);
        for (Alarm alarm : Alarm.values()) {
            Alarms.of(Labels.of(alarm), meters);
        }
    }

    private Timer batchDuration(String result) {
        return Timer.builder("rampgate.batch.duration")
                .description("One batch: reading, deciding and writing")
                .tag("result", result)
                .serviceLevelObjectives(
                        Duration.ofMillis(5),
                        Duration.ofMillis(20),
                        Duration.ofMillis(100),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(2))
                .register(meters);
    }

    /** One attempt to store a batch has ended. */
    void batchEnded(Duration duration, boolean committed) {
        (committed ? stored : notStored).record(duration);
    }

    /** One attempt to store a batch failed, also if it is repeated. */
    void batchFailed(StoreException.Kind kind) {
        meters.counter("rampgate.batches.failed", "kind", Labels.of(kind)).increment();
    }

    /** A batch was committed. */
    void batchCommitted(BatchChanges changes) {
        batchSize.record(changes.outcomes().size());
        changes.transitions().forEach(this::count);
        changes.alarms()
                .forEach(raised -> Alarms.of(Labels.of(raised.alarm()), meters).increment());
        changes.outcomesByChannel().forEach(this::count);
    }

    /** The stream refused an observation since its lane was full. */
    void observationRefused() {
        refused.increment();
    }

    /** The database refused the data of an observation. */
    void observationQuarantined() {
        quarantined.increment();
    }

    private void count(Transition transition) {
        meters.counter(
                        "rampgate.transitions",
                        "channel",
                        Labels.of(transition.channel()),
                        "status",
                        transition.status().wireName(),
                        "correction",
                        String.valueOf(transition.correction()))
                .increment();
    }

    private void count(BatchChanges.ChannelOutcome outcome, long observations) {
        meters.counter(
                        "rampgate.observations",
                        "channel",
                        Labels.of(outcome.channel()),
                        "outcome",
                        Labels.of(outcome.outcome()))
                .increment(observations);
    }
}

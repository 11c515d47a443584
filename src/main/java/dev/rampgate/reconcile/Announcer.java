package dev.rampgate.reconcile;

import dev.rampgate.ledger.Alarm;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.Transition;
import dev.rampgate.reconcile.BatchChanges.Raised;
import dev.rampgate.telemetry.Alarms;
import dev.rampgate.telemetry.Labels;
import dev.rampgate.telemetry.LogContext;
import dev.rampgate.telemetry.ThrottledLog;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jboss.logging.Logger;

/** Tells of what was committed: the transition row is the announcement, so here it is only counted and logged. */
@ApplicationScoped
public class Announcer {

    private static final Logger LOG = Logger.getLogger(Announcer.class);

    private final MeterRegistry meters;
    private final DistributionSummary batchSize;
    private final Counter quarantined;
    private final Counter unplaced;
    private final DatabaseAvailability availability;
    private final Timer stored;
    private final Timer notStored;
    private final List<CommitListener> listeners;
    private final ThrottledLog setAside;

    /** @param listeners hear of each committed batch, in this order */
    public Announcer(
            MeterRegistry meters,
            InstantSource clock,
            DatabaseAvailability availability,
            @All List<CommitListener> listeners) {
        this.meters = meters;
        this.availability = availability;
        this.setAside = new ThrottledLog(LOG, clock);
        this.listeners = listeners;
        this.batchSize = DistributionSummary.builder("rampgate.batch.observations")
                .description("Observations per committed batch")
                .serviceLevelObjectives(1, 4, 16, 64, 256)
                .register(meters);
        this.stored = batchDuration("stored");
        this.notStored = batchDuration("failed");
        this.quarantined = Counter.builder("rampgate.observations.quarantined")
                .description("Observations whose data the database refused")
                .register(meters);
        this.unplaced = Counter.builder("rampgate.stream.refused")
                .description("Observations that found no place in the stream")
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

    /** Called when a batch is over, however it ended. */
    void took(Duration duration, boolean committed) {
        (committed ? stored : notStored).record(duration);
    }

    /** Called for each observation that found no place. */
    void unplaced() {
        unplaced.increment();
    }

    /** Called once for each committed batch. */
    void announce(BatchChanges changes) {
        batchSize.record(changes.outcomes().size());
        changes.transitions().forEach(this::announce);
        changes.alarms().forEach(this::alarm);
        changes.outcomesByChannel().forEach(this::count);
        listeners.forEach(listener -> listener.committed(changes));
    }

    /** Whether the database is away. */
    boolean isDatabaseAway() {
        return availability.isAway();
    }

    /** Whether all who hear of commits have acted on what was committed until now. */
    public boolean isDone() {
        return listeners.stream().allMatch(CommitListener::isDone);
    }

    private void count(BatchChanges.ChannelOutcome what, long observations) {
        meters.counter(
                        "rampgate.observations",
                        "channel",
                        Labels.of(what.channel()),
                        "outcome",
                        Labels.of(what.outcome()))
                .increment(observations);
    }

    /** Called for each batch that was not stored, also if it is tried again. */
    void failed(StoreException failure) {
        meters.counter("rampgate.batches.failed", "kind", Labels.of(failure.kind()))
                .increment();
        if (failure.kind() == StoreException.Kind.AWAY) {
            availability.failed(failure);
        }
    }

    /** Called when one connection after the other was lost: that is more than a connection. */
    void lost(StoreException failure) {
        availability.failed(failure);
    }

    void quarantined(Observation observation, Throwable refusal) {
        quarantined.increment();
        LogContext.about(
                observation.transactionId(),
                () -> setAside.error(
                        "Observation %s of transaction %s by %s was refused by the database and set aside: %s",
                        observation.id(), observation.transactionId(), observation.channel(), refusal.getMessage()));
    }

    private void announce(Transition transition) {
        LogContext.about(
                transition.transactionId(),
                () -> LOG.infof(
                        "Transaction %s is %s (attempt %d, sequence %d, by %s%s)",
                        transition.transactionId(),
                        transition.status().wireName(),
                        transition.attempt(),
                        transition.sequence(),
                        transition.channel(),
                        transition.correction() ? ", correction" : ""));
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

    private void alarm(Raised raised) {
        Observation news = raised.observation();
        Alarms.of(Labels.of(raised.alarm()), meters).increment();
        LogContext.about(news.transactionId(), () -> tell(raised.alarm(), news));
    }

    private static void tell(Alarm alarm, Observation news) {
        switch (alarm) {
            case COMPLETED_CONTRADICTED ->
                LOG.errorf(
                        "Transaction %s is completed and confirmed here, but Proof now says %s: ask Proof's support",
                        news.transactionId(), news.status());
            case DETAILS_CONTRADICTED ->
                LOG.errorf(
                        "Transaction %s: Proof tells another type, currency or network than recorded; the first was kept",
                        news.transactionId());
            case AMOUNT_UNREADABLE ->
                LOG.errorf(
                        "Transaction %s: Proof tells %s without an amount that can be read; what it sent stands in the"
                                + " archive, and it is asked again",
                        news.transactionId(), news.status());
            case UNKNOWN_STATUS ->
                LOG.errorf(
                        "Transaction %s: Proof tells the status \"%s\", which this version does not know; it stays as it was",
                        news.transactionId(), news.status());
        }
    }
}

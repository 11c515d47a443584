package dev.rampgate.reconcile;

import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.telemetry.Alarms;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Whether the database is available. A batch that fails reports the outage; from then on a probe runs every half second, until
 * three answers in a row show that the database is back. One alarm for each outage, not one for each batch. Safe from any
 * thread.
 */
public final class DatabaseAvailability {

    private static final Logger LOG = Logger.getLogger(DatabaseAvailability.class);

    /** Between two probes. */
    private static final Duration INTERVAL = Duration.ofMillis(500);

    /** A probe without an answer within this time has failed. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);

    /** Answers in a row, so that a second passes between the first and the last. */
    private static final int STEADY = 3;

    private final Supplier<Uni<Void>> probe;
    private final EventLoop loop;
    private final Counter alarm;
    private boolean away;
    private int answers;

    /** @param probe fails unless the database can do what a batch needs */
    public DatabaseAvailability(Supplier<Uni<Void>> probe, EventLoop loop, MeterRegistry meters) {
        this.probe = probe;
        this.loop = loop;
        this.alarm = Alarms.of("database_away", meters);
        Gauge.builder("rampgate.database.away", this, availability -> availability.isAway() ? 1 : 0)
                .description(
                        "1 from the first batch that failed since the database is away until it answers steadily again, else 0")
                .register(meters);
    }

    /** From the first failure until the database has answered steadily again. */
    public synchronized boolean isAway() {
        return away;
    }

    /** Called when a batch failed since the database is away. */
    void failed(StoreException failure) {
        if (outageBegins()) {
            alarm.increment();
            LOG.errorf(
                    "The database is away (%s): sessions and webhooks are kept in memory until it is back. Do not restart any replica until then",
                    failure.getMessage());
            probeLater();
        }
    }

    /** True if this is the start of an outage. */
    private synchronized boolean outageBegins() {
        answers = 0;
        boolean begins = !away;
        away = true;
        return begins;
    }

    private void probeLater() {
        loop.schedule(INTERVAL, this::probe);
    }

    private void probe() {
        loop.within(ANSWER_LIMIT, Uni.createFrom().deferred(probe::get), IllegalStateException::new)
                .emitOn(loop)
                .subscribe()
                .with(answered -> answered(), failure -> unanswered());
    }

    private void answered() {
        if (outageEnds()) {
            LOG.info("The database is back: sessions and webhooks that were kept in memory are stored now");
        } else {
            probeLater();
        }
    }

    private void unanswered() {
        synchronized (this) {
            answers = 0;
        }
        probeLater();
    }

    private synchronized boolean outageEnds() {
        answers++;
        if (answers < STEADY) {
            return false;
        }
        away = false;
        return true;
    }
}

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
 * Whether the database is there. The first batch that finds it away says so; after that it is asked until it has answered for
 * a second without a failure in between, whether batches come or not. One alarm for each outage, not one for each batch.
 * Safe from any thread.
 */
public final class DatabaseAvailability {

    private static final Logger LOG = Logger.getLogger(DatabaseAvailability.class);

    /** How often a database that was away is asked. */
    private static final Duration INTERVAL = Duration.ofMillis(500);

    /** An answer that takes longer is none. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);

    /** Answers in a row, so that a second passes between the first and the last. */
    private static final int STEADY = 3;

    private final Supplier<Uni<Void>> question;
    private final EventLoop loop;
    private final Counter alarm;
    private boolean away;
    private int answers;

    /** @param question fails unless the database can do what a batch needs */
    public DatabaseAvailability(Supplier<Uni<Void>> question, EventLoop loop, MeterRegistry meters) {
        this.question = question;
        this.loop = loop;
        this.alarm = Alarms.of("database_away", meters);
        Gauge.builder("rampgate.database.away", this, availability -> availability.isAway() ? 1 : 0)
                .description("Whether the database did not answer, and has not answered steadily since")
                .register(meters);
    }

    public synchronized boolean isAway() {
        return away;
    }

    /** Called when work failed since the database is away. */
    void failed(StoreException failure) {
        if (leave()) {
            alarm.increment();
            LOG.errorf(
                    "The database is away (%s): sessions and webhooks are kept in memory until it is back",
                    failure.getMessage());
            askLater();
        }
    }

    /** True if it was there before. */
    private synchronized boolean leave() {
        answers = 0;
        boolean wasThere = !away;
        away = true;
        return wasThere;
    }

    private void askLater() {
        loop.schedule(INTERVAL, this::ask);
    }

    private void ask() {
        loop.within(ANSWER_LIMIT, Uni.createFrom().deferred(question::get), IllegalStateException::new)
                .emitOn(loop)
                .subscribe()
                .with(answered -> answered(), silent -> silent());
    }

    private void answered() {
        if (comeBack()) {
            LOG.info("The database is there again");
        } else {
            askLater();
        }
    }

    private void silent() {
        synchronized (this) {
            answers = 0;
        }
        askLater();
    }

    private synchronized boolean comeBack() {
        answers++;
        if (answers < STEADY) {
            return false;
        }
        away = false;
        return true;
    }
}

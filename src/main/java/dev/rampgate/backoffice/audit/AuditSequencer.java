package dev.rampgate.backoffice.audit;

import dev.rampgate.backoffice.audit.AuditStore.Look;
import dev.rampgate.database.Columns;
import dev.rampgate.database.migration.SchemaMigrated;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.eventloop.SteadyClock;
import dev.rampgate.eventloop.Ticker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Links entries of the audit to the chain: every replica looks twice a second, and one at a time links. Publishes the head outside of the database:
 * as a line of the log and as metrics. A replica that finds another chain than it knew reports that.
 */
@ApplicationScoped
public class AuditSequencer {

    private static final Logger LOG = Logger.getLogger(AuditSequencer.class);

    private static final Duration INTERVAL = Duration.ofMillis(500);

    /** At most so often a replica logs the head that it has linked. */
    static final Duration PUBLISH_EVERY = Duration.ofSeconds(10);

    private static final ChainHead NONE = new ChainHead(0, "0".repeat(64));

    private final AuditStore store;
    private final Ticker ticker;
    private final InstantSource clock;
    /** For pauses, which must not last longer where the clock is set back. */
    private final InstantSource steady;

    private final Counter lost;
    private volatile Look last;
    private volatile ChainHead reported;
    private volatile boolean unpublished;
    private Instant publishedAt = Instant.EPOCH;

    AuditSequencer(
            AuditStore store, EventLoop loop, InstantSource clock, RandomGenerator random, MeterRegistry meters) {
        this.store = store;
        this.clock = clock;
        this.steady = new SteadyClock(clock);
        this.ticker = new Ticker("audit sequencer", loop, INTERVAL, this::round, random);
        this.lost = Counter.builder("rampgate.audit.chain.lost")
                .description(
                        "Times that this replica found the chain of the audit changed behind the head that it knew")
                .register(meters);
        Gauge.builder("rampgate.audit.head", this, sequencer -> sequencer.head().position())
                .description("The number of the last entry in the chain of the audit")
                .register(meters);
        Gauge.builder(
                        "rampgate.audit.head.hash",
                        this,
                        sequencer -> number(sequencer.head().hash()))
                .description("The first 13 hex digits of that entry's hash, as a number")
                .register(meters);
        Gauge.builder("rampgate.audit.lag.seconds", this, AuditSequencer::lag)
                .description("Age of the oldest entry of the audit that is not linked to the chain yet")
                .register(meters);
    }

    void onMigrated(@Observes SchemaMigrated migrated) {
        ticker.start();
    }

    void onShutdown(@Observes ShutdownEvent shutdown) {
        ticker.stop();
        publish(Duration.ZERO);
    }

    /** Whether this replica has found the chain changed behind a head that it knew. */
    public boolean hasFoundAnotherChain() {
        return reported != null;
    }

    private ChainHead head() {
        Look look = last;
        return look == null ? NONE : look.head();
    }

    private static double number(String hash) {
        return HexFormat.fromHexDigitsToLong(hash, 0, ChainHead.METRIC_DIGITS);
    }

    private double lag() {
        Look look = last;
        return look == null || look.oldestUnlinked() == null
                ? 0
                : Math.max(0, Columns.seconds(Duration.between(look.oldestUnlinked(), clock.instant())));
    }

    /** Looks, links what there is, and looks again. */
    Uni<Void> round() {
        return look().chain(look -> look.oldestUnlinked() == null
                        ? Uni.createFrom().voidItem()
                        : store.link().chain(this::linked))
                .invoke(() -> publish(PUBLISH_EVERY));
    }

    private Uni<Void> linked(int number) {
        if (number == 0) {
            return Uni.createFrom().voidItem();
        }
        unpublished = true;
        return round();
    }

    private Uni<Look> look() {
        ChainHead known = head();
        return store.look(known.position()).invoke(look -> {
            boolean kept =
                    known.position() <= look.anchor().position() || known.hash().equals(look.hashAtKnown());
            if (!kept && !known.equals(reported)) {
                // Once: this look may not fit the table, either.
                reported = look.head();
                lost.increment();
                LOG.errorf(
                        "The chain of the audit is not the one that this replica knew: entry %s is not in it, and it ends at %s. After a"
                                + " restore that lost commits this is expected; otherwise run --verify-audit %s",
                        known, look.head(), known);
            }
            last = look;
        });
    }

    /** Outside of the database, where the head can be compared later. */
    private synchronized void publish(Duration every) {
        Instant now = steady.instant();
        if (unpublished && !now.isBefore(publishedAt.plus(every))) {
            LOG.infof("Audit head %s", head());
            unpublished = false;
            publishedAt = now;
        }
    }
}

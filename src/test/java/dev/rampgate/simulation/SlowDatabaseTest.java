package dev.rampgate.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.channel.webhook.WebhookIntake;
import dev.rampgate.channel.webhook.WebhookSettings.Trust;
import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.LedgerRules;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.reconcile.Backlog;
import dev.rampgate.reconcile.CommitListener;
import dev.rampgate.reconcile.CommitListeners;
import dev.rampgate.reconcile.DatabaseAvailability;
import dev.rampgate.reconcile.LedgerStore;
import dev.rampgate.reconcile.ReconcileStream;
import dev.rampgate.reconcile.StreamMetrics;
import dev.rampgate.support.LogListener;
import dev.rampgate.telemetry.Traces;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A database that answers, but too late for a webhook's acknowledgement, as it does while the service is flooded. */
class SlowDatabaseTest {

    private static final Instant START = Instant.parse("2026-05-02T08:00:00Z");
    private static final WorldSettings.Reconciling RECONCILING = new WorldSettings.Reconciling(10, 1, 100, 100, 100);

    private final VirtualTime time = new VirtualTime(START);
    private final VirtualLoop loop = new VirtualLoop(time);
    private final RandomGenerator random = new SplittableRandom(1);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final MemoryDatabase database = new MemoryDatabase(
            time,
            random,
            RECONCILING,
            new WorldSettings.Polling(20, 10, 2, Duration.ofSeconds(1)),
            new WorldSettings.Socketing(100),
            true);
    private final List<CommitListener> listeners = new ArrayList<>();
    private Duration pace = Duration.ofMillis(1_500);

    private final ReconcileStream stream = new ReconcileStream(
            slowly(database.store()),
            new LedgerRules(Duration.ofSeconds(30)),
            RECONCILING,
            () -> loop,
            time,
            random,
            new StreamMetrics(meters),
            new DatabaseAvailability(this::answer, loop, meters),
            new CommitListeners(listeners, time, meters),
            Traces.off());
    private final Backlog backlog = new Backlog(stream, database.store(), RECONCILING, loop, random, meters);
    private final WebhookIntake intake =
            new WebhookIntake(stream, backlog, new WorldSettings.Webhooks(Trust.ADVISORY), loop, time);

    @BeforeEach
    void start() {
        backlog.start();
    }

    @Test
    void aWebhookThatWaitsTooLongIsKeptAndAcknowledged() {
        AtomicBoolean first = take("first");
        passUntil(Duration.ofMillis(999));
        assertThat(first).isFalse();

        passUntil(Duration.ofMillis(1_051));
        assertThat(first).isTrue();
        assertThat(kept("whole")).isOne();
    }

    @Test
    void aWebhookThatIsStoredIsAcknowledgedAndNotKeptThoughAListenerThrows() {
        pace = Duration.ofMillis(100);
        listeners.add(changes -> {
            throw new IllegalStateException("a fault");
        });

        AtomicBoolean first = take("first");
        passUntil(Duration.ofMillis(500));

        assertThat(first).isTrue();
        assertThat(backlog.isHolding()).isFalse();
    }

    @Test
    void thoseThatComeLaterAreStoredAllTheSameAndNotKeptBehindIt() {
        take("first");
        passUntil(Duration.ofMillis(1_100));
        assertThat(backlog.isHolding()).isTrue();
        pace = Duration.ofMillis(100);

        AtomicBoolean second = take("second");
        passUntil(Duration.ofMillis(1_400));
        assertThat(second).isFalse();

        passUntil(Duration.ofMillis(1_700));
        assertThat(second).isTrue();
        assertThat(kept("whole")).isOne();
    }

    @Test
    void onceTheDatabaseIsAwayNoCallWaitsForIt() {
        pace = Duration.ofMinutes(1);
        take("first");
        passUntil(Duration.ofMillis(2_100));
        assertThat(stream.isDatabaseAway()).isTrue();

        AtomicBoolean second = take("second");

        assertThat(second).isTrue();
        assertThat(kept("whole")).isEqualTo(2);
    }

    @Test
    void aDatabaseThatComesAndGoesIsOneOutageUntilItHasAnsweredForASecond() {
        pace = Duration.ofMinutes(1);
        take("first");
        passUntil(Duration.ofMillis(2_100));
        for (int i = 0; i < 10; i++) {
            Duration begun = Duration.ofMillis(2_100 + i * 3_000L);
            pace = Duration.ofMillis(10);
            passUntil(begun.plusMillis(900));
            assertThat(stream.isDatabaseAway()).isTrue();
            pace = Duration.ofMinutes(1);
            passUntil(begun.plusMillis(3_000));
            assertThat(stream.isDatabaseAway()).isTrue();
        }
        assertThat(alarms()).isOne();

        pace = Duration.ofMillis(10);
        passUntil(Duration.ofMillis(32_100 + 5_000));
        assertThat(stream.isDatabaseAway()).isFalse();
        assertThat(backlog.isHolding()).isFalse();
        assertThat(alarms()).isOne();
    }

    private double alarms() {
        return meters.get("rampgate.alarms")
                .tag("alarm", "database_away")
                .counter()
                .count();
    }

    @Test
    void aFloodThatTheBacklogCannotHoldDoesNotFloodTheLog() {
        pace = Duration.ofMinutes(1);
        take("first");
        passUntil(Duration.ofMillis(2_100));
        List<ExtLogRecord> logged;
        try (LogListener log = LogListener.on(Backlog.class.getName())) {
            int room = RECONCILING.backlogCapacity() - 1 + RECONCILING.backlogIdCapacity();
            IntStream.range(0, room + 1_000).forEach(number -> take("id-" + number));
            passUntil(Duration.ofMillis(62_000));
            logged = log.logged();
        }

        assertThat(kept("nothing")).isEqualTo(1_000);
        assertThat(logged)
                .extracting(ExtLogRecord::getFormattedMessage)
                .hasSize(101)
                .last()
                .asString()
                .contains("900 more observations");
    }

    private AtomicBoolean take(String id) {
        AtomicBoolean acknowledged = new AtomicBoolean();
        Observation webhook = new Observation(
                new UUID(random.nextLong(), random.nextLong()),
                Channel.WEBHOOK,
                false,
                id,
                "processing",
                START,
                null,
                time.instant(),
                TransactionDetails.NONE,
                false,
                "{}");
        intake.take(webhook).subscribe().with(done -> acknowledged.set(true), refused -> {});
        return acknowledged;
    }

    private void passUntil(Duration moment) {
        AtomicBoolean there = new AtomicBoolean();
        time.at(START.plus(moment), () -> there.set(true));
        while (!there.get()) {
            time.step();
        }
    }

    private double kept(String what) {
        return meters.get("rampgate.backlog.kept")
                .tag("channel", "webhook")
                .tag("kept", what)
                .counter()
                .count();
    }

    /** What the availability asks, as slow as everything else. */
    private Uni<Void> answer() {
        return slowly(database.store())
                .inTransaction(unit -> unit.load(Set.of(), time.instant()))
                .replaceWithVoid();
    }

    private LedgerStore slowly(LedgerStore store) {
        return new LedgerStore() {
            @Override
            public <T> Uni<T> inTransaction(Function<UnitOfWork, Uni<T>> work) {
                return Uni.createFrom()
                        .emitter(emitter -> loop.schedule(pace, () -> emitter.complete(null)))
                        .chain(() -> store.inTransaction(work));
            }

            @Override
            public Uni<Void> makeDue(Collection<String> transactionIds, Duration spread) {
                return store.makeDue(transactionIds, spread);
            }
        };
    }
}

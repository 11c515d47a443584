package dev.rampgate.database.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.support.LogListener;
import dev.rampgate.support.ProofAndDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduler;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.logging.Level;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class HousekeepingQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String NAME = "of_a_test";

    @Inject
    Housekeeping housekeeping;

    @Inject
    Scheduler scheduler;

    @Inject
    MeterRegistry meters;

    private final AtomicInteger begun = new AtomicInteger();

    @AfterEach
    void unschedule() {
        scheduler.unscheduleJob(NAME);
    }

    @Test
    void everyJobIsScheduledOnceTheDatabaseIsMigrated() {
        assertThat(scheduler.isRunning()).isTrue();
        assertThat(scheduler.getScheduledJobs())
                .extracting(trigger -> trigger.getId())
                .contains("archive", "figures", "idempotency_sweep", "hand_off_sweep");
        await().atMost(LIMIT).until(() -> runs("figures", "succeeded") > 0 && runs("archive", "succeeded") > 0);
    }

    @Test
    void aRunIsSkippedWhileTheOneBeforeRuns() {
        CompletableFuture<Void> end = new CompletableFuture<>();
        double skipped = runs(NAME, "skipped");
        schedule(() -> Uni.createFrom().completionStage(end));

        await().atMost(LIMIT).until(() -> runs(NAME, "skipped") >= skipped + 2);
        assertThat(begun).hasValue(1);

        end.complete(null);
        await().atMost(LIMIT).until(() -> begun.get() > 1);
    }

    @Test
    void aFailedRunIsLoggedOnceWithoutItsStackAndTheNextComes() {
        double failed = runs(NAME, "failed");
        try (LogListener log = LogListener.on("")) {
            schedule(() -> {
                if (begun.get() == 1) {
                    throw new IllegalStateException("before it began");
                }
                return begun.get() == 2
                        ? Uni.createFrom().failure(new IllegalStateException("after it began"))
                        : Uni.createFrom().voidItem();
            });

            await().atMost(LIMIT).until(() -> begun.get() > 2);
            await().atMost(LIMIT).until(() -> lines(log).size() == 2);
            assertThat(runs(NAME, "failed")).isEqualTo(failed + 2);
            assertThat(lines(log).get(0).getLevel().intValue()).isEqualTo(Level.WARNING.intValue());
            assertThat(lines(log).get(0).getFormattedMessage())
                    .isEqualTo("The housekeeping job of_a_test failed and is repeated: before it began");
            assertThat(lines(log))
                    .allSatisfy(line -> assertThat(line.getThrown()).isNull());
            assertThat(lines(log).get(1).getFormattedMessage())
                    .isEqualTo("The housekeeping job of_a_test succeeds again");
        }
    }

    private static List<ExtLogRecord> lines(LogListener log) {
        return List.copyOf(log.logged()).stream()
                .filter(line -> line.getFormattedMessage().contains(NAME))
                .toList();
    }

    private void schedule(Supplier<Uni<Void>> run) {
        housekeeping.schedule(new HousekeepingJob() {
            @Override
            public String name() {
                return NAME;
            }

            @Override
            public Duration interval() {
                return Duration.ofSeconds(1);
            }

            @Override
            public Uni<Void> run() {
                begun.incrementAndGet();
                return run.get();
            }
        });
    }

    private double runs(String job, String outcome) {
        return meters.find("rampgate.housekeeping.runs").tags("job", job, "outcome", outcome).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }
}

package dev.rampgate.database.housekeeping;

import dev.rampgate.database.migration.SchemaMigrated;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.quarkus.scheduler.Scheduler;
import io.quarkus.scheduler.SkippedExecution;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Runs every {@link HousekeepingJob} on Quarkus' scheduler, from the migration of the schema to the shutdown. The scheduler
 * starts halted, so that a process that does not serve, as with {@code --migrate}, runs none.
 */
@ApplicationScoped
class Housekeeping {

    private static final Logger LOG = Logger.getLogger(Housekeeping.class);

    /** Every replica's scheduler wakes at the whole second. A random delay below this one spreads their runs. */
    private static final String SPREAD = "1s";

    private final Scheduler scheduler;
    private final boolean enabled;
    private final List<HousekeepingJob> jobs;
    private final MeterRegistry meters;
    private final Map<String, Cancellable> inFlight = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    Housekeeping(
            Scheduler scheduler,
            @ConfigProperty(name = "quarkus.scheduler.enabled", defaultValue = "true") boolean enabled,
            @All List<HousekeepingJob> jobs,
            MeterRegistry meters) {
        this.scheduler = scheduler;
        this.enabled = enabled;
        this.jobs = jobs;
        this.meters = meters;
    }

    /** Without the scheduler, tables would grow and figures stand still, silently. */
    void onStart(@Observes StartupEvent start) {
        if (!enabled) {
            throw new ConfigurationException(
                    "quarkus.scheduler.enabled must stay true: the scheduler runs the housekeeping");
        }
    }

    void onMigrated(@Observes SchemaMigrated migrated) {
        jobs.forEach(this::schedule);
        scheduler.resume();
    }

    /** Runs in flight may end during the delay. */
    void onDelay(@Observes ShutdownDelayInitiatedEvent delay) {
        stopped = true;
    }

    /** What has not ended is cancelled: each run is a row of short statements and transactions, and any replica repeats it. */
    void onShutdown(@Observes ShutdownEvent shutdown) {
        stopped = true;
        inFlight.values().forEach(Cancellable::cancel);
    }

    void onSkip(@Observes SkippedExecution skipped) {
        runs(skipped.getExecution().getTrigger().getId(), "skipped").increment();
    }

    /** Repeats the job from now on, unless there is one of that name. */
    void schedule(HousekeepingJob job) {
        if (scheduler.getScheduledJob(job.name()) != null) {
            return;
        }
        Runs runs = new Runs(job);
        scheduler
                .newJob(job.name())
                .setInterval(job.interval().toString())
                .setExecutionMaxDelay(SPREAD)
                .setConcurrentExecution(ConcurrentExecution.SKIP)
                .setAsyncTask(execution -> runs.next())
                .schedule();
    }

    private Counter runs(String job, String outcome) {
        return Counter.builder("rampgate.housekeeping.runs")
                .description("Runs of the housekeeping's jobs, by how they ended")
                .tag("job", job)
                .tag("outcome", outcome)
                .register(meters);
    }

    /** Of one job, one at a time. They never fail: the scheduler would log each failure with its stack. */
    private final class Runs {

        private final HousekeepingJob job;
        private final Counter succeeded;
        private final Counter failed;
        private volatile boolean failing;

        Runs(HousekeepingJob job) {
            this.job = job;
            this.succeeded = runs(job.name(), "succeeded");
            this.failed = runs(job.name(), "failed");
            runs(job.name(), "skipped");
        }

        Uni<Void> next() {
            if (stopped) {
                return Uni.createFrom().voidItem();
            }
            return Uni.createFrom().emitter(emitter -> {
                Cancellable run = Uni.createFrom()
                        .deferred(job::run)
                        .subscribe()
                        .with(
                                done -> {
                                    end(null);
                                    emitter.complete(null);
                                },
                                failure -> {
                                    end(failure);
                                    emitter.complete(null);
                                });
                inFlight.put(job.name(), run);
            });
        }

        /** Logs once when failures begin and once when they end: an outage makes many runs fail. */
        private void end(Throwable failure) {
            if (failure == null) {
                succeeded.increment();
                if (failing) {
                    LOG.infof("The housekeeping job %s succeeds again", job.name());
                }
            } else {
                failed.increment();
                if (!failing) {
                    LOG.warnf("The housekeeping job %s failed and is repeated: %s", job.name(), failure.getMessage());
                }
            }
            failing = failure != null;
        }
    }
}

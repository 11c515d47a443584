package dev.rampgate.reconcile;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jboss.logging.Logger;

/**
 * Brings the database to the version that this build needs: once while starting, and if the database is away then, again
 * and again beside the running service. The only user of JDBC.
 */
@ApplicationScoped
public class Migration {

    private static final Logger LOG = Logger.getLogger(Migration.class);

    /** Whoever checks a setting does so before, at the default priority. */
    private static final int AFTER_CHECKS = 5_000;

    private final Flyway flyway;
    private final boolean serving;
    private final Event<SchemaMigrated> migrated;
    private volatile boolean done;

    /** @param command {@code serve}, or the one task of this process, which needs no database */
    Migration(
            Flyway flyway,
            Event<SchemaMigrated> migrated,
            @ConfigProperty(name = DatabaseSettings.COMMAND, defaultValue = DatabaseSettings.SERVE) String command) {
        this.flyway = flyway;
        this.serving = command.equals(DatabaseSettings.SERVE);
        this.migrated = migrated;
    }

    /** Whether the tables are there. */
    public boolean isDone() {
        return done;
    }

    void onStart(@Observes @Priority(AFTER_CHECKS) StartupEvent start) {
        if (!serving) {
            return;
        }
        try {
            migrate();
        } catch (FlywayException away) {
            complain(away);
            Uni.createFrom()
                    .voidItem()
                    .invoke(this::migrate)
                    .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                    .onFailure()
                    .invoke(Migration::complain)
                    .onFailure()
                    .retry()
                    .withBackOff(Duration.ofSeconds(1), Duration.ofSeconds(10))
                    .indefinitely()
                    .subscribe()
                    .with(ignored -> {});
        }
    }

    private void migrate() {
        flyway.migrate();
        done = true;
        migrated.fire(new SchemaMigrated());
    }

    private static void complain(Throwable failure) {
        LOG.errorf(
                "The database could not be migrated, and is tried again: %s. Check RAMPGATE_DATABASE_HOST, _PORT, _NAME,"
                        + " _USER and _PASSWORD, and that this user may create tables.",
                rootCause(failure).getMessage());
    }

    private static Throwable rootCause(Throwable failure) {
        return failure.getCause() == null ? failure : rootCause(failure.getCause());
    }
}

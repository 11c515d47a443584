package dev.rampgate.database.migration;

import dev.rampgate.database.DatabaseSettings;
import io.quarkus.arc.All;
import io.quarkus.runtime.PreventFurtherStepsException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Sees to it that the database has the tables that this build needs: once while starting, before a port is open, and if that
 * fails, again and again beside the running service, which is not ready until then.
 */
@ApplicationScoped
public class Migration {

    private static final Logger LOG = Logger.getLogger(Migration.class);

    /** Whoever checks a setting does so before, at the default priority. */
    private static final int AFTER_CHECKS = 5_000;

    /** Right behind the check of the database's settings: a task needs no others. */
    private static final int BEFORE_OTHER_CHECKS = 2;

    /** How long a start waits for the database to say which tables it has. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

    private static final int FAILED = 1;
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration LATER = Duration.ofSeconds(10);

    private final SchemaVersion version;
    private final FlywayMigration flyway;
    private final DatabaseSettings settings;
    private final String command;
    private final Event<SchemaMigrated> migrated;
    private final List<Preparation> preparations;
    private volatile boolean done;
    private volatile String complaint;

    /** @param command what this process is for */
    Migration(
            SchemaVersion version,
            FlywayMigration flyway,
            DatabaseSettings settings,
            Event<SchemaMigrated> migrated,
            @All List<Preparation> preparations,
            @ConfigProperty(name = DatabaseSettings.COMMAND, defaultValue = DatabaseSettings.SERVE) String command) {
        this.version = version;
        this.flyway = flyway;
        this.settings = settings;
        this.migrated = migrated;
        this.preparations = preparations;
        this.command = command;
    }

    /** Whether the tables are there. */
    public boolean isDone() {
        return done;
    }

    /** The task: nothing else of the application starts; the exit code tells how it went. */
    void onTask(@Observes @Priority(BEFORE_OTHER_CHECKS) StartupEvent start) {
        if (command.equals(DatabaseSettings.MIGRATE)) {
            // What follows is skipped silently, and the process ends since it was asked to.
            Quarkus.asyncExit(exitCodeOfTask());
            throw new PreventFurtherStepsException();
        }
    }

    private int exitCodeOfTask() {
        try {
            int steps = flyway.run();
            say("The database is at version " + SchemaVersion.NEEDED + " or later; migrations applied: " + steps);
            return 0;
        } catch (RuntimeException failed) {
            say("FAILED: " + whatToDo(failed));
            return FAILED;
        }
    }

    /** For people and scripts, whatever the log looks like. */
    private static void say(String line) {
        System.out.println(line);
    }

    void onStart(@Observes @Priority(AFTER_CHECKS) StartupEvent start) {
        if (!command.equals(DatabaseSettings.SERVE)) {
            return;
        }
        try {
            // The main thread may wait. No port is open, and nobody shall find one before the tables are there.
            if (!firstLook().await().indefinitely()) {
                bring();
                served().await().indefinitely();
            }
            prepared().await().indefinitely();
            done();
        } catch (RuntimeException failed) {
            complain(failed);
            tryAgain();
        }
    }

    /** On a machine that is busy starting, no answer in time means little: Flyway has more patience, and looks for itself. */
    private Uni<Boolean> firstLook() {
        return settings.migrateAtStart() ? isThere().onFailure().recoverWithItem(false) : isThere();
    }

    private void tryAgain() {
        Uni.createFrom()
                .deferred(this::isThere)
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .chain(there -> {
                    if (there) {
                        return Uni.createFrom().voidItem();
                    }
                    bring();
                    return served();
                })
                .chain(this::prepared)
                .invoke(this::done)
                .onFailure()
                .invoke(this::complain)
                .onFailure()
                .retry()
                .withBackOff(SOON, LATER)
                .indefinitely()
                .subscribe()
                .with(ignored -> {});
    }

    private Uni<Boolean> isThere() {
        return version.isThere().ifNoItem().after(ANSWER_LIMIT).failWith(NoAnswer::new);
    }

    /** Blocks. */
    private void bring() {
        if (!settings.migrateAtStart()) {
            throw new NotMigrated();
        }
        flyway.run();
    }

    /**
     * The migration has connections of its own: that it went well does not say that the pool's do, which serve. A replica that
     * would be ready without them would take the place of one that works.
     */
    private Uni<Void> served() {
        return isThere()
                .onFailure()
                .transform(NotServed::new)
                .invoke(there -> {
                    if (!there) {
                        throw new NotServed(null);
                    }
                })
                .replaceWithVoid();
    }

    private Uni<Void> prepared() {
        return Multi.createFrom()
                .iterable(preparations)
                .onItem()
                .transformToUniAndConcatenate(preparation ->
                        preparation.prepare().onFailure().transform(failure -> new NotPrepared(preparation, failure)))
                .onItem()
                .ignoreAsUni();
    }

    private void done() {
        done = true;
        if (complaint != null) {
            LOG.infof("The tables are at version %s or later; the last error is resolved", SchemaVersion.NEEDED);
            complaint = null;
        }
        migrated.fire(new SchemaMigrated());
    }

    /** Each complaint once, until there is another. */
    private void complain(Throwable failure) {
        String next = failure instanceof NotMigrated || failure instanceof NotServed || failure instanceof NotPrepared
                ? failure.getMessage()
                : whatToDo(failure);
        if (!next.equals(complaint)) {
            complaint = next;
            LOG.errorf("Not ready, and tried again: %s", next);
        }
    }

    private String whatToDo(Throwable failure) {
        boolean reads = command.equals(DatabaseSettings.SERVE) && !settings.migrateAtStart();
        return "The database could not be " + (reads ? "read" : "migrated") + ": "
                + rootCause(failure).getMessage()
                + ". Check RAMPGATE_DATABASE_HOST, _PORT, _NAME, _USER, _PASSWORD and _SSL_MODE"
                + (reads ? "." : ", and that this user may create tables.");
    }

    private static Throwable rootCause(Throwable failure) {
        return failure.getCause() == null ? failure : rootCause(failure.getCause());
    }

    private static final class NoAnswer extends RuntimeException {
        NoAnswer() {
            super("it does not answer", null, false, false);
        }
    }

    private static final class NotPrepared extends RuntimeException {
        NotPrepared(Preparation preparation, Throwable failure) {
            super(preparation.failure() + ": " + rootCause(failure).getMessage(), failure, false, false);
        }
    }

    private static final class NotServed extends RuntimeException {
        NotServed(Throwable failure) {
            super(
                    "The database is migrated, but the connections that serve do not work: "
                            + (failure == null
                                    ? "they see other tables"
                                    : rootCause(failure).getMessage())
                            + ". If there is a pooler in between, it must pool by session.",
                    failure,
                    false,
                    false);
        }
    }

    private static final class NotMigrated extends RuntimeException {
        NotMigrated() {
            super(
                    "The database's tables are missing or older than version " + SchemaVersion.NEEDED
                            + ", and rampgate.database.migrate-at-start is false. Run this build with --migrate; this replica"
                            + " goes on by itself then.",
                    null,
                    false,
                    false);
        }
    }
}

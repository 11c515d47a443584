package dev.rampgate.outbox;

import dev.rampgate.database.DatabaseSettings;
import io.quarkus.runtime.PreventFurtherStepsException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.pgclient.PgException;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The task {@code --new-epoch}: begins another epoch after a restore to an earlier time, before a replica writes events. Then no id
 * of an event that the restore took away is given to another event.
 */
@ApplicationScoped
class NewEpoch {

    /** Right behind the check of the database's settings: the task needs no others. */
    private static final int BEFORE_OTHER_CHECKS = 2;

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final String UNDEFINED_TABLE = "42P01";
    private static final int FAILED = 1;

    private final EventStore store;
    private final String command;

    NewEpoch(
            EventStore store,
            @ConfigProperty(name = DatabaseSettings.COMMAND, defaultValue = DatabaseSettings.SERVE) String command) {
        this.store = store;
        this.command = command;
    }

    /** Nothing else of the application starts; the exit code says how it went. */
    void onTask(@Observes @Priority(BEFORE_OTHER_CHECKS) StartupEvent start) {
        if (command.equals(DatabaseSettings.NEW_EPOCH)) {
            // What follows is skipped silently, and the process ends since it was asked to.
            Quarkus.asyncExit(exitCode());
            throw new PreventFurtherStepsException();
        }
    }

    private int exitCode() {
        try {
            // On the main thread, before a port is open.
            FeedHead begun = begin().await().atMost(ANSWER_LIMIT);
            say("Epoch " + begun.epoch() + " has begun. The feed ends at " + begun.lastPosition()
                    + "; consumers that had read further get 410 and must compare their state");
            return 0;
        } catch (RuntimeException failed) {
            say("FAILED: no epoch has begun: " + whatToDo(failed));
            return FAILED;
        }
    }

    private Uni<FeedHead> begin() {
        return store.head()
                .chain(before -> store.beginEpochAfter(before.epoch()))
                .chain(() -> store.head());
    }

    private static String whatToDo(Throwable failure) {
        Throwable cause = rootCause(failure);
        return cause instanceof PgException refused && UNDEFINED_TABLE.equals(refused.getSqlState())
                ? "the database has no events yet. Run this build with --migrate first."
                : cause.getMessage() + ". Check RAMPGATE_DATABASE_HOST, _PORT, _NAME, _USER, _PASSWORD and _SSL_MODE.";
    }

    private static Throwable rootCause(Throwable failure) {
        return failure.getCause() == null ? failure : rootCause(failure.getCause());
    }

    /** For people and scripts, whatever the log looks like. */
    private static void say(String line) {
        System.out.println(line);
    }
}

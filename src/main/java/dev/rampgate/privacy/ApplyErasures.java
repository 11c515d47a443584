package dev.rampgate.privacy;

import dev.rampgate.database.DatabaseSettings;
import io.quarkus.runtime.PreventFurtherStepsException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The task {@code --apply-erasures}: erases every user of the erasure ledger again, whatever the database has seen of it. A start does what
 * is new by itself; after the restore of a large database this task does it without the limit of a startup probe.
 */
@ApplicationScoped
class ApplyErasures {

    /** Right behind the check of the database's settings: the task needs no others. */
    private static final int BEFORE_OTHER_CHECKS = 2;

    private static final Duration LIMIT = Duration.ofHours(24);
    private static final int FAILED = 1;

    private final ErasureLedger ledger;
    private final ErasureReplay replay;
    private final String command;

    ApplyErasures(
            ErasureLedger ledger,
            ErasureReplay replay,
            @ConfigProperty(name = DatabaseSettings.COMMAND, defaultValue = DatabaseSettings.SERVE) String command) {
        this.ledger = ledger;
        this.replay = replay;
        this.command = command;
    }

    /** Nothing else of the application starts; the exit code says how it went. */
    void onTask(@Observes @Priority(BEFORE_OTHER_CHECKS) StartupEvent start) {
        if (command.equals(DatabaseSettings.APPLY_ERASURES)) {
            // What follows is skipped silently, and the process ends since it was asked to.
            Quarkus.asyncExit(exitCode());
            throw new PreventFurtherStepsException();
        }
    }

    private int exitCode() {
        if (!ledger.isOn()) {
            say("FAILED: there is no erasure ledger; set " + ErasureLedger.SETTING);
            return FAILED;
        }
        try {
            ledger.check();
            // On the main thread, before a port is open.
            ErasureReplay.Applied applied = replay.apply(true).await().atMost(LIMIT);
            say("The erasure ledger is applied: " + applied.lines() + " lines, " + applied.users() + " users compared, "
                    + applied.erased() + " erased again");
            return 0;
        } catch (ConfigurationException unusable) {
            say("FAILED: " + unusable.getMessage());
            return FAILED;
        } catch (RuntimeException failed) {
            say(
                    "FAILED, and may be repeated: " + rootCause(failed).getMessage()
                            + ". Check RAMPGATE_DATABASE_HOST, _PORT, _NAME, _USER, _PASSWORD and _SSL_MODE, and run --migrate first.");
            return FAILED;
        }
    }

    private static Throwable rootCause(Throwable failure) {
        return failure.getCause() == null ? failure : rootCause(failure.getCause());
    }

    /** For people and scripts, whatever the log looks like. */
    private static void say(String line) {
        System.out.println(line);
    }
}

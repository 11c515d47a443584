package dev.rampgate.backoffice.audit;

import dev.rampgate.backoffice.audit.AuditStore.Look;
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
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The task {@code --verify-audit}: checks the whole chain of the audit, against heads that were published if it gets some. */
@ApplicationScoped
class VerifyAudit {

    /** Right behind the check of the database's settings: the task needs no others. */
    private static final int BEFORE_OTHER_CHECKS = 2;

    /** Of one statement. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);

    private static final String UNDEFINED_TABLE = "42P01";
    private static final int PAGE = 2_000;
    private static final int FAILED = 1;
    private static final int BROKEN = 3;

    private final AuditStore store;
    private final String command;
    private final Optional<String> heads;

    VerifyAudit(
            AuditStore store,
            @ConfigProperty(name = DatabaseSettings.COMMAND, defaultValue = DatabaseSettings.SERVE) String command,
            @ConfigProperty(name = DatabaseSettings.AUDIT_HEADS) Optional<String> heads) {
        this.store = store;
        this.command = command;
        this.heads = heads;
    }

    /** Nothing else of the application starts; the exit code says how it went. */
    void onTask(@Observes @Priority(BEFORE_OTHER_CHECKS) StartupEvent start) {
        if (command.equals(DatabaseSettings.VERIFY_AUDIT)) {
            // What follows is skipped silently, and the process ends since it was asked to.
            Quarkus.asyncExit(exitCode());
            throw new PreventFurtherStepsException();
        }
    }

    private int exitCode() {
        List<ChainHead> published = heads.stream()
                .flatMap(all -> Stream.of(all.split(",")))
                .flatMap(head -> ChainHead.parse(head).stream())
                .toList();
        try {
            return report(check(published));
        } catch (RuntimeException failed) {
            say("FAILED: the audit was not checked: " + whatToDo(failed));
            return FAILED;
        }
    }

    private int report(Checked checked) {
        if (checked.wrong().isPresent()) {
            say("BROKEN: " + checked.wrong().get() + ". Whole up to " + checked.last());
            return BROKEN;
        }
        say("The chain of the audit is whole, from entry " + (checked.anchor().position() + 1) + " to its head "
                + checked.last() + "; entries not linked yet: " + checked.unlinked());
        return 0;
    }

    /**
     * How the check went.
     *
     * @param wrong empty if the chain is whole
     */
    record Checked(Optional<String> wrong, ChainHead anchor, ChainHead last, int unlinked) {}

    /** Page by page, on the main thread, before a port is open. */
    Checked check(List<ChainHead> published) {
        Look begin = get(store.look(0));
        AuditStore.Part part = get(store.part(0, PAGE));
        ChainCheck check = new ChainCheck(part.anchor(), published);
        long read = part.anchor().position();
        while (!part.entries().isEmpty() && !check.isBroken()) {
            check.next(part.entries());
            read = part.entries().get(part.entries().size() - 1).position();
            part = get(store.part(read, PAGE));
        }
        List<LinkedEntry> unlinked = get(store.unlinked());
        unlinked.forEach(check::unlinked);
        return new Checked(
                check.result().or(() -> cutOff(begin, check.last())), check.anchor(), check.last(), unlinked.size());
    }

    /** What the table of the chain itself remembers; whoever cut off the tail may have left that as it was. */
    private static Optional<String> cutOff(Look begin, ChainHead last) {
        return begin.head().position() > last.position()
                ? Optional.of("entry " + (last.position() + 1) + " is missing: the chain ends at " + last.position()
                        + " and had come to " + begin.head().position() + ": its tail was cut off")
                : Optional.empty();
    }

    private static <T> T get(Uni<T> statement) {
        return statement.await().atMost(ANSWER_LIMIT);
    }

    private static String whatToDo(Throwable failure) {
        Throwable cause = rootCause(failure);
        return cause instanceof PgException refused && UNDEFINED_TABLE.equals(refused.getSqlState())
                ? "the database has no audit yet. Run this build with --migrate first."
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

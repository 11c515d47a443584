package dev.rampgate.startup;

import dev.rampgate.backoffice.audit.ChainHead;
import dev.rampgate.database.DatabaseSettings;
import dev.rampgate.edge.ConnectionInitializer;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;

/**
 * Starts Rampgate as a service, or for one task that the argument names: {@code --smoke}, which needs no database, or
 * {@code --migrate}, {@code --new-epoch}, {@code --apply-erasures} or {@code --verify-audit}, which need the database only. A task opens no port. The process ends with the task; its
 * exit code is 0 on success.
 */
@QuarkusMain
public final class RampgateMain {

    private static final int USAGE = 2;

    RampgateMain() {}

    public static void main(String... arguments) {
        List<String> tasks = List.of(arguments);
        if (tasks.isEmpty()) {
            ConnectionInitializer.install();
            Quarkus.run(null, StartFailure::end);
        } else if (tasks.equals(List.of("--smoke"))) {
            configure("smoke");
            Quarkus.run(SmokeTest.class, StartFailure::end);
        } else if (tasks.equals(List.of("--migrate"))) {
            runOnDatabase(DatabaseSettings.MIGRATE);
        } else if (tasks.equals(List.of("--new-epoch"))) {
            runOnDatabase(DatabaseSettings.NEW_EPOCH);
        } else if (tasks.equals(List.of("--apply-erasures"))) {
            runOnDatabase(DatabaseSettings.APPLY_ERASURES);
        } else if (isVerifyAudit(tasks)) {
            System.setProperty(DatabaseSettings.AUDIT_HEADS, String.join(",", tasks.subList(1, tasks.size())));
            runOnDatabase(DatabaseSettings.VERIFY_AUDIT);
        } else {
            System.err.println("""
                    Rampgate takes no argument, or one of
                      --smoke           opens a session at Proof for each offered pair
                      --migrate         migrates the database to the version of this build
                      --new-epoch       begins another epoch of events, after a restore that lost commits
                      --apply-erasures  erases every user of the erasure ledger again, after a restore
                      --verify-audit [number:hash ...]
                                        checks the chain of the audit, against heads that the log or the metrics published""");
            System.exit(USAGE);
        }
    }

    private static boolean isVerifyAudit(List<String> tasks) {
        return tasks.get(0).equals("--verify-audit")
                && tasks.stream().skip(1).allMatch(head -> ChainHead.parse(head).isPresent());
    }

    private static void runOnDatabase(String task) {
        configure(task);
        // A task has no requests to finish, so that the messages about shutdown would only confuse.
        System.setProperty("quarkus.log.category.\"io.quarkus.runtime.shutdown\".level", "OFF");
        Quarkus.run(null, StartFailure::end);
    }

    /** Sets the task's configuration, before Quarkus reads it. */
    private static void configure(String task) {
        System.setProperty(DatabaseSettings.COMMAND, task);
        System.setProperty("quarkus.http.host-enabled", "false");
        System.setProperty("quarkus.management.host-enabled", "false");
        // No load balancer and no request has to be waited for.
        System.setProperty("quarkus.shutdown.delay", "0s");
    }
}

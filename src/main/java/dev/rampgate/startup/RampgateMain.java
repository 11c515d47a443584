package dev.rampgate.startup;

import dev.rampgate.database.DatabaseSettings;
import dev.rampgate.edge.ConnectionInitializer;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;

/**
 * Starts Rampgate as the service that it is, or for one task that an argument names: {@code --smoke}, which needs no database,
 * or {@code --migrate}, which needs nothing else. A task listens on no port; its end is the end of the process, and the exit
 * code tells how it went.
 */
@QuarkusMain
public final class RampgateMain {

    private static final int USAGE = 2;

    RampgateMain() {}

    public static void main(String... arguments) {
        List<String> tasks = List.of(arguments);
        if (tasks.isEmpty()) {
            ConnectionInitializer.install();
            Quarkus.run();
        } else if (tasks.equals(List.of("--smoke"))) {
            announce("smoke");
            Quarkus.run(SmokeTest.class);
        } else if (tasks.equals(List.of("--migrate"))) {
            announce(DatabaseSettings.MIGRATE);
            // Nothing is under way that would have to end, and nobody is left who could be told of it.
            System.setProperty("quarkus.log.category.\"io.quarkus.runtime.shutdown\".level", "OFF");
            Quarkus.run();
        } else {
            System.err.println("""
                    Rampgate takes no argument, or one of
                      --smoke    a session for each offered pair at Proof
                      --migrate  brings the database to the version of this build""");
            System.exit(USAGE);
        }
    }

    /** Tells the configuration, before it is read. */
    private static void announce(String task) {
        System.setProperty(DatabaseSettings.COMMAND, task);
        System.setProperty("quarkus.http.host-enabled", "false");
        System.setProperty("quarkus.management.host-enabled", "false");
    }
}

package dev.rampgate.operate;

import dev.rampgate.edge.AnswerDeadlines;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;

/**
 * Starts Rampgate as the service that it is, or for one task that an argument names: {@code --smoke}. A task neither
 * listens on a port nor touches the database; its end is the end of the process, and the exit code tells how it went.
 */
@QuarkusMain
public final class RampgateMain {

    private static final int USAGE = 2;

    private RampgateMain() {}

    public static void main(String... arguments) {
        List<String> tasks = List.of(arguments);
        if (tasks.isEmpty()) {
            AnswerDeadlines.install();
            Quarkus.run();
        } else if (tasks.equals(List.of("--smoke"))) {
            // Told to the configuration before it is read.
            System.setProperty("rampgate.command", "smoke");
            System.setProperty("quarkus.http.host-enabled", "false");
            System.setProperty("quarkus.management.host-enabled", "false");
            Quarkus.run(SmokeTest.class);
        } else {
            System.err.println("Rampgate takes no argument, or --smoke: a session for each offered pair at Proof");
            System.exit(USAGE);
        }
    }
}

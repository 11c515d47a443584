package dev.rampgate.sandbox;

import java.util.Optional;

/**
 * Ends the sandbox with the Maven that started it. {@code mvn -Psandbox} runs the artifact in a process of its own, and Maven does not
 * pass signals on to it: without this, SIGTERM to Maven would leave the sandbox and its ports behind.
 */
final class EndOfMaven {

    /** The launcher of every Maven; its command line begins with the class path, so the name is near the front. */
    private static final String LAUNCHER = "classworlds";

    private EndOfMaven() {}

    /** Ends this process, as SIGTERM does, when its parent ends and is Maven. */
    static void endsThisProcess() {
        Optional<ProcessHandle> parent = ProcessHandle.current().parent();
        parent.filter(EndOfMaven::isMaven).ifPresent(maven -> runAfter(maven, () -> System.exit(143)));
    }

    static boolean isMaven(ProcessHandle process) {
        ProcessHandle.Info shown = process.info();
        return shown.commandLine().filter(line -> line.contains(LAUNCHER)).isPresent();
    }

    static void runAfter(ProcessHandle process, Runnable end) {
        process.onExit().thenRun(end);
    }
}

package dev.rampgate.bench;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;

/** Where and with what it was measured. */
final class Machine {

    private Machine() {}

    static String describe(PostgresServer server, Path folder, String mode) {
        return """
            %s, `bench/run%s`: %d processors (%s), %s GB of memory, load %s at the end; Linux %s, cluster on %s.
            Java %s, PostgreSQL %s (fsync and synchronous_commit on), Node %s, %s, %s; all on loopback.
            """.formatted(
                        LocalDate.now(),
                        mode.equals("full") ? "" : " --" + mode,
                        Runtime.getRuntime().availableProcessors(),
                        processor(),
                        memory(),
                        first("/proc/loadavg"),
                        System.getProperty("os.version"),
                        disk(folder),
                        Runtime.version(),
                        server.version(),
                        printed(folder, "node", "--version"),
                        printed(folder, "nginx", "-v").replace("nginx version: ", ""),
                        printed(folder, "sh", "-c", "wrk -v | head -n 1 | cut -d' ' -f1-3"));
    }

    private static String printed(Path folder, String... command) {
        return Run.quietly(folder, List.of(command)).strip().lines().findFirst().orElse("?");
    }

    private static String disk(Path folder) {
        try {
            FileStore store = Files.getFileStore(folder);
            return store.type() + " (" + store.name() + ")";
        } catch (IOException unknown) {
            return "an unknown disk";
        }
    }

    private static String processor() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException unknown) {
            return System.getProperty("os.arch");
        }
    }

    private static String memory() {
        String line = first("/proc/meminfo");
        return Long.toString(Long.parseLong(line.replaceAll("[^0-9]", "")) / 1_048_576);
    }

    private static String first(String file) {
        try {
            return Files.readAllLines(Path.of(file)).get(0);
        } catch (IOException unknown) {
            return "?";
        }
    }
}

package dev.rampgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive of classes that the image of the JVM makes while it is built. */
class SharedClassesIT {

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final long LIMIT_SECONDS = 120;

    @TempDir
    Path folder;

    @Test
    void theApplicationStartsFromItsArchiveOfClasses() throws IOException, InterruptedException {
        assumeTrue(PackagedRampgate.executable().isEmpty(), "an executable has no classes to load");
        copy(Path.of("target/quarkus-app"), folder);
        String jar = folder.resolve("quarkus-run.jar").toString();
        String archive = folder.resolve("rampgate.jsa").toString();
        // With -Xshare:on a JVM that cannot use its archive does not start.
        List<String> asksForHelp =
                List.of(JAVA, "-Xshare:on", "-XX:SharedArchiveFile=" + archive, "-jar", jar, "--help");
        assertThat(run(asksForHelp).text()).doesNotContain("Rampgate takes no argument");

        Ended made = run(List.of("src/main/docker/share-classes.sh", folder.toString()));

        assertThat(made.code()).as(made.text()).isZero();
        assertThat(run(asksForHelp).text()).contains("Rampgate takes no argument");
    }

    private record Ended(int code, String text) {}

    private Ended run(List<String> command) throws IOException, InterruptedException {
        Path log = Files.createTempFile(folder, "command", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().merge("PATH", Path.of(JAVA).getParent() + ":", (path, ours) -> ours + path);
        Process process = builder.start();
        assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), Files.readString(log));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }
}

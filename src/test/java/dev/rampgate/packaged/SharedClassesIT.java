package dev.rampgate.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the image of the JVM keeps of the application's classes while it is built. */
class SharedClassesIT {

    private static final long LIMIT_SECONDS = 120;

    @TempDir
    Path folder;

    /** The one that runs the tests, and the image's if it is installed where Debian installs it. */
    static Stream<Path> jvms() throws IOException {
        Path own = Path.of(System.getProperty("java.home"));
        Path installed = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(installed)) {
            return Stream.of(own);
        }
        try (Stream<Path> homes = Files.list(installed)) {
            List<Path> found = homes.filter(home -> home.toString().matches(".*-25\\b.*"))
                    .filter(home -> Files.isExecutable(home.resolve("bin/java")))
                    .toList();
            return Stream.concat(Stream.of(own), found.stream()).distinct();
        }
    }

    @ParameterizedTest
    @MethodSource("jvms")
    void theApplicationStartsFromWhatWasKept(Path jvm) throws IOException, InterruptedException {
        assumeTrue(PackagedRampgate.executable().isEmpty(), "an executable has no classes to load");
        copy(Path.of("target/quarkus-app"), folder);
        List<String> asksForHelp =
                new ArrayList<>(List.of(jvm.resolve("bin/java").toString()));
        asksForHelp.addAll(mustUseWhatWasKept(jvm));
        asksForHelp.addAll(List.of("-jar", folder.resolve("quarkus-run.jar").toString(), "--help"));
        assertThat(run(jvm, asksForHelp).text()).doesNotContain("Rampgate takes no argument");

        Ended made = run(jvm, List.of("src/main/docker/share-classes.sh", folder.toString()));

        assertThat(made.code()).as(made.text()).isZero();
        assertThat(run(jvm, asksForHelp).text()).contains("Rampgate takes no argument");
    }

    /** With these options a JVM that cannot use it does not start. */
    private List<String> mustUseWhatWasKept(Path jvm) throws IOException, InterruptedException {
        String version = run(jvm, List.of(jvm.resolve("bin/java").toString(), "-XX:AOTMode=off", "-version"))
                .text();
        return version.contains("Unrecognized VM option")
                ? List.of("-Xshare:on", "-XX:SharedArchiveFile=" + folder.resolve("rampgate.jsa"))
                : List.of("-XX:AOTMode=on", "-XX:AOTCache=" + folder.resolve("rampgate.aot"));
    }

    private record Ended(int code, String text) {}

    private Ended run(Path jvm, List<String> command) throws IOException, InterruptedException {
        Path log = Files.createTempFile(folder, "command", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().merge("PATH", jvm.resolve("bin") + ":", (path, ours) -> ours + path);
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

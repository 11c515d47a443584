package dev.rampgate.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.startup.ApplicationProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be known of the Dockerfiles without an engine that builds them. */
class ImagesTest {

    private static final Path FOLDER = Path.of("src/main/docker");

    /** Of the sources of a COPY out of the project. */
    private static final Pattern COPY = Pattern.compile("(?m)^COPY (?!--from)(?:--\\S+ )*(.+) \\S+$");

    @TempDir
    Path project;

    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile.native", "Dockerfile.jvm", "Dockerfile.sandbox"})
    void whatIsCopiedIsInTheContext(String name) throws IOException {
        List<String> allowed = Files.readAllLines(Path.of(".dockerignore")).stream()
                .filter(line -> line.startsWith("!"))
                .map(line -> line.substring(1))
                .toList();

        assertThat(COPY.matcher(text(name)).results().flatMap(ImagesTest::sources))
                .isNotEmpty()
                .allSatisfy(source -> assertThat(allowed).anyMatch(source::startsWith))
                .filteredOn(source -> !source.startsWith("target/"))
                .allSatisfy(source -> assertThat(Path.of(source)).exists());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile.native", "Dockerfile.jvm", "Dockerfile.sandbox"})
    void nobodyIsRootAndNothingIsLatest(String name) throws IOException {
        String text = text(name);

        // A number: Kubernetes cannot know whether a name is root.
        assertThat(last(text, "(?m)^USER (\\S+)$")).matches("[1-9][0-9]*");
        assertThat(Pattern.compile("(?m)^FROM (\\S+)").matcher(text).results().map(found -> found.group(1)))
                .isNotEmpty()
                .allMatch(image -> image.matches(".+:(jdk-)?[0-9].*"));
        assertThat(text).contains("org.opencontainers.image.licenses=\"Apache-2.0\"");
        assertThat(text.lines()).noneMatch(line -> line.startsWith("HEALTHCHECK") || line.startsWith("ADD "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile.native", "Dockerfile.jvm"})
    void bothPortsAreTheOnesThatAreListenedOn(String name) throws IOException {
        Properties properties = ApplicationProperties.read();

        assertThat(last(text(name), "(?m)^EXPOSE (.+)$"))
                .isEqualTo(properties.getProperty("quarkus.http.port") + " "
                        + properties.getProperty("quarkus.management.port"));
    }

    /** A script stands in for Docker and the registry. */
    @Test
    void everyForeignImageIsPinnedByOneCommandAndKeepsItsTag() throws Exception {
        for (String part : List.of(".ci/pin-images", "compose.yaml")) {
            Files.createDirectories(project.resolve(part).getParent());
            Files.copy(Path.of(part), project.resolve(part), StandardCopyOption.COPY_ATTRIBUTES);
        }
        copy(FOLDER);
        copy(Path.of("deploy"));
        String digest = "sha256:" + "ab".repeat(32);
        Path docker = Files.writeString(project.resolve("docker"), """
                #!/bin/sh
                case "$*" in *Platform*) echo "linux/amd64 linux/arm64 " ;; *) echo %s ;; esac
                """.formatted(digest));
        assertThat(docker.toFile().setExecutable(true)).isTrue();

        assertThat(pin()).isZero();
        assertThat(pin("--check")).isZero();
        String dockerfile = Files.readString(project.resolve(FOLDER).resolve("Dockerfile.native"));
        assertThat(dockerfile.lines().filter(line -> line.startsWith("FROM ")))
                .isNotEmpty()
                .allMatch(line -> line.matches("FROM \\S+:\\S+@" + digest + "( AS \\S+)?"));
        assertThat(dockerfile.replace("@" + digest, "")).isEqualTo(text("Dockerfile.native"));
        assertThat(Files.readString(project.resolve("compose.yaml")))
                .contains("postgres:17.5@" + digest + "\n")
                .contains("image: rampgate:0.1.0-jvm\n");

        Files.writeString(project.resolve("compose.yaml"), "image: docker.io/library/postgres:17.5\n");
        assertThat(pin("--check")).isEqualTo(1);
    }

    private int pin(String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(project.resolve(".ci/pin-images").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().merge("PATH", "", (path, none) -> project + ":" + path);
        Process process =
                builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private void copy(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.createDirectories(project.resolve(file).getParent());
                Files.copy(file, project.resolve(file));
            }
        }
    }

    private static Stream<String> sources(MatchResult copy) {
        return Stream.of(copy.group(1).split(" ")).map(source -> source.replaceAll("/?(\\*.*)?$", ""));
    }

    private static String last(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .reduce((first, second) -> second)
                .orElseThrow()
                .group(1);
    }

    private static String text(String name) throws IOException {
        return Files.readString(FOLDER.resolve(name));
    }
}

package dev.rampgate.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.startup.ApplicationProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be known of the Dockerfiles without an engine that builds them. */
class ImagesTest {

    private static final Path FOLDER = Path.of("src/main/docker");

    /** Of the sources of a COPY out of the project. */
    private static final Pattern COPY = Pattern.compile("(?m)^COPY (?!--from)(?:--\\S+ )*(.+) \\S+$");

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

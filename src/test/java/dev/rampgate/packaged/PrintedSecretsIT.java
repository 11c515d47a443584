package dev.rampgate.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Nothing that the whole suite printed holds a secret (invariant I6). Every secret of the tests has {@code canary} in it;
 * the packaged artifacts are looked at when they end.
 */
class PrintedSecretsIT {

    /** Where {@code PrintedOutput} copies what each process of tests prints. */
    private static final Path PRINTED = Path.of("target/printed");

    /** What others make, and what people are: e-mail addresses, the database's password, signatures. */
    private static final List<String> PERSONAL = List.of("@example.test", "sandbox-only", "Bearer ");

    private static final Pattern SIGNATURE = Pattern.compile("v2:[0-9a-f]{16}");

    private static final Pattern OUR_LOG = Pattern.compile("^(\\d{4}-\\d{2}-\\d{2}[ T]|\\{\"timestamp\").*");

    @Test
    void nothingThatTheWholeSuitePrintedHoldsASecret() throws IOException {
        try (Stream<Path> files = Files.isDirectory(PRINTED) ? Files.list(PRINTED) : Stream.empty()) {
            List<Path> processes = files.toList();
            if ("false".equals(System.getProperty("unit-tests.skipped"))) {
                assertThat(processes).as("files in %s, a process each", PRINTED).isNotEmpty();
            }
            for (Path process : processes) {
                // Strangers' bytes may be among them, which are no characters.
                assertHoldsNoSecret(
                        process.toString(),
                        Files.readString(process, StandardCharsets.ISO_8859_1).lines());
            }
        }
    }

    @Test
    void aSecretWouldBeFound() {
        assertThat(isSecret("2026-05-02 10:00:00 INFO of client-token-canary-0001"))
                .isTrue();
        assertThat(isSecret("    at Some.trace(client-token-canary-0001)")).isTrue();
        assertThat(isSecret("{\"timestamp\":\"2026\",\"message\":\"jo@example.test\"}"))
                .isTrue();
        assertThat(isSecret("2026-05-02 10:00:00 INFO nothing to see")).isFalse();
    }

    /** Fails without repeating the secret. */
    static void assertHoldsNoSecret(String where, Stream<String> lines) {
        List<Integer> found = new java.util.ArrayList<>();
        int[] number = new int[1];
        lines.forEach(line -> {
            number[0]++;
            if (isSecret(line)) {
                found.add(number[0]);
            }
        });
        assertThat(found)
                .as("lines with a secret among those that %s printed", where)
                .isEmpty();
    }

    /** Plain searches first: this looks at what a replica logged at each of its kills. */
    private static boolean isSecret(String line) {
        return line.contains("canary")
                || (PERSONAL.stream().anyMatch(line::contains)
                                || SIGNATURE.matcher(line).find())
                        && OUR_LOG.matcher(line).matches();
    }
}

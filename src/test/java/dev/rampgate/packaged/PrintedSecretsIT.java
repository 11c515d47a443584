package dev.rampgate.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.junit.jupiter.api.Test;

/**
 * Nothing that the whole suite printed holds a secret (invariant I6). Every secret of the tests has {@code canary} in it;
 * the packaged artifacts are looked at when they end.
 */
class PrintedSecretsIT {

    private static final Path REPORTS = Path.of("target/surefire-reports");
    private static final Pattern CANARY = Pattern.compile("canary");
    /** What others make, and what people are: signatures, e-mail addresses, the database's password. */
    private static final Pattern PERSONAL =
            Pattern.compile("v2:[0-9a-f]{16}|[a-z.]+@example\\.test|sandbox-only|Bearer ");

    private static final Pattern OUR_LOG = Pattern.compile("^(\\d{4}-\\d{2}-\\d{2}[ T]|\\{\"timestamp\").*");

    @Test
    void nothingThatTheWholeSuitePrintedHoldsASecret() throws IOException, XMLStreamException {
        try (Stream<Path> reports = Files.isDirectory(REPORTS) ? Files.list(REPORTS) : Stream.empty()) {
            List<Path> suites = reports.filter(
                            path -> path.getFileName().toString().startsWith("TEST-"))
                    .toList();
            for (Path suite : suites) {
                assertHoldsNoSecret(suite.toString(), printed(suite).lines());
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

    private static boolean isSecret(String line) {
        return CANARY.matcher(line).find()
                || (OUR_LOG.matcher(line).matches() && PERSONAL.matcher(line).find());
    }

    /** What a suite printed, without the settings and failures that its report holds as well. */
    private static String printed(Path report) throws IOException, XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        StringBuilder printed = new StringBuilder();
        try (InputStream in = Files.newInputStream(report)) {
            XMLStreamReader xml = factory.createXMLStreamReader(in);
            boolean output = false;
            while (xml.hasNext()) {
                switch (xml.next()) {
                    case XMLStreamConstants.START_ELEMENT ->
                        output = xml.getLocalName().startsWith("system-");
                    case XMLStreamConstants.END_ELEMENT -> output = false;
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                        if (output) {
                            printed.append(xml.getText());
                        }
                    }
                    default -> {
                        // Neither text nor element.
                    }
                }
            }
        }
        return printed.toString();
    }
}

package dev.rampgate.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/metrics.md and the code tell the same list. */
class MetricsListTest {

    /** However a meter is made, its name stands right behind. */
    private static final Pattern METER = Pattern.compile(
            "(?:[cC]ounter|Counter\\.builder|Gauge\\.builder|Timer\\.builder|DistributionSummary\\.builder|\\.timer|\\.summary|\\.gauge)"
                    + "\\(\\s*\"(rampgate\\.[a-z.]+)\"");

    private static final Pattern SUFFIX = Pattern.compile("(_total|_seconds)$");

    @Test
    void everyMeterOfTheCodeHasItsLineAndEveryLineItsMeter() throws IOException {
        Set<String> documented =
                MetricsList.read().ours().map(MetricsListTest::bare).collect(Collectors.toCollection(TreeSet::new));

        assertThat(documented).isEqualTo(meters());
    }

    /** Gauges have a unit in their name, timers get it from the registry: without it they are the same. */
    private static String bare(String prometheus) {
        return SUFFIX.matcher(prometheus).replaceAll("");
    }

    private static Set<String> meters() throws IOException {
        Set<String> meters = new TreeSet<>();
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source :
                    sources.filter(file -> file.toString().endsWith(".java")).toList()) {
                METER.matcher(Files.readString(source))
                        .results()
                        .map(meter -> bare(meter.group(1).replace('.', '_')))
                        .forEach(meters::add);
            }
        }
        return meters;
    }
}

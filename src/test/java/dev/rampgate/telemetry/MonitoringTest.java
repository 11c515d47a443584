package dev.rampgate.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.rampgate.support.Missing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alerts and the dashboard look at metrics that there are, and each alert tells a tired person what to do. */
class MonitoringTest {

    private static final Path FOLDER = Path.of("deploy/monitoring");
    private static final Path PROMTOOL = Path.of("/usr/bin/promtool");
    private static final Path RUNBOOK = Path.of("docs/operations.md");

    /** Names that stand for series: neither in quotes, nor functions, nor labels. */
    private static final Pattern TEXTS =
            Pattern.compile("\"[^\"]*\"|\\[[^]]*]|\\b(by|on|ignoring|without)\\s*\\([^)]*\\)");

    /** Series that a rule of ours records. */
    private static final Pattern RECORDED = Pattern.compile("rampgate:[a-z_]+:[a-z_0-9]+");

    private static final Pattern SELECTORS = Pattern.compile("\\{[^}]*}");
    private static final Pattern NAME = Pattern.compile("\\b([a-z_][a-z0-9_]*[a-z0-9])\\b(?!\\s*\\()");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)\\s*(?:=~|!~|!=|=)\\s*\"");
    private static final Set<String> WORDS =
            Set.of("by", "on", "or", "and", "unless", "offset", "ignoring", "bool", "group_left");

    /** Given to every series by whoever reads them. */
    private static final Set<String> LABELS_OF_THE_READER = Set.of("job", "pod", "namespace", "instance");

    /** Of two equal keys a reader takes one, and kubectl none. JSON is YAML. */
    private static final ObjectMapper YAML =
            new ObjectMapper(new YAMLFactory().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION));

    private final MetricsList metrics = MetricsList.read();

    @Test
    void alertsUseListedMetricsAndTheirTagsAlone() throws IOException {
        for (JsonNode alert : alerts()) {
            assertKnown(alert.path("alert").asText(), alert.path("expr").asText());
        }
    }

    @Test
    void recordingRulesUseListedMetricsAndAlertsUseEveryOne() throws IOException {
        Map<String, String> recorded = recorded();
        Set<String> used = alerts().stream()
                .flatMap(alert ->
                        RECORDED.matcher(alert.path("expr").asText()).results().map(name -> name.group()))
                .collect(Collectors.toSet());

        assertThat(recorded.keySet()).isEqualTo(used).hasSize(3 * 7);
        for (Map.Entry<String, String> rule : recorded.entrySet()) {
            assertKnown(rule.getKey(), rule.getValue());
        }
    }

    /** By Prometheus' own tool: how fast is too fast, over the windows of the rules. */
    @Test
    void objectivesAreAlarmedAtTheSpeedsThatTheyName(@TempDir Path directory) throws Exception {
        if (!Files.isExecutable(PROMTOOL)) {
            Missing.leaveOut("the objectives' alerts were LEFT OUT: there is no " + PROMTOOL);
        }
        new ObjectMapper(new YAMLFactory())
                .writeValue(
                        directory.resolve("rules.yaml").toFile(),
                        yaml("prometheus-rule.yaml").path("spec"));
        Files.copy(Path.of("src/test/resources/deploy/objectives.yaml"), directory.resolve("objectives.yaml"));

        assertThat(printed(directory, "check", "rules", "rules.yaml")).contains("SUCCESS");
        assertThat(printed(directory, "test", "rules", "objectives.yaml")).contains("SUCCESS");
    }

    private static String printed(Path directory, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(PROMTOOL.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text;
    }

    @Test
    void objectivesUseLimitsThatTheHistogramsHave() throws IOException {
        Path sources = Path.of("src/main/java/dev/rampgate");
        String webhooks = Files.readString(sources.resolve("channel/webhook/WebhookRoute.java"));
        String delays = Files.readString(sources.resolve("reconcile/TransitionDelay.java"));

        assertThat(webhooks).contains("Duration.ofMillis(500),");
        assertThat(delays).contains("Duration.ofSeconds(10),");
        assertThat(recorded().values())
                .allMatch(expression -> !expression.contains("le=")
                        || expression.contains("ack_seconds_bucket{le=\"0.5\"}")
                        || expression.contains("delay_seconds_bucket{le=\"10.0\"}"));
    }

    @Test
    void everyAlertSaysHowBadItIsAndWhatItIsAbout() throws IOException {
        assertThat(alerts()).hasSizeGreaterThan(20).allSatisfy(alert -> {
            String name = alert.path("alert").asText();
            assertThat(alert.path("labels").path("severity").asText()).as(name).isIn("critical", "warning");
            assertThat(alert.path("for").asText()).as(name).matches("[0-9]+[smh]");
            assertThat(alert.path("annotations").path("summary").asText())
                    .as(name)
                    .isNotBlank();
            assertThat(alert.path("annotations").path("description").asText())
                    .as(name)
                    .isNotBlank();
        });
        assertThat(alerts().stream().map(alert -> alert.path("alert").asText())).doesNotHaveDuplicates();
    }

    @Test
    void everyAlertHasItsParagraphAndEveryParagraphItsAlert() throws IOException {
        String runbook = Files.readString(RUNBOOK);
        List<String> names = new ArrayList<>();
        for (JsonNode alert : alerts()) {
            String name = alert.path("alert").asText();
            String anchor = name.toLowerCase(Locale.ROOT);
            names.add(name);
            assertThat(alert.path("annotations").path("runbook_url").asText()).isEqualTo(RUNBOOK + "#" + anchor);
            assertThat(runbook)
                    .contains("| [" + name + "](#" + anchor + ") | "
                            + alert.path("labels").path("severity").asText() + " |");
            assertThat(paragraph(runbook, name)).as(name).contains("**Means:** ", "**Look at:** ", "**Do:** ");
        }
        assertThat(Pattern.compile("(?m)^### (Rampgate\\w+)$")
                        .matcher(runbook)
                        .results()
                        .map(title -> title.group(1)))
                .containsExactlyElementsOf(names);
    }

    @Test
    void theRunbookNamesListedMetricsAlone() throws IOException {
        Set<String> named = Pattern.compile("`(rampgate_[a-z_]+)`")
                .matcher(Files.readString(RUNBOOK))
                .results()
                .map(name -> name.group(1))
                .collect(Collectors.toSet());

        assertThat(named)
                .isNotEmpty()
                .allSatisfy(name -> assertThat(metrics.of(name)).as(name).isNotNull());
    }

    @Test
    void everyPanelOfTheDashboardSaysWhatItShowsInWhichUnitFromListedMetrics() throws IOException {
        JsonNode dashboard = new ObjectMapper()
                .readTree(FOLDER.resolve("grafana-dashboard.json").toFile());
        List<JsonNode> all = list(dashboard.path("panels"));
        List<JsonNode> panels = all.stream()
                .filter(panel -> !panel.path("type").asText().equals("row"))
                .toList();

        assertThat(all.stream()
                        .filter(panel -> panel.path("type").asText().equals("row"))
                        .map(row -> row.path("title").asText()))
                .startsWith("Are users affected?", "Channels");
        assertThat(panels).hasSizeGreaterThan(15).allSatisfy(panel -> {
            String title = panel.path("title").asText();
            assertThat(title).isNotBlank();
            assertThat(panel.path("description").asText()).as(title).isNotBlank();
            assertThat(panel.path("fieldConfig").path("defaults").path("unit").asText())
                    .as(title)
                    .isNotBlank();
            assertThat(list(panel.path("targets"))).as(title).isNotEmpty();
            for (JsonNode target : list(panel.path("targets"))) {
                assertKnown(title, target.path("expr").asText());
            }
        });
        assertThat(all.stream().map(panel -> panel.path("id").asInt())).doesNotHaveDuplicates();
    }

    @Test
    void theMonitorReadsThePathThatThereIs() throws IOException {
        JsonNode endpoint =
                yaml("service-monitor.yaml").path("spec").path("endpoints").path(0);

        assertThat(endpoint.path("path").asText()).isEqualTo("/q/metrics");
        assertThat(endpoint.path("port").asText()).isEqualTo("management");
    }

    private void assertKnown(String what, String expression) throws IOException {
        assertThat(RECORDED.matcher(expression).results().map(name -> name.group()))
                .as(what)
                .isSubsetOf(recorded().keySet());
        String bare = SELECTORS
                .matcher(TEXTS.matcher(RECORDED.matcher(expression).replaceAll("rampgate_ready"))
                        .replaceAll(" "))
                .replaceAll(" ");
        List<String> names = NAME.matcher(bare)
                .results()
                .map(name -> name.group(1))
                .filter(name -> !WORDS.contains(name))
                .filter(name -> !name.matches("[0-9.e]+"))
                .toList();
        assertThat(names).as(what + ": " + expression).isNotEmpty().allSatisfy(name -> assertThat(metrics.of(name))
                .as(what + ": " + name)
                .isNotNull());
        SELECTORS.matcher(expression).results().forEach(selector -> {
            String before = expression.substring(0, selector.start());
            String name = before.substring(Math.max(0, lastOf(before)));
            LABEL.matcher(selector.group())
                    .results()
                    .map(label -> label.group(1))
                    .forEach(label -> assertThat(LABELS_OF_THE_READER.contains(label)
                                    || label.equals("le")
                                    || metrics.of(name).tags().contains(label))
                            .as(what + ": label " + label + " of " + name)
                            .isTrue());
        });
    }

    private static int lastOf(String text) {
        int at = text.length();
        while (at > 0 && (Character.isLetterOrDigit(text.charAt(at - 1)) || text.charAt(at - 1) == '_')) {
            at--;
        }
        return at;
    }

    private static String paragraph(String runbook, String name) {
        int begin = runbook.indexOf("\n### " + name + "\n");
        assertThat(begin).as(name).isPositive();
        int end = runbook.indexOf("\n##", begin + 4);
        return runbook.substring(begin, end < 0 ? runbook.length() : end);
    }

    private static List<JsonNode> alerts() throws IOException {
        return rules().filter(rule -> rule.has("alert")).toList();
    }

    /** Expressions by the name that they are recorded under. */
    private static Map<String, String> recorded() throws IOException {
        return rules().filter(rule -> rule.has("record"))
                .collect(Collectors.toMap(rule -> rule.path("record").asText(), rule -> rule.path("expr")
                        .asText()));
    }

    private static Stream<JsonNode> rules() throws IOException {
        return list(yaml("prometheus-rule.yaml").path("spec").path("groups")).stream()
                .flatMap(group -> list(group.path("rules")).stream());
    }

    @Test
    void noKeyStandsTwiceInOnePlace() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            for (Path file : files.filter(path -> path.toString().matches(".*\\.(yaml|json)"))
                    .toList()) {
                assertThatCode(() -> YAML.readTree(file.toFile()))
                        .as(file.toString())
                        .doesNotThrowAnyException();
            }
        }
        assertThatThrownBy(() -> YAML.readTree("alert: one\nexpr: x\nalert: two\n"))
                .hasMessageContaining("alert");
    }

    private static JsonNode yaml(String file) throws IOException {
        return YAML.readTree(FOLDER.resolve(file).toFile());
    }

    private static List<JsonNode> list(JsonNode array) {
        Stream<JsonNode> nodes = StreamSupport.stream(array.spliterator(), false);
        return nodes.toList();
    }
}

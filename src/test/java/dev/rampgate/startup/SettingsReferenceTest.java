package dev.rampgate.startup;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rampgate.startup.SettingsSources.Group;
import dev.rampgate.startup.SettingsSources.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whether {@code docs/settings.md} tells what the code says. Refresh it with {@code -Dsettings.refresh}. */
class SettingsReferenceTest {

    private static final Path CHECKED_IN = Path.of("docs/settings.md");
    private static final Path TEMPLATE = Path.of("src/test/resources/settings.md");
    private static final String REFRESH = "mvn test -Dtest=SettingsReferenceTest -Dsettings.refresh";

    /** A row of a table: the name of one setting, and its default. */
    private static final Pattern ROW = Pattern.compile(
            "^\\| `((?:rampgate|quarkus)\\.[^`]+|RAMPGATE_[A-Z_]+)`(?:<br>`[^`]+`)? \\| ([^|]+) \\|",
            Pattern.MULTILINE);

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(rampgate\\.[a-z.-]+):([^}]*)}");
    private static final Pattern INJECTED = Pattern.compile("@ConfigProperty\\(name = \"(rampgate\\.[^\"]+)\"");

    private final List<Group> groups = SettingsSources.read();
    private final Map<String, Setting> settings = groups.stream()
            .flatMap(group -> group.settings().stream())
            .collect(Collectors.toMap(Setting::name, setting -> setting));

    @Test
    void theReferenceIsCurrent() throws IOException {
        String now = new SettingsReference(groups, ofProfiles(), SecretFiles.SECRETS).fill(Files.readString(TEMPLATE));
        if (System.getProperty("settings.refresh") != null) {
            Files.writeString(CHECKED_IN, now);
        }
        assertThat(Files.readString(CHECKED_IN))
                .as("The settings have changed: refresh %s by `%s` and commit it", CHECKED_IN, REFRESH)
                .isEqualTo(now);
    }

    @Test
    void theChartTakesTheseSettingsAndNoOthers() throws IOException {
        JsonNode now = ChartSettings.of(settings.values());
        if (System.getProperty("settings.refresh") != null) {
            ChartSettings.refresh(now);
        }
        assertThat(ChartSettings.checkedIn().toPrettyString())
                .as(
                        "The settings have changed: refresh the schema of the chart's values by `%s` and commit it",
                        REFRESH)
                .isEqualTo(now.toPrettyString());
    }

    @Test
    void everyGroupHasItsPlace() throws IOException {
        String template = Files.readString(TEMPLATE);

        assertThat(groups).isNotEmpty().allSatisfy(group -> assertThat(template)
                .containsOnlyOnce("{{" + group.prefix() + "}}"));
    }

    @Test
    void eachCommentNamesTheDefaultThatHolds() {
        assertThat(settings.values()).allSatisfy(setting -> {
            String told = SettingsReference.defaultOf(setting);
            if (setting.defaultValue().isPresent()) {
                assertThat(told)
                        .as(setting.name())
                        .isEqualTo("`" + setting.defaultValue().get() + "`");
            } else {
                assertThat(told).as(setting.name()).matches("(none|whatever Proof allows)\\b.*");
            }
        });
    }

    @Test
    void whatIsReadOneByOneIsKnown() throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            List<String> injected = sources.filter(file -> file.toString().endsWith(".java"))
                    .flatMap(file -> found(INJECTED, text(file)))
                    .map(found -> found.group(1))
                    .toList();
            assertThat(injected).isNotEmpty().isSubsetOf(settings.keySet());
        }
        assertThat(SecretFiles.SECRETS).isSubsetOf(settings.keySet());
    }

    @Test
    void theConfigurationFallsBackToTheSameDefaults() throws IOException {
        List<MatchResult> placeholders = ApplicationProperties.read().values().stream()
                .flatMap(value -> found(PLACEHOLDER, value.toString()))
                .toList();

        assertThat(placeholders).isNotEmpty().allSatisfy(found -> assertThat(found.group(2))
                .as(found.group(1))
                .isEqualTo(settings.get(found.group(1)).defaultValue().orElse("not-set")));
    }

    @Test
    void tablesElsewhereNameTheSameDefaults() throws IOException {
        Properties properties = ApplicationProperties.read();
        try (Stream<Path> docs = Stream.concat(Files.list(Path.of("docs")), Stream.of(Path.of("README.md")))) {
            List<Row> rows = docs.filter(file -> file.toString().endsWith(".md"))
                    .flatMap(file -> found(ROW, text(file)))
                    .map(row ->
                            new Row(row.group(1), row.group(2).replace("`", "").strip()))
                    .toList();
            assertThat(rows).hasSizeGreaterThan(settings.size());
            assertThat(rows).filteredOn(row -> !row.isTrue(properties)).isEmpty();
        }
    }

    /** A row of some table. */
    private final class Row {
        private final String name;
        private final String told;

        Row(String name, String told) {
            this.name = name;
            this.told = told;
        }

        /** Of settings without a default, words around it may differ. */
        boolean isTrue(Properties properties) {
            return name.startsWith("quarkus.")
                    ? ofQuarkus(properties, name).orElse(told).equals(told)
                    : firstWord(told).equals(firstWord(known(name)));
        }

        @Override
        public String toString() {
            return name + ": " + told;
        }
    }

    private static String firstWord(Setting setting) {
        return firstWord(setting.defaultValue().orElse(SettingsReference.defaultOf(setting)));
    }

    private static String firstWord(String text) {
        return text.split("[;:, ]")[0];
    }

    private Setting known(String name) {
        return settings.values().stream()
                .filter(setting -> setting.name().equals(name)
                        || SettingsReference.environmentName(setting.name()).equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("a table names " + name + ", which nobody reads"));
    }

    private static Optional<String> ofQuarkus(Properties properties, String name) {
        return Optional.ofNullable(properties.getProperty("%prod." + name, properties.getProperty(name)));
    }

    /** Such as {@code %dev,test.rampgate.session.sell=true}. */
    private Map<String, String> ofProfiles() throws IOException {
        Map<String, String> ofProfiles = new HashMap<>();
        ApplicationProperties.read().forEach((key, value) -> settings.keySet().stream()
                .filter(name -> key.toString().matches("%[a-z,]+\\." + Pattern.quote(name)))
                .forEach(name -> ofProfiles.put(
                        name,
                        "`" + value + "` in the profiles "
                                + Stream.of(key.toString()
                                                .substring(1, key.toString().indexOf('.'))
                                                .split(","))
                                        .map(profile -> "`" + profile + "`")
                                        .collect(Collectors.joining(", ")))));
        return ofProfiles;
    }

    private static Stream<MatchResult> found(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}

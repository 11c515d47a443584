package dev.rampgate.startup;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rampgate.startup.SettingsSources.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The names that the Helm chart takes, as its schema lists them: the settings that are no secrets, in {@code settings}, and those that name
 * files, in {@code secret.files}. Helm refuses a misspelt one before anything is installed.
 */
final class ChartSettings {

    private static final Path SCHEMA = Path.of("deploy/helm/rampgate/values.schema.json");
    private static final String SETTINGS = "/properties/settings";
    private static final String FILES = "/properties/secret/properties/files";
    private static final String OF_QUARKUS = "^QUARKUS_[A-Z0-9_]+$";
    private static final String NAME = "<name>";

    /** As the operator chooses it: letters, digits, and whatever the environment writes for other characters. */
    private static final String CHOSEN = "[A-Z0-9_]+";

    private static final ObjectMapper JSON = new ObjectMapper();

    private ChartSettings() {}

    /** The names in the schema as it is checked in. */
    static JsonNode checkedIn() throws IOException {
        JsonNode schema = JSON.readTree(SCHEMA.toFile());
        return names(schema.at(SETTINGS + "/propertyNames"), schema.at(FILES + "/propertyNames"));
    }

    /** The names that belong there. */
    static JsonNode of(Collection<Setting> settings) {
        Set<String> plain = new TreeSet<>();
        Set<String> files = new TreeSet<>();
        Set<String> patterns = new TreeSet<>();
        for (Setting setting : settings) {
            String name = variable(setting.name());
            if (setting.name().contains(NAME)) {
                patterns.add(name);
            } else if (!SecretFiles.SECRETS.contains(setting.name())) {
                plain.add(name);
                if (setting.type().contains("List<")) {
                    patterns.add(name + "_[0-9]+_");
                }
            }
        }
        SecretFiles.SECRETS.forEach(secret -> plain.add(variable(secret + "-file")));
        plain.stream().filter(name -> name.endsWith("_FILE")).forEach(files::add);
        Set<String> filePatterns =
                patterns.stream().filter(name -> name.endsWith("_FILE")).collect(Collectors.toCollection(TreeSet::new));
        return names(
                anyOf(plain, Stream.of(pattern(patterns), OF_QUARKUS)), anyOf(files, Stream.of(pattern(filePatterns))));
    }

    /** Writes the names into the schema. */
    static void refresh(JsonNode names) throws IOException {
        ObjectNode schema = (ObjectNode) JSON.readTree(SCHEMA.toFile());
        ((ObjectNode) schema.at(SETTINGS)).set("propertyNames", names.get("settings"));
        ((ObjectNode) schema.at(FILES)).set("propertyNames", names.get("files"));
        DefaultIndenter lines = new DefaultIndenter("  ", "\n");
        Separators separators =
                Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER);
        String text = JSON.writer(new DefaultPrettyPrinter(separators)
                        .withObjectIndenter(lines)
                        .withArrayIndenter(lines))
                .writeValueAsString(schema);
        Files.writeString(SCHEMA, text + "\n");
    }

    private static JsonNode names(JsonNode settings, JsonNode files) {
        ObjectNode names = JSON.createObjectNode();
        names.set("settings", settings);
        names.set("files", files);
        return names;
    }

    private static JsonNode anyOf(Set<String> names, Stream<String> patterns) {
        ObjectNode node = JSON.createObjectNode();
        ArrayNode any = node.putArray("anyOf");
        ArrayNode listed = any.addObject().putArray("enum");
        names.forEach(listed::add);
        patterns.forEach(pattern -> any.addObject().put("pattern", pattern));
        return node;
    }

    private static String pattern(Set<String> names) {
        return "^(" + String.join("|", names) + ")$";
    }

    private static String variable(String setting) {
        return Stream.of(setting.split(NAME, -1))
                .map(SettingsReference::environmentName)
                .collect(Collectors.joining(CHOSEN));
    }
}

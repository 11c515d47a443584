package dev.rampgate.support;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What an OpenAPI description says of each answer, and in what an answer differs from it. It is stricter than JSON Schema: an object
 * whose schema lists its fields may have no others, unless the schema says so.
 */
public final class ApiSchemas {

    private static final String PROBLEM = "application/problem+json";
    private static final Set<String> JSON = Set.of("application/json", PROBLEM);

    private final JsonNode description;
    private final List<Route> routes = new ArrayList<>();
    private final Map<String, JsonSchema> schemas = new ConcurrentHashMap<>();
    private final JsonSchemaFactory factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    private final SchemaValidatorsConfig config =
            SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();

    private record Route(String template, Pattern path, JsonNode operations) {}

    /**
     * An answer of a server.
     *
     * @param method of the request
     * @param path of the request, without its query
     * @param mediaType without parameters; null if there is none
     */
    public record Answer(String method, String path, int status, String mediaType, String body) {}

    /** Reads a description. */
    public static ApiSchemas of(Path yaml) {
        try {
            return of(Files.readString(yaml));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of a description as YAML or JSON. */
    public static ApiSchemas of(String yaml) {
        try {
            return new ApiSchemas(new ObjectMapper(new YAMLFactory()).readTree(yaml));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private ApiSchemas(JsonNode description) {
        this.description = description;
        closeUses(description.path("paths"));
        closeUses(description.path("components"));
        description.path("components").path("schemas").forEach(ApiSchemas::closeParts);
        description
                .path("paths")
                .properties()
                .forEach(path -> routes.add(new Route(path.getKey(), pattern(path.getKey()), path.getValue())));
        // "/transactions/export" is no "/transactions/{id}".
        routes.sort((one, other) ->
                Boolean.compare(one.template().contains("{"), other.template().contains("{")));
    }

    private static Pattern pattern(String template) {
        return Pattern.compile(template.replaceAll("\\{[^}]+}", "[^/]+"));
    }

    /**
     * Makes each use of a schema refuse fields that it does not list. The components stay open, since others extend them by {@code allOf}.
     */
    private static void closeUses(JsonNode node) {
        if (node.path("schema") instanceof ObjectNode schema) {
            close(schema);
        }
        node.forEach(ApiSchemas::closeUses);
    }

    private static void close(JsonNode schema) {
        if (schema instanceof ObjectNode object) {
            boolean lists = object.has("$ref") || object.has("properties") || object.has("allOf");
            if (lists && !object.has("additionalProperties")) {
                object.put("unevaluatedProperties", false);
            }
            closeParts(object);
        }
    }

    private static void closeParts(JsonNode schema) {
        schema.path("properties").forEach(ApiSchemas::close);
        close(schema.path("items"));
        close(schema.path("additionalProperties"));
        for (String composed : List.of("allOf", "oneOf", "anyOf")) {
            schema.path(composed).forEach(ApiSchemas::closeParts);
        }
    }

    /** In what an answer differs from the description; empty for one as described, and for paths that are not described. */
    public List<String> differences(Answer answer) {
        return routes.stream()
                .filter(route -> route.path().matcher(answer.path()).matches())
                .findFirst()
                .map(route -> differences(route, answer))
                .orElse(List.of());
    }

    private List<String> differences(Route route, Answer answer) {
        String place = answer.method() + " " + route.template() + " " + answer.status();
        JsonNode operation = route.operations().path(answer.method().toLowerCase(Locale.ROOT));
        if (operation.isMissingNode()) {
            return answer.status() < 400 || answer.body().isEmpty()
                    ? List.of()
                    : body(place, answer, "/components/schemas/Problem");
        }
        String response = resolved(pointer(
                "paths",
                route.template(),
                answer.method().toLowerCase(Locale.ROOT),
                "responses",
                "" + answer.status()));
        if (description.at(response).isMissingNode()) {
            return List.of(place + ": this status is not described");
        }
        JsonNode content = description.at(response).path("content");
        if (answer.body().isEmpty()) {
            return answer.status() < 300 && answer.mediaType() != null && JSON.contains(answer.mediaType())
                    ? List.of(place + ": the body is missing")
                    : List.of();
        }
        if (answer.mediaType() == null || !content.has(answer.mediaType())) {
            return List.of(
                    place + ": the media type " + answer.mediaType() + " is not described, only " + names(content));
        }
        return JSON.contains(answer.mediaType())
                ? body(place, answer, response + pointer("content", answer.mediaType(), "schema"))
                : List.of();
    }

    private static Set<String> names(JsonNode node) {
        return node.properties().stream().map(Map.Entry::getKey).collect(Collectors.toSet());
    }

    private List<String> body(String place, Answer answer, String schema) {
        if (answer.status() >= 400 && !PROBLEM.equals(answer.mediaType())) {
            return List.of(place + ": an error is " + answer.mediaType() + ", not " + PROBLEM);
        }
        return schemas.computeIfAbsent(resolved(schema), this::compiled).validate(json(answer)).stream()
                .map(ValidationMessage::toString)
                .sorted()
                .map(message -> place + ": " + message)
                .toList();
    }

    private JsonSchema compiled(String pointer) {
        ObjectNode root = ((ObjectNode) description.at(pointer)).deepCopy();
        root.set("components", description.path("components"));
        return factory.getSchema(root, config);
    }

    private static JsonNode json(Answer answer) {
        try {
            return new ObjectMapper()
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON: " + answer.body(), e);
        }
    }

    /** Where a pointer leads, followed through a reference. */
    private String resolved(String pointer) {
        String reference = description.at(pointer).path("$ref").asText();
        return reference.isEmpty() ? pointer : resolved(reference.substring(1));
    }

    private static String pointer(String... names) {
        return Arrays.stream(names)
                .map(name -> "/" + name.replace("~", "~0").replace("/", "~1"))
                .collect(Collectors.joining());
    }
}

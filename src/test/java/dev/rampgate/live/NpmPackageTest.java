package dev.rampgate.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The npm package of {@code rampgate.js}; docs/examples/shop tests its types, and the browser tests its behaviour. */
class NpmPackageTest {

    private static final Path FOLDER = Path.of("src", "main", "npm");

    @Test
    void itHasTheVersionOfTheBuild() throws IOException {
        String build = Pattern.compile("<version>([^<]+)</version>")
                .matcher(Files.readString(Path.of("pom.xml")))
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);

        assertThat(new ObjectMapper()
                        .readTree(FOLDER.resolve("package.json").toFile())
                        .path("version")
                        .asText())
                .isEqualTo(build.replace("-SNAPSHOT", ""));
    }

    @Test
    void itsTypesDeclareEachFunctionOfTheModuleAndNoOther() throws IOException {
        assertThat(functions("rampgate.d.ts")).isNotEmpty().isEqualTo(functions("rampgate.js"));
    }

    @ParameterizedTest(name = "{0} is {1} of docs/openapi.yaml")
    @CsvSource({"Transaction, TransactionView", "Step, Entry", "Order, SessionRequest", "Session, Session"})
    void itsTypesHaveTheFieldsOfTheInterface(String type, String schema) throws IOException {
        JsonNode described = new ObjectMapper(new YAMLFactory())
                .readTree(Path.of("docs", "openapi.yaml").toFile())
                .at("/components/schemas/" + schema);
        Set<String> named = new TreeSet<>();
        described.path("properties").fieldNames().forEachRemaining(named::add);
        Set<String> required = new TreeSet<>();
        described.path("required").forEach(field -> required.add(field.asText()));
        Map<String, Boolean> declared = fields(type);

        if (type.equals("Session")) {
            // Proof's own answer, of which the description names what Rampgate checks.
            assertThat(declared.keySet()).containsAll(named);
        } else {
            assertThat(declared.keySet()).isEqualTo(named);
        }
        assertThat(declared.entrySet())
                .filteredOn(Map.Entry::getValue)
                .extracting(Map.Entry::getKey)
                .as("fields without a question mark are never absent")
                .isSubsetOf(required);
    }

    @Test
    void theTypedSampleOfTheDocumentationIsTheOneThatIsCompiled() throws IOException {
        String sample = Files.readString(Path.of("docs", "examples", "shop", "types", "sample.ts"));

        assertThat(Files.readString(Path.of("docs", "live.md"))).contains("```ts\n" + sample + "```\n");
    }

    /** The fields of an interface in the types, and whether each is always there. */
    private static Map<String, Boolean> fields(String type) throws IOException {
        String declaration = Pattern.compile(
                        "^export interface " + type + " \\{$(.*?)^}$", Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(Files.readString(FOLDER.resolve("rampgate.d.ts")))
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
        return Pattern.compile("^  (\\w+)(\\??): ", Pattern.MULTILINE)
                .matcher(declaration)
                .results()
                .collect(Collectors.toMap(
                        match -> match.group(1), match -> match.group(2).isEmpty(), (one, other) -> one, TreeMap::new));
    }

    private static Set<String> functions(String file) throws IOException {
        return Pattern.compile("^export (?:async )?function (\\w+)", Pattern.MULTILINE)
                .matcher(Files.readString(FOLDER.resolve(file)))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
    }
}

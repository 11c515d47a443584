package dev.rampgate.operate;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The description that is checked in is the one that this version gives. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class OpenApiQuarkusTest {

    private static final Path CHECKED_IN = Path.of("docs/openapi.yaml");
    private static final String REFRESH = "mvn test -Dtest=OpenApiQuarkusTest -Dopenapi.refresh";

    @TestHTTPResource(value = "/described?format=json", management = true)
    URI description;

    @TestHTTPResource(value = "/openapi", management = true)
    URI served;

    @Test
    void theDescriptionIsCheckedIn() throws IOException {
        String now = now();
        if (System.getProperty("openapi.refresh") != null) {
            Files.writeString(CHECKED_IN, now);
        }
        assertThat(Files.readString(CHECKED_IN))
                .as(
                        "The interface has changed. If that is meant, refresh %s by `%s` and commit it",
                        CHECKED_IN, REFRESH)
                .isEqualTo(now);
    }

    @Test
    void theFileThatIsCheckedInIsServed() throws IOException {
        assertThat(given().get(served).then().statusCode(200).extract().asString())
                .isEqualTo(Files.readString(CHECKED_IN));
    }

    @Test
    void itNamesEveryCallAndEveryProblemThatSomebodyMayMeet() {
        String now = now();
        assertThat(now)
                .contains("/session:", "/kyc-status:", "/transactions:", "/transactions/{id}:", "/proof-webhook/{key}:")
                .contains("/transactions/{id}/events:", "/transactions/{id}/socket:", "text/event-stream")
                .contains("Idempotency-Key", "bearerFormat: JWT", "X-Gateway-Secret");
        for (ProblemType type : ProblemType.values()) {
            assertThat(now).contains(type.urn());
        }
    }

    @Test
    void noPatternHasALookaheadWhichNotEveryLanguageKnows() {
        assertThat(now()).doesNotContain("(?=", "(?!", "(?<");
    }

    @Test
    void everyIntegerSaysHowLongItMayBecome() throws IOException {
        List<String> without = new ArrayList<>();
        integers("", new ObjectMapper(new YAMLFactory()).readTree(now()), without);
        assertThat(without).isEmpty();
    }

    private static void integers(String path, JsonNode node, List<String> without) {
        boolean isInteger = node.path("type").asText().equals("integer")
                || node.path("type").isArray() && node.path("type").toString().contains("\"integer\"");
        if (isInteger && !node.has("format")) {
            without.add(path);
        }
        node.properties().forEach(field -> integers(path + "/" + field.getKey(), field.getValue(), without));
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            integers(path + "/" + i, node.get(i), without);
        }
    }

    @Test
    void itHoldsNeitherTheSandboxNorASecret() {
        assertThat(now()).doesNotContain("sandbox", "canary", "test-door", "/control");
    }

    @Test
    void itHoldsNothingOfTheServersLibraries() {
        assertThat(now()).doesNotContain("RoutingContext", "ByteBuf", "JsonObject", "AuthProvider");
    }

    @Test
    void textThatLooksLikeANumberOrATimeIsQuoted() {
        assertThat(YamlText.of("""
                {"address": "0x00AA", "time": "2022-03-10T16:15:50Z", "no": "no", "status": "201", "old": "0o17", "text": "it"}""")).isEqualTo("""
                        ---
                        address: "0x00AA"
                        time: "2022-03-10T16:15:50Z"
                        "no": "no"
                        status: "201"
                        old: "0o17"
                        text: it
                        """);
    }

    private String now() {
        return YamlText.of(
                given().get(description).then().statusCode(200).extract().asString());
    }
}

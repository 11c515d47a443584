package dev.rampgate.session;

import static dev.rampgate.support.ProofAndDatabase.proof;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import dev.rampgate.edge.BehindGatewayProfile;
import dev.rampgate.sandbox.http.ReceivedCall;
import dev.rampgate.support.EventReader;
import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the company calls a session: its own reference and metadata, from the user's client or from the gateway. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
@TestProfile(BehindGatewayProfile.class)
class SessionReferenceQuarkusTest {

    @TestHTTPResource("/")
    URI door;

    private final String userId = "user-" + UUID.randomUUID();

    @BeforeEach
    void forget() {
        proof().calls().clear();
    }

    @Test
    void whatTheClientCallsItStandsInEveryReadAsItsClaim() throws Exception {
        String id = opened(Map.of("reference", "order 7/ä", "metadata", Map.of("cart", "c-1", "leer", "")));

        for (String path : List.of("/transactions/" + id, "/transactions")) {
            JsonPath read = user().get(path).then().statusCode(200).extract().jsonPath();
            Map<String, Object> shown = path.endsWith(id) ? read.getMap("") : read.getMap("transactions[0]");
            assertThat(shown)
                    .containsEntry("reference", "order 7/ä")
                    .containsEntry("reference_source", "caller")
                    .containsEntry("metadata", Map.of("cart", "c-1", "leer", ""))
                    .hasEntrySatisfying(
                            "address", address -> assertThat((String) address).isNotEmpty());
        }
        try (EventReader reader = EventReader.open(
                door + "transactions/" + id + "/events",
                "X-Gateway-Secret",
                BehindGatewayProfile.SECRET,
                "X-User-Id",
                userId)) {
            await("the first event").atMost(Duration.ofSeconds(30)).until(() -> !reader.events()
                    .isEmpty());
            assertThat(reader.last().<String>get("reference")).isEqualTo("order 7/ä");
            assertThat(reader.last().<Map<String, Object>>get("metadata")).containsEntry("cart", "c-1");
        }
    }

    @Test
    void theAddressIsTheOneThatProofAnsweredAndNotTheOneThatWasAskedFor() {
        ValidatableResponse session = open(user(), Map.of("address", "0xAA")).statusCode(201);

        read(session.extract().path("merchant_transaction_id"))
                .body("address", equalTo(session.extract().path("address")))
                .body("address", not(equalTo("0xAA")))
                .body("$", not(hasKey("reference")))
                .body("$", not(hasKey("reference_source")))
                .body("$", not(hasKey("metadata")));
    }

    @Test
    void proofLearnsNeitherReferenceNorMetadata() {
        open(user().header("X-Reference", "order-g"), Map.of("reference", "order-c", "metadata", Map.of("cart", "c-1")))
                .statusCode(201);

        ReceivedCall asked =
                proof().calls().matching(ReceivedCall::isSessionCall).get(0);
        assertThat(JsonPath.from(asked.body()).getMap(""))
                .containsOnlyKeys("partner_user_id", "user_email", "network", "currency", "amount", "client_ip");
        assertThat(asked.body()).doesNotContain("order-").doesNotContain("c-1");
    }

    @Test
    void theGatewaysReferenceGoesBeforeThatOfTheBody() {
        String id = open(
                        user().header("X-Reference", "order-g"),
                        Map.of("reference", "order-c", "reference_source", "gateway"))
                .statusCode(201)
                .extract()
                .path("merchant_transaction_id");
        read(id).body("reference", equalTo("order-g")).body("reference_source", equalTo("gateway"));

        String claimed = opened(Map.of("reference", "order-c", "reference_source", "gateway"));
        read(claimed).body("reference", equalTo("order-c")).body("reference_source", equalTo("caller"));
    }

    @Test
    void aReferenceOfTheGatewayThatStandsTwiceOrCannotBeUsedOpensNothing() {
        open(user().header("X-Reference", "order-1").header("X-Reference", "order-2"), Map.of())
                .statusCode(401);
        open(user().header("X-Reference", "x".repeat(129)), Map.of()).statusCode(401);
        assertThat(proof().calls().matching(ReceivedCall::isSessionCall)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", " a", "a ", "a\nb", "a\u0000b", "a\u0085b", "a\u200bb", "a\u00a0b", "\ud83d", "\ude00x"
            })
    void aReferenceThatCannotBeUsedIsRefused(String reference) {
        refused(new JsonObject().put("reference", reference), "reference");
    }

    @Test
    void aReferenceHasAtMost128Characters() {
        opened(Map.of("reference", "😀".repeat(128)));
        refused(new JsonObject().put("reference", "x".repeat(129)), "reference");
    }

    @Test
    void eachMistakeIsNamedAtOnceAndNoneIsRepeated() {
        JsonObject body = new JsonObject()
                .put("reference", "a\tb")
                .put("metadata", new JsonObject().put("canary-name\u0007", 7).put("", "x"));

        String answer = refused(body, "metadata", "metadata", "metadata", "reference")
                .body(
                        "errors.detail",
                        contains(
                                "must have names of 1 to 64 characters",
                                "must have no control characters and no lone surrogates",
                                "must have only strings as values",
                                "must have 1 to 128 printable characters, with spaces only between others"))
                .extract()
                .asString();
        assertThat(answer).doesNotContain("canary");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1}",
                "{\"a\":true}",
                "{\"a\":null}",
                "{\"a\":{}}",
                "{\"a\":[\"b\"]}",
                "{\"\":\"b\"}",
                "{\"a\":\"\\u0000\"}",
                "{\"a\":\"\\ud83d\"}",
                "{\"\\ud83d\":\"b\"}",
                "{\"a\\nb\":\"c\"}"
            })
    void metadataHasOnlyCleanStrings(String metadata) {
        withMetadata(metadata).statusCode(400).body("errors.field", hasItem("metadata"));
        assertThat(proof().calls().matching(ReceivedCall::isSessionCall)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "\"a\"", "7", "true"})
    void metadataIsAnObject(String metadata) {
        withMetadata(metadata).statusCode(400).body("errors.field", contains("metadata"));
        assertThat(proof().calls().matching(ReceivedCall::isSessionCall)).isEmpty();
    }

    @Test
    void metadataHasBounds() {
        // Eight bytes are {"a":""}.
        opened(Map.of("metadata", Map.of("a", "x".repeat(8_192 - 8))));
        refused(new JsonObject().put("metadata", new JsonObject().put("a", "x".repeat(8_192 - 7))), "metadata");
        refused(new JsonObject().put("metadata", new JsonObject().put("a", "ä".repeat(4_093))), "metadata");
        refused(new JsonObject().put("metadata", new JsonObject().put("a".repeat(65), "")), "metadata");
        opened(Map.of("metadata", entries(50)));
        refused(new JsonObject().put("metadata", new JsonObject(Map.copyOf(entries(51)))), "metadata");
    }

    @Test
    void aKeyStandsForOneReferenceOfBodyAndGateway() {
        String key = UUID.randomUUID().toString();
        keyed(key, "order-g", Map.of("reference", "order-c")).statusCode(201);

        keyed(key, "order-g", Map.of("reference", "order-c")).statusCode(201);
        for (ValidatableResponse other : List.of(
                keyed(key, "order-g", Map.of("reference", "order-d")),
                keyed(key, "order-h", Map.of("reference", "order-c")),
                keyed(key, "", Map.of("reference", "order-c")),
                keyed(key, "order-g", Map.of("reference", "order-c", "metadata", Map.of("a", "b"))))) {
            other.statusCode(422).body("type", equalTo("urn:rampgate:problem:idempotency-mismatch"));
        }
        assertThat(proof().calls().matching(ReceivedCall::isSessionCall)).hasSize(1);
    }

    @Test
    void aUserFindsTheOwnTransactionsOfOneReferencePageByPage() {
        List<String> found = List.of(
                opened(Map.of("reference", "order-1")),
                opened(Map.of("reference", "order-1")),
                opened(Map.of("reference", "order-1")));
        opened(Map.of("reference", "order-2"));
        opened(Map.of());
        open(as("other-" + userId), Map.of("reference", "order-1")).statusCode(201);

        ValidatableResponse first = user().get("/transactions?reference=order-1&limit=2")
                .then()
                .statusCode(200)
                .body("transactions.merchant_transaction_id", contains(found.get(2), found.get(1)))
                .body("next_cursor", notNullValue());
        String cursor = first.extract().path("next_cursor");
        user().get("/transactions?reference=order-1&limit=2&cursor=" + cursor)
                .then()
                .statusCode(200)
                .body("transactions.merchant_transaction_id", contains(found.get(0)))
                .body("$", not(hasKey("next_cursor")));
        user().get("/transactions?reference=order-3").then().statusCode(200).body("transactions", hasSize(0));
        String all = user().get("/transactions?limit=2").then().extract().path("next_cursor");
        for (String confused : List.of(
                "?cursor=" + cursor, "?reference=order-2&cursor=" + cursor, "?reference=order-1&cursor=" + all)) {
            user().get("/transactions" + confused).then().statusCode(400).body("errors.field", contains("cursor"));
        }
        user().get("/transactions?limit=2&cursor=" + all).then().statusCode(200).body("transactions", hasSize(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "%00", "a%0Ab", "%20a", "%E2%80%8B", "a&reference=b"})
    void aReferenceThatCannotBeSearchedForIsRefused(String encoded) {
        user().urlEncodingEnabled(false)
                .get("/transactions?reference=" + encoded)
                .then()
                .statusCode(400)
                .body("errors.field", contains("reference"));
    }

    private static Map<String, String> entries(int many) {
        return IntStream.range(0, many).boxed().collect(Collectors.toMap(n -> "name-" + n, n -> "value"));
    }

    private ValidatableResponse withMetadata(String metadata) {
        return user().contentType("application/json")
                .body("{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.75\",\"metadata\":" + metadata
                        + "}")
                .post("/session")
                .then();
    }

    private ValidatableResponse refused(JsonObject more, String... fields) {
        JsonObject body = new JsonObject()
                .put("network", "ERC20")
                .put("currency", "USDC")
                .put("amount", "42.75")
                .mergeIn(more);
        ValidatableResponse answer = user().contentType("application/json")
                .body(escaped(body.encode()))
                .post("/session")
                .then()
                .statusCode(400)
                .body("type", equalTo("urn:rampgate:problem:invalid-request"))
                .body("errors.field", contains(fields));
        assertThat(proof().calls().matching(ReceivedCall::isSessionCall)).isEmpty();
        return answer;
    }

    /** ASCII alone, so that half a surrogate pair arrives as it is. */
    private static String escaped(String json) {
        return json.chars()
                .mapToObj(unit -> unit < 0x80 ? String.valueOf((char) unit) : String.format("\\u%04x", unit))
                .collect(Collectors.joining());
    }

    private ValidatableResponse keyed(String key, String reference, Map<String, Object> more) {
        return open(user().header("Idempotency-Key", key).header("X-Reference", reference), more);
    }

    private String opened(Map<String, Object> more) {
        String id = open(user(), more).statusCode(201).extract().path("merchant_transaction_id");
        proof().calls().clear();
        return id;
    }

    private static ValidatableResponse open(RequestSpecification asked, Map<String, Object> more) {
        JsonObject body =
                new JsonObject().put("network", "ERC20").put("currency", "USDC").put("amount", "42.75");
        more.forEach(body::put);
        return asked.contentType("application/json")
                .body(body.encode())
                .post("/session")
                .then();
    }

    private ValidatableResponse read(String id) {
        return user().get("/transactions/" + id).then().statusCode(200);
    }

    private RequestSpecification user() {
        return as(userId);
    }

    private static RequestSpecification as(String user) {
        return RestAssured.given()
                .header("X-Gateway-Secret", BehindGatewayProfile.SECRET)
                .header("X-User-Id", user)
                .header("X-User-Email", "jo@example.test")
                .header("X-Forwarded-For", "203.0.113.66, 198.51.100.23");
    }
}

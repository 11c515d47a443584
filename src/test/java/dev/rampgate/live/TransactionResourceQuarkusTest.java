package dev.rampgate.live;

import static dev.rampgate.support.ProofAndDatabase.proof;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;

import dev.rampgate.support.ProofAndDatabase;
import dev.rampgate.support.TestSession;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class TransactionResourceQuarkusTest {

    private final String user = "reader-" + UUID.randomUUID();

    @Test
    void unknownFieldsAreAbsent() {
        String id = open();

        given().header("X-User-Id", user)
                .get("/transactions/" + id)
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("merchant_transaction_id", equalTo(id))
                .body("type", equalTo("buy"))
                .body("attempt", equalTo(1))
                .body("settled", equalTo(false))
                .body("abandoned", equalTo(false))
                .body("$", not(hasKey("crypto_amount")))
                .body("$", not(hasKey("payment_method")))
                .body("$", not(hasKey("reported")))
                .body("timeline[0]", not(hasKey("reported_at")))
                .body("timeline[0]", not(hasKey("occurred_at")));
    }

    @Test
    void anotherUsersTransactionLooksLikeOneThatDoesNotExist() {
        String id = open();

        String theirs = problem("somebody-else", id);
        String nobodys = problem("somebody-else", UUID.randomUUID().toString());

        assertThat(theirs).isEqualTo(nobodys);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a%00b", "a%26b%2Fc", "%ED%A0%80"})
    void anInvalidIdIsNotFound(String encoded) {
        given().urlEncodingEnabled(false)
                .header("X-User-Id", user)
                .get("/transactions/" + encoded)
                .then()
                .statusCode(404)
                .contentType("application/problem+json");
    }

    @Test
    void anIdOfTwoHundredCharactersIsNotFound() {
        given().header("X-User-Id", user)
                .get("/transactions/" + "x".repeat(200))
                .then()
                .statusCode(404);
    }

    @Test
    void pagesContainEachTransactionOnceNewestFirst() {
        List<String> opened = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            opened.add(0, open());
        }

        List<String> read = new ArrayList<>();
        String cursor = null;
        int pages = 0;
        do {
            JsonPath page = page(cursor, 2);
            read.addAll(page.getList("transactions.merchant_transaction_id", String.class));
            cursor = page.getString("next_cursor");
            pages++;
        } while (cursor != null);

        assertThat(read).isEqualTo(opened);
        assertThat(pages).isEqualTo(3);
    }

    @Test
    void aListContainsNoTimelines() {
        open();

        given().header("X-User-Id", user)
                .get("/transactions")
                .then()
                .statusCode(200)
                .body("transactions[0]", not(hasKey("timeline")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cursor=nonsense",
                "cursor=AAAA",
                "cursor=MjAyNg",
                "limit=0",
                "limit=101",
                "limit=-1",
                "limit=abc",
                "limit=1.5",
                "limit=99999999999",
                "limit=%31%20",
                "limit=%2B5",
                "limit=%EF%BC%92",
                "limit=%D9%A2"
            })
    void anInvalidPageParameterIsNamed(String query) {
        given().header("X-User-Id", user)
                .get("/transactions?" + query)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("errors.field", hasItem(query.substring(0, query.indexOf('='))));
    }

    @Test
    void noHeaderIsRepeated() {
        String id = open();

        for (String path : List.of("/transactions", "/transactions/" + id, "/transactions?limit=abc", "/kyc-status")) {
            assertThat(given().header("X-User-Id", user).get(path).headers().asList())
                    .as(path)
                    .extracting(header -> header.getName().toLowerCase(Locale.ROOT))
                    .contains("cache-control")
                    .doesNotHaveDuplicates();
        }
        for (String path : List.of("/transactions/" + id + "/ticket", "/session", "/hand-off")) {
            assertThat(given().header("X-User-Id", user)
                            .contentType("application/json")
                            .body(Map.of("network", "ERC20", "currency", "USDC", "amount", "42.75"))
                            .post(path)
                            .headers()
                            .asList())
                    .as(path)
                    .extracting(header -> header.getName().toLowerCase(Locale.ROOT))
                    .contains("cache-control")
                    .doesNotHaveDuplicates();
        }
    }

    private String problem(String caller, String id) {
        JsonPath problem = given().header("X-User-Id", caller)
                .get("/transactions/" + id)
                .then()
                .statusCode(404)
                .extract()
                .jsonPath();
        return problem.getString("type") + problem.getString("title") + problem.getString("detail");
    }

    private JsonPath page(String cursor, int limit) {
        var request = given().header("X-User-Id", user).queryParam("limit", limit);
        if (cursor != null) {
            request.queryParam("cursor", cursor);
        }
        return request.get("/transactions").then().statusCode(200).extract().jsonPath();
    }

    private String open() {
        String id = TestSession.open(user, "buy");
        assertThat(proof().transactions().get(id).partnerUserId()).isEqualTo(user);
        return id;
    }
}

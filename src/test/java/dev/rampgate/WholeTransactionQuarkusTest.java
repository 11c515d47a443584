package dev.rampgate;

import static dev.rampgate.support.ProofAndDatabase.proof;
import static dev.rampgate.support.TestSession.open;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import dev.rampgate.sandbox.transaction.StatusChange;
import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A whole buy and a whole sell, through the real doors, over every mixture of channels. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class WholeTransactionQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);

    /** Which channels work; polls always do. */
    enum Channels {
        ALL,
        POLLS_ONLY,
        WEBHOOKS_AND_POLLS,
        SOCKET_AND_POLLS,
        WEBHOOKS_DOUBLED_AND_REVERSED;

        void arrange() {
            switch (this) {
                case ALL -> {}
                case POLLS_ONLY -> proof().faults().loseWebhooks().refuseSockets(503);
                case WEBHOOKS_AND_POLLS -> proof().faults().refuseSockets(503);
                case SOCKET_AND_POLLS -> proof().faults().loseWebhooks();
                case WEBHOOKS_DOUBLED_AND_REVERSED ->
                    proof().faults().refuseSockets(503).doubleWebhooks().reverseWebhooks();
            }
        }
    }

    @AfterEach
    void heal() {
        proof().faults().clear();
    }

    /** Both at once, since each waits for polls. */
    @ParameterizedTest
    @EnumSource(Channels.class)
    void aBuyAndASellEndAsProofSaysWhateverTheChannelsDo(Channels channels) {
        channels.arrange();
        String buy = open("demo-user", "buy");
        String sell = open("demo-user", "sell");

        proof().drive(buy, Action.PAY);
        proof().drive(sell, Action.DEPOSIT);
        becomes(buy, "processing");
        becomes(sell, "processing");
        proof().drive(buy, Action.COMPLETE);
        proof().drive(sell, Action.FAIL);

        endsAsProofSays(buy, "completed");
        endsAsProofSays(sell, "failed");
    }

    @ParameterizedTest
    @CsvSource({"FAIL, failed", "CANCEL, cancelled"})
    void aRetryInsideTheWidgetIsFollowedIntoTheNextAttempt(Action end, String status) {
        String id = open("demo-user", "buy");
        proof().drive(id, end);
        becomes(id, status);
        await().atMost(LIMIT).untilAsserted(() -> assertThat(read(id).getBoolean("confirmed"))
                .isTrue());

        // Proof's times have seconds; a retry in the same second could not be told from a lagging copy.
        proof().clock().skew(Duration.ofSeconds(5));
        proof().drive(id, Action.RETRY);
        proof().drive(id, Action.COMPLETE);

        endsAsProofSays(id, "completed");
        assertThat(read(id).getInt("attempt")).isEqualTo(2);
        proof().clock().skew(Duration.ZERO);
    }

    private static void becomes(String id, String status) {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(read(id).getString("status")).isEqualTo(status));
    }

    /** Invariant I4: status, amounts and confirmation equal Proof's; transitions are a part of its history, in order. */
    private static void endsAsProofSays(String id, String status) {
        await().atMost(LIMIT).untilAsserted(() -> {
            JsonPath ours = read(id);
            assertThat(ours.getString("status")).isEqualTo(status);
            assertThat(ours.getBoolean("confirmed")).isTrue();
            assertThat(ours.getString("reported")).isNull();
        });
        JsonPath ours = read(id);
        ProofTransaction truth = proof().transactions().get(id);
        assertThat(ours.getString("crypto_amount")).isEqualTo(orNull(truth.cryptoAmount()));
        assertThat(ours.getString("fiat_amount")).isEqualTo(orNull(truth.fiatAmount()));
        assertThat(ours.getString("requested_amount")).isEqualTo("42.75");
        assertThat(truth.history().stream().map(StatusChange::status).toList())
                .containsSubsequence(ours.getList("timeline.status", String.class));
        assertThat(ours.getList("timeline.channel", String.class)).first().isEqualTo("SESSION");
        assertThat(ours.getList("timeline.confirmed_at", String.class)).last().isNotNull();
    }

    private static String orNull(String amount) {
        return amount == null || amount.isEmpty() ? null : amount;
    }

    private static JsonPath read(String id) {
        return given().get("/transactions/" + id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }
}

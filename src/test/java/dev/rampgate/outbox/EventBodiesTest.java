package dev.rampgate.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Event;
import dev.rampgate.ledger.EventType;
import dev.rampgate.ledger.FollowUp;
import dev.rampgate.ledger.LedgerState;
import dev.rampgate.ledger.OwnReference;
import dev.rampgate.ledger.Published;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.support.TestEvents;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EventBodiesTest {

    private static final Instant TIME = Instant.parse("2026-05-02T08:00:00.123456Z");
    private static final long EPOCH = 1_796_000_000L;
    private static final int MOST_BYTES = 20 * 1024;

    private final EventBodies bodies = TestEvents.bodies();

    @Test
    void aBodyHasTheFieldsOfATransactionThenThoseOfTheEventInAFixedOrder() {
        Event event = event(details("customer-8841", "USDC"), true, 2);

        assertThat(bodies.body(event, EPOCH))
                .isEqualTo("{\"type\":\"transaction.completed\",\"timestamp\":\"2026-05-02T08:00:00.123456Z\","
                        + "\"data\":{\"merchant_transaction_id\":\"t-1\",\"type\":\"buy\",\"status\":\"completed\","
                        + "\"confirmed\":true,\"attempt\":2,\"currency\":\"USDC\",\"network\":\"ERC20\","
                        + "\"requested_amount\":\"42.75\",\"crypto_amount\":\"42.60\",\"fiat_currency\":\"EUR\","
                        + "\"fiat_amount\":\"40.15\",\"payment_method\":\"card\",\"reference\":\"order-1\",\"reference_source\":\"caller\",\"metadata\":{\"a\":\"2\",\"b\":\"1\"},\"address\":\"0xAA\",\"created_at\":\"2026-05-02T08:00:00.123456Z\","
                        + "\"updated_at\":\"2026-05-02T08:00:00.123456Z\",\"settled\":false,\"abandoned\":false,"
                        + "\"user_id\":\"customer-8841\",\"epoch\":1796000000,\"version\":3,\"channel\":\"SOCKET\","
                        + "\"occurred_at\":\"2026-05-02T08:00:00.123456Z\",\"observed_at\":\"2026-05-02T08:00:00.123456Z\","
                        + "\"confirmed_at\":\"2026-05-02T08:00:00.123456Z\",\"correction\":true,\"replaces\":2,"
                        + "\"livemode\":false}}");
    }

    @Test
    void aCorrectionOfAStatusThatWasNeverPublishedReplacesNullAndOtherEventsSayNothingOfIt() {
        TransactionDetails details = details("customer-8841", "USDC");

        String correction = bodies.body(event(details, true, null), EPOCH);
        assertThat(correction).contains("\"correction\":true,\"replaces\":null,");
        assertThat(bodies.redacted(correction)).contains("\"correction\":true,\"replaces\":null,");
        assertThat(bodies.body(event(details, false, null), EPOCH)).doesNotContain("replaces");
    }

    @Test
    void aProvisionalEventHasNoVersionAndAnIdOfItsOwnForEachTransition() {
        Event event = provisional(Status.COMPLETED, 2, TIME, TIME);
        EventBodies.Provisional provisional = bodies.provisional(event, EPOCH);

        assertThat(provisional.id()).matches("evt_provisional_[0-9a-f]{32}");
        assertThat(bodies.provisional(event, EPOCH)).isEqualTo(provisional);
        assertThat(bodies.provisional(event, EPOCH + 1).id()).isNotEqualTo(provisional.id());
        assertThat(provisional.body())
                .contains("\"provisional\":true")
                .doesNotContain("\"version\"")
                .doesNotContain("confirmed_at")
                .doesNotContain("replaces");
        assertThat(bodies.body(event(details("customer-8841", "USDC"), true, 2), EPOCH))
                .doesNotContain("provisional");
    }

    /** A failover may lose the commit of the first one, and no epoch begins, since a provisional event is in no feed. */
    @Test
    void anotherStatusThatTakesTheSequenceOfALostTransitionHasAnotherProvisionalId() {
        String id = provisionalId(Status.COMPLETED, 2, TIME, TIME);

        assertThat(provisionalId(Status.FAILED, 2, TIME, TIME)).isNotEqualTo(id);
        assertThat(provisionalId(Status.COMPLETED, 3, TIME, TIME)).isNotEqualTo(id);
        assertThat(provisionalId(Status.COMPLETED, 2, TIME.plusMillis(1), TIME)).isNotEqualTo(id);
        assertThat(provisionalId(Status.COMPLETED, 2, null, TIME)).isNotEqualTo(id);
    }

    @Test
    void aProvisionalFactThatIsObservedAgainKeepsItsId() {
        assertThat(provisionalId(Status.COMPLETED, 2, TIME, TIME.plusSeconds(5)))
                .isEqualTo(provisionalId(Status.COMPLETED, 2, TIME, TIME));
    }

    @Test
    void theIdDependsOnEpochTransactionAndVersionOnly() {
        String id = bodies.id(event(details("customer-8841", "USDC"), true, 2), EPOCH);

        assertThat(id).matches("evt_[0-9a-f]{32}");
        assertThat(bodies.id(event(details("somebody-else", "BTC"), false, null), EPOCH))
                .isEqualTo(id);
        assertThat(bodies.id(event(details("customer-8841", "USDC"), true, 2), EPOCH + 1))
                .isNotEqualTo(id);
    }

    @Test
    void aBodyStaysWithinItsBoundHoweverLongTheWordsAre() {
        String longest = "\u0001".repeat(128);
        TransactionDetails details = longest(longest, longest);
        TransactionDetails tooLong = details(longest, "X".repeat(300_000));

        assertThat(bodies.body(event(details, true, 2), EPOCH).getBytes(StandardCharsets.UTF_8))
                .hasSizeLessThan(MOST_BYTES);
        assertThat(bodies.body(event(tooLong, true, 2), EPOCH))
                .hasSizeLessThan(MOST_BYTES)
                .doesNotContain("XXX");
    }

    @Test
    void theLongestUserAndAddressThatTheLedgerKeepsAreInTheBody() {
        TransactionDetails details = longest("\u0001".repeat(256), "\u0002".repeat(256));

        String body = bodies.body(event(details, true, 2), EPOCH);
        assertThat(body)
                .contains("\"user_id\":\"" + "\\u0001".repeat(256) + "\"")
                .contains("\"address\":\"" + "\\u0002".repeat(256) + "\"");
        assertThat(body.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(MOST_BYTES);
    }

    /** Whose words, reference and metadata are as long as they can be, in characters that JSON writes with six. */
    private static TransactionDetails longest(String userId, String address) {
        String longest = "\u0001".repeat(128);
        Map<String, String> metadata = Map.of("text", "x".repeat(8_100));
        return TransactionDetails.of(longest, longest, longest)
                .withUser(userId)
                .withRequestedAmount(longest)
                .withCryptoAmount(longest)
                .withFiat(longest, longest)
                .withPaymentMethod(longest)
                .withCreatedAt(TIME)
                .with(new OwnReference("\uffff".repeat(128), OwnReference.Source.CALLER, metadata), address);
    }

    @Test
    void anErasedOwnerIsNotNamed() {
        String body = bodies.body(event(details(TransactionDetails.pseudonym(new UUID(1, 2)), "USDC"), true, 2), EPOCH);

        assertThat(body)
                .doesNotContain("user_id")
                .doesNotContain("order-1")
                .doesNotContain("metadata")
                .doesNotContain("0xAA")
                .doesNotContain("erased-")
                .endsWith("\"redacted\":true}}");
    }

    @Test
    void aRedactedBodyIsTheOneOfAnErasedOwnerAndIsRedactedOnce() {
        TransactionDetails known = details("customer-8841", "USDC");
        String body = bodies.body(event(known, true, 2), EPOCH);
        String redacted = bodies.redacted(body);

        assertThat(redacted)
                .isEqualTo(bodies.body(
                        event(known.erasedAs(TransactionDetails.pseudonym(new UUID(1, 2))), true, 2), EPOCH));
        assertThat(bodies.redacted(redacted)).isSameAs(redacted);
    }

    @Test
    void aTextThatLooksLikeTheEndOfARedactedBodyIsRedacted() {
        String imitation = "\"livemode\":false,\"redacted\":true}}";
        TransactionDetails details = TransactionDetails.of("buy", imitation, null)
                .withUser("user-\u00e9")
                .withRequestedAmount("1e-7")
                .withCreatedAt(TIME)
                .with(
                        new OwnReference(
                                imitation,
                                OwnReference.Source.CALLER,
                                Map.of("redacted", imitation, "\u2028", "\ud83d\ude00")),
                        imitation);

        assertThat(bodies.redacted(bodies.body(event(details, true, 2), EPOCH)))
                .isEqualTo(bodies.body(
                        event(details.erasedAs(TransactionDetails.pseudonym(new UUID(1, 2))), true, 2), EPOCH));
    }

    private static TransactionDetails details(String userId, String currency) {
        return TransactionDetails.of("buy", currency, "ERC20")
                .withUser(userId)
                .withRequestedAmount("42.75")
                .withCryptoAmount("42.60")
                .withFiat("EUR", "40.15")
                .withPaymentMethod("card")
                .withCreatedAt(TIME)
                .with(new OwnReference("order-1", OwnReference.Source.CALLER, Map.of("b", "1", "a", "2")), "0xAA");
    }

    private static Event event(TransactionDetails details, boolean correction, Integer replaces) {
        LedgerState state = new LedgerState(Status.COMPLETED, 2, 4, true, TIME, TIME, TIME, TIME, false, false);
        TransactionRecord record =
                new TransactionRecord("t-1", details, state, FollowUp.NONE, new Published(3, 3, false), false);
        return new Event(
                EventType.COMPLETED,
                3,
                record,
                TIME,
                new Event.Source(Channel.SOCKET, TIME, TIME, TIME),
                correction,
                replaces,
                null);
    }

    private String provisionalId(Status status, int attempt, Instant occurredAt, Instant observedAt) {
        return bodies.provisional(provisional(status, attempt, occurredAt, observedAt), EPOCH)
                .id();
    }

    private static Event provisional(Status status, int attempt, Instant occurredAt, Instant observedAt) {
        LedgerState state = new LedgerState(status, attempt, 4, false, TIME, TIME, TIME, TIME, false, false);
        TransactionRecord record = new TransactionRecord(
                "t-1", details("customer-8841", "USDC"), state, FollowUp.NONE, new Published(3, 3, false), false);
        return new Event(
                EventType.valueOf(status.name()),
                0,
                record,
                observedAt,
                new Event.Source(Channel.SOCKET, occurredAt, observedAt, null),
                true,
                null,
                null);
    }
}

package dev.rampgate.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.Outcome;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.support.ProofAndDatabase;
import dev.rampgate.support.TestObservation;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class ReconcileStreamQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Instant T0 = Instant.parse("2026-05-02T08:00:00Z");
    private static final TransactionDetails PURCHASE =
            TransactionDetails.of("buy", "USDC", "ERC20").withUser("cust-8841").withRequestedAmount("42.750");

    @Inject
    ReconcileStream stream;

    @Inject
    Pool pool;

    private final String id = UUID.randomUUID().toString();

    @Test
    void aSessionOpensATransactionThatIsPendingAndNotYetConfirmed() {
        assertThat(offer(session(id))).isEqualTo(Outcome.ACCEPTED);

        Row row = row("SELECT * FROM transaction WHERE id = $1");
        assertThat(row.getString("status")).isEqualTo("pending");
        assertThat(row.getBoolean("confirmed")).isFalse();
        assertThat(row.getString("user_id")).isEqualTo("cust-8841");
        assertThat(row.getString("requested_amount")).isEqualTo("42.750");
        assertThat(count("SELECT count(*) FROM transition WHERE transaction_id = $1"))
                .isEqualTo(1);
        assertThat(count("SELECT count(*) FROM observation WHERE transaction_id = $1"))
                .isEqualTo(1);
        assertThat(count("SELECT count(*) FROM poll WHERE transaction_id = $1 AND priority = 1 AND due_at > now()"))
                .isEqualTo(1);
        assertThat(count("SELECT count(*) FROM socket WHERE transaction_id = $1"))
                .isEqualTo(1);
    }

    @Test
    void amountsKeepTheirExactSpelling() {
        offer(session(id));
        offer(TestObservation.poll("processing", T0.plusSeconds(10))
                .with(PURCHASE)
                .with("0042.6000", "1.10")
                .received(id, now()));

        Row row = row("SELECT crypto_amount, fiat_amount FROM transaction WHERE id = $1");
        assertThat(row.getString("crypto_amount")).isEqualTo("0042.6000");
        assertThat(row.getString("fiat_amount")).isEqualTo("1.10");
    }

    @Test
    void applyingTheSameObservationAgainChangesNothing() {
        Observation session = session(id);
        Observation poll = poll(id, "processing", T0.plusSeconds(10));
        offer(session);
        offer(poll);
        offer(poll);
        offer(session);

        assertThat(count("SELECT count(*) FROM transition WHERE transaction_id = $1"))
                .isEqualTo(2);
        assertThat(count("SELECT count(*) FROM observation WHERE transaction_id = $1"))
                .isEqualTo(2);
    }

    @Test
    void manyObservationsOfOneTransactionInOneBatchAreFoldedInOrder() {
        List<Observation> all = List.of(
                session(id),
                webhook(id, "processing", T0.plusSeconds(10)),
                poll(id, "processing", T0.plusSeconds(10)),
                webhook(id, "processing", T0.plusSeconds(10)),
                socket(id, "completed", T0.plusSeconds(20)),
                TestObservation.poll("completed", T0.plusSeconds(20))
                        .with(PURCHASE)
                        .with("42.6000", "45.00")
                        .received(id, now()));

        assertThat(offerTogether(all))
                .containsExactly(
                        Outcome.ACCEPTED,
                        Outcome.NUDGE,
                        Outcome.ACCEPTED,
                        Outcome.DUPLICATE,
                        Outcome.ACCEPTED,
                        Outcome.CONFIRMED);

        Row row = row("SELECT * FROM transaction WHERE id = $1");
        assertThat(row.getString("status")).isEqualTo("completed");
        assertThat(row.getInteger("sequence")).isEqualTo(3);
        assertThat(row.getBoolean("settled")).isTrue();
        assertThat(row.getValue("follow_up")).isNotNull();
        assertThat(rows("SELECT status, channel, reported_at, confirmed_at FROM transition WHERE transaction_id = $1"
                        + " ORDER BY sequence"))
                .extracting(step -> step.getString("status") + " " + step.getString("channel"))
                .containsExactly("pending SESSION", "processing POLL", "completed SOCKET");
        Row processing = row("SELECT * FROM transition WHERE transaction_id = $1 AND status = 'processing'");
        assertThat(processing.getOffsetDateTime("reported_at")).isNotNull();
        Row completed = row("SELECT * FROM transition WHERE transaction_id = $1 AND status = 'completed'");
        assertThat(completed.getOffsetDateTime("confirmed_at")).isNotNull();
        assertThat(count("SELECT count(*) FROM poll WHERE transaction_id = $1 AND due_at IS NULL"))
                .isEqualTo(1);
        assertThat(count("SELECT count(*) FROM socket WHERE transaction_id = $1"))
                .isZero();
    }

    @Test
    void aRetryInsideTheWidgetOpensTheNextAttempt() {
        offer(session(id));
        offer(poll(id, "failed", T0.plusSeconds(10)));
        assertThat(offer(poll(id, "processing", T0.plusSeconds(30)))).isEqualTo(Outcome.CORRECTION);
        offer(poll(id, "failed", T0.plusSeconds(40)));

        assertThat(rows("SELECT attempt, status FROM transition WHERE transaction_id = $1 ORDER BY sequence"))
                .extracting(step -> step.getInteger("attempt") + " " + step.getString("status"))
                .containsExactly("1 pending", "1 failed", "2 processing", "2 failed");
    }

    @Test
    void aPollOfAnUnknownTransactionAdoptsIt() {
        assertThat(offer(poll(id, "completed", T0.plusSeconds(20)))).isEqualTo(Outcome.ACCEPTED);

        Row row = row("SELECT * FROM transaction WHERE id = $1");
        assertThat(row.getString("user_id")).isEqualTo("cust-8841");
        assertThat(row.getBoolean("confirmed")).isTrue();
    }

    @Test
    void anUnknownStatusOfAnUnknownTransactionLeavesNoRow() {
        assertThat(offer(poll(id, "on_hold", T0.plusSeconds(20)))).isEqualTo(Outcome.UNKNOWN_STATUS);

        assertThat(count("SELECT count(*) FROM transaction WHERE id = $1")).isZero();
    }

    @Test
    void aWebhookAboutAnUnknownTransactionIsPolledButNotArchived() {
        assertThat(offer(webhook(id, "completed", T0))).isEqualTo(Outcome.UNKNOWN_TRANSACTION);

        assertThat(count("SELECT count(*) FROM transaction WHERE id = $1")).isZero();
        assertThat(count("SELECT count(*) FROM observation WHERE transaction_id = $1"))
                .isZero();
    }

    @Test
    void dataThatTheDatabaseRefusesIsSetAsideAndItsNeighboursAreStored() {
        String neighbour = UUID.randomUUID().toString();
        Observation poisoned = unstorable(id);
        List<Uni<Outcome>> offers =
                Stream.of(poisoned, session(neighbour)).map(stream::offer).toList();

        assertThatThrownBy(() -> offers.get(0).await().atMost(LIMIT)).isInstanceOf(QuarantinedException.class);
        assertThat(offers.get(1).await().atMost(LIMIT)).isEqualTo(Outcome.ACCEPTED);
    }

    @Test
    void aPoisonedObservationInABatchDoesNotHarmTheOthersInIt() {
        List<String> ids = IntStream.range(0, 40).mapToObj(i -> id + "-" + i).toList();
        List<Uni<Outcome>> offers = ids.stream()
                .map(one -> one.endsWith("-17") ? unstorable(one) : session(one))
                .map(stream::offer)
                .toList();

        List<Outcome> outcomes = Uni.join()
                .all(offers.stream()
                        .map(offer ->
                                offer.onFailure(QuarantinedException.class).recoverWithNull())
                        .toList())
                .andFailFast()
                .await()
                .atMost(LIMIT);

        assertThat(outcomes).hasSize(40).containsOnlyOnce((Outcome) null);
        assertThat(pool.preparedQuery("SELECT count(*) FROM transaction WHERE id = ANY ($1::text[])")
                        .execute(Tuple.of(ids.toArray(String[]::new)))
                        .await()
                        .atMost(LIMIT)
                        .iterator()
                        .next()
                        .getLong(0))
                .isEqualTo(39);
    }

    @Test
    void theArchiveKeepsAtMostAThousandRowsOfATransactionADay() {
        offer(session(id));
        offerTogether(IntStream.range(0, 1_100)
                .mapToObj(i -> webhook(id, "pending", T0))
                .toList());

        assertThat(count("SELECT count(*) FROM observation WHERE transaction_id = $1"))
                .isEqualTo(1_000);
    }

    @Test
    void whatTheRulesRememberSurvivesTheDatabase() {
        offer(session(id));
        offer(socket(id, "completed", T0.plusSeconds(20)));
        Observation nudge = webhook(id, "failed", T0.plusSeconds(30));
        assertThat(offer(nudge)).isEqualTo(Outcome.NUDGE);
        assertThat(offer(webhook(id, "failed", T0.plusSeconds(30)))).isEqualTo(Outcome.DUPLICATE);
    }

    private static Observation session(String id) {
        return TestObservation.session().with(PURCHASE).received(id, now());
    }

    /** A session with a character that PostgreSQL cannot store. */
    private static Observation unstorable(String id) {
        return TestObservation.session()
                .with(PURCHASE)
                .with("buy\u0000", "USDC", "ERC20")
                .received(id, now());
    }

    private static Observation poll(String id, String status, Instant updatedAt) {
        return TestObservation.poll(status, updatedAt).with(PURCHASE).received(id, now());
    }

    private static Observation socket(String id, String status, Instant occurredAt) {
        return TestObservation.socket(status, occurredAt).with(PURCHASE).received(id, now());
    }

    private static Observation webhook(String id, String status, Instant updatedAt) {
        return TestObservation.webhook(status, updatedAt).with(PURCHASE).received(id, now());
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }

    private Outcome offer(Observation observation) {
        return stream.offer(observation).await().atMost(LIMIT);
    }

    private List<Outcome> offerTogether(List<Observation> observations) {
        return Uni.join()
                .all(observations.stream().map(stream::offer).toList())
                .andFailFast()
                .await()
                .atMost(LIMIT);
    }

    private List<Row> rows(String query) {
        return StreamSupport.stream(
                        pool.preparedQuery(query)
                                .execute(Tuple.of(id))
                                .await()
                                .atMost(LIMIT)
                                .spliterator(),
                        false)
                .toList();
    }

    private Row row(String query) {
        return rows(query).get(0);
    }

    private long count(String query) {
        return row(query).getLong(0);
    }

    @Test
    void anAdvisoryWebhookMovesNothing() {
        offer(session(id));
        Observation webhook = webhook(id, "completed", T0.plusSeconds(20));
        assertThat(webhook.channel()).isEqualTo(Channel.WEBHOOK);
        assertThat(offer(webhook)).isEqualTo(Outcome.NUDGE);

        assertThat(row("SELECT status FROM transaction WHERE id = $1").getString("status"))
                .isEqualTo("pending");
    }
}

package dev.rampgate.reconcile.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.reconcile.ReconcileStream;
import dev.rampgate.support.ProofAndDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In years that are long over, so that the days of other tests are not touched. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class ArchiveQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);

    @Inject
    Pool pool;

    @Inject
    ArchiveSettings settings;

    @Inject
    ReconcileStream stream;

    @Inject
    MeterRegistry applicationMeters;

    private final String id = UUID.randomUUID().toString();

    /** It drops the days of other years. */
    @BeforeEach
    void awaitTheFirstRunOfTheApplicationItself() {
        await().atMost(LIMIT)
                .until(() -> applicationMeters
                                .get("rampgate.housekeeping.runs")
                                .tags("job", "archive", "outcome", "succeeded")
                                .counter()
                                .count()
                        > 0);
    }

    @Test
    void aDayIsMadeAheadAndDroppedAfterTheRetention() {
        round("2020-01-01T10:00:00Z");
        assertThat(exists("observation_20200101")).isTrue();
        assertThat(exists("observation_20200108")).isTrue();
        archive("2020-01-01T10:00:00Z");
        archive("2020-01-08T10:00:00Z");

        // 90 days after the end of the first day, to the second.
        round("2020-04-01T00:00:00Z");

        assertThat(exists("observation_20200101")).isFalse();
        assertThat(exists("observation_20200102")).isTrue();
        assertThat(places()).containsExactly("observation_20200108");
    }

    @Test
    void writingGoesOnOverMidnight() {
        round("2020-05-01T23:00:00Z");

        archive("2020-05-01T23:59:59.999999Z");
        archive("2020-05-02T00:00:00Z");

        assertThat(places()).containsExactly("observation_20200501", "observation_20200502");
    }

    @Test
    void whatHasNoDayIsKeptAllTheSameAndMovesIntoItsDayWhenThatIsMade() {
        archive("2020-06-03T12:00:00Z");
        archive("2020-06-30T12:00:00Z");
        assertThat(places()).containsExactly("observation_other", "observation_other");

        round("2020-06-01T00:00:00Z");

        assertThat(places()).containsExactly("observation_20200603", "observation_other");
    }

    @Test
    void whatNeverHadADayIsDroppedAfterTheRetentionToo() {
        archive("2020-02-20T12:00:00Z");

        round("2020-05-20T11:59:59Z");
        assertThat(places()).containsExactly("observation_other");
        round("2020-05-20T12:00:01Z");
        assertThat(places()).isEmpty();
    }

    @Test
    void severalReplicasAtOnceMakeEachDayOnce() {
        List<Uni<Void>> rounds = List.of(
                archiveAt("2020-08-01T00:00:00Z").run(),
                archiveAt("2020-08-01T00:00:00Z").run(),
                archiveAt("2020-08-01T00:00:00Z").run());
        Uni.join().all(rounds).andCollectFailures().await().atMost(LIMIT);
        round("2020-08-01T00:00:00Z");

        assertThat(exists("observation_20200808")).isTrue();
        archive("2020-08-08T00:00:00Z");
        assertThat(places()).containsExactly("observation_20200808");
    }

    @Test
    void whatAnotherReplicaIsAtIsLeftToIt() {
        round("2020-10-01T00:00:00Z");
        archive("2020-09-20T12:00:00Z");
        SqlConnection other = pool.getConnection().await().atMost(LIMIT);
        lock(other, "pg_advisory_lock");

        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        Archive left = new Archive(pool, settings, () -> Instant.parse("2021-02-01T00:00:00Z"), meters);
        left.run().await().atMost(LIMIT);

        assertThat(exists("observation_20201001")).isTrue();
        assertThat(exists("observation_20210201")).isFalse();
        assertThat(places()).containsExactly("observation_other");
        assertThat(meters.find("rampgate.archive.days.dropped").counter()).isNull();

        lock(other, "pg_advisory_unlock");
        other.close().await().atMost(LIMIT);
        left.run()
                .onFailure(ArchiveQuarkusTest::isLocked)
                .retry()
                .atMost(20)
                .await()
                .atMost(LIMIT);
        assertThat(exists("observation_20201001")).isFalse();
        assertThat(exists("observation_20210201")).isTrue();
        assertThat(places()).isEmpty();
    }

    @Test
    void aDayThatIsInUseIsDroppedLaterRatherThanMakingWritersWait() {
        round("2020-09-01T00:00:00Z");
        SqlConnection writer = pool.getConnection().await().atMost(LIMIT);
        writer.query("BEGIN").execute().await().atMost(LIMIT);
        writer.query("LOCK TABLE observation IN ROW EXCLUSIVE MODE")
                .execute()
                .await()
                .atMost(LIMIT);

        assertThatThrownBy(() -> archiveAt("2020-12-24T00:00:00Z").run().await().atMost(LIMIT))
                .hasMessageContaining("55P03");
        assertThat(exists("observation_20200901")).isTrue();

        writer.query("COMMIT").execute().await().atMost(LIMIT);
        writer.close().await().atMost(LIMIT);
        round("2020-12-24T00:00:00Z");
        assertThat(exists("observation_20200901")).isFalse();
    }

    @Test
    void theApplicationItselfHasMadeTodayAndTheDaysAhead() {
        archive(Instant.now().toString());

        assertThat(places()).singleElement().asString().matches("observation_[0-9]{8}");
    }

    /** @param function that takes the key of a lock of the session */
    private static void lock(SqlConnection connection, String function) {
        connection
                .preparedQuery("SELECT " + function + "($1)")
                .execute(Tuple.of(Archive.LOCK))
                .await()
                .atMost(LIMIT);
    }

    /** The application writes, too: a step that gets no lock in time fails, and is made in the next round. */
    private void round(String now) {
        archiveAt(now)
                .run()
                .onFailure(ArchiveQuarkusTest::isLocked)
                .retry()
                .withBackOff(Duration.ofMillis(100))
                .atMost(20)
                .await()
                .atMost(LIMIT);
    }

    private static boolean isLocked(Throwable failure) {
        return failure.getMessage().contains("55P03");
    }

    private Archive archiveAt(String now) {
        return new Archive(pool, settings, () -> Instant.parse(now), new SimpleMeterRegistry());
    }

    /** By the stream itself, as all news comes. */
    private void archive(String receivedAt) {
        Instant time = Instant.parse(receivedAt).truncatedTo(java.time.temporal.ChronoUnit.MICROS);
        TransactionDetails details =
                TransactionDetails.of("buy", "USDC", "ERC20").withUser("cust-1").withRequestedAmount("1");
        stream.offer(new Observation(
                        UUID.randomUUID(),
                        Channel.SESSION,
                        true,
                        id,
                        "pending",
                        null,
                        null,
                        time,
                        details,
                        false,
                        "{}"))
                .await()
                .atMost(LIMIT);
    }

    private boolean exists(String table) {
        return pool.preparedQuery("SELECT to_regclass($1) IS NOT NULL")
                .execute(Tuple.of(table))
                .await()
                .atMost(LIMIT)
                .iterator()
                .next()
                .getBoolean(0);
    }

    /** Where the archive keeps this test's observations, the oldest first. */
    private List<String> places() {
        return pool
                .preparedQuery(
                        "SELECT tableoid::regclass::text AS place FROM observation WHERE transaction_id = $1 ORDER BY received_at")
                .execute(Tuple.of(id))
                .await()
                .atMost(LIMIT)
                .stream()
                .map(row -> row.getString("place"))
                .toList();
    }
}

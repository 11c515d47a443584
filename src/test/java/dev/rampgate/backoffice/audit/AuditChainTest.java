package dev.rampgate.backoffice.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rampgate.backoffice.audit.AuditStore.Filter;
import dev.rampgate.backoffice.audit.AuditStore.Page;
import dev.rampgate.backoffice.audit.AuditStore.Place;
import dev.rampgate.backoffice.audit.VerifyAudit.Checked;
import dev.rampgate.database.ConnectionShare;
import dev.rampgate.eventloop.VertxEventLoop;
import dev.rampgate.support.MigratedDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Transaction;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The chain of the audit on a real PostgreSQL: how it is made, what its check finds, and what is left of it after the retention. */
class AuditChainTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int WRITERS = 50;

    /** Hashes entry 5 and all after it anew, as somebody would who may write the tables and knows how. */
    private static final String HASH_ANEW = """
            DO $$
            DECLARE
                entry audit_entry;
                before text := (SELECT hash FROM audit_entry WHERE position = 4);
                place bigint := 4;
            BEGIN
                FOR entry IN SELECT * FROM audit_entry WHERE position > 4 ORDER BY position LOOP
                    place := place + 1;
                    entry.hash := encode(sha256(convert_to(concat_ws(E'\\n', 'rampgate-audit-1', place, before,
                        to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), entry.actor, entry.role, entry.action,
                        entry.result, entry.subject, entry.details, entry.request_id, entry.calls), 'UTF8')), 'hex');
                    UPDATE audit_entry SET position = place, previous = before, hash = entry.hash WHERE number = entry.number;
                    before := entry.hash;
                END LOOP;
                UPDATE audit_chain SET last_position = place, last_hash = before;
            END $$;
            """;

    private static MigratedDatabase database;
    private static Vertx vertx;
    private static Pool pool;
    private static AuditStore store;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AuditSequencer one = sequencer();
    private final AuditSequencer other = sequencer();

    @BeforeAll
    static void start() {
        database = MigratedDatabase.start();
        vertx = Vertx.vertx();
        pool = Pool.newInstance(PgBuilder.pool()
                .connectingTo(database.options())
                .with(new PoolOptions().setMaxSize(WRITERS + 10))
                .using(vertx)
                .build());
        store = new AuditStore(pool, new ConnectionShare("back_office", WRITERS, vertx, new SimpleMeterRegistry()));
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        database.close();
    }

    @BeforeEach
    void empty() {
        sql("""
                TRUNCATE audit_entry RESTART IDENTITY;
                UPDATE audit_chain
                SET last_position = 0, last_hash = repeat('0', 64), anchor_position = 0, anchor_hash = repeat('0', 64)
                """);
    }

    @Test
    void twoSequencersMakeOneChainWithoutGapsOfWhatFiftyWritersCommitAtOnce() throws Exception {
        int each = 20;
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS + 2);
        try {
            List<Future<?>> writers = IntStream.range(0, WRITERS)
                    .<Future<?>>mapToObj(writer -> threads.submit(() -> IntStream.range(0, each)
                            .forEach(turn -> inTransaction(turn % 5 != 0, entry("writer" + writer, "act" + turn)))))
                    .toList();
            List<Future<?>> sequencers =
                    List.of(threads.submit(() -> rounds(one, writers)), threads.submit(() -> rounds(other, writers)));
            for (Future<?> writer : writers) {
                writer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
            for (Future<?> sequencer : sequencers) {
                sequencer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        get(one.round());
        get(other.round());

        long committed = (long) WRITERS * (each - each / 5);
        ChainHead head = get(store.head());
        Checked checked = check(head);
        assertThat(checked.wrong()).isEmpty();
        assertThat(checked.last()).isEqualTo(head);
        assertThat(head.position()).isEqualTo(committed);
        assertThat(count("SELECT count(DISTINCT (actor, action)) FROM audit_entry"))
                .isEqualTo(committed);
        assertThat(meters.get("rampgate.audit.head").gauges()).allMatch(gauge -> gauge.value() == committed);
        assertThat(meters.get("rampgate.audit.lag.seconds").gauges()).allMatch(gauge -> gauge.value() == 0);
        assertThat(meters.get("rampgate.audit.chain.lost").counter().count()).isZero();
    }

    private static void rounds(AuditSequencer sequencer, List<Future<?>> writers) {
        while (!writers.stream().allMatch(Future::isDone)) {
            get(sequencer.round());
        }
    }

    @Test
    void theMetricsNameAHeadThatTheCheckTakes() {
        chain(3);

        long digits = (long) meters.get("rampgate.audit.head.hash").gauges().stream()
                .mapToDouble(gauge -> gauge.value())
                .max()
                .orElseThrow();
        String written = "3:" + String.format("%013x", digits);
        assertThat(check(ChainHead.parse(written).orElseThrow()).wrong()).isEmpty();
        assertThat(get(store.head()).hash()).startsWith(written.substring(2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "UPDATE audit_entry SET actor = 'desk' WHERE position = 5 | entry 5 (row 5) was changed",
                "UPDATE audit_entry SET at = at + interval '1 us' WHERE position = 5 | entry 5 (row 5) was changed",
                "UPDATE audit_entry SET calls = 2 WHERE position = 5 | entry 5 (row 5) was changed",
                "UPDATE audit_entry SET hash = repeat('0', 64) WHERE position = 5 | entry 5 (row 5) was changed",
                "DELETE FROM audit_entry WHERE position = 5 | entry 5 is missing: a row was removed",
                "DELETE FROM audit_entry WHERE position = 1 | entry 1 is missing: a row was removed",
                "DELETE FROM audit_entry WHERE position >= 8 | entry 8 is missing: the chain ends at 7",
                "DELETE FROM audit_entry | entry 1 is missing: the chain ends at 0",
                "UPDATE audit_entry SET position = NULL, previous = NULL, hash = NULL WHERE position = 10 | entry 10 is missing",
            })
    void whatWasDoneToARowIsFoundAndTheRowIsNamed(String tampering, String finding) {
        ChainHead head = chain(10);

        sql(tampering);

        assertThat(check(head).wrong().orElseThrow()).startsWith(finding);
        assertThat(check().wrong().orElseThrow()).startsWith(finding);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "UPDATE audit_entry SET actor = 'desk' WHERE position = 5",
                "DELETE FROM audit_entry WHERE position = 5",
                "UPDATE audit_entry SET position = position + 100 WHERE position >= 5;"
                        + " UPDATE audit_entry SET position = 5, previous = '', hash = '' WHERE position IS NULL"
            })
    void aRowChangedRemovedOrInsertedIsFoundByAPublishedHeadThoughAllAfterItWereHashedAnew(String tampering) {
        ChainHead early = chain(4);
        ChainHead head = chain(6);
        get(store.write(entry("intruder", "inserted")));

        sql(tampering + ";" + HASH_ANEW);
        get(one.round());

        assertThat(check().wrong()).isEmpty();
        assertThat(check(early).wrong()).isEmpty();
        assertThat(check(early, head).wrong().orElseThrow())
                .containsAnyOf(
                        "an entry from 5 to 10 was changed, removed or inserted, and all after it were hashed anew",
                        "its tail was cut off");
    }

    @Test
    void aTailThatWasCutOffIsFoundByAPublishedHeadThoughTheChainForgotIt() {
        ChainHead early = chain(7);
        ChainHead head = chain(3);

        sql("DELETE FROM audit_entry WHERE position > 7; UPDATE audit_chain SET last_position = 7, last_hash = '"
                + early.hash() + "'");

        assertThat(check(early).wrong()).isEmpty();
        assertThat(check(head).wrong().orElseThrow())
                .isEqualTo(
                        "entry 8 is missing: the chain ends at 7 and the published head is 10: its tail was cut off");
    }

    @Test
    void aReplicaReportsAChainThatIsNotTheOneThatItKnew() {
        chain(5);
        get(one.round());

        sql("DELETE FROM audit_entry WHERE position = 5; UPDATE audit_chain SET last_position = 4");
        get(one.round());
        get(one.round());

        assertThat(meters.get("rampgate.audit.chain.lost").counter().count()).isEqualTo(1);
    }

    @Test
    void whatTheRetentionLeavesIsCheckedFromItsAnchorOn() {
        chain(10);
        ChainHead anchor = new ChainHead(6, text("SELECT hash FROM audit_entry WHERE position = 6"));
        grow(6);

        ChainHead head = get(store.head());
        assertThat(get(store.expire(ago(31), 500))).isEqualTo(6);
        assertThat(get(store.expire(ago(31), 500))).isZero();
        assertThat(check(head).wrong()).isEmpty();
        get(one.round());

        Checked checked = check(head, get(store.head()));
        assertThat(checked.wrong()).isEmpty();
        assertThat(checked.anchor().position()).isEqualTo(6);
        assertThat(count("SELECT count(*) FROM audit_entry WHERE position <= 6"))
                .isZero();
        assertThat(text("SELECT subject FROM audit_entry WHERE action = 'expire_audit'"))
                .isEqualTo(checked.anchor().toString());
        assertThat(checked.anchor()).isEqualTo(new ChainHead(6, checked.anchor().hash()));
        assertThat(check(new ChainHead(5, anchor.hash())).wrong().orElseThrow()).contains("older than the retention");
    }

    /** Moves the first entries into the past, which needs new hashes. */
    private static void grow(int old) {
        sql(
                "UPDATE audit_entry SET at = at - interval '40 days', position = NULL, previous = NULL, hash = NULL WHERE position <= "
                        + old + "; UPDATE audit_entry SET position = NULL, previous = NULL, hash = NULL;"
                        + " UPDATE audit_chain SET last_position = 0, last_hash = repeat('0', 64)");
        get(store.link());
    }

    @Test
    void rowsRemovedFromTheBeginInAnotherWayThanByTheRetentionAreFound() {
        ChainHead head = chain(10);
        String hash = text("SELECT hash FROM audit_entry WHERE position = 6");

        sql("DELETE FROM audit_entry WHERE position <= 6; UPDATE audit_chain SET anchor_position = 6, anchor_hash = '"
                + hash + "'");

        assertThat(check(head).wrong().orElseThrow())
                .isEqualTo(
                        "the entries up to 6 are missing, and no entry says that they have expired: rows were removed");
    }

    @Test
    void nobodyExpiresWhatIsYoungerThanThirtyDays() {
        chain(3);

        assertThatThrownBy(() -> get(store.expire(ago(29), 500))).hasMessageContaining("kept for 30 days");
    }

    @Test
    void anActionThatIsRolledBackOrWhoseReplicaDiesLeavesNoEntry() {
        inTransaction(false, entry("night", "erase_user"));
        SqlConnection dying = get(pool.getConnection());
        get(dying.begin());
        get(store.write(dying, entry("night", "erase_user")));
        int process = get(dying.query("SELECT pg_backend_pid()").execute())
                .iterator()
                .next()
                .getInteger(0);
        assertThat(count("SELECT count(*) FROM audit_entry")).isZero();

        sql("SELECT pg_terminate_backend(" + process + ")");

        await("the connection is gone")
                .atMost(LIMIT)
                .until(() -> count("SELECT count(*) FROM pg_stat_activity WHERE pid = " + process) == 0);
        get(dying.close().onFailure().recoverWithNull());
        get(one.round());
        assertThat(count("SELECT count(*) FROM audit_entry")).isZero();
        assertThat(get(store.head()).position()).isZero();
    }

    @Test
    void aTextWithALineBreakMakesOneEntry() {
        get(store.write(entry("night", "pause_endpoint").about("a\nb\r").with(new JsonObject().put("a", "\n"))));
        get(one.round());

        assertThat(text("SELECT subject FROM audit_entry")).isEqualTo("a\uFFFDb\uFFFD");
        assertThat(check().wrong()).isEmpty();
    }

    @Test
    void aPageHasWhatIsAskedForTheNewestFirst() {
        AuditKeys keys = new AuditKeys(
                Optional.of(List.of("key-canary-of-at-least-32-characters", "old-key-canary-of-at-least-32-chars")));
        AuditKeys before = new AuditKeys(Optional.of(List.of("old-key-canary-of-at-least-32-chars")));
        for (int turn = 0; turn < 7; turn++) {
            get(store.write(entry("desk", "read_case").about("t-" + turn)));
            get(store.write(entry("night", "erase_user")
                    .with(new JsonObject().put("user_id", (turn == 0 ? before : keys).hash("user_" + turn % 2)))));
        }

        List<String> subjects = new ArrayList<>();
        Optional<Place> after = Optional.empty();
        do {
            Page page = get(store.page(filter("desk", null, List.of()), after, 3));
            page.entries().forEach(entry -> subjects.add(entry.subject()));
            after = page.next();
        } while (after.isPresent());
        assertThat(subjects).containsExactly("t-6", "t-5", "t-4", "t-3", "t-2", "t-1", "t-0");
        assertThat(get(store.page(filter(null, null, keys.hashes("user_0")), Optional.empty(), 100))
                        .entries())
                .hasSize(4)
                .allMatch(entry -> entry.action().equals("erase_user"));
        assertThat(get(store.page(filter(null, "read_case", List.of("t-4")), Optional.empty(), 100))
                        .entries())
                .hasSize(1);
        assertThat(get(store.page(
                                new Filter(Optional.empty(), Optional.empty(), List.of(), ago(2), ago(1)),
                                Optional.empty(),
                                100))
                        .entries())
                .isEmpty();
    }

    // --- steps

    private static Filter filter(String actor, String action, List<String> about) {
        return new Filter(Optional.ofNullable(actor), Optional.ofNullable(action), about, Instant.EPOCH, ago(-1));
    }

    private static Instant ago(int days) {
        return Instant.now().minus(Duration.ofDays(days));
    }

    private static AuditEntry entry(String actor, String action) {
        return AuditEntry.of(actor, "operator", action, AuditEntry.DONE, "request-1");
    }

    /** Writes so many entries more and links them. */
    private ChainHead chain(int entries) {
        for (int turn = 0; turn < entries; turn++) {
            get(store.write(entry("night", "read_case").about("t-" + turn)));
        }
        get(one.round());
        return get(store.head());
    }

    private static void inTransaction(boolean commits, AuditEntry entry) {
        SqlConnection connection = get(pool.getConnection());
        Transaction transaction = get(connection.begin());
        get(store.write(connection, entry));
        get(commits ? transaction.commit() : transaction.rollback());
        get(connection.close());
    }

    private Checked check(ChainHead... heads) {
        return new VerifyAudit(store, "serve", Optional.empty()).check(List.of(heads));
    }

    private AuditSequencer sequencer() {
        return new AuditSequencer(
                store, new VertxEventLoop(vertx), InstantSource.system(), new SplittableRandom(1), meters);
    }

    private static void sql(String statements) {
        get(pool.query(statements).execute());
    }

    private static long count(String query) {
        return get(pool.query(query).execute()).iterator().next().getLong(0);
    }

    private static String text(String query) {
        return get(pool.preparedQuery(query).execute(Tuple.tuple()))
                .iterator()
                .next()
                .getString(0);
    }

    private static <T> T get(Uni<T> work) {
        return work.await().atMost(LIMIT);
    }
}

package dev.rampgate.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rampgate.eventloop.VertxEventLoop;
import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Event;
import dev.rampgate.ledger.EventType;
import dev.rampgate.ledger.FollowUp;
import dev.rampgate.ledger.LedgerState;
import dev.rampgate.ledger.Published;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.outbox.EventFeed.NoPageException;
import dev.rampgate.support.MigratedDatabase;
import dev.rampgate.support.TestEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Transaction;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The sequencer and the feed on a real PostgreSQL, with writers that commit when they like. */
class FeedTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** Longer than any test: who waits for it fails. */
    private static final Duration TOO_LONG = Duration.ofMinutes(10);

    private static final Duration INTERVAL = Duration.ofMillis(250);
    private static final Duration NO_WAIT = Duration.ZERO;
    private static final int WRITERS = 50;

    private static MigratedDatabase database;
    private static Vertx vertx;
    private static Pool pool;

    private final Sequencer one = sequencer();
    private final Sequencer other = sequencer();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final EventFeed feed = new EventFeed(new EventStore(pool), one, new VertxEventLoop(vertx), meters);

    @BeforeAll
    static void start() {
        database = MigratedDatabase.start();
        vertx = Vertx.vertx();
        pool = Pool.newInstance(PgBuilder.pool()
                .connectingTo(database.options())
                .with(new PoolOptions().setMaxSize(WRITERS + 10))
                .using(vertx)
                .build());
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        database.close();
    }

    @BeforeEach
    void empty() {
        sql("TRUNCATE event; UPDATE feed SET last_position = 0, expired_position = 0");
    }

    @Test
    void whatIsNotPlacedIsNotVisible() {
        write("t-1", 1);
        assertThat(read(null)).isEqualTo(new Read(List.of(), read(null).next()));

        get(one.round());

        assertThat(read(null).events()).containsExactly("t-1 1");
    }

    @Test
    void aCommitThatComesLateGetsALaterPlaceAndIsNotSkipped() {
        Open late = open("late", 1);
        write("t-1", 1);
        get(one.round());
        Read first = read(null);
        late.commit();
        get(other.round());

        assertThat(first.events()).containsExactly("t-1 1");
        assertThat(read(first.next()).events()).containsExactly("late 1");
    }

    @Test
    void aCommitThatComesLongAfterOthersIsFoundWhereverTheSearchHasCome() {
        Sequencer patient = patientSequencer();
        Open first = open("first", 1);
        write("t-1", 1);
        get(patient.round());
        Open second = open("second", 1);
        for (int i = 2; i <= 5; i++) {
            write("t-" + i, 1);
            get(patient.round());
            get(patient.round());
        }
        first.commit();
        get(patient.round());
        for (int i = 6; i <= 9; i++) {
            write("t-" + i, 1);
            get(patient.round());
            get(patient.round());
        }
        second.commit();
        get(patient.round());

        assertThat(number("SELECT count(*) FROM event WHERE position IS NULL")).isZero();
        assertThat(number("SELECT count(*) FROM event")).isEqualTo(11);
    }

    @Test
    void whatARolledBackBatchWroteGetsNoPlaceAndLeavesNoGap() {
        Open lost = open("lost", 1);
        write("t-1", 1);
        lost.rollback();
        write("t-2", 1);
        get(one.round());

        assertThat(read(null).events()).containsExactly("t-1 1", "t-2 1");
        assertThat(positions()).containsExactly(1L, 2L);
    }

    @Test
    void eventsOfABatchWhoseReplicaEndedBeforePlacingArePlacedByAnother() {
        write("t-1", 1);
        write("t-1", 2);
        get(other.round());

        assertThat(read(null).events()).containsExactly("t-1 1", "t-1 2");
    }

    @Test
    void twoSequencersGiveEachEventOnePlace() {
        long epoch = epoch();
        for (int i = 0; i < 3 * EventStore.MOST_PLACED; i += 100) {
            int first = i;
            writeAll(first, 100);
        }
        try (Together together = new Together(8)) {
            for (int i = 0; i < 8; i++) {
                Sequencer sequencer = sequencer();
                together.start(() -> get(sequencer.round()));
            }
            together.end();
        }
        get(one.round());

        assertThat(epoch()).isEqualTo(epoch);
        List<Long> positions = positions();
        assertThat(positions).hasSize(3 * EventStore.MOST_PLACED);
        assertThat(positions.get(0)).isEqualTo(1);
        assertThat(positions.get(positions.size() - 1)).isEqualTo(3L * EventStore.MOST_PLACED);
        assertThat(positions).doesNotHaveDuplicates();
    }

    @Test
    void aRoundEndsAlsoIfEventsAreCommittedAllTheTime() {
        sql("""
                CREATE FUNCTION commit_another() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    INSERT INTO event (transaction_id, version, epoch, id, type, created_at, body)
                    SELECT 'next-' || last_position, 1, 1, 'evt_' || last_position, 'transaction.opened', now(), '{}'
                    FROM feed;
                    RETURN NULL;
                END $$;
                CREATE TRIGGER commit_another AFTER UPDATE ON feed EXECUTE FUNCTION commit_another()
                """);
        try {
            write("t-1", 1);
            get(one.round());
        } finally {
            sql("DROP TRIGGER commit_another ON feed; DROP FUNCTION commit_another()");
        }

        assertThat(number("SELECT count(*) FROM event WHERE position IS NOT NULL"))
                .isEqualTo(Sequencer.MOST_PLACINGS);
    }

    /** {@code -Doutbox.events=1000000} writes so many. */
    @Test
    void aReaderMissesNothingWhileManyWritersCommitOutOfOrder() {
        long epoch = epoch();
        int events = Integer.getInteger("outbox.events", 5_000);
        int each = events / WRITERS;
        AtomicInteger running = new AtomicInteger(WRITERS);
        try (Together together = new Together(WRITERS + 2)) {
            for (int writer = 0; writer < WRITERS; writer++) {
                int number = writer;
                together.start(() -> {
                    try {
                        keepWriting(number, each);
                    } finally {
                        running.decrementAndGet();
                    }
                });
            }
            for (Sequencer sequencer : List.of(one, other)) {
                together.start(() -> {
                    while (running.get() > 0) {
                        get(sequencer.round());
                    }
                });
            }
            Map<String, Integer> versions = readAll(events);

            assertThat(versions).hasSize(WRITERS);
            assertThat(versions.values()).containsOnly(each);
            together.end();
        }
        assertThat(epoch()).isEqualTo(epoch);
    }

    /** Reads to the end, which is when all have come; each version must follow the one before. */
    private Map<String, Integer> readAll(int events) {
        Map<String, Integer> versions = new HashMap<>();
        Sequencer own = sequencer();
        String next = null;
        int seen = 0;
        long deadline = System.nanoTime() + LIMIT.toNanos() * Math.max(1, events / 5_000);
        while (seen < events) {
            assertThat(System.nanoTime()).as("time, with %d events read", seen).isLessThan(deadline);
            Read read = read(next, EventFeed.MOST_EVENTS, List.of(), NO_WAIT);
            for (String event : read.events()) {
                String[] parts = event.split(" ");
                assertThat(versions.merge(parts[0], 1, Integer::sum)).isEqualTo(Integer.parseInt(parts[1]));
                seen++;
            }
            next = read.next();
            if (read.events().isEmpty()) {
                get(own.round());
            }
        }
        return versions;
    }

    /** Some commits take longer than others, so that later numbers are visible before earlier ones. */
    private static void keepWriting(int writer, int versions) {
        SplittableRandom random = new SplittableRandom(writer);
        for (int version = 1; version <= versions; version++) {
            Open batch = open("t-" + writer, version);
            if (random.nextInt(4) == 0) {
                get(batch.connection
                        .query("SELECT pg_sleep(" + random.nextDouble() / 50 + ")")
                        .execute());
            }
            batch.commit();
        }
    }

    @Test
    void aPageHasItsLimitAndItsTypesAndTheEndIsEmpty() {
        write("t-1", 1);
        write("t-1", 2);
        write("t-2", 1);
        get(one.round());

        Read first = read(null, 2, List.of(), NO_WAIT);
        assertThat(first.events()).containsExactly("t-1 1", "t-1 2");
        Read second = read(first.next(), 2, List.of(), NO_WAIT);
        assertThat(second.events()).containsExactly("t-2 1");
        Read end = read(second.next(), 2, List.of(), NO_WAIT);
        assertThat(end).isEqualTo(new Read(List.of(), second.next()));
        Read updated = read(null, 2, List.of(EventType.UPDATED), NO_WAIT);
        assertThat(updated.events()).containsExactly("t-1 2");
        assertThat(read(updated.next(), 2, List.of(EventType.UPDATED), NO_WAIT).events())
                .isEmpty();
    }

    @Test
    void aPageOfLargeEventsIsShorterAndTheNextGoesOn() {
        for (int version = 1; version <= 80; version++) {
            write("t-1", version);
        }
        sql("UPDATE event SET body = replace(body, '\"buy\"', '\"' || repeat('x', 18000) || '\"')");
        get(one.round());

        List<String> events = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        String next = null;
        while (events.size() < 80) {
            Read read = read(next, EventFeed.MOST_EVENTS, List.of(EventType.OPENED, EventType.UPDATED), NO_WAIT);
            events.addAll(read.events());
            sizes.add(read.events().size());
            next = read.next();
        }

        assertThat(sizes).hasSize(2);
        assertThat(sizes.get(0)).isBetween(50, 60);
        assertThat(events).hasSize(80).doesNotHaveDuplicates();
        assertThat(read(next).events()).isEmpty();
    }

    @Test
    void aReaderWhoWaitsGetsWhatIsPlacedMeanwhile() {
        get(one.round());
        Read end = read(null);
        Future<Read> waiting = Together.THREADS.submit(() -> read(end.next(), 10, List.of(), LIMIT));
        write("t-1", 1);
        get(one.round());
        get(one.round());

        assertThat(finished(waiting).events()).containsExactly("t-1 1");
    }

    @Test
    void aReaderWhoWaitsInVainGetsAnEmptyPage() {
        get(one.round());

        assertThat(read(null, 10, List.of(), Duration.ofMillis(50)).events()).isEmpty();
    }

    @Test
    void aCursorBehindTheRetentionIsExpiredAndOneAtTheEndIsNot() {
        for (int version = 1; version <= 3; version++) {
            write("t-1", version);
        }
        get(one.round());
        Read first = read(null, 1, List.of(), NO_WAIT);
        Read last = read(first.next());
        Instant later = Instant.now().plusSeconds(60);

        assertThat(get(new EventStore(pool).deleteSome(Instant.now().minusSeconds(60))))
                .isZero();
        assertThat(get(new EventStore(pool).deleteSome(later))).isEqualTo(2);

        assertThat(reason(first.next())).isEqualTo(NoPageException.Reason.EXPIRED);
        assertThat(read(last.next()).events()).isEmpty();
        assertThat(read(null).events()).containsExactly("t-1 3");
    }

    @Test
    void whatTheRetentionDeletesWhileAPageIsReadIsNoSilentGap() {
        for (int version = 1; version <= 3; version++) {
            write("t-1", version);
        }
        get(one.round());
        String first = read(null, 1, List.of(), NO_WAIT).next();
        EventFeed hurried = new EventFeed(
                new EventStore(pool) {
                    @Override
                    Uni<Part> page(long after, long to, List<String> types, int limit) {
                        return deleteSome(Instant.now().plusSeconds(60))
                                .chain(() -> super.page(after, to, types, limit));
                    }
                },
                one,
                new VertxEventLoop(vertx),
                new SimpleMeterRegistry());

        assertThatThrownBy(() -> get(hurried.read(new EventFeed.Request(Optional.of(first), 100, List.of(), NO_WAIT))))
                .isInstanceOfSatisfying(NoPageException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(NoPageException.Reason.EXPIRED));
        assertThat(reason(first)).isEqualTo(NoPageException.Reason.EXPIRED);
    }

    @Test
    void whoAsksForTheOldestEventGetsTheOneThatIsLeftIfOthersAreDeletedMeanwhile() {
        for (int version = 1; version <= 3; version++) {
            write("t-1", version);
        }
        get(one.round());
        EventFeed hurried = new EventFeed(
                new EventStore(pool) {
                    @Override
                    Uni<FeedHead> head() {
                        // Read before the deletion.
                        return super.head().call(() -> deleteSome(Instant.now().plusSeconds(60)));
                    }
                },
                one,
                new VertxEventLoop(vertx),
                new SimpleMeterRegistry());

        String page = get(hurried.read(new EventFeed.Request(Optional.empty(), 100, List.of(), NO_WAIT)))
                .json();

        assertThat(page).contains("\"version\":3").doesNotContain("\"version\":2");
    }

    @Test
    void aRestoreToAnEarlierTimeBeginsAnEpochAndLosesTheCursorsBeyondIt() {
        write("t-1", 1);
        get(one.round());
        get(other.round());
        Read kept = read(null);
        write("t-1", 2);
        get(one.round());
        Read lost = read(null);
        long epoch = epoch();
        // What a failover without the last commits leaves; another batch then writes the same version.
        sql("DELETE FROM event WHERE version = 2; UPDATE feed SET last_position = 1");

        get(one.round());
        write("t-1", 2);
        get(other.round());

        assertThat(epoch()).isGreaterThan(epoch);
        assertThat(reason(lost.next())).isEqualTo(NoPageException.Reason.LOST);
        assertThat(read(kept.next()).events()).containsExactly("t-1 2");
        get(one.round());
        get(other.round());
        assertThat(epochs()).containsExactly(epoch, epoch());
    }

    /** It looks so seldom by its clock that each look may move the start of its search. */
    private Sequencer patientSequencer() {
        AtomicInteger seconds = new AtomicInteger();
        return new Sequencer(
                new EventStore(pool),
                INTERVAL,
                new VertxEventLoop(vertx),
                () -> Instant.EPOCH.plusSeconds(seconds.addAndGet(2)),
                new SplittableRandom(1),
                () -> {},
                meters);
    }

    @Test
    void numbersThatAreGivenAgainAreFoundAlsoByAReplicaThatDidNotSeeTheLossFirst() {
        Sequencer finder = patientSequencer();
        Sequencer late = patientSequencer();
        for (int i = 1; i <= 5; i++) {
            write("t-" + i, 1);
            for (Sequencer each : List.of(finder, late)) {
                get(each.round());
                get(each.round());
            }
        }
        sql("DELETE FROM event WHERE transaction_id IN ('t-4', 't-5'); UPDATE feed SET last_position = 3;"
                + " SELECT setval(pg_get_serial_sequence('event', 'number'), (SELECT max(number) FROM event))");

        get(finder.round());
        write("t-6", 1);
        get(late.round());

        assertThat(number("SELECT count(*) FROM event WHERE position IS NULL")).isZero();
        assertThat(number("SELECT position FROM event WHERE transaction_id = 't-6'"))
                .isEqualTo(4);
    }

    @Test
    void aLossIsFoundAlsoIfTheFeedIsAsLongAgain() {
        write("t-1", 1);
        write("t-2", 1);
        get(one.round());
        get(one.round());
        String lost = read(null).next();
        long epoch = epoch();
        sql("DELETE FROM event WHERE transaction_id = 't-2'; UPDATE feed SET last_position = 1");
        write("t-3", 1);
        write("t-4", 1);
        get(other.round());

        get(one.round());

        assertThat(epoch()).isGreaterThan(epoch);
        assertThat(reason(lost)).isEqualTo(NoPageException.Reason.LOST);
    }

    @Test
    void theRetentionIsNoLoss() {
        write("t-1", 1);
        get(one.round());
        get(one.round());
        long epoch = epoch();
        write("t-2", 1);
        get(other.round());
        get(new EventStore(pool).deleteSome(Instant.now().plusSeconds(60)));

        get(one.round());

        assertThat(epoch()).isEqualTo(epoch);
        assertThat(read(null).events()).containsExactly("t-2 1");
    }

    @Test
    void aReaderWhoWaitsWhileTheDatabaseLosesItsCursorIsNotGivenWhatFollows() {
        write("t-1", 1);
        get(one.round());
        get(one.round());
        Read end = read(null);
        Future<NoPageException.Reason> waiting = Together.THREADS.submit(() -> reason(end.next(), LIMIT));
        await().atMost(LIMIT).until(() -> waiting() == 1);
        sql("DELETE FROM event; UPDATE feed SET last_position = 0");
        write("t-2", 1);
        write("t-3", 1);
        get(other.round());
        get(one.round());

        assertThat(finished(waiting)).isEqualTo(NoPageException.Reason.LOST);
    }

    @Test
    void aReaderWhoWaitsGetsItsEmptyPageAtOnceWhenTheReplicaShutsDown() {
        get(one.round());
        String end = read(null).next();
        Future<Read> waiting = Together.THREADS.submit(() -> read(end, 10, List.of(), TOO_LONG));
        await().atMost(LIMIT).until(() -> waiting() == 1);

        feed.drain();

        assertThat(finished(waiting).events()).isEmpty();
        assertThat(waiting()).isZero();
        assertThat(read(end, 10, List.of(), TOO_LONG).events()).isEmpty();
    }

    @Test
    void aRoundWhileAnotherIsInFlightIsRefused() {
        SqlConnection holder = get(pool.getConnection());
        get(holder.query("BEGIN; LOCK TABLE feed").execute());
        Future<?> first = Together.THREADS.submit(() -> get(one.round()));
        await().atMost(LIMIT).until(() -> text("SELECT count(*)::text FROM pg_locks WHERE NOT granted")
                .equals("1"));

        assertThatThrownBy(() -> get(one.round())).isInstanceOf(IllegalStateException.class);

        get(holder.query("COMMIT").execute());
        get(holder.close());
        finished(first);
        get(one.round());
    }

    @Test
    void theLagIsTheAgeOfTheOldestEventWithoutAPlace() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        Sequencer late = new Sequencer(
                new EventStore(pool),
                INTERVAL,
                new VertxEventLoop(vertx),
                () -> Instant.now().plusSeconds(100),
                new SplittableRandom(1),
                () -> {},
                meters);
        write("t-1", 1);
        SqlConnection holder = get(pool.getConnection());
        get(holder.query("BEGIN; SELECT FROM feed FOR UPDATE").execute());
        Future<?> stuck = Together.THREADS.submit(() -> get(late.round()));

        await().atMost(LIMIT).until(() -> lag(meters) > 90);
        get(holder.query("COMMIT").execute());
        get(holder.close());
        finished(stuck);
        assertThat(lag(meters)).isZero();
    }

    private static double lag(SimpleMeterRegistry meters) {
        return meters.get("rampgate.outbox.feed.lag.seconds").gauge().value();
    }

    private int waiting() {
        return (int) meters.get("rampgate.outbox.feed.waiting").gauge().value();
    }

    @Test
    void aReplicaThatHasReadFurtherGivesNoPlaceOverALostOne() {
        write("t-1", 1);
        get(one.round());
        get(one.round());
        sql("DELETE FROM event; UPDATE feed SET last_position = 0");
        write("t-2", 1);
        long epoch = epoch();

        assertThat(get(new EventStore(pool).place(epoch, 1, 0))).isZero();
        get(one.round());

        assertThat(epoch()).isGreaterThan(epoch);
        assertThat(read(null).events()).containsExactly("t-2 1");
    }

    @Test
    void aCursorThatWasNeverGivenIsRefused() {
        assertThat(reason("nonsense")).isEqualTo(NoPageException.Reason.INVALID);
    }

    @Test
    void whatIsSentOfAnEventIsWhatWasStored() {
        write("t-1", 1);
        get(one.round());
        String json = get(feed.read(new EventFeed.Request(Optional.empty(), 10, List.of(), NO_WAIT)))
                .json();
        String body = text("SELECT body FROM event");
        String id = text("SELECT id FROM event");

        assertThat(json).startsWith("{\"events\":[{\"id\":\"" + id + "\"," + body.substring(1) + "],\"next\":\"");
    }

    @Test
    void soManyReadersMayWaitAndTheRestIsRefused() {
        get(one.round());
        String end = read(null).next();
        AtomicInteger busy = new AtomicInteger();
        AtomicInteger pages = new AtomicInteger();
        for (int i = 0; i < EventFeed.MOST_WAITING + 5; i++) {
            feed.read(new EventFeed.Request(Optional.of(end), 1, List.of(), LIMIT))
                    .subscribe()
                    .with(page -> pages.incrementAndGet(), failure -> busy.incrementAndGet());
        }
        await().atMost(LIMIT).until(() -> busy.get() == 5);
        write("t-1", 1);
        get(one.round());
        get(one.round());
        await().atMost(LIMIT).until(() -> pages.get() == EventFeed.MOST_WAITING);
        assertThat(busy.get()).isEqualTo(5);
    }

    @Test
    void aRedactionChangesNeitherPlaceNorIdAndCursorsGoOn() {
        write("t-1", 1);
        write("t-2", 1);
        get(one.round());
        Read first = read(null, 1, List.of(), NO_WAIT);
        String id = text("SELECT id FROM event WHERE transaction_id = 't-2'");

        assertThat(redact(List.of("t-1", "t-2"))).isEqualTo(2);
        assertThat(redact(List.of("t-1", "t-2"))).isZero();

        assertThat(read(first.next()).events()).containsExactly("t-2 1");
        assertThat(text("SELECT id FROM event WHERE transaction_id = 't-2'")).isEqualTo(id);
        assertThat(text("SELECT string_agg(body, '') FROM event"))
                .contains("\"redacted\":true")
                .doesNotContain("user-");
    }

    @Test
    void soManyEventsAsATransactionHasAreRedacted() {
        for (int version = 1; version <= 2 * EventRedaction.MOST_REDACTED; version++) {
            write("t-1", version);
        }

        assertThat(redact(List.of("t-1"))).isEqualTo(2L * EventRedaction.MOST_REDACTED);
    }

    /** Each of them changes many events at a time: places in the order of insertion, redactions in that of the ids. */
    @Test
    void placesRetentionAndRedactionsDoNotBlockEachOther() {
        int events = 3_000;
        List<String> ids = IntStream.range(0, events)
                .mapToObj(number -> "t-" + (9_999 - number))
                .toList();
        for (int i = 0; i < 5; i++) {
            empty();
            writeAll(ids);
            try (Together together = new Together(4)) {
                List.of(sequencer(), sequencer()).forEach(sequencer -> together.start(() -> get(sequencer.round())));
                together.start(() -> redact(ids));
                together.start(
                        () -> get(new EventStore(pool).deleteSome(Instant.now().plusSeconds(60))));
                together.end();
            }
            assertThat(redact(ids)).isZero();
        }
    }

    private static long redact(List<String> transactionIds) {
        return get(pool.withTransaction(
                connection -> new EventRedaction(TestEvents.bodies()).redact(connection, transactionIds)));
    }

    // --- what the tests do

    private record Read(List<String> events, String next) {}

    private Read read(String after) {
        return read(after, 100, List.of(), NO_WAIT);
    }

    private Read read(String after, int limit, List<EventType> types, Duration wait) {
        JsonObject page =
                new JsonObject(get(feed.read(new EventFeed.Request(Optional.ofNullable(after), limit, types, wait)))
                        .json());
        JsonArray events = page.getJsonArray("events");
        List<String> names = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            JsonObject data = events.getJsonObject(i).getJsonObject("data");
            names.add(data.getString("merchant_transaction_id") + " " + data.getInteger("version"));
        }
        return new Read(names, page.getString("next"));
    }

    private NoPageException.Reason reason(String after) {
        return reason(after, NO_WAIT);
    }

    private NoPageException.Reason reason(String after, Duration wait) {
        try {
            read(after, 100, List.of(), wait);
        } catch (NoPageException refused) {
            return refused.reason();
        }
        throw new AssertionError("the cursor was taken");
    }

    private static Sequencer sequencer() {
        return new Sequencer(
                new EventStore(pool),
                INTERVAL,
                new VertxEventLoop(vertx),
                new SplittableRandom(1),
                new SimpleMeterRegistry());
    }

    /** A batch that has written and not committed. */
    private record Open(SqlConnection connection, Transaction transaction) {
        void commit() {
            get(transaction.commit());
            get(connection.close());
        }

        void rollback() {
            get(transaction.rollback());
            get(connection.close());
        }
    }

    private static Open open(String id, int version) {
        SqlConnection connection = get(pool.getConnection());
        Transaction transaction = get(connection.begin());
        EventWriter writer = new EventWriter(connection, TestEvents.bodies());
        get(writer.readEpoch());
        writer.write(List.of(event(id, version))).forEach(FeedTest::get);
        return new Open(connection, transaction);
    }

    private static void write(String id, int version) {
        open(id, version).commit();
    }

    private static void writeAll(int first, int number) {
        writeAll(IntStream.range(first, first + number)
                .mapToObj(one -> "t-" + one)
                .toList());
    }

    private static void writeAll(List<String> ids) {
        SqlConnection connection = get(pool.getConnection());
        EventWriter writer = new EventWriter(connection, TestEvents.bodies());
        get(writer.readEpoch());
        writer.write(ids.stream().map(id -> event(id, 1)).toList()).forEach(FeedTest::get);
        get(connection.close());
    }

    private static Event event(String id, int version) {
        Instant now = Instant.now();
        return new Event(
                version == 1 ? EventType.OPENED : EventType.UPDATED,
                version,
                new TransactionRecord(
                        id,
                        TransactionDetails.ofSession("user-" + id, "buy", "USDC", "ERC20", "42.75", now),
                        new LedgerState(Status.PENDING, 1, 1, false, null, now, now, now, false, false),
                        FollowUp.NONE,
                        new Published(version, null, false),
                        false),
                now,
                new Event.Source(Channel.SESSION, null, now, null),
                false,
                null,
                null);
    }

    private static List<Long> positions() {
        List<Long> positions = new ArrayList<>();
        get(pool.query("SELECT position FROM event ORDER BY position").execute())
                .forEach(row -> positions.add(row.getLong("position")));
        return positions;
    }

    private static List<Long> epochs() {
        List<Long> epochs = new ArrayList<>();
        get(pool.query("SELECT epoch FROM event ORDER BY position").execute())
                .forEach(row -> epochs.add(row.getLong("epoch")));
        return epochs;
    }

    private static long epoch() {
        return get(pool.query("SELECT epoch FROM ledger_epoch").execute())
                .iterator()
                .next()
                .getLong("epoch");
    }

    private static long number(String query) {
        return get(pool.query(query).execute()).iterator().next().getLong(0);
    }

    private static String text(String statement) {
        return get(pool.query(statement).execute()).iterator().next().getString(0);
    }

    private static void sql(String statements) {
        get(pool.query(statements).execute());
    }

    private static <T> T get(Uni<T> work) {
        return work.await().atMost(LIMIT);
    }

    private static <T> T finished(Future<T> future) {
        try {
            return future.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    /** Threads that begin at the same time. */
    private static final class Together implements AutoCloseable {
        private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        });

        private final CountDownLatch begin;
        private final List<Future<?>> tasks = new ArrayList<>();

        Together(int number) {
            begin = new CountDownLatch(number);
        }

        void start(Runnable task) {
            tasks.add(THREADS.submit(() -> {
                begin.countDown();
                begin.await();
                task.run();
                return null;
            }));
        }

        void end() {
            tasks.forEach(FeedTest::finished);
        }

        @Override
        public void close() {
            tasks.forEach(task -> task.cancel(true));
        }
    }
}

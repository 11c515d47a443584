package dev.rampgate.outbox;

import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Event;
import dev.rampgate.ledger.EventType;
import dev.rampgate.ledger.FollowUp;
import dev.rampgate.ledger.LedgerState;
import dev.rampgate.ledger.Published;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.support.TestEvents;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Writes events and gives them their places, for tests of what reads the feed. */
public final class TestFeed {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Pool pool;
    private final EventStore store;
    private final Sequencer sequencer;
    private final RevisionRepair repair;

    public TestFeed(Pool pool, EventLoop loop) {
        this.pool = pool;
        this.store = new EventStore(pool);
        this.sequencer =
                new Sequencer(store, Duration.ofMillis(250), loop, new SplittableRandom(1), new SimpleMeterRegistry());
        this.repair = new RevisionRepair(pool, store, 2, new SimpleMeterRegistry());
    }

    public Sequencer sequencer() {
        return sequencer;
    }

    /** One version of each of these transactions, committed and in its place. */
    public void append(int version, List<String> ids) {
        List<Event> events = ids.stream().map(id -> event(id, version)).toList();
        get(pool.withTransaction(connection -> write(connection, events)));
        get(sequencer.round());
    }

    /** Gives what is committed its place. */
    public void place() {
        get(sequencer.round());
    }

    /** Gives what is committed its place, as a replica does that knows no amount revisions. */
    public void placeAsAnOlderReplica() {
        get(pool.query("""
                        WITH placed AS (
                            UPDATE event
                            SET position = (SELECT last_position FROM feed) + unplaced.place
                            FROM (
                                SELECT transaction_id, version, row_number() OVER (ORDER BY number) AS place
                                FROM event
                                WHERE position IS NULL
                            ) AS unplaced
                            WHERE event.transaction_id = unplaced.transaction_id AND event.version = unplaced.version
                            RETURNING event.position
                        )
                        UPDATE feed
                        SET last_position = last_position + (SELECT count(*) FROM placed)
                        """).execute());
    }

    /** Compares all transactions with their amount revisions, adds what is missing, and makes it known. */
    public int repairRevisions() {
        return get(compareAll(0).call(store::knowWhatHasNoPlace));
    }

    private Uni<Integer> compareAll(int added) {
        return repair.compare()
                .chain(page ->
                        page.ends() ? Uni.createFrom().item(added + page.added()) : compareAll(added + page.added()));
    }

    /** Deletes all but the last event, as the retention does. */
    public void expire() {
        while (get(store.deleteSome(Instant.now().plusSeconds(60))) > 0) {
            // Some remain.
        }
    }

    /** A sequencer of its own, which has begun to look. */
    public Sequencer startedSequencer(
            EventLoop loop, Duration interval, RandomGenerator random, Runnable onPlaced, MeterRegistry meters) {
        Sequencer started = new Sequencer(store, interval, loop, InstantSource.system(), random, onPlaced, meters);
        started.onMigrated(null);
        return started;
    }

    /** Writes events in the database transaction of this connection, as a batch does. */
    public static Uni<Void> write(SqlConnection connection, List<Event> events) {
        EventWriter writer = new EventWriter(connection, TestEvents.bodies());
        return writer.readEpoch()
                .chain(() -> Uni.join().all(writer.write(events)).andFailFast())
                .replaceWithVoid();
    }

    private static Event event(String id, int version) {
        return event(id, version, Instant.now().truncatedTo(ChronoUnit.MICROS));
    }

    /** One version of a transaction: {@code opened}, and then {@code updated}. */
    public static Event event(String id, int version, Instant now) {
        return new Event(
                version == 1 ? EventType.OPENED : EventType.UPDATED,
                version,
                new TransactionRecord(
                        id,
                        TransactionDetails.NONE.withCreatedAt(now),
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

    private static <T> T get(Uni<T> work) {
        return work.await().atMost(LIMIT);
    }
}

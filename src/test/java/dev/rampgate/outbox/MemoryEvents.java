package dev.rampgate.outbox;

import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.ledger.Event;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.support.TestEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.inject.Vetoed;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The events of a simulated world in memory, treated as the statements of {@link EventWriter} and {@link EventStore} treat them: a number is
 * given when an event is inserted, it is seen once it is committed, and places are given by one at a time.
 */
public final class MemoryEvents {

    /** What is broken on purpose. */
    public enum Bug {
        NONE,
        /** The number of the insertion is the place. */
        PLACES_BEFORE_THE_COMMIT,
        /** Places are given by the time of the decision. */
        PLACES_BY_TIME,
        /** What has no place is read before the place of the first one is known to be free. */
        PLACES_WITHOUT_LOCK
    }

    /** A process' way to the database. */
    public interface Link {
        <T> Uni<T> through(Supplier<Uni<T>> work);
    }

    private static final EventBodies BODIES = TestEvents.bodies();
    private static final long EPOCH = 1;
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final int LIMIT = 500;

    private static final class Stored {
        private final Event event;
        private final long number;
        private final String id;
        private Long position;

        Stored(Event event, long number) {
            this.event = event;
            this.number = number;
            this.id = BODIES.id(event, EPOCH);
        }

        EventStore.Placed placed(boolean whole) {
            return new EventStore.Placed(
                    position, FeedCursor.mark(id, number, event.at()), id, whole ? BODIES.body(event, EPOCH) : "");
        }
    }

    private final Bug bug;
    private final List<Stored> committed = new ArrayList<>();
    private long numbers;
    private long lastPosition;
    private long checkedPosition;

    public MemoryEvents(Bug bug) {
        this.bug = bug;
    }

    /** Inserts in a transaction of the database that is open; what it returns commits it. */
    public Runnable insert(List<Event> events) {
        List<Stored> inserted = new ArrayList<>();
        events.forEach(event -> inserted.add(new Stored(event, ++numbers)));
        return () -> {
            committed.addAll(inserted);
            if (bug == Bug.PLACES_BEFORE_THE_COMMIT) {
                inserted.forEach(one -> one.position = one.number);
                inserted.forEach(one -> lastPosition = Math.max(lastPosition, one.number));
            }
        };
    }

    /** O1: the events of a transaction are those that its committed record counts, and the last one shows it. */
    public void check(String transactionId, Optional<TransactionRecord> record) {
        List<Event> events = committed.stream()
                .map(one -> one.event)
                .filter(event -> event.record().id().equals(transactionId))
                .sorted(Comparator.comparing(Event::version))
                .toList();
        int counted = record.map(known -> known.published().version()).orElse(0);
        List<Integer> versions = events.stream().map(Event::version).toList();
        if (!versions.equals(IntStream.rangeClosed(1, counted).boxed().toList())) {
            throw new AssertionError("events " + versions + " of " + transactionId + ", which counts " + counted);
        }
        if (counted > 0) {
            TransactionRecord last = events.get(counted - 1).record();
            TransactionRecord known = record.orElseThrow();
            boolean shown = last.state().settled() == known.state().settled()
                    && (!known.state().confirmed() || last.details().equals(known.details()));
            if (!shown) {
                throw new AssertionError("the last event shows " + last + " and not " + known);
            }
        }
    }

    /** O5: places from 1 without a gap, and in the order of the versions within a transaction. */
    public void checkPlaces() {
        if (checkedPosition == lastPosition) {
            return;
        }
        checkedPosition = lastPosition;
        List<Stored> placed = placed();
        Map<String, Integer> versions = new HashMap<>();
        for (int i = 0; i < placed.size(); i++) {
            Stored one = placed.get(i);
            if (one.position != i + 1) {
                throw new AssertionError("place " + (i + 1) + " of the feed has " + one.position);
            }
            follow(versions, one.event.record().id(), one.event.version());
        }
    }

    private static void follow(Map<String, Integer> versions, String transactionId, int version) {
        int before = versions.getOrDefault(transactionId, 0);
        if (version != before + 1) {
            throw new AssertionError("version " + version + " of " + transactionId + " follows " + before);
        }
        versions.put(transactionId, version);
    }

    private List<Stored> placed() {
        return committed.stream()
                .filter(one -> one.position != null)
                .sorted(Comparator.comparing(one -> one.position))
                .toList();
    }

    /** The real sequencer of one process, started. */
    public Sequencer sequencer(EventLoop loop, InstantSource clock, RandomGenerator random, Link link) {
        Sequencer sequencer =
                new Sequencer(new Linked(link), INTERVAL, loop, clock, random, () -> {}, new SimpleMeterRegistry());
        sequencer.onMigrated(null);
        return sequencer;
    }

    /** Another system, which keeps its cursor. */
    public Consumer consumer() {
        return new Consumer();
    }

    /** Reads the real feed and checks it as it comes: O5 as a consumer sees it. */
    public final class Consumer {

        private final EventFeed feed = new EventFeed(new Tables(), null, null, new SimpleMeterRegistry());
        private final Map<String, Integer> versions = new HashMap<>();
        private String cursor;
        private long lastRead = -1;

        /** Reads one page if the feed has become longer; fails with an {@link AssertionError} if an event is missing or out of order. */
        public void read() {
            if (lastRead == lastPosition) {
                return;
            }
            lastRead = lastPosition;
            JsonObject page = new JsonObject(
                    feed.read(new EventFeed.Request(Optional.ofNullable(cursor), LIMIT, List.of(), Duration.ZERO))
                            .await()
                            .indefinitely()
                            .json());
            JsonArray events = page.getJsonArray("events");
            for (int i = 0; i < events.size(); i++) {
                JsonObject data = events.getJsonObject(i).getJsonObject("data");
                follow(versions, data.getString("merchant_transaction_id"), data.getInteger("version"));
            }
            cursor = page.getString("next");
        }

        /** Once nothing is committed any more: whether it has read all. */
        public void checkAll() {
            int read = versions.values().stream().mapToInt(Integer::intValue).sum();
            if (read != committed.size()) {
                throw new AssertionError(read + " of " + committed.size() + " events were read");
            }
        }
    }

    /** The statements on these tables. */
    @Vetoed
    private class Tables extends EventStore {

        Tables() {
            super(null);
        }

        @Override
        Uni<Seen> head(long position, long searched) {
            FeedHead head = new FeedHead(
                    EPOCH,
                    lastPosition,
                    0,
                    markAt(lastPosition),
                    // There is nothing that a search could leave behind.
                    0,
                    unplaced().stream()
                            .findFirst()
                            .map(one -> new FeedHead.Unplaced(one.number, one.event.at()))
                            .orElse(null));
            return Uni.createFrom().item(new Seen(head, markAt(position)));
        }

        private String markAt(long position) {
            return found(position).map(Placed::mark).orElse(null);
        }

        private Optional<Placed> found(long position) {
            return committed.stream()
                    .filter(one -> one.position != null && one.position == position)
                    .findFirst()
                    .map(one -> one.placed(false));
        }

        List<Stored> unplaced() {
            Comparator<Stored> order = bug == Bug.PLACES_BY_TIME
                    ? Comparator.comparing((Stored one) -> one.event.at()).thenComparing(one -> one.id)
                    : Comparator.comparing(one -> one.number);
            return committed.stream()
                    .filter(one -> one.position == null)
                    .sorted(order)
                    .limit(MOST_PLACED)
                    .toList();
        }

        @Override
        Uni<Integer> place(long epoch, long atLeast, long searched) {
            return Uni.createFrom()
                    .item(lastPosition >= atLeast && epoch == EPOCH ? place(unplaced(), lastPosition) : 0);
        }

        int place(List<Stored> events, long after) {
            for (int i = 0; i < events.size(); i++) {
                events.get(i).position = after + i + 1;
            }
            lastPosition = after + events.size();
            return events.size();
        }

        @Override
        Uni<Boolean> beginEpochAfter(long epoch) {
            throw new AssertionError("nothing was lost");
        }

        @Override
        Uni<Optional<Placed>> at(long position) {
            return Uni.createFrom().item(found(position));
        }

        @Override
        Uni<Part> page(long after, long to, List<String> types, int limit) {
            List<Placed> events = placed().stream()
                    .filter(one -> one.position > after && one.position <= to)
                    .limit(limit)
                    .map(one -> one.placed(true))
                    .toList();
            return Uni.createFrom().item(new Part(events, events.size() < limit));
        }

        @Override
        Uni<Integer> deleteSome(Instant before) {
            throw new AssertionError("nothing is as old");
        }
    }

    /** The same, as one process reaches them. */
    @Vetoed
    private final class Linked extends Tables {

        private final Link link;

        Linked(Link link) {
            this.link = link;
        }

        @Override
        Uni<Seen> head(long position, long searched) {
            return link.through(() -> super.head(position, searched));
        }

        @Override
        Uni<Integer> place(long epoch, long atLeast, long searched) {
            if (bug != Bug.PLACES_WITHOUT_LOCK) {
                return link.through(() -> super.place(epoch, atLeast, searched));
            }
            return link.through(() -> Uni.createFrom().item(unplaced()))
                    .chain(events -> link.through(() -> Uni.createFrom().item(place(events, atLeast))));
        }
    }
}

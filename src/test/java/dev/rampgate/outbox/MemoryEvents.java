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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
        PLACES_WITHOUT_LOCK,
        /** The search for events without a place goes on behind numbers of transactions that have not ended. */
        SEARCHES_BEHIND_OPEN_TRANSACTIONS,
        /** The search goes on where it was, though the database has lost commits and gives their numbers again. */
        SEARCHES_ON_AFTER_A_LOSS
    }

    /** A process' way to the database. */
    public interface Link {
        <T> Uni<T> through(Supplier<Uni<T>> work);
    }

    private static final EventBodies BODIES = TestEvents.bodies();
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final int LIMIT = 500;

    private static final class Stored {
        private final Event event;
        private final long number;
        private final long epoch;
        private final String id;
        private Long position;

        Stored(Event event, long number, long epoch) {
            this.event = event;
            this.number = number;
            this.epoch = epoch;
            this.id = BODIES.id(event, epoch);
        }

        EventStore.Placed placed(boolean whole) {
            return new EventStore.Placed(
                    position, FeedCursor.mark(id, number, event.at()), id, whole ? BODIES.body(event, epoch) : "");
        }
    }

    /** What a database transaction has inserted; it ends once, committed or not. */
    public interface Insertion {

        /** Makes it visible, unless the database has lost the transaction meanwhile. */
        void commit();

        /** The transaction writes no more. */
        void end();
    }

    private final Bug bug;
    private final List<Stored> committed = new ArrayList<>();
    private final Set<String> writing = new HashSet<>();
    private long epoch = 1;
    private long numbers;
    private long transactions;
    private long lastPosition;
    private long checkedPosition;
    private int losses;
    private int movedSearches;
    private int searchesBegunAgain;

    public MemoryEvents(Bug bug) {
        this.bug = bug;
    }

    /** Inserts in a transaction of the database that is open, which has locked the table before it takes its numbers. */
    public Insertion insert(List<Event> events) {
        String transaction = "transaction " + ++transactions;
        int lossesBefore = losses;
        writing.add(transaction);
        List<Stored> inserted = new ArrayList<>();
        events.forEach(event -> inserted.add(new Stored(event, ++numbers, epoch)));
        return new Insertion() {
            @Override
            public void commit() {
                if (losses == lossesBefore) {
                    committed.addAll(inserted);
                    placeAtOnce(inserted);
                }
            }

            @Override
            public void end() {
                if (losses == lossesBefore) {
                    writing.remove(transaction);
                }
            }
        };
    }

    private void placeAtOnce(List<Stored> inserted) {
        if (bug == Bug.PLACES_BEFORE_THE_COMMIT) {
            inserted.forEach(one -> one.position = one.number);
            inserted.forEach(one -> lastPosition = Math.max(lastPosition, one.number));
        }
    }

    /** What is committed now; what it returns brings it back, as a failover does that loses commits: numbers, places and names are given again. */
    public Runnable keep() {
        List<Stored> kept = List.copyOf(committed);
        List<Long> positions = new ArrayList<>();
        kept.forEach(one -> positions.add(one.position));
        long keptEpoch = epoch;
        long keptNumbers = numbers;
        long keptPosition = lastPosition;
        return () -> {
            losses++;
            committed.clear();
            committed.addAll(kept);
            for (int i = 0; i < kept.size(); i++) {
                kept.get(i).position = positions.get(i);
            }
            writing.clear();
            transactions = 0;
            epoch = keptEpoch;
            numbers = keptNumbers;
            lastPosition = keptPosition;
            checkedPosition = -1;
        };
    }

    /** The last committed version of a transaction; 0 if there is none. */
    public int lastVersion(String transactionId) {
        return committed.stream()
                .map(one -> one.event)
                .filter(event -> event.record().id().equals(transactionId))
                .mapToInt(Event::version)
                .max()
                .orElse(0);
    }

    /** How many events have no place. */
    public long withoutPlace() {
        return committed.stream().filter(one -> one.position == null).count();
    }

    /** How often a search began behind the one before. */
    public int movedSearches() {
        return movedSearches;
    }

    /** How often a search fell back. */
    public int searchesBegunAgain() {
        return searchesBegunAgain;
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
        private int lossesSeen;

        /** Reads one page if the feed has become longer; fails with an {@link AssertionError} if an event is missing or out of order. */
        public void read() {
            if (lastRead == lastPosition && lossesSeen == losses) {
                return;
            }
            lastRead = lastPosition;
            JsonObject page = new JsonObject(page().json());
            JsonArray events = page.getJsonArray("events");
            for (int i = 0; i < events.size(); i++) {
                JsonObject data = events.getJsonObject(i).getJsonObject("data");
                follow(versions, data.getString("merchant_transaction_id"), data.getInteger("version"));
            }
            cursor = page.getString("next");
        }

        /** Begins again if the database has lost what it had read. */
        private EventFeed.Page page() {
            try {
                return read(cursor);
            } catch (EventFeed.NoPageException refused) {
                if (refused.reason() != EventFeed.NoPageException.Reason.LOST || lossesSeen == losses) {
                    throw new AssertionError("a cursor that was given is refused: " + refused.reason());
                }
                versions.clear();
                return read(null);
            } finally {
                lossesSeen = losses;
            }
        }

        private EventFeed.Page read(String after) {
            return feed.read(new EventFeed.Request(Optional.ofNullable(after), LIMIT, List.of(), Duration.ZERO))
                    .await()
                    .indefinitely();
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
                    epoch,
                    lastPosition,
                    0,
                    markAt(lastPosition),
                    committed.stream()
                            .filter(one -> one.position != null && one.position == lastPosition)
                            .mapToLong(one -> one.number)
                            .findFirst()
                            .orElse(0),
                    unplaced(searched).stream()
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

        List<Stored> unplaced(long searched) {
            Comparator<Stored> order = bug == Bug.PLACES_BY_TIME
                    ? Comparator.comparing((Stored one) -> one.event.at()).thenComparing(one -> one.id)
                    : Comparator.comparing(one -> one.number);
            return committed.stream()
                    .filter(one -> one.position == null && one.number > searched)
                    .sorted(order)
                    .limit(MOST_PLACED)
                    .toList();
        }

        @Override
        Uni<Integer> place(long seen, long atLeast, long searched) {
            return Uni.createFrom()
                    .item(lastPosition >= atLeast && seen == epoch ? place(unplaced(searched), lastPosition) : 0);
        }

        @Override
        Uni<Set<String>> writers() {
            return Uni.createFrom().item(bug == Bug.SEARCHES_BEHIND_OPEN_TRANSACTIONS ? Set.of() : Set.copyOf(writing));
        }

        int place(List<Stored> events, long after) {
            for (int i = 0; i < events.size(); i++) {
                events.get(i).position = after + i + 1;
            }
            lastPosition = after + events.size();
            return events.size();
        }

        @Override
        Uni<Boolean> beginEpochAfter(long seen) {
            if (losses == 0) {
                throw new AssertionError("nothing was lost");
            }
            boolean begins = seen == epoch;
            epoch += begins ? 1 : 0;
            return Uni.createFrom().item(begins);
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
            return Uni.createFrom().item(new Part(events, events.size() < limit, 0));
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
        private long lastSearched;

        Linked(Link link) {
            this.link = link;
        }

        @Override
        Uni<Seen> head(long position, long searched) {
            long from = from(searched);
            return link.through(() -> super.head(position, from));
        }

        private long from(long searched) {
            movedSearches += searched > lastSearched ? 1 : 0;
            searchesBegunAgain += searched < lastSearched ? 1 : 0;
            lastSearched = bug == Bug.SEARCHES_ON_AFTER_A_LOSS ? Math.max(searched, lastSearched) : searched;
            return lastSearched;
        }

        @Override
        Uni<Set<String>> writers() {
            return link.through(super::writers);
        }

        @Override
        Uni<Boolean> beginEpochAfter(long seen) {
            return link.through(() -> super.beginEpochAfter(seen));
        }

        @Override
        Uni<Integer> place(long seen, long atLeast, long searched) {
            long from = from(searched);
            if (bug != Bug.PLACES_WITHOUT_LOCK) {
                return link.through(() -> super.place(seen, atLeast, from));
            }
            return link.through(() -> Uni.createFrom().item(unplaced(from)))
                    .chain(events -> link.through(() -> Uni.createFrom().item(place(events, atLeast))));
        }
    }
}

package dev.rampgate.outbox.delivery;

import dev.rampgate.simulation.PostgresServer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What must hold after every step of a world of deliveries: the invariants O1 to O5 of the outbox. */
final class DeliveryChecks {

    private static final int LIVE = 0;

    /** One version of a transaction. */
    record Fact(String transaction, int version) {}

    private record Known(long position, Fact fact, String type, String body, Instant redactedAt) {}

    private record Place(String endpoint, int queue, long position) {}

    private record Kept(int attempts, boolean parked, boolean waiting, String transaction) {}

    private record Sending(String endpoint, String id) {}

    private final PostgresServer server;
    private final InstantSource time;
    private final Map<String, Endpoint> endpoints;
    private final Set<Fact> committed = new HashSet<>();
    private final Map<String, Known> events = new HashMap<>();
    private final List<String> feed = new ArrayList<>();
    private final Map<String, Long> begins = new HashMap<>();
    private final Map<String, Long> made = new HashMap<>();
    private final Map<String, Set<String>> accepted = new HashMap<>();
    private final Map<Sending, Integer> inFlight = new HashMap<>();
    private Map<Place, Kept> before = new HashMap<>();

    DeliveryChecks(PostgresServer server, InstantSource time, Map<String, Endpoint> endpoints) {
        this.server = server;
        this.time = time;
        this.endpoints = endpoints;
        endpoints.keySet().forEach(name -> accepted.put(name, new HashSet<>()));
    }

    /** A batch with this version was committed. */
    void committed(Fact fact) {
        committed.add(fact);
    }

    // --- the tables, after each commit

    /**
     * O1 and O5.
     *
     * @return the ids of the events that got their places since the last call
     */
    List<String> checkEvents() {
        Set<Fact> found = new HashSet<>();
        List<String> placed = new ArrayList<>();
        for (Row row : server.read("SELECT * FROM event ORDER BY position, number", Tuple.tuple())) {
            Fact fact = new Fact(row.getString("transaction_id"), row.getInteger("version"));
            found.add(fact);
            Long position = row.getLong("position");
            String id = row.getString("id");
            if (position == null) {
                check(!events.containsKey(id), () -> "O5: lost its place: " + fact);
                continue;
            }
            if (position > feed.size()) {
                check(position == feed.size() + 1, () -> "O5: a gap before place " + position);
                feed.add(id);
                placed.add(id);
            }
            check(feed.get((int) (position - 1)).equals(id), () -> "O5: another event is in place " + position);
            see(id, position, fact, row.getString("type"), row.getString("body"));
        }
        check(found.equals(committed), () -> "O1: committed " + committed + ", recorded " + found);
        Map<String, Integer> versions = new HashMap<>();
        for (String id : feed) {
            Fact fact = events.get(id).fact;
            int last = versions.getOrDefault(fact.transaction, 0);
            check(fact.version == last + 1, () -> "O5: " + fact + " stands behind version " + last);
            versions.put(fact.transaction, fact.version);
        }
        return placed;
    }

    private void see(String id, long position, Fact fact, String type, String body) {
        Known known = events.get(id);
        if (known == null) {
            events.put(id, new Known(position, fact, type, body, null));
        } else if (!known.body.equals(body) && known.redactedAt == null) {
            check(body.contains("\"redacted\":true"), () -> "O3: the bytes of " + fact + " have changed");
            events.put(id + " before", known);
            events.put(id, new Known(position, fact, type, body, time.instant()));
        } else {
            check(known.body.equals(body), () -> "O3: the redacted bytes of " + fact + " have changed");
        }
    }

    /** O2: what is neither delivered nor in a queue was dropped; and each line of a queue goes on. */
    void checkDeliveries() {
        Map<Place, Kept> kept = new HashMap<>();
        Map<String, Long> positions = new HashMap<>();
        RowSet<Row> rows = server.read("""
                        SELECT endpoint.name, endpoint.position AS made, delivery.*
                        FROM endpoint
                             LEFT JOIN delivery ON delivery.endpoint = endpoint.name
                        """, Tuple.tuple());
        for (Row row : rows) {
            String name = row.getString("name");
            positions.put(name, row.getLong("made"));
            if (row.getString("endpoint") != null) {
                kept.put(
                        new Place(name, row.getShort("queue"), row.getLong("position")),
                        new Kept(
                                row.getInteger("attempts"),
                                row.getValue("parked_at") != null,
                                row.getBoolean("waiting"),
                                row.getString("transaction_id")));
            }
        }
        positions.forEach((name, position) -> checkNothingIsDropped(name, position, kept));
        checkLines(kept);
        kept.forEach((row, now) -> {
            Kept earlier = before.get(row);
            check(
                    earlier == null || earlier.attempts <= now.attempts && (!earlier.parked || now.parked),
                    () -> "an attempt of " + row + " was forgotten: " + earlier + ", then " + now);
            check(
                    !now.parked || now.attempts >= RetryLadder.ATTEMPTS,
                    () -> "parked after " + now.attempts + " attempts: " + row);
        });
        before = kept;
    }

    private void checkNothingIsDropped(String name, long position, Map<Place, Kept> kept) {
        begins.putIfAbsent(name, position);
        long earlier = made.getOrDefault(name, position);
        check(earlier <= position && position <= feed.size(), () -> name + " went from " + earlier + " to " + position);
        made.put(name, position);
        matching(name)
                .filter(one -> one.position <= position)
                .forEach(one -> check(
                        accepted.get(name).contains(feed.get((int) (one.position - 1)))
                                || kept.containsKey(new Place(name, LIVE, one.position))
                                || kept.containsKey(new Place(name, LIVE + 1, one.position)),
                        () -> "O2: " + name + " has not got " + one.fact + ", and no delivery of it is left"));
    }

    /** Of the deliveries of a transaction that are not parked one is the head; of the live ones it is the first. */
    private static void checkLines(Map<Place, Kept> kept) {
        Map<List<Object>, List<Place>> lines = new HashMap<>();
        kept.forEach((row, one) -> {
            if (!one.parked) {
                lines.computeIfAbsent(List.of(row.endpoint, row.queue, one.transaction), line -> new ArrayList<>())
                        .add(row);
            }
        });
        lines.forEach((line, rows) -> {
            List<Place> heads =
                    rows.stream().filter(row -> !kept.get(row).waiting).toList();
            check(heads.size() == 1, () -> "O2: the line " + line + " has heads " + heads + " of " + rows);
            check(
                    heads.get(0).queue != LIVE || rows.stream().allMatch(row -> row.position >= heads.get(0).position),
                    () -> "O2: " + heads + " is before its turn in " + rows);
        });
    }

    /** An operator has put this transaction into the queue of replays, with all its attempts. */
    void resent(String transaction) {
        before.entrySet().removeIf(one -> one.getValue().transaction.equals(transaction));
    }

    // --- what is sent and accepted

    /** O3, and the lease: who sends has a claim that outlives the attempt, and no other attempt is in flight. */
    void sending(Endpoint endpoint, String id, String body) {
        Known event = events.get(id);
        check(event != null, () -> "O3: there is no event " + id);
        Known original = events.get(id + " before");
        check(
                event.body.equals(body)
                        || original != null
                                && original.body.equals(body)
                                && time.instant().isBefore(event.redactedAt.plus(endpoint.lease())),
                () -> "O3: other bytes of " + event.fact);
        Instant end = time.instant().plus(endpoint.timeout());
        int held = 0;
        boolean longEnough = false;
        for (Row row : server.read("""
                        SELECT claim IS NOT NULL AS claimed, due_at
                        FROM delivery
                        WHERE endpoint = $1 AND position = $2
                        """, Tuple.of(endpoint.name(), event.position))) {
            if (row.getBoolean("claimed")) {
                Instant leaseEnd = row.getOffsetDateTime("due_at").toInstant();
                held += leaseEnd.isBefore(time.instant()) ? 0 : 1;
                longEnough |= !leaseEnd.isBefore(end);
            }
        }
        int attempts = inFlight.merge(new Sending(endpoint.name(), id), 1, Integer::sum);
        int claims = held;
        check(
                longEnough,
                () -> "the lease: no claim of " + event.fact + " at " + endpoint.name() + " outlives its attempt");
        check(
                attempts <= claims,
                () -> "the lease: " + attempts + " attempts of " + event.fact + " at " + endpoint.name() + ", " + claims
                        + " claims");
    }

    /** An attempt has its answer, or has timed out. */
    void sent(Endpoint endpoint, String id) {
        inFlight.merge(new Sending(endpoint.name(), id), -1, Integer::sum);
    }

    /** O2: first deliveries in the order of the versions, parked ones aside. */
    void accepted(String name, String id) {
        Known event = events.get(id);
        if (accepted.get(name).add(id)) {
            matching(name)
                    .filter(one -> one.fact.transaction.equals(event.fact.transaction))
                    .filter(one -> one.position < event.position)
                    .forEach(one -> check(
                            accepted.get(name).contains(feed.get((int) (one.position - 1))) || isAside(name, one),
                            () -> "O2: " + name + " got " + event.fact + " before " + one.fact));
        }
    }

    /** Parked, or on its way again through the queue of replays. */
    private boolean isAside(String name, Known one) {
        Kept live = before.get(new Place(name, LIVE, one.position));
        return live == null ? before.containsKey(new Place(name, LIVE + 1, one.position)) : live.parked;
    }

    boolean hasAccepted(String name, String id) {
        return accepted.get(name).contains(id);
    }

    /** Whether an endpoint that is known to the database will get this event. */
    boolean isMeantFor(String name, String id) {
        return matching(name).anyMatch(one -> one == events.get(id));
    }

    private Stream<Known> matching(String name) {
        long after = begins.getOrDefault(name, Long.MAX_VALUE);
        Endpoint endpoint = endpoints.get(name);
        return feed.stream()
                .map(events::get)
                .filter(one -> one.position > after)
                .filter(one -> endpoint.types().isEmpty()
                        || endpoint.types().stream()
                                .anyMatch(type -> type.wireName().equals(one.type)));
    }

    /** O2 at the end of a world, when all receivers have been well for a while. */
    void checkComplete(Duration limit) {
        endpoints.keySet().forEach(name -> matching(name)
                .forEach(one -> check(
                        accepted.get(name).contains(feed.get((int) (one.position - 1))),
                        () -> "O2: " + name + " still has not got " + one.fact + " after " + limit)));
        check(feed.size() == committed.size(), () -> "O5: not all events have their places");
    }

    /** How many events there are, and how many were accepted by all endpoints together. */
    int events() {
        return feed.size();
    }

    int acceptances() {
        return accepted.values().stream().mapToInt(Set::size).sum();
    }

    static void check(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise.get());
        }
    }
}

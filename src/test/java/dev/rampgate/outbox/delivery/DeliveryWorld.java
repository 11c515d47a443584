package dev.rampgate.outbox.delivery;

import dev.rampgate.database.StatementTurns;
import dev.rampgate.database.TransactionStep;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.ledger.EventType;
import dev.rampgate.outbox.EventRedaction;
import dev.rampgate.outbox.OutboxSettings;
import dev.rampgate.outbox.Sequencer;
import dev.rampgate.outbox.TestFeed;
import dev.rampgate.outbox.delivery.DeliveryChecks.Fact;
import dev.rampgate.simulation.PostgresServer;
import dev.rampgate.simulation.VirtualTime;
import dev.rampgate.support.TestEvents;
import dev.rampgate.support.TestSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Replicas that deliver events to hostile receivers, in a world of virtual time that grows from its seed: the service's own sequencer,
 * rounds and statements on a real PostgreSQL. Replicas are killed and hang between commit, placing, send and mark; the database refuses
 * statements, and its answers are lost. A statement's transaction runs in one step, so two replicas never wait for each other's locks.
 */
final class DeliveryWorld {

    /** Its receiver is always well, and every replica knows it. */
    private static final String GOOD = "good";

    /** Its receiver does anything. */
    private static final String BAD = "bad";

    /** A deploy adds it, so that some replicas do not know it yet. It wants one type alone. */
    private static final String LATE = "late";

    private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    /** Within this a good receiver gets an event. Longer than it takes a replica to look, shorter than an attempt that hangs. */
    private static final Duration SOON = Duration.ofSeconds(8);

    /** Longer than a lease: what a replica had claimed waits for its end. */
    private static final Duration AFTERMATH = Duration.ofSeconds(20);

    private static final Duration CALM = Duration.ofSeconds(30);
    private static final int MOST_CALM = 30;

    private final SplittableRandom random;
    private final DeliveryBug bug;
    private final VirtualTime time = new VirtualTime(START);
    private final PostgresServer server;
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final Map<String, Endpoint> endpoints = new LinkedHashMap<>();
    private final Map<String, Receiver> receivers = new TreeMap<>();
    private final DeliveryChecks checks;
    private final EndpointOperations operations;
    private final TestFeed feed;
    private final List<Replica> replicas = new ArrayList<>();
    /** Some worlds last for days, so that attempts are used up; a replica then looks seldom. */
    private final boolean days;

    private final boolean peaceful;
    private final Duration interval;
    private final Duration trouble;
    private boolean calm;
    private boolean lateIsDeployed;
    private boolean databaseIsAway;
    private int unwritten;
    private int crashes;
    private int attempts;
    private boolean touched;
    private Instant lastMisfortune = Instant.MIN;
    private AssertionError broken;

    /** What happened in a world. */
    record Tally(int events, int acceptances, int attempts, int crashes, int parked) {
        static final Tally NOTHING = new Tally(0, 0, 0, 0, 0);

        Tally plus(Tally other) {
            return new Tally(
                    events + other.events,
                    acceptances + other.acceptances,
                    attempts + other.attempts,
                    crashes + other.crashes,
                    parked + other.parked);
        }

        @Override
        public String toString() {
            return "%,d events, %,d acceptances by %,d attempts, %,d crashes and hangs, %,d parked"
                    .formatted(events, acceptances, attempts, crashes, parked);
        }
    }

    DeliveryWorld(long seed, DeliveryBug bug, PostgresServer server) {
        this.random = new SplittableRandom(seed);
        this.bug = bug;
        this.server = server;
        this.days = random.nextInt(6) == 0;
        this.peaceful = random.nextInt(4) == 0;
        this.interval = days ? Duration.ofHours(2) : Duration.ofSeconds(3);
        this.trouble = days ? Duration.ofHours(240) : Duration.ofSeconds(random.nextInt(20, 70));
        for (String name : List.of(GOOD, BAD, LATE)) {
            endpoints.put(name, endpoint(name));
            receivers.put(name, new Receiver());
        }
        this.checks = new DeliveryChecks(server, time, endpoints);
        server.begin(time, random);
        bug.plantInto(server);
        this.operations = new EndpointOperations(server.pool(), ofNoReplica());
        this.feed = new TestFeed(server.pool(), new Replica(Set.of()));
    }

    private Endpoint endpoint(String name) {
        return new Endpoint(
                name,
                URI.create("http://" + name + ".test"),
                Path.of("unused"),
                name.equals(LATE) ? List.of(EventType.UPDATED) : List.of(),
                TIMEOUT,
                random.nextInt(1, 6),
                random.nextBoolean() ? 500 : 20);
    }

    private Deliveries ofNoReplica() {
        return new Deliveries(
                TestSettings.of(OutboxSettings.class, Map.of()),
                server.pool(),
                null,
                null,
                null,
                null,
                Clock.systemUTC(),
                random,
                meters);
    }

    /** Lives through the world; fails with what is broken. */
    Tally run() {
        try {
            for (int i = random.nextInt(2, 4); i > 0; i--) {
                replicas.add(new Replica(Set.of(GOOD, BAD)));
            }
            replicas.forEach(Replica::start);
            for (int i = random.nextInt(2, 5); i > 0; i--) {
                write("t-" + i, 1, random.nextInt(1, 6));
            }
            if (!peaceful) {
                time.after(fraction(trouble.dividedBy(2)), this::deployLate);
                for (int i = random.nextInt(6); i > 0; i--) {
                    time.after(fraction(trouble), this::misfortune);
                }
            }
            if (!days) {
                receivers.get(BAD).changeMood();
            }
            for (int i = random.nextInt(1, 8); i > 0; i--) {
                time.after(fraction(trouble), () -> receivers
                        .get(days || random.nextInt(3) > 0 ? BAD : LATE)
                        .changeMood());
                time.after(fraction(trouble), this::operate);
            }
            happen(trouble);
            return getWell();
        } finally {
            server.end();
        }
    }

    private void happen(Duration duration) {
        boolean[] over = new boolean[1];
        time.after(duration, () -> over[0] = true);
        while (!over[0]) {
            long before = server.ended();
            time.step();
            if (touched || server.ended() != before) {
                touched = false;
                checks.checkEvents().forEach(this::placed);
                checks.checkDeliveries();
            }
            if (broken != null) {
                throw broken;
            }
        }
    }

    /** What a check says is not a failure of the code that it looks at, which would be repeated. */
    private void checked(Runnable check) {
        try {
            check.run();
        } catch (AssertionError wrong) {
            broken = broken == null ? wrong : broken;
        }
    }

    /** O4: whatever other receivers do, a good one gets each event soon, unless replicas or the database are in trouble. */
    private void placed(String id) {
        Instant at = time.instant();
        if (checks.isMeantFor(GOOD, id) && !days) {
            time.after(
                    SOON,
                    () -> checked(() -> DeliveryChecks.check(
                            checks.hasAccepted(GOOD, id) || !lastMisfortune.isBefore(at.minus(AFTERMATH)),
                            () -> "O4: the good endpoint has not got " + id + " after " + SOON)));
        }
    }

    // --- what happens

    /** A batch writes the next version or two, and commits a little later, or not at all; then it is repeated. */
    private void write(String id, int version, int last) {
        unwritten++;
        time.after(fraction(trouble.dividedBy(version == 1 ? 2 : 4)), () -> {
            unwritten--;
            batch(id, version, last);
        });
    }

    private void batch(String id, int version, int last) {
        unwritten++;
        Replica writer = one(replicas);
        int until = Math.min(last, version + random.nextInt(2));
        List<Fact> facts = new ArrayList<>();
        SqlConnection connection = now(server.pool().getConnection());
        Transaction transaction = now(connection.begin());
        now(TestFeed.write(
                connection,
                IntStream.rangeClosed(version, until)
                        .mapToObj(each -> {
                            facts.add(new Fact(id, each));
                            // The clocks of replicas differ.
                            return TestFeed.event(id, each, time.instant().plusMillis(random.nextInt(-3_000, 3_000)));
                        })
                        .toList()));
        time.after(millis(1, 400), () -> {
            boolean commits = writer.isAlive() && random.nextInt(8) > 0;
            now(commits ? transaction.commit() : transaction.rollback());
            now(connection.close());
            touched = true;
            if (commits) {
                facts.forEach(checks::committed);
                writer.execute(writer.sequencer::wake);
            }
            unwritten--;
            int next = commits ? until + 1 : version;
            if (next <= last) {
                write(id, next, last);
            }
        });
    }

    private void deployLate() {
        lateIsDeployed = true;
        for (int i = 0; i < replicas.size(); i++) {
            int which = i;
            time.after(fraction(trouble.dividedBy(3)), () -> replace(which));
        }
    }

    /** A process ends without marking what it sent, and another begins. */
    private void replace(int which) {
        replicas.get(which).kill();
        // Now and then a process with older settings comes back.
        boolean knowsLate = lateIsDeployed && (calm || random.nextInt(4) > 0);
        Replica next = new Replica(knowsLate ? endpoints.keySet() : Set.of(GOOD, BAD));
        replicas.set(which, next);
        time.after(calm ? Duration.ZERO : fraction(trouble.dividedBy(4)), () -> {
            noteMisfortune();
            next.start();
        });
    }

    private void misfortune() {
        noteMisfortune();
        switch (random.nextInt(4)) {
            case 0 -> replace(random.nextInt(replicas.size()));
            case 1 -> one(replicas).hang();
            default -> {
                databaseIsAway = true;
                time.after(fraction(Duration.ofSeconds(20)), () -> {
                    databaseIsAway = false;
                    noteMisfortune();
                });
            }
        }
    }

    /** Where it hurts most: a commit has been made, and its replica does not know it yet. */
    private void misfortuneOf(Replica replica) {
        if (!calm && !peaceful && random.nextInt(25) == 0) {
            noteMisfortune();
            if (random.nextInt(3) == 0 && replicas.contains(replica)) {
                replace(replicas.indexOf(replica));
            } else {
                replica.hang();
            }
        }
    }

    private void noteMisfortune() {
        lastMisfortune = time.instant();
    }

    private void operate() {
        String name = one(List.of(BAD, LATE));
        switch (random.nextInt(4)) {
            case 0 -> now(operations.pause(name, TransactionStep.NONE));
            case 1 -> resend(name, "t-1");
            case 2 -> redact("t-1");
            default -> now(operations.resume(name, TransactionStep.NONE));
        }
        touched = true;
    }

    private void resend(String name, String transaction) {
        now(operations.resend(transaction, Optional.empty(), Optional.of(name), TransactionStep.NONE));
        checks.resent(transaction);
        touched = true;
    }

    private void redact(String transaction) {
        now(server.pool().withTransaction(connection -> new EventRedaction(TestEvents.bodies())
                .redact(connection, List.of(transaction))));
        touched = true;
    }

    /** From now on all goes well: everything must arrive. */
    private Tally getWell() {
        calm = true;
        lateIsDeployed = true;
        databaseIsAway = false;
        noteMisfortune();
        receivers.values().forEach(Receiver::recover);
        for (int i = 0; i < replicas.size(); i++) {
            replace(i);
        }
        int parked = 0;
        for (int i = 0; i < MOST_CALM && (unwritten > 0 || isBehind()); i++) {
            parked += resendParked();
            endpoints.keySet().forEach(name -> now(operations.resume(name, TransactionStep.NONE)));
            happen(days ? interval.multipliedBy(2) : CALM);
        }
        checks.checkComplete(CALM.multipliedBy(MOST_CALM));
        DeliveryChecks.check(!isBehind(), () -> "O2: deliveries are left over");
        return new Tally(checks.events(), checks.acceptances(), attempts, crashes, parked);
    }

    private boolean isBehind() {
        return server.read("""
                        SELECT
                        FROM endpoint
                             CROSS JOIN feed
                        WHERE position < last_position
                              OR EXISTS (SELECT FROM delivery)
                              OR EXISTS (SELECT FROM event WHERE position IS NULL)
                        """, Tuple.tuple()).size() > 0;
    }

    private int resendParked() {
        List<String[]> parked = new ArrayList<>();
        server.read("SELECT endpoint, transaction_id FROM delivery WHERE parked_at IS NOT NULL", Tuple.tuple())
                .forEach(row -> parked.add(new String[] {row.getString(0), row.getString(1)}));
        parked.forEach(one -> resend(one[0], one[1]));
        return parked.size();
    }

    // --- who is in it

    /** One process: its event loop, its sequencer and its deliveries. What it still had to do dies with it. */
    private final class Replica implements EventLoop, StatementTurns {
        private final List<EndpointDeliveries> deliveries = new ArrayList<>();
        private final Set<String> known;
        private Sequencer sequencer;
        private boolean started;
        private boolean dead;
        private Instant thawsAt = Instant.MIN;

        Replica(Set<String> known) {
            this.known = known;
        }

        void start() {
            if (dead) {
                return;
            }
            started = true;
            DeliveryStore store = new DeliveryStore(server.pool());
            // It is not ready before the database knows its endpoints.
            known.forEach(name -> now(store.register(name, endpoints.get(name).typeNames())));
            known.forEach(name -> deliveries.add(new EndpointDeliveries(
                    endpoints.get(name),
                    store,
                    this,
                    (id, body) -> post(name, id, body),
                    this,
                    interval,
                    this::nanoTime,
                    random,
                    new DeliveryMetrics(name, time, meters))));
            sequencer = feed.startedSequencer(this, interval, random, () -> touched = true, new SimpleMeterRegistry());
            sequencer.addListener(() -> deliveries.forEach(EndpointDeliveries::wake));
            deliveries.forEach(EndpointDeliveries::start);
        }

        boolean isAlive() {
            return started && !dead;
        }

        void kill() {
            crashes++;
            dead = true;
        }

        /** Longer than a lease, or not. */
        void hang() {
            crashes++;
            thawsAt = time.instant().plus(millis(1_000, 40_000));
            time.at(thawsAt, DeliveryWorld.this::noteMisfortune);
        }

        private long nanoTime() {
            return bug == DeliveryBug.ZOMBIE_RELAY
                    ? 0
                    : Duration.between(START, time.instant()).toNanos();
        }

        @Override
        public void execute(Runnable task) {
            schedule(Duration.ZERO, task);
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            return time.after(delay, () -> runWhenThawed(task));
        }

        private void runWhenThawed(Runnable task) {
            if (!dead && time.instant().isBefore(thawsAt)) {
                time.at(thawsAt, () -> runWhenThawed(task));
            } else if (!dead) {
                task.run();
            }
        }

        /** The way to the database and back. The transaction of a replica that is killed meanwhile may have been committed. */
        @Override
        public <T> Uni<T> within(Supplier<Uni<T>> statement) {
            return Uni.createFrom()
                    .emitter(emitter -> time.after(millis(1, 10), () -> {
                        if (databaseIsAway || isUnlucky(60)) {
                            failLater(emitter);
                        } else if (!dead || random.nextBoolean()) {
                            statement
                                    .get()
                                    .subscribe()
                                    .with(result -> answered(emitter, result), failure -> failLater(emitter));
                        }
                    }));
        }

        private <T> void answered(UniEmitter<? super T> emitter, T result) {
            misfortuneOf(this);
            if (isUnlucky(60)) {
                failLater(emitter);
            } else {
                schedule(millis(1, 10), () -> emitter.complete(result));
            }
        }

        private boolean isUnlucky(int oneOf) {
            boolean unlucky = !calm && !peaceful && random.nextInt(oneOf) == 0;
            if (unlucky) {
                noteMisfortune();
            }
            return unlucky;
        }

        private void failLater(UniEmitter<?> emitter) {
            schedule(millis(1, 10), () -> emitter.fail(new IllegalStateException("the database did not answer")));
        }
    }

    /** A receiver in a mood, which changes. */
    private final class Receiver {
        private static final List<Reaction> DEAD = List.of(
                Reaction.HANGS, Reaction.HANGS, Reaction.RESETS, Reaction.FAILS, Reaction.FAILS_TLS, Reaction.IS_GONE);

        private final Set<String> never = new HashSet<>();
        private List<Reaction> reactions = List.of(Reaction.ACCEPTS, Reaction.ACCEPTS_WITH_A_SLOW_BODY);
        private int acceptsOneOf = 1;

        void changeMood() {
            acceptsOneOf = random.nextBoolean() ? random.nextInt(1, 5) : Integer.MAX_VALUE;
            reactions = switch (random.nextInt(4)) {
                case 0 -> List.of(one(List.of(Reaction.values())));
                case 1 -> List.of(Reaction.values());
                default -> List.of(one(DEAD));
            };
        }

        void recover() {
            reactions = List.of(Reaction.ACCEPTS);
            acceptsOneOf = 1;
            never.clear();
        }

        Reaction next(String id) {
            if (!calm && days && never.size() < 2 && random.nextInt(4) == 0) {
                never.add(id);
            }
            if (never.contains(id)) {
                return Reaction.REJECTS;
            }
            return random.nextInt(acceptsOneOf) == 0 ? Reaction.ACCEPTS : one(reactions);
        }
    }

    /** One attempt over the network. The request arrives even if its sender is killed meanwhile. */
    private Uni<WebhookSender.Answer> post(String name, String id, String body) {
        return Uni.createFrom().emitter(emitter -> {
            Endpoint endpoint = endpoints.get(name);
            attempts++;
            checked(() -> checks.sending(endpoint, id, body));
            Reaction reaction =
                    name.equals(GOOD) ? Reaction.ACCEPTS : receivers.get(name).next(id);
            boolean slow = !calm && !name.equals(GOOD) && random.nextInt(20) == 0;
            Duration way = slow ? millis(1_000, 14_000) : millis(1, 200);
            Duration back = millis(1, 200);
            boolean heard = !reaction.isSilent() && way.plus(back).compareTo(TIMEOUT) < 0;
            Duration took = heard ? way.plus(back) : TIMEOUT;
            if (reaction.isTaken()) {
                time.after(way, () -> checked(() -> checks.accepted(name, id)));
            }
            WebhookSender.Answer answer = heard
                    ? reaction.answer(days ? fraction(Duration.ofHours(1)) : millis(1_000, 20_000), took)
                    : new WebhookSender.Answer(Outcome.TIMEOUT, 0, Optional.empty(), took);
            time.after(took, () -> {
                checks.sent(endpoint, id);
                emitter.complete(answer);
            });
            if (bug == DeliveryBug.MARK_BEFORE_SEND) {
                emitter.complete(Reaction.ACCEPTS.answer(Duration.ZERO, Duration.ZERO));
            }
        });
    }

    // --- chance and time

    /** The world stands still while a statement runs, so that its outcome is there. */
    private static <T> T now(Uni<T> work) {
        return work.subscribe().asCompletionStage().join();
    }

    private Duration fraction(Duration whole) {
        return Duration.ofMillis(random.nextLong(whole.toMillis() + 1));
    }

    private Duration millis(int least, int most) {
        return Duration.ofMillis(random.nextInt(least, most));
    }

    private <T> T one(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}

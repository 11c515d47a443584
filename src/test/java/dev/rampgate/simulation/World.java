package dev.rampgate.simulation;

import dev.rampgate.channel.webhook.WebhookSettings.Trust;
import dev.rampgate.ledger.LedgerInvariants;
import dev.rampgate.ledger.LedgerState;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.OwnReference;
import dev.rampgate.ledger.ProofHistory;
import dev.rampgate.ledger.ProofHistory.Step;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.ledger.Transition;
import dev.rampgate.outbox.MemoryEvents;
import dev.rampgate.proof.ProofFailure;
import dev.rampgate.proof.StatusReport;
import dev.rampgate.reconcile.BatchChanges;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * A world grown from a seed: some transactions at Proof, three replicas of the service that crash and come back, a
 * database and networks that fail, and webhooks that are lost, doubled, late, out of order and forged. After every step
 * it checks the invariants; then everything gets well, and the ledger has to come to Proof's truth in time.
 */
final class World {

    private static final Instant START = Instant.parse("2026-05-02T08:00:00Z");
    private static final int REPLICAS = 3;
    private static final List<ProofFailure.Kind> PROOF_TROUBLES = List.of(
            ProofFailure.Kind.TIMEOUT,
            ProofFailure.Kind.INTERNAL_ERROR,
            ProofFailure.Kind.UPSTREAM_UNAVAILABLE,
            ProofFailure.Kind.RATE_LIMITED,
            ProofFailure.Kind.UNAUTHORISED,
            ProofFailure.Kind.FORBIDDEN);

    /** Rule 8: at most one poll per transaction and second, less by what a reserved moment may be ahead. */
    private static final Duration BETWEEN_CALLS = Duration.ofMillis(690);

    private static final Duration BETWEEN_PAGES = Duration.ofMillis(250);
    private static final Duration LONGEST_OUTAGE = Duration.ofSeconds(40);

    /** The longest pause that Proof may have asked for, or that a refused token causes, is over by then. */
    private static final Duration SOCKETS_ARE_CUT = Duration.ofSeconds(100);
    /** A call after a socket was connected leaves by then; the back-off between two sockets is longer. */
    private static final Duration CALL_AFTER_CONNECT = Duration.ofSeconds(20);
    /** While a socket is healthy, a minute passes between two calls, give or take. */
    private static final Duration LONGEST_PERIOD = Duration.ofSeconds(80);
    /** What failed often is asked again after this, at the latest. */
    private static final Duration LONGEST_BACK_OFF = Duration.ofMinutes(5);
    /** A lease, the lag tolerance twice and some polls, after the longest pause; the longest back-off may add to it. */
    private static final Duration RECOVERY = Duration.ofSeconds(185);

    /** What a world is like. */
    record Plan(
            Mutation mutation,
            WorldSettings.Reconciling reconciling,
            WorldSettings.Polling polling,
            WorldSettings.Socketing socketing,
            WorldSettings.Webhooks webhooks) {}

    /** What a world is told by its processes. */
    interface Watch {

        void written(Set<String> transactionIds);

        void committed(BatchChanges changes);
    }

    /** What happened in a world, to see that it is no quiet one. */
    record Tally(long transitions, long corrections, long calls, long webhooks, long crashes) {

        static final Tally NOTHING = new Tally(0, 0, 0, 0, 0);

        Tally plus(Tally other) {
            return new Tally(
                    transitions + other.transitions,
                    corrections + other.corrections,
                    calls + other.calls,
                    webhooks + other.webhooks,
                    crashes + other.crashes);
        }
    }

    private record Acknowledged(Observation webhook, SimulatedReplica by) {}

    private final RandomGenerator random;
    private final VirtualTime time = new VirtualTime(START);
    private final Plan plan;
    private final Weather weather;
    private final SimulatedProof proof;
    private final Database database;
    private final List<SimulatedReplica> replicas = new ArrayList<>();
    private final Map<String, Database.Committed> seen = new HashMap<>();
    private final Set<String> touched = new HashSet<>();
    private final Set<List<Object>> published = new HashSet<>();
    private final List<Acknowledged> acknowledged = new ArrayList<>();
    private final ChronoUnit precision;
    private final Duration skew;
    private final double noTime;
    private boolean calm;
    private Instant well;
    private long webhooks;
    private long crashes;
    private AssertionError broken;
    private Runnable checkConsumed = () -> {};

    /**
     * @param pauses between two rounds of polls; it has one of them
     * @param databases makes the world's database
     */
    World(long seed, Mutation mutation, List<Duration> pauses, Function<World, Database> databases) {
        random = new SplittableRandom(seed);
        boolean tight = random.nextInt(4) == 0;
        plan = new Plan(
                mutation,
                new WorldSettings.Reconciling(
                        random.nextInt(1, 9), random.nextInt(1, 4), tight ? 5 : 500, tight ? 3 : 500, tight ? 2 : 50),
                new WorldSettings.Polling(one(List.of(2.0, 5.0, 20.0)), 2, 1, one(pauses)),
                new WorldSettings.Socketing(one(List.of(0, 1, 100, 100))),
                new WorldSettings.Webhooks(random.nextInt(4) == 0 ? Trust.AUTHORITATIVE : Trust.ADVISORY));
        precision = random.nextInt(4) == 0 ? ChronoUnit.MILLIS : ChronoUnit.SECONDS;
        skew = Duration.ofMillis(random.nextInt(4) == 0 ? random.nextInt(-5_000, 5_000) : 0);
        // News without a time counts from its receipt, which is only safe if Proof's clock is not ahead of ours.
        noTime = random.nextInt(4) == 0 && skew.compareTo(Duration.ZERO) <= 0 ? 0.2 : 0;
        weather = new Weather(
                random, one(List.of(0.0, 0.02, 0.05, 0.1)), plan.polling().lagTolerance());
        proof = new SimulatedProof(
                time, random, weather, changed -> !calm && random.nextDouble() < noTime ? null : changed);
        database = databases.apply(this);
    }

    Plan plan() {
        return plan;
    }

    VirtualTime time() {
        return time;
    }

    RandomGenerator random() {
        return random;
    }

    /** Lets everything happen; fails with an {@link AssertionError} that tells which invariant was broken. */
    Tally run() {
        try (database) {
            for (int i = 0; i < REPLICAS; i++) {
                replicas.add(null);
                start(i);
            }
            database.events().ifPresent(events -> consume(events, events.consumer()));
            Instant end = START;
            for (int i = random.nextInt(1, 6); i > 0; i--) {
                ProofHistory history = transaction("transaction-" + i);
                end = history.last().at().isAfter(end) ? history.last().at() : end;
            }
            Duration trouble = Duration.between(START, end).plusMillis(random.nextInt(1, 30_000));
            for (int i = random.nextInt(8); i > 0; i--) {
                time.after(fraction(trouble), misfortune());
            }
            for (int i = random.nextInt(6); i > 0; i--) {
                time.after(fraction(trouble), this::forge);
            }
            happen(trouble);
            getWell();
            happen(SOCKETS_ARE_CUT);
            proof.cutSockets();
            happen(RECOVERY.minus(SOCKETS_ARE_CUT));
            for (int more = 0; more < LONGEST_BACK_OFF.toSeconds() && !isTrue(); more += 30) {
                happen(Duration.ofSeconds(30));
            }
            checkTruth();
            checkBudget();
            checkDoubleCalls();
            checkCallsAfterConnect();
            checkPeriods();
            checkAcknowledged();
            checkConsumed.run();
            return tally();
        }
    }

    private Tally tally() {
        List<Transition> transitions =
                seen.values().stream().flatMap(row -> row.timeline().stream()).toList();
        long corrections = transitions.stream().filter(Transition::correction).count();
        return new Tally(transitions.size(), corrections, proof.calls().size(), webhooks, crashes);
    }

    private void happen(Duration duration) {
        boolean[] over = new boolean[1];
        time.after(duration, () -> over[0] = true);
        while (!over[0]) {
            time.step();
            if (!touched.isEmpty()) {
                Set<String> ids = Set.copyOf(touched);
                touched.clear();
                ids.forEach(this::checkStep);
            }
            if (broken != null) {
                throw broken;
            }
        }
    }

    /** Another system follows the feed all the time. */
    private void consume(MemoryEvents events, MemoryEvents.Consumer consumer) {
        checkConsumed = () -> {
            events.checkPlaces();
            consumer.read();
            consumer.checkAll();
        };
        time.after(BETWEEN_PAGES, () -> {
            try {
                events.checkPlaces();
                consumer.read();
            } catch (AssertionError wrong) {
                broken = wrong;
            }
            consume(events, consumer);
        });
    }

    // --- What happens

    private ProofHistory transaction(String id) {
        ProofHistory history = history();
        proof.add(id, history);
        if (random.nextInt(5) > 0) {
            time.at(history.steps().get(0).at().plusMillis(random.nextInt(20, 500)), () -> one(replicas)
                    .opened(id));
        }
        history.steps().forEach(step -> time.at(step.at(), () -> tell(id, step)));
        return history;
    }

    private ProofHistory history() {
        Instant at = START.plusMillis(random.nextInt(1, 20_000));
        ProofHistory grown = ProofHistory.begunAt(at, told(at));
        for (int i = random.nextInt(6); i > 0; i--) {
            List<Status> successors =
                    List.copyOf(ProofHistory.successors(grown.last().status()));
            if (!successors.isEmpty()) {
                at = at.plus(gap());
                grown = grown.then(one(successors), at, told(at));
            }
        }
        return grown;
    }

    private Duration gap() {
        return switch (random.nextInt(4)) {
            case 0 -> Duration.ofMillis(random.nextInt(1, 400));
            case 1 -> Duration.ofMillis(random.nextInt(400, 5_000));
            case 2 -> Duration.ofMillis(random.nextInt(5_000, 20_000));
            default -> Duration.ofMillis(random.nextInt(20_000, 60_000));
        };
    }

    private Instant told(Instant at) {
        return at.plus(skew).truncatedTo(precision);
    }

    private void tell(String id, Step step) {
        proof.push(id, step);
        for (int copies = weather.copies(); copies > 0; copies--) {
            if (!weather.losesNews()) {
                StatusReport report = proof.report(id, step);
                time.after(weather.newsDelay(), () -> webhook(report, false));
            }
        }
    }

    private void webhook(StatusReport report, boolean forged) {
        webhooks++;
        SimulatedReplica replica = one(replicas);
        boolean known = seen.containsKey(report.transactionId());
        replica.reported(report, forged, taken -> {
            // Kept in memory it may be lost with its process; of unknown transactions nothing is archived.
            if (known) {
                acknowledged.add(new Acknowledged(taken, replica.isHoldingBack() ? replica : null));
            }
        });
    }

    /** Anybody may claim anything about any transaction, known or not. */
    private void forge() {
        String id = random.nextInt(3) == 0
                ? "made-up-" + random.nextInt(10)
                : one(List.copyOf(proof.histories().keySet()));
        String status = one(List.of("pending", "processing", "completed", "failed", "cancelled", "on_hold"));
        Instant time = random.nextInt(5) == 0 ? null : this.time.instant().plusSeconds(random.nextInt(-200, 200));
        webhook(
                new StatusReport(
                        id, status, time, time, "thief", "sell", "DOGE", "X", "9", "XXX", "9", "x", Set.of(), null),
                true);
    }

    private Runnable misfortune() {
        return switch (random.nextInt(4)) {
            case 0 ->
                () -> {
                    weather.databaseGoes(random.nextBoolean());
                    time.after(fraction(LONGEST_OUTAGE), weather::databaseIsBack);
                };
            case 1 ->
                () -> {
                    weather.proofFails(one(PROOF_TROUBLES));
                    time.after(fraction(LONGEST_OUTAGE), () -> weather.proofFails(null));
                };
            case 2 -> proof::cutSockets;
            default -> this::crash;
        };
    }

    private void crash() {
        crashes++;
        int which = random.nextInt(REPLICAS);
        replicas.get(which).kill();
        time.after(Duration.ofMillis(random.nextInt(500, 40_000)), () -> start(which));
    }

    private void start(int which) {
        if (replicas.get(which) == null || !replicas.get(which).isAlive()) {
            replicas.set(which, new SimulatedReplica(plan, time, random, database, proof, weather, watch()));
        }
    }

    private Watch watch() {
        return new Watch() {
            @Override
            public void written(Set<String> transactionIds) {
                touched.addAll(transactionIds);
            }

            @Override
            public void committed(BatchChanges changes) {
                changes.transitions().forEach(World.this::published);
            }
        };
    }

    /** From now on all goes well, and webhooks tell once more where each transaction is. */
    private void getWell() {
        calm = true;
        well = time.instant();
        weather.calmDown();
        for (int i = 0; i < REPLICAS; i++) {
            start(i);
        }
        time.after(Duration.ofSeconds(1), () -> proof.histories()
                .forEach((id, history) -> webhook(proof.report(id, history.last()), false)));
    }

    // --- What must hold

    /** I2: each transition is published once, whichever replica publishes it. */
    private void published(Transition transition) {
        if (!published.add(List.of(transition.transactionId(), transition.sequence()))) {
            broken = new AssertionError("published twice: " + transition);
        }
    }

    /** I1, I3 and the first half of I4. */
    private void checkStep(String id) {
        Optional<Database.Committed> row = database.row(id);
        Database.Committed before = seen.get(id);
        LedgerState stood = before == null ? null : before.state();
        LedgerState stands = row.map(Database.Committed::state).orElse(null);
        List<Transition> timeline = row.map(Database.Committed::timeline).orElse(List.of());
        int known = before == null ? 0 : before.timeline().size();
        try {
            LedgerInvariants.check(
                    stood, stands, timeline, known, proof.histories().get(id));
        } catch (AssertionError wrong) {
            throw new AssertionError(
                    wrong.getMessage() + "\nof " + id + "\nhistory "
                            + proof.histories().get(id) + "\nrecorded " + timeline + "\nas " + stands + "\nbefore "
                            + stood,
                    wrong);
        }
        row.ifPresent(now -> checkOwn(id, before, now));
        database.checkEvents(id);
        row.ifPresent(now -> seen.put(id, now));
    }

    /** I8: what the company calls a session, and where it sends, is never lost and never another's. */
    private static void checkOwn(String id, Database.Committed before, Database.Committed now) {
        TransactionDetails details = now.details();
        OwnReference named = SimulatedReplica.own(id);
        check(
                details.address() == null
                        || details.address().equals("0x" + id)
                                && Objects.equals(details.own(), named.isEmpty() ? null : named),
                () -> "mixed up: " + details.own() + " and " + details.address() + " of " + id);
        check(details.address() != null || details.own() == null, () -> "half of a session of " + id);
        check(
                before == null || before.details().address() == null || details.address() != null,
                () -> "lost what the session of " + id + " brought");
    }

    /** The second half of I4. */
    private void checkTruth() {
        proof.histories()
                .forEach((id, history) -> check(
                        isTrue(id), () -> "not Proof's truth of " + id + ": " + seen.get(id) + "\nhistory " + history));
        List<String> invented = seen.keySet().stream()
                .filter(id -> !proof.histories().containsKey(id))
                .toList();
        check(invented.isEmpty(), () -> "transactions that Proof does not know: " + invented);
    }

    private boolean isTrue() {
        return proof.histories().keySet().stream().allMatch(this::isTrue);
    }

    private boolean isTrue(String id) {
        Step truth = proof.histories().get(id).last();
        Database.Committed row = seen.get(id);
        return row != null
                && row.state().status() == truth.status()
                && row.state().confirmed()
                && (truth.amount() == null
                        || truth.amount().equals(row.details().cryptoAmount())
                                && truth.amount().equals(row.details().fiatAmount()));
    }

    /**
     * I5. A replica cannot know how long the database's answer was on its way, so in bad times it may be late by what it
     * reserves ahead (decision 20).
     */
    private void checkBudget() {
        double rate = plan.polling().maxRate();
        int most = (int) Math.ceil(rate * 1.1);
        int late = REPLICAS * (int) Math.ceil(rate * 0.3);
        List<Instant> all = proof.calls().stream().map(SimulatedProof.Call::at).toList();
        checkSeconds(all, most + late);
        checkSeconds(all.stream().filter(well.plusSeconds(2)::isBefore).toList(), most);
    }

    private static void checkSeconds(List<Instant> calls, int most) {
        for (int i = most; i < calls.size(); i++) {
            Instant first = calls.get(i - most);
            check(
                    Duration.between(first, calls.get(i)).compareTo(Duration.ofSeconds(1)) >= 0,
                    () -> "more than " + most + " calls in the second from " + first);
        }
    }

    /** Rule 8, and what leases are for. What was claimed in bad times may still leave in a hurry. */
    private void checkDoubleCalls() {
        Map<String, Instant> last = new HashMap<>();
        callsSince(well.plusSeconds(2)).forEach(call -> {
            Instant before = last.put(call.id(), call.at());
            check(
                    before == null || Duration.between(before, call.at()).compareTo(BETWEEN_CALLS) >= 0,
                    () -> "two calls about " + call.id() + " at " + before + " and " + call.at());
        });
    }

    /** Over a socket only changes are sent, so what happened before has to be asked for. */
    private void checkCallsAfterConnect() {
        Instant decided = time.instant().minus(CALL_AFTER_CONNECT);
        proof.opened().stream()
                .filter(opened -> opened.at().isAfter(well.plus(SOCKETS_ARE_CUT)))
                .filter(opened -> opened.at().isBefore(decided))
                .filter(opened -> opened.socket().isOpen())
                .forEach(opened -> check(
                        isCalled(
                                opened.socket().transactionId(),
                                opened.at(),
                                opened.at().plus(CALL_AFTER_CONNECT)),
                        () -> "nobody asked about " + opened.socket().transactionId()
                                + " after its socket was opened at " + opened.at()));
    }

    /** The last part of I4; what failed often in bad times is left alone until its back-off is over. */
    private void checkPeriods() {
        Instant from = time.instant().minus(LONGEST_PERIOD);
        seen.forEach((id, row) -> check(
                row.state().status().isTerminal()
                        || !isCalled(id, well.plusSeconds(2), from)
                        || isCalled(id, from, time.instant()),
                () -> "nobody asked about " + id + " for " + LONGEST_PERIOD));
    }

    private Stream<SimulatedProof.Call> callsSince(Instant since) {
        return proof.calls().stream().filter(call -> !call.at().isBefore(since));
    }

    private boolean isCalled(String id, Instant from, Instant until) {
        return callsSince(from)
                .anyMatch(call -> call.id().equals(id) && !call.at().isAfter(until));
    }

    /** I7: what was acknowledged is in the archive, unless it was kept by a process that died. */
    private void checkAcknowledged() {
        if (plan.reconciling().backlogCapacity() < 100) {
            return;
        }
        for (Acknowledged one : acknowledged) {
            boolean safe = one.by == null || one.by.isAlive();
            String id = one.webhook.transactionId();
            check(
                    !safe || database.row(id).orElseThrow().archive().contains(one.webhook.id()),
                    () -> "acknowledged and lost: " + one.webhook);
        }
    }

    private static void check(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise.get());
        }
    }

    // --- Chance

    private Duration fraction(Duration whole) {
        return Duration.ofMillis(random.nextLong(whole.toMillis() + 1));
    }

    private <T> T one(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}

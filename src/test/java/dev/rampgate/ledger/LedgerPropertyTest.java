package dev.rampgate.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.support.TestObservation;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The invariants I1 to I4, under all that three unreliable channels can do to a legal history of Proof. */
class LedgerPropertyTest {

    private static final Instant START = Instant.parse("2026-05-02T08:00:00Z");
    private static final Duration LAG_TOLERANCE = Duration.ofSeconds(30);
    private static final Duration BETWEEN_NEWS = Duration.ofMillis(100);

    /** One thing that may be heard, given when. */
    private interface Heard extends Function<Instant, Observation> {}

    /** How many news are heard, by the number of steps in the history: as many as a few seconds allow. */
    private static final int[] MOST_NEWS = {0, 6, 6, 5, 4};

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void everyOrderOfWhatPollsAndSocketsReportEndsInTheTruth(int steps) {
        ProofHistory.forEach(steps, START, history -> new Explorer(history, polled(history), pushed(history))
                .explore(Channels.session(START), MOST_NEWS[steps]));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void everyOrderOfWhatAllChannelsReportEndsInTheTruth(int steps) {
        ProofHistory.forEach(
                steps, START, history -> new Explorer(history, polled(history), pushed(history), claimed(history))
                        .explore(Channels.session(START), MOST_NEWS[steps] - 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void everyOrderWithLatePollsAndALateSessionEndsInTheTruth(int steps) {
        List<Heard> session = List.of(Channels::session);
        ProofHistory.forEach(steps, START, history -> new Explorer(
                        history, polled(history), pushed(history), polledLongAgo(history), session)
                .explore(MOST_NEWS[steps] - 2));
    }

    @ParameterizedTest
    @EnumSource(Status.class)
    void whoeverFollowsTheWishesAsksUntilTheTransactionRests(Status status) {
        Story story = new Story();
        story.observe(TestObservation.session());
        PollWish wish =
                story.pass(1).observe(TestObservation.poll(status, START)).wish();
        int polls = 0;
        while (wish instanceof PollWish.After after && polls < 1_000) {
            polls++;
            wish = story.pass(after.atMost())
                    .observe(TestObservation.poll(status, START))
                    .wish();
        }

        assertThat(wish).isEqualTo(PollWish.NEVER);
        assertThat(story.state().settled()).isEqualTo(status.isTerminal());
        assertThat(story.state().abandoned()).isEqualTo(!status.isTerminal());
    }

    /** {@code -Dledger.seed=N} begins with that world, {@code -Dledger.worlds=N} visits so many. */
    @Test
    void everyWorldEndsInTheTruth() {
        inEveryWorld(seed -> new UnreliableWorld(seed).run());
    }

    @Test
    void whateverIsHeardAConfirmedCompletedStaysAndNothingIsAnnouncedTwice() {
        inEveryWorld(LedgerPropertyTest::hearNonsense);
    }

    private static void inEveryWorld(LongConsumer world) {
        long first = Long.getLong("ledger.seed", new SecureRandom().nextInt(Integer.MAX_VALUE));
        int worlds = Integer.getInteger("ledger.worlds", 5_000);
        System.out.printf("Ledger properties in %,d worlds from -Dledger.seed=%d%n", worlds, first);
        for (long seed = first; seed < first + worlds; seed++) {
            try {
                world.accept(seed);
            } catch (AssertionError | RuntimeException violation) {
                throw new AssertionError("in the world of -Dledger.seed=" + seed, violation);
            }
        }
    }

    /** Authenticated or not, known or not, in any order and at any time: not even Proof keeps to its contract here. */
    private static void hearNonsense(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        CheckedLedger ledger = new CheckedLedger(LAG_TOLERANCE, null);
        Instant now = START;
        for (int i = random.nextInt(40); i > 0; i--) {
            now = now.plusMillis(random.nextInt(4) == 0 ? random.nextLong(100_000_000) : random.nextLong(20_000));
            Channel channel = Channel.values()[random.nextInt(Channel.values().length)];
            boolean authoritative = channel != Channel.WEBHOOK || random.nextBoolean();
            int status = random.nextInt(Status.values().length + 1);
            String told = status < Status.values().length ? Status.values()[status].wireName() : "on_hold";
            Instant changedAt = random.nextInt(8) == 0 ? null : START.plusSeconds(random.nextInt(20));
            Instant askedAt = channel == Channel.POLL ? now.minusMillis(random.nextInt(30_000)) : null;
            ledger.observe(Channels.anything(channel, authoritative, told, changedAt, askedAt, now), now);
        }
    }

    /** Each step by a poll that is asked now and answered from a lagging copy. */
    private static List<Heard> polled(ProofHistory history) {
        return told(history, (step, now) -> Channels.poll(step, now.minusMillis(20), now));
    }

    /** Each step by a poll that was asked when it had just begun, and answered late. */
    private static List<Heard> polledLongAgo(ProofHistory history) {
        return told(history, (step, now) -> Channels.poll(step, step.at().plusMillis(1), now));
    }

    private static List<Heard> pushed(ProofHistory history) {
        return told(history, (step, now) -> Channels.socket(step, step.updatedAt(), now));
    }

    private static List<Heard> claimed(ProofHistory history) {
        return told(history, (step, now) -> Channels.webhook(step, false, step.updatedAt(), now));
    }

    private static List<Heard> told(
            ProofHistory history, BiFunction<ProofHistory.Step, Instant, Observation> byChannel) {
        return history.steps().stream()
                .map(step -> (Heard) now -> byChannel.apply(step, now))
                .toList();
    }

    /** Hears every sequence of so many news after the history has ended, while copies may still lag behind it. */
    private static final class Explorer {

        private final ProofHistory history;
        private final List<Heard> observation;

        /** What was explored already, by the number of news still to come: the same state has the same future. */
        private final Map<Integer, Set<CheckedLedger.State>> explored = new HashMap<>();

        @SafeVarargs
        Explorer(ProofHistory history, List<Heard>... observation) {
            this.history = history;
            this.observation = Stream.of(observation).flatMap(List::stream).toList();
        }

        void explore(Observation session, int depth) {
            CheckedLedger ledger = new CheckedLedger(LAG_TOLERANCE, history);
            ledger.observe(session, session.receivedAt());
            explore(ledger, depth, history.last().at().plusSeconds(1));
        }

        void explore(int depth) {
            explore(
                    new CheckedLedger(LAG_TOLERANCE, history),
                    depth,
                    history.last().at().plusSeconds(1));
        }

        private void explore(CheckedLedger ledger, int depth, Instant now) {
            if (!explored.computeIfAbsent(depth, none -> new HashSet<>()).add(ledger.state())) {
                return;
            }
            if (depth == 0) {
                ledger.checkConvergence(now);
                return;
            }
            for (Heard next : observation) {
                CheckedLedger branch = ledger.copy();
                branch.observe(next.apply(now), now);
                explore(branch, depth - 1, now.plus(BETWEEN_NEWS));
            }
        }
    }
}

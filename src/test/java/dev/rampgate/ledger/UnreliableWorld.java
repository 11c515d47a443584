package dev.rampgate.ledger;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * One transaction in a world grown from a seed: a legal history at Proof, and what its three channels make of it. Sockets
 * and webhooks come late, doubled, out of order or not at all, webhooks are forged as anybody likes; a poll answers
 * Proof's state of some moment before it was asked, from a copy that lags by less than the tolerance, and may arrive long
 * after. Polls are asked when the rules wish, and whenever somebody else likes.
 */
final class UnreliableWorld {

    private static final Instant START = Instant.parse("2026-05-02T08:00:00Z");
    private static final Duration LAG_TOLERANCE = Duration.ofSeconds(30);
    private static final int MOST_EVENTS = 400;
    private static final List<String> CLAIMS =
            List.of("pending", "processing", "completed", "failed", "cancelled", "on_hold");

    private record Event(Instant at, long number, Runnable happens) {}

    private final RandomGenerator random;
    private final ChronoUnit precision;
    private final Duration skew;
    private final boolean trusted;
    private final double noTime;
    private final double unknownStatus;
    private final ProofHistory history;
    private final CheckedLedger ledger;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparing(Event::at).thenComparing(Event::number));
    private long eventCount;
    private Instant now = START;
    private Instant due;

    UnreliableWorld(long seed) {
        random = new SplittableRandom(seed);
        precision = random.nextInt(4) == 0 ? ChronoUnit.MILLIS : ChronoUnit.SECONDS;
        skew = Duration.ofMillis(random.nextInt(4) == 0 ? random.nextInt(-5_000, 5_000) : 0);
        trusted = random.nextInt(4) == 0;
        // An observation without a time counts from its receipt, which is only safe if Proof's clock is not ahead of
        // ours.
        noTime = random.nextInt(4) == 0 && skew.compareTo(Duration.ZERO) <= 0 ? 0.2 : 0;
        unknownStatus = random.nextInt(4) == 0 ? 0.2 : 0;
        history = someHistory();
        ledger = new CheckedLedger(LAG_TOLERANCE, history);
    }

    /** Lets everything happen, then asks until nothing lags any more. */
    void run() {
        if (random.nextInt(5) > 0) {
            at(START, () -> observe(Channels.session(now)));
        }
        history.steps().forEach(this::report);
        for (int i = random.nextInt(trusted ? 1 : 6); i > 0; i--) {
            at(someMoment(), () -> observe(forged()));
        }
        for (int i = 1 + random.nextInt(12); i > 0; i--) {
            at(someMoment(), this::ask);
        }
        while (!events.isEmpty() && eventCount < MOST_EVENTS) {
            Event next = events.remove();
            now = next.at;
            next.happens.run();
        }
        Instant settledDown = history.last().at().plus(LAG_TOLERANCE);
        ledger.checkConvergence(now.isAfter(settledDown) ? now : settledDown);
    }

    private ProofHistory someHistory() {
        ProofHistory grown = ProofHistory.begunAt(START, told(START));
        Instant at = START;
        for (int i = random.nextInt(7); i > 0; i--) {
            List<Status> successors =
                    List.copyOf(ProofHistory.successors(grown.last().status()));
            if (!successors.isEmpty()) {
                at = at.plus(someGap());
                grown = grown.then(one(successors), at, told(at));
            }
        }
        return grown;
    }

    private Duration someGap() {
        return switch (random.nextInt(4)) {
            case 0 -> Duration.ofMillis(random.nextInt(1, 400));
            case 1 -> Duration.ofMillis(random.nextInt(400, 5_000));
            case 2 -> Duration.ofMillis(random.nextInt(5_000, 40_000));
            default -> Duration.ofMillis(random.nextInt(40_000, 200_000));
        };
    }

    private Instant told(Instant at) {
        return at.plus(skew).truncatedTo(precision);
    }

    /** Sockets and webhooks report a step: lost, once, or more often; soon or late. */
    private void report(ProofHistory.Step step) {
        for (int i = random.nextInt(4); i > 0; i--) {
            at(step.at().plus(someDelay()), () -> observe(Channels.socket(step, time(step.updatedAt()), now)));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            at(
                    step.at().plus(someDelay()),
                    () -> observe(Channels.webhook(step, trusted, time(step.updatedAt()), now)));
        }
    }

    private Duration someDelay() {
        return Duration.ofMillis(random.nextInt(3) > 0 ? random.nextInt(20, 1_000) : random.nextInt(20, 120_000));
    }

    private Instant someMoment() {
        long last = Duration.between(START, history.last().at()).toMillis() + 60_000;
        return START.plusMillis(random.nextLong(last));
    }

    private Observation forged() {
        Instant time = random.nextInt(5) == 0 ? null : now.plusSeconds(random.nextInt(-200, 200));
        return Channels.forged(one(CLAIMS), time, now);
    }

    /** Asks Proof now; one in ten answers is lost, and then the lease of the claim runs out first. */
    private void ask() {
        Instant asked = now;
        due = null;
        long lag = random.nextInt(2) == 0 ? 0 : random.nextLong(LAG_TOLERANCE.toMillis());
        ProofHistory.Step state = history.stateAt(asked.minusMillis(lag));
        if (random.nextInt(10) == 0) {
            plan(Duration.ofSeconds(15));
            return;
        }
        at(asked.plus(someDelay()), () -> {
            Instant updatedAt = time(state.updatedAt());
            boolean unknown = random.nextDouble() < unknownStatus;
            observe(
                    unknown
                            ? Channels.unknownPoll(updatedAt, asked, now)
                            : Channels.poll(state, updatedAt, asked, now));
        });
    }

    private void observe(Observation observation) {
        PollWish wish = ledger.observe(observation, now);
        if (wish instanceof PollWish.AtOnce) {
            plan(Duration.ZERO);
        } else if (wish instanceof PollWish.After after) {
            plan(after.atLeast());
        }
    }

    /** Whoever comes first asks; those that come later find nothing due. */
    private void plan(Duration delay) {
        Instant at = now.plus(delay);
        if (due == null || at.isBefore(due)) {
            due = at;
            at(at, () -> {
                if (at.equals(due)) {
                    ask();
                }
            });
        }
    }

    private void at(Instant moment, Runnable happens) {
        events.add(new Event(moment, eventCount++, happens));
    }

    private Instant time(Instant told) {
        return random.nextDouble() < noTime ? null : told;
    }

    private <T> T one(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}

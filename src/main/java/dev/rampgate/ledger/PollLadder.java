package dev.rampgate.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How often a transaction is asked for, by its age since the last accepted change (Proof contract, section 6, wants 5
 * to 10 s while {@code pending} or {@code processing}; it says nothing about old ones).
 */
final class PollLadder {

    /** Past this age a {@code buy} counts as abandoned. */
    static final Duration HORIZON = Duration.ofDays(7);

    private static final PollWish FRESH = new PollWish.After(Duration.ofSeconds(5), Duration.ofSeconds(10));
    private static final PollWish FRESH_WITH_SOCKET = PollWish.after(Duration.ofSeconds(60));
    private static final PollWish WITHIN_HOUR = PollWish.after(Duration.ofSeconds(30));
    private static final PollWish WITHIN_DAY = PollWish.after(Duration.ofMinutes(5));
    private static final PollWish WITHIN_WEEK = PollWish.after(Duration.ofHours(1));
    private static final PollWish OLD = PollWish.after(Duration.ofHours(6));

    /** When a confirmed {@code failed} or {@code cancelled} is looked at again, counted from the start of its watch. */
    private static final List<Duration> WATCH = List.of(
            Duration.ofSeconds(15),
            Duration.ofSeconds(30),
            Duration.ofMinutes(1),
            Duration.ofMinutes(2),
            Duration.ofMinutes(3),
            Duration.ofMinutes(5),
            Duration.ofMinutes(10),
            Duration.ofMinutes(15),
            Duration.ofMinutes(30),
            Duration.ofMinutes(60),
            Duration.ofMinutes(120),
            Duration.ofHours(24));

    private static final List<Duration> AFTER_NUDGE = List.of(
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30));

    private static final List<Duration> AFTER_DISSENT =
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(10));

    private PollLadder() {}

    /** The period of an unsettled transaction of this age. */
    static PollWish unsettled(Duration age, boolean socketAttached) {
        if (age.compareTo(Duration.ofMinutes(15)) < 0) {
            return socketAttached ? FRESH_WITH_SOCKET : FRESH;
        }
        if (age.compareTo(Duration.ofHours(1)) < 0) {
            return WITHIN_HOUR;
        }
        if (age.compareTo(Duration.ofHours(24)) < 0) {
            return WITHIN_DAY;
        }
        return age.compareTo(HORIZON) < 0 ? WITHIN_WEEK : OLD;
    }

    /** The next look of a watch; none when it has ended. */
    static Optional<PollWish> watch(Instant watchedSince, Instant now) {
        Duration elapsed = Duration.between(watchedSince, now);
        return WATCH.stream()
                .filter(offset -> offset.compareTo(elapsed) > 0)
                .findFirst()
                .map(offset -> PollWish.after(offset.minus(elapsed)));
    }

    /** When to ask again after this many polls answered below a nudge's claim; none when it was asked often enough. */
    static Optional<PollWish> afterNudge(int answers) {
        return answers > AFTER_NUDGE.size()
                ? Optional.empty()
                : Optional.of(PollWish.after(AFTER_NUDGE.get(answers - 1)));
    }

    /** When to ask again after this many polls in a row said something else than what is recorded. */
    static PollWish afterDissent(int polls) {
        return PollWish.after(AFTER_DISSENT.get(Math.min(polls, AFTER_DISSENT.size()) - 1));
    }
}

package dev.rampgate.ledger;

import dev.rampgate.ledger.FollowUp.Nudge;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When to ask Proof about a transaction again, and when no more needs to be asked: rule 8, the watch, and the ladder.
 * Only {@link LedgerRules} uses it.
 */
final class PollSchedule {

    /**
     * What an answer leaves.
     *
     * @param record the transaction, its nudge answered, itself settled or abandoned where it needs no more polls
     * @param wish when to ask again
     */
    record Plan(TransactionRecord record, PollWish wish) {}

    private PollSchedule() {}

    /**
     * After a poll that agrees with the record, or that the record cannot follow.
     *
     * @param told what it said; none if the contract does not know it
     */
    static Plan afterAnswer(TransactionRecord record, Observation poll, Optional<Status> told, Instant now) {
        Plan regular = regular(record, now);
        return nudgeAnswered(regular.record, poll, told, regular.wish);
    }

    /** After a poll that said something else than what is recorded. */
    static Plan afterDissent(TransactionRecord record, Observation poll, Status told) {
        return nudgeAnswered(
                record,
                poll,
                Optional.of(told),
                PollLadder.afterDissent(record.followUp().dissent().polls()));
    }

    /** While the recorded status is no end, or no poll has confirmed it. */
    static PollWish whileOpen(TransactionRecord record, Instant now) {
        return PollLadder.unsettled(age(record, now), record.socketAttached());
    }

    private static Plan regular(TransactionRecord record, Instant now) {
        LedgerState state = record.state();
        if (state.isFinal()) {
            return Optional.ofNullable(record.followUp().amountUnreadSince())
                    .flatMap(since -> PollLadder.watch(since, now))
                    .map(wish -> new Plan(record.with(state.withSettled(false)), wish))
                    .orElseGet(() -> new Plan(record.with(state.withSettled(true)), PollWish.NEVER));
        }
        // A status that the contract does not know may be anything but the end: no watch, no settling.
        boolean watched = state.confirmed()
                && state.status().isProvisional()
                && record.followUp().unknownStatus() == null;
        if (watched) {
            return PollLadder.watch(record.followUp().watchedSince(), now)
                    .map(wish -> new Plan(record, wish))
                    .orElseGet(() -> new Plan(record.with(state.withSettled(true)), PollWish.NEVER));
        }
        return isTooOld(record, now)
                ? new Plan(record.with(state.withAbandoned(true)), PollWish.NEVER)
                : new Plan(record, whileOpen(record, now));
    }

    /** A user may leave a purchase open for good; a sale waits for a deposit and is Proof's to end (C16). */
    private static boolean isTooOld(TransactionRecord record, Instant now) {
        return !record.state().status().isTerminal()
                && "buy".equals(record.details().type())
                && age(record, now).compareTo(PollLadder.HORIZON) >= 0;
    }

    private static Duration age(TransactionRecord record, Instant now) {
        return Duration.between(record.state().changedAt(), now);
    }

    private static Plan nudgeAnswered(
            TransactionRecord record, Observation poll, Optional<Status> told, PollWish regular) {
        Nudge nudge = record.followUp().nudge();
        if (nudge == null) {
            return new Plan(record, regular);
        }
        if (!poll.askedAt().isAfter(nudge.receivedAt())) {
            return new Plan(record, PollWish.AT_ONCE);
        }
        Nudge below = nudge.answeredBelow();
        return Optional.of(below)
                .filter(open -> isBelow(told, poll.changedAt(), nudge))
                .flatMap(open -> PollLadder.afterNudge(open.answers()))
                .map(wish -> new Plan(record.with(record.followUp().withNudge(below)), PollWish.earlier(wish, regular)))
                .orElseGet(() -> new Plan(record.with(record.followUp().withNudge(null)), regular));
    }

    private static boolean isBelow(Optional<Status> told, Instant updatedAt, Nudge nudge) {
        Optional<Status> claimed = Optional.ofNullable(nudge.status());
        if (told.equals(claimed)) {
            return false;
        }
        boolean lower = told.isPresent() && claimed.isPresent() && claimed.get().follows(told.get());
        boolean earlier = nudge.changedAt() != null && updatedAt != null && updatedAt.isBefore(nudge.changedAt());
        return lower || earlier;
    }
}

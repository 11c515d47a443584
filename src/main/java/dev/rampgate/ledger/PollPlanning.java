package dev.rampgate.ledger;

import dev.rampgate.ledger.FollowUp.Nudge;
import java.time.Duration;
import java.time.Instant;

/**
 * When to ask Proof about a transaction again, and when no more needs to be asked: rule 8, the watch, and the ladder.
 * Only {@link LedgerRules} uses it.
 */
final class PollPlanning {

    /**
     * What a poll's answer leaves.
     *
     * @param record the transaction, its nudge answered, itself settled or abandoned where it needs no more polls
     * @param wish when to ask again
     */
    record Plan(TransactionRecord record, PollWish wish) {}

    private PollPlanning() {}

    /** After a poll that was not stale and said this status: answers the nudge, settles or abandons. */
    static Plan afterPoll(TransactionRecord record, Observation poll, Status told, Instant now) {
        TransactionRecord rested = rested(record, now);
        PollWish regular = regular(rested, now);
        Nudge nudge = rested.followUp().nudge();
        if (nudge == null) {
            return new Plan(rested, regular);
        }
        if (!poll.askedAt().isAfter(nudge.receivedAt())) {
            return new Plan(rested, PollWish.AT_ONCE);
        }
        if (!answersBelow(nudge, told, poll.changedAt())) {
            return new Plan(rested.with(rested.followUp().withNudge(null)), regular);
        }
        Nudge answered = nudge.answeredBelow();
        return PollLadder.afterNudge(answered.answers())
                .map(wish ->
                        new Plan(rested.with(rested.followUp().withNudge(answered)), PollWish.earlier(wish, regular)))
                .orElseGet(() -> new Plan(rested.with(rested.followUp().withNudge(null)), regular));
    }

    /** When to ask about it if nothing makes it urgent. */
    static PollWish regular(TransactionRecord record, Instant now) {
        Standing standing = record.standing();
        if (standing.settled() || standing.abandoned()) {
            return PollWish.NEVER;
        }
        if (standing.confirmed() && standing.status().isProvisional()) {
            return PollLadder.watch(record.followUp().watchedSince(), now).orElse(PollWish.NEVER);
        }
        return PollLadder.unsettled(age(standing, now), record.socketAttached());
    }

    private static boolean answersBelow(Nudge nudge, Status told, Instant updatedAt) {
        if (told == nudge.status()) {
            return false;
        }
        boolean lower = nudge.status() != null && nudge.status().follows(told);
        boolean earlier = nudge.changedAt() != null && updatedAt != null && updatedAt.isBefore(nudge.changedAt());
        return lower || earlier;
    }

    private static TransactionRecord rested(TransactionRecord record, Instant now) {
        Standing standing = record.standing();
        boolean watchOver = standing.status().isProvisional()
                && standing.confirmed()
                && PollLadder.watch(record.followUp().watchedSince(), now).isEmpty();
        if (standing.isFinal() || watchOver) {
            return record.with(standing.withSettled(true));
        }
        boolean tooOld = !standing.status().isTerminal()
                && "buy".equals(record.details().type())
                && age(standing, now).compareTo(PollLadder.HORIZON) >= 0;
        return tooOld ? record.with(standing.withAbandoned(true)) : record;
    }

    private static Duration age(Standing standing, Instant now) {
        return Duration.between(standing.changedAt(), now);
    }
}

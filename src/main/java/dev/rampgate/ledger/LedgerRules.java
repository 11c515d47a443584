package dev.rampgate.ledger;

import dev.rampgate.ledger.FollowUp.Acceptance;
import dev.rampgate.ledger.FollowUp.Contradiction;
import dev.rampgate.ledger.FollowUp.Dissent;
import dev.rampgate.ledger.FollowUp.Nudge;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The rules of the ledger: what one observation does to one transaction. Pure, and the only place where a status is
 * decided; the numbers in the comments are those of {@code docs/rules.md}.
 *
 * <p>Observations of an authenticated call may change the record; an unsigned webhook only makes us ask. Polls are ordered among
 * themselves by Proof's {@code updated_at}; times of different channels only show which observation is stale.
 */
public class LedgerRules {

    private static final PollWish IN_A_SECOND = PollWish.after(Duration.ofSeconds(1));
    private static final PollWish IN_A_MINUTE = PollWish.after(Duration.ofMinutes(1));

    private final Duration lagTolerance;

    /**
     * @param lagTolerance how long polls must contradict a status that no poll has confirmed, before they win; covers
     *     calls that Proof answers from an older copy
     */
    public LedgerRules(Duration lagTolerance) {
        this.lagTolerance = lagTolerance;
    }

    /**
     * Decides on one observation.
     *
     * @param known the transaction as recorded; none if nothing is
     * @param observation the observation
     * @param now our clock
     */
    public Decision decide(Optional<TransactionRecord> known, Observation observation, Instant now) {
        Decision decision = known.map(record -> alarmed(record, observation, decideKnown(record, observation, now)))
                .orElseGet(() -> decideUnknown(observation, now));
        return amountsAlarmed(known, observation, decision);
    }

    private Decision decideKnown(TransactionRecord record, Observation observation, Instant now) {
        if (observation.channel() == Channel.SESSION) {
            return claimedBySession(record, observation);
        }
        Optional<Status> told = Status.of(observation.status());
        return told.isPresent()
                ? decideKnown(record, observation, told.get(), now)
                : unknownStatus(record, observation, now);
    }

    private Decision decideKnown(TransactionRecord record, Observation observation, Status told, Instant now) {
        return switch (observation.channel()) {
            case POLL -> polled(record, observation, told, now);
            case SOCKET -> pushed(record, observation, told, now);
            case WEBHOOK ->
                reported(
                        record,
                        observation.authoritative()
                                ? pushed(record, observation, told, now)
                                : claimed(record, observation, told),
                        observation,
                        told);
            case SESSION -> throw new IllegalStateException("a session has no status to decide");
        };
    }

    private Decision decideUnknown(Observation observation, Instant now) {
        Optional<Status> told = Status.of(observation.status());
        return switch (observation.channel()) {
            case SESSION -> opened(observation, Status.PENDING, now); // rule 1
            case POLL ->
                told.map(status -> opened(observation, status, now))
                        .orElseGet(
                                () -> stranger(Outcome.UNKNOWN_STATUS, EnumSet.of(Alarm.UNKNOWN_STATUS), IN_A_MINUTE));
            case WEBHOOK -> stranger(Outcome.UNKNOWN_TRANSACTION, Set.of(), PollWish.AT_ONCE); // rule 9
            case SOCKET -> stranger(Outcome.UNKNOWN_TRANSACTION, Set.of(), PollWish.KEEP);
        };
    }

    // --- sessions: rule 1

    private static Decision opened(Observation observation, Status status, Instant now) {
        boolean polled = observation.channel() == Channel.POLL;
        Instant since = timeOf(observation);
        LedgerState state = LedgerState.opened(status, polled, polled ? observation.changedAt() : null, since, now);
        TransactionDetails details = observation.details().filledFrom(TransactionDetails.NONE.withCreatedAt(since));
        FollowUp followUp = FollowUp.NONE.withWatchedSince(polled && status.isProvisional() ? now : null);
        TransactionRecord record = amountsNoted(
                new TransactionRecord(observation.transactionId(), details, state, followUp, Published.NOTHING, false),
                observation,
                now);
        Transition transition = transitionTo(record, observation, null, polled, false);
        PollSchedule.Plan plan = polled
                ? PollSchedule.afterAnswer(record, observation, Optional.of(status), now)
                : new PollSchedule.Plan(record, PollSchedule.whileOpen(record, now));
        return Decision.of(Outcome.ACCEPTED, plan.record(), plan.wish()).withTransition(transition);
    }

    private static Decision claimedBySession(TransactionRecord record, Observation observation) {
        TransactionRecord owned = record.with(record.details().claimedBy(observation.details()));
        return unmoved(owned.equals(record) ? Outcome.DUPLICATE : Outcome.ACCEPTED, owned, PollWish.KEEP);
    }

    // --- polls: rules 2 to 5

    private Decision polled(TransactionRecord record, Observation poll, Status told, Instant now) {
        LedgerState state = record.state();
        if (state.isAfter(poll.changedAt())) {
            return askedTooEarly(record); // rule 2
        }
        if (told == state.status()) {
            return confirmed(record, poll, now); // rule 3
        }
        if (state.isFinal()) {
            return completedContradicted(record, poll, told, now); // rule 5
        }
        boolean believed = told.follows(state.status())
                ? state.surelyRisesTo(told, poll.changedAt()) // rule 4
                : state.confirmed() && state.isSurelyBefore(poll.changedAt()); // rule 5
        return believed || dissentHasLasted(record, poll, told)
                ? movedByPoll(record, poll, told, now)
                : dissented(record, poll, told, now);
    }

    private static Decision confirmed(TransactionRecord record, Observation poll, Instant now) {
        LedgerState before = record.state();
        LedgerState after = before.confirmedAt(poll.changedAt());
        boolean watchStarts =
                after.status().isProvisional() && (!before.confirmed() || before.isBefore(poll.changedAt()));
        FollowUp followUp =
                record.followUp().withDissent(null).withUnknownStatus(null).withAcceptance(null);
        TransactionRecord next = amountsNoted(
                record.with(record.details().updatedFrom(poll.details()))
                        .with(watchStarts ? after.withSettled(false) : after)
                        .with(watchStarts ? followUp.withWatchedSince(now) : followUp),
                poll,
                now);
        boolean changed = !after.equals(before)
                || !next.details().equals(record.details())
                || beginsToLackAmounts(Optional.of(record), next);
        PollSchedule.Plan plan = PollSchedule.afterAnswer(next, poll, Optional.of(after.status()), now);
        Decision confirmed =
                Decision.of(Outcome.CONFIRMED, plan.record(), plan.wish()).withArchived(changed);
        return before.confirmed()
                ? confirmed
                : confirmed.withMark(
                        new TransitionMark(record.id(), after.attempt(), after.status(), null, poll.receivedAt()));
    }

    private static Decision movedByPoll(TransactionRecord record, Observation poll, Status told, Instant now) {
        LedgerState before = record.state();
        boolean correction = !told.follows(before.status());
        LedgerState moved =
                correction ? before.correctedTo(told, timeOf(poll), now) : before.movedTo(told, timeOf(poll), now);
        FollowUp followUp = correction
                ? record.followUp().afterCorrection()
                : record.followUp().afterChange();
        TransactionDetails details = correction ? record.details().withoutAmounts() : record.details();
        TransactionRecord next = amountsNoted(
                record.with(details.updatedFrom(poll.details()))
                        .with(moved.confirmedAt(poll.changedAt()))
                        .with(told.isProvisional() ? followUp.withWatchedSince(now) : followUp),
                poll,
                now);
        Instant reportedAt = correction
                ? claimedFirst(record.followUp().nudge(), told)
                : record.followUp().reports().get(told);
        PollSchedule.Plan plan = PollSchedule.afterAnswer(next, poll, Optional.of(told), now);
        return Decision.of(correction ? Outcome.CORRECTION : Outcome.ACCEPTED, plan.record(), plan.wish())
                .withTransition(transitionTo(next, poll, reportedAt, true, correction));
    }

    private static Decision completedContradicted(
            TransactionRecord record, Observation poll, Status told, Instant now) {
        PollSchedule.Plan plan = PollSchedule.afterAnswer(record, poll, Optional.of(told), now);
        if (!record.state().isBefore(poll.changedAt())) {
            return unmoved(Outcome.STALE, plan.record(), plan.wish());
        }
        TransactionRecord remembered = plan.record()
                .with(plan.record().followUp().withContradiction(new Contradiction(told, poll.changedAt())));
        return Decision.of(Outcome.CONFLICT, remembered, plan.wish()).withAlarm(Alarm.COMPLETED_CONTRADICTED);
    }

    /**
     * Whether polls have said the same against the record for so long that no copy can lag behind its last change. What
     * counts is when they were asked: an answer may take long.
     */
    private boolean dissentHasLasted(TransactionRecord record, Observation poll, Status told) {
        Dissent dissent = record.followUp().dissent();
        return dissent != null
                && dissent.status() == told
                && !poll.askedAt().isBefore(dissent.since().plus(lagTolerance));
    }

    private static Decision dissented(TransactionRecord record, Observation poll, Status told, Instant now) {
        // One asked before the last change may have crossed it.
        if (!poll.askedAt().isAfter(record.state().changedAt())) {
            return askedTooEarly(record);
        }
        Dissent before = record.followUp().dissent();
        Dissent dissent = before != null && before.status() == told ? before.again() : new Dissent(told, now, 1);
        PollSchedule.Plan plan =
                PollSchedule.afterDissent(record.with(record.followUp().withDissent(dissent)), poll, told);
        return unmoved(Outcome.STALE, plan.record(), plan.wish());
    }

    // --- sockets, and webhooks that are trusted: rule 6

    private static Decision pushed(TransactionRecord record, Observation observation, Status told, Instant now) {
        LedgerState state = record.state();
        if (told.follows(state.status())
                && !state.isAfter(observation.changedAt())
                && state.surelyRisesTo(told, observation.changedAt())) {
            TransactionRecord next = amountsNoted(
                    record.with(record.details().updatedFrom(observation.details()))
                            .with(state.movedTo(told, timeOf(observation), now))
                            .with(record.followUp()
                                    .afterChange()
                                    .withAcceptance(new Acceptance(
                                            observation.channel(), observation.changedAt(), observation.receivedAt()))),
                    observation,
                    now);
            Instant reportedAt = record.followUp().reports().get(told);
            PollWish wish = told.isTerminal() ? PollWish.AT_ONCE : PollSchedule.whileOpen(next, now);
            return Decision.of(Outcome.ACCEPTED, next, wish)
                    .withTransition(transitionTo(next, observation, reportedAt, false, false));
        }
        if (told == state.status()) {
            boolean sameAttempt = state.attemptCovers(observation.changedAt());
            TransactionRecord filled =
                    sameAttempt ? record.with(record.details().filledFrom(observation.details())) : record;
            return state.isLeftFor(told, observation.changedAt())
                    ? nudged(filled, observation, told)
                    : unmoved(Outcome.DUPLICATE, filled, PollWish.KEEP);
        }
        return nudged(record, observation, told);
    }

    // --- advisory webhooks: rules 7 and 8

    private static Decision claimed(TransactionRecord record, Observation webhook, Status told) {
        LedgerState state = record.state();
        if (told.follows(state.status()) || state.isLeftFor(told, webhook.changedAt())) {
            return nudged(record, webhook, told);
        }
        return unmoved(told == state.status() ? Outcome.DUPLICATE : Outcome.STALE, record, PollWish.KEEP);
    }

    /** Notes when a webhook first said something of the current attempt. */
    private static Decision reported(TransactionRecord before, Decision decision, Observation webhook, Status told) {
        TransactionRecord record = decision.record().orElseThrow();
        boolean ofThisAttempt = record.state().attemptCovers(webhook.changedAt())
                && !before.state().isLeftFor(told, webhook.changedAt());
        if (!ofThisAttempt || record.followUp().reports().containsKey(told)) {
            return decision;
        }
        Decision noted = decision.withRecord(record.with(record.followUp().withReport(told, webhook.receivedAt())));
        // What is still to come gets the time when it comes.
        return told.follows(record.state().status())
                ? noted
                : noted.withMark(
                        new TransitionMark(record.id(), record.state().attempt(), told, webhook.receivedAt(), null));
    }

    private static Decision nudged(TransactionRecord record, Observation observation, Status told) {
        Nudge nudge = new Nudge(observation.channel(), told, observation.changedAt(), observation.receivedAt(), 0);
        return nudge.repeats(record.followUp().nudge())
                ? unmoved(Outcome.DUPLICATE, record, PollWish.KEEP)
                : unmoved(Outcome.NUDGE, record.with(record.followUp().withNudge(nudge)), PollWish.AT_ONCE);
    }

    // --- what the contract does not know: rule 9

    private static Decision unknownStatus(TransactionRecord record, Observation observation, Instant now) {
        if (observation.channel() == Channel.POLL) {
            return record.state().isAfter(observation.changedAt())
                    ? askedTooEarly(record) // rule 2
                    : unknownByPoll(record, observation, now);
        }
        if (!observation.authoritative()) {
            return unknownClaimed(record, observation, record.state().isBefore(observation.changedAt())); // rule 7
        }
        Decision decision = unknownClaimed(
                noted(record, observation), observation, !record.state().isAfter(observation.changedAt()));
        return isNoted(record, observation) ? decision : decision.withAlarm(Alarm.UNKNOWN_STATUS);
    }

    private static Decision unknownByPoll(TransactionRecord record, Observation poll, Instant now) {
        boolean first = !isNoted(record, poll);
        TransactionRecord unsettled = noted(record, poll).with(record.state().withSettled(false));
        PollSchedule.Plan plan = PollSchedule.afterAnswer(unsettled, poll, Optional.empty(), now);
        Decision decision =
                Decision.of(Outcome.UNKNOWN_STATUS, plan.record(), plan.wish()).withArchived(first);
        return first ? decision.withAlarm(Alarm.UNKNOWN_STATUS) : decision;
    }

    private static Decision unknownClaimed(TransactionRecord record, Observation observation, boolean isLater) {
        Decision decision =
                isLater ? nudged(record, observation, null) : unmoved(Outcome.UNKNOWN_STATUS, record, PollWish.KEEP);
        return decision.withOutcome(Outcome.UNKNOWN_STATUS);
    }

    private static boolean isNoted(TransactionRecord record, Observation observation) {
        return observation.status().equals(record.followUp().unknownStatus());
    }

    private static TransactionRecord noted(TransactionRecord record, Observation observation) {
        return record.with(record.followUp().withUnknownStatus(observation.status()));
    }

    /** Nothing is recorded and nothing gets recorded. */
    private static Decision stranger(Outcome outcome, Set<Alarm> alarms, PollWish wish) {
        Decision decision = Decision.ofUnknown(outcome, wish);
        return alarms.stream().reduce(decision, Decision::withAlarm, (one, other) -> other);
    }

    // --- what can never change: rule 10

    /** Remembered for good; the alarm comes once for each observation that says it, not for every poll that repeats it. */
    private static Decision alarmed(TransactionRecord before, Observation observation, Decision decision) {
        if (!observation.authoritative() || !before.details().contradicts(observation.details())) {
            return decision;
        }
        Decision remembered = decision.record()
                .map(after -> decision.withRecord(after.with(after.followUp().withDetailsContradicted())))
                .orElse(decision);
        return decision.archived() ? remembered.withAlarm(Alarm.DETAILS_CONTRADICTED) : remembered;
    }

    // --- amounts that should be there: rule 12

    /** Remembers since when an amount is open. A socket may leave it out, since a poll comes at once. */
    private static TransactionRecord amountsNoted(TransactionRecord record, Observation observation, Instant now) {
        boolean missing = observation.channel() == Channel.POLL
                && record.state().status() == Status.COMPLETED
                && record.details().cryptoAmount() == null;
        FollowUp followUp = record.followUp();
        if (!observation.amountUnreadable() && !missing) {
            return record.with(followUp.withAmountUnreadSince(null));
        }
        return followUp.amountUnreadSince() != null ? record : record.with(followUp.withAmountUnreadSince(now));
    }

    private static boolean beginsToLackAmounts(Optional<TransactionRecord> before, TransactionRecord after) {
        boolean lackedBefore = before.filter(
                        record -> record.state().sequence() == after.state().sequence())
                .map(record -> record.followUp().amountUnreadSince() != null)
                .orElse(false);
        return after.followUp().amountUnreadSince() != null && !lackedBefore;
    }

    /** Once for each end that lacks an amount, not for every poll that repeats it. */
    private static Decision amountsAlarmed(
            Optional<TransactionRecord> before, Observation observation, Decision decision) {
        boolean begins = observation.authoritative()
                && decision.record()
                        .filter(record -> record.state().status().isTerminal())
                        .filter(record -> beginsToLackAmounts(before, record))
                        .isPresent();
        return begins ? decision.withAlarm(Alarm.AMOUNT_UNREADABLE) : decision;
    }

    // --- values

    private static Decision unmoved(Outcome outcome, TransactionRecord record, PollWish wish) {
        return Decision.of(outcome, record, wish);
    }

    /** An answer from before what is recorded says nothing about now; the next one may. */
    private static Decision askedTooEarly(TransactionRecord record) {
        return unmoved(Outcome.STALE, record, IN_A_SECOND);
    }

    private static Transition transitionTo(
            TransactionRecord after,
            Observation observation,
            Instant reportedAt,
            boolean confirmed,
            boolean correction) {
        LedgerState state = after.state();
        return new Transition(
                after.id(),
                state.sequence(),
                state.attempt(),
                state.status(),
                observation.channel(),
                reportedAt,
                observation.changedAt(),
                observation.receivedAt(),
                confirmed ? observation.receivedAt() : null,
                correction);
    }

    private static Instant claimedFirst(Nudge nudge, Status told) {
        return nudge != null && nudge.channel() == Channel.WEBHOOK && nudge.status() == told
                ? nudge.receivedAt()
                : null;
    }

    private static Instant timeOf(Observation observation) {
        return observation.changedAt() != null ? observation.changedAt() : observation.receivedAt();
    }
}

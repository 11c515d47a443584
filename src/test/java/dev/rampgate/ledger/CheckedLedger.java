package dev.rampgate.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One transaction under the rules that checks, after every decision, what must hold whatever was heard: the invariants
 * I1 to I3, rule 7, and that some poll is always planned while one is needed. If what was heard comes from a legal
 * history, it also checks I4: what is recorded follows that history, and in the end equals it.
 */
final class CheckedLedger {

    static final String ID = "made-up";

    /** What the rules work on; two ledgers in the same state have the same future. */
    record State(TransactionRecord record, List<Transition> timeline, boolean pollPlanned) {}

    /** Fresh polls may have to disagree for the lag tolerance before they are believed; more is never needed. */
    private static final int MOST_FRESH_POLLS = 9;

    private final LedgerRules rules;
    private final Duration lagTolerance;
    private final ProofHistory history;
    private Heard heard;
    private TransactionRecord record;
    private List<Transition> timeline = List.of();
    private boolean pollPlanned;

    private record Heard(Observation news, Heard before) {}

    /** @param history what Proof's channels tell of; null if they contradict each other as they like */
    CheckedLedger(Duration lagTolerance, ProofHistory history) {
        this.rules = new LedgerRules(lagTolerance);
        this.lagTolerance = lagTolerance;
        this.history = history;
    }

    private CheckedLedger(CheckedLedger original) {
        this.rules = original.rules;
        this.lagTolerance = original.lagTolerance;
        this.history = original.history;
        this.heard = original.heard;
        this.record = original.record;
        this.timeline = original.timeline;
        this.pollPlanned = original.pollPlanned;
    }

    /** One that may go another way from here. */
    CheckedLedger copy() {
        return new CheckedLedger(this);
    }

    State state() {
        return new State(record, timeline, pollPlanned);
    }

    PollWish hear(Observation news, Instant now) {
        heard = new Heard(news, heard);
        TransactionRecord before = record;
        Decision decision = rules.decide(Optional.ofNullable(before), news, now);
        record = decision.record().orElse(null);
        pollPlanned = planned(news, decision);
        check(decision.transitions().size() <= 1, "more than one transition");
        for (Transition transition : decision.transitions()) {
            announce(transition);
        }
        checkWebhook(news, before, decision);
        checkStanding(before, decision);
        checkPolls(news, decision);
        return decision.wish();
    }

    private boolean planned(Observation news, Decision decision) {
        boolean wished = decision.wish() instanceof PollWish.After || decision.wish() instanceof PollWish.AtOnce;
        // An answer replaces what was planned; anything else can only hasten it.
        return news.channel() == Channel.POLL ? wished : wished || pollPlanned;
    }

    /** I2 and I3. */
    private void announce(Transition transition) {
        check(transition.sequence() == timeline.size() + 1, "a gap in the sequence");
        for (Transition earlier : timeline) {
            check(
                    earlier.attempt() != transition.attempt() || earlier.status() != transition.status(),
                    "a status announced twice in one attempt");
            check(earlier.attempt() <= transition.attempt(), "a step back to an earlier attempt");
        }
        List<Transition> more = new ArrayList<>(timeline);
        more.add(transition);
        timeline = List.copyOf(more);
    }

    private void checkWebhook(Observation news, TransactionRecord before, Decision decision) {
        if (news.channel() != Channel.WEBHOOK || news.authoritative()) {
            return;
        }
        boolean untouched =
                before == null ? record == null : record.with(FollowUp.NONE).equals(before.with(FollowUp.NONE));
        check(untouched, "a webhook changed the record");
        check(decision.alarms().isEmpty(), "a webhook made an alarm");
        check(decision.transitions().isEmpty(), "a webhook made a transition");
    }

    /** I1, and what I4 says of transitions and attempts all along. */
    private void checkStanding(TransactionRecord before, Decision decision) {
        if (record == null) {
            check(before == null, "a transaction was forgotten");
            return;
        }
        Standing after = record.standing();
        check(after.sequence() == timeline.size(), "the sequence is not that of the last transition");
        check(after.status() == timeline.get(timeline.size() - 1).status(), "the status is not that last announced");
        check(after.attempt() == timeline.get(timeline.size() - 1).attempt(), "the attempt is not that last announced");
        check(history == null || after.attempt() <= history.last().attempt(), "more attempts than there were");
        check(history == null || isInOrder(), "transitions that are no subsequence of the history");
        check(before == null || !before.standing().isAfter(after.asOf()), "polls applied out of order");
        if (before == null
                || !before.standing().confirmed()
                || !before.standing().status().isTerminal()) {
            return;
        }
        if (after.sequence() == before.standing().sequence()) {
            check(
                    after.confirmed() && after.status() == before.standing().status(),
                    "a confirmed end changed silently");
        } else {
            check(decision.outcome() == Outcome.CORRECTION, "a confirmed end changed without a correction");
            check(before.standing().status() != Status.COMPLETED, "a confirmed completed changed");
        }
    }

    /** Each transition is found in the history, with its time where it tells one, after the one before it. */
    private boolean isInOrder() {
        int next = 0;
        for (ProofHistory.Step step : history.steps()) {
            if (next < timeline.size() && isOf(timeline.get(next), step)) {
                next++;
            }
        }
        return next == timeline.size();
    }

    private static boolean isOf(Transition transition, ProofHistory.Step step) {
        // A transaction that was adopted at a later pending passed through the first one all the same.
        boolean anyTime =
                transition.occurredAt() == null || transition.attempt() == 1 && transition.status() == Status.PENDING;
        return transition.status() == step.status()
                && (anyTime || transition.occurredAt().equals(step.updatedAt()));
    }

    private void checkPolls(Observation news, Decision decision) {
        if (record == null) {
            return;
        }
        boolean rests = record.standing().settled() || record.standing().abandoned();
        if (news.channel() == Channel.POLL && !rests) {
            check(
                    decision.wish() instanceof PollWish.After || decision.wish() instanceof PollWish.AtOnce,
                    "a poll of an unsettled transaction that leaves no next one");
        }
        check(pollPlanned || rests, "an unsettled transaction without a planned poll");
        check(pollPlanned || record.followUp().nudge() == null, "a nudge without a planned poll");
    }

    /** I4: polls that no copy delays any more, asked when the rules wish, lead to Proof's truth within a bounded time. */
    void checkConvergence(Instant start) {
        Instant deadline = start.plus(lagTolerance.multipliedBy(2)).plusSeconds(10);
        Instant now = start;
        Duration pause = Duration.ZERO;
        for (int polls = 0; polls == 0 || polls < MOST_FRESH_POLLS && !isTrue(); polls++) {
            Instant asked = now.plus(pause);
            now = asked.plusMillis(20);
            pause = pauseAfter(hear(Channels.poll(history.last(), asked, now), now));
        }
        check(isTrue(), "fresh polls do not lead to the truth");
        check(!now.isAfter(deadline), "fresh polls take too long to be believed");
    }

    private static Duration pauseAfter(PollWish wish) {
        return wish instanceof PollWish.After after ? after.atLeast() : Duration.ofSeconds(1);
    }

    private boolean isTrue() {
        ProofHistory.Step truth = history.last();
        TransactionDetails details = record.details();
        boolean sameAmounts = truth.amount() == null
                || truth.amount().equals(details.cryptoAmount())
                        && truth.amount().equals(details.fiatAmount());
        return record.standing().status() == truth.status() && record.standing().confirmed() && sameAmounts;
    }

    private void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise + "\nhistory " + history + "\nrecorded " + timeline + "\nas " + record
                    + "\nafter " + String.join("\n      ", everythingHeard()));
        }
    }

    private List<String> everythingHeard() {
        List<String> oldestFirst = new ArrayList<>();
        for (Heard one = heard; one != null; one = one.before) {
            oldestFirst.add(0, told(one.news));
        }
        return oldestFirst;
    }

    private static String told(Observation one) {
        return one.channel() + " " + one.status() + " since " + one.changedAt() + " asked " + one.askedAt()
                + " received " + one.receivedAt();
    }
}

package dev.rampgate.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One transaction under the rules that checks, after every decision, what must hold whatever was heard: the
 * {@link LedgerInvariants}, rule 7, and that some poll is always planned while one is needed. If what was heard comes from a legal
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
    private final EventHistory events;
    private Heard heard;
    private TransactionRecord record;
    private List<Transition> timeline = List.of();
    private boolean pollPlanned;

    private record Heard(Observation observation, Heard before) {}

    /** @param history what Proof's channels report; null if they may contradict each other */
    CheckedLedger(Duration lagTolerance, ProofHistory history) {
        this.rules = new LedgerRules(lagTolerance);
        this.lagTolerance = lagTolerance;
        this.history = history;
        this.events = new EventHistory();
    }

    private CheckedLedger(CheckedLedger original) {
        this.rules = original.rules;
        this.lagTolerance = original.lagTolerance;
        this.history = original.history;
        this.events = original.events.copy();
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

    PollWish observe(Observation observation, Instant now) {
        heard = new Heard(observation, heard);
        TransactionRecord before = record;
        Decision decision = rules.decide(Optional.ofNullable(before), observation, now);
        record = null;
        decision.record().ifPresent(known -> publish(Optional.ofNullable(before), observation, decision, now));
        pollPlanned = planned(observation, decision);
        check(decision.transitions().size() <= 1, "more than one transition");
        int known = timeline.size();
        announce(decision.transitions());
        checkWebhook(observation, before, decision);
        checkStanding(before == null ? null : before.state(), known);
        checkPolls(observation, decision);
        return decision.wish();
    }

    private void publish(Optional<TransactionRecord> before, Observation observation, Decision decision, Instant now) {
        EventRules.Step step = EventRules.of(before, observation, decision, now);
        record = step.record();
        try {
            events.take(before, step);
        } catch (AssertionError broken) {
            check(false, broken.getMessage());
        }
    }

    private boolean planned(Observation observation, Decision decision) {
        boolean wished = decision.wish() instanceof PollWish.After || decision.wish() instanceof PollWish.AtOnce;
        // An answer replaces what was planned; anything else can only hasten it.
        return observation.channel() == Channel.POLL ? wished : wished || pollPlanned;
    }

    private void announce(List<Transition> added) {
        List<Transition> more = new ArrayList<>(timeline);
        more.addAll(added);
        timeline = List.copyOf(more);
    }

    private void checkWebhook(Observation observation, TransactionRecord before, Decision decision) {
        if (observation.channel() != Channel.WEBHOOK || observation.authoritative()) {
            return;
        }
        boolean untouched =
                before == null ? record == null : record.with(FollowUp.NONE).equals(before.with(FollowUp.NONE));
        check(untouched, "a webhook changed the record");
        check(decision.alarms().isEmpty(), "a webhook made an alarm");
        check(decision.transitions().isEmpty(), "a webhook made a transition");
    }

    private void checkStanding(LedgerState before, int known) {
        try {
            LedgerInvariants.check(before, record == null ? null : record.state(), timeline, known, history);
        } catch (AssertionError broken) {
            check(false, broken.getMessage());
        }
    }

    private void checkPolls(Observation observation, Decision decision) {
        if (record == null) {
            return;
        }
        boolean rests = record.state().settled() || record.state().abandoned();
        if (observation.channel() == Channel.POLL && !rests) {
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
            pause = pauseAfter(observe(Channels.poll(history.last(), asked, now), now));
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
        return record.state().status() == truth.status() && record.state().confirmed() && sameAmounts;
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
            oldestFirst.add(0, told(one.observation));
        }
        return oldestFirst;
    }

    private static String told(Observation one) {
        return one.channel() + " " + one.status() + " since " + one.changedAt() + " asked " + one.askedAt()
                + " received " + one.receivedAt();
    }
}

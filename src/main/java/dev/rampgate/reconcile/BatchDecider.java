package dev.rampgate.reconcile;

import dev.rampgate.ledger.AmountRevision;
import dev.rampgate.ledger.Decision;
import dev.rampgate.ledger.Event;
import dev.rampgate.ledger.EventRules;
import dev.rampgate.ledger.LedgerRules;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.Outcome;
import dev.rampgate.ledger.PollWish;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.ledger.Transition;
import dev.rampgate.ledger.TransitionMark;
import dev.rampgate.pollqueue.PollPlan;
import dev.rampgate.pollqueue.PollPlan.Priority;
import dev.rampgate.reconcile.BatchChanges.Archived;
import dev.rampgate.reconcile.BatchChanges.ChannelOutcome;
import dev.rampgate.reconcile.BatchChanges.Raised;
import dev.rampgate.reconcile.LedgerStore.Recorded;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Decides on the observations of one batch, one after the other, and folds what the decisions change, so that each transaction
 * is written once.
 */
final class BatchDecider {

    /** How much of a transaction a batch writes; of most that webhooks name, the follow-up alone. */
    private enum Extent {
        OPENED,
        WHOLE,
        FOLLOW_UP,
        NOTHING
    }

    private final LedgerRules rules;
    private final RandomGenerator random;
    private final int archiveLimit;
    private final Instant now;
    private final Map<String, TransactionRecord> before = new HashMap<>();
    private final Map<String, TransactionRecord> after = new TreeMap<>();
    private final Map<String, Integer> archivedToday = new HashMap<>();
    private final Map<String, PollPlan> polls = new TreeMap<>();
    private final List<Transition> transitions = new ArrayList<>();
    private final List<TransitionMark> marks = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private final List<AmountRevision> revisions = new ArrayList<>();
    private final List<Archived> archive = new ArrayList<>();
    private final List<Raised> alarms = new ArrayList<>();
    private final Map<UUID, Outcome> outcomes = new LinkedHashMap<>();
    private final Map<ChannelOutcome, Long> outcomesByChannel = new HashMap<>();

    BatchDecider(
            LedgerRules rules, RandomGenerator random, int archiveLimit, Instant now, Map<String, Recorded> recorded) {
        this.rules = rules;
        this.random = random;
        this.archiveLimit = archiveLimit;
        this.now = now;
        recorded.forEach((id, one) -> {
            before.put(id, one.record());
            archivedToday.put(id, one.archivedToday());
        });
        after.putAll(before);
    }

    /** Decides on every observation in turn. */
    BatchChanges of(List<Observation> batch) {
        batch.forEach(this::decide);
        Map<Extent, List<TransactionRecord>> changed =
                after.values().stream().collect(Collectors.groupingBy(this::extent));
        return new BatchChanges(
                changed.getOrDefault(Extent.OPENED, List.of()),
                changed.getOrDefault(Extent.WHOLE, List.of()),
                changed.getOrDefault(Extent.FOLLOW_UP, List.of()),
                transitions,
                marks,
                events,
                revisions,
                archive,
                List.copyOf(polls.values()),
                alarms,
                outcomes,
                outcomesByChannel);
    }

    private Extent extent(TransactionRecord record) {
        TransactionRecord earlier = before.get(record.id());
        if (earlier == null) {
            return Extent.OPENED;
        }
        if (record.equals(earlier)) {
            return Extent.NOTHING;
        }
        boolean sameFacts = record.details().equals(earlier.details())
                && record.state().equals(earlier.state())
                && record.published().equals(earlier.published());
        return sameFacts ? Extent.FOLLOW_UP : Extent.WHOLE;
    }

    private void decide(Observation observation) {
        String id = observation.transactionId();
        Decision decision = rules.decide(Optional.ofNullable(after.get(id)), observation, now);
        publish(observation, decision);
        transitions.addAll(decision.transitions());
        marks.addAll(decision.marks());
        decision.alarms().forEach(alarm -> alarms.add(new Raised(alarm, observation)));
        outcomes.put(observation.id(), decision.outcome());
        outcomesByChannel.merge(new ChannelOutcome(observation.channel(), decision.outcome()), 1L, Long::sum);
        plan(observation, decision).ifPresent(plan -> polls.merge(id, plan, BatchDecider::combined));
        if (decision.archived() && archivedToday.merge(id, 1, Integer::sum) <= archiveLimit) {
            archive.add(new Archived(
                    isErased(id) || namesAnotherUser(observation) ? observation.withoutRaw() : observation,
                    decision.outcome()));
        }
    }

    /** Each decision by itself, so that each event shows its own step. */
    private void publish(Observation observation, Decision decision) {
        if (decision.record().isPresent()) {
            String id = observation.transactionId();
            Optional<TransactionRecord> earlier = Optional.ofNullable(after.get(id));
            EventRules.Step step = EventRules.of(earlier, observation, decision, now);
            after.put(id, step.record());
            events.addAll(step.events());
            AmountRevision.of(earlier, step.record(), step.events()).ifPresent(revisions::add);
        }
    }

    private boolean isErased(String id) {
        TransactionRecord record = after.get(id);
        return record != null && record.details().isErased();
    }

    /** An erasure finds texts by the owner of their transaction, so a text must not name any other user. */
    private boolean namesAnotherUser(Observation observation) {
        String named = observation.details().userId();
        TransactionRecord record = after.get(observation.transactionId());
        return named != null
                && (record == null || !named.equals(record.details().userId()));
    }

    private Optional<PollPlan> plan(Observation observation, Decision decision) {
        boolean answered = observation.askedAt() != null;
        PollWish wish = decision.wish();
        if (wish instanceof PollWish.Keep) {
            return Optional.empty();
        }
        Optional<Duration> delay = wish instanceof PollWish.Never ? Optional.empty() : Optional.of(delay(wish));
        return Optional.of(new PollPlan(
                observation.transactionId(),
                priority(decision),
                answered,
                delay,
                answered ? owner(decision) : opener(decision)));
    }

    /** Whose share is looked up at each answer, so that it follows what the owner opens and ends. */
    private static String owner(Decision decision) {
        return decision.record().map(record -> record.details().userId()).orElse(null);
    }

    /** And when a transaction enters the ledger; what merely hastens a poll costs no look. */
    private String opener(Decision decision) {
        return decision.record()
                .filter(record -> !before.containsKey(record.id()))
                .map(record -> record.details().userId())
                .orElse(null);
    }

    private static Priority priority(Decision decision) {
        if (decision.record().isEmpty()) {
            return Priority.UNKNOWN;
        }
        return decision.record().get().followUp().nudge() != null ? Priority.NUDGED : Priority.KNOWN;
    }

    private Duration delay(PollWish wish) {
        if (wish instanceof PollWish.After after) {
            long spread = after.atMost().minus(after.atLeast()).toMillis();
            return after.atLeast().plusMillis(spread > 0 ? random.nextLong(spread + 1) : 0);
        }
        return Duration.ZERO;
    }

    /** A poll's answer replaces what was planned before it; anything else can only hasten it. */
    private static PollPlan combined(PollPlan earlier, PollPlan later) {
        if (later.answered()) {
            return later;
        }
        boolean sooner = earlier.delay().isEmpty()
                || later.delay().isPresent()
                        && later.delay().get().compareTo(earlier.delay().get()) < 0;
        return new PollPlan(
                later.transactionId(),
                later.priority(),
                earlier.answered(),
                sooner ? later.delay() : earlier.delay(),
                later.owner() != null ? later.owner() : earlier.owner());
    }
}

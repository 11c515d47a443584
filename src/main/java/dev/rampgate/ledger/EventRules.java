package dev.rampgate.ledger;

import dev.rampgate.ledger.Event.Source;
import dev.rampgate.ledger.FollowUp.Acceptance;
import dev.rampgate.ledger.FollowUp.Contradiction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which events one decision makes, by the table in {@code docs/rules.md}. Pure, as the {@link LedgerRules} are: the same decision
 * about the same record always makes the same events with the same versions, so a batch that is applied again adds none.
 */
public final class EventRules {

    private EventRules() {}

    /**
     * What a decision publishes.
     *
     * @param record the transaction afterwards, with what is published of it
     * @param events in the order of their versions; mostly none
     */
    public record Step(TransactionRecord record, List<Event> events) {}

    /**
     * The events of one decision.
     *
     * @param before the transaction as recorded before it; none if it was unknown
     * @param observation what was decided on
     * @param decision the decision, whose transaction is known
     * @param now our clock
     */
    public static Step of(Optional<TransactionRecord> before, Observation observation, Decision decision, Instant now) {
        return new Making(before, observation, decision, now).step();
    }

    /**
     * The provisional event of a transition, for receivers that want a status before a poll has confirmed it. There is none of a status that is
     * confirmed, and none of the first {@code pending}.
     *
     * @param record the transaction after the transition
     * @param transition the last one of the transaction
     * @param now our clock
     */
    public static Optional<Event> provisional(TransactionRecord record, Transition transition, Instant now) {
        LedgerState state = record.state();
        if (state.confirmed()
                || transition.sequence() != state.sequence()
                || state.status() == Status.PENDING && !transition.correction()) {
            return Optional.empty();
        }
        return Optional.of(new Event(
                EventType.of(state.status()),
                0,
                record,
                now,
                new Source(transition.channel(), transition.occurredAt(), transition.observedAt(), null),
                transition.correction(),
                null,
                null));
    }

    /** The events of one step while they are made. */
    private static final class Making {

        private final Optional<TransactionRecord> before;
        private final TransactionRecord after;
        private final Decision decision;
        private final Observation observation;
        private final Instant now;
        private final List<Event> events = new ArrayList<>();
        private TransactionRecord shown;
        private Published published;

        private Making(Optional<TransactionRecord> before, Observation observation, Decision decision, Instant now) {
            this.before = before;
            this.after = decision.record().orElseThrow();
            this.decision = decision;
            this.observation = observation;
            this.now = now;
            this.published = before.map(TransactionRecord::published).orElse(Published.NOTHING);
            // What follows in the same step is not shown before its own event.
            this.shown = after.with(after.state().withSettled(false).withAbandoned(false));
        }

        private Step step() {
            if (before.isEmpty()) {
                publish(EventType.OPENED, observed());
            }
            if (isReopened()) {
                publish(EventType.REOPENED, observed());
            }
            status();
            shown = after;
            update();
            if (after.state().settled() && (isReopened() || !wasSettled())) {
                publish(EventType.SETTLED, observed());
            }
            if (after.state().abandoned() && !was(LedgerState::abandoned)) {
                publish(EventType.ABANDONED, observed());
            }
            newContradiction().ifPresent(this::conflict);
            return new Step(after.with(published), List.copyOf(events));
        }

        /** Also if it is settled again at once: each end has a {@code settled} of its own. */
        private boolean isReopened() {
            return wasSettled() && (!after.state().settled() || isMoved());
        }

        private void status() {
            LedgerState state = after.state();
            if (isMoved()) {
                Integer revoked = published.statusVersion();
                published = published.withStatusVersion(null);
                boolean correction = decision.transitions().stream().anyMatch(Transition::correction);
                if (state.confirmed()) {
                    status(correction, correction ? revoked : null);
                }
            } else if (state.confirmed() && !was(LedgerState::confirmed)) {
                status(false, null);
            }
        }

        private void status(boolean correction, Integer replaces) {
            Status status = after.state().status();
            if (status == Status.PENDING && !correction) {
                return; // opened said so
            }
            published = published.withStatusVersion(published.version() + 1);
            publish(EventType.of(status), confirmed(), correction, replaces, null);
        }

        /**
         * Every event shows all details, so that only what no other event of this step shows is left. A status that no poll has
         * confirmed yet is not shown either: the event waits until one has, or until another event shows the details.
         */
        private void update() {
            boolean changed = before.isPresent() && !before.get().details().equals(after.details());
            if (events.isEmpty() && published.version() > 0 && changed) {
                published = published.withOutdated(true);
            }
            if (events.isEmpty() && published.outdated() && after.state().confirmed()) {
                publish(EventType.UPDATED, observed());
            }
        }

        private Optional<Contradiction> newContradiction() {
            List<Contradiction> known =
                    before.map(record -> record.followUp().contradictions()).orElse(List.of());
            return after.followUp().contradictions().stream()
                    .filter(one -> !known.contains(one))
                    .findFirst();
        }

        private void conflict(Contradiction contradiction) {
            publish(EventType.CONFLICT, observed(), false, null, contradiction);
        }

        private void publish(EventType type, Source source) {
            publish(type, source, false, null, null);
        }

        private void publish(
                EventType type, Source source, boolean correction, Integer replaces, Contradiction contradiction) {
            published = published.another();
            events.add(new Event(
                    type,
                    published.version(),
                    shown.with(published),
                    now,
                    source,
                    correction,
                    replaces,
                    contradiction));
        }

        private boolean isMoved() {
            return before.isEmpty()
                    || before.get().state().sequence() != after.state().sequence();
        }

        private boolean wasSettled() {
            return was(LedgerState::settled);
        }

        private interface Fact {
            boolean holds(LedgerState state);
        }

        private boolean was(Fact fact) {
            return before.filter(record -> fact.holds(record.state())).isPresent();
        }

        private Source observed() {
            return new Source(observation.channel(), observation.changedAt(), observation.receivedAt(), null);
        }

        /** What was accepted before the poll that confirms it keeps its channel and its times. */
        private Source confirmed() {
            Acceptance accepted =
                    isMoved() ? null : before.orElseThrow().followUp().acceptance();
            return accepted == null
                    ? new Source(
                            observation.channel(),
                            observation.changedAt(),
                            observation.receivedAt(),
                            observation.receivedAt())
                    : new Source(
                            accepted.channel(), accepted.occurredAt(), accepted.observedAt(), observation.receivedAt());
        }
    }
}

package dev.rampgate.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The events of one transaction as a consumer keeps them. After every step it checks what a consumer relies on, by what the events say
 * and not by what the rules remember.
 */
final class EventHistory {

    private final List<Event> events;
    private String status;
    private int attempt;
    private boolean settled;
    private boolean ended;
    private Event lastStatus;

    EventHistory() {
        this.events = new ArrayList<>();
    }

    private EventHistory(EventHistory original) {
        this.events = new ArrayList<>(original.events);
        this.status = original.status;
        this.attempt = original.attempt;
        this.settled = original.settled;
        this.ended = original.ended;
        this.lastStatus = original.lastStatus;
    }

    EventHistory copy() {
        return new EventHistory(this);
    }

    List<Event> events() {
        return events;
    }

    /** Takes what one step made; the step's own record says what is true after it. */
    void take(Optional<TransactionRecord> before, EventRules.Step step) {
        for (Event event : step.events()) {
            take(before, event);
        }
        check(step.record(), step.events());
    }

    private void take(Optional<TransactionRecord> before, Event event) {
        require(event.version() == events.size() + 1, "a gap before version " + event.version());
        require((event.type() == EventType.OPENED) == events.isEmpty(), "not opened first");
        require(!event.isFinal() || event.record().state().status() == Status.COMPLETED, "final without completed");
        if (event.type() == EventType.OPENED) {
            status = event.record().state().status().wireName();
            attempt = 1;
        } else if (isStatus(event)) {
            takeStatus(before.orElse(null), event);
        }
        settled = event.type() == EventType.SETTLED || settled && event.type() != EventType.REOPENED;
        ended = ended || event.isFinal();
        events.add(event);
    }

    private void takeStatus(TransactionRecord before, Event event) {
        require(!ended, "a status after the end");
        require(!settled, "a status of a settled transaction that was not reopened");
        require(event.record().state().confirmed(), "a status that no poll has confirmed");
        boolean next = event.record().state().attempt() > attempt;
        require(!event.correction() || next, "a correction within an attempt");
        require(event.type() != EventType.PENDING || event.correction(), "pending without a correction");
        boolean revoked = event.correction()
                && before != null
                && lastStatus != null
                && lastStatus.record().state().attempt() == before.state().attempt()
                && lastStatus.record().state().status() == before.state().status();
        require(Objects.equals(event.replaces(), revoked ? lastStatus.version() : null), "replaces the wrong version");
        require(event.source().confirmedAt() != null, "a status without the time of its poll");
        status = event.record().state().status().wireName();
        attempt = event.record().state().attempt();
        lastStatus = event;
    }

    /** The fold of all events is the record; a status that no poll has confirmed is not shown, nor what came with it. */
    private void check(TransactionRecord record, List<Event> added) {
        LedgerState state = record.state();
        require(record.published().version() == events.size(), "the record counts other events");
        require(settled == state.settled(), "settled otherwise");
        if (state.confirmed()) {
            require(status.equals(state.status().wireName()), "another status");
            boolean isFirst = state.status() == Status.PENDING && attempt == 1;
            require(isFirst || attempt == state.attempt(), "another attempt");
            Event last = events.get(events.size() - 1);
            require(last.record().details().equals(record.details()), "other details");
        }
        if (state.abandoned()) {
            require(
                    events.stream()
                            .anyMatch(event -> event.type() == EventType.ABANDONED
                                    && event.record().state().sequence() == state.sequence()),
                    "abandoned silently");
        }
        if (!added.isEmpty()) {
            Event last = added.get(added.size() - 1);
            require(last.record().equals(record), "the last event does not show what the step left");
        }
    }

    private static boolean isStatus(Event event) {
        return switch (event.type()) {
            case PENDING, PROCESSING, COMPLETED, FAILED, CANCELLED -> true;
            case OPENED, UPDATED, SETTLED, REOPENED, ABANDONED, CONFLICT -> false;
        };
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise + "; events "
                    + events.stream()
                            .map(event -> event.version() + " " + event.type())
                            .toList());
        }
    }
}

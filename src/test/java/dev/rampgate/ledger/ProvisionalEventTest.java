package dev.rampgate.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProvisionalEventTest {

    private static final Instant TIME = Instant.parse("2026-05-02T08:00:00Z");
    private static final Instant NOW = TIME.plusSeconds(1);

    @Test
    void aStatusThatASocketReportedIsShownWithoutAVersionUntilAPollConfirmsIt() {
        Event event = EventRules.provisional(
                        record(Status.PROCESSING, 2, false), transition(Status.PROCESSING, 2, false), NOW)
                .orElseThrow();

        assertThat(event.isProvisional()).isTrue();
        assertThat(event.type()).isEqualTo(EventType.PROCESSING);
        assertThat(event.source()).isEqualTo(new Event.Source(Channel.SOCKET, TIME, TIME, null));
        assertThat(event.at()).isEqualTo(NOW);
        assertThat(event.record().state().confirmed()).isFalse();
    }

    @Test
    void whatIsConfirmedOrWasJustOpenedOrHasMovedOnIsNotProvisional() {
        assertThat(EventRules.provisional(
                        record(Status.PROCESSING, 2, true), transition(Status.PROCESSING, 2, false), NOW))
                .isEmpty();
        assertThat(EventRules.provisional(record(Status.PENDING, 1, false), transition(Status.PENDING, 1, false), NOW))
                .isEmpty();
        assertThat(EventRules.provisional(
                        record(Status.COMPLETED, 3, false), transition(Status.PROCESSING, 2, false), NOW))
                .isEmpty();
    }

    @Test
    void aCorrectionBackToPendingIsProvisional() {
        Optional<Event> event =
                EventRules.provisional(record(Status.PENDING, 3, false), transition(Status.PENDING, 3, true), NOW);

        assertThat(event).map(Event::type).contains(EventType.PENDING);
        assertThat(event).map(Event::correction).contains(true);
    }

    private static TransactionRecord record(Status status, int sequence, boolean confirmed) {
        LedgerState state = new LedgerState(status, 1, sequence, confirmed, TIME, TIME, TIME, TIME, false, false);
        return new TransactionRecord(
                "t-1", TransactionDetails.of("buy", "USDC", "ERC20"), state, FollowUp.NONE, Published.NOTHING, false);
    }

    private static Transition transition(Status status, int sequence, boolean correction) {
        return new Transition("t-1", sequence, 1, status, Channel.SOCKET, null, TIME, TIME, null, correction);
    }
}

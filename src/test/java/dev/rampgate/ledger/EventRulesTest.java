package dev.rampgate.ledger;

import static dev.rampgate.ledger.EventType.ABANDONED;
import static dev.rampgate.ledger.EventType.CANCELLED;
import static dev.rampgate.ledger.EventType.COMPLETED;
import static dev.rampgate.ledger.EventType.CONFLICT;
import static dev.rampgate.ledger.EventType.FAILED;
import static dev.rampgate.ledger.EventType.OPENED;
import static dev.rampgate.ledger.EventType.PENDING;
import static dev.rampgate.ledger.EventType.PROCESSING;
import static dev.rampgate.ledger.EventType.REOPENED;
import static dev.rampgate.ledger.EventType.SETTLED;
import static dev.rampgate.ledger.EventType.UPDATED;
import static dev.rampgate.ledger.Story.at;
import static dev.rampgate.support.TestObservation.poll;
import static dev.rampgate.support.TestObservation.session;
import static dev.rampgate.support.TestObservation.socket;
import static dev.rampgate.support.TestObservation.webhook;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.ledger.Event.Source;
import dev.rampgate.ledger.FollowUp.Contradiction;
import dev.rampgate.support.TestObservation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The table of events in {@code docs/rules.md}, row by row. {@link LedgerPropertyTest} checks what always holds. */
class EventRulesTest {

    private final LedgerRules rules = new LedgerRules(Story.LAG_TOLERANCE);
    private final List<Event> events = new ArrayList<>();
    private TransactionRecord record;
    private Instant now = Story.START;

    @Test
    void aSessionOpens() {
        observe(session());

        assertThat(types()).containsExactly(OPENED);
        assertThat(last().version()).isEqualTo(1);
        assertThat(last().source()).isEqualTo(new Source(Channel.SESSION, null, now, null));
        assertThat(last().at()).isEqualTo(now);
        assertThat(last().record()).isEqualTo(record);
    }

    @Test
    void theFirstPendingIsNoEventOfItsOwn() {
        observe(session());
        pass(5).observe(poll(Status.PENDING, at(0)));

        assertThat(types()).containsExactly(OPENED);
        assertThat(record.published()).isEqualTo(new Published(1, null, false));
    }

    @Test
    void anAdoptedTransactionIsOpenedWithAllThatItsPollShows() {
        observe(poll(Status.COMPLETED, at(0)));

        assertThat(types()).containsExactly(OPENED, COMPLETED, SETTLED);
        assertThat(events).extracting(Event::version).containsExactly(1, 2, 3);
        assertThat(events).extracting(event -> event.record().state().settled()).containsExactly(false, false, true);
        assertThat(events).extracting(Event::isFinal).containsExactly(false, false, true);
        assertThat(record.published()).isEqualTo(new Published(3, 2, false));
    }

    @Test
    void aStatusIsPublishedWhenAPollConfirmsItAsItWasAcceptedFirst() {
        observe(session());
        pass(5).observe(socket(Status.PROCESSING, at(4)));
        assertThat(types()).containsExactly(OPENED);

        Instant pushed = now;
        pass(5).observe(poll(Status.PROCESSING, at(4)));

        assertThat(types()).containsExactly(OPENED, PROCESSING);
        assertThat(last().source()).isEqualTo(new Source(Channel.SOCKET, at(4), pushed, now));
        assertThat(last().correction()).isFalse();
        assertThat(record.published().statusVersion()).isEqualTo(2);
        assertThat(record.followUp().acceptance()).isNull();
    }

    @Test
    void aStatusThatAPollBringsIsPublishedAtOnce() {
        observe(session());
        pass(5).observe(poll(Status.PROCESSING, at(4)));

        assertThat(last().source()).isEqualTo(new Source(Channel.POLL, at(4), now, now));
    }

    @Test
    void aTransitionThatIsSupersededBeforeItWasConfirmedMakesNoEvent() {
        observe(session());
        pass(5).observe(socket(Status.PROCESSING, at(4)));
        pass(5).observe(poll(Status.FAILED, at(9)));

        assertThat(types()).containsExactly(OPENED, FAILED);
        assertThat(last().source().channel()).isEqualTo(Channel.POLL);
    }

    @Test
    void aRepeatedPollMakesNoEvent() {
        observe(session());
        pass(5).observe(poll(Status.PROCESSING, at(4)));
        pass(5).observe(poll(Status.PROCESSING, at(4)));
        pass(5).observe(webhook(Status.COMPLETED, at(9)));

        assertThat(types()).containsExactly(OPENED, PROCESSING);
    }

    @Test
    void aCorrectionReplacesTheVersionThatItRevokes() {
        observe(session());
        pass(5).observe(poll(Status.FAILED, at(4)));
        pass(5).observe(poll(Status.PENDING, at(9)));
        pass(5).observe(poll(Status.CANCELLED, at(14)));
        pass(5).observe(poll(Status.PROCESSING, at(19)));

        assertThat(types()).containsExactly(OPENED, FAILED, PENDING, CANCELLED, PROCESSING);
        assertThat(events).extracting(Event::correction).containsExactly(false, false, true, false, true);
        assertThat(events).extracting(Event::replaces).containsExactly(null, null, 2, null, 4);
        assertThat(last().record().state().attempt()).isEqualTo(3);
    }

    @Test
    void aCorrectionOfAStatusThatWasNeverPublishedReplacesNothing() {
        observe(session());
        pass(5).observe(poll(Status.PROCESSING, at(4)));
        pass(5).observe(socket(Status.COMPLETED, at(9)));
        pass(5).observe(poll(Status.FAILED, at(12)));
        pass(31).observe(poll(Status.FAILED, at(12)));

        assertThat(types()).containsExactly(OPENED, PROCESSING, FAILED);
        assertThat(last().correction()).isTrue();
        assertThat(last().replaces()).isNull();
    }

    @Test
    void changedAmountsAreAnUpdate() {
        observe(session());
        pass(5).observe(poll(Status.PROCESSING, at(4)));
        pass(5).observe(poll(Status.PROCESSING, at(9)).with("42.60", "40.15"));

        assertThat(types()).containsExactly(OPENED, PROCESSING, UPDATED);
        assertThat(last().record().details().cryptoAmount()).isEqualTo("42.60");
        assertThat(record.published()).isEqualTo(new Published(3, 2, false));
    }

    @Test
    void anOwnerThatASessionNamesLaterIsAnUpdate() {
        observe(poll(Status.PROCESSING, at(0)));
        observe(session());

        assertThat(types()).containsExactly(OPENED, PROCESSING, UPDATED);
        assertThat(last().record().details().userId()).isEqualTo("customer-8841");
    }

    @Test
    void whatAnUnconfirmedStatusBroughtWaitsForTheNextEvent() {
        observe(session());
        pass(5).observe(socket(Status.COMPLETED, at(4)).with("42.60", "40.15"));
        assertThat(types()).containsExactly(OPENED);
        assertThat(record.published().outdated()).isTrue();

        pass(5).observe(poll(Status.COMPLETED, at(4)));

        assertThat(types()).containsExactly(OPENED, COMPLETED, SETTLED);
        assertThat(record.published().outdated()).isFalse();
    }

    @Test
    void whatCameBeforeTheFirstPollIsAnUpdateOfTheConfirmedPending() {
        observe(session());
        pass(1).observe(socket(Status.PENDING, at(1)).with("42.60", "40.15"));
        pass(5).observe(poll(Status.PENDING, at(1)));

        assertThat(types()).containsExactly(OPENED, UPDATED);
    }

    @Test
    void aFailedTransactionIsSettledAfterItsWatchAndIsNotFinal() {
        observe(session());
        pass(5).observe(poll(Status.FAILED, at(4)));
        pass(Duration.ofDays(2)).observe(poll(Status.FAILED, at(4)));

        assertThat(types()).containsExactly(OPENED, FAILED, SETTLED);
        assertThat(last().isFinal()).isFalse();
    }

    @Test
    void reopenedPrecedesTheStatusOfTheSameObservation() {
        observe(session());
        pass(5).observe(poll(Status.FAILED, at(4)));
        pass(Duration.ofDays(2)).observe(poll(Status.FAILED, at(4)));
        pass(5).observe(poll(Status.PROCESSING, at(200_000)));

        assertThat(types()).containsExactly(OPENED, FAILED, SETTLED, REOPENED, PROCESSING);
        assertThat(last().replaces()).isEqualTo(2);
    }

    @Test
    void anotherEndOfASettledTransactionIsReopenedAndSettledAgain() {
        observe(session());
        pass(5).observe(poll(Status.FAILED, at(4)));
        pass(Duration.ofDays(2)).observe(poll(Status.FAILED, at(4)));
        pass(5).observe(poll(Status.COMPLETED, at(200_000)));

        assertThat(types()).containsExactly(OPENED, FAILED, SETTLED, REOPENED, COMPLETED, SETTLED);
        assertThat(events.subList(3, 6))
                .extracting(event -> event.record().state().settled())
                .containsExactly(false, false, true);
        assertThat(last().isFinal()).isTrue();
    }

    @Test
    void anEndThatIsReportedOnceMoreIsReopenedOnly() {
        observe(session());
        pass(5).observe(poll(Status.FAILED, at(4)));
        pass(Duration.ofDays(2)).observe(poll(Status.FAILED, at(4)));
        pass(5).observe(poll(Status.FAILED, at(200_000)));

        assertThat(types()).containsExactly(OPENED, FAILED, SETTLED, REOPENED);
    }

    @Test
    void anOldPurchaseIsAbandonedOnce() {
        observe(session());
        pass(5).observe(poll(Status.PENDING, at(0)));
        pass(Duration.ofDays(8)).observe(poll(Status.PENDING, at(0)));
        pass(5).observe(poll(Status.PENDING, at(0)));

        assertThat(types()).containsExactly(OPENED, ABANDONED);
        assertThat(last().record().state().abandoned()).isTrue();
    }

    @Test
    void aStatusThatIsConfirmedWhenItIsAbandonedShowsItsOwnStep() {
        observe(session());
        pass(5).observe(socket(Status.PROCESSING, at(4)));
        pass(Duration.ofDays(8)).observe(poll(Status.PROCESSING, at(4)));

        assertThat(types()).containsExactly(OPENED, PROCESSING, ABANDONED);
        assertThat(events)
                .extracting(event -> event.record().state().abandoned())
                .containsExactly(false, false, true);
    }

    @Test
    void aConflictIsPublishedOncePerStatusAndTime() {
        observe(poll(Status.COMPLETED, at(0)));
        events.clear();
        pass(5).observe(poll(Status.FAILED, at(4)));
        pass(5).observe(poll(Status.CANCELLED, at(4)));
        pass(5).observe(poll(Status.FAILED, at(4)));
        pass(5).observe(poll(Status.FAILED, at(9)));

        assertThat(types()).containsExactly(CONFLICT, CONFLICT, CONFLICT);
        assertThat(events)
                .extracting(Event::contradiction)
                .containsExactly(
                        new Contradiction(Status.FAILED, at(4)),
                        new Contradiction(Status.CANCELLED, at(4)),
                        new Contradiction(Status.FAILED, at(9)));
    }

    @Test
    void noConflictIsPublishedAgainHoweverManyThereWere() {
        observe(poll(Status.COMPLETED, at(0)));
        for (int round = 0; round < 2; round++) {
            for (int second = 1; second <= 3 * FollowUp.MOST_CONTRADICTIONS; second++) {
                pass(1).observe(poll(Status.FAILED, at(second)));
            }
        }

        assertThat(types().stream().filter(CONFLICT::equals)).hasSize(3 * FollowUp.MOST_CONTRADICTIONS);
        assertThat(record.followUp().contradictions()).hasSize(FollowUp.MOST_CONTRADICTIONS);
    }

    @Test
    void aTransactionFromBeforeThereWereEventsBeginsWithItsNextOne() {
        observe(session());
        pass(5).observe(poll(Status.FAILED, at(4)));
        record = record.with(Published.NOTHING);
        events.clear();
        pass(5).observe(poll(Status.FAILED, at(4)).with("42.60", "40.15"));
        assertThat(events).isEmpty();

        pass(5).observe(poll(Status.PROCESSING, at(20)));

        assertThat(types()).containsExactly(PROCESSING);
        assertThat(last().version()).isEqualTo(1);
        assertThat(last().correction()).isTrue();
        assertThat(last().replaces()).isNull();
    }

    @Test
    void typesHaveStableNames() {
        assertThat(COMPLETED.wireName()).isEqualTo("transaction.completed");
        assertThat(EventType.of("transaction.reopened")).contains(REOPENED);
        assertThat(EventType.of("transaction.REOPENED")).isEmpty();
    }

    private EventRulesTest pass(int seconds) {
        return pass(Duration.ofSeconds(seconds));
    }

    private EventRulesTest pass(Duration time) {
        now = now.plus(time);
        return this;
    }

    private void observe(TestObservation one) {
        Observation observation = one.received(Story.ID, now);
        Optional<TransactionRecord> before = Optional.ofNullable(record);
        EventRules.Step step = EventRules.of(before, observation, rules.decide(before, observation, now), now);
        record = step.record();
        events.addAll(step.events());
    }

    private List<EventType> types() {
        return events.stream().map(Event::type).toList();
    }

    private Event last() {
        return events.get(events.size() - 1);
    }
}
